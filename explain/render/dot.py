"""DOT text, and what Graphviz makes of it: the one place that knows how Graphviz is written and run."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from html import escape

from ...engine.language.errors import Fault, FaultError

NO_GRAPHVIZ = Fault("", "Graphviz is not installed", "apt-get install graphviz (or brew install graphviz)")
ONE_LINE = "explain one line (--line CPT)"
_SECONDS = 60
_FONT = "Arial,sans-serif"
_LINE = "#57606a"
Attributes = Mapping[str, object]


class GraphvizError(FaultError):
    """Graphviz is not there, or could not draw."""


class Markup(str):
    """A label in Graphviz's HTML-like markup."""

    __slots__ = ()


def digraph(name: str, graph: Attributes, node: Attributes, edge: Attributes, body: Iterable[str]) -> str:
    """Return a graph drawn from left to right: what holds of it, of every node and of every edge, and its lines."""
    shared = {
        "graph": {"rankdir": "LR"} | dict(graph),
        "node": {"fontname": _FONT, "fontsize": 11} | dict(node),
        "edge": {"color": _LINE, "arrowsize": 0.6} | dict(edge),
    }
    heads = (f"  {each}{_listed(told)};" for each, told in shared.items())
    return "\n".join([f"digraph {name} {{", *heads, *(f"  {line}" for line in body), "}"])


def node(name: str, **attributes: object) -> str:
    """Return the line of a node."""
    return f"{name}{_listed(attributes)};"


def edge(start: str, end: str, **attributes: object) -> str:
    """Return the line of an edge."""
    return f"{start} -> {end}{_listed(attributes)};"


def cluster(name: object, label: str, lines: Iterable[str]) -> list[str]:
    """Return the lines of a box around nodes."""
    return [f"subgraph cluster_{name} {{", f'  label={_value(label)}; color="#afb8c1";',
            *(f"  {line}" for line in lines), "}"]  # fmt: skip


def in_order(names: Iterable[str]) -> str:
    """Return a line that keeps nodes which share nothing in their order."""
    return f"{{rank=same; {' -> '.join(names)} [style=invis];}}"


def quoted(name: str) -> str:
    """Return a name as DOT has it where it need not be a word."""
    return '"{}"'.format(name.replace('"', '\\"'))


def as_markup(text: str) -> str:
    r"""Return text with nothing that Graphviz takes for markup.

    It knows the numbers of characters, not all of HTML's names for them; and it fills in \N, \G and the like even
    here, unless the backslash stands in a run of its own.
    """
    numbered = escape(text, quote=False).replace('"', "&#34;")
    return numbered.replace("\\", "<font>&#92;</font>")


def _listed(attributes: Attributes) -> str:
    told = ", ".join(f"{name}={_value(value)}" for name, value in attributes.items())
    return f" [{told}]" if told else ""


def _value(value: object) -> str:
    if isinstance(value, Markup):
        return f"<{value}>"
    return quoted(value) if isinstance(value, str) else str(value)


def draw(source: str, form: str, *options: str) -> bytes:
    """Return DOT text drawn by Graphviz.

    :raises GraphvizError: where Graphviz is not installed, or fails.
    """
    program = shutil.which("dot")
    if not program:
        raise GraphvizError(faults=[NO_GRAPHVIZ])
    try:
        ran = subprocess.run(  # noqa: S603 - no shell, and the labels are escaped
            [program, f"-T{form}", *options], input=source.encode(), capture_output=True, check=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired:
        slow = Fault("", f"Graphviz took longer than {_SECONDS} seconds", ONE_LINE)
        raise GraphvizError(faults=[slow]) from None
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode(errors="replace").strip()
        raise GraphvizError(faults=[Fault("", f"Graphviz could not draw the proof: {told}")]) from None
    return ran.stdout
