"""What the columns of a batch hold, in words, as the schema of case files says it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..program.fitting import referred
from ..program.schema import DATE
from .tables import SERVICE, Table, Tables

FEW = 12
"""So many values are listed; of more their number is told, and the first."""


def held(tables: Tables, table: Table) -> dict[str, str]:
    """Return by column what it holds: the values that are allowed, or of what kind they are."""
    words = _Words(tables.guideline.schema)
    of = words.whole["properties"]
    found = {table.id: "a text that names the case"}
    if not table.key:
        return found | {name: words.of(of[name]) for name in table.columns}
    inner = words.plain(of[table.key])
    if "properties" in inner:  # by name
        values = {name: words.of(each) for name, each in inner["properties"].items()}
        return found | dict(zip(table.columns, (_one_of(list(values)), _each(values)), strict=True))
    items = words.plain(inner["items"])
    if table.name == SERVICE:
        return found | {name: words.of(items["properties"][name]) for name in table.columns}
    return found | {table.columns[0]: words.of(items)}


def _each(values: dict[str, str]) -> str:
    """Return what the values of names are: those of most names, then the others, each behind its names."""
    named: dict[str, list[str]] = {}
    for name, value in values.items():
        named.setdefault(value, []).append(name)
    first, *others = sorted(named, key=lambda value: -len(named[value]))
    return "; ".join([first, *(f"{', '.join(named[value])}: {value}" for value in others)])


def _one_of(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= FEW else f"one of {len(names)} names, such as {', '.join(names[:3])}"


class _Words:
    def __init__(self, schema: dict[str, Any]) -> None:
        self.whole = schema

    def plain(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a value that says no source."""
        of = referred(schema, self.whole)
        return self.plain(of["else"]) if "else" in of else of

    def of(self, schema: dict[str, Any]) -> str:
        """Return in words which values are allowed."""
        schema = self.plain(schema)
        return "".join([self._kind(schema), *_more(schema)])

    @staticmethod
    def _kind(schema: dict[str, Any]) -> str:
        if "enum" in schema:
            return _one_of([str(each) for each in schema["enum"]])
        if schema["type"] == "string":
            return "a date" if schema.get("pattern") == DATE else "a code" if "pattern" in schema else "a text"
        decimals = len(f"{schema['multipleOf']:f}".rstrip("0").partition(".")[2]) if "multipleOf" in schema else 0
        number = f"a number with up to {decimals} decimal{'s'[: decimals > 1]}" if decimals else "a whole number"
        return f"{number} from {schema['minimum']} to {schema['maximum']}"


def _more(schema: dict[str, Any]) -> Iterator[str]:
    said = schema.get("description", "")
    if said and (schema.get("pattern") == DATE or schema.get("type") != "string"):
        yield f", {said}"
    if "default" in schema:
        yield f"; {schema['default']} where it is left out"
