"""Parts of a body joined over a finished model: the bindings under which they hold, surely or possibly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..language.comparison import holds
from ..language.terms import Comparison, Literal, variables
from ..language.unify import Binding, unify
from .rules import Model

Part = Literal | Comparison


class Join:
    """Evaluates parts of rule bodies over a finished model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def ways(self, parts: Sequence[Part], binding: Binding, *, sure: bool) -> Iterator[Binding]:
        """Yield each binding under which the parts hold, surely or possibly.

        `not` and comparisons of variables that no positive part binds are passed over.
        """
        waiting = []
        for part in parts:
            if not ready(part, binding):
                waiting.append(part)
            elif not self.holds(part, binding, sure=sure):
                return
        positive = [part for part in waiting if isinstance(part, Literal) and part.positive]
        if not positive:
            yield binding
            return
        found = [(self.model.like(part.atom.substitute(binding)), part) for part in positive]
        atoms, first = min(found, key=lambda pair: len(pair[0]))
        rest = [part for part in waiting if part is not first]
        wanted = first.atom.substitute(binding)
        for atom in atoms:
            more = unify(wanted, atom) if self.model.sure(atom) or not sure else None
            if more is not None:
                yield from self.ways(rest, {**binding, **more}, sure=sure)

    def holds(self, part: Part, binding: Binding, *, sure: bool) -> bool:
        """Say whether a part without free variables holds, surely or possibly."""
        if isinstance(part, Comparison):
            told = holds(part, binding)
            return told is True or (told is None and not sure)
        atom = part.atom.substitute(binding)
        surely, possibly = self.model.sure(atom), self.model.possible(atom)
        if part.positive:
            return surely if sure else possibly
        return not possibly if sure else not surely


def ready(part: Part, binding: Binding) -> bool:
    """Say whether every variable of a part is bound."""
    names = part.names() if isinstance(part, Comparison) else variables(part.atom.args)
    return all(name in binding for name in names)
