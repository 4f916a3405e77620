"""What documentation is missing, as questions to ask: the shortest list first, each with the statement that asks."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ..engine.decide import Judged, LineDecision, outcomes
from ..engine.firing import Firing, Model
from ..engine.need import Need
from ..engine.program import Program
from ..engine.terms import Atom, unquote
from ..engine.words import say_atom, say_need

MORE = "There may be other ways; of all that there are these need the fewest things."
_SIGNS = ((">= ", "at least "), ("<= ", "at most "), ("= ", "exactly "))
_SLOT = re.compile(r"\{\w+\}")


class Item(NamedTuple):
    """One thing to ask: a finding, what it has to be, the question, and the statement that asks for it."""

    finding: str
    needs: str
    question: str
    statement: str


class Ask(NamedTuple):
    """A set of items that, documented together, meets the statements it is for."""

    statements: tuple[str, ...]
    items: tuple[Item, ...]


class LineAsks(NamedTuple):
    """A line with every set that would make it medically necessary."""

    line: LineDecision
    asks: tuple[Ask, ...]


Box = tuple[tuple[Item, ...], ...]
"""Several sets in one: a choice of items for each place."""


def checklist(judged: Judged, cpt: str = "") -> list[LineAsks]:
    """Return what to ask for every line of a case decided in the open world, or for the lines of one code.

    Fewest items come first; of equals, those of a criterion for what the case itself names.
    """
    lines = {(line.cpt, line.session): line for line in judged.decision.lines if cpt in ("", line.cpt)}
    return [LineAsks(line, tuple(_asks(line, judged))) for line in lines.values()]


def _asks(line: LineDecision, judged: Judged) -> list[Ask]:
    if not line.missing:
        return []
    return asks(outcomes(judged.model, line.session, line.cpt)["medically_necessary"], judged)


def asks(targets: Sequence[Atom], judged: Judged) -> list[Ask]:
    """Return the minimal sets of items that make one of the targets so, in the order to ask for them."""
    model, program = judged.model, judged.guideline.program
    below: dict[tuple[Atom, ...], list[Firing]] = {}
    ranked = []
    for index, needs in enumerate(judged.missing.sets(targets).sets):
        met = judged.missing.met(needs, targets)
        steps = below.setdefault(tuple(met), below.get(tuple(met)) or list(_steps(met, model)))
        items = tuple(_item(need, steps, program) for need in sorted(needs, key=lambda n: (n.finding, n.needs)))
        statements = tuple(sorted(unquote(str(target.args[-1])) for target in met))
        ranked.append((len(items), not _named(steps, judged), index, Ask(statements, items)))
    return [ask for *_, ask in sorted(ranked)]


def _steps(targets: Iterable[Atom], model: Model) -> Iterator[Firing]:
    """Yield the firings that possible atoms rest on, the nearest first."""
    queue = list(targets)
    seen = set(queue)
    for atom in queue:
        for firing in model.firings.get(atom, ()):
            yield firing
            new = [a for a in (*firing.premises, *firing.absences) if a not in seen]
            seen.update(new)
            queue += new


def _named(steps: Iterable[Firing], judged: Judged) -> bool:
    """Say whether what the criteria are about is named as such, and does not follow from something narrower."""
    model, program = judged.model, judged.guideline.program
    settled = {p for step in steps if step.head not in model.support for p in step.premises if p in model.support}
    about = [p for p in settled if not program.predicates[p.predicate].is_record]
    return not any(lower.predicate == p.predicate for p in about for lower in model.support[p].premises)


def _item(need: Need, steps: Iterable[Firing], program: Program) -> Item:
    """Return the question for a need, and the statement of the nearest step that takes it up."""
    asking = (
        step.rule.cites[0]
        for step in steps
        if need.atom in (*step.premises, *step.absences) and step.head.predicate != need.atom.predicate
    )
    return Item(need.finding, need.needs, question(need.finding, need.needs, program), next(asking, ""))


def question(finding: str, needs: str, program: Program) -> str:
    """Return how to ask for a finding or an amount: the guideline's own question, or one made of its gloss.

    :param needs: `present`, `absent`, or bounds such as `>= 4`.
    """
    asked = program.questions.get(finding, (_question(finding, program), ""))[0]
    if needs in ("present", "stated"):
        return asked
    return f"{asked} ({'it has to be ruled out' if needs == 'absent' else amount(needs) + ' needed'})"


def _question(finding: str, program: Program) -> str:
    kind = program.concepts[finding][0]
    predicate = next(p for p in program.predicates.values() if p.open_kind == kind)
    if len(predicate.params) > 1:
        return f"How many {predicate.params[1].lower()} of {program.label(finding)}?"
    said = say_atom(Atom(predicate.name, (finding,)), program)
    there = re.match(r"there (is|are|was|were) ", said)
    return f"{there[1].capitalize()} there {said[there.end() :]}?" if there else f"Is it so that {said}?"


def amount(needs: str) -> str:
    """Return bounds in words: `>= 4` is at least 4."""
    for sign, word in _SIGNS:
        needs = needs.replace(sign, word)
    return needs


def answer(finding: str, needs: str, program: Program) -> str:
    """Return in words that a finding is present or absent, or what its amount is.

    :param needs: `present`, `absent`, bounds such as `>= 4`, or a number.
    """
    told = program.questions.get(finding, ("", ""))[1]
    if not told:
        return say_need(finding, needs, program)
    if needs == "absent":
        return f"it is not so that {told}"
    return re.sub(r"\b1 (\w+)s\b", r"1 \1", _SLOT.sub(amount(needs), told))


def alternatives(texts: Sequence[str], word: str = "or") -> str:
    """Return clauses that follow `that` as one: A, B or C; what all begin with is said once."""
    each = [text.split() for text in dict.fromkeys(texts)]
    shared = next((n for n in range(min(map(len, each))) if len({text[n] for text in each}) > 1), 0)
    if shared < 2:
        return f" {word} that ".join(filter(None, (", that ".join(map(" ".join, each[:-1])), " ".join(each[-1]))))
    told = [" ".join(text[shared if index else 0 :]) for index, text in enumerate(each)]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} {word} {told[-1]}"


def words(statement: str, program: Program) -> str:
    """Return the words of a statement, without the mark of a footnote, which no letter or list has."""
    return program.statements[statement].words.removesuffix("(*)").rstrip()


def boxes(sets: Iterable[Sequence[Item]]) -> list[Box]:
    """Return sets of items with those that differ in one place drawn together into one with a choice there."""
    found: list[Box | None] = [tuple((item,) for item in each) for each in sets]
    alike: dict[frozenset[tuple[Item, ...]], set[int]] = {}  # the boxes, by their number, without one place
    for number, box in enumerate(found):
        for rest in _rests(box):
            alike.setdefault(rest, set()).add(number)
    at = 0
    while at < len(found):
        other = min((n for rest in _rests(found[at]) for n in alike[rest] if n != at), default=-1)
        if other < 0:
            at += 1
            continue
        at, other = sorted((at, other))
        for number in (at, other):
            for rest in _rests(found[number]):
                alike[rest].remove(number)
        found[at], found[other] = _merged(found[at] or (), found[other] or ()), None
        for rest in _rests(found[at]):
            alike.setdefault(rest, set()).add(at)
    return [box for box in found if box is not None]


def _rests(box: Box | None) -> Iterator[frozenset[tuple[Item, ...]]]:
    """Yield a box without each of its places."""
    places = frozenset(box or ())
    yield from (places - {place} for place in places)


def _merged(a: Box, b: Box) -> Box:
    """Return two boxes that differ in one place as one, with a choice there."""
    (theirs,) = set(b) - set(a)
    return tuple((*place, *theirs) if place not in b else place for place in a)


def as_json(judged: Judged, lines: Iterable[LineAsks]) -> dict[str, Any]:
    """Return the checklist as the documented JSON object."""
    told = [
        {
            "cpt": each.line.cpt,
            "session": each.line.session,
            "missing_complete": each.line.missing_complete,
            "sets": [{"for": list(a.statements), "items": [i._asdict() for i in a.items]} for a in each.asks],
        }
        for each in lines
    ]
    return {"case": judged.decision.case, "lines": told}


def as_text(judged: Judged, lines: Sequence[LineAsks], width: int) -> str:
    """Return the checklist as boxes to tick; lines that ask the same are one, choices are drawn together."""
    case = judged.case
    parts = textwrap.wrap(f"{case.id}: {case.title}" if case.title else case.id, width)
    groups: dict[tuple[Ask, ...], list[LineDecision]] = {}
    for line, wanted in lines:
        groups.setdefault(wanted, []).append(line)
    for wanted, same in groups.items():
        codes = ", ".join(called(line, judged) for line in same)
        parts += ["", *(_many(codes, wanted, judged, width) if wanted else _nothing(same, judged, width))]
        parts += [] if same[0].missing_complete else textwrap.wrap(f"  {MORE}", width, subsequent_indent="  ")
    return "\n".join(parts)


def called(line: LineDecision, judged: Judged) -> str:
    """Return what to call a line: its code, and its session where the case has several."""
    several = len({each.session for each in judged.decision.lines}) > 1
    return f"{line.cpt} in session {line.session}" if several else line.cpt


def _nothing(lines: Sequence[LineDecision], judged: Judged, width: int) -> Iterator[str]:
    for line in lines:
        by = f" by {', '.join(line.by)}" if line.by else ""
        text = f"{called(line, judged)}: nothing is missing; it is {line.outcome.replace('_', ' ')}{by}"
        if line.outcome == "more_information_needed":
            text = f"{called(line, judged)}: nothing that is missing would make it medically necessary"
        yield from textwrap.wrap(text, width, subsequent_indent="  ")


def _many(codes: str, wanted: Sequence[Ask], judged: Judged, width: int) -> Iterator[str]:
    several = "; any one of these lists is enough" if len(wanted) > 1 else ""
    yield from textwrap.wrap(f"{codes}: more information needed{several}", width, subsequent_indent="  ")
    sets: dict[tuple[str, ...], list[tuple[Item, ...]]] = {}
    for ask in wanted:
        sets.setdefault(ask.statements, []).append(ask.items)
    drawn = [(statements, box) for statements, same in sets.items() for box in boxes(same)]
    for number, (statements, box) in enumerate(sorted(drawn, key=lambda d: len(d[1])), 1):
        told = "; ".join(f"{name}: {words(name, judged.guideline.program)}" for name in statements)
        yield from textwrap.wrap(f"{number}. for {told}", width, initial_indent="  ", subsequent_indent="     ")
        for choice in box:
            yield from _tick(choice, width)


def _tick(choice: Sequence[Item], width: int) -> Iterator[str]:
    """Yield one thing to tick, or one of several, each with its statement."""
    for index, item in enumerate(choice):
        mark = "     [ ] " if not index else "      or "
        text = f"{item.question}  [{item.statement}]"
        yield from textwrap.wrap(text, width, initial_indent=mark, subsequent_indent=" " * 9)
