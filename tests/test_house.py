"""The house: every import goes to a room named earlier, no module rests on itself, and nothing grows too large."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import networkx as nx
import pytest

ROOMS = {
    "engine": "language program evaluation circuit soundness library cases cases/fhir decision batch analysis",
    "explain": "proof advice checker render query testing reference service commands",
}
ORDER = ["kb", *(f"{top}.{room}" for top, rooms in ROOMS.items() for room in rooms.split())]
# The whole of a module and of a function, in lines.
MODULE, FUNCTION = 250, 30


Trees = dict[Path, ast.Module]


def name_of(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts)


def room_of(module: str) -> str:
    parts = module.split(".")
    return "kb" if parts[0] == "kb" else ".".join(parts[:2])


def imported(tree: ast.Module, module: str, known: set[str]) -> Iterator[str]:
    """The modules that a module imports by a relative import, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*module.split(".")[: -node.level], *([node.module] if node.module else [])]
            for alias in node.names:
                asked = [".".join([*base, *more]) for more in ([alias.name], [], ["__init__"])]
                yield from [name for name in asked if name in known][:1]


@pytest.fixture(scope="module")
def arrows(root: Path, trees: Trees) -> "nx.DiGraph[str]":
    """Every import between modules, those inside functions included."""
    known = {name_of(path, root): tree for path, tree in trees.items()}
    graph: nx.DiGraph[str] = nx.DiGraph()
    for module, tree in known.items():
        graph.add_edges_from((module, name) for name in imported(tree, module, set(known)))
    return graph


@pytest.mark.parametrize("top", ROOMS)
def test_every_folder_of_code_is_a_room_of_the_plan(top: str, root: Path) -> None:
    """A new room has to be given its place in the order, and a docstring that says what goes in and out."""
    found = {path.parent.relative_to(root / top).as_posix() for path in (root / top).glob("*/**/*.py")}
    assert found == set(ROOMS[top].split())
    for room in found:
        read = ast.parse((root / top / room / "__init__.py").read_text())
        said = ast.get_docstring(read) or ""
        assert "In: " in said, (top, room)
        assert "Out: " in said, (top, room)
        assert len(read.body) == 1, (top, room)  # to enter a room imports nothing, so that a start costs little
    assert [path.name for path in (root / top).glob("*.py")] == ["__init__.py"]


def test_every_test_stands_in_the_room_it_tests(root: Path) -> None:
    """The tests have the same rooms, and no two files one name."""
    files = sorted((root / "tests").rglob("test_*.py"))
    rooms = {path.parent.relative_to(root / "tests").as_posix() for path in files}
    assert rooms - {"."} == {"kb", *(room for rooms in ROOMS.values() for room in rooms.split())}
    assert [name for name, number in Counter(path.name for path in files).items() if number > 1] == []


def test_imports_go_to_rooms_named_earlier(
    arrows: "nx.DiGraph[str]", record_property: Callable[[str, object], None]
) -> None:
    """No arrow between rooms runs back."""
    rooms = {(room_of(a), room_of(b)) for a, b in arrows.edges if room_of(a) != room_of(b)}
    record_property("measured", f"{len(rooms)} arrows between rooms, {arrows.number_of_edges()} between modules")
    assert len(rooms) > 30
    back = [(a, b) for a, b in arrows.edges if ORDER.index(room_of(a)) < ORDER.index(room_of(b))]
    assert back == []


def test_the_house_is_imported_by_relative_names_alone(trees: Trees) -> None:
    """So every import is an arrow that the order is held against."""
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert not any(alias.name.split(".")[0] == "coverlog" for alias in node.names), path
            if isinstance(node, ast.ImportFrom) and not node.level:
                assert str(node.module).split(".")[0] != "coverlog", path


def test_no_graph_is_made_of_edges_by_its_constructor(trees: Trees) -> None:
    """Whatever comes there, Ctrl-C or the end of a time, networkx takes for edges that it cannot read, and goes on."""
    made = (
        f"{path}:{node.lineno}" for path, tree in trees.items() for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args
        and node.func.attr in ("Graph", "DiGraph", "MultiGraph", "MultiDiGraph")
    )  # fmt: skip
    assert [*made] == []


def test_what_a_terminal_is_told_is_known_to_the_commands_alone(root: Path, trees: Trees) -> None:
    """Other rooms raise errors with place, message and remedy; one module asks click for colours, none for more."""
    asked = {(name_of(path, root), line) for path in trees if room_of(name_of(path, root)) != "explain.commands"
             for line in re.findall(r"(?:import|from) click\b|\bclick\.\w+", path.read_text())}  # fmt: skip
    assert asked == {("explain.render.decision_text", line) for line in ("import click", "click.style")}


def test_no_module_rests_on_itself(arrows: "nx.DiGraph[str]") -> None:
    """There is no circle between modules, imports inside functions included."""
    assert list(nx.simple_cycles(arrows)) == []


def test_modules_and_functions_stay_small(root: Path, trees: Trees) -> None:
    """A module is under 250 lines, a function under 30, in the house, its benchmarks and its tools."""
    large = []
    beside = (path for top in ("benchmarks", "tools") for path in (root / top).rglob("*.py"))
    for path, tree in (trees | {path: ast.parse(path.read_text()) for path in beside}).items():
        large += [(name_of(path, root), n)] if (n := len(path.read_text().splitlines())) >= MODULE else []
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                n = (node.end_lineno or 0) - node.lineno + 1
                large += [(f"{name_of(path, root)}.{node.name}", n)] if n >= FUNCTION else []
    assert large == []
