"""The analyses of an edition, each by its name, with a limit of time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from ..cases.case import Case
from ..language.errors import Finding
from ..language.terms import Place
from ..library.guideline import Guideline
from ..program.general import of_rule
from ..program.interface import SERVICE, UNFAVOURABLE
from ..program.program import Program
from .advising import silent
from .formula import OutOfTimeError, within
from .idle import DEAD, REDUNDANT, VACUOUS, Mark, idle
from .policy import Policy, Witness
from .properties import broken
from .reliance import Reliance, reliance
from .sweep import CONFLICT, Harm, faults, harms, hopeless, reached
from .switched import Cut

SELDOM = ("reliance",)
"""The analyses that are made only where they are asked for, for each statement takes a second."""
SECONDS = 60.0
"""How long all analyses may take together where nobody says otherwise."""


class Proved(NamedTuple):
    """A finding, and the case that shows it, or the part of a rule that it is about."""

    finding: Finding
    witness: Witness | None = None
    cut: Cut | None = None


class Analysis(NamedTuple):
    """What was found of an edition."""

    date: str
    world: str  # `open`, `closed`, or an empty text for both
    found: list[Proved]
    reach: dict[tuple[str, ...], list[tuple[str, str]]]
    harms: list[Harm]
    asked: list[str]  # the names of the analyses that were made
    unknown: list[str]  # of those whose time was over, of which nothing is known
    marked: Collection[Mark] = ()  # parts of rules that are known to make no difference
    reliance: list[Reliance] = []  # noqa: RUF012 - each analysis is given its own
    cases: Sequence[Case] = ()


def analyse(
    guideline: Guideline, date: str, world: str = "", only: tuple[str, ...] = (), seconds: float = SECONDS,
    marked: Collection[Mark] = (), cases: Sequence[Case] = (),
) -> Analysis:  # fmt: skip
    """Return what holds of every legal case of an edition.

    :param date: the ISO date whose edition is meant.
    :param world: `open` or `closed`; an empty text for both.
    :param only: names of analyses; without them all are made.
    :param marked: parts of rules that are known to make no difference.
    :param cases: those of which reliance tells how many lines change.
    :raises NotGroundedError: where the edition has no circuit.
    """
    policy = Policy(guideline, date, world)
    asked = [name for name in ANALYSES if (name in only if only else name not in SELDOM)]
    told = Analysis(date, world, [], {}, [], asked, [], marked, [], cases)
    within(seconds, lambda: _made(policy, told))
    return told


def _made(policy: Policy, told: Analysis) -> None:
    for name in told.asked:
        try:
            ANALYSES[name](policy, told)
        except OutOfTimeError:
            told.unknown.append(name)


def _faults(policy: Policy, told: Analysis) -> None:
    for kind, witness in faults(policy):
        told.found.append(Proved(_fault(kind, witness, policy.program), witness))


def _fault(kind: str, witness: Witness, program: Program) -> Finding:
    line = f"a line of code {witness.code}"
    if kind == CONFLICT:
        fix = "let one of them ask that the other does not hold, or declare which goes first"
        return Finding("conflict", _place(program), f"{line} can have two outcomes that exclude each other", fix)
    return Finding("gap", _place(program), f"{line} can be left without an outcome", "let a rule give it one")


def _hopeless(policy: Policy, told: Analysis) -> None:
    if policy.world == "closed":
        return
    for witness in hopeless(policy):
        message = f"a line of code {witness.code} can wait for documentation that comes to one refusal whatever it says"
        fix = "let it be refused where nothing can cover it"
        told.found.append(Proved(Finding("hopeless", _place(policy.program), message, fix), witness))


def _place(program: Program) -> Place:
    return program.predicates[program.of_role(UNFAVOURABLE)[0].name if program.of_role(UNFAVOURABLE) else SERVICE].place


def _properties(policy: Policy, told: Analysis) -> None:
    for rule, witness in broken(policy.guideline, policy.date, policy.world):
        fix = "put right the rules by which it is so, or the property"
        message = f"{rule.id} can be: {of_rule(rule, policy.program)}"
        told.found.append(Proved(Finding("property", rule.place, message, fix), witness))


def _dead(policy: Policy, told: Analysis) -> None:
    parts, facts = idle(policy.program, policy.date, told.marked, policy.guideline.hash)
    told.found.extend(Proved(_part(cut, kind), cut=cut) for cut, kind in parts.items())
    silent_rules = silent(policy.program, policy.date, policy.guideline.hash, policy)
    told.found.extend(Proved(_part(cut, DEAD), cut=cut) for cut in map(Cut, silent_rules))
    for fact in facts:
        message = f"no rule that can fire asks for {fact.head} ({fact.id})"
        told.found.append(Proved(Finding("dead-fact", fact.place, message, "delete it, or mark it in guards.yaml")))


def _part(cut: Cut, kind: str) -> Finding:
    rule, fix = cut.rule, "delete it, or mark it with a reason in guards.yaml"
    part = rule.body[cut.part] if cut.part >= 0 else ""
    if kind == DEAD:
        return Finding("dead-rule", rule.place, f"{rule.id} fires in no legal case", fix)
    if kind == REDUNDANT:
        return Finding("redundant-rule", rule.place, f"{rule.id} fires, and changes no answer", fix)
    if kind == VACUOUS:
        return Finding("vacuous-threshold", rule.place, f"{part} in {rule.id} changes no answer", fix)
    return Finding("dead-literal", rule.place, f"{part} in {rule.id} changes no answer", fix)


def _reach(policy: Policy, told: Analysis) -> None:
    told.reach.update(reached(policy))


def _harm(policy: Policy, told: Analysis) -> None:
    try:
        told.harms.extend(harms(policy))
    finally:  # the solver finds them in an order of its own
        told.harms.sort(key=lambda harm: (harm.slot.key, harm.slot.name))


def _reliance(policy: Policy, told: Analysis) -> None:
    told.reliance.extend(reliance(policy.guideline, policy.date, policy.world, told.cases))


ANALYSES: dict[str, Callable[[Policy, Analysis], None]] = {
    "faults": _faults, "hopeless": _hopeless, "properties": _properties, "reach": _reach, "harm": _harm, "dead": _dead,
    "reliance": _reliance,
}  # fmt: skip
"""The analyses by their names."""


def witnesses(told: Analysis) -> Iterator[Witness]:
    """Yield every case that shows something."""
    yield from (each.witness for each in told.found if each.witness)
    yield from (witness for harm in told.harms for witness in (harm.before, harm.after))
