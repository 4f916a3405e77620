"""The part of a letter for the doctor: a table from the same items as the paragraph, and what stands under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ...engine.decision.support import leaves
from ...engine.language.terms import Atom, unquote
from ...engine.program.interface import SILENT
from ...engine.program.program import INFERRED, Program
from . import remedies
from .account import Account
from .asks import called
from .blocks import Block
from .grounds import Grounds
from .item import BARS, MET, Item
from .phrases import listed, sentence, some, stopped
from .told import ANY, FURTHER, WAY, of_each
from .ways import in_sentences


class Row(NamedTuple):
    """What is asked in one place and what the record has of it; the cells that are like those above it are empty."""

    lines: str
    outcome: str
    criterion: str
    asked: str
    recorded: str
    source: str


def rows(account: Account, grounds: Grounds) -> list[Row]:
    """Return the table of one reason: what is not met of each statement, and what is."""
    found = [Row("", "", *each) for block in (*account.blocks, *account.beside)
             for each in _of(block, grounds.program, account)]  # fmt: skip
    if account.nothing:
        found.append(Row("", "", "", "what a criterion for this request names", account.nothing, ""))
    found += [Row("", "", "", *each) for each in _told("", account.recorded)]
    if account.lines[0].role == SILENT:
        reasons = grounds.reasons
        told = [reasons.say(a) for a in reasons.circumstances(reasons.decisive(account.lines[0]))]
        found.append(Row("", "", account.deciding[0][1], "", "; ".join(told), ""))
    first = found[0] if found else Row("", "", "", "", "", "")
    lines = ", ".join(called(line, grounds.judged) for line in account.lines)
    by = ", ".join(account.lines[0].by)
    outcome = account.lines[0].words + (f", {by}" if by else "")
    return [first._replace(lines=lines, outcome=outcome), *found[1:]]


def _of(block: Block, program: Program, account: Account) -> Iterator[tuple[str, str, str, str]]:
    """Yield the rows of a statement; its name and its place stand in the first, or `or` where it is told already."""
    name, other = ("", FURTHER[ANY]) if block.instead else (criterion(block.statement, program), "")
    for mark, group in (*parts(block), ("", block.met)):
        for asked, recorded, source in _told(mark, group):
            yield name, other + asked, recorded, source
            name = other = ""
    for items, does in account.apart(block.beside, each=True):
        for asked, recorded, source in _told("", items):
            yield name, f"{asked} ({does})", recorded, source
            name = ""


def parts(block: Block) -> list[tuple[str, Sequence[Item]]]:
    """Return what a block lacks in parts: what every way of it lacks, then a choice, or the ways one after another."""
    common = [item for item in next(iter(block.lacking), ()) if all(item in group for group in block.lacking)]
    rests = [rest for group in block.lacking if (rest := [item for item in group if item not in common])]
    if block.whole and len(rests) > 1 and all(len(rest) == 1 for rest in rests):
        return [("", common), (ANY, [rest[0] for rest in rests])]
    return [("", common), *((WAY, rest) for rest in rests)]


def criterion(statement: str, program: Program) -> str:
    """Return a statement with its place in the document and its authority."""
    if statement not in program.statements:
        return statement
    known = program.statements[statement]
    return f"{statement}: {known.source} ({known.authority.replace('_', ' ')})"


_STANDS = {MET: "met", BARS: "so, and must not be"}


def _told(mark: str, items: Iterable[Item]) -> Iterator[tuple[str, str, str]]:
    """Yield what is asked, what is recorded and where; items of which the record says the same share a row."""
    for at, ((stands, recorded, source), same) in enumerate(groupby(items, key=_standing)):
        each = list(same)
        mark = FURTHER.get(mark, mark) if at else mark
        asked = "; ".join(f"{item.label}{f', {item.needed}' if item.needed else ''}" for item in each)
        yield mark + asked, (of_each(recorded) if each[1:] else recorded) or stands, source


def _standing(item: Item) -> tuple[str, str, str]:
    told = item.told.partition(", ")[0] if item.needed else item.told
    return _STANDS.get(item.state, "not met"), told, item.place


def diagnoses(grounds: Grounds) -> list[tuple[str, tuple[str, ...]]]:
    """Return each diagnosis code that was read, and what it stands for."""
    program, model = grounds.program, grounds.model
    named: dict[str, list[str]] = {code: [] for code in grounds.reasons.codes()}
    coded = {name for name, p in program.predicates.items() if p.case and p.case.shape == "codes"}
    for atom in model.support:
        if grounds.reasons.is_fact(atom) and model.sure(atom) and program.declared()[atom.predicate].is_open:
            own = [a for a in leaves(model, atom) if a in grounds.judged.case.facts and a.predicate in coded]
            for each in own if _names(atom, grounds) else ():
                named[unquote(str(each.args[0]))].append(program.label(atom.args[0]))
    return [(code, tuple(dict.fromkeys(labels))) for code, labels in named.items()]


def _names(atom: Atom, grounds: Grounds) -> bool:
    """Say whether something is so by its own name, and does not follow from something narrower."""
    premises = grounds.model.support[atom].premises
    return not any(premise.predicate == atom.predicate for premise in premises)


def flags(account: Account, grounds: Grounds) -> list[str]:
    """Return what is to be known of a reason beside its table: authorities, objections, and where more is."""
    return [*_authorities(account), *_ways(account, grounds)]


def _authorities(account: Account) -> Iterator[str]:
    for authority, each in account.authorities.items():
        names, them = f"{listed(each)} {'are' if len(each) > 1 else 'is'}", "them" if len(each) > 1 else "it"
        if authority == "earlier_edition":
            yield f"{names} taken from an earlier edition; the text at hand has lost {them}."
        elif authority == "interpretation":
            yield f"Readings used: {', '.join(each)}."
        elif authority in (INFERRED, *account.program.authorities):
            words = account.program.authorities.get(authority, INFERRED).removesuffix("; to be confirmed")
            yield f"{names} {words}; confirm {them} against the full document before this letter is sent."


def _ways(account: Account, grounds: Grounds) -> Iterator[str]:
    """Yield what the guideline objects to of the ways that the paragraph has, and how many more there are."""
    found = [way for line in account.lines for way in remedies.ways(grounds.judged, line).ways]
    texts = {advisory.id: advisory.text for way in found for advisory in way.objections}
    shown, more = in_sentences(account.ways) if not account.nothing else ((), len(account.ways))
    for way in shown:
        asked = f"On a request in which {listed(way.request)}" if way.request else "On one of the ways to a yes"
        yield from (stopped(f"{asked}: {texts[name]}") for name in way.objections)
    if more or any(way.is_long for way in shown):
        case = grounds.judged.decision.case
        beyond = f"there {'are' if more > 1 else 'is'} {some(more, 'more way' if shown else 'way')} to a yes"
        yield f"{sentence(beyond if more else 'each way in full').removesuffix('.')}: coverlog checklist {case}."
