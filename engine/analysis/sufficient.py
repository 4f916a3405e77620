"""The least of what a case says that already forces an outcome, and the smallest change that turns it."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..cases.case import Case
from ..program.interface import FAVOURABLE, WAITING
from .asked import chosen_of, said_only, told
from .formula import on_time
from .legal import Chosen
from .lines import Line
from .policy import Policy, Witness
from .slots import Option, Slot
from .sweep import documentable, no, yes

Part = tuple[Slot, Option]


class Forced(NamedTuple):
    """A line, what of the case forces its outcome, and the smallest change by which it would be covered, or not."""

    code: str
    session: int
    outcome: str
    needs: list[str] | None  # None where the line waits, for nothing forces that
    whatever: bool  # whatever else is documented of what is open; else only where nothing else is
    change: list[tuple[str, str]] | None  # each thing before and after; None where nothing turns the outcome
    flipped: Witness | None


def forced(policy: Policy, case: Case, code: str, session: int) -> Forced:
    """Return what forces the outcome of a line, and the smallest change that turns it.

    :raises FaultError: where the edition does not hold apart what the case says.
    """
    asked = code if any(code in line.codes for line in policy.lines) else policy.legal.space.another()
    chosen, line = chosen_of(case, session, policy.legal), policy.line(asked)
    fixed = [policy.legal.literal(slot, option) for slot, option in chosen.items()]
    model = policy.formula.solve([*policy.assumed(), *fixed]) or set()
    outcome = next(name for name, literal in line.outcomes.items() if literal in model)
    needs, whatever = None, False
    if outcome != WAITING:
        needs, whatever = _least(policy, chosen, asked, line.outcomes[outcome])
    return Forced(code, session, outcome, needs, whatever, *_turn(policy, chosen, asked, line, outcome))


def _least(policy: Policy, chosen: Chosen, code: str, outcome: int) -> tuple[list[str], bool]:
    """Return the least that a case has to say, and whether its outcome is then so whatever else is documented."""
    legal, open_slots = policy.legal, set(documentable(policy, settled=True))
    said = dict(said_only(chosen))
    rest = [(slot, option) for slot, option in chosen.items() if slot not in said]
    hard = [*policy.assumed(code), -outcome]
    unsaid = [legal.literal(*part) for part in rest if part[0] not in open_slots]
    whatever = policy.formula.solve([*hard, *unsaid, *map(legal.literal, said, said.values())]) is None
    if not whatever:
        unsaid = [legal.literal(*part) for part in rest]
    soft = {legal.literal(*part): part for part in said.items()}  # of the line itself its units may matter
    kept = smallest_core(policy, [*hard, *unsaid], list(soft))
    return [told(*_valued(soft[literal])) for literal in kept], whatever


def _valued(part: Part) -> tuple[Slot, Any]:
    return part[0], part[1].value


def smallest_core(policy: Policy, hard: list[int], soft: list[int]) -> list[int]:
    """Return as few of some literals as contradict what is asked, all of which do together."""
    from pysat.examples.optux import OptUx
    from pysat.formula import WCNF

    on_time()
    asked = WCNF()
    asked.extend([*policy.formula.clauses, *([literal] for literal in hard)])
    for literal in soft:
        asked.append([literal], weight=1)

    # It is thrown away by these, also where an interrupt came before it had them.
    OptUx.hitman = OptUx.oracle = None
    with OptUx(asked) as found:
        core = found.compute() or []
    return [soft[at - 1] for at in core]


def _turn(
    policy: Policy, chosen: Chosen, code: str, line: Line, outcome: str
) -> tuple[list[tuple[str, str]] | None, Witness | None]:
    """Return the smallest change by which a line is covered, or is not where it was, and the case after it."""
    legal = policy.legal
    covered = policy.program.outcome(outcome).role == FAVOURABLE
    goal = no(policy, line) if covered else yes(policy, line)
    costs = {-legal.literal(slot, option): 1 for slot, option in chosen.items() if len(slot.options) > 1}
    model = policy.formula.smallest([*policy.assumed(code), goal, policy.sound()], costs)
    if model is None:
        return None, None
    new = legal.case(model)
    changed = [slot for slot in chosen if new[slot].inputs != chosen[slot].inputs]
    same = {slot: option for slot, option in chosen.items() if slot not in changed}
    turned = [(told(slot, chosen[slot].value), told(slot, new[slot].value)) for slot in changed]
    return turned, policy.witness(model, code, same)
