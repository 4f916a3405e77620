"""A case with changes made to it, read again through the same checks as a file."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ...engine.cases.case import Case, Unreadable, read_case
from ...engine.cases.document import Document
from ...engine.cases.document import Path as At
from ...engine.decision.decide import Judged
from ...engine.language.errors import CaseError, Fault, did_you_mean, refused
from ...engine.library.guideline import Guideline
from ...engine.program.forms import NUMBERS, SINGLE
from ...engine.program.interface import CODE, UNFAVOURABLE, WAITING
from ...engine.program.program import CaseKey
from ...engine.program.schema import case_schema
from .remedies import ways

Values = dict[str, Any]
_GROUPS = ("present of", "absent of", "amount of")


class Change(NamedTuple):
    """One change to a case's values, as its option writes it; a change that cannot be made raises CaseError."""

    option: str
    apply: Callable[[Values], None]


class _Changed(Document):
    """Changed values, each placed at the option that changed them rather than at a line of a file."""

    def __init__(self, value: Values, option: str) -> None:
        self.file, self.value, self.places, self.problems = option, value, {}, {}

    def place(self, path: At = ()) -> str:
        return self.file


def changed(case: Case, guideline: Guideline, changes: Iterable[Change]) -> Case:
    """Return a case with changes made one after another, read through the same checks as a file.

    :raises CaseError: where a change cannot be made or leaves no case; the text starts with the option.
    """
    values = copy.deepcopy(case.said)
    done = []
    for change in changes:
        change.apply(values)
        done.append(change.option)
        read = read_case(_Changed(values, change.option), guideline)
        if isinstance(read, Unreadable):
            raise CaseError(faults=read.faults)
        case = read._replace(place=f"with {' '.join(done)}")
    return case


def requested(options: Mapping[str, Sequence[str]], guideline: Guideline) -> list[Change]:
    """Return the changes that options ask for, what is added before what is dropped.

    :param options: the texts of `set`, `add` and `drop`, each KEY=VALUE.
    :raises CaseError: where an option asks for nothing a case of the guideline can say.
    """
    changes = [setting(text, guideline) for text in options["set"]]
    return changes + [listing(text, guideline, add=verb == "add") for verb in ("add", "drop") for text in options[verb]]


def numbered(judged: Judged, number: int | None) -> list[tuple[str, str]]:
    """Return a way to a yes, by its number, as (set, add or drop; KEY=VALUE).

    :raises CaseError: where there is none of that number, or none is asked for; it lists the ways that there are.
    """
    found: dict[tuple[str, ...], dict[str, None]] = {}
    for line in judged.decision.lines:
        for way in ways(judged, line).ways:
            found.setdefault(way.options, {})[line.code] = None
    if number and number <= len(found):
        each = (option.removeprefix("--").partition(" ") for option in list(found)[number - 1])
        return [(verb, text) for verb, _, text in each]
    problem = f"there is no way {number}" if number else "nothing to change"
    lacks = any(line.role in (WAITING, UNFAVOURABLE) for line in judged.decision.lines)
    ways_known = ", or a way to a yes" if found else "; no way to a yes is known" * lacks
    named = f"name --set, --add or --drop{ways_known}"
    told = [Fault(f"--way {n}", f"{' '.join(way)} (for {', '.join(codes)})")
            for n, (way, codes) in enumerate(found.items(), 1)]  # fmt: skip
    more = [Fault("", f"and {len(told) - _TOLD} more")] if len(told) > _TOLD else []
    raise CaseError(faults=[Fault("whatif", problem, named), *told[:_TOLD], *more])


_TOLD = 12


def setting(text: str, guideline: Guideline) -> Change:
    """Return the change that `--set KEY=VALUE` asks for.

    :raises CaseError: where there is no such key, or it takes no single value.
    """
    option = f"--set {text}"
    name, sign, value = (part.strip() for part in text.partition("="))
    key = _slot(name, option, guideline)
    if not sign or not value:
        raise refused(option, "no value is given", f"write {name or 'KEY'}=VALUE, such as {name or 'KEY'}=unknown")
    number = re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", value) if key.shape in NUMBERS else None

    def apply(values: Values) -> None:
        group = values.setdefault(key.key, {}) if key.shape in _GROUPS else values
        if value == "unknown":
            group.pop(name, None)
        else:
            group[name] = (float(value) if "." in value else int(value)) if number else value

    return Change(option, apply)


def _slot(name: str, option: str, guideline: Guideline) -> CaseKey:
    """Return where a case says what is to be set: a concept that is documented, or a key with a single value."""
    program = guideline.program
    keys = [p.case for p in program.predicates.values() if p.case]
    properties = case_schema(program)["properties"]
    slots = {key: CaseKey(key, "text", "", "") for key, of in properties.items() if of.get("type") == "string"}
    single = [key for key in keys if key.shape in ("one of", *SINGLE)]
    slots |= {name: key for key in single for name in (key.key, key.other) if name}
    slots |= {concept: key for key in keys if key.shape in _GROUPS for concept in program.of_kind(key.kind)}
    if name in slots:
        return slots[name]
    if name in properties:
        raise refused(option, f"{name} takes more than one value", "use --add and --drop")
    hint = did_you_mean(name, slots) or "coverlog schema lists what a case can say"
    raise refused(option, f"a case of {program.name} says no {name or 'such thing'}", hint)


def listing(text: str, guideline: Guideline, *, add: bool) -> Change:
    """Return the change that `--add KEY=VALUE` or `--drop KEY=VALUE` asks for.

    The key is one that holds a list; for it may stand what an item of the list is.

    :raises CaseError: where there is no such key, or the value is none.
    """
    option = f"--{'add' if add else 'drop'} {text}"
    name, sign, value = (part.strip() for part in text.partition("="))
    keys = _lists(guideline)
    if name not in keys:
        known = f"{did_you_mean(name, keys)} such are {', '.join(dict.fromkeys(keys.values()))}".strip()
        raise refused(option, f"a case of {guideline.program.name} lists no {name or 'such thing'}", known)
    if not sign or not value:
        raise refused(option, "no value is given", f"write {name}=VALUE")
    key = keys[name]
    if key == _SERVICES:
        return _service(option, value, add=add)
    return Change(option, lambda values: _add(values, key, value) if add else _drop(values, key, value, option))


_SERVICES = "services"


def _lists(guideline: Guideline) -> dict[str, str]:
    """Return the keys of a case that hold a list, by themselves and by what an item is."""
    keys = [p.case for p in guideline.program.predicates.values() if p.case and p.case.shape in ("each of", "codes")]
    found = {key: key for key in (_SERVICES, *(key.key for key in keys))}
    return found | {"service": _SERVICES} | {key.kind: key.key for key in keys if key.kind}


def _add(values: Values, key: str, value: str) -> None:
    there = values.setdefault(key, [])
    there += [value] * (value not in map(_item, there))


def _drop(values: Values, key: str, value: str, option: str) -> None:
    there = values.get(key, [])
    named = [_item(item) for item in there]
    if value not in named:
        told = f"it names {', '.join(named)}" if there else "it names none"
        raise refused(option, f"{key} of the case does not name it ({told})", "codes that stand for it stay")
    there[:] = [item for item, name in zip(there, named, strict=True) if name != value]


def _item(item: Any) -> str:
    """Return what an item of a list is, without its source."""
    return item if isinstance(item, str) else next(value for key, value in item.items() if key != "source")


def _service(option: str, text: str, *, add: bool) -> Change:
    """Return the change of the lines to those with or without CPT[@SESSION]."""
    code, at, session = text.partition("@")
    if at and not re.fullmatch(r"[0-9]{1,9}", session):
        raise refused(option, f"{session!r} is no session", f"write {code}@1")

    def apply(values: Values) -> None:
        lines = values[_SERVICES]
        if add:
            lines.append({CODE: code} | ({"session": int(session)} if at else {}))
            return
        kept = [s for s in lines if s[CODE] != code or (at and s.get("session", 1) != int(session))]
        if len(kept) == len(lines):
            there = ", ".join(f"{s[CODE]}@{s.get('session', 1)}" for s in lines)
            raise refused(option, "the case has no such line", f"it has {there}")
        values[_SERVICES] = kept

    return Change(option, apply)
