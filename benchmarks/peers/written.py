"""The closed world in other languages, written from the circuit: a rule or an expression for each of its nodes.

Each is given a session as the inputs that hold in it, made ready before any time is taken, and asked for the ways to
an outcome of each code: what reads the case's codes and amounts is thus coverlog's, and not in the peers' times.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from common import CIRCUIT, Lines, known, settled
from coverlog.engine.cases.case import Case
from coverlog.engine.circuit.nodes import AND, INPUT, NOT, OR, UNKNOWN

NODES = CIRCUIT.nodes
ALIKE = NODES.alike(CIRCUIT.outputs)
CODES: dict[int, list[int]] = {}
"""By class of codes, the nodes of the ways of its lines."""
CLASS: dict[str, int] = {}
for _code, _ways in CIRCUIT.ways.items():
    _mine = [way.node for _, each in _ways for way in each]
    CLASS[_code] = next((at for at, nodes in CODES.items() if nodes == _mine), len(CODES))
    CODES[CLASS[_code]] = _mine
PLACES = {node: 2 * at for node, at in CIRCUIT.outputs.items()}
Asked = list[tuple[int, str]]  # session and code


class Ready:
    """A case made ready for a peer: for each session what holds in it, and what is asked of it."""

    def __init__(self, case: Case, form: Callable[[list[int]], Any]) -> None:
        self.case = case
        inputs = CIRCUIT.read(case.facts)
        assert inputs is not None  # noqa: S101
        self.sessions: list[tuple[Any, int, list[str]]] = []
        for session, bit in inputs.sessions.items():
            codes = dict.fromkeys(known(code) for code, at, *_ in case.lines if at == session)
            said = form([at for at, value in enumerate(inputs.values) if value & bit])
            self.sessions.append((said, int(str(session)), list(codes)))

    def lines(self, of: Callable[[Any], Callable[[str], Iterable[int]]]) -> Lines:
        """Return the lines of the case.

        :param of: takes a session, and returns what tells of a code the places of the ways that are so.
        """
        told: dict[tuple[int, str], Iterable[int]] = {}
        for said, session, codes in self.sessions:
            ask = of(said)
            told.update({(session, code): ask(code) for code in codes})
        return settled(self.case, told)


def reached(nodes: Iterable[int]) -> list[int]:
    """Return the gates that some nodes rest on, each after what it rests on."""
    return [node for node in NODES.reached(nodes) if NODES.gates[node][0] in (AND, OR)]


class Spelling:
    """How a language writes a node where another one uses it."""

    def __init__(self, gate: str, given: str, no: str, true: str = "true", false: str = "false") -> None:
        self.gate, self.given, self.no, self.constants = gate, given, no, {"true": true, "false": false}

    def of(self, node: int) -> str:
        kind, of = NODES.gates[node]
        if node == UNKNOWN:
            return self.constants["false"]
        if kind in self.constants:
            return self.constants[kind]
        if kind == NOT:
            return self.no.format(self.of(of[0]))
        return self.given.format(ALIKE[of[0]]) if kind == INPUT else self.gate.format(node)

    def parts(self, node: int) -> Iterable[str]:
        """Return what a gate is of; inputs that mean the same are one."""
        return dict.fromkeys(map(self.of, NODES.gates[node][1]))

    def joined(self, node: int, both: str, either: str) -> str:
        return (both if NODES.gates[node][0] == AND else either).join(self.parts(node))


# --- Python -------------------------------------------------------------------------------------------


def python() -> dict[int, Callable[[set[int]], list[int]]]:
    """Return for each class a function as one writes it by hand: named conditions, `and`, `or`, `not`."""
    spelling = Spelling("c{}", "{} in said", "not ({})", "True", "False")
    found: dict[str, Any] = {}
    for at, nodes in CODES.items():
        body = [f"c{node} = {spelling.joined(node, ' and ', ' or ')}" for node in reached(nodes)]
        body += ["told = []", *(f"if {spelling.of(node)}: told.append({PLACES[node]})" for node in nodes)]
        exec("\n    ".join([f"def class{at}(said):", *body, "return told"]), found)  # noqa: S102
    return {at: found[f"class{at}"] for at in CODES}


class Python:
    """Python written from the circuit, with `and`, `or` and `not` over a set."""

    name = "Python written from the circuit"
    functions = python()

    @staticmethod
    def ready(case: Case) -> Ready:
        return Ready(case, set)

    def lines(self, ready: Ready) -> Lines:
        return ready.lines(lambda said: lambda code: self.functions[CLASS[code]](said))


# --- Rego ---------------------------------------------------------------------------------------------


def rego() -> str:
    """Return the circuit as a module of Rego."""
    spelling = Spelling("c{}", "input.i{}", "not {}")
    text = ["package coverage", "import rego.v1"]
    for node in reached(node for nodes in CODES.values() for node in nodes):
        parts = spelling.parts(node)
        bodies = ["; ".join(parts)] if NODES.gates[node][0] == AND else parts
        text += (f"c{node} if {{ {body} }}" for body in bodies)
    for at, nodes in CODES.items():
        text += (f"told{at} contains {PLACES[node]} if {{ {spelling.of(node)} }}" for node in nodes)
    return "\n".join(text) + "\n"


def by_name(said: list[int]) -> dict[str, bool]:
    return {f"i{at}": True for at in said}


class Regorus:
    """Rego in regorus."""

    name = "Rego (regorus)"

    def __init__(self) -> None:
        import regorus

        self.engine = regorus.Engine()
        self.engine.add_policy("coverage.rego", rego())

    @staticmethod
    def ready(case: Case) -> Ready:
        return Ready(case, lambda said: json.dumps(by_name(said)))

    def lines(self, ready: Ready) -> Lines:
        def of(said: str) -> Callable[[str], Iterable[int]]:
            self.engine.set_input_json(said)
            return lambda code: self.engine.eval_rule(f"data.coverage.told{CLASS[code]}")

        return ready.lines(of)


class RegoCpp:
    """Rego in rego-cpp, compiled to a bundle."""

    name = "Rego (rego-cpp)"

    def __init__(self) -> None:
        import regopy

        self.engine = regopy.Interpreter()
        self.engine.add_module("coverage.rego", rego())
        self.bundle = self.engine.build(None, [f"coverage/told{at}" for at in CODES])

    @staticmethod
    def ready(case: Case) -> Ready:
        return Ready(case, by_name)

    def lines(self, ready: Ready) -> Lines:
        def of(said: dict[str, bool]) -> Callable[[str], Iterable[int]]:
            self.engine.set_input(said)
            return self._ask

        return ready.lines(of)

    def _ask(self, code: str) -> list[int]:
        output = json.loads(str(self.engine.query_bundle_entrypoint(self.bundle, f"coverage/told{CLASS[code]}")))
        return list(output["expressions"][0] if "expressions" in output else output)


# --- ZEN ----------------------------------------------------------------------------------------------


class Zen:
    """A decision graph of ZEN for each class of codes: an expression for each node, one after the other."""

    name = "ZEN"

    def __init__(self) -> None:
        import zen

        engine = zen.ZenEngine()
        self.decisions = {at: engine.create_decision(json.dumps(_graph(nodes))) for at, nodes in CODES.items()}

    @staticmethod
    def ready(case: Case) -> Ready:
        return Ready(case, by_name)

    def lines(self, ready: Ready) -> Lines:
        def told(said: dict[str, bool], code: str) -> list[int]:
            result = self.decisions[CLASS[code]].evaluate(said)["result"]
            return [at for at in map(int, result["told"]) if at >= 0]

        return ready.lines(lambda said: lambda code: told(said, code))


def _graph(nodes: list[int]) -> dict[str, Any]:
    spelling = Spelling("$.c{}", "i{} == true", "not({})")
    gates = [(f"c{node}", spelling.joined(node, " and ", " or ")) for node in reached(nodes)]
    told = ", ".join(f"({spelling.of(node)}) ? {PLACES[node]} : -1" for node in nodes)
    names = ["in", "gates", "told", "out"]
    contents = [{}, _expressions([*gates, ("told", f"[{told}]")]), _expressions([("told", "told")]), {}]
    kinds = ["inputNode", "expressionNode", "expressionNode", "outputNode"]
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [{"id": name, "name": name, "type": kind, "content": content}
                  for name, kind, content in zip(names, kinds, contents, strict=True)],
        "edges": [{"id": one, "type": "edge", "sourceId": one, "targetId": two}
                  for one, two in pairwise(names)],
    }  # fmt: skip


def _expressions(of: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {"expressions": list(_expression(of))}


def _expression(of: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    yield from ({"id": key, "key": key, "value": value} for key, value in of)
