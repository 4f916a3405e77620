"""Which findings only follow from a declaration that could not be read."""

from __future__ import annotations

from collections.abc import Sequence

from ..language.errors import Finding
from ..program.program import Program


def follows(finding: Finding, found: Sequence[Finding], program: Program) -> bool:
    """Say whether a finding is of a predicate whose declaration could not be read, or of a rule that asks for one.

    :param found: what was found while the text was read.
    """
    amiss = {each.place for each in found if each.code == "annotation"}
    broken = {p.name for p in program.predicates.values() if p.place in amiss}
    asks = {r.place: {r.head.predicate, *(lit.atom.predicate for lit in r.literals)} for r in program.rules}
    return finding.place in amiss or bool(broken & asks.get(finding.place, set()))
