"""A letter as Markdown, and as HTML that prints on one sheet."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable

from ..advice.block import Block

_STYLE = """\
@page { size: A4; margin: 15mm 18mm }
body { font: 10.5pt/1.35 Georgia, "Liberation Serif", serif; color: #111; background: #fff; max-width: 174mm;
  margin: 8mm auto; padding: 0 4mm; overflow-wrap: anywhere }
h1 { font-size: 15pt; margin: 0 0 2mm }
h2 { font-size: 11.5pt; margin: 4mm 0 1mm; break-after: avoid }
p { margin: 1.2mm 0 }
ul { margin: 1mm 0; padding-left: 6mm }
li { margin: .6mm 0; break-inside: avoid }
@media print { body { margin: 0; padding: 0; max-width: none } }
"""


def as_markdown(blocks: Iterable[Block]) -> str:
    """Return a letter as Markdown; what Markdown would read as its own signs is escaped."""
    marks = {"title": "# ", "heading": "## ", "text": "", "items": "- "}
    told = ["\n".join(marks[b.kind] + _line(part, _plain, "**", "**") for part in b.parts) for b in blocks]
    return "\n\n".join(told) + "\n"


def as_html(blocks: Iterable[Block]) -> str:
    """Return a letter as one self-contained HTML document."""
    tags = {"title": "h1", "heading": "h2", "text": "p", "items": "li"}
    body, title = [], ""
    for kind, parts in blocks:
        told = [f"<{tags[kind]}>{_line(p, html.escape, '<strong>', '</strong>')}</{tags[kind]}>" for p in parts]
        body += ["<ul>", *told, "</ul>"] if kind == "items" else told
        title = html.escape(parts[0][1]) if kind == "title" else title
    head = '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n<title>{title}</title>\n'
        f"<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>\n" + "\n".join(body) + "\n</main>\n</body>\n</html>\n"
    )


def _line(part: tuple[str, str], escape: Callable[[str], str], start: str, end: str) -> str:
    lead, text = (escape(" ".join(p.split())) for p in part)
    return f"{start}{lead}{end} {text}" if lead else text


def _plain(text: str) -> str:
    """Escape what Markdown reads as markup, anywhere or at the start of a line."""
    text = re.sub(r"([\\`*_\[\]<>#|~&$])", r"\\\1", text)
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"^([-+=])", r"\\\1", text))
