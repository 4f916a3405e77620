"""What to say where nothing leads to a yes: no criterion is about a case, or what is open decides other answers."""

from __future__ import annotations

from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.need import single
from ...engine.decision.outcomes import awaited
from ...engine.language.record import NamedTuple
from ...engine.program.interface import WAITING
from ...engine.program.program import Program
from .grounds import Grounds
from .item import STATED, Item
from .phrases import listed


def wanted_kind(line: LineDecision, program: Program) -> str:
    """Return the kind of thing that a case has to state before anything can cover a line; empty where it does."""
    every = [single(needs) for needs in line.needs]
    if not every or not all(any(need.stated for need in needs) for needs in every):
        return ""
    kinds = {program.predicates[n.atom.predicate].open_kind for needs in every for n in needs if n.stated}
    return " or ".join(sorted(kind.replace("_", " ") for kind in kinds))


def between(line: LineDecision, judged: Judged) -> str:
    """Return what a line waits for that no answer would cover, and which outcomes it decides between.

    Empty where some answer would cover the line, or where every answer comes to one outcome.
    """
    program = judged.guideline.program
    if line.role != WAITING or line.needs or not line.missing_complete:
        return ""
    possible = judged.situation.outcomes(line.key)
    names = [program.outcome(name).words for name, atoms in possible.items() if atoms]
    found = judged.missing.sets(awaited(possible, program)).sets
    said = list(dict.fromkeys(program.label(need.finding) for needs in found for need in single(needs)))
    return f"{listed(said)} decide{'s' * (len(said) == 1)} between {listed(names)}" if said and names[1:] else ""


class Nothing(NamedTuple):
    """That no criterion is about a case: what the criteria are about, what of that it names, and its other codes."""

    kind: str  # empty where a case names nothing of a kind
    named: tuple[Item, ...]
    codes: tuple[str, ...]

    def __str__(self) -> str:
        """Return it in words that hold for any guideline."""
        if not self.kind:
            return "No criterion for this request speaks of this case."
        named, codes = [_called(item) for item in self.named], self.codes
        told = f"no {self.kind} that a criterion for this request names"
        if named:
            told = f"{listed(named)}, and every criterion for this request asks for another {self.kind}"
        none = f"; its code{'s' * (len(codes) > 1)} {', '.join(codes)} stand{'s' * (len(codes) == 1)} for none"
        return f"The case states {told}{none if codes else ''}."


def _called(item: Item) -> str:
    """Return what a case states, with the code that it states it by and its source."""
    by = "; ".join(filter(None, ("" if item.told == STATED else item.told, item.source)))
    return f"{item.label} ({by})" if by else item.label


def nothing(grounds: Grounds) -> Nothing:
    """Return why no criterion is about the case."""
    program = grounds.program
    kinds = [p.case.kind for p in program.predicates.values() if p.case and p.case.shape == "each of"]
    if not kinds:
        return Nothing("", (), ())
    about = tuple(grounds.items.stated(atom) for atom in grounds.reasons.about())
    codes = [code for code in grounds.reasons.codes() if not any(code in item.told for item in about)]
    return Nothing(kinds[0].replace("_", " "), about, tuple(codes))
