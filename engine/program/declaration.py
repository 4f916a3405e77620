"""A `%@ case:` line read: the key, the shape, and the unit, decimals and bounds of its numbers; and an outcome."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..language.errors import did_you_mean
from ..language.terms import unquote
from .code_systems import SYSTEMS, is_pattern
from .forms import BETWEEN, CODES, NUMBERS, RECORDS, SINCE, TIME_UNITS, WITH
from .interface import ROLES, Outcome
from .notation import CODE, FIELDS, OPTIONS, SHAPES
from .program import CaseKey

_WORD = re.compile(r'"[^"]*"|[^\s"]+')
_NAME = re.compile(r"\w+")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?")
_HEAD = re.compile(r"(?P<name>[a-z]\w*)(?:\((?P<params>[A-Z]\w*(?:, *[A-Z]\w*)*)\))?")
_LIKE_HEAD = re.compile(r"(?P<name>[a-z]\w*)\W*(?P<params>.*?)\W*$")
_HEAD_FIX = "write %@ predicate name(Argument, ...): gloss, each argument with a capital"
_FIELD = re.compile(r'(?:"[^"]*"|[^",])+')
_BETWEEN = re.compile(rf"{BETWEEN} (\w+) to (\w+)")


class AmissError(ValueError):
    """A line that cannot be read: what is wrong with it, and what to write."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message, self.fix = message, fix


def read_head(text: str) -> tuple[str, tuple[str, ...], str]:
    """Return the name of a declared predicate, its arguments, and what to write where it cannot be read.

    Of one that cannot, the name and the number of arguments are as good as they can be told: what asks for it is not
    what is wrong.
    """
    match = _HEAD.fullmatch(text) or _LIKE_HEAD.match(text)
    if not match:
        return "", (), _HEAD_FIX
    return match["name"], names(match["params"] or ""), "" if _HEAD.fullmatch(text) else _HEAD_FIX


def names(text: str) -> tuple[str, ...]:
    """Return the names of a list with commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def nearest(wrong: str, known: list[str]) -> tuple[str, str]:
    """Return the nearest of the known words, or an empty text, and a remedy that names it and then all."""
    hint = did_you_mean(wrong, known)
    meant = hint.removeprefix("did you mean ").removesuffix("?")
    return meant, f"{hint} known are {', '.join(known)}".strip()


def read_case_key(text: str) -> CaseKey:
    """Return where a case says an input, by what stands behind `%@ case:`.

    :raises AmissError: where it cannot be read; the fix names the shapes or options there are, the nearest first.
    """
    words = _WORD.findall(text)
    if between := _BETWEEN.fullmatch(" ".join(words)):
        return CaseKey(between[2], BETWEEN, "", "", "days", other=between[1])
    if not words or not _NAME.fullmatch(words[0]):
        raise AmissError("names no key of the case", "write %@ case: KEY SHAPE KIND")
    key, *rest = words
    if not rest:
        return CaseKey(key, "", "", "")
    shape, rest = _shape(rest)
    if shape == RECORDS:
        fields = tuple(_field(part) for part in _FIELD.findall(text.partition(f" {RECORDS} ")[2]))
        if not fields:
            raise AmissError("names no field", f"write {key} {RECORDS} {SHAPES[RECORDS].arguments}")
        return CaseKey(key, shape, "", "", fields=fields)
    if shape == WITH:
        return CaseKey(key, shape, "", "", fields=(_attribute(text.partition(f" {WITH} ")[2]),))
    if shape in CODES and rest:
        return CaseKey(key, shape, "", "", system=_system(shape, rest))
    return _of_kind(key, shape, rest)


def _of_kind(key: str, shape: str, rest: list[str]) -> CaseKey:
    kind = rest.pop(0) if rest and rest[0] not in OPTIONS and _NAME.fullmatch(rest[0]) else ""
    if kind and shape in SHAPES and not SHAPES[shape].is_of_kind:
        known = _known(kind, OPTIONS, "options behind a shape")
        raise AmissError(f"says {kind} behind {shape}, which is of no kind", known)
    return _measured(CaseKey(key, shape, kind, "", SINCE.get(shape, "")), rest)


def _attribute(text: str) -> CaseKey:
    """Return a field of a line, which may be a list of codes or of concepts."""
    name, *words = [*_WORD.findall(text), ""]
    words = [word for word in words if word]
    if words[:1] == ["codes"]:
        return CaseKey(name, "codes", "", "", system=_system("codes", words[1:]) if words[1:] else "")
    if words[:2] == ["each", "of"]:
        return _of_kind(name, "each of", words[2:])
    return _field(text)


def _field(text: str) -> CaseKey:
    """Return a field of a record, by its name and its type."""
    name, *rest = [*_WORD.findall(text), ""]
    words = [word for word in rest if word]
    for length in (2, 1):
        if (shape := " ".join(words[:length])) in FIELDS:
            if (shape == "one of") != (len(words) > length and shape != "number"):
                raise AmissError(
                    f"has a field {text.strip()}", f"write {name} {shape} {FIELDS[shape].arguments}".rstrip()
                )
            return _of_kind(name, shape, words[length:])
    if not words or not _NAME.fullmatch(name):
        raise AmissError(f"has a field {text.strip() or 'without a name'}", "write its name and its type")
    if len(words) == 1 and (words[0] in SYSTEMS or words[0].startswith('"')):
        return CaseKey(name, CODE, "", "", system=_system(CODE, words))
    raise AmissError(f"has no type {words[0]}", _known(words[0], [*FIELDS, *SYSTEMS], "types"))


def _system(shape: str, words: list[str]) -> str:
    """Return the code system that words name."""
    (name, *more), own = words, words[0].startswith('"')
    if more or (shape == "slips" and name != "icd10cm"):
        raise AmissError(f"says {' '.join(words)} behind {shape}", f"write {shape} SYSTEM" if more else "leave it out")
    if own and not is_pattern(name.strip('"')):
        raise AmissError(f"has the pattern {name}", 'write characters, classes, ? and {2,4}: "[A-Z]{2}[0-9]{4}"')
    if not own and name not in SYSTEMS:
        known = _known(name, SYSTEMS, "systems")
        raise AmissError(f"has no code system {name}", f'{known}, or a pattern in quotes: "[A-Z]{{2}}[0-9]{{4}}"')
    return name.strip('"')


def _shape(words: list[str]) -> tuple[str, list[str]]:
    """Return the shape that words begin with, and what is left of them."""
    for length in (2, 1):
        if (shape := " ".join(words[:length])) in SHAPES and shape != BETWEEN:
            return shape, words[length:]
    wrong = " ".join(words[:2])
    known = _known(wrong, filter(None, SHAPES), "shapes")
    raise AmissError(f"has no shape {wrong}", f"{known}; write %@ case: KEY SHAPE KIND")


def _known(wrong: str, known: Iterable[str], what: str) -> str:
    names = list(known)
    close = did_you_mean(wrong, names) or did_you_mean(wrong.partition(" ")[0], names)
    return f"{close} {what} are {', '.join(names)}".strip()


def _measured(key: CaseKey, words: list[str]) -> CaseKey:
    """Return a key with the options that follow its shape."""
    while words:
        name, value, *rest = [*words, ""]
        if name not in OPTIONS:
            raise AmissError(f"has no option {name}", _known(name, OPTIONS, "options"))
        if (name == "default") != (key.shape == "one of") or (name != "default" and key.shape not in NUMBERS):
            of = "one of" if name == "default" else " and ".join(NUMBERS)
            raise AmissError(f"says {name} behind {key.shape}", f"leave it out: {name} is for {of}")
        if name == "from":
            key = key._replace(least=_number(value), most=_bound(rest))
            rest = rest[2:]
        else:
            key = _with_option(key, name, value)
        words = [word for word in rest if word]
    for bound in (key.least, key.most):
        if len(bound.partition(".")[2]) > key.decimals:
            raise AmissError(f"bounds its numbers by {bound}", f"give it {key.decimals or 'no'} decimals")
    if key.most and float(key.most) < float(key.least):
        raise AmissError(f"has no number from {key.least} to {key.most}", "write the smaller one first")
    return key


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise AmissError(f"has the bound {text or 'nothing'}", "write from 0 to 300")
    return text


def _bound(words: list[str]) -> str:
    if words[:1] != ["to"]:
        raise AmissError("says from and not to", "write from 0 to 300")
    return _number((words[1:2] or [""])[0])


def _with_option(key: CaseKey, name: str, value: str) -> CaseKey:
    if name == "default" and _NAME.fullmatch(value):
        return key._replace(default=value)
    if name == "unit" and value.strip('" '):
        return key._replace(unit=" ".join(value.strip('"').split()))
    if name == "decimals" and value in ("0", "1", "2", "3", "4"):
        return key._replace(decimals=int(value))
    if name == "in":
        if value not in TIME_UNITS:
            raise AmissError(f"counts in {value or 'nothing'}", _known(value, TIME_UNITS, "units of time"))
        return key._replace(unit=value)
    raise AmissError(f"says {name} {value}".rstrip(), f"write {name} {OPTIONS[name].arguments}")


_OUTCOME = re.compile(rf"(?P<role>{'|'.join(ROLES)})(?: (?P<order>[1-9]\d{{0,3}}))?(?:, *(?P<words>\S.*))?$")


def read_outcome(name: str, said: str) -> Outcome:
    """Return the outcome that a predicate is declared to be: `ROLE ORDER, WORDS`.

    :raises AmissError: where it cannot be read.
    """
    match = _OUTCOME.match(said)
    if not match:
        raise AmissError(f"gives {name} no role", f"write ROLE, or ROLE ORDER, WORDS; roles are {', '.join(ROLES)}")
    return Outcome(name, match["role"], unquote(match["words"] or name.replace("_", " ")), int(match["order"] or 0))
