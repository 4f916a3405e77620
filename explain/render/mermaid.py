"""Mermaid flowcharts: the one place that knows how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_INK = "#1f2328"
Colours = tuple[str, str]
"""A fill and a line."""


def flowchart(direction: str, lines: Iterable[str], classed: Mapping[str, tuple[Colours, list[str]]]) -> str:
    """Return a flowchart.

    :param classed: by the name of a class its colours and its nodes.
    """
    defined = (f"classDef {name} fill:{fill},stroke:{line},color:{_INK}" for name, ((fill, line), _) in classed.items())
    members = (f"class {','.join(nodes)} {name}" for name, (_, nodes) in classed.items())
    return "\n".join([f"flowchart {direction}", *(f"  {each}" for each in (*lines, *defined, *members))])


def node(name: str, parts: Iterable[str], brackets: tuple[str, str]) -> str:
    """Return the line of a node, its words a part a line; the brackets make its shape."""
    start, end = brackets
    words = "<br/>".join(_text(part) for part in parts if part)
    return f'{name}{start}"{words}"{end}'


def edge(start: str, end: str, label: str = "", arrow: str = "-->") -> str:
    """Return the line of an edge."""
    said = f'|"{_text(label)}"|' if label else ""
    return f"{start} {arrow}{said} {end}"


def subgraph(name: str, label: str, lines: Iterable[str]) -> list[str]:
    """Return the lines of a box around nodes."""
    return [f'subgraph {name}["{_text(label)}"]', *(f"  {line}" for line in lines), "end"]


def _text(text: str) -> str:
    """Return text with what Mermaid reads as markup as its numbered entities."""
    return re.sub(r'[#&<>"`*_~\\$;{}\[\]\n\r\t]', lambda found: f"#{ord(found[0])};", text)
