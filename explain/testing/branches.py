"""Coverage of a guideline by its canonical cases: which rules fired, and which parts of bodies decided."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ...engine.cases.case import Case
from ...engine.decision.decision import WORLDS
from ...engine.decision.situation import Situation
from ...engine.evaluation.join import Join, ready
from ...engine.evaluation.rules import Model
from ...engine.language.terms import Constant, Literal, Part, Rule, Var
from ...engine.language.unify import Binding, unify
from ...engine.library.guideline import Guideline
from ...engine.program.program import Program

Progress = Callable[[Sequence[Any]], Iterable[Any]]
Idle = Callable[[Rule, int], str]


def others(rule: Rule, at: int) -> list[Part]:
    """Return the body without one part."""
    return [part for index, part in enumerate(rule.body) if index != at]


def decides(rule: Rule, at: int, join: Join, program: Program) -> bool:
    """Say whether a part surely fails where the rest of the body holds, or may hold."""
    part, rest = rule.body[at], others(rule, at)
    for binding in join.ways(rest, {}, sure=False):
        if not isinstance(part, Literal) or not part.positive:
            if ready(part, binding) and not join.holds(part, binding, sure=False):
                return True
        elif any(
            _fails(part, way, join) and all(join.holds(p, way, sure=False) for p in rest if ready(p, way))
            for way in _asked(part, binding, join.model, program)
        ):
            return True
    return False


def _fails(part: Literal, binding: Binding, join: Join) -> bool:
    wanted = part.atom.substitute(binding)
    return not any(unify(wanted, atom) is not None for atom in join.model.like(wanted))


def _asked(part: Literal, binding: Binding, model: Model, program: Program) -> Iterator[Binding]:
    """Yield the binding, then each with the part's free variables bound to what could be asked of it."""
    yield binding
    free = {
        arg.name: at
        for at, arg in enumerate(part.atom.args)
        if isinstance(arg, Var) and arg.name not in binding and not arg.name.startswith("_")
    }
    values = [_askable(part.atom.predicate, at, model, program) for at in free.values()]
    if free and all(values):
        for row in itertools.product(*values):
            yield {**binding, **dict(zip(free, row, strict=True))}


def _askable(predicate: str, at: int, model: Model, program: Program) -> list[Constant]:
    """Return what the case says under the same parameter's name, or else the concepts of the kinds found there."""
    declared = program.predicates.get(predicate)
    said = _said(declared.params[at], model, program) if declared else set()
    if said:
        return sorted(said, key=str)
    kinds = {program.concepts.get(str(atom.args[at]), ("", ""))[0] for atom in model.atoms(predicate)}
    return [name for name, (kind, _) in program.concepts.items() if kind in kinds]


def _said(param: str, model: Model, program: Program) -> set[Constant]:
    """Return the constants of a case under the parameters of a name."""
    return {
        arg
        for atom in model.given
        for arg, name in zip(atom.args, program.predicates[atom.predicate].params, strict=True)
        if name == param and not isinstance(arg, Var)
    }


class Branch(NamedTuple):
    """A rule, or one part of its body with one truth value, and the first case that shows it."""

    rule: str
    part: str  # "" for the rule itself
    value: str  # fired, true, false
    case: str  # "" where no case shows it
    reason: str  # why not
    idle: str = ""  # why no case can show it


_REASONS = {
    "fired": "never fired",
    "true": "never true where the whole body holds",
    "false": "never the only part that fails",
}


class Coverage:
    """What the cases have shown so far."""

    def __init__(self, guideline: Guideline) -> None:
        self.program = guideline.program
        self.rules = [rule for rule in self.program.rules if rule.body]
        self.seen: dict[tuple[str, int, str], str] = {}

    def add(self, case: str, model: Model, in_force: Iterable[Rule]) -> None:
        """Note what one model of a case shows."""
        firings = (f for found in model.firings.values() for f in found if f.rule.body and model.is_sure(f))
        for name in {firing.rule.id for firing in firings}:
            self.seen.setdefault((name, -1, "fired"), case)
        join = Join(model)
        for rule in in_force:
            for at in range(len(rule.body)):
                if (rule.id, at, "false") not in self.seen and decides(rule, at, join, self.program):
                    self.seen[rule.id, at, "false"] = case

    def branches(self, idle: Idle) -> Iterator[Branch]:
        """Yield each rule and each branch, in the order of the text."""
        for rule in self.rules:
            fired = self.seen.get((rule.id, -1, "fired"), "")
            yield _branch(rule, -1, "fired", fired)
            for at in range(len(rule.body)):
                yield _branch(rule, at, "true", fired)
                case = self.seen.get((rule.id, at, "false"), "")
                yield _branch(rule, at, "false", case)._replace(idle="" if case else idle(rule, at))


def _branch(rule: Rule, at: int, value: str, case: str) -> Branch:
    part = str(rule.body[at]) if at >= 0 else ""
    return Branch(rule.id, part, value, case, "" if case else _REASONS[value])


class Figures(NamedTuple):
    """How much of a guideline the cases cover."""

    rules: int
    rules_covered: int
    branches: int
    branches_covered: int
    idle: int  # branches that no case can show, not counted

    @property
    def least(self) -> float:
        """The smaller of the two percentages."""
        return min(percent(self.rules_covered, self.rules), percent(self.branches_covered, self.branches))

    def __str__(self) -> str:
        rules = f"rules {self.rules_covered} of {self.rules} ({percent(self.rules_covered, self.rules):.1f} %)"
        share = percent(self.branches_covered, self.branches)
        return f"{rules}, branches {self.branches_covered} of {self.branches} ({share:.1f} %), {self.idle} set aside"


def percent(part: int, whole: int) -> float:
    """Return a share in percent; of nothing, all is covered."""
    return 100 * part / whole if whole else 100.0


def figures(branches: Sequence[Branch]) -> Figures:
    """Count rules and branches, and those that some case shows."""
    rules = [branch for branch in branches if not branch.part]
    parts = [branch for branch in branches if branch.part and not branch.idle]
    covered = sum(bool(b.case) for b in parts)
    idle = sum(bool(b.idle) for b in branches)
    return Figures(len(rules), sum(bool(b.case) for b in rules), len(parts), covered, idle)


def models(case: Case, guideline: Guideline) -> Iterator[tuple[str, Model]]:
    """Yield the models of a case, world by world."""
    for world in WORLDS:
        yield world, Situation(case, guideline, world, case.date).model


def _never(rule: Rule, at: int) -> str:
    return ""


def measure(
    cases: Sequence[Case], guideline: Guideline, progress: Progress = iter, idle: Idle = _never
) -> list[Branch]:
    """Return each rule and branch of a guideline with the first case that shows it, over both worlds.

    :param progress: what to pass the cases through.
    :param idle: gives the reason why a part can never be the only one that fails, where there is one.
    """
    coverage = Coverage(guideline)
    for case in progress(cases):
        in_force = [rule for rule in guideline.program.edition(case.date) if rule.body]
        for _, model in models(case, guideline):
            coverage.add(case.id, model, in_force)
    return list(coverage.branches(idle))
