"""Texts in a row, and as sentences."""

from __future__ import annotations

from collections.abc import Sequence


def sentence(text: str) -> str:
    """Return a clause with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


def listed(texts: Sequence[str], comma: str = ", ", last: str = " and ") -> str:
    """Return texts in a row: A, B and C."""
    return texts[0] if len(texts) == 1 else comma.join(texts[:-1]) + last + texts[-1]
