"""What to say where no criterion is about a case: what it states, and which of its codes stand for nothing."""

from __future__ import annotations

from ...engine.decision.decide import LineDecision
from ...engine.decision.need import single
from ...engine.program.program import Program
from .grounds import Grounds


def unstated(line: LineDecision, program: Program) -> str:
    """Return the kind of thing that a case has to state before anything can cover a line; empty where it does."""
    every = [single(needs) for needs in line.needs]
    if not every or not all(any(need.stated for need in needs) for needs in every):
        return ""
    kinds = {program.predicates[n.atom.predicate].open_kind for needs in every for n in needs if n.stated}
    return " or ".join(sorted(kind.replace("_", " ") for kind in kinds))


def why_nothing(grounds: Grounds) -> str:
    """Return why no criterion is about the case, in words that hold for any guideline."""
    program = grounds.program
    kinds = [p.case.kind for p in program.predicates.values() if p.case and p.case.shape == "each of"]
    if not kinds:
        return "No criterion for this request speaks of this case."
    about = [grounds.items.stated(atom) for atom in grounds.reasons.about()]
    named = [item.text() for item in about]
    codes = [code for code in grounds.reasons.codes() if not any(code in item.told for item in about)]
    kind = kinds[0].replace("_", " ")
    told = f"{', '.join(named)}, and no {kind}" if named else f"no {kind}"
    none = f"; its code{'s' * (len(codes) > 1)} {', '.join(codes)} stand{'s' * (len(codes) == 1)} for none"
    return f"The case states {told} that a criterion for this request names{none if codes else ''}."
