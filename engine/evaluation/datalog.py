"""The only module that imports pyDatalog: facts in, firings of rules out.

pyDatalog can hang on recursion, errs on unbound negation, and shares state among copies. What is
used of it here is sound: each rule becomes a relation `fired(all its variables)` with a
non-recursive body over facts, negations last, asked free; heads are asserted as facts by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from importlib import import_module
from typing import Concatenate, ParamSpec

from ..language.terms import Atom, Comparison, Literal, Term, Var, variables
from .compiled import Row
from .limits import Done, whatever_happens
from .undisturbed import undisturbed

# What comes while it looks for a library means to it that this is not there.
undisturbed(lambda: import_module("pyDatalog"))

from pyDatalog import Logic, pyEngine

Given = ParamSpec("Given")
_assert_clause = pyEngine.assert_


def _kept(work: Callable[[], Done]) -> Done:
    """Do some work, and leave the thread's current pyDatalog database, which may be somebody else's, as it was."""
    current = Logic.tl.__dict__
    before = dict(current)

    def put_back() -> None:
        current.update(before)
        if not before:  # what the thread does next would be done to a store of ours
            current.clear()

    return whatever_happens(work, put_back)


def _to_it(door: Callable[Concatenate[Store, Given], Done]) -> Callable[Concatenate[Store, Given], Done]:
    """Let what is asked of a store be done to it, whichever database the thread has."""

    @wraps(door)
    def done(store: Store, /, *args: Given.args, **named: Given.kwargs) -> Done:
        def to_it() -> Done:
            Logic.tl.logic = store.logic
            return door(store, *args, **named)

        return _kept(to_it)

    return done


class Store:
    """A pyDatalog database of its own. It belongs to the thread that made it."""

    def __init__(self) -> None:
        self.logic = _kept(Logic)
        self._queries: dict[str, pyEngine.Literal] = {}

    @_to_it
    def declare(self, predicate: str, arity: int) -> None:
        """Make a predicate known, so that asking for it without facts is no error."""
        pyEngine.insert(pyEngine.Pred(predicate, arity)).prearity = arity

    @_to_it
    def define(
        self, name: str, head: Sequence[str], body: Iterable[Literal], comparisons: Iterable[Comparison] = ()
    ) -> None:
        """Define the relation `name(head variables)` by a body of literals over facts.

        :param head: the names of the variables, each bound by a positive literal of the body.
        :param body: literals; the negated ones are moved to the end, where their variables are bound.
        :param comparisons: of a term with another, of one type; each is put where its variables are bound.
        """
        waiting, bound = list(comparisons), set[str]()
        literals = []
        for part in sorted(body, key=lambda literal: not literal.positive):
            literals.append(_literal(part.atom, part.positive))
            bound.update(variables(part.atom.args))
            literals += [_comparison(each) for each in waiting if bound.issuperset(each.names())]
            waiting = [each for each in waiting if not bound.issuperset(each.names())]
        _assert_clause(pyEngine.Clause(pyEngine.Literal(name, [pyEngine.Var(v) for v in head]), literals))

    @_to_it
    def add(self, atoms: Iterable[Atom]) -> None:
        """Assert ground atoms."""
        for atom in atoms:
            _assert_clause(pyEngine.Clause(_literal(atom), []))

    @_to_it
    def remove(self, atoms: Iterable[Atom]) -> None:
        """Retract ground atoms."""
        for atom in atoms:
            pyEngine.retract(pyEngine.Clause(_literal(atom), []))

    @_to_it
    def ask(self, name: str, arity: int) -> list[Row]:
        """Return the rows of a relation, in an order of its own.

        :raises RuntimeError: where pyDatalog answers `True`, the sign of an unsafe rule.
        """
        if name not in self._queries:
            self._queries[name] = pyEngine.Literal(name, [pyEngine.Var(f"V{i}") for i in range(arity)])
        rows = self._queries[name].ask()
        if rows is True:
            raise RuntimeError(f"{name} is unsafe: pyDatalog gave no rows")
        return list(rows)


def _literal(atom: Atom, positive: bool = True) -> pyEngine.Literal:
    name = atom.predicate if positive else f"~{atom.predicate}"
    return pyEngine.Literal(name, [_term(term) for term in atom.args])


def _comparison(comparison: Comparison) -> pyEngine.Literal:
    op = "==" if comparison.op == "=" else comparison.op
    return pyEngine.Literal(op, [_term(side[0]) for side in (comparison.left, comparison.right)])


def _term(term: Term) -> pyEngine.Term:
    return pyEngine.Var(term.name) if isinstance(term, Var) else pyEngine.Const(term)
