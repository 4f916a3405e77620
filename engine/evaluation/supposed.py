"""What may be so though the case does not say it: the open inputs that nobody documented."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..language.terms import UNDOCUMENTED, Atom
from ..program.graph import closing
from ..program.program import Program
from .rules import Model


def undocumented(name: str, program: Program, model: Model, settled: Collection[str] = ()) -> Iterator[Atom]:
    """Yield what a predicate may say, where it is open, and the case does not document, as far as nothing closes it.

    :param settled: the concepts of which it may say nothing more.
    """
    predicate = program.predicates.get(name)
    if not predicate or not predicate.is_open:
        return
    documented = {atom.args[0] for atom in model.given if atom.predicate == predicate.name}
    if documented and (predicate.is_choice or predicate.open_count):
        return
    if predicate.open_count:
        yield Atom(predicate.name, (UNDOCUMENTED,) * len(predicate.params))
    for concept in program.of_kind(predicate.open_kind):
        amounts = (UNDOCUMENTED,) * (len(predicate.params) - 1)
        atom = Atom(predicate.name, (concept, *amounts))
        if concept not in documented and concept not in settled and not any(map(model.sure, closing(predicate, atom))):
            yield atom
