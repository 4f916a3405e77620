"""Atoms by index, and the bodies of rules joined over them, for the proof checker."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...engine.language.terms import Atom, Comparison, Constant, Literal, Rule, Var
from .ground import FALSE, TRUE, Binding, compare, comparison_names, fit, is_ground, names, put


class Relation:
    """The possible atoms of one predicate with their values, and indexes made when they are first asked for."""

    def __init__(self) -> None:
        self.values: dict[Atom, int] = {}
        self._indexes: dict[tuple[int, ...], dict[tuple[object, ...], list[Atom]]] = {}

    def add(self, atom: Atom, value: int) -> None:
        """Add an atom, or change its value."""
        if atom not in self.values:
            for places, index in self._indexes.items():
                index.setdefault(tuple([atom.args[i] for i in places]), []).append(atom)
        self.values[atom] = value

    def like(self, pattern: Atom) -> Iterable[Atom]:
        """Return the atoms that have a pattern's constants in their places."""
        places = tuple([i for i, a in enumerate(pattern.args) if not isinstance(a, Var)])
        if len(places) == len(pattern.args):
            return [pattern] if pattern in self.values else []
        if not places:
            return list(self.values)
        if places not in self._indexes:
            index: dict[tuple[object, ...], list[Atom]] = {}
            for atom in self.values:
                index.setdefault(tuple([atom.args[i] for i in places]), []).append(atom)
            self._indexes[places] = index
        return self._indexes[places].get(tuple([pattern.args[i] for i in places]), ())


NOTHING = Relation()


class RuleJoin:
    """A rule made ready: in which order its parts are joined, from the start or from one literal on."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.positive = [lit.atom for lit in rule.literals if lit.positive]
        self.negative = [lit.atom for lit in rule.literals if not lit.positive]
        self.comparisons = [part for part in rule.body if isinstance(part, Comparison)]
        self._plans: dict[int, list[Literal | Comparison]] = {}

    def _plan(self, first: int) -> list[Literal | Comparison]:
        """Order the parts: next always the literal with the most bound, and a test once all of it is bound."""
        if first not in self._plans:
            left = [Literal(atom) for i, atom in enumerate(self.positive) if i != first]
            tests: list[Literal | Comparison] = [
                *(Literal(atom, positive=False) for atom in self.negative),
                *self.comparisons,
            ]
            bound = set(names(self.positive[first].args)) if first >= 0 else set()
            plan: list[Literal | Comparison] = []
            while True:
                ready = [test for test in tests if _names_of(test) <= bound]
                plan += ready
                tests = [test for test in tests if not _names_of(test) <= bound]
                if not left:
                    break
                best = min(left, key=lambda lit: len(set(names(lit.atom.args)) - bound))
                left.remove(best)
                plan.append(best)
                bound |= set(names(best.atom.args))
            self._plans[first] = plan
        return self._plans[first]

    def ways(self, relation: Callable[[str], Relation], first: int = -1, atom: Atom | None = None) -> list[Binding]:
        """Return each binding under which the body is possible.

        :param relation: gives the atoms of a predicate.
        :param first: the positive literal that is to be an atom, where only such bindings are asked for.
        """
        begun = fit(self.positive[first], atom, {}) if atom is not None else {}
        ways = [begun] if begun is not None else []
        if not all(relation(each.predicate).values for each in self.positive):
            return []
        for part in self._plan(first):
            if not ways:
                break
            if isinstance(part, Comparison):
                ways = [way for way in ways if compare(part, way) != FALSE]
            elif not part.positive:
                against = relation(part.atom.predicate).values
                ways = [way for way in ways if against.get(put(part.atom, way)) != TRUE]
            else:
                ways = extended(part.atom, ways, relation(part.atom.predicate))
        return ways


def extended(pattern: Atom, ways: Iterable[Binding], relation: Relation) -> list[Binding]:
    """Return each binding extended in every way that makes a pattern one of the atoms."""
    found = []
    for way in ways:
        wanted = put(pattern, way)
        if is_ground(wanted):
            if wanted in relation.values:
                found.append(way)
        else:
            found += [more for atom in relation.like(wanted) if (more := fit(wanted, atom, way)) is not None]
    return found


def _names_of(part: Literal | Comparison) -> set[str]:
    return set(comparison_names(part) if isinstance(part, Comparison) else names(part.atom.args))


def values_of(binding: Binding) -> tuple[Constant, ...]:
    """Return the values of a binding in the order of the variables' names."""
    return tuple([binding[name] for name in sorted(binding)])
