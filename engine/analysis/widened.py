"""All that the rules of some editions can give any case, and what more they would give without some of their parts.

Nothing is settled by the text alone: whether a rule or a fact counts is left to who builds the nodes. So an atom is
possible wherever what a rule asks for is, and what it denies is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..evaluation.compiled import Compiled, Row
from ..evaluation.grounded import MAX_FIRINGS, Grounded, counted
from ..evaluation.joined import Plan, join
from ..evaluation.limits import Budget, NotGroundedError, TooManyStepsError
from ..evaluation.rules import Firing
from ..language.terms import Atom, Rule, Term


class _Atoms:
    """What may be so, and an index of it."""

    def __init__(self) -> None:
        self.live: dict[str, list[Atom]] = {}  # nothing: all is indexed
        self.by_name: dict[str, list[Atom]] = {}
        self._all: set[Atom] = set()
        self._index: dict[tuple[str, int], dict[Term, list[Atom]]] = {}

    def of(self, predicate: str) -> Sequence[Atom]:
        """Return the atoms of a predicate."""
        return self.by_name.get(predicate, ())

    def like(self, predicate: str, column: int, constant: Term) -> Sequence[Atom]:
        """Return those that have a constant in a column."""
        if (predicate, column) not in self._index:
            found = self._index[predicate, column] = {}
            for atom in self.of(predicate):
                found.setdefault(atom.args[column], []).append(atom)
        return self._index[predicate, column].get(constant, ())

    def add(self, atoms: Iterable[Atom]) -> bool:
        """Add atoms; return whether one of them is new."""
        new = [atom for atom in dict.fromkeys(atoms) if atom not in self._all]
        self._all.update(new)
        for atom in new:
            self.by_name.setdefault(atom.predicate, []).append(atom)
        for predicate, column in [key for key in self._index if key[0] in {atom.predicate for atom in new}]:
            del self._index[predicate, column]
        return bool(new)


class _Member:
    """A rule, and the same rule without each of some parts."""

    def __init__(self, compiled: Compiled, relaxed: Iterable[Rule]) -> None:
        self.whole, self._fired = compiled, dict[Row, bool]()
        self._less = [(Compiled(0, rule), set[Row]()) for rule in relaxed]

    def firings(self, atoms: _Atoms, budget: Budget) -> Iterator[Firing]:
        """Yield what fires that did not before; of a rule without a part, what does not fire with it."""
        for row in self._rows(self.whole, atoms, budget):
            if row not in self._fired:
                firing = self.whole.firing(row, counted)
                self._fired[row] = firing is not None
                if firing:
                    yield firing
        fired = [row for row, fires in self._fired.items() if fires]
        for compiled, seen in self._less:
            places = [self.whole.variables.index(name) for name in compiled.variables]
            seen.update(tuple([row[at] for at in places]) for row in fired)
            for row in self._rows(compiled, atoms, budget):
                if row not in seen:
                    seen.add(row)
                    if firing := compiled.firing(row, counted):
                        yield firing

    @staticmethod
    def _rows(compiled: Compiled, atoms: _Atoms, budget: Budget) -> list[Row]:
        found = join(Plan(compiled, -1, (), atoms.by_name), atoms, (), budget)
        budget.spend(len(found), compiled.rule)
        return found


def widened(grounded: Grounded, rules: Iterable[Rule], relaxed: Mapping[Rule, Iterable[Rule]]) -> Grounded:
    """Return rules grounded with all that they give any case.

    :param grounded: what a case can say of them.
    :param rules: the rules and facts that there are, whatever their dates.
    :param relaxed: by rule, the same rule without each of some parts.
    :raises NotGroundedError: where too much follows.
    """
    budget = Budget()
    try:
        made = []
        for firing in _firings(grounded, rules, relaxed, budget):
            made.append(firing)
            if len(made) > MAX_FIRINGS:
                raise NotGroundedError(f"more than {MAX_FIRINGS:,} firings")
    except TooManyStepsError as error:
        raise NotGroundedError(str(error)) from None
    return grounded._replace(made=tuple(made))


def _firings(
    grounded: Grounded, rules: Iterable[Rule], relaxed: Mapping[Rule, Iterable[Rule]], budget: Budget
) -> Iterator[Firing]:
    atoms, of_head = _Atoms(), dict[str, list[_Member]]()
    atoms.add([*grounded.inputs, *grounded.opens])
    for rule in rules:
        if rule.body:
            of_head.setdefault(rule.head.predicate, []).append(_Member(Compiled(0, rule), relaxed.get(rule, ())))
        else:
            atoms.add([rule.head])
    for component in grounded.strata.components:
        members = [member for name in sorted(component) for member in of_head.get(name, ())]
        again = True
        while again:
            new = [firing for member in members for firing in member.firings(atoms, budget)]
            yield from new
            again = atoms.add(firing.head for firing in new) and any(component & each.whole.reads for each in members)
