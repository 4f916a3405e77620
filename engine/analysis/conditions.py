"""When an answer changes, in words: a disjunction over named predicates that are the same on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..circuit.nodes import FALSE, INPUT, TRUE
from ..evaluation.symbols import HERE, OTHER
from ..language.terms import Atom, quote, unquote
from ..program.interface import SERVICE
from .diff import Change, Pair
from .idle import deciding

MAX_WAYS = 12
"""The most ways of a change that are told."""
SO, NOT, OPEN = "so", "not", "undocumented"

Way = tuple[tuple[Atom, str], ...]
"""What is so, is not so or is undocumented where an answer changes."""


class Named(NamedTuple):
    """A node that has a name: what it says, and the literals of what is surely and possibly so."""

    atom: Atom
    sure: int
    possible: int

    def literals(self, value: str) -> list[int]:
        """Return the literals by which it has a value."""
        return {SO: [self.sure], NOT: [-self.possible], OPEN: [self.possible, -self.sure]}[value]


class Names:
    """The names that nodes of both sides have for a line of some codes."""

    def __init__(self, pair: Pair, codes: tuple[str, ...]) -> None:
        self.pair = pair
        code = quote(codes[0])
        self.code = [code if code in circuit.ways else OTHER for circuit in pair.circuits]
        self._canon: dict[object, int] = {}
        self._of: list[dict[int, int]] = [{}, {}]
        self.node = [self._nodes(at) for at in (0, 1)]  # by atom
        self._outcomes = {o.name for side in pair.sides for o in side.guideline.program.outcomes}

    def _nodes(self, at: int) -> dict[Atom, int]:
        """Return the node of each atom that an outcome may rest on, the line's own code being requested."""
        built = self.pair.circuits[at].built
        own, known = {built.inputs[Atom(SERVICE, (HERE, self.code[at]))]: TRUE}, {}  # type: ignore[var-annotated]
        program = self.pair.sides[at].guideline.program
        heads = {rule.head.predicate for rule in deciding(program).rules} | {a.predicate for a in built.inputs}
        atoms = [atom for name in sorted(heads) for atom in built.atoms(name)]
        return {atom: built.nodes.with_inputs(built.of(atom), own, known) for atom in atoms}

    def canon(self, at: int, node: int) -> int:
        """Return a number that nodes of both sides have where they are the same of what a case says."""
        known, nodes = self._of[at], self.pair.circuits[at].nodes
        for each in nodes.reached([node]) if node not in known else ():
            if each not in known:
                kind, of = nodes.gates[each]
                below = self.pair.legal.options(at, of[0]) if kind == INPUT else frozenset(known[n] for n in of)
                known[each] = self._canon.setdefault((kind, below), len(self._canon))
        return known[node]

    def _is_cut(self, at: int, atom: Atom) -> bool:
        """Say whether a condition may stop at an atom: it is no other thing on the other side, and no outcome of it."""
        mine, other = self.node[at][atom], self.node[1 - at].get(atom)
        if other is None:
            return atom.predicate not in self._outcomes
        return self.canon(at, mine) == self.canon(1 - at, other)

    def frontier(self, roots: Sequence[tuple[int, Atom]]) -> list[Named]:
        """Return the atoms that some atoms rest on by their rules, none of them by way of another."""
        found: dict[Atom, Named] = {}
        seen, waiting = set(roots), list(roots)
        while waiting:
            at, atom = waiting.pop()
            fired = self.pair.circuits[at].built.firings.get(atom.predicate, {}).get(atom, [])
            node = self.node[at].get(atom, FALSE)
            if node in (FALSE, TRUE):
                continue
            if not fired or self._is_cut(at, atom):
                found.setdefault(atom, Named(atom, *self.pair.legal.encoders[at].rails(node)))
                continue
            below = {(at, each) for firing in fired for each in (*firing.premises, *firing.absences)} - seen
            seen |= below
            waiting += sorted(below, key=str)
        return list(found.values())


def ways_of(pair: Pair, change: Change, literals: Sequence[int], names: Names) -> tuple[list[Way], bool]:
    """Return the ways in which a change comes about, beside the answer that is told of both, and whether they are all.

    :param literals: those by which the change is so: of the answer before, and what comes after it.
    """
    given = literals[: 2 if change.before == change.after else 1]
    named = names.frontier(list(_roots(pair, change, names)))
    goal = pair.formula.both(literals[len(given) :])
    hard = [*pair.assumed(change.codes[0]), *(-refused for refused in pair.refused), *given]
    told = pair.formula.new()
    found: list[dict[Named, str]] = []
    while len(found) < MAX_WAYS:
        model = pair.formula.solve([*hard, goal, told])
        if model is None:
            return _needed(pair, found, hard, goal), True
        way = _least(pair, {n: _value(n, model) for n in named}, hard, goal)
        if way is None:
            break
        found.append(way)
        pair.formula.add([-told, *(-lit for n, value in way.items() for lit in n.literals(value))])
    return [_told(way) for way in found], False


def _roots(pair: Pair, change: Change, names: Names) -> Iterator[tuple[int, Atom]]:
    """Yield the outcomes of a line that change, or the statement that is told on one side alone."""
    last = change.gained or change.lost
    for at, circuit in enumerate(pair.circuits):
        for name in (change.before,) if last else [o.name for o in circuit.grounded.program.outcomes]:
            for atom in circuit.built.atoms(name):
                if atom.args[1] == names.code[at] and (not last or unquote(str(atom.args[2])) == last):
                    yield at, atom


def _value(named: Named, model: set[int]) -> str:
    return SO if named.sure in model else OPEN if named.possible in model else NOT


def _least(pair: Pair, way: dict[Named, str], hard: list[int], goal: int) -> dict[Named, str] | None:
    """Return as little of a way as brings a change about; None where it does not tell enough."""
    if pair.formula.solve([*hard, -goal, *_literals(way)]) is not None:
        return None
    core = set(pair.formula.core())
    left = {n: value for n, value in way.items() if set(n.literals(value)) & core}
    for named in sorted(left, key=lambda n: ([NOT, OPEN, SO].index(left[n]), str(n.atom))):
        less = {n: value for n, value in left.items() if n != named}
        if pair.formula.solve([*hard, -goal, *_literals(less)]) is None:
            left = less
    return left


def _literals(way: dict[Named, str]) -> list[int]:
    return [lit for named, value in way.items() for lit in named.literals(value)]


def _needed(pair: Pair, found: list[dict[Named, str]], hard: list[int], goal: int) -> list[Way]:
    """Return the ways without those that the others make up together."""
    left = list(found)
    for way in found:
        others = [each for each in left if each is not way]
        fails = [-pair.formula.both(_literals(each)) for each in others]
        if pair.formula.solve([*hard, goal, *fails]) is None:
            left = others
    return [_told(way) for way in left]


def _told(way: dict[Named, str]) -> Way:
    order = [SO, OPEN, NOT]
    return tuple(sorted(((n.atom, value) for n, value in way.items()), key=lambda p: (order.index(p[1]), str(p[0]))))
