"""Codes as the proof checker reads them: the one form of a code in its system, and what it belongs to by its form."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.language.terms import Constant
from .ground import quoted

Given = tuple[tuple[Constant, ...], str]


def standard(written: str, system: str) -> str:
    """Return a code in the one form of its system; words, of no system, without spaces around them."""
    text = written.strip(" ")
    if system == "icd10cm":
        plain = text.replace(".", "").upper()
        return plain if len(plain) <= 3 else plain[:3] + "." + plain[3:]
    if system == "revenue":
        return "0" * (4 - len(text)) + text
    return text.upper() if system in ("icd10pcs", "cpt_hcpcs", "modifier", "taxonomy") else text


def systematic(shape: str, written: str, name: str, system: str) -> Iterator[Given]:
    """Yield a code, or each step up from it."""
    code = standard(written, system)
    if shape == "codes":
        yield (quoted(code),), name
        return
    above = [*_above(code, system)]
    for narrow, wide in zip([code, *above], above, strict=False):
        yield (quoted(narrow), quoted(wide)), f"{system}, by its form"


def _above(code: str, system: str) -> Iterator[str]:
    if system == "taxonomy" and code[4:9] != "00000":
        yield code[:4] + "00000X"
    if system in ("icd10cm", "icd10pcs", "revenue"):
        for length in range(len(code) - 1, 2, -1):
            if not code[:length].endswith("."):
                yield code[:length]
