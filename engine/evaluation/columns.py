"""What can meet in the columns of a program, and how: which constants, which amounts, which codes of the case.

Where a variable takes a term from one column to another, both are of one class. A grounding that stands for every
case needs no more of a class than the constants that the text has there, and something that is none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from ..language.record import NamedTuple
from ..language.terms import Atom, Comparison, Constant, Literal, Rule, Term, Var
from ..program.classes import Classes, Node
from ..program.forms import RECORDS, WITH
from ..program.graph import Strata
from ..program.program import CaseKey, Program
from .limits import NotGroundedError

MAX_SUMS = 4_000
"""The most sums of constants that a comparison may set an amount against."""
MAX_ADDED = 64
"""The largest number that amounts which are added up may be compared with: each up to it is told apart."""
SESSION, CODE, AMOUNT, CONCEPT = "session", "code", "amount", "concept"
ROLES = {
    "": (SESSION, CODE), "units": (SESSION, CODE, AMOUNT), "amount of": (CONCEPT, AMOUNT),
    "codes": (CODE,), "hierarchy": (CODE, CODE), "slips": (CODE, CODE),
}  # fmt: skip
"""What a case puts into the columns of an input, by shape; the others have one column of concepts or amounts."""


class Cuts(NamedTuple):
    """The numbers at which an amount of a class begins or ends to meet a comparison."""

    points: set[int]
    added: int  # up to here every number is told apart, because amounts are added up; -1 where none is


class Columns:
    """The classes of a program's columns."""

    def __init__(self, program: Program, strata: Strata) -> None:
        self.program, self.strata = program, strata
        self._classes = Classes()
        self._top = self._classes.top
        self._constants: dict[Node, set[Constant]] = {}
        self._roles: dict[Node, set[str]] = {}
        for at, rule in enumerate(program.rules):
            if any(not isinstance(part, Literal | Comparison) for part in rule.body):
                raise NotGroundedError(f"{rule.id} counts or adds up ({rule.place})")
            for node, term in _placed(rule):
                self._put(node, term, at)
            for part in rule.comparisons:
                self._equal(part, at)
        for predicate in program.predicates.values():
            for column, role in enumerate(roles_of(predicate.case) if predicate.case else ()):
                self._roles.setdefault(self._top((predicate.name, column)), set()).add(role)
        self._cuts: dict[Node, Cuts] = {}
        self._check()
        for at, rule in enumerate(program.rules):
            for part in rule.comparisons:
                self._cut(part, at, rule)

    def _put(self, node: Node, term: Term, at: int) -> None:
        if isinstance(term, Var):
            self._join(node, (at, term.name))
        else:
            self._constants.setdefault(self._top(node), set()).add(term)

    def _equal(self, part: Comparison, at: int) -> None:
        """Let what a comparison asks to be equal, or not, know each other's constants."""
        if part.op in ("=", "!=") and len(part.left) == len(part.right) == 1:
            first, second = part.left[0], part.right[0]
            if isinstance(first, Var):
                self._put((at, first.name), second, at)
            elif isinstance(second, Var):
                self._put((at, second.name), first, at)

    def _join(self, one: Node, two: Node) -> None:
        one, two = self._classes.join(one, two)
        if one != two:
            self._constants.setdefault(two, set()).update(self._constants.pop(one, ()))

    def role(self, node: Node) -> str:
        """Return what a case puts into a class: sessions, codes, amounts, concepts or nothing."""
        return next(iter(self._roles.get(self._top(node), {""})))

    def constants(self, node: Node) -> set[Constant]:
        """Return the constants that the text has in a class."""
        return self._constants.get(self._top(node), set())

    def cuts(self, node: Node) -> Cuts:
        """Return where an amount of a class makes a difference."""
        own = {int(c) for c in self.constants(node) if isinstance(c, int)}
        found = self._cuts.get(self._top(node), Cuts(set(), -1))
        return Cuts(found.points | own, found.added)

    # --- What cannot be grounded ------------------------------------------------------------------

    def _check(self) -> None:
        """Refuse what one session, one code that the text does not name, and one amount a gap cannot stand for."""
        for top, roles in self._roles.items():
            if len(roles) > 1:
                raise NotGroundedError(f"a variable takes {' and '.join(sorted(roles))} from one input to another")
            if roles == {SESSION} and self._constants.get(top):
                raise NotGroundedError("the text names a session by its number")
        for at, rule in enumerate(self.program.rules):
            self._check_rule(rule, at)

    def _check_rule(self, rule: Rule, at: int) -> None:
        names = {a.name for lit in rule.literals for a in lit.atom.args if isinstance(a, Var)}
        sessions = {name for name in names if self.role((at, name)) == SESSION}
        if len(sessions) > 1:
            raise NotGroundedError(f"{rule.id} speaks of two sessions at once ({rule.place})")
        for part in rule.comparisons:
            unnamed = [name for name in part.names() if self.role((at, name)).startswith((SESSION, CODE))]
            if unnamed and (len(part.names()) > 1 or unnamed[0] in sessions):
                raise NotGroundedError(f"{rule.id} compares what the case names: {part} ({rule.place})")
        for name in names:
            self._check_variable(name, rule, at)

    def _check_variable(self, name: str, rule: Rule, at: int) -> None:
        """Refuse what joins amounts of the case, or what was meant by a code: too few stand for them."""
        asked = [lit for lit in rule.literals if lit.atom.predicate in self.strata.from_case]
        of = [lit for lit in asked if Var(name) in lit.atom.args]
        if self.role((at, name)) == AMOUNT and len(of) > 1:
            raise NotGroundedError(f"{rule.id} asks for the same amount twice ({rule.place})")
        slips = [lit for lit in of if self._shape(lit) == "slips"]
        if slips and (len(of) > 1 or Var(name) in rule.head.args):
            raise NotGroundedError(f"{rule.id} goes on with a code that is no code ({rule.place})")
        if any(self._shape(lit) == "hierarchy" for lit in of) and not self._climbs(rule):
            raise NotGroundedError(f"{rule.id} asks for the next category of a code alone ({rule.place})")

    def _shape(self, literal: Literal) -> str:
        declared = self.program.predicates.get(literal.atom.predicate)
        return declared.case.shape if declared and declared.case else ""

    def _climbs(self, rule: Rule) -> bool:
        """Say whether a rule takes what holds of a code to what that belongs to, whatever it is."""
        if len(rule.body) != 2 or not all(isinstance(part, Literal) and part.positive for part in rule.body):
            return False
        step = next(lit for lit in rule.literals if self._shape(lit) == "hierarchy")
        start = next(lit for lit in rule.literals if lit is not step)
        narrower, category = step.atom.args
        if not isinstance(narrower, Var) or start.atom.args.count(narrower) != 1:
            return False
        place = start.atom.args.index(narrower)
        climbed = Atom(start.atom.predicate, (*start.atom.args[:place], category, *start.atom.args[place + 1 :]))
        return climbed == rule.head and self._starts(rule, place)

    def _starts(self, climbing: Rule, place: int) -> bool:
        """Say whether a climb starts from codes of the case alone."""
        others = [r for r in self.program.rules if r.head.predicate == climbing.head.predicate and r is not climbing]
        given = [
            {lit.atom.args[0] for lit in rule.literals if lit.positive and self._shape(lit) == "codes"}
            for rule in others
        ]
        return all(rule.head.args[place] in codes for rule, codes in zip(others, given, strict=True))

    # --- Amounts ----------------------------------------------------------------------------------

    def _cut(self, part: Comparison, at: int, rule: Rule) -> None:
        """Keep at which numbers a comparison cuts the amounts in it."""
        sides = [self._amounts(side, at) for side in (part.left, part.right)]
        if not any(sides):
            return
        if all(sides):
            raise NotGroundedError(f"{rule.id} compares two amounts of the case: {part} ({rule.place})")
        mine, other = (part.left, part.right) if sides[0] else (part.right, part.left)
        nodes = sides[0] or sides[1]
        own = list(self._sums([t for t in mine if self._top_of(t, at) not in nodes], at, rule))
        points = {high - low for high in self._sums(other, at, rule) for low in own}
        added = -1 if len(nodes) == 1 else max(points, default=-1)
        if added > MAX_ADDED or (len(nodes) > 1 and self._below_zero(nodes)):
            raise NotGroundedError(f"{rule.id} adds up amounts to {added} ({rule.place})")
        for node in nodes:
            found = self._cuts.setdefault(node, Cuts(set(), -1))
            self._cuts[node] = Cuts(found.points | points, max(found.added, added))

    def _amounts(self, side: Iterable[Term], at: int) -> list[Node]:
        tops = (self._top_of(term, at) for term in side)
        return [top for top in tops if top is not None and self.role(top) == AMOUNT]

    def _top_of(self, term: Term, at: int) -> Node | None:
        return self._top((at, term.name)) if isinstance(term, Var) else None

    def _sums(self, side: Iterable[Term], at: int, rule: Rule) -> Iterator[int]:
        """Yield what a sum of terms that the text alone gives may come to."""
        known = [self.constants((at, t.name)) if isinstance(t, Var) else {t} for t in side]
        choices = [sorted(int(c) for c in each if isinstance(c, int)) for each in known]
        for number, each in enumerate(product(*choices)):
            if number > MAX_SUMS:
                raise NotGroundedError(f"{rule.id} compares more than {MAX_SUMS} sums ({rule.place})")
            yield sum(each)

    def _below_zero(self, nodes: Iterable[Node]) -> bool:
        tops = set(nodes)
        return any(
            predicate.case.lowest < 0 and self._top((predicate.name, column)) in tops
            for predicate in self.program.predicates.values() if predicate.case
            for column, role in enumerate(roles_of(predicate.case)) if role == AMOUNT
        )  # fmt: skip


def roles_of(key: CaseKey) -> tuple[str, ...]:
    """Return what a case puts into each column of an input: of codes it is told of which key.

    :raises NotGroundedError: where no number of atoms stands for all that a case can say.
    """
    if key.shape in (RECORDS, WITH):
        told = " with fields of their own" * (key.shape == WITH)
        raise NotGroundedError(f"a case may give any number of {key.key}{told}")
    found = ROLES.get(key.shape) or ((CONCEPT,) if key.kind else (AMOUNT,))
    return tuple(f"{CODE} of {key.key}" if role == CODE else role for role in found)


def _placed(rule: Rule) -> Iterator[tuple[Node, Term]]:
    """Yield each term of a clause with the column where it stands."""
    for atom in (rule.head, *(literal.atom for literal in rule.literals)):
        yield from (((atom.predicate, column), term) for column, term in enumerate(atom.args))
