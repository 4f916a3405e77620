"""A circuit as SQL, layer by layer: from words of bits, a row for each session, to a row for each line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ..circuit.circuit import Circuit, Way, Ways
from ..circuit.nodes import AND, ANY, INPUT, NOT, OR, UNKNOWN
from ..evaluation.symbols import OTHER
from ..program.interface import WAITING, Outcome, against
from .words import Words

FLAWED = -1
"""What stands in place of an outcome where the rules give a line none, or two that exclude each other."""


def text(value: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def quoted(column: str) -> str:
    """Return a column as SQL names it."""
    return '"' + column.replace('"', '""') + '"'


class Sql:
    """The expressions of a circuit in one world.

    A node that rests on what may be undocumented has two columns in the open world: s, surely so, and p, possibly so.
    """

    def __init__(self, circuit: Circuit, *, open_world: bool) -> None:
        self.circuit, self.nodes, self.open_world = circuit, circuit.nodes, open_world
        self.words = Words(circuit.nodes, circuit.outputs)
        self.classes: dict[Ways, list[str]] = {}  # the codes whose lines come to the same by the same
        for code, ways in circuit.ways.items():
            self.classes.setdefault(ways, []).append(code)
        self._level: dict[int, int] = {}
        for node in self.words.reached:
            of = [self._level[each] for each in self.nodes.below(node)]
            self._level[node] = max(of, default=0) + (self.nodes.gates[node][0] in (AND, OR, ANY))

    # --- Nodes --------------------------------------------------------------------------------------

    def _rails(self, node: int) -> str:
        return "sp" if self.open_world and not self.nodes.crisp[node] else "p"

    def value(self, node: int, rail: str) -> str:
        """Return a node as an expression over the columns of the layers below."""
        kind, of = self.nodes.gates[node]
        if kind == INPUT:
            return self._some([of[0]])
        if kind in ("false", "true") or node == UNKNOWN:
            return str(kind == "true" or (node == UNKNOWN and self.open_world and rail == "p")).lower()
        if kind == NOT:
            return f"NOT {self.value(of[0], 'ps'[rail == 'p'])}"
        return f"{rail if len(self._rails(node)) > 1 else 'c'}{node}"

    def _some(self, inputs: Sequence[int]) -> str:
        """Return that one of some inputs is so."""
        return " OR ".join(f"({word} & {mask}) <> 0" for word, mask in self.words.masks(inputs).items())

    def _all(self, inputs: Sequence[int]) -> Iterator[str]:
        """Yield that all of some inputs are so."""
        yield from (f"({word} & {mask}) = {mask}" for word, mask in self.words.masks(inputs).items())

    def _gate(self, node: int, rail: str) -> str:
        """Return what a node is of; tests of bits that stand in one word are one test."""
        kind, of = self.nodes.gates[node]
        if kind == ANY:
            return f"bool_or({self.value(of[0], rail)}) OVER (PARTITION BY case_no)"
        inputs = [self.nodes.gates[each][1][0] for each in of if self.nodes.gates[each][0] == INPUT]
        negated = [each for each in of if self.nodes.gates[each][0] == NOT]
        absent = [self.nodes.gates[inner][1][0] for each in negated for inner in self.nodes.gates[each][1]
                  if self.nodes.gates[inner][0] == INPUT and kind == AND]  # fmt: skip
        parts = [*self._all(inputs)] if kind == AND else [self._some(inputs)] if inputs else []
        parts += [f"({word} & {mask}) = 0" for word, mask in self.words.masks(absent).items()]
        done = {*inputs, *absent}
        for each in of:
            inner = self.nodes.gates[each][1][0] if self.nodes.gates[each][0] == NOT else each
            if self.nodes.gates[inner][0] != INPUT or self.nodes.gates[inner][1][0] not in done:
                parts.append(self.value(each, rail))
        return f" {kind.upper()} ".join(parts)

    def layers(self) -> Iterator[list[tuple[str, str, int]]]:
        """Yield layer by layer the columns to add, each with its expression and its node."""
        for level in range(1, max(self._level.values(), default=0) + 1):
            found = []
            for node in self.words.reached:
                if self._level[node] == level and self.nodes.gates[node][0] in (AND, OR, ANY):
                    rails = self._rails(node)
                    found += [(self.value(node, rail), self._gate(node, rail), node) for rail in rails]
            yield found

    def comments(self) -> Callable[[int], str]:
        """Return what tells which atoms a node stands for, and by which rules, as a comment."""
        told = self.circuit.told
        return lambda node: f" /* {told[node]} */" if node in told else ""

    # --- Lines --------------------------------------------------------------------------------------

    def contradicted(self) -> str:
        """Return that the case contradicts itself."""
        return " OR ".join(f"({self.value(node, 's')})" for node in dict.fromkeys(self.circuit.errors)) or "false"

    def outcomes(self) -> Iterator[tuple[str, str]]:
        """Yield for each class of codes the columns of its outcome, by its place, and of its ways, as bits."""
        known = self.circuit.grounded.program.outcomes
        for at, ways in enumerate(self.classes):
            named = [(known.index(self.circuit.grounded.program.outcome(name)), each) for name, each in ways]
            sure = {place: self._one([w.node for w in each], "s") for place, each in named}
            possible = {place: self._one([w.node for w in each], "p") for place, each in named}
            yield f"o{at}", self._decided(sure, possible, known)
            bits = [f"WHEN {place} THEN {self._bits(each)}" for place, each in named]
            yield f"b{at}", f"CASE o{at} {' '.join(bits)} ELSE 0 END"

    def _one(self, nodes: Sequence[int], rail: str) -> str:
        return f"({' OR '.join(f'({self.value(node, rail)})' for node in nodes) or 'false'})"

    def _decided(self, sure: dict[int, str], possible: dict[int, str], known: Sequence[Outcome]) -> str:
        """Return which outcome a line has; see `decision.outcomes.decided`, which says the same of a model."""
        cases = [f"WHEN NOT ({' OR '.join(possible.values())}) THEN {FLAWED}"]
        for one in sure:
            two = [other for other in sure if other > one and not (known[one].order and known[other].order)]
            cases += [f"WHEN {sure[one]} AND {sure[other]} THEN {FLAWED}" for other in two]
        for place in sure:
            before = [known.index(each) for each in against(known[place], tuple(known))]
            passed = "".join(f" AND NOT {possible[each]}" for each in before)
            held = f"CASE WHEN true{passed} THEN {place} ELSE {len(known)} END" if passed else str(place)
            cases.append(f"WHEN {sure[place]} THEN {held}")
        return f"CASE {' '.join(cases)} ELSE {len(known)} END"

    def _bits(self, ways: Sequence[Way]) -> str:
        told = [f"CASE WHEN {self.value(way.node, 's')} THEN {1 << at} ELSE 0 END" for at, way in enumerate(ways)]
        return " + ".join(told) or "0"

    def told(self) -> Iterator[tuple[int, int, str, str, list[str]]]:
        """Yield by class and place of the outcome its name, its role, and the names of its ways, a bit each."""
        known = self.circuit.grounded.program.outcomes
        for at, ways in enumerate(self.classes):
            for name, each in ways:
                outcome = self.circuit.grounded.program.outcome(name)
                yield at, known.index(outcome), name, outcome.role, [way.last for way in each]
            yield at, len(known), WAITING, WAITING, []

    def class_of(self, code: str) -> int:
        """Return the class of a code."""
        found = {each: at for at, codes in enumerate(self.classes.values()) for each in codes}
        return found.get(code, found[OTHER])


def query(sql: Sql, lines: str = "line", bits: str = "bits", *, id_: str = 'line."case", ') -> str:
    """Return the statement that gives each line its outcome, by number, and its ways, as bits.

    :param lines: the table of lines: case_no, line_no, code, session, class.
    :param id_: what more is taken from the lines.
    :param bits: the table of what cases say: case_no, session, and the words.
    """
    named = sql.comments()
    parts, last = [], bits
    for at, columns in enumerate(sql.layers(), 1):
        told = ",\n    ".join(f"{value} AS {name}{named(node)}" for name, value, node in columns)
        parts.append(f"layer{at} AS (\n  SELECT *,\n    {told}\n  FROM {last}\n)")
        last = f"layer{at}"
    found = dict(sql.outcomes())
    outcomes = {name: value for name, value in found.items() if name[0] == "o"}
    told = ",\n    ".join(f"{value} AS {name}" for name, value in outcomes.items())
    parts.append(f"outcome AS (\n  SELECT *, {sql.contradicted()} AS contradicted,\n    {told}\n  FROM {last}\n)")
    told = ",\n    ".join(f"{value} AS {name}" for name, value in found.items() if name[0] == "b")
    kept = f"case_no, session, contradicted, {', '.join(outcomes)}"
    parts.append(f"way AS MATERIALIZED (\n  SELECT {kept},\n    {told}\n  FROM outcome\n)")
    # Without it DuckDB may compute the layers once for each pair of a line and a session that it looks at.
    chosen = {c: " ".join(f"WHEN {at} THEN {c}{at}" for at in range(len(sql.classes))) for c in "ob"}
    return (
        "WITH "
        + ",\n".join(parts)
        + f"\nSELECT line.case_no, {id_}line.line_no, line.code, line.session, line.class, contradicted,\n"
        f"  CASE line.class {chosen['o']} END AS outcome_no,\n  CASE line.class {chosen['b']} END AS ways\n"
        f"FROM {lines} AS line JOIN way ON line.case_no = way.case_no AND line.session = way.session"
    )
