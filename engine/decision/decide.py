"""From a case to a decision: an outcome for each service line, by the statements that give it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..cases.case import Case
from ..evaluation.evaluator import Evaluator
from ..evaluation.limits import LimitError, one_case
from ..evaluation.rules import Model
from ..language.comparison import NotANumberError
from ..language.errors import CaseError
from ..language.terms import Atom, Literal, Rule, quote, unquote
from ..library.guideline import Guideline
from ..program.program import Program
from ..program.words import say_rule
from .missing import Missing
from .need import Need, in_order
from .view import mimebundle
from .ways import Ways
from .why import CONTRADICTED, UNMET, Why

WORLDS = ("open", "closed")


class LineDecision(NamedTuple):
    """The outcome of one service line."""

    cpt: str
    session: int
    study: str | None
    configuration: str | None
    outcome: str
    by: tuple[str, ...]
    reason: str | None
    needs: tuple[tuple[Need, ...], ...]
    missing_complete: bool
    rests_on: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the line as the documented JSON object."""
        told = {("missing" if name == "needs" else name): value for name, value in self._asdict().items()}
        return told | {
            "by": list(self.by), "missing": [list(s) for s in self.missing], "rests_on": list(self.rests_on)
        }  # fmt: skip

    @property
    def missing(self) -> tuple[tuple[dict[str, str], ...], ...]:
        """The sets of what is to be documented, by names: `needs` as the documented JSON has it."""
        return tuple(tuple({"finding": n.finding, "needs": n.needs} for n in each) for each in self.needs)


class Advisory(NamedTuple):
    """Something worth saying that changes no outcome."""

    id: str
    text: str
    source: str


class Decision(NamedTuple):
    """What a guideline says of a case."""

    case: str
    guideline: str
    as_of: str
    world: str
    lines: tuple[LineDecision, ...]
    advisories: tuple[Advisory, ...]
    notices: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the decision as the documented JSON object."""
        return self._asdict() | {
            "lines": [line.as_json() for line in self.lines],
            "advisories": [advisory._asdict() for advisory in self.advisories],
            "notices": list(self.notices),
        }

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show the decision in a notebook."""
        return mimebundle(self)


class Judged(NamedTuple):
    """A decision with what it was read off, for those who explain it."""

    decision: Decision
    case: Case
    guideline: Guideline
    model: Model
    why: Why
    missing: Missing  # what would settle a line of it


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
        except (LimitError, NotANumberError) as error:
            raise CaseError(f"{case.place}: {error}") from None


def _judge(case: Case, guideline: Guideline, world: str, date: str) -> Judged:
    evaluator = guideline.evaluator(date)
    model = evaluator.evaluate(case.facts, open_world=world == "open")
    refuse_contradiction(case, guideline.program, model)
    why = Why(evaluator, model)
    lacking = missing_in(case, guideline.program, evaluator, model)
    found = {
        line: _line(line, case, guideline.program, model, why, lacking)
        for line in dict.fromkeys((each.cpt, each.session) for each in case.lines)
    }
    decision = Decision(
        case.id, guideline.program.name, date, world, tuple(found[line[:2]] for line in case.lines),
        tuple(_advisories(guideline.program, model)), tuple(guideline.program.notices.values()),
    )  # fmt: skip
    return Judged(decision, case, guideline, model, why, lacking)


def missing_in(case: Case, program: Program, evaluator: Evaluator, model: Model) -> Missing:
    """Return what tells the missing documentation of a case, from the model that its evaluator made of it."""
    return Missing(model, lambda atom: evaluator.evaluate([*case.facts, program.denial(atom)], open_world=True))


def refuse_contradiction(case: Case, program: Program, model: Model) -> None:
    """Raise `CaseError` where the case's documentation contradicts itself, by the guideline's own rules."""
    for predicate in program.predicates.values():
        if predicate.is_error:
            for atom in filter(model.support.get, model.atoms(predicate.name)):
                firing = model.support[atom]
                sources = sorted({case.facts[a] for a in leaves(model, atom) if a in case.facts})
                said = say_rule(firing.rule, firing.binding, program)
                raise CaseError(
                    f"{case.place}: contradictory documentation: {said} ({'; '.join(sources)}); correct one"
                )


def leaves(model: Model, atom: Atom) -> set[Atom]:
    """Return the given atoms that a sure atom's proof rests on."""
    found: set[Atom] = set()
    stack = [atom]
    while stack:
        each = stack.pop()
        if each in model.support:
            stack += model.support[each].premises
        else:
            found.add(each)
    return found


def outcomes(model: Model, session: int, code: str) -> dict[str, list[Atom]]:
    """Return the possible outcome atoms of a line, by predicate."""
    names = ("medically_necessary", "not_addressed", "not_medically_necessary")
    return {name: [a for a in model.atoms(name) if a.args[:2] == (session, quote(code))] for name in names}


def awaited(possible: dict[str, list[Atom]]) -> list[Atom]:
    """Return what a line without a sure outcome may come to: a criterion met, or else how it fails."""
    return possible["medically_necessary"] or [atom for atoms in possible.values() for atom in atoms]


def _line(
    line: tuple[str, int], case: Case, program: Program, model: Model, why: Why, lacking: Missing
) -> LineDecision:
    cpt, session = line
    possible = outcomes(model, session, cpt)
    sure = {name: [a for a in atoms if model.sure(a)] for name, atoms in possible.items()}
    outcome = next((name for name in sure if sure[name]), "more_information_needed")
    decisive = sure.get(outcome) or awaited(possible)
    if not decisive:
        raise CaseError(_without_outcome(line, case, program))
    if sum(map(bool, sure.values())) > 1:
        raise CaseError(_two_outcomes(line, case, sure, model))
    asked = possible["medically_necessary"] if outcome == "more_information_needed" else []
    missing = lacking.sets(asked)
    last = tuple(sorted(unquote(str(a.args[2])) for a in decisive))
    return LineDecision(
        cpt=cpt,
        session=session,
        study=_value(model, Atom("study", (quote(cpt),))),
        configuration=_value(model, Atom("configuration", (session,))),
        outcome=outcome,
        by=last if outcome.endswith("medically_necessary") else (),
        reason=last[0] if outcome == "not_addressed" else None,
        needs=tuple(map(in_order, missing.sets)),
        missing_complete=missing.complete,
        rests_on=rests_on(*used(decisive, model, why), program),
    )


def _without_outcome(line: tuple[str, int], case: Case, program: Program) -> str:
    place = program.predicates["not_medically_necessary"].place
    return (f"{case.place}: the rules give code {line[0]} in session {line[1]} no outcome ({place}); "
            "let a rule give every line not_addressed or one of the others")  # fmt: skip


def _two_outcomes(line: tuple[str, int], case: Case, sure: dict[str, list[Atom]], model: Model) -> str:
    """Name the rule, with its place, that surely gives each of the outcomes which exclude each other."""
    rules = [(name, model.support[atoms[0]].rule) for name, atoms in sure.items() if atoms]
    said = " and ".join(f"{name} by {rule.id} ({rule.place})" for name, rule in rules)
    return (f"{case.place}: the rules give code {line[0]} in session {line[1]} two outcomes: {said}; "
            "let one of them ask that the other does not hold")  # fmt: skip


def _value(model: Model, key: Atom) -> str | None:
    """Return the last argument of the first sure atom that begins like the key."""
    values = [a.args[-1] for a in model.atoms(key.predicate) if a.args[:-1] == key.args]
    return unquote(str(values[0])) if values else None


def _advisories(program: Program, model: Model) -> Iterable[Advisory]:
    seen = set()
    for atom in model.atoms("advisory"):
        for firing in model.firings[atom]:
            text = say_rule(firing.rule, firing.binding, program)
            if text not in seen and model.is_sure(firing):
                seen.add(text)
                cited = ", ".join(firing.rule.cites)
                yield Advisory(unquote(str(atom.args[0])), text, f"{cited} ({firing.rule.source})")


def used_rules(targets: Iterable[Atom], model: Model, why: Why) -> list[Rule]:
    """Return the rules that a line's proof uses; see `used`."""
    return used(targets, model, why)[0]


def used(targets: Iterable[Atom], model: Model, why: Why) -> tuple[list[Rule], set[str]]:
    """Return what a line's proof uses: the rules of what holds, may hold or fails in play, and the open predicates."""
    rules: dict[Rule, None] = {}
    seen: set[Atom] = set()
    stack, ways = list(targets), Ways(model, why, every=False)
    while stack:
        atom = stack.pop()
        if atom in seen:
            continue
        seen.add(atom)
        if not model.possible(atom):
            stack += _against(atom, why, rules)
        elif atom not in model.given and atom not in model.unknown:  # those are leaves of a proof
            for firing in ways.of(atom):
                rules[firing.rule] = None
                stack += (*firing.premises, *firing.absences)
    return list(rules), {atom.predicate for atom in seen if atom in model.unknown}


def _against(atom: Atom, why: Why, rules: dict[Rule, None]) -> Iterator[Atom]:
    """Yield what the proof that an atom does not hold goes on with, and add the rules that it uses."""
    how = why.kind(atom)
    if how == CONTRADICTED and (denial := why.against(atom)):
        yield denial
    for failure in why.failures(atom) if how == UNMET else ():
        if failure.in_play:
            rules[failure.rule] = None
            yield from (cause.part.atom for cause in failure.causes if isinstance(cause.part, Literal))
            yield from (held for _, held in failure.held(why.model))


def rests_on(rules: Iterable[Rule], undocumented: Iterable[str], program: Program) -> tuple[str, ...]:
    """Return the inferred statements and the interpretations by which rules and open predicates are read, sorted."""
    named = {reading for rule in rules for reading in rule.readings}
    named |= {reading for name in undocumented for reading in program.predicates[name].readings}
    named |= {c for rule in rules for c in rule.cites if program.statements[c].authority == "inferred"}
    return tuple(sorted(named, key=lambda n: (n.startswith("INT"), len(n) if n.startswith("INT") else 0, n)))
