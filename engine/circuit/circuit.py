"""The circuit of an edition of a guideline, and what it tells of the lines of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from operator import itemgetter

from ..evaluation.grounded import Grounded
from ..evaluation.symbols import HERE, OTHER
from ..language.record import NamedTuple
from ..language.terms import Atom, quote, unquote
from ..program.interface import ADVISORY, AWAITED, SERVICE, SILENT, WAITING, Outcome, against
from .build import Built
from .nodes import FALSE, TRUE, Nodes
from .python import Function, Values, compiled
from .reading import Inputs, Reader

WORLDS = {"open": True, "closed": False}


class Line(NamedTuple):
    """What a line of a request comes to."""

    code: str
    session: int
    outcome: str  # an empty text where the rules give it none, or two that exclude each other
    by: tuple[str, ...]
    reason: str | None


class Way(NamedTuple):
    """A way in which a line may have an outcome: the last argument of its atom, and the node of it."""

    last: str
    node: int


Ways = tuple[tuple[str, tuple[Way, ...]], ...]
"""The ways of each outcome, in the order in which it is looked for."""
Pick = Callable[[Values], Values]
Table = list[tuple[Outcome, list[tuple[str, int]]]]
"""The same with places: of each way the last argument of its atom, and where a function tells it."""


class Drawn(NamedTuple):
    """What is drawn from the firings of an edition."""

    nodes: Nodes
    ways: dict[str, Ways]
    errors: list[int]  # the nodes of what contradicts itself
    told: dict[int, str]
    advisories: dict[str, int]  # by the atom as it is written


def draw(grounded: Grounded, built: Built) -> Drawn:
    """Return what is drawn from an edition and its nodes."""
    errors = [p.name for p in grounded.program.predicates.values() if p.is_error]
    return Drawn(
        built.nodes, _ways(built),
        [built.of(atom) for name in errors for atom in built.atoms(name)], built.told(),
        {str(atom): built.of(atom) for atom in built.atoms(ADVISORY)},
    )  # fmt: skip


class Circuit:
    """One edition as a circuit.

    :param grounded: the edition; of a circuit that was kept, without its firings.
    :param built: what it was drawn from; None of a circuit that was kept.
    """

    def __init__(self, grounded: Grounded, drawn: Drawn, built: Built | None = None) -> None:
        self.grounded, self.nodes = grounded, drawn.nodes
        self._built = built
        # By code, each code that requests may name; OTHER for those that the text does not.
        self.ways, self.errors = drawn.ways, drawn.errors
        self.told = drawn.told  # by node, the atoms it stands for and the rules that give them
        self.advisories = drawn.advisories
        self._of_read: dict[bool, Function] = {}

    @classmethod
    def of(cls, grounded: Grounded) -> Circuit:
        """Return the circuit of an edition, with what it is drawn from.

        :raises NotGroundedError: where it is too large.
        """
        built = Built(grounded)
        return cls(grounded, draw(grounded, built), built)

    @property
    def built(self) -> Built:
        """What it was drawn from, firing by firing.

        :raises ValueError: where the circuit was kept, and has no firings.
        """
        if self._built is None:
            raise ValueError("a circuit that was kept has no firings")
        return self._built

    @cached_property
    def outputs(self) -> dict[int, int]:
        """The nodes that tell the lines, and whether the case contradicts itself, by node: their places."""
        found = dict.fromkeys(way.node for ways in self.ways.values() for _, each in ways for way in each)
        return {node: at for at, node in enumerate(dict.fromkeys([*found, *self.errors]))}  # one may be both

    @cached_property
    def alike(self) -> dict[int, int]:
        """By number of an input that outputs rest on, the number of the one that is set for it in a case."""
        return self.nodes.alike(self.outputs)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.grounded, self.alike)

    def _told(self, inputs: Inputs, *, open_world: bool) -> Values:
        """Return the outputs for a case that has been read."""
        if open_world not in self._of_read:
            told = compiled(self.nodes, list(self.outputs), open_world=open_world, alike=self.alike)
            self._of_read[open_world] = told
        return self._of_read[open_world](inputs.values, inputs.mask)

    @cached_property
    def _errors(self) -> Pick:
        """What picks from the outputs that the case surely contradicts itself."""
        return _pick(2 * self.outputs[node] for node in dict.fromkeys(self.errors))

    @cached_property
    def _picks(self) -> dict[str, list[tuple[Pick, Outcome, list[tuple[str, int]]]]]:
        """The tables, and beside each outcome what picks from the outputs whether it is possible in some session."""
        return {code: [(_pick(at + 1 for _, at in ways), outcome, ways) for outcome, ways in table if ways]
                for code, table in self.tables.items()}  # fmt: skip

    @cached_property
    def tables(self) -> dict[str, Table]:
        """By code, the outcomes and their ways, with the place at which the function tells them surely.

        It tells them possibly at the next one.
        """
        places, program = self.outputs, self.grounded.program
        return {
            code: [(program.outcome(name), [(way.last, 2 * places[way.node]) for way in each]) for name, each in ways]
            for code, ways in self.ways.items()
        }

    def read(self, facts: Iterable[Atom]) -> Inputs | None:
        """Return a case as inputs; None where it says more than the symbols of the edition hold apart."""
        return self._reader.read(facts)

    def numbers(self, atoms: Iterable[Atom]) -> list[int]:
        """Return the numbers of the inputs that stand for atoms of a case."""
        return [number for number in map(self._reader.number_of, atoms) if number >= 0]

    def lines(self, inputs: Inputs, lines: Sequence[tuple[str, int]], *, open_world: bool) -> list[Line] | None:
        """Return what each line comes to; None where the case contradicts itself.

        :param lines: code and session of each.
        """
        told = self._told(inputs, open_world=open_world)
        if inputs.contradicted or any(self._errors(told)):
            return None
        known: dict[tuple[str, int], Line] = {}
        for line in lines:
            if line not in known:
                known[line] = self._line(line, told, inputs.sessions[line[1]])
        return [known[line] for line in lines]

    def _line(self, line: tuple[str, int], told: Values, bit: int) -> Line:
        code, session = line
        sure: list[tuple[Outcome, list[str]]] = []
        possible: list[Outcome] = []
        for pick, outcome, ways in self._picks.get(quote(code), self._picks[OTHER]):
            if any(pick(told)):
                if last := [each for each, at in ways if told[at] & bit]:
                    sure.append((outcome, last))
                if last or any(told[at + 1] & bit for _, at in ways):
                    possible.append(outcome)
        return Line(code, session, *self.settled(sure, possible))

    def settled(
        self, sure: Sequence[tuple[Outcome, Sequence[str]]], possible: Sequence[Outcome]
    ) -> tuple[str, tuple[str, ...], str | None]:
        """Return outcome, statements and reason of a line.

        :param sure: the outcomes that it surely has, in their order, each with the last arguments of its atoms.
        :param possible: those that it may have.
        """
        if not possible or (len(sure) > 1 and not all(outcome.order for outcome, _ in sure)):
            return "", (), None
        outcome, last = sure[0] if sure else (AWAITED, [])
        if any(each in possible for each in against(outcome, self.grounded.program.outcomes)):
            outcome = AWAITED  # one that goes before it, and says otherwise, may still hold
        by = () if outcome.role in (SILENT, WAITING) else tuple(last)
        return outcome.name, by, last[0] if outcome.role == SILENT else None


def _pick(places: Iterable[int]) -> Pick:
    """Return what picks some outputs; it tells of none and of one as of many."""
    found = [*places]
    return itemgetter(*found, *found) if found else lambda _: ()


def _codes(built: Built) -> list[str]:
    return list(dict.fromkeys(str(atom.args[1]) for atom in built.inputs if atom.predicate == SERVICE))


def _ways(built: Built) -> dict[str, Ways]:
    """Return the ways of each outcome of a line of each code, in which it is settled that its own code is requested."""
    codes = {code: built.inputs[Atom(SERVICE, (HERE, code))] for code in _codes(built)}
    above = built.nodes.above([*codes.values()])
    atoms: dict[tuple[str, object], list[Atom]] = {}
    for atom in (each for outcome in built.grounded.program.outcomes for each in built.atoms(outcome.name)):
        atoms.setdefault((atom.predicate, atom.args[1]), []).append(atom)
    found = {}
    for at, (code, number) in enumerate(codes.items()):
        known = {node: node for node, bits in enumerate(above) if not bits >> at & 1}
        settled = {
            name: [
                Way(unquote(str(a.args[2])), built.nodes.with_inputs(built.of(a), {number: TRUE}, known)) for a in of
            ]
            for outcome in built.grounded.program.outcomes
            for name, of in ((outcome.name, atoms.get((outcome.name, code), [])),)
        }
        found[code] = tuple((name, tuple(sorted(w for w in ways if w.node != FALSE))) for name, ways in settled.items())
    return found
