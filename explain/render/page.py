"""A self-contained HTML page in the look of the proofs, and tables that fit a narrow screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
.book main, .book nav { max-width: 72rem; margin: 0 auto; }
.book h2 { border-bottom: 1px solid var(--rule); padding-bottom: .2rem; }
.book h3 { margin-top: 1.4rem; }
.book h4 { margin: .9rem 0 0; font-size: 1rem; }
.book pre { margin: .3rem 0; padding: .5rem .7rem; background: var(--panel); border: 1px solid var(--rule);
  border-radius: .3rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
.book table { width: 100%; border-collapse: collapse; margin: .6rem 0; font-size: .9rem; }
.book caption { text-align: left; font-weight: 600; padding: .3rem 0; }
.book th, .book td { text-align: left; vertical-align: top; padding: .3rem .5rem;
  border-bottom: 1px solid var(--rule); }
.book thead th { border-bottom: 2px solid var(--quiet); }
.book .quiet { color: var(--quiet); font-size: .9rem; }
.book nav ul { columns: 16rem; padding-left: 1.2rem; }
.book dt { font-weight: 600; margin-top: .5rem; }
@media (max-width: 40rem) {
  .book thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .book tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--quiet); }
  .book td, .book tbody th { display: block; border: 0; padding: .1rem 0; }
  .book td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); }
}
@media print {
  .book tr, .book pre { break-inside: avoid; }
  .book h2 { break-before: page; }
}
"""


def look() -> str:
    """Return the style that every page shares."""
    return (Path(__file__).parent / "proof.css").read_text(encoding="utf-8")


def document(title: str, style: str, kind: str, body: Iterable[str]) -> str:
    """Return an HTML page that stands alone: no network, no script.

    :param kind: the classes of its body.
    :param body: its content, as markup.
    """
    head = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body class="{kind}">"""
    return "\n".join([head, *body, "</body>", "</html>"])


def page(title: str, body: Iterable[str]) -> str:
    """Return a page of the book around the markup of its body."""
    return document(title, look() + _STYLE, "proof book", ["<main>", *body, "</main>"]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """Return a table of plain text, the first cell of each row its heading; its cells are escaped."""
    lines = [f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>"]
    lines += [f'<th scope="col">{escape(head)}</th>' for head in heads]
    lines.append("</tr></thead>\n<tbody>")
    for first, *rest in rows:
        cells = [
            f'<td data-label="{escape(head)}">{escape(cell)}</td>' for head, cell in zip(heads[1:], rest, strict=True)
        ]
        lines.append(f'<tr><th scope="row">{escape(first)}</th>{"".join(cells)}</tr>')
    return "\n".join([*lines, "</tbody>\n</table>"])
