"""Systems of codes: the form of a code, how it is written out, and what it belongs to by its form alone.

Forms: ICD-10-CM and ICD-10-PCS of the CDC and CMS, CPT of the AMA and HCPCS Level II of CMS, revenue codes of the NUBC,
provider taxonomy of the NUCC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..language.record import NamedTuple

# Four digits and a digit or letter, or a letter and four digits: the forms of procedure codes.
PROCEDURE = r"^([0-9]{4}[0-9A-Z]|[A-Z][0-9]{4})$"
# ICD-10-CM: a letter, a digit and a digit or letter (or a letter and a digit: QA0), then up to four more; the point may
# be left out. The letters taken for digits (O, I, L) never stand second.
DIAGNOSIS = r"^\s*[A-Za-z]([0-9][0-9A-Za-z]|[A-HJKMNP-Za-hjkmnp-z][0-9])(\.?[0-9A-Za-z]{1,4})?\s*$"


class System(NamedTuple):
    """A system of codes: the form in which a case may write one, and what it is."""

    name: str
    pattern: str  # for a JSON Schema
    example: str
    normal: Callable[[str], str]  # a code as written, in the one form of its system
    broader: Callable[[str], str]  # what a code belongs to next by its form; an empty text where to nothing
    meaning: str

    def hierarchy(self, code: str) -> Iterator[tuple[str, str]]:
        """Yield a code with what it belongs to, then that with what it belongs to."""
        while wider := self.broader(code):
            yield code, wider
            code = wider


def normal_code(written: str) -> str:
    """Return an ICD-10-CM code trimmed, in capitals and with its point: ` a001` is A00.1."""
    code = written.strip().upper().replace(".", "")
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def _capitals(written: str) -> str:
    return written.strip().upper()


def _shorter(least: int) -> Callable[[str], str]:
    """Return what gives a code without its last character, as long as so many are left."""
    return lambda code: code[:-1].rstrip(".") if len(code) > least else ""


def _nothing(code: str) -> str:
    return ""


def _speciality(code: str) -> str:
    """A taxonomy code is of a type and classification, four characters, and of a specialisation within, or none."""
    wider = f"{code[:4]}00000X"
    return "" if code == wider else wider


SYSTEMS = {system.name: system for system in (
    System("icd10cm", DIAGNOSIS, "A00.1", normal_code, _shorter(3),
           "diagnoses; a code belongs to the code without its last character, down to three"),
    System("icd10pcs", r"^\s*[0-9A-HJ-NP-Za-hj-np-z]{7}\s*$", "0DTJ4ZZ", _capitals, _shorter(3),
           "hospital procedures, seven characters; a code belongs to the one without its last, down to its table"),
    System("cpt_hcpcs", r"^\s*([0-9]{4}[0-9A-Za-z]|[A-Za-z][0-9]{4})\s*$", "A0001", _capitals, _nothing,
           "procedures, drugs and supplies: CPT and HCPCS Level II"),
    System("revenue", r"^\s*[0-9]{3,4}\s*$", "0450", lambda written: written.strip().zfill(4), _shorter(3),
           "revenue codes, four digits; the first three are its category"),
    System("modifier", r"^\s*[0-9A-Za-z]{2}\s*$", "59", _capitals, _nothing, "modifiers of a procedure code"),
    System("taxonomy", r"^\s*[0-9A-Za-z]{9}[Xx]\s*$", "207RC0000X", _capitals, _speciality,
           "what a provider is; a specialisation belongs to its classification"),
)}  # fmt: skip

_OWN = r"[A-Za-z0-9.\[\]{},?-]+"
"""What a pattern of a guideline's own is made of: nothing in it can take long to match."""


def is_pattern(text: str) -> bool:
    """Say whether a text is a pattern that a guideline may give codes: characters, classes, `?` and `{2,4}`."""
    try:
        return bool(re.fullmatch(_OWN, text)) and re.compile(text) is not None
    except re.error:
        return False


def example_of(pattern: str) -> str:
    """Return a short text that a pattern of a guideline's own fits, or the pattern where none is found simply."""
    parts = re.findall(r"(?:\[(.)[^\]]*\]|(.))(\?|\{(\d+)[^}]*\})?", pattern)
    made = "".join((of or one) * (0 if many == "?" else int(least or 1)) for of, one, many, least in parts)
    return made if made and re.fullmatch(pattern, made) else pattern


def system_of(name: str) -> System:
    """Return a system by its name, or the one of a pattern of a guideline's own; without a name ICD-10-CM.

    :param name: from a declaration that has been read.
    """
    own = System(name, f"^(?:{name})$", example_of(name), str, _nothing, "")
    return SYSTEMS.get(name or "icd10cm", own)
