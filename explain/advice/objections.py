"""What a guideline's own advisories say of a request, as findings with their places in the case."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.cases.doubts import place_in
from ...engine.decision.decide import Judged
from ...engine.decision.support import leaves
from ...engine.language.errors import Finding
from ...engine.language.terms import Place, quote
from ...engine.program.interface import ADVISORY


def objections(judged: Judged) -> Iterator[Finding]:
    """Yield each advisory on a decided case, at what the case says that draws it."""
    for advisory in judged.decision.advisories:
        told = f"this changes no outcome (advisory {advisory.id}, by {advisory.source.partition(' (')[0]})"
        yield Finding("advisory", _place(advisory.id, judged), advisory.text, told)


def _place(advisory: str, judged: Judged) -> Place:
    """Return the last place of what the case says that an advisory rests on; the case's own where that is nothing."""
    case = judged.case
    drawn = (atom for atom in judged.model.atoms(ADVISORY) if atom.args[:1] == (quote(advisory),))
    given = (case.facts[leaf] for atom in drawn for leaf in leaves(judged.model, atom) if leaf in case.facts)
    places = [place_in(case, tuple(source.partition(",")[0].split("."))) for source in given]
    return max(places, default=place_in(case, ()))
