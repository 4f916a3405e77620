"""Which rules a case is about, for the proof checker, by the checker's own evaluation."""

from __future__ import annotations

from ...engine.language.terms import Atom, Comparison, Literal, Rule, Var
from .truth import Binding, Truth, fit


class Play:
    """Answers which parts of a rule fail, and whether the case is about the rule at all."""

    def __init__(self, truth: Truth) -> None:
        self.truth, self.program = truth, truth.program
        self._known: dict[tuple[str, str], set[int] | None] = {}
        self._open_valued = {p.name for p in self.program.predicates.values() if p.is_open}
        grown = True
        while grown:  # what rests on what may be undocumented may be so too
            new = {
                rule.head.predicate
                for rule in self.program.rules
                if any(lit.atom.predicate in self._open_valued for lit in rule.literals)
            }
            grown = not new <= self._open_valued
            self._open_valued |= new

    def failing(self, rule: Rule, binding: Binding) -> set[int] | None:
        """Return the parts of a rule's body that fail, or None where the case is not about the rule.

        Parts are taken in this order: what cannot be undocumented, what can, `not`, comparisons. One that
        no binding satisfies fails, and is passed over.
        """
        key = (rule.id, repr(sorted(binding.items())))
        if key not in self._known:
            self._known[key] = None  # a recursive premise adds no reason of its own
            self._known[key] = self._failing(rule, binding)
        return self._known[key]

    def _failing(self, rule: Rule, binding: Binding) -> set[int] | None:
        ways, failing = [binding], set()
        for part in sorted(rule.body, key=self._order):
            if not _ready(part, ways[0]):
                continue
            passed = [more for way in ways for more, value in self.truth.part(part, way) if value]
            if not passed:
                if isinstance(part, Literal) and part.positive and not self._about_any(part, ways):
                    return None
                failing.add(rule.body.index(part))
            ways = passed or ways
        return failing

    def _about_any(self, part: Literal, ways: list[Binding]) -> bool:
        return any(self._about(part.atom.substitute(way)) for way in ways)

    def _order(self, part: Literal | Comparison) -> int:
        if isinstance(part, Comparison):
            return 3
        return int(part.atom.predicate in self._open_valued) if part.positive else 2

    def _about(self, atom: Atom) -> bool:
        """Say whether the case is about an atom that does not hold: it is open, or a rule for it is in play."""
        declared = self.program.predicates.get(atom.predicate)
        if declared and declared.is_record:
            return True
        found = [(r, b) for r in self.truth.rules if r.body and (b := fit(r.head, atom, {})) is not None]
        return any(self.failing(rule, binding) is not None for rule, binding in found)


def _ready(part: Literal | Comparison, binding: Binding) -> bool:
    """Say whether `not` or a comparison has its variables bound; a part that fails may have bound none."""
    if isinstance(part, Comparison):
        return binding.keys() >= set(part.names())
    return part.positive or not any(isinstance(a, Var) for a in part.atom.substitute(binding).args)
