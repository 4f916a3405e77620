"""What a case names, put into the firings of a rule: its literals joined over what may be so, one after another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from math import prod
from types import CodeType
from typing import Any, Protocol

from ..language.comparison import NotANumberError, holds
from ..language.record import NamedTuple
from ..language.terms import Atom, Comparison, Constant, Term, Var
from .compiled import Compiled, Row
from .limits import Budget

OFTEN = 3
"""After how many joins of a rule a function is made for them."""
DEEP = 15
"""From how many literals on none is made: Python nests only so many loops."""
_MANY = 1000
"""From how many rows on the time is looked at."""

Index = dict[tuple[str, int], dict[Term, list[Atom]]]
"""By predicate and column, the atoms with a constant there."""


class Step(NamedTuple):
    """A literal to join: which columns are known by then, and which fill the row."""

    predicate: str
    known: tuple[tuple[int, int, Term], ...]  # a column, and the place of its variable in the row, or -1 and a constant
    new: tuple[tuple[int, int], ...]  # a column, and the place in the row that it fills
    again: tuple[tuple[int, int], ...]  # two columns that have to be the same
    fresh: bool  # whether it has to be an atom that came last
    tests: tuple[Comparison, ...]  # what can be compared from then on

    def extended(self, row: list[Constant], atoms: Iterable[Atom]) -> Iterator[list[Constant]]:
        """Yield a row with what each atom that fits it puts in."""
        known = [(column, row[place] if place >= 0 else constant) for column, place, constant in self.known]
        for _, args in atoms:
            for column, value in known:
                if args[column] != value:
                    break
            else:
                if all(args[one] == args[two] for one, two in self.again):
                    more = row.copy()
                    for column, place in self.new:
                        more[place] = args[column]  # type: ignore[assignment]
                    yield more

    def start(self, row: Sequence[Constant]) -> tuple[int, Term]:
        """Return a column that is known, and what stands there."""
        column, place, constant = self.known[0]
        return column, row[place] if place >= 0 else constant


class Atoms(Protocol):
    """What joins are made over."""

    live: dict[str, list[Atom]]  # by predicate, where a case has some beside those of the text

    def of(self, predicate: str) -> Sequence[Atom]:
        """Return the atoms of a predicate that may be so."""

    def like(self, predicate: str, column: int, constant: Term) -> Sequence[Atom]:
        """Return at least those that have a constant in a column."""


class Plan:
    """In which order the positive literals of a rule are joined.

    :param new: the place among the literals of the one that has to be of an atom that came last; -1 for none.
    :param varying: the predicates that differ from case to case, of which there are few atoms.
    :param text: the atoms of the text, by predicate.
    """

    def __init__(self, compiled: Compiled, new: int, varying: Collection[str], text: Mapping[str, list[Atom]]) -> None:
        self.names, self.rule, self.used = compiled.variables, compiled.rule, 0
        positive = [(at, lit.atom) for at, lit in enumerate(compiled.rule.literals) if lit.positive]
        left = [(at, atom, {a.name for a in atom.args if isinstance(a, Var)}) for at, atom in positive]
        bound: set[str] = set()
        tests = list(compiled.comparisons)
        self.steps: list[Step] = []
        while left:
            first = min(left, key=lambda each: self._rank(each, new, bound, varying)) if left[1:] else left[0]
            left.remove(first)
            at, atom, names = first
            step = self._step(atom, bound, fresh=at == new)
            bound |= names
            ready = tuple([each for each in tests if left and bound.issuperset(each.names())])
            tests = [each for each in tests if each not in ready]
            self.steps.append(step._replace(tests=ready) if ready else step)
        self.sizes = {step.predicate: len(text.get(step.predicate, ())) for step in self.steps}
        self.most = prod(self.sizes[step.predicate] for step in self.steps if step.predicate not in varying)
        self.varying = [step.predicate for step in self.steps if step.predicate in varying]
        self.tested = any(step.tests for step in self.steps)

    def size(self, live: Mapping[str, list[Atom]]) -> int:
        """Return how many rows there are at most."""
        most = self.most
        for name in self.varying:
            most *= len(live[name]) if name in live else self.sizes[name]
        return most

    @staticmethod
    def _rank(
        each: tuple[int, Atom, set[str]], new: int, bound: set[str], varying: Collection[str]
    ) -> tuple[bool, int, int, bool, int]:
        """Rank a literal: what is new comes first, then what leaves the fewest ways."""
        at, atom, names = each
        free = len(names - bound)
        return at != new, min(free, 1), free - len(atom.args), atom.predicate not in varying, at

    def _step(self, atom: Atom, bound: Collection[str], *, fresh: bool) -> Step:
        known: list[tuple[int, int, Term]] = []
        new: dict[str, int] = {}
        again: list[tuple[int, int]] = []
        for column, term in enumerate(atom.args):
            if not isinstance(term, Var):
                known.append((column, -1, term))
            elif term.name in bound:
                known.append((column, self.names.index(term.name), ""))
            elif term.name in new:
                again.append((column, new[term.name]))
            else:
                new[term.name] = column
        filled = tuple((column, self.names.index(name)) for name, column in new.items())
        return Step(atom.predicate, tuple(known), filled, tuple(again), fresh, ())

    @cached_property
    def function(self) -> Callable[[Atoms, Sequence[Atom]], list[Row]]:
        """The joins as one function, which takes the atoms and those that came last."""
        space: dict[str, Any] = {"k": [], "fresh_of": _fresh_of}
        exec(_code(self._source(space["k"])), space)  # noqa: S102 - of numbers and signs alone
        return space["rows"]  # type: ignore[no-any-return]

    def _source(self, constants: list[Term]) -> str:
        """Return the text of the function; what the rule names stands beside it."""

        def constant(term: Term) -> str:
            constants.append(term)
            return f"k[{len(constants) - 1}]"

        value = [""] * len(self.names)
        lines = ["def rows(atoms, fresh):", "found, live, like = [], atoms.live, atoms.like"]
        for at, step in enumerate(self.steps):
            known = [(column, value[place] if place >= 0 else constant(term)) for column, place, term in step.known]
            name = constant(step.predicate)
            every = f"fresh_of(fresh, {name})" if step.fresh else f"live.get({name}) or atoms.of({name})"
            if known and not step.fresh:
                every = f"live.get({name}) or like({name}, {known[0][0]}, {known[0][1]})"
            tests = [f"a{at}[{column}] == {term}" for column, term in known]
            tests += [f"a{at}[{one}] == a{at}[{two}]" for one, two in step.again]
            lines += [f"for _, a{at} in {every}:", f"if {' and '.join(tests) or 'True'}:"]
            for column, place in step.new:
                value[place] = f"a{at}[{column}]"
        lines.append(f"found.append(({''.join(f'{each}, ' for each in value)}))")
        deep = [" " * (at - (at > 1)) + line for at, line in enumerate(lines)]
        return "\n".join([*deep, " return found"]) + "\n"


@lru_cache(maxsize=1024)
def _code(source: str) -> CodeType:
    """Return a text compiled: many rules are joined alike, and compiling takes longer than a join."""
    return compile(source, "<joins>", "exec")


def _fresh_of(fresh: Iterable[Atom], predicate: str) -> list[Atom]:
    return [atom for atom in fresh if atom.predicate == predicate]


def join(plan: Plan, atoms: Atoms, fresh: Sequence[Atom], budget: Budget) -> list[Row]:
    """Return the rows of a rule's variables for which its positive literals may hold.

    :param fresh: the atoms that came last.
    :raises LimitError: where there are more than are left.
    """
    plan.used += 1
    # The function compares nothing on the way: it would give more rows, and so take more steps than the first cases.
    often = plan.used > OFTEN and not plan.tested
    if often and len(plan.steps) < DEEP and plan.size(atoms.live) < budget.left:
        return plan.function(atoms, fresh)
    return _joined(plan, atoms, fresh, budget)


def _joined(plan: Plan, atoms: Atoms, fresh: Iterable[Atom], budget: Budget) -> list[Row]:
    rows: list[list[Constant]] = [[""] * len(plan.names)]
    for step in plan.steps:
        found: list[list[Constant]] = []
        every = _fresh_of(fresh, step.predicate) if step.fresh else atoms.of(step.predicate)
        for row in rows:
            narrowed = step.known and not step.fresh
            found += step.extended(row, atoms.like(step.predicate, *step.start(row)) if narrowed else every)
            if len(found) > budget.left:
                budget.spend(len(found), plan.rule)
        rows = [row for row in found if not _fails(step, plan, row)] if step.tests else found
        if len(rows) > _MANY:
            budget.watch()
    return list(map(tuple, rows))


def _fails(step: Step, plan: Plan, row: Sequence[Constant]) -> bool:
    """Say whether a comparison fails already; one that cannot be made is left to the firing, which says so."""
    binding = dict(zip(plan.names, row, strict=True))
    try:
        return any(holds(test, binding) is False for test in step.tests)
    except NotANumberError:
        return False
