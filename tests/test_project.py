"""The project keeps its own rules: policy in text, imports one way, commands documented."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ORDER = ["kb", "engine", "explain"]
WRONG_ROOM = re.compile(
    r"\b9\d{4}\b|\bemg\b|\bncs\b|electromyograph|nerve|carpal|tunnel|neuropath|splint|needle|G56", re.IGNORECASE
)


def modules(root: Path) -> Iterator[Path]:
    for folder in ORDER:
        yield from sorted((root / folder).glob("*.py"))


def test_python_speaks_of_no_policy(root: Path) -> None:
    """No module outside the tests mentions a code, a test or a disease, but for one example code of help texts."""
    for path in modules(root):
        text = path.read_text()
        for example in ("cts-six-weeks-of-splinting", "99213", "95886", "wrist_splint_weeks"):
            text = re.sub(rf"(?m)^.*(Example|help=|coverlog ).*{example}.*$", "", text)
        text = text.replace('"99213, in quotes"', "")
        assert not WRONG_ROOM.search(text), (path.name, WRONG_ROOM.search(text))


def test_imports_run_one_way(root: Path) -> None:
    """explain imports engine, engine imports kb, and never back."""
    for path in modules(root):
        level = ORDER.index(path.parent.name)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                target = (node.module or "").split(".")[0]
                assert ORDER.index(target) < level, (path, target)
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert not (node.module or "").startswith("coverlog"), path


def test_pydatalog_is_imported_in_one_module(root: Path) -> None:
    """The adapter alone knows pyDatalog."""
    found = [path.name for path in modules(root) if re.search(r"(?m)^(from|import) pyDatalog", path.read_text())]
    assert found == ["datalog.py"]


@pytest.mark.parametrize("heavy", ["networkx", "lark", "clingo", "rich"])
def test_a_decision_imports_nothing_heavy(heavy: str) -> None:
    """Once a guideline is in the cache, deciding needs neither graphs nor a parser."""
    import subprocess
    import sys

    code = (
        "import sys; from coverlog.engine.library.guideline import load; load().evaluator('2025-01-01');"
        f"from coverlog.explain.commands import decide; sys.exit('{heavy}' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", "from coverlog.engine.library.guideline import load; load()"], check=True)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_modules_stay_small(root: Path) -> None:
    """A module is a room, not a house."""
    for path in modules(root):
        assert len(path.read_text().splitlines()) <= 280, path


def test_every_command_is_in_the_readme(root: Path) -> None:
    """Each command stands in the README with an example."""
    from coverlog.explain.commands.main import COMMANDS

    text = (root / "README.md").read_text()
    for command in COMMANDS:
        assert f"coverlog {command}" in text, command
