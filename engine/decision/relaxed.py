"""A case in which what it says may be otherwise: what stands against a line is open, and what settles it is found.

The rules are those that an outcome in favour rests on, and what a case documents is open by the keys of the case
file themselves, so that what is found is what a case would have to say. What the case says in a line's favour stays
given: of what settles the line only the part is told that the case does not say yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from ..evaluation.rules import Model
from ..language.kept import Kept
from ..language.terms import Atom, quote
from .loosened import denials, inputs, is_varied, relaxed, turning
from .missing import Missing
from .need import AtLeast, Item, Need, Set, in_order, single
from .network import Network
from .outcomes import favourable, outcomes, rest_alike
from .situation import Situation
from .unsaid import network

_AMOUNTS = ("amount of", "count")

Gates = Mapping[str, Collection[Collection[Item]]]
"""What settles a question: the items of each gate of the network that are of a predicate, by the predicate."""


class Settled:
    """What would settle a line beside what the case says.

    :param every: what settles it, with what the case says already.
    """

    def __init__(self, every: Set, relaxed: Relaxed) -> None:
        self.every, self._relaxed = every, relaxed
        self.needs: Set = frozenset(each for need in every for each in relaxed.left(need))

    @cached_property
    def targets(self) -> tuple[Atom, ...]:
        """The outcomes in favour that it gives, with all else that the case says."""
        return tuple(self._relaxed.missing.met(self.every, self._relaxed.targets, self._stays))

    @cached_property
    def told(self) -> set[Atom]:
        """What follows from the findings that it documents, themselves among it."""
        plain = (need for need in self.every if isinstance(need, Need) and not need.bounds and not need.denies)
        return self._relaxed.missing.follows(*(need.atom for need in plain))

    def _stays(self, item: Item) -> bool:
        """Say whether the case says something, or does not, and does so still once what is needed is documented."""
        name, args = item.atom.predicate, item.atom.args
        if item.finding in self._about:
            return False
        if item.kind == "absent":  # that an amount is, is asked only where none is said; see `unsaid`
            return item.atom not in self._relaxed.said
        if item.kind in ("low", "high"):
            said = (a for a in self._relaxed.said if (a.predicate, a.args[:-1]) == (name, args[:-1]))
            return any(_is_within(amount, item) for amount in said)
        opened = self._relaxed.denials.get(name)
        withdrawn = opened and Atom(opened.name, args) in self.told
        return item.kind == "present" and item.atom in self._relaxed.said and not withdrawn

    @cached_property
    def _about(self) -> set[str]:
        """What is documented in place of what the case says of it."""
        return {need.finding for need in single(self.every)}


class Relaxed:
    """Answers, for one decided case and one request, what the record would have to say.

    :param situation: the case as it is.
    :param facts: what the case says, with the services requested.
    :param settled: the concepts that stay as the case has them.
    """

    def __init__(self, situation: Situation, facts: Iterable[Atom], settled: frozenset[str]) -> None:
        self.situation, self.program = situation, situation.program
        self.guideline, self.as_said = relaxed(situation.guideline), settled
        self.inputs, self.denials = inputs(self.program), denials(self.program)
        self.said = [atom for atom in facts if atom.predicate in self.guideline.strata.open_valued]
        shapes = {name: p.case.shape for name, p in self.program.predicates.items() if p.case}
        self.shape = {atom: shapes.get(atom.predicate, "") for atom in self.said}
        self.complete = True
        self._least: dict[Set, Settled | None] = {}

    def ask(self, code: str, session: int, gates: Gates) -> None:
        """Ask what would cover a line.

        :param gates: what settles the line where nothing is documented; see `alike.gates`.
        """
        kept = [atom for atom in self.said if not self._bars(atom, gates)]
        self.missing = self._missing(tuple(kept))
        self.model = self.missing.model
        self.targets = favourable(outcomes(self.model, self.program, (session, quote(code))), self.program)

    def asks_the_same(self, other: Relaxed) -> bool:
        """Say whether what covers the line turns on the same for another request; then the same would cover it.

        Where a request says or denies by itself what is open, less of that may be left to say for one than for another.
        """
        if turning(self.situation.guideline):
            return False
        return self.targets == other.targets and rest_alike(self.targets, self.model, other.model)

    def settled(self) -> Iterator[Settled]:
        """Yield what would cover the line, the least first; `complete` tells whether that is all."""
        found = self.missing.sets(self.targets)
        self.complete = found.complete
        yield from (Settled(each, self) for each in found.sets)

    def _missing(self, kept: tuple[Atom, ...]) -> Missing:
        """Return what searches a record of which something is kept; lines have it in common."""
        if (key := (kept, self.as_said)) not in self.situation.relaxed:
            evaluator = self.guideline.evaluator(self.situation.date)
            model = evaluator.evaluate(kept, open_world=True, settled=self.as_said)
            self.situation.relaxed[key] = _Missing(model, self, evaluator.searches)
        return self.situation.relaxed[key]

    def left(self, need: Need | AtLeast) -> Iterator[Need | AtLeast]:
        """Yield what the case does not say yet of a need; of several things, so many less as it says."""
        if isinstance(need, Need):
            yield from () if self._so(need) else [self._told(need)]
            return
        of = [self._told(each) for each in need.of if not self._so(each)]
        number = need.number - len(need.of) + len(of)
        if number == len(of):
            yield from of
        elif number > 0:
            yield AtLeast(number, tuple(sorted(of, key=lambda each: each.key)))

    def least(self, needs: Set) -> Settled | None:
        """Return what settles the line of a set that does for another request; None where it does not for this one."""
        if needs not in self._least:
            self._least[needs] = self._lessened(needs)
        return self._least[needs]

    def _lessened(self, needs: Set) -> Settled | None:
        if not self.missing.met(needs, self.targets):
            return None
        for need in in_order(needs):
            if self.missing.met(needs - {need}, self.targets):
                needs -= {need}
        return Settled(needs, self)

    def _bars(self, atom: Atom, gates: Gates) -> bool:
        """Say whether something that the case says stands against a line, or may: whatever a record denies does.

        What it says of an amount or a choice does so where a gate of the network would hold by another one.
        """
        shape = self.shape[atom]
        if atom.predicate in self.denials or not is_varied(self.program.predicates[atom.predicate]):
            return atom.predicate in self.denials
        if shape == "present of" and self._is_denied_by(atom, gates):
            return True
        for about in gates.get(atom.predicate, ()):
            if shape == "one of" and not any(item.atom == atom for item in about):
                return True
            if shape == "present of" and any(item.atom == atom and item.kind == "absent" for item in about):
                return True
            of = (item for item in about if shape in _AMOUNTS and item.atom.args[:-1] == atom.args[:-1])
            if any(not _is_within(atom, item) for item in of):
                return True
        return False

    def _is_denied_by(self, atom: Atom, gates: Gates) -> bool:
        """Say whether a gate of the network would hold by the denial of what the case says."""
        items = (item for name in self.denials for about in gates.get(name, ()) for item in about)
        return any(item.kind == "present" and item.atom.args == atom.args for item in items)

    def _so(self, need: Need) -> bool:
        """Say whether the case says already what is needed, or does not say what it must not."""
        if need.bounds:
            of = need.atom.predicate, need.atom.args[:-1]
            numbers = (a.args[-1] for a in self.said if (a.predicate, a.args[:-1]) == of)
            return any(need.low <= number <= need.high for number in numbers if isinstance(number, int))
        if need.denies:
            return need.atom not in self.said
        return need.atom in self.said or self._is_denied(need.atom)

    def _is_denied(self, denial: Atom) -> bool:
        """Say whether something is a denial of what the case denies already, by what it denies besides."""
        opened = self.denials.get(denial.predicate)
        if not opened or not opened.unless or not self._denying or Atom(opened.said_by, denial.args) in self.said:
            return False
        return self._denying.sure(Atom(opened.unless, denial.args))

    @cached_property
    def _denying(self) -> Model | None:
        """What follows from what is kept of the case and what it denies; None where it denies nothing."""
        denied = [atom for atom in self.said if atom.predicate in self.denials]
        kept = [atom for atom in self.missing.model.given if atom.predicate not in self.denials]
        return self.situation.evaluator.evaluate([*kept, *denied], open_world=True) if denied else None

    def _told(self, need: Need) -> Need:
        """Return a need of an input as one of what it documents, or denies."""
        if opened := self.denials.get(need.atom.predicate):
            return need._replace(atom=Atom(opened.name, need.atom.args), low=0, high=0)
        derived = self.inputs.get(need.atom.predicate)
        until = bool(derived and derived.until)
        return need._replace(atom=Atom(derived.name, need.atom.args), stated=until) if derived else need


class _Missing(Missing):
    """The search in a relaxed case.

    :param relaxed: the case, of which what it says and its guideline are kept, and not the case itself.
    """

    def __init__(self, model: Model, relaxed: Relaxed, kept: Kept[Any, Any]) -> None:
        super().__init__(model, lambda atom: model, kept)
        self._program, self._said = relaxed.program, frozenset(relaxed.said)
        self._open_world = relaxed.situation.world == "open"
        self._denied_by = relaxed.denials

    def network(self, targets: Sequence[Atom]) -> Network:
        return network(self.model, targets, self._program, self._said, open_world=self._open_world)

    def may_be(self, atom: Atom) -> bool:
        declared = self._program.predicates.get(atom.predicate)
        return self.model.possible(atom) or bool(declared and declared.is_open and self._open_world)

    def denied(self, atom: Atom) -> set[Atom]:
        return {atom}

    def weaker(self, *atoms: Atom) -> set[Atom]:
        """Return what documenting something documents as well; what denies something denies what that rules out.

        What only follows from a rule is no denial that the case says: what it says otherwise still stands.
        """
        found = {each for each in super().weaker(*atoms) if each.predicate not in self._denied_by or each in atoms}
        for name in {atom.predicate for atom in atoms} & self._denied_by.keys():
            unless = self._denied_by[name].unless
            found |= {Atom(name, each.args) for each in found if each.predicate == unless}
        return found

    def opposed(self, atom: Atom) -> Iterable[Atom]:
        if (opened := self._denied_by.get(atom.predicate)) is None:
            return ()
        return (Atom(opened.said_by, each.args) for each in self.weaker(atom) if each.predicate == atom.predicate)


def _is_within(amount: Atom, item: Item) -> bool:
    number = amount.args[-1]
    return isinstance(number, int) and (number >= item.bound if item.kind == "low" else number <= item.bound)
