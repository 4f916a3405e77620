"""The ICD-10-CM code set of a year: whether a diagnosis code exists, and what it belongs to.

Read on first use from `kb/code_systems/icd10cm.txt.xz`, made by `tools/make_icd10cm.py` from the release of the CDC's
National Center for Health Statistics (source: CDC; no endorsement is implied). It holds codes alone, no titles; those
of a letter are compressed by themselves, since a case has few of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache

from ...kb import ROOT
from ..language.record import NamedTuple

# A letter, a digit or letter, the same again, then up to four more after a point.
_FORM = r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?"
_CODE, _LINE = 8, 10  # the characters of a line that hold the code; of a line with its mark and its end


class Release(NamedTuple):
    """A release of the code set: its fiscal year, its first and last day (ISO dates), and where it is from."""

    year: int
    valid_from: str
    valid_to: str
    source: str


class _CodeSet(NamedTuple):
    release: Release
    packed: dict[str, bytes]  # by letter


@cache
def _code_set() -> _CodeSet:
    import lzma  # a start that asks for no code does without

    reader = lzma.LZMADecompressor()
    head = reader.decompress((ROOT / "code_systems" / "icd10cm.txt.xz").read_bytes()).decode("ascii")
    said = dict(line.split(": ", 1) for line in head.strip().splitlines())
    packed, at = dict[str, bytes](), 0
    for letter, size in (each.split() for each in said["packed"].split(", ")):
        packed[letter] = reader.unused_data[at : at + int(size)]
        at += int(size)
    return _CodeSet(Release(int(said["year"]), said["valid-from"], said["valid-to"], said["source"]), packed)


@cache
def _lines(letter: str) -> str:
    """Return the lines of a letter, one a code, in order, all of one length: to search them takes no splitting."""
    import lzma

    packed = _code_set().packed.get(letter)
    return lzma.decompress(packed).decode("ascii") if packed else ""


def release() -> Release:
    """Return the release that the other functions speak of.

    A code that it lacks may exist on a date before or after it.
    """
    return _code_set().release


def exists(code: str) -> bool | None:
    """Return whether a code, category or subcategory is in the set; None where the form is not ICD-10-CM's.

    :param code: a code in capitals and with its point: A00.0.
    """
    return bool(_line(code)) if re.fullmatch(_FORM, code) else None


def is_category(code: str) -> bool:
    """Return whether a code is in the set and needs more characters to be billed.

    :param code: a code in capitals and with its point: A00 is a category, A00.0 is not.
    """
    return _line(code).endswith("-\n")


def ancestors(code: str) -> tuple[str, ...]:
    """Return the categories of the set that a code belongs to by its form, the nearest first.

    The code itself need not exist. A placeholder X alone makes no category: T07.XXXA belongs to T07.

    :param code: a code in capitals and with its point: A00.0 belongs to A00.
    """
    broader = (code[:length].rstrip(".") for length in range(len(code) - 1, 2, -1) if length != 4)
    return tuple(category for category in broader if _line(category))


def below(code: str) -> tuple[str, ...]:
    """Return the codes and subcategories of the set that belong to a category by their form, in order.

    :param code: a code in capitals and with its point; one that is no category has none below it.
    """
    lines, at = _lines(code[:1]), _place(code)
    found = []
    while (each := lines[at : at + _CODE].rstrip()).startswith(code) and each:
        found += [each] if each != code else []
        at += _LINE
    return tuple(found)


def _line(code: str) -> str:
    """Return the line of a code, or nothing where the set has none."""
    found = _lines(code[:1])[(at := _place(code)) : at + _LINE]
    return found if found[:_CODE].rstrip() == code else ""


def _place(code: str) -> int:
    """Return where the line of a code stands, or would."""
    lines = _lines(code[:1])
    return _LINE * bisect_left(
        range(len(lines) // _LINE), code.ljust(_CODE), key=lambda i: lines[i * _LINE : i * _LINE + _CODE]
    )
