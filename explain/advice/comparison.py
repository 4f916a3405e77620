"""Two sets of answers compared: which lines differ in outcome, in what decides them, and in what is missing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ...engine.cases.files import read_bounded
from ...engine.language.errors import refused
from ...engine.language.visible import visible
from ...engine.program.interface import CODE

SIDES = ("old", "new")
MAX_BYTES = 2**28
"""The largest file of decisions that is read, in bytes; a decision takes about 3,000."""

_HEADER = ("guideline", "guideline_hash", "version", "world", "as_of")
_LINE = {CODE: str, "session": int, "outcome": str, "by": list, "missing": list}

Told = dict[str, Any]
"""A decision, or why there is none, as `decide` writes it in JSON."""
Key = tuple[str, str, int]
"""A line: its case, its procedure code, its session."""


def decisions(path: Path) -> list[Told] | None:
    """Return the decisions that a file holds as `decide` wrote them (json or jsonl), or None where it holds none.

    :raises CaseError: where it cannot be read, or where one of them is not as `decide` writes it.
    """
    text = read_bounded(path, MAX_BYTES).decode("utf-8", "replace")
    items = _read(text)
    if not items or not any(isinstance(item, dict) and ("lines" in item or "error" in item) for item in items):
        return None
    for number, item in enumerate(items, 1):
        if not _is_told(item):
            raise refused(f"{path}: number {number}", "no decision as decide writes it", "write it anew: --format json")
    return items


def _read(text: str) -> list[Any]:
    """Return what a text of JSON, or of a line of JSON for each, holds; nothing where it is something else."""
    for parts in ([text], text.splitlines()):
        try:
            values = [json.loads(part) for part in parts if part.strip()]
        except (ValueError, RecursionError):
            continue
        return values[0] if len(values) == 1 and isinstance(values[0], list) else values
    return []


def _is_told(item: Any) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("case"), str):
        return False
    lines = item.get("lines", [])
    return isinstance(item.get("error", ""), str) and isinstance(lines, list) and all(map(_is_line, lines))


def _is_line(line: Any) -> bool:
    if not isinstance(line, dict) or not all(isinstance(line.get(key), kind) for key, kind in _LINE.items()):
        return False
    return all(_is_need(need) for each in line["missing"] if isinstance(each, list) for need in each)


def _is_need(need: Any) -> bool:
    """Say whether something is a need of a missing set, or so many of several of them."""
    if isinstance(need, dict) and isinstance(need.get("at_least"), int) and isinstance(need.get("of"), list):
        return all(isinstance(each, dict) and "of" not in each and _is_need(each) for each in need["of"])
    return isinstance(need, dict) and all(isinstance(need.get(key), str) for key in ("finding", "needs"))


class Difference(NamedTuple):
    """A line of both sides that is not the same on both."""

    key: Key
    old: Told
    new: Told

    @property
    def of(self) -> list[str]:
        """In what it differs: `outcome`, `by` (the statements or the reason) and `missing`."""
        return [name for name, value in _VALUES.items() if value(self.old) != value(self.new)]

    def missing(self, side: Told, other: Told) -> list[list[Told]]:
        """Return the sets that one side misses and the other does not."""
        return [needs for needs in side["missing"] if _set(needs) not in _sets(other)]


def _set(needs: Sequence[Told]) -> frozenset[str]:
    return frozenset(json.dumps(need, sort_keys=True) for need in needs)


def _sets(line: Told) -> set[frozenset[str]]:
    return set(map(_set, line["missing"]))


_VALUES: Mapping[str, Any] = {
    "outcome": lambda line: line.get("role", line["outcome"]),
    "by": lambda line: (sorted(line["by"]), line.get("reason")),
    "missing": _sets,
}


class Comparison(NamedTuple):
    """What two sets of answers have in common, and where they differ."""

    cases: int  # on both sides
    lines: int  # on both sides
    settings: dict[str, tuple[list[str], list[str]]]  # what they were decided by, where it is not the same
    differences: tuple[Difference, ...]
    only: tuple[tuple[Key, ...], tuple[Key, ...]]  # lines of one side alone, old and new
    errors: tuple[tuple[str, str, str], ...]  # a case that one side or both could not decide: its id, and why

    @property
    def moved(self) -> dict[tuple[str, str], int]:
        """How many lines went from which outcome to which, the most first."""
        return dict(Counter((d.old["outcome"], d.new["outcome"]) for d in self.differences
                            if "outcome" in d.of).most_common())  # fmt: skip


def compared(old: Sequence[Told], new: Sequence[Told]) -> Comparison:
    """Compare decisions by the ids of their cases; where each side has one case, whatever it is called.

    An id that stands several times is told apart by its number of appearance.
    """
    sides = [_by_case(side) for side in (old, new)]
    settings = dict(_settings(old, new))
    if len(old) == len(new) == 1 and old[0]["case"] != new[0]["case"]:
        settings = {"case": ([old[0]["case"]], [new[0]["case"]])} | settings
        sides[0] = dict.fromkeys(sides[1], old[0])
    before, after = map(_lines, sides)
    both = [key for key in before if key in after]
    found = (Difference(key, before[key], after[key]) for key in both)
    errors = ((name, *(side.get(name, {}).get("error", "") for side in sides)) for name in {**sides[0], **sides[1]})
    return Comparison(
        sum(name in sides[1] for name in sides[0]), len(both), settings,
        tuple(each for each in found if each.of),
        (tuple(key for key in before if key not in after), tuple(key for key in after if key not in before)),
        tuple(each for each in errors if any(each[1:])),
    )  # fmt: skip


def _by_case(told: Iterable[Told]) -> dict[str, Told]:
    found: dict[str, Told] = {}
    seen = Counter[str]()
    for each in told:
        name = visible(each["case"])
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name} ({seen[name]})"] = each
    return found


def _lines(cases: Mapping[str, Told]) -> dict[Key, Told]:
    """Return the lines of cases by their keys, each with the guideline that its words are of."""
    return {
        (name, line[CODE], line["session"]): line | {"guideline": told.get("guideline")}
        for name, told in cases.items() for line in told.get("lines", ())
    }  # fmt: skip


def _settings(old: Iterable[Told], new: Iterable[Told]) -> Iterator[tuple[str, tuple[list[str], list[str]]]]:
    """Yield what the sides were decided by where it is not the same; dates of service are each case's own."""
    for name in _HEADER:
        first, second = (sorted({str(t[name]) for t in told if name in t}) for told in (old, new))
        if first != second:
            yield name, (first, second)


def as_json(found: Comparison) -> dict[str, Any]:
    """Return the comparison as the documented JSON object."""
    return {
        "cases": found.cases, "lines": found.lines,
        "settings": {name: dict(zip(SIDES, both, strict=True)) for name, both in found.settings.items()},
        "moved": [{"old": old, "new": new, "lines": count} for (old, new), count in found.moved.items()],
        "differences": [_difference(each) for each in found.differences],
        "only": {side: [_key(key) for key in keys] for side, keys in zip(SIDES, found.only, strict=True)},
        "errors": [dict(zip(("case", *SIDES), each, strict=True)) for each in found.errors],
    }  # fmt: skip


def _key(key: Key) -> dict[str, Any]:
    return dict(zip(("case", CODE, "session"), key, strict=True))


def _difference(each: Difference) -> dict[str, Any]:
    told = {
        side: {"outcome": line["outcome"], "by": line["by"], "reason": line.get("reason")}
        for side, line in zip(SIDES, (each.old, each.new), strict=True)
    }
    missing = {"gone": each.missing(each.old, each.new), "came": each.missing(each.new, each.old)}
    return {**_key(each.key), "differs": each.of, **told, "missing": missing}
