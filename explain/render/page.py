"""HTML that stands alone, from the templates and styles beside this file; Jinja2 is imported where a page is made."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.language.errors import Fault, FaultError
from ...engine.language.visible import visible
from ...engine.program.interface import ROLES

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from ...engine.program.program import Program

_HERE = Path(__file__).parent
_IN_ONE = re.compile(r"\b(?:\d{4}-\d\d-\d\d|[A-Z]{1,4}-\d+)\b")
NO_JINJA = Fault("", "Jinja2, which writes HTML, is not installed", "pip install 'coverlog[pages]'")


class PagesError(FaultError):
    """Jinja2 is not there."""


def page(template: str, *styles: str, program: Program | None = None, **facts: Any) -> str:
    """Return an HTML page: no network, no script, and no style but its own.

    :param template: the name of a template that extends `shell.html.j2`; that asks for `title` and `kind`, the
        classes of the body.
    :param styles: the names of the style files, in order.
    :param program: the guideline, whose outcomes have the colours of their roles.
    :raises PagesError: where Jinja2 is not installed.
    """
    return written(template, style=style(*styles, program=program), program=program, **facts) + "\n"


def written(template: str, **facts: Any) -> str:
    """Return what a template makes of facts: all text is escaped, and nothing in it is hidden.

    :raises PagesError: where Jinja2 is not installed.
    """
    return environment().get_template(f"{template}.html.j2").render(facts)


def style(*names: str, program: Program | None = None) -> Markup:
    """Return the styles of a page, as it has them: what is of a role is of each outcome with that role.

    :raises PagesError: where Jinja2 is not installed.
    """
    text = "\n" + "".join((_HERE / f"{name}.css").read_text(encoding="utf-8") for name in names)
    return markup(coloured(text, [program]) if program else text)


def coloured(text: str, programs: Sequence[Program]) -> str:
    """Return styles in which what is of a role is of each outcome with that role, in any of some guidelines."""
    for role in ROLES:
        classes = ", ".join(dict.fromkeys(f".{each.name}" for program in programs for each in program.of_role(role)))
        text = text.replace(f".{role} ", f":is({classes}) " if "," in classes else f"{classes} ")
    return text


def markup(text: str) -> Markup:
    """Return text of our own making that is markup already.

    :raises PagesError: where Jinja2 is not installed.
    """
    environment()
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - drawn by Graphviz from escaped labels, or a file beside this one


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return what makes pages of templates: all text is escaped, and nothing in it is hidden.

    :raises PagesError: where Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ModuleNotFoundError:
        raise PagesError(faults=[NO_JINJA]) from None
    found = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        finalize=_plain, loader=FileSystemLoader(_HERE / "templates"),
    )  # fmt: skip
    found.filters["digest"] = _digest
    found.filters["whole"] = _whole
    return found


def _plain(value: Any) -> Any:
    """Return a value as a page may show it; what is markup already stays."""
    return value if hasattr(value, "__html__") or isinstance(value, int) else visible(str(value))


def _whole(text: str) -> Markup:
    """Return a text whose dates and ids, such as INT-2, stay on one line; what is copied of it is the same."""
    from markupsafe import escape

    return markup(_IN_ONE.sub(r'<span class="whole">\g<0></span>', str(escape(visible(text)))))


def _digest(text: str) -> Markup:
    """Return what names a style in a Content-Security-Policy, so that no other one has effect."""
    return markup("sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode())
