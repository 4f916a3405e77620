"""Circuits of editions, kept for the next start."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..circuit.build import Built
from ..circuit.circuit import Circuit, Drawn, Way, draw
from ..circuit.nodes import CONSTANTS, KINDS, Nodes
from ..evaluation.grounded import with_firings
from ..program.graph import Strata
from ..program.program import Program
from .cache import keep_written, recalled
from .grounding import grounded


def circuit(program: Program, strata: Strata, date: str, seal: tuple[str, str], *, whole: bool = False) -> Circuit:
    """Return the circuit of the edition of a date, as an earlier start kept it where one did; see `grounded`.

    :param whole: whether what it is drawn from is asked for as well, which is not kept.
    :raises NotGroundedError: where there is none.
    """
    name, texts = Path("/".join(("circuit", *seal))), [seal]
    if seal[0] and not whole and (found := recalled(name, texts, _decoded)):
        return Circuit(with_firings(program, strata, date, ()), found)
    edition = grounded(program, strata, date, seal)
    built = Built(edition)
    drawn = draw(edition, built)
    if seal[0]:
        keep_written(name, texts, [[drawn.nodes.gates, drawn.nodes.crisp, drawn.nodes.local], *_written(drawn)])
    return Circuit(edition, drawn, built)


def _written(drawn: Drawn) -> Sequence[Any]:
    return [*drawn.ways.items()], drawn.errors, [*drawn.told.items()], [*drawn.advisories.items()]


def _decoded(data: Any) -> Drawn:
    """Return what a list says.

    :raises ValueError: where it says no circuit; other errors where it is no such list at all.
    """
    (gates, crisp, local), ways, errors, told, advisories = data
    nodes = Nodes.of([_gate(at, *gate) for at, gate in enumerate(gates)], map(bool, crisp), map(bool, local))
    return Drawn(
        nodes, {str(code): tuple((str(name), tuple(Way(str(w), int(n)) for w, n in each)) for name, each in of)
                for code, of in ways},
        list(map(int, errors)), {int(node): str(what) for node, what in told},
        {str(name): int(node) for name, node in advisories},
    )  # fmt: skip


def _gate(at: int, kind: Any, of: Any) -> tuple[str, tuple[int, ...]]:
    """Return a gate; Python is made of it, so that it must be of numbers and known words alone."""
    if kind not in (*KINDS, *CONSTANTS) or any(type(each) is not int or each < 0 for each in of):
        raise ValueError(kind)
    if kind != KINDS[0] and any(each >= at for each in of):
        raise ValueError(of)
    return kind, tuple(of)
