"""What to say where no criterion is about a case: what it states, and which of its codes stand for nothing."""

from __future__ import annotations

from typing import NamedTuple

from ...engine.decision.decide import LineDecision
from ...engine.decision.need import single
from ...engine.program.program import Program
from .grounds import Grounds
from .item import Item


def wanted_kind(line: LineDecision, program: Program) -> str:
    """Return the kind of thing that a case has to state before anything can cover a line; empty where it does."""
    every = [single(needs) for needs in line.needs]
    if not every or not all(any(need.stated for need in needs) for needs in every):
        return ""
    kinds = {program.predicates[n.atom.predicate].open_kind for needs in every for n in needs if n.stated}
    return " or ".join(sorted(kind.replace("_", " ") for kind in kinds))


class Nothing(NamedTuple):
    """That no criterion is about a case: what the criteria are about, what of that it names, and its other codes."""

    kind: str  # empty where a case names nothing of a kind
    named: tuple[Item, ...]
    codes: tuple[str, ...]

    def __str__(self) -> str:
        """Return it in words that hold for any guideline."""
        if not self.kind:
            return "No criterion for this request speaks of this case."
        named, codes = [item.text() for item in self.named], self.codes
        told = f"{', '.join(named)}, and no {self.kind}" if named else f"no {self.kind}"
        none = f"; its code{'s' * (len(codes) > 1)} {', '.join(codes)} stand{'s' * (len(codes) == 1)} for none"
        return f"The case states {told} that a criterion for this request names{none if codes else ''}."


def nothing(grounds: Grounds) -> Nothing:
    """Return why no criterion is about the case."""
    program = grounds.program
    kinds = [p.case.kind for p in program.predicates.values() if p.case and p.case.shape == "each of"]
    if not kinds:
        return Nothing("", (), ())
    about = tuple(grounds.items.stated(atom) for atom in grounds.reasons.about())
    codes = [code for code in grounds.reasons.codes() if not any(code in item.told for item in about)]
    return Nothing(kinds[0].replace("_", " "), about, tuple(codes))
