"""Parts of a FHIR document, each with its path; whatever stands there, to look at it raises nothing."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from ...language.errors import CaseError, refused
from ..broken import not_json

MAX_BYTES = 16 * 2**20
"""The largest request, in bytes; a hydrated one takes some tens of thousands."""

_DEEPEST = 100  # levels; FHIR needs a few tens
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T.*)?", re.DOTALL)
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


class Part(NamedTuple):
    """A part of a document; what is not there has the value None."""

    value: Any
    path: str

    def of(self, *names: str) -> Part:
        """Return the part below by names, one in the other."""
        part = self
        for name in names:
            value = part.value.get(name) if isinstance(part.value, dict) else None
            part = Part(value, f"{part.path}.{name}" if part.path else name)
        return part

    def each(self, *names: str) -> list[Part]:
        """Return the items of the list below by names; none where no list is there."""
        part = self.of(*names)
        items = part.value if isinstance(part.value, list) else ()
        return [Part(item, f"{part.path}[{number}]") for number, item in enumerate(items)]

    @property
    def text(self) -> str:
        """The text that it is, trimmed; empty where it is none."""
        return self.value.strip() if isinstance(self.value, str) else ""

    @property
    def type(self) -> str:
        """The type of the resource that it is; empty where it is none."""
        return self.of("resourceType").text

    @property
    def id(self) -> str:
        """The id of the resource that it is, where that has the form of one."""
        written = self.of("id").text
        return written if _ID.fullmatch(written) else ""

    def codings(self) -> Iterator[Part]:
        """Yield the codings of the concept that it is."""
        yield from self.each("coding")

    def codes(self) -> set[str]:
        """Return the codes of the concept, of whatever system: a status has one of its own."""
        return {coding.of("code").text for coding in self.codings()}

    @property
    def day(self) -> str:
        """The ISO date of the date or time that it is; empty where it names no day of the calendar."""
        found = _DAY.fullmatch(self.text)
        try:
            return datetime.date.fromisoformat(found[1]).isoformat() if found else ""
        except ValueError:
            return ""

    @property
    def number(self) -> int | Decimal | None:
        """The number that it is, a whole one as an integer; None where it is none, or none to count with."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return None
        if isinstance(value, Decimal):
            if not value.is_finite() or abs(value.adjusted()) > 18:
                return None
            return int(value) if value == value.to_integral_value() else value
        return value


def parse(data: bytes, file: str) -> Any:
    """Return what JSON says, decimals as they are written.

    :raises CaseError: where it is too large, not UTF-8, no JSON, nested too deeply, or has a number that none reads.
    """
    if len(data) > MAX_BYTES:
        raise refused(file, f"larger than {MAX_BYTES:,} bytes", "send the resources that the request needs")
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
        if _too_deep(value):
            raise RecursionError
        return value
    except UnicodeDecodeError as error:
        raise refused(file, f"not UTF-8 text (byte {error.start})", "write it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise not_json(file, error, "give a resource or a request as JSON") from None
    except RecursionError:
        raise refused(file, "nested too deeply for FHIR") from None
    except (ValueError, ArithmeticError):
        raise refused(file, "a number in it is none that can be read") from None


def _too_deep(value: Any) -> bool:
    """Say whether a value has more levels than what is done with it by recursion can take."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [below for each in level if isinstance(each, dict | list)
                 for below in (each.values() if isinstance(each, dict) else each)]  # fmt: skip
    return bool(level)


def _no_number(word: str) -> None:
    raise ValueError(word)


def body(value: Any, file: str) -> dict[str, Any]:
    """Return a document that is an object.

    :raises CaseError: where it is none.
    """
    if not isinstance(value, dict):
        raise CaseError(f"{file}: has to be a JSON object: a CDS Hooks request, a Bundle, a Claim or an order")
    return value


def written(value: Any) -> str:
    """Return JSON with its decimals as they were read: how many places one has says how exact it is.

    A decimal stands as a text that nothing else can hold until it is written, for JSON here knows no other way.
    """
    mark, found = uuid.uuid4().hex, list[str]()

    def placed(decimal: object) -> str:
        if not isinstance(decimal, Decimal):
            raise TypeError(type(decimal).__name__)
        found.append(str(decimal))
        return mark

    text = json.dumps(value, default=placed)  # in the order in which they stand there
    return "".join(part for pair in zip(text.split(f'"{mark}"'), [*found, ""], strict=True) for part in pair)
