"""What was meant where a case says a thing the wrong way or in the wrong place, by the guideline's own words."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from ..language.visible import short
from ..program.code_systems import DIAGNOSIS, PROCEDURE, system_of
from ..program.forms import RECORDS
from ..program.interface import CODE
from ..program.program import CaseKey, Program
from ..program.schema import DATE, is_time
from .document import Path

GROUPS = ("present of", "absent of", "amount of")
_UNSAID = {"", "unknown", "n/a", "na", "nd", "none", "null", "?", "-", "tbd", "unclear", "undocumented", "missing",
           "not documented", "not stated", "not known", "pending", "unsure", "not assessed"}  # fmt: skip
_YES = {"yes", "y", "true", "present", "positive", "pos", "+", "documented"}
_NO = {"no", "n", "false", "absent", "negative", "neg", "denied", "denies", "not present"}
_CODE, _FIVE = DIAGNOSIS.strip("^$").replace(r"\s*", ""), PROCEDURE.strip("^$")
_LEAVE_OUT = "leave it out: what a case does not say is undocumented"
_BY_FORM = (r"(?P<y>\d{4})\D?(?P<m>\d\d?)\D?(?P<d>\d\d?)(\D.*)?", r"(?P<d>\d\d?)\D(?P<m>\d\d?)\D(?P<y>\d{4})",
            r"(?P<m>\d\d?)\D(?P<d>\d\d?)\D(?P<y>\d{4})")  # fmt: skip


def concept_of(text: str, program: Program) -> str:
    """Return the concept that a text names by its id or its label, however it is spaced; or an empty text."""
    wanted = _plain(text)
    return next((name for name in program.concepts if wanted == _plain(name)), "") or next(
        (name for name, (_, label) in program.concepts.items() if wanted == _plain(label)), ""
    )


def _plain(text: str) -> str:
    return re.sub(r"^(an?|the) ", "", " ".join(re.findall(r"\w+", text.replace("_", " ").casefold())))


def home(concept: str, program: Program) -> CaseKey | None:
    """Return where a case says a concept, or None where it says it nowhere."""
    kind = program.concepts[concept][0]
    keys = [p.case for p in program.predicates.values() if p.case and p.case.kind]
    return next((key for key in keys if key.kind == kind), None)


def misplaced(word: str, path: Path, program: Program) -> str:
    """Return the remedy for a word that a case says in the wrong place or by its label; an empty text for others.

    :param path: of what holds the word.
    """
    concept = concept_of(word, program)
    key = home(concept, program) if concept else None
    if key is None:
        keys = [p.case for p in program.predicates.values() if p.case and p.case.shape == "codes"]
        codes = next((key.key for key in keys if system_of(key.system).pattern == DIAGNOSIS), "")
        is_code = re.search(DIAGNOSIS, word) and any(map(str.isdigit, word))
        if path[:1] in [(key.key,) for key in keys]:
            return ""  # a code of another system is told by its form
        return f"{short(word)} has the form of a diagnosis code; write it under {codes}" if codes and is_code else ""
    if path[:1] == (key.key,):
        return f"write {concept}"
    how = {"amount of": f": {{{concept}: 6}}", "one of": f": {concept}"}.get(key.shape, f": [{concept}]")
    how = f": {{{concept}: present}}" if key.shape in ("present of", "absent of") else how
    article = "an" if key.kind[:1] in "aeiou" else "a"
    return f"{concept} is {article} {key.kind}; write it as {key.key}{how}"


def meant(path: Path, value: Any, wanted: Any, program: Program) -> str:
    """Return the remedy for a value that is not what belongs there, or an empty text where nothing is sure.

    :param path: of the value.
    :param wanted: the types or the pattern that the schema asks for there.
    """
    keys = [p.case for p in program.predicates.values() if p.case and p.case.key == path[:1][0]] if path else []
    return next((remedy for remedy in _remedies(path, value, wanted, keys, program) if remedy), "")


def _remedies(path: Path, value: Any, wanted: Any, keys: list[CaseKey], program: Program) -> Iterator[str]:
    if wanted == DATE or path == ("date_of_service",):
        yield _date(str(value))
    if value is None and path:
        choices = [key for key in keys if key.shape == "one of" and not key.default]
        needed = path[-1] in ("id", "services", CODE) or choices
        name = "it" if isinstance(path[-1], int) else path[-1]
        yield f"say what {name} is" + ("" if needed else ", or leave it out")
    if any(key.shape in GROUPS for key in keys):
        yield _documented(path, value, keys, program)
    if path[:1] == ("services",):
        yield _service(path, value)
    if wanted == ["array"]:
        items = [*value] if isinstance(value, dict) else re.split(r"[,;] *", str(value))
        yield f"write a list: [{short(', '.join(filter(None, items)))}]"
    if wanted == ["integer"] and isinstance(value, str):
        yield f"write {value} without quotes" if value.isascii() and value.isdecimal() else ""
        yield _LEAVE_OUT if value.strip().casefold() in _UNSAID else ""
        yield "write one whole number" if any(key.shape == RECORDS for key in keys) else ""
    if wanted == ["string"] and (of := [key for key in keys if key.shape == "codes"]):
        yield f"write it like {system_of(of[0].system).example}"
    if isinstance(value, str) and keys and path[1:]:
        found = [match[0] for match in re.finditer(rf"\b{_CODE}\b", value)] if wanted == DIAGNOSIS else []
        yield misplaced(value, path, program) or _alone(found)


def _alone(codes: list[str]) -> str:
    return f"write {'each' if len(codes) > 1 else 'the code'} alone: {short(', '.join(codes))}" if codes else ""


def _documented(path: Path, value: Any, keys: list[CaseKey], program: Program) -> str:
    """Return the remedy for what a case says of something that it documents, or of all of it."""
    if len(path) == 1:
        return "write each as NAME: present" if isinstance(value, (list, str)) else ""
    said = str(value).strip().casefold()
    if isinstance(value, (str, bool)) and said in _UNSAID:
        return _LEAVE_OUT
    amount = next((key for key in keys if key.shape == "amount of" and path[1] in program.of_kind(key.kind)), None)
    if amount is None:
        return "write present" if said in _YES else "write absent" if said in _NO else ""
    return _number(said, amount)


def _number(said: str, amount: CaseKey) -> str:
    """Return the remedy for what is no number, or none of its declared decimals."""
    unit = amount.unit or "units"
    if amount.decimals:
        return f"write one number, such as 6 or 6.5, in {unit}"
    if amount.unit and not is_time(amount):
        return f"write one whole number, such as 6, in {unit}"
    if re.search(r"\d[.,]\d", said):
        return f"count completed {unit}"
    if said in _YES | _NO:
        return f"write the number of completed {unit}; 0 for none"
    return f"write one number of completed {unit}, such as 6 {unit}" if amount.unit else ""


def _service(path: Path, value: Any) -> str:
    """Return the remedy for a line of the request, or for its procedure code."""
    codes = [match[0] for match in re.finditer(rf"(?<!\w){_FIVE}(?!\w)", str(value).upper())]
    if path[-1] == CODE and isinstance(value, str):
        told = short(", ".join(f'"{code}"' for code in codes))
        return f"write {'each' if codes[1:] else 'the code'} alone, in quotes: {told}" if codes else ""
    if path[-1] in (CODE, "units", "session"):
        return ""
    told = short(", ".join(f'{{{CODE}: "{code}"}}' for code in codes))
    return f"write {f'[{told}]' if len(path) == 1 else told}" if codes else ""


def _date(written: str) -> str:
    """Return the day that was meant, where one alone can have been."""
    days = set()
    for match in filter(None, (re.fullmatch(form, written.strip()) for form in _BY_FORM)):
        try:
            days.add(datetime.date(int(match["y"]), int(match["m"]), int(match["d"])).isoformat())
        except ValueError:
            continue
    return f"did you mean {days.pop()}?" if len(days) == 1 else "write it like 2025-11-03"
