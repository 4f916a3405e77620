"""A naive evaluator for the proof checker: rules applied until nothing changes, in strong Kleene logic.

It shares no code with the engine's evaluation, knows nothing of pyDatalog, and is slow and short on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...engine.language.terms import UNDOCUMENTED, Atom, Comparison, Constant, Literal, Rule, Var, holds
from ...engine.program.program import Predicate, Program

Binding = dict[str, Constant]
TRUE, UNKNOWN, FALSE = 2, 1, 0


def fit(pattern: Atom, atom: Atom, binding: Mapping[str, Constant]) -> Binding | None:
    """Return the binding extended so that the pattern becomes the atom, or None.

    A variable of the atom stands for anything: it fits, and binds nothing.
    """
    if pattern.predicate != atom.predicate or len(pattern.args) != len(atom.args):
        return None
    more = dict(binding)
    for mine, theirs in zip(pattern.args, atom.args, strict=True):
        if isinstance(theirs, Var):
            continue
        bound = more.setdefault(mine.name, theirs) if isinstance(mine, Var) else mine
        if bound != theirs:
            return None
    return more


class Truth:
    """The value of every ground atom for one case: true, unknown (where it is open) or false."""

    def __init__(self, program: Program, date: str, facts: Iterable[Atom], open_world: bool) -> None:
        self.program, self.open_world = program, open_world
        self.rules = [rule for rule in program.rules if rule.in_force(date)]
        self.values: dict[str, dict[Atom, int]] = {}
        for atom in facts:
            self._raise(atom, TRUE)
        self._documented = {(atom.predicate, atom.args[0]) for atom in facts if atom.args}
        for group in self._groups():
            self._evaluate(group)

    def value(self, atom: Atom) -> int:
        """Return the value of a ground atom, or the greatest value of a pattern's instances."""
        known = self.values.get(atom.predicate, {})
        if not any(isinstance(a, Var) for a in atom.args):
            return known.get(atom, FALSE)
        return max((v for a, v in known.items() if fit(atom, a, {}) is not None), default=FALSE)

    def join(self, atom: Atom, binding: Binding) -> Iterator[tuple[Binding, int]]:
        """Yield each way to make an atom possible under a binding, with the atom's value."""
        wanted = atom.substitute(binding)
        known = self.values.get(atom.predicate, {})
        if not any(isinstance(a, Var) for a in wanted.args):
            if wanted in known:
                yield binding, known[wanted]
            return
        for each, value in list(known.items()):
            if (more := fit(wanted, each, binding)) is not None:
                yield more, value

    def _raise(self, atom: Atom, value: int) -> bool:
        known = self.values.setdefault(atom.predicate, {})
        if value <= known.get(atom, FALSE):
            return False
        known[atom] = value
        return True

    def _groups(self) -> list[list[str]]:
        """Return the predicates in groups that rest on each other, what they rest on first."""
        needs: dict[str, set[str]] = {name: set() for name in self.program.predicates}
        for rule in self.rules:
            needs.setdefault(rule.head.predicate, set()).update(lit.atom.predicate for lit in rule.literals)
        for predicate in self.program.predicates.values():
            needs[predicate.name].update(filter(None, (predicate.unless, predicate.until)))
        reach = {name: _reach(name, needs) for name in needs}
        groups: dict[frozenset[str], list[str]] = {}
        for name in sorted(reach, key=lambda n: (len(reach[n]), n)):
            own = frozenset(reach[name]) if name in reach[name] else frozenset([*reach[name], name])
            groups.setdefault(own, []).append(name)
        return sorted(groups.values(), key=lambda names: len(reach[names[0]] | set(names)))

    def _evaluate(self, group: list[str]) -> None:
        for name in group:
            self._suppose(self.program.predicates.get(name))
        rules = [rule for rule in self.rules if rule.head.predicate in group]
        changed = True
        while changed:
            changed = False
            for rule in rules:
                for binding, value in list(self.instances(rule, {})):
                    changed |= self._raise(rule.head.substitute(binding), value)

    def _suppose(self, predicate: Predicate | None) -> None:
        """Give an open predicate's undocumented concepts the value unknown."""
        if not (predicate and predicate.is_open and self.open_world):
            return
        for concept in self.program.of_kind(predicate.open_kind):
            closing = [Atom(name, (concept,)) for name in (predicate.unless, predicate.until) if name]
            if TRUE not in map(self.value, closing) and (predicate.name, concept) not in self._documented:
                amounts = (UNDOCUMENTED,) * (len(predicate.params) - 1)
                self._raise(Atom(predicate.name, (concept, *amounts)), UNKNOWN)

    def instances(self, rule: Rule, binding: Binding) -> Iterator[tuple[Binding, int]]:
        """Yield each binding under which a rule's body is possible, with its value."""
        parts = sorted(rule.body, key=lambda part: isinstance(part, Comparison) or not part.positive)
        ways: list[tuple[Binding, int]] = [(binding, TRUE)]
        for part in parts:
            ways = [(more, min(value, own)) for way, value in ways for more, own in self.part(part, way) if own]
        yield from ways

    def part(self, part: Literal | Comparison, binding: Binding) -> Iterator[tuple[Binding, int]]:
        """Yield each extension of a binding under which one part of a body holds, with the part's value."""
        if isinstance(part, Comparison):
            told = holds(part, binding)
            yield binding, UNKNOWN if told is None else TRUE if told else FALSE
        elif part.positive:
            yield from self.join(part.atom, binding)
        else:
            yield binding, TRUE - self.value(part.atom.substitute(binding))


def _reach(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    stack = list(needs[name])
    while stack:
        each = stack.pop()
        if each not in found:
            found.add(each)
            stack += needs.get(each, ())
    return found
