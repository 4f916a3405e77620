"""One document of a case file: plain values that know their line, and numbers as they are meant."""

from __future__ import annotations

import re
from typing import Any

from ..language.errors import Fault

Path = tuple[str | int, ...]
_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?"
_LONGEST = 18  # the digits of a number: what is longer counts nothing, and some of it takes Python minutes to read
DEEPEST = 20
"""How deep the parts of a case may be nested."""
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
"""What plain words stand for that are no text."""


class Document:
    """One document of a file: its value, and the line and column of every part by path.

    Its text is visible: what a reader could not see stands there as an escape, in keys and in values.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Path, tuple[int, int]] = {}
        self.problems: dict[Path, Fault] = {}
        self.value: Any = None

    def fault(self, path: Path, message: str, remedy: str) -> None:
        """Note what is wrong with a part."""
        self.problems[path] = Fault(self.place(path), message, remedy)

    def items(self) -> list[Document]:
        """Return the items of a list, each as a document of its own."""
        items = [Document(self.file) for _ in self.value]
        for item, value in zip(items, self.value, strict=True):
            item.value = value
        for (index, *rest), at in ((path, at) for path, at in self.places.items() if path):
            items[index].places[tuple(rest)] = at  # type: ignore[index]
        for (index, *rest), fault in ((path, fault) for path, fault in self.problems.items() if path):
            items[index].problems[tuple(rest)] = fault  # type: ignore[index]
        return items

    def place(self, path: Path = ()) -> str:
        """Return file, line and column of a part, or of the nearest part around it."""
        return "{}:{}:{}".format(self.file, *self.order(path))

    def order(self, path: Path) -> tuple[int, int]:
        """Return line and column of a part, or of the nearest part around it, for sorting."""
        around = (path[:end] for end in range(len(path), -1, -1))
        return next((self.places[each] for each in around if each in self.places), (0, 0))


def is_number(text: str) -> bool:
    """Say whether a plain word is written as a number."""
    return bool(re.fullmatch(_NUMBER, text))


def number(text: str) -> int | float | None:
    """Return a number as it is meant, a whole decimal (6.0, 6e0) as the integer it is.

    None stands for one that is too long, too large or too fine to be told from others.
    """
    if len(text) <= _LONGEST and text.lstrip("-").isdecimal():
        return int(text)
    from decimal import Decimal, DecimalException  # most cases have no decimals

    try:
        exact = Decimal(text)
        if len(text) > 2 * _LONGEST or exact.adjusted() >= _LONGEST:
            return None
        if exact == exact.to_integral_value():
            return int(exact)
    except DecimalException:
        return None
    return None if float(exact).is_integer() else float(exact)


def path_of(error: Any, value: Any) -> Path:
    """Return where an error of the validator stands in a value: it gives a key of digits alone as a number.

    :param error: a `jsonschema_rs.ValidationError`.
    """
    path: Path = ()
    for step in error.instance_path:
        if isinstance(value, dict) and isinstance(step, int):
            alike = (key for key in value if (key.lstrip("+0") or "0") == str(step))
            step = str(step) if str(step) in value else next(alike)
        path, value = (*path, step), value[step]
    return path
