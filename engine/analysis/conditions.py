"""When an answer changes, in words: a disjunction over named predicates that are the same on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..circuit.nodes import FALSE, TRUE
from ..evaluation.symbols import HERE, OTHER
from ..language.terms import Atom, Var, quote, unquote
from ..program.interface import SERVICE
from .diff import Change, Pair
from .encoder import Rails
from .idle import deciding

MAX_WAYS = 12
"""The most ways of a change that are told."""
SO, NOT, OPEN = "so", "not", "undocumented"
_ORDER = [SO, OPEN, NOT]

Value = tuple[str, ...]
"""Whether something is so, is not so or is undocumented: on both sides, or before and after."""
Way = tuple[tuple[Atom, Value], ...]
"""What is so where an answer changes."""


class Named(NamedTuple):
    """What has a name: an atom, one that is another thing on each side, or all statements but those that change."""

    atom: Atom
    rails: tuple[Rails, ...]  # of both sides, or of one where it is the same on both

    def literals(self, value: Value) -> list[int]:
        """Return the literals by which it has a value."""
        of = {SO: lambda r: [r.sure], NOT: lambda r: [-r.possible], OPEN: lambda r: [r.possible, -r.sure]}
        return [lit for each, rails in zip(value, self.rails, strict=True) for lit in of[each](rails)]

    def value(self, model: set[int]) -> Value:
        """Return the value that it has in a model."""
        return tuple(SO if r.sure in model else OPEN if r.possible in model else NOT for r in self.rails)


class Names:
    """The names that nodes of both sides have for a line of some codes."""

    def __init__(self, pair: Pair, codes: tuple[str, ...]) -> None:
        self.pair = pair
        self._first, code = codes[0], quote(codes[0])
        self.code = [code if code in circuit.ways else OTHER for circuit in pair.circuits]
        self._same: dict[Atom, bool] = {}
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

    def _is_same(self, atom: Atom) -> bool:
        """Say whether an atom of both sides is so, and possibly so, of the same cases."""
        if atom not in self._same:
            one, two = (self.pair.legal.encoders[at].rails(self.node[at][atom]) for at in (0, 1))
            formula = self.pair.formula
            differs = formula.either([formula.differ(one.sure, two.sure), formula.differ(one.possible, two.possible)])
            self._same[atom] = formula.solve([*self.pair.assumed(self._first), differs]) is None
        return self._same[atom]

    def _is_cut(self, at: int, atom: Atom) -> bool:
        """Say whether a condition may stop at an atom: it is no other thing on the other side, and no outcome of it."""
        if atom not in self.node[1 - at]:
            return atom.predicate not in self._outcomes
        return self._is_same(atom)

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
            if not fired or self._is_cut(at, atom) or self._is_threshold(atom):
                both = (0, 1) if fired and not self._is_cut(at, atom) else (at,)
                rails = tuple(self.pair.legal.encoders[side].rails(self.node[side][atom]) for side in both)
                found.setdefault(atom, Named(atom, rails))
                continue
            below = {(at, each) for firing in fired for each in (*firing.premises, *firing.absences)} - seen
            seen |= below
            waiting += sorted(below, key=str)
        return self._together(list(found.values()))

    def _is_threshold(self, atom: Atom) -> bool:
        """Say whether an atom is another thing on each side by what it asks of an amount."""
        if any(self.node[at].get(atom, FALSE) in (FALSE, TRUE) for at in (0, 1)):
            return False
        fired = [(at, f) for at in (0, 1) for f in self.pair.circuits[at].built.firings[atom.predicate].get(atom, [])]
        below = [(at, each) for at, firing in fired for each in (*firing.premises, *firing.absences)]
        varies = [(at, each) for at, each in below if self.node[at].get(each, FALSE) not in (FALSE, TRUE)]
        other = [each for at, each in varies if not self._is_cut(at, each)]
        given = self.pair.circuits[0].grounded.symbols.inputs
        return bool(other) and all(each.predicate in given for each in other)

    def _together(self, named: list[Named]) -> list[Named]:
        """Return names with those that differ by a statement alone put together: whether one of them is so."""
        of: dict[Atom, list[Named]] = {}
        for each in named:
            last = unquote(str(each.atom.args[-1])) if each.atom.args else ""
            is_one = len(each.rails) == 1 and last in self.pair.sides[1].guideline.program.statements
            some = Atom(each.atom.predicate, (*each.atom.args[:-1], Var("_"))) if is_one else each.atom
            of.setdefault(some, []).append(each)
        either = self.pair.formula.either
        return [
            each[0] if len(each) == 1 else
            Named(some, (Rails(either(n.rails[0].sure for n in each), either(n.rails[0].possible for n in each)),))
            for some, each in of.items()
        ]  # fmt: skip


def ways_of(pair: Pair, change: Change, literals: Sequence[int], names: Names) -> tuple[list[Way], bool]:
    """Return the ways in which a change comes about, beside the answer that is told of both, and whether they are all.

    :param literals: those by which the change is so: of the answer before, and what comes after it.
    """
    given = literals[: 2 if change.before == change.after else 1]
    named = names.frontier(list(_roots(pair, change, names)))
    goal = pair.formula.both(literals[len(given) :])
    hard = [*pair.assumed(change.codes[0]), *(-refused for refused in pair.refused), *given]
    told = pair.formula.new()
    found: list[dict[Named, Value]] = []
    while len(found) < MAX_WAYS:
        model = pair.formula.solve([*hard, goal, told])
        if model is None:
            return _needed(pair, found, hard, goal), True
        way = _least(pair, {n: n.value(model) for n in named}, hard, goal)
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


def _least(pair: Pair, way: dict[Named, Value], hard: list[int], goal: int) -> dict[Named, Value] | None:
    """Return as little of a way as brings a change about; None where it does not tell enough."""
    if pair.formula.solve([*hard, -goal, *_literals(way)]) is not None:
        return None
    core = set(pair.formula.core())
    left = {n: value for n, value in way.items() if set(n.literals(value)) & core}
    for named in sorted(left, key=lambda n: (_ORDER[::-1].index(left[n][-1]), str(n.atom))):
        less = {n: value for n, value in left.items() if n != named}
        if pair.formula.solve([*hard, -goal, *_literals(less)]) is None:
            left = less
    return left


def _literals(way: dict[Named, Value]) -> list[int]:
    return [lit for named, value in way.items() for lit in named.literals(value)]


def _needed(pair: Pair, found: list[dict[Named, Value]], hard: list[int], goal: int) -> list[Way]:
    """Return the ways without those that the others make up together."""
    left = list(found)
    for way in found:
        others = [each for each in left if each is not way]
        fails = [-pair.formula.both(_literals(each)) for each in others]
        if pair.formula.solve([*hard, goal, *fails]) is None:
            left = others
    return [_told(way) for way in left]


def _told(way: dict[Named, Value]) -> Way:
    told = ((named.atom, value) for named, value in way.items())
    return tuple(sorted(told, key=lambda pair: (-len(pair[1]), _ORDER.index(pair[1][-1]), str(pair[0]))))
