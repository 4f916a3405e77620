"""The circuit of an edition as data, as text and as a drawing, with its counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...engine.circuit.circuit import Circuit
from ...engine.circuit.nodes import INPUT
from ...engine.evaluation.symbols import OTHER
from ...engine.language.errors import did_you_mean
from ...engine.language.terms import quote, unquote
from ...engine.program.interface import CODE
from ..advice.phrases import in_whole_words
from ..render import dot as writing

BY = " by "  # stands between an atom of a circuit and the rules that give it
_ONE = {"firings": "firing", "nodes": "node", "codes": "code", "classes": "class", "input": "input"}
"""What is counted, where there is one of it."""


def chosen(circuit: Circuit, code: str) -> list[str]:
    """Return the codes to show: the one that is asked for, or all.

    :raises LookupError: where the text does not name it.
    """
    if not code:
        return list(circuit.ways)
    if quote(code) not in circuit.ways:
        hint = did_you_mean(code, [unquote(each) for each in circuit.ways if each != OTHER])
        raise LookupError(f"{code} is a code that the guideline does not name; {hint or 'coverlog find lists codes'}")
    return [quote(code)]


def nodes_of(circuit: Circuit, codes: Sequence[str]) -> list[int]:
    """Return the nodes that the outcomes of some codes rest on."""
    return circuit.nodes.reached(way.node for code in codes for _, ways in circuit.ways[code] for way in ways)


def counts(circuit: Circuit, codes: Sequence[str]) -> dict[str, int]:
    """Return how large a circuit is: what can be said, firings, nodes by kind, their depth, the kinds of codes."""
    reached = nodes_of(circuit, codes)
    kinds = Counter(circuit.nodes.gates[node][0] for node in reached)
    depth: dict[int, int] = {}
    for node in reached:
        depth[node] = 1 + max((depth[each] for each in circuit.nodes.below(node)), default=-1)
    return {
        "said": len(circuit.grounded.inputs), "firings": len(circuit.grounded.fired), "nodes": len(reached),
        **{kind: kinds[kind] for kind in sorted(kinds)}, "depth": max(depth.values(), default=0),
        "codes": len(codes), "classes": len({circuit.ways[code] for code in codes}),
    }  # fmt: skip


def as_json(circuit: Circuit, codes: Sequence[str]) -> dict[str, Any]:
    """Return a circuit as the documented JSON object."""
    return {
        "guideline": circuit.grounded.program.name, "in_force_from": circuit.grounded.date,
        "counts": counts(circuit, codes),
        "nodes": [_node(node, circuit) for node in nodes_of(circuit, codes)],
        "outcomes": [
            {CODE: unquote(code), "outcome": name, "by": way.last, "node": way.node}
            for code in codes for name, ways in circuit.ways[code] for way in ways
        ],
    }  # fmt: skip


def _node(node: int, circuit: Circuit) -> dict[str, Any]:
    kind, of = circuit.nodes.gates[node]
    return {"node": node, "kind": kind, **({"atom": _name(node, circuit)} if kind == INPUT else {"of": list(of)})}


def as_text(circuit: Circuit, codes: Sequence[str], width: int) -> str:
    """Return a circuit as lines: each node with what it is of, then the ways of each code to each outcome.

    What stands for an atom of the rules is called by it wherever something rests on it.
    """
    lines = [*_wrapped(", ".join(_counted(counts(circuit, codes))), width), ""]
    for node in nodes_of(circuit, codes):
        if circuit.nodes.below(node):
            rules = circuit.told.get(node, "").partition(BY)[2]
            told = f"{_called(node, circuit)} = {_told(node, circuit)}{rules and f'  [{rules}]'}"
            lines += _wrapped(told, width)
    for same in _classes(circuit, codes):
        lines += ["", *_wrapped(_listed(same), width)]
        ways = [(name, way) for name, each in circuit.ways[same[0]] for way in each]
        lines += [f"  {name} {way.last} = {_called(way.node, circuit)}" for name, way in ways]
    return "\n".join(lines) + "\n"


def _counted(sizes: dict[str, int]) -> Iterator[str]:
    """Yield each size in words: `1 code`, `57 or`, `12 deep`."""
    many = {"said": "things a case can say", "depth": "deep", "input": "inputs"}
    for name, number in sizes.items():
        yield f"{number:,} {_ONE[name] if number == 1 and name in _ONE else many.get(name, name)}"


def _wrapped(text: str, width: int) -> list[str]:
    return in_whole_words(text, width, rest="    ")


def dot(circuit: Circuit, codes: Sequence[str], _width: int = 0) -> str:
    """Return a circuit in the language of Graphviz, with its counts."""
    reached = nodes_of(circuit, codes)
    lines = []
    for node in reached:
        kind = circuit.nodes.gates[node][0]
        lines.append(writing.node(f"n{node}", label=kind if circuit.nodes.below(node) else _name(node, circuit)))
        lines += [writing.edge(f"n{each}", f"n{node}") for each in circuit.nodes.below(node)]
    told = [(_listed(same), name, way) for same in _classes(circuit, codes)
            for name, ways in circuit.ways[same[0]] for way in ways]  # fmt: skip
    for at, (named, name, way) in enumerate(told):
        lines.append(writing.node(f"o{at}", label=f"{named}: {name} {way.last}", shape="ellipse"))
        lines.append(writing.edge(f"n{way.node}", f"o{at}"))
    label = ", ".join(_counted(counts(circuit, codes)))
    return writing.digraph("circuit", {"label": label}, {"shape": "box"}, {}, lines) + "\n"


def _listed(codes: Sequence[str]) -> str:
    return ", ".join("any other code" if code == OTHER else unquote(code) for code in codes)


def _classes(circuit: Circuit, codes: Sequence[str]) -> Iterator[list[str]]:
    """Yield the codes whose outcomes rest on the same nodes."""
    found: dict[object, list[str]] = {}
    for code in codes:
        found.setdefault(circuit.ways[code], []).append(code)
    yield from found.values()


def _name(node: int, circuit: Circuit) -> str:
    kind, of = circuit.nodes.gates[node]
    return str(circuit.grounded.inputs[of[0]]) if kind == INPUT else f"n{node}" if of else kind


def _called(node: int, circuit: Circuit) -> str:
    """Return the atom that a node stands for, or else its number."""
    return circuit.told[node].partition(BY)[0] if node in circuit.told else _name(node, circuit)


def _told(node: int, circuit: Circuit) -> str:
    kind, of = circuit.nodes.gates[node]
    names = [_called(each, circuit) for each in of]
    return f" {kind} ".join(names) if len(names) > 1 else f"{kind} {names[0]}"


WRITERS: dict[str, Callable[[Circuit, Sequence[str], int], str]] = {"text": as_text, "dot": dot}
