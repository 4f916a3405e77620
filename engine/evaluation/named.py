"""What a case names itself: the columns and variables of a program that sessions, codes, amounts or records stand in.

All else stands for what the text names: a case can only say which of it is so. What a case names is put back into
a firing when the case is there; a grounding that is chosen from has one sign for all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..language.terms import Atom, Literal, Rule, Term, Var
from ..program.classes import Classes, Node
from ..program.forms import RECORDS, WITH
from ..program.program import Predicate, Program
from .columns import CONCEPT, roles_of
from .prepared import ANY


class Named:
    """Which columns of a program, and which variables of its rules, stand for what a case names."""

    def __init__(self, program: Program, rules: Iterable[Rule]) -> None:
        classes = Classes()
        self._top = classes.top
        for at, rule in enumerate(rules):
            for atom in (rule.head, *(literal.atom for literal in rule.literals)):
                for column, term in enumerate(atom.args):
                    if isinstance(term, Var):
                        classes.join((atom.predicate, column), (at, term.name))
        named = (node for predicate in program.predicates.values() for node in _given(predicate))
        self._tops = {self._top(node) for node in named}

    def column(self, predicate: str, at: int) -> bool:
        """Say whether what a case names stands in a column."""
        return self._top((predicate, at)) in self._tops

    def variable(self, rule: int, name: str) -> bool:
        """Say whether a variable of a rule stands for what a case names."""
        return self._top((rule, name)) in self._tops

    def any_of(self, atom: Atom) -> bool:
        """Say whether an atom has a column of what a case names."""
        return any(self.column(atom.predicate, at) for at in range(len(atom.args)))

    def without(self, atom: Atom) -> Atom:
        """Return an atom with one sign for all that a case names."""
        args: list[Term] = [ANY if self.column(atom.predicate, at) else term for at, term in enumerate(atom.args)]
        return Atom(atom.predicate, tuple(args))

    def kept(self, rule: Rule, static: Collection[str]) -> tuple[Literal, ...]:
        """Return the literals of a rule that have to hold for whatever a case names.

        :param static: the predicates that no case changes: of these alone it is known what is not so.
        """
        literals = (
            each for each in rule.literals
            if each.positive or (each.atom.predicate in static and not self.any_of(each.atom))
        )  # fmt: skip
        return tuple(Literal(self.without(each.atom), each.positive) for each in literals)


def _given(predicate: Predicate) -> Iterator[Node]:
    """Yield the columns of a predicate into which a case puts what it names, or nothing where an amount is open."""
    if predicate.is_open:
        yield from ((predicate.name, at) for at in range(predicate.amounts_from, len(predicate.params)))
    key = predicate.case
    if key and key.shape in (RECORDS, WITH):
        yield from ((predicate.name, at) for at in range(len(predicate.params)))
    elif key:
        yield from ((predicate.name, at) for at, role in enumerate(roles_of(key)) if role != CONCEPT)
