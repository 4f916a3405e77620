"""The pages of the workbench, from the templates and styles beside this file, in one shell that has no inline style."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.program.program import Program
from ..render.page import coloured, environment, markup, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

_HERE = Path(__file__).parent
PLACES = (("/try", "Try a case"), ("/find", "Read"), ("/query", "Ask"), ("/batch", "Batch"))
"""The pages that each page leads to."""


def page(template: str, **facts: Any) -> str:
    """Return a page; all text is escaped, and nothing in it is hidden.

    :param template: the name of a template that extends `bench.html.j2`; that asks for `title` and `here`, the path of
        the page.
    :raises PagesError: where Jinja2 is not installed.
    """
    return _environment().get_template(f"{template}.html.j2").render(facts, places=PLACES)


def lines(text: str) -> Any:
    """Return a text of several lines as it stands in a field, escaped."""
    from markupsafe import escape

    return markup(str(escape(text)))


def styles(programs: Sequence[Program]) -> str:
    """Return the one style sheet of every page."""
    return coloured(str(style("proof", "book")) + (_HERE / "bench.css").read_text(encoding="utf-8"), programs)


def script() -> str:
    """Return the one script of every page."""
    return (_HERE / "bench.js").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import ChoiceLoader, FileSystemLoader

    base = environment()
    own = FileSystemLoader(_HERE / "templates")
    return base.overlay(loader=ChoiceLoader([own, *([base.loader] if base.loader else [])]))
