"""What makes something surely not so where a case may be otherwise: it is not said, and ruled out where it is open."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..evaluation.rules import Model
from ..language.terms import Atom
from ..program.graph import closing
from ..program.program import Predicate, Program
from .loosened import denials, inputs
from .need import absent
from .network import Network
from .settle import Maker, is_amount


def network(
    model: Model, targets: Iterable[Atom], program: Program, said: Collection[Atom] | None = None,
    *, open_world: bool = True, whole: Collection[str] = (),
) -> Network:  # fmt: skip
    """Return the network below some possible atoms of a relaxed model, without what makes no difference.

    :param program: the guideline as it is, which says what is open and what closes it.
    :param said: what the case says; None where it may be anything.
    :param whole: the predicates of which an atom is one item, whatever it rests on.
    """
    return _Unsaid(model, program, said, whole, open_world=open_world).network(list(targets)).simplified()


class _Unsaid(Maker):
    """Makes a network in which what a case does not say is not so for nothing, as long as that is all it takes."""

    def __init__(
        self, model: Model, program: Program, said: Collection[Atom] | None, whole: Collection[str],
        *, open_world: bool,
    ) -> None:  # fmt: skip
        super().__init__(model, whole)
        self.program, self.said, self.open_world = program, said, open_world
        self._denials = denials(program)
        self._inputs = {derived.name: name for name, derived in inputs(program).items()}
        self._keys = {(atom.predicate, *atom.args[:-1]) for atom in said or ()}

    def closed(self, atom: Atom) -> list[int]:
        """Return what has to be beside each firing failing: that the case does not say it, and that it is not open."""
        declared = self.program.predicates.get(atom.predicate)
        own = [self._unsaid(atom, declared)] if declared and atom in self.model.unknown else []
        if not (declared and declared.is_open and self.open_world) or declared.is_choice:
            return own
        ruled_out = [self.node(each, gone=False) for each in closing(declared, atom)]
        if self.said is None:  # in the closed world it takes no more
            ruled_out.append(self._item_absent(atom, declared))
        return [*own, self.gate(False, True, ruled_out)]

    def _unsaid(self, atom: Atom, declared: Predicate) -> int:
        """Return what makes a case not say something, where it does say it by what it says instead."""
        if declared.is_choice:
            return self._another(atom, declared)
        if is_amount(atom, self.model):
            return self._no_number(atom, declared)
        if self.said is not None and atom in self.said and (other := self._opposite(atom)):
            return self.present(other)
        return self._item_absent(atom, declared)

    def _another(self, atom: Atom, declared: Predicate) -> int:
        """Return that a choice is another one; where nothing is chosen and it is not open, it is none for nothing."""
        chosen = self.said is None or any(each.predicate == atom.predicate for each in self.said)
        if chosen or (declared.is_open and self.open_world):
            return self.other_choice(atom)
        return self._item_absent(atom, declared)

    def _no_number(self, atom: Atom, declared: Predicate) -> int:
        """Return that an amount is not said; one that is has to be another one, which is told by its bounds."""
        if (atom.predicate, *atom.args[:-1]) in self._keys:
            return self.gate(False, True, [])
        return self._item_absent(free(atom, declared), declared)

    def _opposite(self, atom: Atom) -> Atom | None:
        """Return what a case says instead of a concept being so, or being not so."""
        if opened := self._denials.get(atom.predicate):
            return Atom(self._inputs.get(opened.name, opened.name), atom.args)
        name = atom.predicate
        denied = next((d for d, p in self._denials.items() if name in (p.said_by, p.name)), "")
        return Atom(denied, atom.args) if denied else None

    def _item_absent(self, atom: Atom, declared: Predicate) -> int:
        return self.item(absent(atom, declared))


def free(amount: Atom, declared: Predicate) -> Atom:
    """Return what stands for an amount that is not said."""
    return Atom(amount.predicate, (declared.asked(amount),))
