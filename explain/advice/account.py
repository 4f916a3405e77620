"""The account of a decided case: for each reason the outcome, the statements that decide it, and what they turn on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.need import single
from ...engine.language.record import NamedTuple
from ...engine.language.terms import Rule, Var, unquote
from ...engine.library.guideline import Guideline
from ...engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE
from ...engine.program.program import AUTHORITIES, Program
from .blocks import Block, Group, Writer
from .grounds import Grounds
from .item import OPEN
from .nothing import between, nothing, wanted_kind
from .step import Step, beyond, rests_on, same
from .ways import Way, ways
from .wording import words


class Account(NamedTuple):
    """One reason, for every line that has it."""

    lines: tuple[LineDecision, ...]
    deciding: tuple[tuple[str, str], ...]  # the statements that give the outcome, or the reason, with their words
    blocks: tuple[Block, ...]  # those of one criterion stand together, the nearest first
    beside: tuple[Block, ...]  # what is met and common to the criteria
    nothing: str  # why no criterion is about the case, where none is
    wanted: str  # the kind of thing that the case has to state before any criterion is about it
    another: bool  # whether it states something of the kind, which is not enough
    between: str  # where no answer would cover the lines: what is open, and which outcomes it decides between
    recorded: Group  # what the record shows, where no criterion is about the case
    change: Callable[[], tuple[Way, ...]]  # looks for what would be different, once it is asked for
    rests_on: tuple[str, ...]  # what the rules that give the outcome cite, and how they are read
    folded: tuple[str, ...]  # steps that hold and are told by their names alone
    others: tuple[str, ...]  # the other statements that can cover a line
    program: Program

    @property
    def ways(self) -> tuple[Way, ...]:
        """What would be different; the search for it may take longer than all else."""
        return self.change()

    @property
    def authorities(self) -> dict[str, tuple[str, ...]]:
        """All that is told rests on, by authority."""
        return by_authority({*self.rests_on, *(name for each in self.blocks for name in each.rests_on)}, self.program)

    @property
    def fails(self) -> bool:
        """Whether the lines are refused."""
        return self.lines[0].role == UNFAVOURABLE

    @property
    def takes_one(self) -> bool:
        """Whether one thing is enough, whichever way is gone."""
        return not self.fails and bool(self.blocks) and bool(self.ways) and all(way.size == 1 for way in self.ways)

    @property
    def any_decides(self) -> bool:
        """Whether any one item that is open decides."""
        opened = {i.atom for block in self.blocks for way in block.lacking for i in way if i.state == OPEN}
        return self.takes_one and opened <= {
            need.atom for way in self.ways for place in way.places for w in place for need in single([w.need])
        }

    def apart(self, items: Group, *, each: bool = False) -> list[tuple[Group, str]]:
        """Return items that stand beside those that decide, with what is said of them.

        Of those by which alone the lines would be covered, as they lift what bars them too, it is that.

        :param each: say it of each of them.
        """
        every = {item.concept for block in (*self.blocks, *self.beside) for item in block.beside}
        ways = self.ways if items and self.fails else ()
        taken = ({n.finding for place in way.places for w in place for n in single([w.need])}
                 for way in ways if not way.request)  # fmt: skip
        turning = {name for names in taken if names <= every for name in names}
        one = each or len(items) == 1
        plain = f"lead{'s' * one} to no yes" if self.between else f"do{'es' * one} not decide"
        told = [(tuple(i for i in items if (i.concept in turning) == turns), said)
                for turns, said in ((False, plain), (True, "could change it"))]  # fmt: skip
        return [(group, said) for group, said in told if group]

    def as_json(self) -> dict[str, Any]:
        """Return the account as the documented JSON object."""
        line = self.lines[0]
        return {
            "lines": [f"{each.code}@{each.session}" for each in self.lines], "outcome": line.outcome,
            "deciding": [{"statement": name, "words": text} for name, text in self.deciding],
            "blocks": [block.as_json(self.program) for block in self.blocks],
            "beside": [block.as_json(self.program) for block in self.beside],
            "nothing": self.nothing, "wanted": self.wanted, "between": self.between,
            "recorded": [item.as_json() for item in self.recorded],
            "ways": [way.as_json() for way in self.ways],
            "rests_on": self.program.in_order({name for each in self.lines for name in each.rests_on}),
            "authorities": {name: list(each) for name, each in self.authorities.items()},
            "folded": list(self.folded), "others": list(self.others),
        }  # fmt: skip


def accounts(judged: Judged, lines: Iterable[LineDecision] = ()) -> list[Account]:
    """Return the account of every line, or of some; lines with one reason share it.

    A reason is the outcome, the statements, the items and how they stand.
    """
    told = list({(line.code, line.session): line for line in lines or judged.decision.lines}.values())
    grounds = Grounds(judged)
    known: list[_Written] = []
    found: dict[tuple[object, ...], Account] = {}
    for line in told:
        each = _account(line, grounds, known)
        told_as = each.deciding, each.nothing, each.wanted, each.between, frozenset([b.reason for b in each.blocks])
        key = (line.outcome, line.session, *told_as)
        same = found.get(key)
        found[key] = _together(same, each) if same else each
    return list(found.values())


def _together(one: Account, other: Account) -> Account:
    """Return two accounts with one reason as one; what would change some of its lines only says so."""
    program = one.program
    same, beside = ({block.reason: block for block in each} for each in (other.blocks, (*other.beside, *one.beside)))
    return one._replace(
        lines=(*one.lines, *other.lines), change=tuple if one.change is tuple else cache(lambda: _of_both(one, other)),
        blocks=tuple([_shared(block, same[block.reason]) for block in one.blocks]),
        beside=tuple(beside.values()), folded=tuple(dict.fromkeys((*one.folded, *other.folded))),
        rests_on=_both(one.rests_on, other.rests_on, program),
    )  # fmt: skip


def _shared(one: Block, other: Block) -> Block:
    """Return two blocks that say the same, of different lines, as one with the rules of both."""
    if one == other:
        return one
    return one._replace(
        how=tuple(dict.fromkeys((*one.how, *other.how))), whole=one.whole and other.whole,
        beside=tuple(dict.fromkeys((*one.beside, *other.beside))), rests_on=one.rests_on | other.rests_on,
    )  # fmt: skip


def _both(one: tuple[str, ...], other: tuple[str, ...], program: Program) -> tuple[str, ...]:
    return one if one == other else tuple(program.in_order({*one, *other}))


def _of_both(one: Account, other: Account) -> tuple[Way, ...]:
    found = [way for way in one.ways if way in other.ways]
    for each in (one, other):
        only = tuple(line.code for line in each.lines)
        found += [way._replace(only=way.only or only) for way in each.ways if way not in found]
    return tuple(found)


class _Said(NamedTuple):
    """What the account of a line is written from, but for what would change it."""

    outcome: str
    by: tuple[str, ...]
    reason: str | None
    wanted: str
    between: str
    rules: tuple[str, ...]  # those that give the outcome


class _Written(NamedTuple):
    """An account, and what it was written from."""

    said: _Said
    steps: list[Step]
    account: Account


def _account(line: LineDecision, grounds: Grounds, known: list[_Written]) -> Account:
    """Return the account of a line, written once for all lines of which the same is to be said."""
    rules, wanted = grounds.deciding_rules(line), wanted_kind(line, grounds.program)
    steps = [] if wanted else grounds.steps(line)
    named = tuple(rule.id for rule in rules)
    said = _Said(line.outcome, line.by, line.reason, wanted, between(line, grounds.judged), named)
    for each in known:
        if each.said == said and same(each.steps, steps):
            return each.account._replace(lines=(line,), change=_change(line, grounds))
    known.append(_Written(said, steps, _written(line, grounds, steps, rules, said)))
    return known[-1].account


def _written(line: LineDecision, grounds: Grounds, steps: Sequence[Step], rules: list[Rule], said: _Said) -> Account:
    program, guideline = grounds.program, grounds.judged.guideline
    writer = Writer(line, program)
    for step, more in beyond(steps):
        writer.line_rule(step, more)
    blocks, beside = writer.told()
    shown = {block.statement for block in (*blocks, *beside)}
    could = covering(guideline, guideline.since(grounds.judged.situation.date))
    unspoken = None if blocks or line.role == SILENT else nothing(grounds)
    return Account(
        (line,), tuple(_deciding(line, rules, program)), blocks, beside, str(unspoken or ""), said.wanted,
        bool(unspoken and unspoken.named), said.between,
        grounds.items.recorded() if unspoken else (), _change(line, grounds),
        rests_on(rules, program, program.predicates if said.wanted else ()), tuple(writer.folded),
        tuple(name for name in could if name not in shown),
        program,
    )  # fmt: skip


def _change(line: LineDecision, grounds: Grounds) -> Callable[[], tuple[Way, ...]]:
    if not line.lacks:
        return tuple
    return cache(lambda: tuple(ways(grounds.judged, line)))


def _deciding(line: LineDecision, rules: Iterable[Rule], program: Program) -> list[tuple[str, str]]:
    if line.role == SILENT:
        return [(line.reason or "", program.label(line.reason))]
    glosses = {rule.cites[0]: rule.gloss for rule in rules if rule.cites and "{" not in rule.gloss}
    return [(name, glosses.get(name) or words(name, program)) for name in line.by if name in program.statements]


def by_authority(names: Iterable[str], program: Program) -> dict[str, tuple[str, ...]]:
    """Return statements and readings by their authority, each in the order of an answer."""
    found: dict[str, list[str]] = {authority: [] for authority in (*AUTHORITIES, *program.authorities)}
    for name in program.in_order(set(names)):
        found[program.statements[name].authority if name in program.statements else "interpretation"].append(name)
    return {authority: tuple(each) for authority, each in found.items() if each}


@lru_cache(maxsize=16)
def covering(guideline: Guideline, date: str) -> tuple[str, ...]:
    """Return the statements that can cover a line by the rules of an ISO date, in the order of the text."""
    program, rules = guideline.program, guideline.program.edition(date)
    found, stack = set(), [(each.name, 2) for each in program.of_role(FAVOURABLE)]
    seen = set(stack)
    for name, at in stack:
        for rule in rules:
            if rule.head.predicate != name:
                continue
            term = rule.head.args[at]
            if not isinstance(term, Var):
                found.add(unquote(term))
                continue
            places = {(lit.atom.predicate, i) for lit in rule.literals if lit.positive
                      for i, a in enumerate(lit.atom.args) if a == term}  # fmt: skip
            stack += sorted(places - seen)
            seen |= places
    return tuple(name for name in program.statements if name in found)
