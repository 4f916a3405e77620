"""Mutants that change no decision: proved so by the rules' own text, or marked so with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ...engine.cases.texts import documents
from ...engine.language.errors import refused
from ...engine.language.terms import Atom, Literal, Part, Rule, Term, Var
from ...engine.library.guideline import Guideline
from ...engine.program.program import Program
from .edits import Edit
from .mutants import Mutant

"""What a decision is read off, of every guideline; beside it there is what one declares to be shown."""

ANY = Var("*")
"""Stands for every constant at once, in what a case might say."""

Binding = dict[str, Term]


class Mark(NamedTuple):
    """Somebody's word, with a reason, that a mutation of a rule changes no decision."""

    rule: str
    mutation: str
    reason: str


def read_marks(folder: Path, name: str = "equivalent.yaml") -> list[Mark]:
    """Return the marks of a file of a guideline, none where there is no such file.

    :raises CaseError: where it is not a list of rule, mutation and reason.
    """
    path = folder / name
    if not path.exists():
        return []
    (document,) = documents(path.read_text(encoding="utf-8"), str(path))
    marks: list[dict[str, object]] = document.value if isinstance(document.value, list) else [{}]
    if not all(isinstance(m, dict) and set(m) == set(Mark._fields) and all(m.values()) for m in marks):
        wanted = f"write a list of {', '.join(Mark._fields)}, each with a reason"
        raise refused(str(path), "not a list of marks", wanted)
    return [Mark(**{key: str(value) for key, value in mark.items()}) for mark in marks]


def marked(mutant: Mutant | Edit, marks: Sequence[Mark]) -> str:
    """Return the reason of the mark that names a mutant, or an empty text."""
    return next((m.reason for m in marks if m.rule == mutant.where and m.mutation == mutant.change), "")


def proof(mutant: Mutant | Edit, program: Program) -> str:
    """Return why a mutant can change no decision, as far as the text of the rules shows it; or an empty text."""
    if isinstance(mutant, Edit):
        return ""
    if mutant.kind == "drop part":
        part = mutant.rule.body[mutant.at]
        for other in mutant.rule.body:
            if other is not part and implied(other, part, program):
                return f"{part} is implied by {other}"
    if mutant.is_beside:
        return _idle_twin(mutant, program)
    if mutant.mutated and (day := mutant.day()):
        early = min((mutant.rule, mutant.mutated), key=lambda rule: rule.effective)
        if not Reach(mutant.apply(program) if early is mutant.mutated else program, day).bears(early):
            return f"it changes the rules of {day} only, and then nothing it gives can bear on a decision"
    return ""


def _idle_twin(mutant: Mutant, program: Program) -> str:
    """Return why a rule put beside another one gives nothing new, or an empty text."""
    twin = mutant.mutated or mutant.rule
    new = twin.body[mutant.at]
    if reason := entailed(mutant, program):
        return reason
    if any(part._replace(positive=not part.positive) in twin.body for part in twin.literals):
        return f"{new} stands beside its own absence"
    days = [twin.effective, *(day for day in program.boundaries() if day > twin.effective)]
    if not any(Reach(program, day).fires(twin) for day in days):
        return f"{new} never holds beside the rest of the rule"
    return ""


def entailed(mutant: Mutant, program: Program) -> str:
    """Return why what a rule beside another one asks for makes the other one hold, or an empty text."""
    old, new = (rule.body[mutant.at] for rule in (mutant.rule, mutant.mutated or mutant.rule))
    if not isinstance(old, Literal) or not isinstance(new, Literal):
        return ""
    return f"{new} entails {old}" if entails(new.atom, old.atom, program, mutant.rule.effective) else ""


def entails(by: Atom, goal: Atom, program: Program, day: str) -> bool:
    """Say whether one atom makes another hold from a day on, by facts and rules without `not` and comparisons."""
    rules = [rule for rule in program.edition(day) if not rule.ended]
    atoms: dict[str, set[tuple[Term, ...]]] = {by.predicate: {by.args}}
    plain = [rule for rule in rules if all(isinstance(part, Literal) and part.positive for part in rule.body)]
    return goal.args in Closure(plain, atoms).atoms.get(goal.predicate, ())


def judge_survivors(mutants: Sequence[Mutant | Edit], guideline: Guideline) -> dict[str, str]:
    """Return the reasons of those mutants that are equivalent, by the mutants' names."""
    marks = read_marks(guideline.folder)
    found = {m.name: marked(m, marks) or proof(m, guideline.program) for m in mutants}
    return {name: reason for name, reason in found.items() if reason}


def idle(rule: Rule, at: int, program: Program, marks: Sequence[Mark]) -> str:
    """Return why a part of a body can never be the only one that fails, or an empty text."""
    mutant = Mutant(rule, "drop part", f"without {rule.body[at]}", None, at)
    return proof(mutant, program) or marked(mutant, marks)


def implied(by: Part, part: Part, program: Program, depth: int = 4) -> bool:
    """Say whether one part holds wherever another one does, by the bodies of every rule for that one."""
    if by == part:
        return True
    if not isinstance(by, Literal) or not by.positive or not depth:
        return False
    declared = program.predicates.get(by.atom.predicate)
    if not declared or declared.case or declared.is_open or not isinstance(part, Literal):
        return False
    rules = [rule for rule in program.rules if rule.head.predicate == by.atom.predicate]
    fitting = [(rule, way) for rule in rules if (way := _called(rule, by.atom)) is not None]
    return bool(fitting) and all(
        any(implied(_renamed(each, way), part, program, depth - 1) for each in rule.body) for rule, way in fitting
    )


def _called(rule: Rule, atom: Atom) -> Binding | None:
    """Return the rule's variables as the caller names them, or None where the head does not fit."""
    binding: Binding = {}
    for mine, theirs in zip(rule.head.args, atom.args, strict=True):
        if isinstance(mine, Var):
            if binding.setdefault(mine.name, theirs) != theirs:
                return binding if isinstance(theirs, Var) else None
        elif not isinstance(theirs, Var) and mine != theirs:
            return None
    return binding


def _renamed(part: Part, binding: Binding) -> Part:
    """Name a part's variables as the caller does; the rule's own get names that fit nothing."""
    if not isinstance(part, Literal):
        return part
    args = tuple(binding.get(a.name, Var(f"{a.name}'")) if isinstance(a, Var) else a for a in part.atom.args)
    return Literal(Atom(part.atom.predicate, args), part.positive)


class Closure:
    """What follows from atoms by rules, `not` and comparisons being taken to hold."""

    def __init__(self, rules: Sequence[Rule], atoms: dict[str, set[tuple[Term, ...]]]) -> None:
        self.rules, self.atoms = rules, atoms
        for rule in rules:
            if not rule.body:
                atoms.setdefault(rule.head.predicate, set()).add(rule.head.args)
        grown = True
        while grown:
            grown = False
            for rule in rules:
                rows = atoms.setdefault(rule.head.predicate, set())
                new = {_filled(rule.head, way).args for way in self.ways(rule, {})} if rule.body else set()
                grown |= not new <= rows
                rows |= new

    def ways(self, rule: Rule, binding: Binding) -> Iterator[Binding]:
        """Yield each way in which the positive literals of a rule hold."""
        ways = [binding]
        for literal in rule.literals:
            if literal.positive:
                ways = [more for way in ways for row in self.atoms.get(literal.atom.predicate, ())
                        if (more := _match(literal.atom.args, row, way)) is not None]  # fmt: skip
        yield from {tuple(sorted(way.items())): way for way in ways}.values()

    def fires(self, rule: Rule) -> bool:
        """Say whether the positive literals of a rule hold in some way."""
        return any(True for _ in self.ways(rule, {}))


class Reach(Closure):
    """What could hold on a day, whatever a case says, and which rules could bear on a decision then.

    More than can hold is taken to hold, so what does not, cannot.
    """

    def __init__(self, program: Program, day: str) -> None:
        self.program = program
        atoms: dict[str, set[tuple[Term, ...]]] = {}
        for predicate in program.predicates.values():
            kind = predicate.open_kind or (predicate.case.kind if predicate.case else "")
            if predicate.case or predicate.is_open:
                rest: tuple[Term, ...] = (ANY,) * len(predicate.params)
                firsts: list[Term] = [*program.of_kind(kind)] if kind and rest else []
                rows = {(name, *rest[1:]) for name in firsts} or {rest}
                atoms.setdefault(predicate.name, set()).update(rows)
        super().__init__(program.edition(day), atoms)

    def bears(self, rule: Rule) -> bool:
        """Say whether what a rule gives could make a difference to what a decision is read off."""
        names = {
            *self.program.outputs(),
            *(p.name for p in self.program.predicates.values() if p.is_error or p.is_shown),
        }
        waiting = [Atom(n, (ANY,) * len(p.params)) for n, p in self.program.predicates.items() if n in names]
        seen: set[Atom] = set()
        while waiting:
            atom = waiting.pop()
            if atom in seen:
                continue
            seen.add(atom)
            declared = self.program.predicates.get(atom.predicate)
            closing = filter(None, (declared.unless, declared.until)) if declared else ()
            waiting += [Atom(name, atom.args[:1]) for name in closing]
            for each in self.rules:
                binding = _match(each.head.args, atom.args, {}) if each.head.predicate == atom.predicate else None
                ways = list(self.ways(each, binding)) if binding is not None else []
                if ways and each.id == rule.id and each.head == rule.head:
                    return True
                waiting += {_filled(lit.atom, way) for way in ways for lit in each.asked}
        return False


def _match(pattern: tuple[Term, ...], row: tuple[Term, ...], binding: Binding) -> Binding | None:
    """Return the binding extended so that a pattern fits a row in which some places stand for everything."""
    more = dict(binding)
    for mine, theirs in zip(pattern, row, strict=True):
        if not isinstance(mine, Var):
            if theirs not in (mine, ANY):
                return None
        elif more.get(mine.name, ANY) == ANY:
            more[mine.name] = theirs
        elif theirs not in (more[mine.name], ANY):
            return None
    return more


def _filled(atom: Atom, binding: Binding) -> Atom:
    return Atom(atom.predicate, tuple(binding.get(a.name, ANY) if isinstance(a, Var) else a for a in atom.args))
