"""What was proved of an edition, as text and as data: findings with their witnesses, and what lines can come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...engine.analysis.diff import REFUSED
from ...engine.analysis.policy import Witness
from ...engine.analysis.reliance import Reliance, Share
from ...engine.analysis.run import Analysis, Proved
from ...engine.analysis.sweep import Harm
from ...engine.cases.written import as_yaml
from ...engine.language.errors import Finding
from ...engine.language.terms import Place, quote
from ...engine.library.guideline import Guideline
from ...engine.program.interface import CODE, WAITING
from ..advice.phrases import listed, wrapped
from ..advice.wording import behind
from ..render.findings import record, shown
from ..testing.equivalent import Mark, read_marks

GUARDS = "guards.yaml"
"""The file of a guideline that marks with a reason what is kept, though it changes no answer."""
LEGEND = f"{REFUSED}: the case contradicts itself, or a line of it has no outcome, or two"
NAMED = 3
"""How many cases of a bank are named at most."""
_NONE = {
    "faults": "no line of any legal case has two outcomes, or none",
    "hopeless": "no line waits for documentation that comes to one refusal whatever it says",
    "dead": "every rule fires, and every part of a rule matters",
    "properties": "what can never be by properties.dl is so in no legal case",
}


def marks_of(guideline: Guideline) -> list[Mark]:
    """Return what is marked of a guideline, with a reason: changes that are equivalent, and parts that are kept.

    :raises CaseError: where a file of marks cannot be read.
    """
    return [m for folder in guideline.folders for name in (GUARDS, "equivalent.yaml") for m in read_marks(folder, name)]


def stale(told: Analysis, guideline: Guideline) -> list[Proved]:
    """Return what guards.yaml marks that is not idle any more, or not there; of an edition that was looked through."""
    if "dead" not in told.asked or "dead" in told.unknown:
        return []
    idle = {(each.cut.rule.id, each.cut.change) for each in told.found if each.cut}
    whole = {each.cut.rule.id for each in told.found if each.cut and each.cut.part < 0}
    known = {rule.id for rule in guideline.program.rules}
    mine = {rule.id for rule in guideline.program.edition(told.date)}
    found = []
    for mark, line in zip(read_marks(guideline.folder, GUARDS), _lines(guideline.folder / GUARDS), strict=False):
        if (mark.rule, mark.mutation) in idle or (mark.rule in known and mark.rule not in mine) or mark.rule in whole:
            continue
        why = "no longer changes nothing" if mark.rule in known else "is of no rule that is there"
        message = f"{mark.rule}, {mark.mutation}: what is marked {why}"
        found.append(Proved(Finding("stale-guard", Place(GUARDS, line), message, "delete the mark")))
    return found


def _lines(path: Path) -> list[int]:
    """Return the line on which each mark of a file begins."""
    text = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [at for at, line in enumerate(text, 1) if line.startswith("-")]


def unmarked(found: Sequence[Proved], marks: Sequence[Mark]) -> tuple[list[Proved], int]:
    """Return the findings that no mark is for, and how many are marked."""
    known = {(mark.rule, mark.mutation) for mark in marks}
    left = [each for each in found if not each.cut or (each.cut.rule.id, each.cut.change) not in known]
    return left, len(found) - len(left)


def as_json(told: Analysis, left: Sequence[Proved], guideline: Guideline) -> dict[str, Any]:
    """Return an analysis as the documented JSON object."""
    return {
        "guideline": guideline.program.name, "as_of": told.date, "world": told.world or "both",
        "analyses": told.asked, "unknown": told.unknown,
        "findings": [
            {**record(each.finding, guideline.folder), "witness": witness(each.witness) if each.witness else None}
            for each in left
        ],
        "reach": [
            {"codes": list(codes), "ways": [{"outcome": name, "by": by} for name, by in ways]}
            for codes, ways in told.reach.items()
        ],
        "reliance": [
            {
                "name": each.name,
                "changes": [{CODE: c.code, "before": c.before, "after": c.after} for c in each.changes],
                "witness": witness(each.witnesses[0]) if each.witnesses else None,
                **({"share": each.share._asdict()} if each.share else {}),
            }
            for each in told.reliance
        ],
        "harm": [
            {"key": h.slot.key, "name": h.slot.name, "before": witness(h.before), "after": witness(h.after)}
            for h in told.harms
        ],
    }  # fmt: skip


def witness(found: Witness) -> dict[str, Any]:
    """Return a witness as the documented JSON object."""
    return {
        "case": found.said, "world": found.world, CODE: found.code, "answer": found.answer, "by": list(found.by),
    }  # fmt: skip


def as_text(told: Analysis, left: Sequence[Proved], marked: int, guideline: Guideline, width: int) -> str:
    """Return an analysis as text."""
    worlds = {"open": "open world", "closed": "closed world"}.get(told.world, "both worlds")
    lines: list[str] = []
    lines += (line for each in left for line in finding_lines(each, guideline))
    lines += (part for line in _proved(told, left, marked) for part in wrapped(line, width, subsequent_indent="  "))
    lines += _reach(told, guideline, width)
    lines += _harms(told.harms, guideline, width)
    lines += _reliance(told.reliance, guideline, width)
    lines += (f"unknown: {name}: the time was over" for name in told.unknown)
    head = f"{guideline.program.name}, rules of {told.date}, every legal case, {worlds}"
    return "\n".join([*wrapped(head, width), "", *lines[lines[:1] == [""] :]]).rstrip() + "\n"


def finding_lines(each: Proved, guideline: Guideline) -> Iterator[str]:
    """Yield a finding with the case that shows it."""
    finding: Finding = each.finding
    place = f"{shown(guideline.folder / finding.place.file)}:{finding.place.line}:{finding.place.column}"
    yield f"{place}: {finding.code}: {finding.message}; {finding.fix}"
    if each.witness:
        yield from case_lines(each.witness, guideline)


def case_lines(found: Witness, guideline: Guideline) -> Iterator[str]:
    """Yield a witness: what the decision says of it, and the case."""
    answer = found.answer.removeprefix("witness:1:1: ").partition("; ")[0]  # the remedy stands beside the finding
    told = in_words(answer, guideline) + behind(found.by, guideline.program)
    yield f"  {found.code} in the {found.world} world: {told}"
    yield from (f"    {line}" for line in as_yaml(found.said).splitlines())


def _proved(told: Analysis, left: Sequence[Proved], marked: int) -> Iterator[str]:
    kinds = {"faults": ("conflict", "gap"), "hopeless": ("hopeless",), "properties": ("property",)}
    for name in told.asked:
        mine = kinds.get(name, tuple({each.finding.code for each in left} - {c for k in kinds.values() for c in k}))
        if name in _NONE and name not in told.unknown and not any(each.finding.code in mine for each in left):
            more = f" ({marked} marked with a reason)" if name == "dead" and marked else ""
            yield f"proved: {_NONE[name]}{more}"


def _reach(told: Analysis, guideline: Guideline, width: int) -> Iterator[str]:
    for codes, ways in told.reach.items():
        yield ""
        named = (code if _named(code, guideline) else f"{code} (any code not named)" for code in codes)
        yield from wrapped(", ".join(named), width, subsequent_indent="  ")
        for outcome in dict.fromkeys(name for name, _ in ways):
            last = [last for name, last in ways if name == outcome and last]
            words = guideline.program.outcome(outcome).words if outcome != WAITING else "more information needed"
            text = words + behind(last, guideline.program)
            yield from wrapped(text, width, initial_indent="  ", subsequent_indent="    ")


def _named(code: str, guideline: Guideline) -> bool:
    """Say whether the text of a guideline speaks of a code; one that it does not stands for all others."""
    return any(quote(code) in rule.head.args for rule in guideline.program.rules)


def _reliance(found: Sequence[Reliance], guideline: Guideline, width: int) -> Iterator[str]:
    for each in found:
        turns: dict[str, dict[str, None]] = {}
        for change in each.changes:
            turns.setdefault(in_words(change.before, guideline), {})[in_words(change.after, guideline)] = None
        told = "; ".join(f"{before} would be {listed(list(after), last=' or ')}" for before, after in turns.items())
        text = f"without {each.name}: {told or 'no outcome would be another one'}"
        yield from ("", *wrapped(text, width, subsequent_indent="  "))
        if each.share:
            yield from wrapped(_share(each.share), width, initial_indent="  ", subsequent_indent="    ")
        if each.witnesses:
            sides = (c := each.changes[0]).before, c.after
            one, two = (
                in_words(side, guideline) + behind(w.by, guideline.program)
                for side, w in zip(sides, each.witnesses, strict=True)
            )
            code, world = each.witnesses[0].code, each.witnesses[0].world
            text = f"for example {code} in the {world} world: {one}; then {two}"
            yield from wrapped(text, width, initial_indent="  ", subsequent_indent="    ")
            yield from (f"    {line}" for line in as_yaml(each.witnesses[0].said).splitlines())
    if any(REFUSED in (change.before, change.after) for each in found for change in each.changes):
        yield from ("", *wrapped(LEGEND, width, subsequent_indent="  "))


def in_words(answer: str, guideline: Guideline) -> str:
    """Return an outcome in words; what is none, such as why a case is refused, as it is."""
    return {outcome.name: outcome.words for outcome in guideline.program.told()}.get(answer, answer)


def _share(share: Share) -> str:
    """Return in words how much of a case bank changes."""
    some = f", of {', '.join(share.cases[:NAMED])}" if share.cases else ""
    more = f" and {len(share.cases) - NAMED} cases more" if len(share.cases) > NAMED else ""
    unread = f"; {share.unread} are not looked at, for the edition does not hold apart what they say"
    return f"{share.changed} of {share.lines} lines of the cases named change{some}{more}{unread * (share.unread > 0)}"


def _harms(found: Sequence[Harm], guideline: Guideline, width: int) -> Iterator[str]:
    if found:
        yield ""
        yield "turns a yes into a no where it is said beside the rest (no fault):"
    for each in found:
        name = " ".join(filter(None, (each.slot.key, each.slot.name)))
        words = [guideline.program.outcome(w.answer).words for w in (each.before, each.after)]
        by = (", ".join(w.by) for w in (each.before, each.after))
        turn = " becomes ".join(f"{outcome} by {last}" for outcome, last in zip(words, by, strict=True))
        told = f"{name}: {each.before.code} {turn}"
        yield from wrapped(told, width, initial_indent="  ", subsequent_indent="    ")
