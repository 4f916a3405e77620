"""What a plan says of itself, in one file: the text that its letters carry word for word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..language.errors import CaseError, Fault, did_you_mean, refused
from ..language.visible import short
from .document import Document, documents
from .files import read_bounded

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

SLOTS = {
    "identity": "member, member number, claim or reference number, provider, date of notice",
    "provision": "the provision of the plan by which the guideline binds",
    "reviewer": "who decided, and how the doctor reaches that person",
    "appeal": "the right to appeal: who, how, where and by when; expedited; external review, hearing, court",
    "copies": "free copies of the criteria, the record and the clinical explanation on request",
    "help": "help with language and disability, consumer assistance, contacts",
}
"""The places of a letter for the plan's own text; a letter that refuses something needs all of them.

Source: 29 CFR 2560.503-1(g), 42 CFR 422.568(e), the model notice of the Affordable Care Act, CMS-10003.
"""
MAX_BYTES = 1_000_000
_TEXT = {"type": "string", "pattern": r"\S"}
SCHEMA: dict[str, Any] = {
    "type": "object", "additionalProperties": False,
    "properties": {"letter": {
        "type": "object", "additionalProperties": False,
        "title": "the plan's own text in its letters, word for word; a list has a paragraph an item",
        "properties": {name: {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}], "title": title}
                       for name, title in SLOTS.items()},
    }},
}  # fmt: skip


class Plan(NamedTuple):
    """What a plan says: the paragraphs of each slot of a letter, none where it says nothing."""

    file: str = ""
    letter: dict[str, tuple[str, ...]] = dict.fromkeys(SLOTS, ())

    @property
    def empty(self) -> tuple[str, ...]:
        """The slots in which it says nothing."""
        return tuple(name for name, said in self.letter.items() if not said)


NO_PLAN = Plan()


def read_plan(path: Path) -> Plan:
    """Return what a plan's file says.

    :raises CaseError: with every fault, its place and its remedy.
    """
    file = str(path)
    try:
        text = read_bounded(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(file, f"not UTF-8 text (byte {error.start})", "save it as UTF-8") from None
    found = list(documents(text, file))
    if len(found) != 1 or found[0].value is None:
        raise refused(file, "a plan is one document, and not empty", "write letter: and its slots; see coverlog schema")
    document = found[0]
    faults = sorted([*document.problems.values(), *_faults(document)])
    if faults:
        raise CaseError(faults=faults)
    said = document.value.get("letter", {})
    texts = {name: said.get(name, ()) for name in SLOTS}
    return Plan(file, {name: (text,) if isinstance(text, str) else tuple(text) for name, text in texts.items()})


def _faults(document: Document) -> Iterator[Fault]:
    from jsonschema_rs import validator_for

    for error in validator_for(SCHEMA).iter_errors(document.value):
        path, kind = tuple(error.instance_path), cast("Any", error.kind)
        name = ".".join(map(str, path)) or "the plan"
        if kind.name == "additionalProperties":
            known = SLOTS if path else SCHEMA["properties"]
            for word in kind.unexpected:
                fix = did_you_mean(word, known) or f"known are {', '.join(known)}"
                yield Fault(document.place((*path, word)), f"unknown key {short(word)} in {name}", fix)
        else:
            yield Fault(document.place(path), f"{name} is no text", _remedy(error))


def _remedy(error: ValidationError) -> str:
    if len(error.instance_path) > 1:
        return "write text in quotes, or a list of texts, none of them empty; leave it out where there is none yet"
    return "write keys and values; see coverlog schema --of plan"
