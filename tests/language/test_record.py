"""A named tuple of the house is one of `typing`, but for its annotations, which are left as they are written."""

from __future__ import annotations

import pickle
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.language.record import NamedTuple


class Ours(NamedTuple):
    """A record."""

    name: str
    number: int = 3
    more: tuple[str, ...] = ()

    @property
    def twice(self) -> int:
        """Its number, twice."""
        return 2 * self.number

    def __str__(self) -> str:
        return self.name


class Theirs(typing.NamedTuple):
    """A record."""

    name: str
    number: int = 3
    more: tuple[str, ...] = ()

    @property
    def twice(self) -> int:
        """Its number, twice."""
        return 2 * self.number

    def __str__(self) -> str:
        return self.name


def test_it_is_what_typing_makes() -> None:
    """Fields, defaults, methods, names and texts are the same, and so is what is done with one."""
    ours: Any
    theirs: Any
    ours, theirs = Ours("a", more=("b",)), Theirs("a", more=("b",))
    assert ours == theirs == ("a", 3, ("b",))
    assert (str(ours), repr(ours), ours.twice) == (str(theirs), repr(theirs).replace("Theirs", "Ours"), theirs.twice)
    assert ours._replace(number=4)._asdict() == theirs._replace(number=4)._asdict()
    for name in ("_fields", "_field_defaults", "__doc__", "__module__", "__match_args__", "__slots__"):
        assert getattr(Ours, name, None) == getattr(Theirs, name, None), name
    assert type(Ours) is type
    assert {*vars(Ours)} - {*vars(Theirs)} == set()
    assert pickle.loads(pickle.dumps(ours)) == ours  # noqa: S301 - of this very test
    assert typing.get_type_hints(Ours) == typing.get_type_hints(Theirs)


@pytest.mark.parametrize(
    "wrong",
    [lambda made: made(), lambda made: made("a", 1, (), 2), lambda made: made("a", other=1),
     lambda made: made("a", name="b"), lambda made: made._make(["a"]), lambda made: made("a")._replace(other=1)],
)  # fmt: skip
def test_what_does_not_fit_its_fields_is_refused(wrong: Callable[[Any], Any]) -> None:
    """Too few values, too many and unknown names are refused, in the words that `typing` has for them."""
    with pytest.raises((TypeError, ValueError)) as ours:
        wrong(Ours)
    with pytest.raises(ours.type) as theirs:
        wrong(Theirs)
    assert str(ours.value) == str(theirs.value).replace("Theirs", "Ours")


def test_a_decision_reads_no_annotation(root: Path) -> None:
    """Once a guideline has been kept, every tuple that a start imports has its annotations as they are written."""
    script = (
        "import sys, runpy\n"
        "sys.argv = ['coverlog', 'decide', 'cts-six-weeks-of-splinting']\n"
        "from coverlog.explain.commands.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "made = {f'{n}.{k}' for n, m in sys.modules.items() if n.startswith('coverlog.') for k, v in vars(m).items()\n"
        "        if isinstance(v, type) and issubclass(v, tuple) and v.__module__ == n\n"
        "        and not all(type(a) is str for a in v.__annotations__.values())}\n"
        "print(*sorted(made), file=sys.stderr)"
    )
    for _ in range(2):
        told = subprocess.run([sys.executable, "-c", script], check=True, cwd=root, capture_output=True, text=True)
    assert "MEDICALLY NECESSARY" in told.stdout
    assert told.stderr.split() == []
