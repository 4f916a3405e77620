"""From the firings of a grounded edition to a circuit: an atom is the OR of its firings, each the AND of its body."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ..evaluation.columns import SESSION, roles_of
from ..evaluation.grounded import Grounded
from ..evaluation.limits import NotGroundedError
from ..evaluation.rules import Firing
from ..language.terms import Atom
from ..program.program import Predicate
from .nodes import FALSE, TRUE, UNKNOWN, Nodes, TooLargeError

MAX_CIRCLE = 60
"""The most atoms that may rest on each other in a circle."""


class Built:
    """The nodes of every atom of a grounded edition.

    :raises NotGroundedError: where the circuit grows too large.
    """

    def __init__(self, grounded: Grounded) -> None:
        self.nodes, self.grounded = Nodes(), grounded
        self.inputs = {atom: at for at, atom in enumerate(grounded.inputs)}
        self._node: dict[Atom, int] = self._text()
        self._opens = dict.fromkeys(grounded.opens)
        self.firings: dict[str, dict[Atom, list[Firing]]] = {}
        for firing in grounded.firings():
            self.firings.setdefault(firing.head.predicate, {}).setdefault(firing.head, []).append(firing)
        self._said: dict[tuple[str, object], list[int]] = {}  # by predicate, and by its first argument
        self._named: dict[str, list[Atom]] = {}  # all atoms by predicate, once they are there
        try:
            self._give()
            for component in grounded.strata.components:
                self._component(component)
        except TooLargeError as error:
            raise NotGroundedError(str(error)) from None

    def _text(self) -> dict[Atom, int]:
        """Return the node of what the text says as a fact."""
        return dict.fromkeys(self.grounded.facts(), TRUE)

    def of(self, atom: Atom) -> int:
        """Return the node of an atom."""
        return self._node.get(atom, FALSE)

    def atoms(self, predicate: str) -> list[Atom]:
        """Return the atoms of a predicate that some case may bring about, in a stable order."""
        if not self._named:
            for atom in self._node:
                self._named.setdefault(atom.predicate, []).append(atom)
        return sorted(self._named.get(predicate, ()), key=lambda a: [str(x) for x in a.args])

    def told(self) -> dict[int, str]:
        """Return for each node that atoms stand for which they are, and the rules that give them."""
        found: dict[int, str] = {}
        for fired in self.firings.values():
            for atom, firings in fired.items():
                rules = ", ".join(dict.fromkeys(firing.rule.id for firing in firings))
                if (node := self.of(atom)) > UNKNOWN and node not in found:
                    found[node] = f"{atom} by {rules}"
        return found

    def _give(self) -> None:
        """Make a node of each input."""
        for atom, at in self.inputs.items():
            if self.grounded.symbols.always(atom):
                self._node[atom] = TRUE
                continue
            local = SESSION in roles_of(self.grounded.symbols.inputs[atom.predicate].case)  # type: ignore[arg-type]
            node = self._node[atom] = self.nodes.input(at, local=local)
            for said in ("", atom.args[0]):
                self._said.setdefault((atom.predicate, said), []).append(node)

    def _component(self, component: Collection[str]) -> None:
        """Build the atoms of some predicates that rest on each other, each after what it rests on."""
        for atom in [each for each in self._opens if each.predicate in component]:
            self._node[atom] = self.nodes.either([self.of(atom), self._open(atom)])
        of = {atom: fired for name in sorted(component) for atom, fired in self.firings.get(name, {}).items()}
        base = {atom: self.of(atom) for atom in of}
        left = dict(of)
        while left:
            ready = [a for a, fired in left.items() if not any(p in left for f in fired for p in f.premises)]
            for atom in ready:
                self._node[atom] = self._value(left.pop(atom), base[atom])
            if not ready:
                self._circle(left, base)
                return

    def _circle(self, left: Mapping[Atom, list[Firing]], base: Mapping[Atom, int]) -> None:
        """Build atoms that rest on each other: what follows in as many steps as there are atoms is all that follows."""
        if len(left) > MAX_CIRCLE:
            raise TooLargeError(f"{len(left)} atoms rest on each other in a circle, such as {next(iter(left))}")
        self._node |= {atom: base[atom] for atom in left}
        for _ in left:
            new = {atom: self._value(fired, base[atom]) for atom, fired in left.items()}
            if all(self._node[atom] == node for atom, node in new.items()):
                return
            self._node |= new

    def _value(self, fired: Iterable[Firing], base: int) -> int:
        return self.nodes.either([base, *map(self.fires, fired)])

    def fires(self, firing: Firing) -> int:
        """Return the node of a firing; where its head is of no session, one session is enough."""
        body = self.nodes.both(self.asked(firing))
        return body if self._is_local(firing.head) else self.nodes.any(body)

    def asked(self, firing: Firing) -> list[int]:
        """Return the nodes of what a firing asks for: that its premises are so, and what it denies is not."""
        return [*map(self.of, firing.premises), *(self.nodes.negated(self.of(atom)) for atom in firing.absences)]

    def _is_local(self, atom: Atom) -> bool:
        return any(self.grounded.symbols.is_session(atom.predicate, at) for at in range(len(atom.args)))

    def _open(self, atom: Atom) -> int:
        """Return that an atom is undocumented: neither said, nor ruled out, nor settled."""
        predicate: Predicate = self.grounded.program.predicates[atom.predicate]
        single = predicate.is_choice or predicate.open_count
        said = self._said.get((atom.predicate, "" if single else atom.args[0]), [])
        closing = [self.of(Atom(name, atom.args[:1])) for name in (predicate.unless, predicate.until) if name]
        return self.nodes.both([UNKNOWN, *map(self.nodes.negated, (*said, *closing))])
