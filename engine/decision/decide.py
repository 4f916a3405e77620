"""From a case to a decision: an outcome for each service line, by the statements that give it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..cases.case import Case
from ..evaluation.limits import LimitError, one_case
from ..evaluation.rules import Model
from ..language.comparison import NotANumberError
from ..language.digest import sha256
from ..language.errors import CaseError, refused
from ..language.record import NamedTuple
from ..language.terms import Atom, Constant, quote, unquote
from ..library.guideline import Guideline
from ..program.interface import ADVISORY, FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from ..program.program import Predicate, Program
from ..program.words import say_rule
from .decision import Advisory, Decision, LineDecision
from .need import Set, in_order
from .outcomes import awaited, decided, favourable, leads_to, outcomes, passed, surely
from .resting import how, rests_on
from .situation import Situation, refuse_contradiction
from .why import Why

if TYPE_CHECKING:
    from .missing import Missing

__all__ = ["Judged", "LineDecision", "advisories", "decide", "judge"]


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
    :raises CaseError: where the case's documentation contradicts itself, where the rules give one of its lines no
        outcome or two that exclude each other, or where a limit of the evaluation is reached.
    """
    return judge(case, guideline, world=world, as_of=as_of).decision


def judge(case: Case, guideline: Guideline, *, world: str = "open", as_of: str = "") -> Judged:
    """Decide a case and keep what the decision was read off; see `decide`."""
    date = as_of or case.date
    with one_case():
        try:
            return _judge(case, guideline, world, date)
        except LimitError as error:
            raise CaseError(faults=[fault._replace(place=case.place) for fault in error.faults]) from None
        except NotANumberError as error:
            raise refused(case.place, str(error)) from None


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


def _line(line: tuple[str, int], situation: Situation) -> LineDecision:
    code, session = line
    case, program, model = situation.case, situation.program, situation.model
    key = session, quote(code)
    possible = outcomes(model, program, key)
    sure = surely(possible, model)
    outcome = decided(possible, sure, program)
    decisive = sure.get(outcome.name) or awaited(possible, program)
    if not decisive:
        raise _without_outcome(line, case, program)
    if len(sure) > 1 and not all(program.outcome(name).order for name in sure):
        raise _two_outcomes(line, case, sure, model)
    asked = favourable(possible, program) if outcome.role == WAITING else []
    missing = situation.missing.sets(asked) if asked else None
    last = tuple(sorted(unquote(str(a.args[2])) for a in decisive))
    return LineDecision(
        code=code, session=session, outcome=outcome.name, declared=outcome,
        shown={p.name: _value(model, p, {"Session": session, "Code": quote(code)}) for p in program.shown()},
        by=last if outcome.role in (FAVOURABLE, UNFAVOURABLE) else (),
        how=how(decisive, situation) if outcome.role in (FAVOURABLE, UNFAVOURABLE) else (),
        reason=last[0] if outcome.role == SILENT else None,
        needs=tuple(map(in_order, missing.sets)) if missing else (),
        missing_complete=missing.complete if missing else True,
        rests_on=rests_on([*decisive, *passed(outcome, program, key)], situation),
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
