"""What a plan says of itself, in one file: the text of its letters, and what its service has to know of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ..language.errors import CaseError, Fault, did_you_mean, refused
from ..language.visible import short
from .document import Document, path_of
from .files import read_bounded
from .texts import documents

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
_URL = {"type": "string", "pattern": r"^https?://[^\s/]\S*$"}


def _keys(title: str, required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "title": title, "properties": properties,
            **({"required": list(required)} if required else {})}  # fmt: skip


_COVERED = _keys(
    "what a guideline cannot say of the plan", ("prior_authorization",),
    prior_authorization={"type": "boolean", "title": "whether the plan asks for prior authorization of its services"},
    policy={**_URL, "title": "where the policy can be read"},
)  # fmt: skip
_SLOTS: dict[str, Any] = {
    name: {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}], "title": title} for name, title in SLOTS.items()
}
SCHEMA: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": {
    "letter": _keys("the plan's own text in its letters, word for word; a list has a paragraph an item", (), **_SLOTS),
    "service": _keys(
        "what `coverlog serve` has to know", ("guidelines",),
        base_url={**_URL, "title": "the address by which clients reach the service; where it listens without it"},
        payers={"type": "array", "items": _TEXT, "title": "what Coverage.payor names the payer by: the value of an "
                "identifier, SYSTEM|VALUE, or a reference; without any every coverage is the payer's"},
        guidelines={"type": "object", "minProperties": 1, "additionalProperties": _COVERED,
                    "title": "by the name of a guideline shipped here or its folder, first what goes first"},
    ),
}}  # fmt: skip


class Covered(NamedTuple):
    """What a plan says of the services that a guideline speaks of."""

    prior_authorization: bool
    policy: str = ""


class Service(NamedTuple):
    """What a plan says for its service."""

    guidelines: dict[str, Covered]
    base_url: str = ""
    payers: tuple[str, ...] = ()


class Plan(NamedTuple):
    """What a plan says: the paragraphs of each slot of a letter, none where it says nothing, and of its service."""

    file: str = ""
    letter: dict[str, tuple[str, ...]] = dict.fromkeys(SLOTS, ())
    service: Service | None = None

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
    letter = {name: (text,) if isinstance(text, str) else tuple(text) for name, text in texts.items()}
    return Plan(file, letter, _service(document.value["service"]) if "service" in document.value else None)


def _service(said: dict[str, Any]) -> Service:
    guidelines = {name: Covered(**covered) for name, covered in said["guidelines"].items()}
    return Service(guidelines, said.get("base_url", "").rstrip("/"), tuple(said.get("payers", ())))


def _faults(document: Document) -> Iterator[Fault]:
    from jsonschema_rs import validator_for

    for error in validator_for(SCHEMA).iter_errors(document.value):
        path, kind = path_of(error, document.value), cast("Any", error.kind)
        name = ".".join(map(str, path)) or "the plan"
        if kind.name == "additionalProperties":
            known = _known(error)
            for word in kind.unexpected:
                fix = did_you_mean(word, known) or f"known are {', '.join(known)}"
                yield Fault(document.place((*path, word)), f"unknown key {short(word)} in {name}", fix)
        elif kind.name == "required":
            yield Fault(document.place(path), f"{name} lacks {kind.value}", f"write {kind.value}: true, or false"
                        if kind.value == "prior_authorization" else _SEE)  # fmt: skip
        elif kind.name == "pattern" and path[0] == "service":
            yield Fault(document.place(path), f"{name} is no address", "write it like https://plan.example/policy")
        else:
            wrong = "is no text" if path[:1] in ((), ("letter",)) else "is not what belongs there"
            yield Fault(document.place(path), f"{name} {wrong}", _remedy(error))


_SEE = "see coverlog schema --of plan"


def _known(error: ValidationError) -> list[str]:
    """Return the keys that are known where an unknown one stands."""
    schema: Any = SCHEMA
    for step in list(error.schema_path)[:-1]:
        schema = schema[step]
    return list(schema["properties"])


def _remedy(error: ValidationError) -> str:
    if len(error.instance_path) > 1 and error.instance_path[0] == "letter":
        return "write text in quotes, or a list of texts, none of them empty; leave it out where there is none yet"
    return f"write keys and values; {_SEE}"
