"""How two editions or guidelines differ, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ...engine.analysis.conditions import NOT, OPEN, Names, Value, Way, ways_of
from ...engine.analysis.diff import REFUSED, Change, Pair
from ...engine.cases.written import as_yaml
from ...engine.language.terms import Atom, Var
from ...engine.library.guideline import Guideline
from ...engine.program.interface import ADVISORY, CODE
from ...engine.program.program import Program
from ...engine.program.words import any_of, say_atom
from ..advice.phrases import in_whole_words, listed, some, wrapped
from ..advice.wording import behind
from ..render import difference_page
from ..render.difference_page import Kind
from .analyses import LEGEND, in_words, witness
from .brief import brief


class Told(NamedTuple):
    """A kind of change, for all codes of which it is the same, and when it comes about, in words."""

    change: Change
    codes: tuple[str, ...]
    when: tuple[tuple[str, ...], ...]  # each way, and what is so in it
    complete: bool
    statements: tuple[str, ...]  # those of the rules that are on one side alone and fire for the case


def differences(pair: Pair) -> list[Told]:
    """Return every kind of change between two sides; none where it is proved that there is none."""
    found: dict[tuple[Any, ...], Told] = {}
    for change, literals in pair.changes():
        ways: list[Way] = []
        complete = True
        if REFUSED not in (change.before, change.after):
            ways, complete = ways_of(pair, change, literals, Names(pair, change.codes))
        programs = [side.guideline.program for side in pair.sides]
        when = tuple(tuple(_said(atom, value, programs) for atom, value in way) for way in ways)
        key = (change.before, change.after, change.gained, change.lost, tuple(sorted(when)))
        if key in found:
            found[key] = found[key]._replace(codes=(*found[key].codes, *change.codes))
        else:
            found[key] = Told(change, change.codes, when, complete, _statements(change, programs))
    return list(found.values())


def _said(atom: Atom, value: Value, programs: Sequence[Program]) -> str:
    program = next((p for p in programs[::-1] if atom.predicate in p.predicates), programs[-1])
    text = say_atom(atom, program).replace(" in session 1", "").replace("session 1", "the session")
    if atom.args and isinstance(atom.args[-1], Var):
        last = any_of(program.declared()[atom.predicate].params[-1])
        text = text.replace(last, f"{last} that does not change", 1)
    if len(value) > 1:
        words = {NOT: "not", OPEN: "not documented"}
        return f"{text}: {words.get(value[0], 'so')} before, and {words.get(value[1], 'so')} after"
    return {NOT: f"not: {text}", OPEN: f"it is not documented whether {text}"}.get(value[0], text)


def _statements(change: Change, programs: Sequence[Program]) -> tuple[str, ...]:
    rules = [rule for program in programs for rule in program.rules if rule.id in change.rules]
    return tuple(dict.fromkeys(cite for rule in rules for cite in rule.cites))


def as_json(pair: Pair, found: Sequence[Told], flips: Sequence[dict[str, Any]] | None) -> dict[str, Any]:
    """Return how two sides differ as the documented JSON object."""
    sides = [{"guideline": side.guideline.program.name, "as_of": side.date} for side in pair.sides]
    return {
        "before": sides[0], "after": sides[1], "world": pair.world or "both",
        "equivalent": not found, "proved": pair.legal.complete, "uncompared": list(pair.uncompared),
        "changes": [
            {
                "codes": list(each.codes), "before": each.change.before, "after": each.change.after,
                "gained": each.change.gained, "lost": each.change.lost, "when": [list(way) for way in each.when],
                "complete": each.complete, "statements": list(each.statements), "rules": list(each.change.rules),
                "witnesses": [witness(one) for one in each.change.witnesses],
            }
            for each in found
        ],
        **({} if flips is None else {"flips": list(flips)}),
    }  # fmt: skip


def as_text(
    pair: Pair, found: Sequence[Told], flips: Sequence[dict[str, Any]] | None, width: int, *, detail: bool = False
) -> str:  # fmt: skip
    """Return how two sides differ as text.

    :param detail: whether it is told when each change comes about, with the case as a file.
    """
    head = f"{' and '.join(_names(pair))}, every legal case"
    lines = [*in_whole_words(head, width, rest="  "), "", *wrapped(summary(found), width)]
    lines += [line for each in beside(pair) for line in wrapped(each, width, subsequent_indent="  ")]
    if detail:
        lines += (line for each in found for line in ("", *_block(each, pair, width)))
    elif found:
        lines += _short(found, pair, width)
    if any(REFUSED in (each.change.before, each.change.after) for each in found):
        lines += ["", *wrapped(LEGEND, width, subsequent_indent="  ")]
    if found and not detail:
        lines += ["", *wrapped("--detail tells when each comes about, and shows each case as a file", width)]
    if flips is not None:
        lines += ["", *_flips(flips, pair, width)]
    return "\n".join(lines).rstrip() + "\n"


def summary(found: Sequence[Told]) -> str:
    """Return how much differs, in a sentence."""
    if not found:
        return "proved: every line of every legal case has the same answer on both sides"
    codes = {code for each in found for code in each.codes}
    kinds = "1 kind of change" if len(found) == 1 else f"{len(found)} kinds of change"
    return f"{kinds}, of {len(codes)} code{'s' * (len(codes) > 1)}; no other answer changes"


def beside(pair: Pair) -> Iterator[str]:
    """Yield that what stands beside the answers was not compared, where it may be another thing."""
    if names := ["the advisories" if n == ADVISORY else f"what is shown as {n}" for n in pair.uncompared]:
        yield f"not compared: {listed(names)}, of which the rules are not the same on both sides"


def _names(pair: Pair) -> list[str]:
    names = [f"{side.guideline.program.name} of {side.date}" for side in pair.sides]
    if len(set(names)) > 1:
        return names
    called = [side.called for side in pair.sides]
    return [f"{name} ({as_is})" if as_is else name for name, as_is in zip(names, called, strict=True)]


def _short(found: Sequence[Told], pair: Pair, width: int) -> Iterator[str]:
    """Yield each kind of change below the codes that have it, with its smallest case in few words."""
    programs = [side.guideline.program for side in pair.sides]
    of: dict[tuple[str, ...], list[Told]] = {}
    for each in found:
        of.setdefault(each.codes, []).append(each)
    for codes, kinds in of.items():
        yield ""
        yield from wrapped(", ".join(codes), width, subsequent_indent="  ")
        for each in kinds:
            by = f" (statements {', '.join(each.statements)})" if each.statements else ""
            yield from wrapped(f"{_head(each, pair)}{by}", width, initial_indent="  ", subsequent_indent="    ")
            one = each.change.witnesses[0]
            text = f"{one.code} in the {one.world} world: {brief(_fuller(each), programs)}"
            yield from wrapped(text, width, initial_indent="      ", subsequent_indent="      ")


def _head(each: Told, pair: Pair) -> str:
    """Return a kind of change in words."""
    change, words = each.change, _words(each, pair)
    if change.before != change.after:
        return f"{words[0]} becomes {words[1]}"
    last = behind([change.gained or change.lost], pair.sides[1 if change.gained else 0].guideline.program)
    return f"{words[0]}, {'now also' if change.gained else 'no longer'}{last.replace(': ', ' because ', 1)}"


def _words(each: Told, pair: Pair) -> tuple[str, str]:
    sides = zip((each.change.before, each.change.after), pair.sides, strict=True)
    first, second = (n if n == REFUSED else side.guideline.program.outcome(n).words for n, side in sides)
    return first, second


def _block(each: Told, pair: Pair, width: int) -> Iterator[str]:
    yield from wrapped(f"{_head(each, pair)}: {', '.join(each.codes)}", width, subsequent_indent="    ")
    for at, way in enumerate(each.when):
        text = f"{'or where' if at else 'where'} {'; '.join(way) or 'nothing more is asked'}"
        yield from wrapped(text, width, initial_indent="  ", subsequent_indent="    ")
    if not each.complete:
        yield "  or in other ways, which are not told here"
    if each.statements:
        text = f"by {', '.join(each.statements)}"
        yield from wrapped(text, width, initial_indent="  ", subsequent_indent="    ")
    one = each.change.witnesses[0]
    told = f"for example ({one.code}, {one.world} world: {'; then '.join(_answers(each, pair))}):"
    yield from wrapped(told, width, initial_indent="  ", subsequent_indent="    ")
    yield from (f"    {line}" for line in as_yaml(_fuller(each)).splitlines())


def _fuller(each: Told) -> dict[str, Any]:
    """Return the case of the side that is shown more of it: each is shown what it has words for."""
    one, two = each.change.witnesses
    return max(two.said, one.said, key=lambda said: len(as_yaml(said)))


def _answers(each: Told, pair: Pair) -> list[str]:
    """Return what each side says of the smallest case."""
    return [_answer(w.answer, w.by, side.guideline) for w, side in zip(each.change.witnesses, pair.sides, strict=True)]


def _answer(answer: str, by: Sequence[str], guideline: Guideline) -> str:
    return in_words(answer, guideline) + behind(by, guideline.program)


def _flips(flips: Sequence[dict[str, Any]], pair: Pair, width: int) -> Iterator[str]:
    number = some(len(flips), "line") if flips else "no line"
    yield f"{number} of the cases named change{'s' * (len(flips) < 2)}"
    for flip in flips:
        case, line, before, after = _flip(flip, pair)
        text = f"{case} {line}: {before}; then {after}"
        yield from wrapped(text, width, initial_indent="  ", subsequent_indent="    ")


def _flip(flip: dict[str, Any], pair: Pair) -> tuple[str, str, str, str]:
    sides = zip((flip["before"], flip["after"]), pair.sides, strict=True)
    before, after = (_answer(told["outcome"], told["by"], side.guideline) for told, side in sides)
    return flip["case"], f"{flip[CODE]}@{flip['session']}", before, after


def as_html(pair: Pair, found: Sequence[Told], flips: Sequence[dict[str, Any]] | None) -> str:
    """Return how two sides differ as one self-contained HTML document.

    :raises PagesError: where Jinja2 is not installed.
    """
    rows = None if flips is None else [_flip(flip, pair) for flip in flips]
    kinds = [_kind(each, pair) for each in found]
    return difference_page.as_html(
        _names(pair), ". ".join((summary(found), *beside(pair))), kinds, rows, pair.sides[1].guideline.program
    )


def _kind(each: Told, pair: Pair) -> Kind:
    change, one = each.change, each.change.witnesses[0]
    shown = {
        "code": one.code, "world": one.world, "case": as_yaml(_fuller(each)).splitlines(),
        "answers": _answers(each, pair),
    }  # fmt: skip
    words = _words(each, pair)
    return Kind(
        _head(each, pair), change.before, change.after, words, each.codes, each.statements, each.when, each.complete,
        shown,
    )  # fmt: skip
