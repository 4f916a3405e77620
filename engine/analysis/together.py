"""What values of several slots come to together: two dates give the days between them, and amounts may contradict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations, product

from ..circuit.circuit import Circuit
from ..evaluation.apart import contradicted
from ..language.errors import FaultError
from ..language.terms import Atom
from .slots import Option, Part, Space

UNLOOKED = "that is not looked through, and nothing is proved of the guideline; decide, test and batch answer its cases"
MAX_PAIRS = 10_000
"""How many combinations of amounts are looked at for those that contradict each other."""
MAX_DATES = 50_000
"""How many combinations of two dates are looked at."""


class Together:
    """The values of a space as they come to something together.

    :raises FaultError: where they are too many to be looked at.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self._dated = {slot.key: slot for slot in space.slots if slot.key in space.days}
        self.pairs = dict(self._pairs())

    def _pairs(self) -> Iterator[tuple[tuple[Part, Part], Option | None]]:
        """Yield two dates with what they give together; None where they contradict each other."""
        for span in self.space.spans:
            first, last = self._dated[span.other], self._dated[span.key]
            if len(first.options) * len(last.options) > MAX_DATES:
                raise FaultError(
                    f"{first.key} and {last.key} are of more than {MAX_DATES:,} pairs of dates: {UNLOOKED}"
                )
            for one, two in product(first.options[1:], last.options[1:]):
                said = {first.key: one.value, last.key: two.value}
                told = None if one.value > two.value else self.space.read(last.key, said, said)
                yield ((first, one), (last, two)), told

    def ways(self, at: int) -> dict[int, list[tuple[Part, ...]]]:
        """Return by number of an input of a circuit what gives it: a value, or two dates together."""
        found: dict[int, list[tuple[Part, ...]]] = {}
        alone: Iterator[tuple[tuple[Part, ...], Option]] = ((((s, o),), o) for s in self.space.slots for o in s.options)
        for parts, option in (*alone, *((pair, told) for pair, told in self.pairs.items() if told)):
            for number in option.inputs[at]:
                found.setdefault(number, []).append(parts)
        return found

    def facts(self, chosen: Iterable[Part]) -> list[Atom]:
        """Return what some values give."""
        parts = list(chosen)
        dated = permutations([part for part in parts if part[0].key in self._dated], 2)
        together = (told for pair in dated if (told := self.pairs.get(pair)))
        return [fact for option in (*(option for _, option in parts), *together) for fact in option.facts]

    def impossible(self) -> list[tuple[Part, Part]]:
        """Return the dates of which the second is before the first: no case can be read that says both."""
        return [pair for pair, told in self.pairs.items() if told is None]

    def contradictions(self, circuit: Circuit) -> Iterator[tuple[Part, ...]]:
        """Yield the amounts by which a case contradicts itself, by the rules that a circuit leaves out."""
        for rule in circuit.grounded.apart:
            names = {literal.atom.predicate for literal in rule.literals}
            if any(circuit.grounded.symbols.inputs[name].case in self.space.spans for name in names):
                raise FaultError(f"{rule.id} compares days between two dates with another amount: {UNLOOKED}")
            mine = [s for s in self.space.slots if any(f.predicate in names for o in s.options for f in o.facts)]
            for number, chosen in enumerate(product(*(slot.options for slot in mine))):
                if number > MAX_PAIRS:
                    raise FaultError(f"{rule.id} compares more than {MAX_PAIRS:,} pairs of amounts: {UNLOOKED}")
                if contradicted([rule], [fact for option in chosen for fact in option.facts]):
                    yield tuple(zip(mine, chosen, strict=True))
