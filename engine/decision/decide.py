"""From a case to a decision: an outcome for each service line, by the statements that give it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ..cases.case import Case
from ..evaluation.limits import Done, LimitError, one_case
from ..evaluation.rules import Model
from ..language.comparison import NotANumberError
from ..language.digest import sha256
from ..language.errors import CaseError, refused
from ..language.record import NamedTuple
from ..language.terms import Atom, Constant, quote, unquote
from ..library.guideline import Guideline
from ..program.interface import ADVISORY, FAVOURABLE, SILENT, UNFAVOURABLE, WAITING, Outcome
from ..program.program import Predicate, Program
from ..program.words import say_rule
from .decision import Advisory, Decision, LineDecision
from .need import Set, in_order
from .outcomes import awaited, decided, favourable, leads_to, passed, surely
from .resting import how, rests_on
from .situation import Situation, refuse_contradiction
from .why import Why

if TYPE_CHECKING:
    from .missing import Missing

__all__ = ["Judged", "LineDecision", "advisories", "answers", "decide", "judge"]


class Judged(NamedTuple):
    """A decision with what it was read off, for those who explain it."""

    decision: Decision
    situation: Situation

    @property
    def case(self) -> Case:
        """The case decided."""
        return self.situation.case

    @property
    def guideline(self) -> Guideline:
        """The guideline applied."""
        return self.situation.guideline

    @property
    def model(self) -> Model:
        """What follows for the case."""
        return self.situation.model

    @property
    def dated(self) -> str:
        """The date whose rules apply, in words, where it is not the date of service; else an empty text."""
        return f"as of {self.decision.as_of}" * (self.decision.as_of != self.case.date)

    @property
    def why(self) -> Why:
        """What answers why, and why not."""
        return self.situation.why

    @property
    def missing(self) -> Missing:
        """What tells the documentation that would settle a line."""
        return self.situation.missing


def decide(case: Case, guideline: Guideline, *, world: str = "open", as_of: str = "") -> Decision:
    """Decide every line of a case.

    :param world: `open` (what is undocumented is unknown) or `closed` (it is not so).
    :param as_of: the ISO date whose rules apply, where it is not the date of service.
    :raises CaseError: where the case's documentation contradicts itself, or where the rules give one of its lines no
        outcome or two that exclude each other.
    :raises LimitError: where a limit of the evaluation is reached: nothing is known of the case.
    """
    return judge(case, guideline, world=world, as_of=as_of).decision


def judge(case: Case, guideline: Guideline, *, world: str = "open", as_of: str = "") -> Judged:
    """Decide a case and keep what the decision was read off; see `decide`."""
    return _one(case, lambda: _judge(case, guideline, world, as_of or case.date))


def answers(
    case: Case, guideline: Guideline, *, world: str = "open", as_of: str = ""
) -> dict[tuple[str, int], tuple[str, tuple[str, ...]]]:
    """Return by code and session the outcome of each line with its statements or its reason, and no more; see `decide`.

    :raises CaseError: as `decide` does.
    :raises LimitError: as `decide` does.
    """
    told = _one(case, lambda: _all_settled(case, guideline, world, as_of or case.date))
    return {line: (each.outcome.name, each.by or each.reasons[:1]) for line, each in told.items()}


def _one(case: Case, work: Callable[[], Done]) -> Done:
    """Do what is done for a case, count its time, and let what it cannot be decided by name it.

    :raises CaseError: where a text stands where a number has to.
    :raises LimitError: where a limit is reached.
    """
    try:
        return one_case(work)
    except LimitError as error:
        raise type(error)(faults=[fault._replace(place=case.place) for fault in error.faults]) from None
    except NotANumberError as error:
        raise refused(case.place, str(error)) from None


def _all_settled(case: Case, guideline: Guideline, world: str, date: str) -> dict[tuple[str, int], _Settled]:
    situation = Situation(case, guideline, world, date)
    refuse_contradiction(case, guideline.program, situation.model)
    return {line: _settled(line, situation) for line in dict.fromkeys((each.code, each.session) for each in case.lines)}


def _judge(case: Case, guideline: Guideline, world: str, date: str) -> Judged:
    situation = Situation(case, guideline, world, date)
    refuse_contradiction(case, guideline.program, situation.model)
    lines = dict.fromkeys((each.code, each.session) for each in case.lines)
    found = {line: _line(line, situation) for line in lines}
    decision = Decision(
        case.id, guideline.program.name, date, world, tuple(found[line[:2]] for line in case.lines),
        tuple(advisories(guideline.program, situation.model)), tuple(guideline.program.notices.values()),
        guideline_hash=guideline.hash, case_hash=_hash(case),
    )  # fmt: skip
    return Judged(decision, situation)


def _hash(case: Case) -> str:
    """Return the SHA-256 of a case as written, as JSON with its keys sorted and nothing between."""
    said = {key: value for key, value in (case.whole or case.said).items() if key not in ("expect", "expect_closed")}
    return sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class _Settled(NamedTuple):
    """The outcome of a line, and what it is read off."""

    outcome: Outcome
    decisive: list[Atom]
    possible: dict[str, list[Atom]]

    @property
    def last(self) -> tuple[str, ...]:
        """The last arguments of the atoms that decide: statements, or reasons."""
        return tuple(sorted(unquote(str(atom.args[2])) for atom in self.decisive))

    @property
    def by(self) -> tuple[str, ...]:
        """The statements of a line that is covered or refused."""
        return self.last if self.outcome.role in (FAVOURABLE, UNFAVOURABLE) else ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons of a line that is not addressed."""
        return self.last if self.outcome.role == SILENT else ()


def _settled(line: tuple[str, int], situation: Situation) -> _Settled:
    code, session = line
    case, program, model = situation.case, situation.program, situation.model
    possible = situation.outcomes((session, quote(code)))
    sure = surely(possible, model)
    outcome = decided(possible, sure, program)
    decisive = sure.get(outcome.name) or awaited(possible, program)
    if not decisive:
        raise _without_outcome(line, case, program)
    if len(sure) > 1 and not all(program.outcome(name).order for name in sure):
        raise _two_outcomes(line, case, sure, model)
    return _Settled(outcome, decisive, possible)


def _line(line: tuple[str, int], situation: Situation) -> LineDecision:
    (code, session), program, model = line, situation.program, situation.model
    settled = _settled(line, situation)
    (outcome, decisive, possible), by = settled, settled.by
    asked = favourable(possible, program) if outcome.role == WAITING else []
    missing = situation.missing.sets(asked) if asked else None
    return LineDecision(
        code=code, session=session, outcome=outcome.name, declared=outcome,
        shown={p.name: _value(model, p, {"Session": session, "Code": quote(code)}) for p in program.shown()},
        by=by,
        how=how(decisive, situation) if by else (),
        reason=next(iter(settled.reasons), None),
        needs=tuple(map(in_order, missing.sets)) if missing else (),
        missing_complete=missing.complete if missing else True,
        rests_on=rests_on([*decisive, *passed(outcome, program, (session, quote(code)))], situation),
        needs_for=_needs_for(missing.sets if missing else (), asked, situation),
    )  # fmt: skip


def _needs_for(sets: Iterable[Set], asked: Sequence[Atom], situation: Situation) -> tuple[str, ...] | None:
    """Return which outcome each missing set leads to; None where the guideline has one that covers a line."""
    if len(situation.program.of_role(FAVOURABLE)) == 1:
        return None
    return tuple(leads_to(situation.missing.met(needs, asked), situation.program) for needs in sets)


def _without_outcome(line: tuple[str, int], case: Case, program: Program) -> CaseError:
    place = program.predicates[program.of_role(UNFAVOURABLE)[0].name].place
    silent = program.of_role(SILENT)[0].name
    return refused(case.place, f"the rules give code {line[0]} in session {line[1]} no outcome ({place})",
                   f"let a rule give every line {silent} or one of the others")  # fmt: skip


def _two_outcomes(line: tuple[str, int], case: Case, sure: dict[str, list[Atom]], model: Model) -> CaseError:
    """Name the rule, with its place, that surely gives each of the outcomes which exclude each other."""
    rules = [(name, model.support[atoms[0]].rule) for name, atoms in sure.items()]
    said = " and ".join(f"{name} by {rule.id} ({rule.place})" for name, rule in rules)
    return refused(case.place, f"the rules give code {line[0]} in session {line[1]} two outcomes: {said}",
                   "let one of them ask that the other does not hold, or declare which goes first")  # fmt: skip


def _value(model: Model, predicate: Predicate, line: dict[str, Constant]) -> str | None:
    """Return the last argument of the first atom of a predicate that is of a line."""
    key = tuple(line[name] for name in predicate.params[:-1])
    values = [a.args[-1] for a in model.atoms(predicate.name) if a.args[:-1] == key]
    return unquote(str(values[0])) if values else None


def advisories(program: Program, model: Model) -> Iterable[Advisory]:
    """Yield what a guideline says beside the outcomes of a case, each thing once."""
    seen = set()
    for atom in model.atoms(ADVISORY):
        for firing in model.firings[atom]:
            if model.is_sure(firing) and (text := say_rule(firing.rule, firing.binding, program)) not in seen:
                seen.add(text)
                cited = ", ".join(firing.rule.cites)
                yield Advisory(unquote(str(atom.args[0])), text, f"{cited} ({firing.rule.source})")
