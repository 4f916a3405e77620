"""Named tuples as `typing` has them, made in a fraction of the time: a start makes some fifty."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import _tuplegetter as field_at
    from collections import namedtuple
    from collections.abc import Iterable
    from types import FunctionType

    class _Record(tuple):
        """What all named tuples can do; see `collections.namedtuple`."""

        __slots__ = ()

        @classmethod
        def _make(cls, values: Iterable[Any]) -> Any:
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **new: Any) -> Any:
            made = self._make(map(new.pop, self._fields, self))
            if new:
                raise ValueError(f"Got unexpected field names: {[*new]}")
            return made

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            shown = ", ".join([f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True)])
            return f"{type(self).__name__}({shown})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    @cache
    def _new(number: int) -> FunctionType:
        """Return what makes a tuple of some fields: to compile that for each class takes most of the time."""
        return namedtuple("_", [f"field{at}" for at in range(number)]).__new__

    class _Made(type):
        """Makes of the body of a class a named tuple, with what else stands in the body."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            new = _new(len(fields))
            code = new.__code__.replace(co_varnames=("_cls", *fields), co_name="__new__", co_qualname=f"{name}.__new__")
            made = {
                **body, "__new__": FunctionType(code, new.__globals__, "__new__", tuple(defaults.values())),
                "__slots__": (), "__match_args__": fields, "_fields": fields, "_field_defaults": defaults,
                **{field: field_at(at, field) for at, field in enumerate(fields)},
            }  # fmt: skip
            return type(name, (_Record,), made)

    class NamedTuple(metaclass=_Made):
        """The base of a class whose annotated names are the fields of a tuple."""
