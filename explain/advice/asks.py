"""What to ask for: the minimal sets of a decided case as items, each with the statement that asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.need import AtLeast, Need, in_order
from ...engine.decision.outcomes import foremost, leads_to
from ...engine.decision.settle import set_by
from ...engine.evaluation.rules import Firing, Model
from ...engine.language.record import NamedTuple
from ...engine.language.terms import UNDOCUMENTED, Atom, unquote
from ...engine.program.graph import closing
from ...engine.program.program import Program
from .wording import question


class Item(NamedTuple):
    """One thing to ask: what has to be documented, the question, and the statement that asks for it."""

    need: Need | AtLeast
    question: str
    statement: str
    of: tuple[Item, ...] = ()  # where it is so many of several things: these

    @property
    def finding(self) -> str:
        """What is asked for: a concept, or the case's key of a count or a choice; nothing where it is of several."""
        return "" if isinstance(self.need, AtLeast) else self.need.finding

    @property
    def needs(self) -> str:
        """What it has to be; see `Need.needs`."""
        return "" if isinstance(self.need, AtLeast) else self.need.needs

    def as_json(self) -> dict[str, Any]:
        """Return the item as the documented JSON object."""
        if isinstance(self.need, AtLeast):
            return {"at_least": self.need.number, "of": [item.as_json() for item in self.of]}
        return self.need.as_json() | {"question": self.question, "statement": self.statement}


class Ask(NamedTuple):
    """A set of items that, documented together, meets the statements it is for."""

    statements: tuple[str, ...]
    items: tuple[Item, ...]
    outcome: str = ""  # which outcome it leads to, where the guideline has several that cover a line

    def as_json(self) -> dict[str, Any]:
        """Return the set as the documented JSON object."""
        outcome = {"outcome": self.outcome} if self.outcome else {}
        return {"for": list(self.statements), **outcome, "items": [item.as_json() for item in self.items]}


Box = tuple[tuple[Item, ...], ...]
"""Several sets in one: a choice of items for each place."""


def asks(targets: Sequence[Atom], judged: Judged) -> list[Ask]:
    """Return the minimal sets of items that make one of the targets so, in the order to ask for them."""
    model, program = judged.model, judged.guideline.program
    below: dict[tuple[Atom, ...], tuple[list[Firing], bool, Known]] = {}
    ranked = []
    sets = judged.missing.sets(targets).sets
    for index, (needs, all_met) in enumerate(zip(sets, judged.missing.met_each(sets, targets), strict=True)):
        if (met := tuple(foremost(all_met, program))) not in below:
            below[met] = (found := list(steps_to(met, model))), not named(found, model, program), {}
        steps, broad, known = below[met]
        size = sum(need.size for need in needs)
        ranked.append((size, broad, index, ask(needs, met, steps, model, program, known)))
    return [each for *_, each in sorted(ranked)]


def ask(
    needs: Iterable[Need | AtLeast], met: Sequence[Atom], steps: Sequence[Firing], model: Model, program: Program,
    known: Known | None = None,
) -> Ask:  # fmt: skip
    """Return what is needed as items to ask for, each with a statement that asks for nothing else.

    :param met: the outcomes that it gives, by their statements.
    :param steps: what those rest on; see `steps_to`.
    :param known: what asks for needs that were asked for before with the same steps, to which those of these are added.
    """
    known = {} if known is None else known
    wanted = in_order(frozenset(needs))
    for need in wanted:
        if need not in known:
            taking = _Taking(need, steps, model, program)
            known[need] = _item(need, taking, steps, model, program), taking
    items = tuple([known[need][0] for need in wanted])
    if wanted[1:]:
        every = {need.atom for need in wanted if isinstance(need, Need)}
        items = tuple([_stated(*known[need], every) for need in wanted])
    met = foremost(met, program)
    return Ask(tuple(sorted(unquote(str(target.args[-1])) for target in met)), items, leads_to(met, program))


def steps_to(targets: Iterable[Atom], model: Model) -> Iterator[Firing]:
    """Yield the firings that possible atoms rest on, the nearest first."""
    queue = list(targets)
    seen = set(queue)
    for atom in queue:
        for firing in model.firings.get(atom, ()):
            yield firing
            for each in firing.reads:
                if each not in seen:
                    seen.add(each)
                    queue.append(each)


def closings(steps: Iterable[Firing], program: Program) -> Iterator[Atom]:
    """Yield what closes the open inputs that firings read."""
    declared = program.predicates
    for atom in dict.fromkeys(atom for step in steps for atom in step.reads if atom.predicate in declared):
        yield from closing(declared[atom.predicate], atom)


def named(steps: Iterable[Firing], model: Model, program: Program) -> bool:
    """Say whether what the criteria are about is named as such, and does not follow from something narrower."""
    settled = {p for step in steps if step.head not in model.support for p in step.premises if p in model.support}
    declared = program.declared()
    about = [p for p in settled if not declared[p.predicate].is_record]
    return not any(lower.predicate == p.predicate for p in about for lower in model.support[p].premises)


class _Taking:
    """The statements that take a need up, with all that each asks for of what nobody says: no further than is asked."""

    def __init__(self, need: Need | AtLeast, steps: Iterable[Firing], model: Model, program: Program) -> None:
        self._found: list[tuple[str, frozenset[Atom]]] = []
        found: Iterable[Firing] = ()
        if isinstance(need, Need):
            own = {step.head for step in steps_to([need.atom], model)}  # what says that it is so takes nothing up
            found = (step for step in steps if step.head not in own and _takes_up(step, need, program))
            if need.bounds:  # the nearest that sets just these, as another one may ask for less or more
                found = sorted(found, key=lambda step: set_by(step, need.atom) != need.bounds)
        self._steps = iter(found)
        self._model, self._declared = model, program.predicates

    def __iter__(self) -> Iterator[tuple[str, frozenset[Atom]]]:
        yield from self._found
        for step in self._steps:
            opened = [p for p in step.premises if p.predicate in self._declared and self._declared[p.predicate].is_open]
            left = frozenset(p for p in opened if not self._model.sure(p))
            self._found.append((step.rule.cites[0] if step.rule.cites else "", left))
            yield self._found[-1]


Known = dict[Need | AtLeast, tuple[Item, _Taking]]


def _item(need: Need | AtLeast, taking: _Taking, steps: Iterable[Firing], model: Model, program: Program) -> Item:
    """Return the question for a need, and the nearest statement that takes it up."""
    if isinstance(need, AtLeast):
        of = tuple(_item(each, _Taking(each, steps, model, program), steps, model, program) for each in need.of)
        return Item(need, f"At least {need.number} of:", of[0].statement, of)
    if nearest := next(iter(taking), None):
        return Item(need, question(need, program), nearest[0])
    step = next((step for step in steps if _speaks_of(step, need, program)), None)
    return Item(need, question(need, program), step.rule.cites[0] if step else "")


def _stated(item: Item, taking: _Taking, every: AbstractSet[Atom]) -> Item:
    """Return an item by the nearest statement that asks for nothing that nobody says but what is wanted, if any does.

    :param every: what is wanted.
    """
    name = next((name for name, left in taking if name and left <= every), item.statement)
    return item if name == item.statement else item._replace(statement=name)


def _takes_up(step: Firing, need: Need, program: Program) -> bool:
    """Say whether a step reads what is needed; that a choice is another one is read off the one that it is."""
    (name, args), declared = need.atom, program.predicates
    if step.head.predicate == name:
        return False
    for p in step.premises:
        # It reads what the record says, in place of what that comes to; a number is of its own predicate.
        if p.args == args and args[:1] != (UNDOCUMENTED,) and p.predicate in declared and declared[p.predicate].case:
            return True
    if need.atom in step.reads:
        return True
    return any(a.predicate == name for a in step.absences) and declared[name].is_choice


def _speaks_of(step: Firing, need: Need, program: Program) -> bool:
    """Say whether a step reads something that is not to be so once there is what is needed."""
    (name, args), declared = need.atom, program.predicates
    if declared[name].is_choice:
        return any(p.predicate == name for p in step.reads)
    of = (p for p in step.reads if p.args[:1] == args[:1] and p.predicate in declared and declared[p.predicate].case)
    return step.head != need.atom and any(of)


def boxes(sets: Iterable[Sequence[Item]]) -> list[Box]:
    """Return sets of items with those that differ in one place drawn together into one with a choice there."""
    found: list[Box | None] = [tuple((item,) for item in each) for each in sets]
    known: dict[tuple[Item, ...], int] = {}  # the places, by numbers that stand for them
    places = [_numbers(box or (), known) for box in found]
    alike: dict[frozenset[int], set[int]] = {}  # the boxes, by their number, without one place
    for number, own in enumerate(places):
        for rest in _rests(own):
            alike.setdefault(rest, set()).add(number)
    at = 0
    while at < len(found):
        other = min((n for rest in _rests(places[at]) for n in alike[rest] if n != at), default=-1)
        if other < 0:
            at += 1
            continue
        at, other = sorted((at, other))
        for number in (at, other):
            for rest in _rests(places[number]):
                alike[rest].remove(number)
        found[at], found[other] = _merged(found[at] or (), found[other] or ()), None
        places[at], places[other] = _numbers(found[at] or (), known), frozenset()
        for rest in _rests(places[at]):
            alike.setdefault(rest, set()).add(at)
    return [box for box in found if box is not None]


def _numbers(box: Box, known: dict[tuple[Item, ...], int]) -> frozenset[int]:
    """Return numbers for the places of a box: to compare them takes less than to compare items."""
    return frozenset([known.setdefault(place, len(known)) for place in box])


def _rests(places: frozenset[int]) -> list[frozenset[int]]:
    """Return a box without each of its places."""
    return [places - {place} for place in places]


def _merged(a: Box, b: Box) -> Box:
    """Return two boxes that differ in one place as one, with a choice there."""
    (theirs,) = set(b) - set(a)
    return tuple((*place, *theirs) if place not in b else place for place in a)


def called(line: LineDecision, judged: Judged) -> str:
    """Return what to call a line: its code, and its session where the case has several."""
    several = len({each.session for each in judged.decision.lines}) > 1
    return f"{line.code} in session {line.session}" if several else line.code
