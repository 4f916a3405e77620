"""Parts of a body joined over a model: the bindings under which they hold, surely or possibly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ..language.comparison import holds
from ..language.terms import Aggregate, Comparison, Literal, Part, variables
from ..language.unify import Binding, unify
from .rules import Model, Tally
from .tally import tallied


class Join:
    """Evaluates parts of rule bodies over a finished model, or over the predicates that are finished.

    :param step: called for each atom that is looked at; may raise to stop.
    """

    def __init__(self, model: Model, step: Callable[[], None] = lambda: None) -> None:
        self.model, self.step = model, step
        self._tallies: dict[object, Tally] = {}

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
            self.step()
            more = unify(wanted, atom) if self.model.sure(atom) or not sure else None
            if more is not None:
                yield from self.ways(rest, {**binding, **more}, sure=sure)

    def holds(self, part: Part, binding: Binding, *, sure: bool) -> bool:
        """Say whether a part without free variables holds, surely or possibly."""
        if isinstance(part, Comparison):
            told = holds(part, binding)
            return told is True or (told is None and not sure)
        if isinstance(part, Aggregate):
            value = self.tally(part, binding).value
            return value is True or (value is None and not sure)
        atom = part.atom.substitute(binding)
        surely, possibly = self.model.sure(atom), self.model.possible(atom)
        if part.positive:
            return surely if sure else possibly
        return not possibly if sure else not surely

    def tally(self, aggregate: Aggregate, binding: Binding) -> Tally:
        """Return what an aggregate comes to under a binding of its rule's variables."""
        shared = {name: binding[name] for name in aggregate.shared}
        key = aggregate, *shared.values()
        if key not in self._tallies:
            ways = (
                (element, way)
                for element in aggregate.elements
                for way in self.ways(element.condition, shared, sure=False)
            )
            self._tallies[key] = tallied(aggregate, shared, ways, self.model)
        return self._tallies[key]


def ready(part: Part, binding: Binding) -> bool:
    """Say whether every variable of a part is bound."""
    return all(name in binding for name in names_of(part))


def names_of(part: Part) -> Iterable[str]:
    """Return the names of the variables that the rest of a rule has to bind for a part."""
    return variables(part.atom.args) if isinstance(part, Literal) else part.names()
