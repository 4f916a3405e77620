"""Small changes of a guideline's rules, one at a time, each still a sound guideline."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple

import networkx as nx

from ...engine.language.comparison import OPPOSITE
from ...engine.language.terms import (
    Aggregate,
    Atom,
    Comparison,
    Constant,
    Guard,
    Literal,
    Part,
    Rule,
    Term,
    Var,
    quote,
    unquote,
)
from ...engine.program.collected import RESERVED
from ...engine.program.program import Program
from ...engine.soundness.check import check

_NEXT_TO = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_SHORTEST, _LONGEST = 3, 7  # characters of a code of a hierarchy


class Mutant(NamedTuple):
    """One change of one rule."""

    rule: Rule
    kind: str  # drop part, drop member, negate, flip, shift, swap, exception, also, prefix, drop, date
    change: str  # in words
    mutated: Rule | None  # None where the rule is dropped
    at: int = -1  # the part of the body changed, or -1

    @property
    def name(self) -> str:
        """The rule and the change in words."""
        return f"{self.where}: {self.change}"

    @property
    def where(self) -> str:
        """The rule."""
        return self.rule.id

    @property
    def is_beside(self) -> bool:
        """Whether the rule stays as it is, and the changed one stands beside it."""
        return self.kind == "also"

    def apply(self, program: Program) -> Program:
        """Return the program with the change made."""
        new = (self.rule,) * self.is_beside + ((self.mutated,) if self.mutated else ())
        rules = tuple(r for rule in program.rules for r in (new if rule == self.rule else (rule,)))
        return program._replace(rules=rules)

    def day(self) -> str:
        """Return the one day whose rules a shifted date changes, or an empty text."""
        return min(self.rule.effective, self.mutated.effective) if self.kind == "date" and self.mutated else ""


def mutants(program: Program) -> Iterator[Mutant]:
    """Yield every mutant of a program that is sound and differs from it, in the order of the text."""
    present = {(rule.head, rule.body, rule.effective) for rule in program.rules}
    slots = code_slots(program)
    for rule in program.rules:
        if rule.head.predicate in RESERVED:
            continue
        for mutant in _of_fact(rule, program, slots) if not rule.body else _of_rule(rule, program):
            new = mutant.mutated
            if new is None or ((new.head, new.body, new.effective) not in present and sound(mutant, program)):
                yield mutant


def sound(mutant: Mutant, program: Program) -> bool:
    """Say whether the check of a guideline has nothing against a mutant; other facts cannot matter to it.

    Other rules can matter only where the mutant makes its predicate depend on something in a new way.
    """
    if mutant.kind == "date" or mutant.mutated is None:
        return True
    told = next((rule for rule in program.rules if rule.head.predicate == "concept"), None)
    new = not _reads(mutant.mutated) <= _reads(mutant.rule)
    rules = [r for r in program.rules if ((new and r.body) or r is told) and r is not mutant.rule]
    return not check(program._replace(rules=(*rules, mutant.mutated)))


def _reads(rule: Rule) -> set[tuple[str, bool]]:
    return {(literal.atom.predicate, literal.positive) for literal in rule.asked}


def code_slots(program: Program) -> set[tuple[str, int]]:
    """Return the places, as predicate and index, where the codes of a case's hierarchy meet those of the text."""
    declared = [p for p in program.predicates.values() if p.case and p.case.shape in ("codes", "hierarchy")]
    slots = {(p.name, at) for p in declared for at in range(len(p.params))}
    meeting: nx.Graph[tuple[str, int] | tuple[Rule, Var]] = nx.Graph()  # places, by the variables of rules they share
    meeting.add_nodes_from(slots)
    for rule in program.rules:
        for atom in (rule.head, *(literal.atom for literal in rule.asked)):
            meeting.add_edges_from(((atom.predicate, at), (rule, arg)) for at, arg in enumerate(atom.args)
                                   if isinstance(arg, Var))  # fmt: skip
    met = slots.union(*(nx.node_connected_component(meeting, slot) for slot in slots))
    return {(name, at) for name, at in met if isinstance(name, str) and isinstance(at, int)}


def _of_fact(rule: Rule, program: Program, slots: set[tuple[str, int]]) -> Iterator[Mutant]:
    yield Mutant(rule, "drop", "dropped", None)
    swaps = [(at, other) for at, arg in enumerate(rule.head.args) if (other := sibling(arg, program)) is not None]
    changed = [("swap", *swap) for swap in swaps[-1:]]
    for at, arg in enumerate(rule.head.args):
        if (rule.head.predicate, at) in slots and arg != unquote(str(arg)):
            changed += [("prefix", at, quote(code)) for code in _prefixes(unquote(str(arg)))]
    for kind, at, other in changed:
        head = _with(rule.head, at, other)
        yield Mutant(rule, kind, f"{rule.head} becomes {head}", rule._replace(head=head))
    yield from _dates(rule)


def _prefixes(code: str) -> Iterator[str]:
    """Yield a code a character shorter and longer: three to seven characters, a point behind the third."""
    if (length := len(code.replace(".", ""))) > _SHORTEST:
        yield code[:-1].rstrip(".")
    if length < _LONGEST:
        yield f"{code}0" if "." in code else f"{code}.0"


def _of_rule(rule: Rule, program: Program) -> Iterator[Mutant]:
    yield Mutant(rule, "drop", "dropped", None)
    for at, part in enumerate(rule.body):
        yield _changed(rule, at, "drop part", f"without {part}", None)
        yield from _of_part(rule, at, part, program)
    for at, arg in enumerate(rule.head.args):
        if (other := sibling(arg, program)) is not None:
            head = _with(rule.head, at, other)
            yield Mutant(rule, "swap", f"{rule.head} becomes {head}", rule._replace(head=head))
    yield from _dates(rule)


def _of_part(rule: Rule, at: int, part: Part, program: Program) -> Iterator[Mutant]:
    if isinstance(part, Aggregate):
        yield from (_becomes(rule, at, kind, new) for kind, new in _counted(part))
        return
    if isinstance(part, Comparison):
        for kind, op in (("flip", OPPOSITE[part.op]), ("flip", _NEXT_TO.get(part.op, ""))):
            if op:
                yield _becomes(rule, at, kind, part._replace(op=op))
        for new in _shifted(part):
            yield _becomes(rule, at, "shift", new)
        return
    yield _becomes(rule, at, "negate", part._replace(positive=not part.positive))
    for index, arg in enumerate(part.atom.args):
        if not isinstance(arg, int) and (other := sibling(arg, program)) is not None:
            swapped = part._replace(atom=_with(part.atom, index, other))
            yield _becomes(rule, at, "swap", swapped)
            if part.positive:
                yield _beside(rule, at, swapped)
    if not part.positive:
        yield from _excepted(rule, at, part, program)


def _beside(rule: Rule, at: int, new: Literal) -> Mutant:
    """Return the rule with a second one beside it, by which its head holds in one more way."""
    changed = _changed(rule, at, "also", f"also where {rule.body[at]} is {new}", new)
    twin = changed.rule._replace(id=f"{rule.id}+", body=changed.mutated.body if changed.mutated else ())
    return changed._replace(mutated=twin)


def _excepted(rule: Rule, at: int, part: Literal, program: Program) -> Iterator[Mutant]:
    """Yield the rule with another condition of the same shape for an exception: the next that is sound."""
    declared = program.predicates.get(part.atom.predicate)
    like = [p.name for p in program.predicates.values() if declared and p.params == declared.params]
    turn = like.index(part.atom.predicate) if declared else 0
    for name in [*like[turn + 1 :], *like[:turn]]:
        mutant = _becomes(rule, at, "exception", part._replace(atom=part.atom._replace(predicate=name)))
        if sound(mutant, program):
            yield mutant
            return


def _shifted(part: Comparison) -> Iterator[Comparison]:
    """Yield a comparison with each of its numbers shifted by one, down and up."""
    for step in (-1, 1):
        for index, term in enumerate(part.left):
            if isinstance(term, int):
                yield part._replace(left=_put(part.left, index, term + step))
        for index, term in enumerate(part.right):
            if isinstance(term, int):
                yield part._replace(right=_put(part.right, index, term + step))


def _counted(part: Aggregate) -> Iterator[tuple[str, Aggregate]]:
    """Yield an aggregate with each guard changed as a comparison is, and without each thing it asks of a member."""
    for at, guard in enumerate(part.guards):
        value = Comparison((Var("Value"),), guard.op, guard.right)
        flipped = [("flip", value._replace(op=op)) for op in (OPPOSITE[guard.op], _NEXT_TO.get(guard.op, "")) if op]
        for kind, new in (*flipped, *(("shift", shifted) for shifted in _shifted(value))):
            yield kind, part._replace(guards=_put(part.guards, at, Guard(new.op, new.right)))
    for at, element in enumerate(part.elements):
        for i in range(len(element.condition) if len(element.condition) > 1 else 0):
            less = element._replace(condition=_put(element.condition, i))
            yield "drop member", part._replace(elements=_put(part.elements, at, less))
        if len(part.elements) > 1:
            yield "drop member", part._replace(elements=_put(part.elements, at))


def _put(parts: tuple[Any, ...], at: int, *new: Any) -> tuple[Any, ...]:
    """Return parts with something, or nothing, in the place of one of them."""
    return (*parts[:at], *new, *parts[at + 1 :])


def _dates(rule: Rule) -> Iterator[Mutant]:
    if rule.effective:
        for days in (-1, 1):
            day = (datetime.date.fromisoformat(rule.effective) + datetime.timedelta(days)).isoformat()
            change = f"in force from {day}, not {rule.effective}"
            yield Mutant(rule, "date", change, rule._replace(effective=day))


def _becomes(rule: Rule, at: int, kind: str, new: Part) -> Mutant:
    return _changed(rule, at, kind, f"{rule.body[at]} becomes {new}", new)


def _changed(rule: Rule, at: int, kind: str, change: str, new: Part | None) -> Mutant:
    body = _put(rule.body, at, *([new] if new is not None else []))
    return Mutant(rule, kind, change, rule._replace(body=body), at)


def _with(atom: Atom, at: int, constant: Constant) -> Atom:
    return atom._replace(args=_put(atom.args, at, constant))


def sibling(term: Term, program: Program) -> Constant | None:
    """Return what stands next to a constant: the next number, concept of its kind, or statement."""
    if isinstance(term, Var):
        return None
    if isinstance(term, int):
        return term + 1
    kind = program.concepts.get(term, ("", ""))[0]
    names = program.of_kind(kind) if kind else [quote(name) for name in program.statements]
    if term not in names or len(names) < 2 or (not kind and unquote(term) == term):
        return None
    return names[(names.index(term) + 1) % len(names)]
