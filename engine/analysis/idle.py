"""Parts of the rules that make no difference: which rules never fire, and what no answer rests on, in any edition."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..evaluation.apart import set_apart
from ..evaluation.limits import NotGroundedError
from ..language.digest import sha256
from ..language.terms import Comparison, Literal, Part, Rule, Var
from ..library.cache import of_edition, program_in
from ..program.graph import below
from ..program.program import RESERVED, Program
from .switched import Cut, without
from .trial import Trial


def cuts(program: Program, date: str) -> list[Cut]:
    """Return every rule in force, and every part that can be taken from one."""
    return [cut for rule in set_apart(program)[0].edition(date) if rule.body for cut in (Cut(rule), *_parts(rule))]


def _parts(rule: Rule) -> Iterator[Cut]:
    whole = range(len(rule.body) if len(rule.body) > 1 else 0)
    return (Cut(rule, at) for at in whole if _is_safe(rule, without(rule, at)))


def _is_safe(rule: Rule, body: tuple[Part, ...]) -> bool:
    """Say whether positive literals bind all that the rest of a rule speaks of."""
    bound = {a for part in body if isinstance(part, Literal) and part.positive for a in part.atom.args}
    asked = [a for part in body if isinstance(part, Literal) and not part.positive for a in part.atom.args]
    asked += [Var(name) for part in body if isinstance(part, Comparison) for name in part.names()]
    return all(a in bound for a in (*rule.head.args, *asked) if isinstance(a, Var))


def deciding(program: Program, *more: str) -> Program:
    """Return a program with the rules alone on which outcomes, refusals and what is shown rest.

    :param more: predicates whose rules are kept too.
    """
    told = {*more, *(each.name for each in program.outcomes)}
    told |= {p.name for p in program.predicates.values() if p.is_error or p.is_shown}
    read = below(program, *told, closing=True)
    return program._replace(rules=tuple(rule for rule in program.rules if rule.head.predicate in read))


DEAD, IDLE, VACUOUS, REDUNDANT, UNASKED = (
    "dead-rule", "dead-literal", "vacuous-threshold", "redundant-rule", "dead-fact",
)  # fmt: skip


Kept = tuple[list[tuple[int, str]], list[int]]
"""What makes no difference, by the places of parts and of facts in their lists."""
Mark = tuple[str, str]
"""The id of a rule, and a change of it in the words of a mutation."""


def idle(
    program: Program, date: str, marked: Collection[Mark] = (), digest: str = ""
) -> tuple[dict[Cut, str], list[Rule]]:
    """Return what makes no difference in any edition in which it is in force, each with what it is.

    Beside them stand the facts of the edition of a date that no rule asks for which can fire.
    A rule is dead where it cannot fire, and redundant where all that it gives is given without it; nothing is then said
    of its parts.

    :param date: an ISO date of the edition that is looked at first.
    :param marked: what is known to make no difference: it is looked at in that edition alone.
    :param digest: of the text of the program, for which the answer is kept; without one it is not.
    :raises NotGroundedError: where an edition has no circuit.
    """
    every = cuts(deciding(program), date)
    facts = [rule for rule in program.edition(date) if not rule.body]

    def made() -> Kept:
        parts, unread = _idle(program, date, every, marked)
        return [(every.index(cut), kind) for cut, kind in parts.items()], [facts.index(fact) for fact in unread]

    key = kept_as(digest, *(f"{rule}\n{change}" for rule, change in sorted(marked)))
    kinds, unread = of_edition("idle", (key, date), _read, made, lambda found: found)
    return {every[at]: kind for at, kind in kinds}, [facts[at] for at in unread]


def _idle(program: Program, date: str, every: list[Cut], marked: Collection[Mark]) -> tuple[dict[Cut, str], list[Rule]]:
    """Return what of all parts makes no difference in any edition, and the facts that nothing asks for."""
    days = editions(program, date)
    trial = _trial(program, date, every, days)
    found = idle_of(trial, every)
    known = {cut: kind for cut, kind in found.items() if (cut.rule.id, cut.change) in marked}
    found = {cut: kind for cut, kind in found.items() if cut not in known}
    for day in days:
        mine = [cut for cut in found if cut.rule.in_force(day)]
        its = trial if trial.is_of(day) or not mine else _trial(program, day, mine)
        again = idle_of(its, mine, day) if mine else {}
        both = {DEAD, REDUNDANT}
        found = {
            cut: REDUNDANT if {kind, again.get(cut, kind)} == both else kind
            for cut, kind in found.items() if cut in again or not cut.rule.in_force(day)
        }  # fmt: skip
    found |= known
    whole = {cut.rule for cut in found if cut.part < 0}
    told = {cut: kind for cut, kind in found.items() if cut.part < 0 or cut.rule not in whole}
    return told, unasked(trial, date)


def kept_as(digest: str, *asked: str) -> str:
    """Return what an answer about a text is kept by, with this program and what is asked; empty where it is not."""
    return digest and sha256("\n".join([digest, program_in(Path(__file__).parent.parent), *asked]).encode()).hexdigest()


def _read(data: Any) -> Kept:
    kinds, facts = data
    return [(int(at), str(kind)) for at, kind in kinds], list(map(int, facts))


def editions(program: Program, date: str) -> list[str]:
    """Return a day of each edition but the one of a date: the first, or for the earliest edition its last."""
    days = program.boundaries()
    before = [(datetime.date.fromisoformat(days[0]) - datetime.timedelta(1)).isoformat()] if days else []
    mine = [day for day in days if day <= date][-1:] or before
    return [day for day in (*before, *days) if day not in mine]


def idle_in(program: Program, date: str, wanted: list[Cut]) -> dict[Cut, str]:
    """Return which of some parts make no difference in an edition, each with what it is."""
    return idle_of(_trial(program, date, wanted), wanted)


def _trial(program: Program, date: str, wanted: list[Cut], days: Sequence[str] = ()) -> Trial:
    """Return an edition beside itself without parts of its rules, and others with it where they can be put together.

    What the rest of the rules reads, such as those of advisories, is taken to be told as well.
    """
    rules = deciding(program)
    read = {lit.atom.predicate for rule in program.rules if rule not in rules.rules for lit in rule.asked}
    try:
        return Trial(rules, date, wanted, read, days)
    except NotGroundedError:
        if not days:
            raise
        return Trial(rules, date, wanted, read)


def idle_of(trial: Trial, wanted: list[Cut], day: str = "") -> dict[Cut, str]:
    """Return which of some parts make no difference in the edition of a trial, each with what it is.

    :param day: an ISO date of another of its editions, where that is meant.
    """
    changing = trial.changing(wanted, day)
    firing = trial.firing({cut.rule.place for cut in wanted if cut.part < 0}, day)
    return {cut: kind for cut in wanted if (kind := _kind(cut, cut in changing, cut.rule.place in firing))}


def _kind(cut: Cut, changes: bool, fires: bool) -> str:
    """Return what a part is that makes no difference; an empty text where it makes one."""
    if cut.part < 0 and not fires:
        return DEAD  # though it may keep a line waiting for what can never be documented
    if changes:
        return ""
    if cut.part < 0:
        return REDUNDANT
    return VACUOUS if isinstance(cut.rule.body[cut.part], Comparison) else IDLE


def unasked(trial: Trial, date: str) -> list[Rule]:
    """Return the facts in force that rules ask for, though none that can fire does."""
    rules = trial.program
    read = {literal.atom.predicate for rule in rules.rules for literal in rule.asked if literal.positive}
    blocks = {literal.atom.predicate for rule in rules.rules for literal in rule.asked if not literal.positive}
    mine = [r for r in rules.edition(date) if not r.body and r.head.predicate in read - blocks - set(RESERVED)]
    asked = trial.asked(fact.head for fact in mine)
    return [fact for fact in mine if fact.head not in asked]
