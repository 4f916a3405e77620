"""Where a decision differs from what its case expects: as facts, and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ...engine.decision.decision import Decision, LineDecision
from ...engine.program.program import Program
from ..advice.comparison_text import said
from ..advice.wording import come_to


class Difference(NamedTuple):
    """One thing that is not as expected."""

    said: str  # in words
    line: str = ""  # empty where it is of no line
    of: str = ""  # what of it: a key of what a case expects; empty where the whole of it differs
    found: Any = None
    expected: Any = None

    def __str__(self) -> str:
        return self.said


def compare(decision: Decision, expected: dict[str, Any], program: Program) -> Iterator[Difference]:
    """Yield every difference between a decision and the expectation of a case file.

    `missing` is compared as a set of sets, `missing_for`, `rests_on` and `advisories` as sets.
    """
    for line in decision.lines if expected else ():
        name = f"{line.code}@{line.session}"
        wanted = expected.get(name, expected.get(line.code))
        if wanted is None:
            yield Difference(f"{name}: nothing is expected of this line", name)
            continue
        got = told(line)
        for key, value in wanted.items():
            if _comparable(key, got[key]) != _comparable(key, value):
                yield Difference(f"{name}: {_in_words(key, got[key], value, program)}", name, key, got[key], value)
    if "advisories" in expected:
        yield from _advised(decision, expected["advisories"])


def _advised(decision: Decision, wanted: dict[str, int] | list[str]) -> Iterator[Difference]:
    """Yield where the advisories differ from those expected: ids, or how many there are of each."""
    got = Counter(advisory.id for advisory in decision.advisories)
    found: Any = dict(got) if isinstance(wanted, dict) else sorted(got)
    if found != (wanted if isinstance(wanted, dict) else sorted(wanted)):
        one, two = map(_counted, (found, wanted))
        yield Difference(f"the advisories are {one}; expected: {two}", "", "advisories", found, wanted)


def _counted(advisories: dict[str, int] | list[str]) -> str:
    """Return advisories by their ids, and how many there are of each where that is told."""
    numbers = advisories.items() if isinstance(advisories, dict) else [(name, 1) for name in advisories]
    return ", ".join(f"{name} ({number} of them)" if number > 1 else name for name, number in numbers) or "none"


def told(line: LineDecision) -> dict[str, Any]:
    """Return a line in the form in which case files expect it."""
    return {
        "outcome": line.outcome,
        "by": list(line.by),
        "reason": line.reason,
        "missing": missing_texts(line),
        "missing_for": list(dict.fromkeys(line.needs_for or ())),
        "missing_complete": getattr(line, "missing_complete", True),
        "rests_on": list(line.rests_on),
    }


def missing_texts(line: LineDecision) -> list[list[str]]:
    """Return the missing sets in the short form of case files: `FINDING`, `AMOUNT >= 4` or `at least 2 of: a; b`."""
    return [list(map(str, needs)) for needs in line.needs]


def _comparable(key: str, value: Any) -> Any:
    """Return a value in a form in which order does not matter where it says nothing."""
    if key == "missing":
        return sorted(sorted(needs) for needs in value)
    return sorted(value) if key in ("rests_on", "missing_for") else value


_SAID = {
    "outcome": "the outcome is", "by": "it is decided by", "reason": "the reason is",
    "missing_for": "what is missing leads to",
}  # fmt: skip
_LISTS = {"missing": "what is missing", "rests_on": "what it rests on"}
"""What may be long: only that is told which the other side has not."""


def _in_words(key: str, found: Any, expected: Any, program: Program) -> str:
    if key in _LISTS:
        one, two = (Counter(tuple(sorted(each)) if key == "missing" else each for each in side)
                    for side in (found, expected))  # fmt: skip
        parts = {"found, not expected": one - two, "expected, not found": two - one}
        told = (f"{name}: {_row(key, of.elements(), program)}" for name, of in parts.items() if of)
        return f"{_LISTS[key]}: {'; '.join(told)}"
    if key == "missing_complete":
        all_, more_ = "all that may be missing is told", "more may be missing than is told"
        return f"{all_ if found else more_}; expected: {all_ if expected else more_}"
    return f"{_SAID[key]} {_value(key, found, program)}; expected: {_value(key, expected, program)}"


def _value(key: str, value: Any, program: Program) -> str:
    if isinstance(value, list):
        return _row(key, value, program)
    return "none" if value is None else come_to(value, program) if key == "outcome" else program.label(value)


def _row(key: str, items: Iterable[Any], program: Program) -> str:
    if key == "missing":
        return ", or ".join(" and ".join(_need(each, program) for each in needs) for needs in items)
    told = ", ".join(come_to(each, program) if key == "missing_for" else str(each) for each in items)
    return told or ("no statement" if key == "by" else "nothing")


def _need(text: str, program: Program) -> str:
    """Return a need in words that a case file has in its short form."""
    number, of, several = text.removeprefix("at least ").partition(" of: ")
    if of:
        return f"at least {number} of ({'; '.join(_need(each, program) for each in several.split('; '))})"
    name, _, needs = text.partition(" ")
    return said({"finding": name, "needs": needs or "present"}, program)
