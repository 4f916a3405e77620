"""A letter as Markdown, and as HTML that prints on one sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..advice.block import Block


def as_markdown(blocks: Iterable[Block]) -> str:
    """Return a letter as Markdown; what Markdown would read as its own signs is escaped."""
    marks = {"title": "# ", "heading": "## ", "text": "", "items": "- "}
    told = ["\n".join(marks[b.kind] + _line(part) for part in b.parts) for b in blocks]
    return "\n\n".join(told) + "\n"


def as_html(blocks: Iterable[Block]) -> str:
    """Return a letter as one self-contained HTML document.

    :raises PagesError: where Jinja2 is not installed.
    """
    from .page import page

    told = [(kind, [tuple(" ".join(text.split()) for text in part) for part in parts]) for kind, parts in blocks]
    title = next((parts[0][1] for kind, parts in told if kind == "title"), "")
    return page("letter", "letter", title=title, kind="letter", blocks=told)


def _line(part: tuple[str, str]) -> str:
    lead, text = (plain(" ".join(p.split())) for p in part)
    return f"**{lead}** {text}" if lead else text


def plain(text: str) -> str:
    """Escape what Markdown reads as markup, anywhere or at the start of a line."""
    text = re.sub(r"([\\`*_\[\]<>#|~&$])", r"\\\1", text)
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"^([-+=])", r"\\\1", text))
