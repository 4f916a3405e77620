"""How rules fail: what fails in each, and the rules that could give what is asked for, made ready to tell it."""

from __future__ import annotations

from collections.abc import Iterator

from ..evaluation.evaluator import Evaluator
from ..evaluation.join import names_of
from ..evaluation.rules import Model
from ..language.kept import Kept
from ..language.record import NamedTuple
from ..language.terms import Atom, Comparison, Literal, Part, Rule
from ..language.unify import Binding, numbered, unify
from ..program.graph import Strata
from ..program.program import Program

CONTRADICTED = "contradicted"  # documented otherwise, or blocked by what holds
UNDOCUMENTED = "undocumented"  # an open input nobody documented
NOT_APPLICABLE = "not_applicable"  # a closed input that the case does not name
UNMET = "unmet"  # derived, and each of its rules fails

KEPT = 10_000
"""For how many patterns it is kept which rules they fit."""

Named = tuple[int, Part, tuple[str, ...]]
"""A part of a body with its index and the names of its variables."""


class Cause(NamedTuple):
    """One part of a body that fails, bound as far as the parts before it bind it."""

    at: int  # the index of the part in the body
    part: Part
    kind: str
    binding: Binding


class Failure(NamedTuple):
    """A rule that does not give an atom, with every part of its body that fails."""

    rule: Rule
    atom: Atom  # the atom asked for, perhaps with variables
    ways: tuple[Binding, ...]  # every way to bind the parts that do not fail
    causes: tuple[Cause, ...]
    in_play: bool  # whether the case is about what the rule is about, and it fails all the same

    @property
    def binding(self) -> Binding:
        """The first of the ways."""
        return self.ways[0]

    def held(self, model: Model) -> Iterator[tuple[int, Atom]]:
        """Yield the parts of the body that hold all the same, surely or possibly, by their index, in every way."""
        for index, part in enumerate(self.rule.body):
            if isinstance(part, Literal) and part.positive:
                atoms = dict.fromkeys([part.atom.substitute(way) for way in self.ways])
                yield from ((index, atom) for atom in sorted(filter(model.possible, atoms), key=str))


class Start(NamedTuple):
    """What a rule asks for first, and how it fails where the case is not about that: most rules fail so."""

    atom: Atom
    pattern: Atom  # the same for all that ask for as much
    is_ground: bool
    failure: Failure


class Fit(NamedTuple):
    """A rule whose head fits a pattern."""

    rule: Rule
    binding: Binding  # what the pattern says of the rule's variables
    parts: list[Named]
    start: Start | None  # where it asks first for something that a case does not say


def fits(evaluator: Evaluator) -> Fits:
    """Return the rules of an evaluator's guideline; its editions and threads have them in common."""
    if "fits" not in evaluator.kept:
        evaluator.kept["fits"] = Fits(evaluator.program, evaluator.strata)
    found: Fits = evaluator.kept["fits"]
    return found


class Fits:
    """The rules of a guideline by the patterns that their heads fit, whatever is in force."""

    def __init__(self, program: Program, strata: Strata) -> None:
        self.open_valued = strata.open_valued
        self.records = {name for name, each in program.predicates.items() if each.is_record}
        self._of_head: dict[str, list[Rule]] = {}
        for rule in program.rules:
            if rule.body:
                self._of_head.setdefault(rule.head.predicate, []).append(rule)
        self.played = self._played()
        self._parts: dict[int, list[Named]] = {}  # by what the rule is: to compare whole rules takes long
        self._kept: Kept[Atom, list[Fit]] = Kept(KEPT)

    def _played(self) -> set[str]:
        """Return the predicates of which a rule may fail in play; wherever another one fails the case is not about it.

        It fails so by what is open, negated, compared or counted, and by what fails so in turn.
        """
        rules = [rule for rules in self._of_head.values() for rule in rules]
        asked = [(rule.head.predicate, {_asked(part) for part in rule.body}) for rule in rules]
        # Patterns tell variables by their places: of what is asked with one of them twice, each part may hold alone.
        twice = {literal.atom.predicate for rule in rules for literal in rule.literals if _repeats(literal)}
        found, before = {_OTHER, *self.records, *twice}, 0
        while len(found) != before:
            before = len(found)
            found.update(head for head, names in asked if not found.isdisjoint(names))
        return found

    def of(self, pattern: Atom) -> list[Fit]:
        """Return the rules that could give what a pattern stands for; not to be changed."""
        if (found := self._kept.get(pattern)) is None:
            pairs = ((rule, unify(rule.head, pattern)) for rule in self._of_head.get(pattern.predicate, ()))
            fits = [self._fit(rule, pattern, binding) for rule, binding in pairs if binding is not None]
            found = self._kept.keep(pattern, fits)
        return found

    def _fit(self, rule: Rule, pattern: Atom, binding: Binding) -> Fit:
        if (parts := self._parts.get(id(rule))) is None:
            # What the case is about comes first, then what is documented, then what is compared, then what is counted.
            order = sorted(enumerate(rule.body), key=lambda each: self._rank(each[1]))
            parts = self._parts[id(rule)] = [(at, part, tuple(names_of(part))) for at, part in order]
        return Fit(rule, binding, parts, self._start(rule, pattern, binding, parts[0]))

    def _start(self, rule: Rule, pattern: Atom, binding: Binding, first: Named) -> Start | None:
        at, part, names = first
        if not isinstance(part, Literal) or not part.positive or part.atom.predicate in self.records:
            return None
        bound = part.substitute(binding)
        failure = Failure(rule, pattern, (binding,), (Cause(at, bound, NOT_APPLICABLE, binding),), False)
        return Start(bound.atom, numbered(bound.atom), all(name in binding for name in names), failure)

    def _rank(self, part: Part) -> int:
        if not isinstance(part, Literal):
            return 3 if isinstance(part, Comparison) else 4
        return int(part.atom.predicate in self.open_valued) if part.positive else 2


_OTHER = ""


def _asked(part: Part) -> str:
    """Return the predicate that a part asks for, or what stands for every other kind of part."""
    return part.atom.predicate if isinstance(part, Literal) and part.positive else _OTHER


def _repeats(literal: Literal) -> bool:
    names = [*names_of(literal)]
    return len(names) > len({*names})
