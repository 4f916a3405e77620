"""Write kb/code_systems/icd10cm.txt.xz: every ICD-10-CM code of a release, without titles.

The codes are read from the package simple-icd-10-cm, which the project itself does not need. For a new release, change
the constants below and run this in an environment thrown away afterwards:

    python3 -m venv VENV && VENV/bin/pip install simple-icd-10-cm==1.5.0 && VENV/bin/python tools/make_icd10cm.py

Format: lines of `key: value`, an empty line, then one line a code in the order of the codes, all of one length so that
a reader can search without splitting: the code with its point, padded to 8 characters, then `-` where it needs more
characters to be billed (a category or subcategory) or a space where it does not. The lines before the empty one, and
those of each letter, are compressed by themselves, one behind the other; `packed` says how many bytes each letter has.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

PACKAGE = "1.5.0"  # the April 2026 release
HEADER = {
    "year": "2026",
    # The April update brought no code: against the year before, 487 billable codes are new and 28 gone, which is what
    # was announced for October.
    "valid-from": "2025-10-01",
    "valid-to": "2026-09-30",
    "source": "CDC/NCHS, ICD-10-CM, April 2026 release",
    "by-way-of": f"simple-icd-10-cm {PACKAGE} (MIT, Stefano Travasci)",
    "licence": "public domain; available from CDC without charge; no endorsement by CDC or HHS is implied",
}
TARGET = Path(__file__).parent.parent / "kb" / "code_systems" / "icd10cm.txt.xz"
WIDTH = 8
# A window of about the size of the text: the reader sets aside as much memory as that, and 64 MB by default.
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 2**19}]


def lines() -> list[str]:
    """Return the line of each code, in order."""
    import simple_icd_10_cm as source

    codes = sorted({code for code in source.get_all_codes(with_dots=True) if source.is_category_or_subcategory(code)})
    return [f"{code:<{WIDTH}}{' ' if source.is_leaf(code) else '-'}" for code in codes]


def main() -> None:
    """Write the file, where the package is the one that the header speaks of."""
    if version("simple-icd-10-cm") != PACKAGE:
        raise SystemExit(f"simple-icd-10-cm is not {PACKAGE}; install that, or change the header to the new release")
    found = lines()
    TARGET.write_bytes(packed(HEADER, found))
    print(f"{TARGET.name}: {len(found):,} codes, {TARGET.stat().st_size:,} bytes")


def packed(header: dict[str, str], found: list[str]) -> bytes:
    """Return the file of some lines, in order."""
    letters = {letter: _compressed(each) for letter, each in groupby(found, key=lambda line: line[0])}
    sizes = ", ".join(f"{letter} {len(each)}" for letter, each in letters.items())
    head = [f"{key}: {value}" for key, value in (header | {"packed": sizes}).items()]
    return b"".join([_compressed([*head, ""]), *letters.values()])


def _compressed(found: Iterable[str]) -> bytes:
    return lzma.compress("".join(f"{line}\n" for line in found).encode("ascii"), filters=FILTERS)


if __name__ == "__main__":
    main()
