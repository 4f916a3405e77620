"""Rules that can be taken away, whole or without one of their parts, as nodes: an input stands for each that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from ..circuit.build import Built
from ..circuit.nodes import FALSE, OR, TRUE
from ..evaluation.grounded import Grounded
from ..evaluation.rules import Firing
from ..language.terms import Atom, Literal, Part, Rule
from .widened import widened

CUT = "\0"
"""What the file of a rule without one of its parts begins with, for it stands in none."""


class Cut(NamedTuple):
    """A part of a rule that is taken away, or the whole rule."""

    rule: Rule
    part: int = -1  # its place in the body; -1 for the rule

    @property
    def change(self) -> str:
        """What is done, in the words of a mutation."""
        return "dropped" if self.part < 0 else f"without {self.rule.body[self.part]}"

    def relaxed(self) -> Rule:
        """Return the rule without the part, at a place of its own."""
        place = self.rule.place._replace(file=f"{CUT}{self.part}{self.rule.place.file}")
        return self.rule._replace(body=without(self.rule, self.part), place=place)


def without(rule: Rule, at: int) -> tuple[Part, ...]:
    """Return the body of a rule without one of its parts."""
    return (*rule.body[:at], *rule.body[at + 1 :])


class Switched(Built):
    """Nodes of rules and facts of which each that has a switch can be taken away, or be asked for less.

    What a rule gives without a part by what it also gives with it is no firing of its own: the part is then so, or
    its switch is.

    :param rules: the rules and facts that there are.
    :param switches: by what is taken away, the number of its input.
    """

    def __init__(self, grounded: Grounded, rules: Collection[Rule], switches: Mapping[Cut, int]) -> None:
        relaxed = {cut: cut.relaxed() for cut in switches if cut.part >= 0}
        self._less = {id(rule): switches[cut] for cut, rule in relaxed.items()}  # by identity of a rule, which is kept
        self._rules = [*rules, *relaxed.values()]
        self._whole = {id(rule): switches[cut] for rule in rules if (cut := Cut(rule)) in switches}
        self._parts = {id(rule): found for rule in rules if any(found := _numbers(rule, switches))}
        self._either: dict[tuple[int, int], int] = {}  # by a node and the number of a switch
        self._fires: dict[int, int] = {}  # by identity of a firing, which is kept
        by_rule: dict[Rule, list[Rule]] = {}
        for cut, rule in relaxed.items():
            by_rule.setdefault(cut.rule, []).append(rule)
        super().__init__(widened(grounded, rules, by_rule))

    def told(self) -> dict[int, str]:
        """Return nothing: what nodes stand for is asked of no circuit with switches."""
        return {}

    def _text(self) -> dict[Atom, int]:
        found: dict[Atom, int] = {}
        for rule in self._rules:
            if not rule.body:
                found[rule.head] = self.nodes.either([found.get(rule.head, FALSE), self._there(rule)])
        return found

    def _there(self, rule: Rule) -> int:
        """Return the node that is so while a rule is not taken away."""
        number = self._whole.get(id(rule), -1)
        return self.nodes.negated(self.nodes.input(number, local=False)) if number >= 0 else TRUE

    def asked(self, firing: Firing) -> list[int]:
        """Return the nodes of what a firing asks for: less where parts are taken away, and nothing without its rule."""
        nodes, rule = super().asked(firing), id(firing.rule)
        if rule in self._less:
            return [*nodes, self.nodes.input(self._less[rule], local=False)]
        numbers = self._parts.get(rule, ())
        nodes = [self._or(*each) for each in zip(nodes, numbers, strict=True)] if numbers else nodes
        return [*nodes, self._there(firing.rule)]

    def _or(self, node: int, number: int) -> int:
        """Return what is so where a node or a switch is; the node stays as it is, for many rest on it."""
        if number < 0:
            return node
        if (node, number) not in self._either:
            both, whole = (node, self.nodes.input(number, local=False)), self.nodes.gates[node][0] != OR
            negated = self.nodes.negated
            self._either[node, number] = (
                self.nodes.either(both) if whole else negated(self.nodes.both(map(negated, both)))
            )
        return self._either[node, number]

    def fires(self, firing: Firing) -> int:
        """Return the node of a firing."""
        node = self._fires[id(firing)] = super().fires(firing)
        return node

    def _circle(self, left: Mapping[Atom, list[Firing]], base: Mapping[Atom, int]) -> None:
        super()._circle(left, base)
        for firing in (each for fired in left.values() for each in fired):
            self.fires(firing)  # by what its atoms came to in the end

    def fired(self, firing: Firing) -> int:
        """Return the node of a firing as it came to be."""
        return self._fires[id(firing)]


def _numbers(rule: Rule, switches: Mapping[Cut, int]) -> Sequence[int]:
    """Return for each literal of a rule, the positive ones first, the number of its switch, or -1; none without any."""
    literals = [(at, part) for at, part in enumerate(rule.body) if isinstance(part, Literal)]
    found = [switches.get(Cut(rule, at), -1) for at, part in sorted(literals, key=lambda each: not each[1].positive)]
    return found if max(found, default=-1) >= 0 else ()
