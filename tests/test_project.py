"""The project keeps its own rules: policy in text, one door to pyDatalog, commands documented."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from coverlog.engine.library.guideline import load
from coverlog.kb import guidelines

PLACES = ("kb", "engine", "explain")
# Words of the guideline's vocabulary that are English first, or words of what every guideline is made of.
COMMON = {
    *("an", "and", "another", "at", "both", "but", "does", "for", "four", "from", "have", "in", "is", "it", "more"),
    *("no", "non", "not", "of", "on", "one", "or", "that", "the", "this", "those", "three", "to", "two", "until"),
    *("was", "with", "before", "first", "known", "other", "alone", "single", "multiple", "side", "sides", "back"),
    *("hand", "initial", "current", "complete", "speak", "speaks", "use", "parameters", "pattern", "result"),
    *("results", "expectation", "cause", "force", "exercise", "test", "testing", "guideline", "edition", "statement"),
    *("criterion", "criteria", "vocabulary", "condition", "finding", "reason", "date", "place", "code", "codes"),
    *(
        "listed",
        "addressed",
        "service",
        "setting",
        "diagnosis",
        "weeks",
        "count",
        "item",
        "by",
        "names",
        "be",
        "order",
        "type",
    ),
    *("given", "documented", "positive", "element", "without", "index", "than", "evaluation", "interface", "when"),
    *("full", "ordered", "filter", "level", "version", "mask", "clinical", "determination", "home", "history"),
    *("stroke", "device", "applies", "duration", "continuous", "ii", "iii", "lack", "response", "beneficiary", "port"),
    *("purpose", "configuration"),
}
# What the help and the example of the engine may name, to be examples at all.
EXAMPLES = ("cts-six-weeks-of-splinting", "99213", "95886", "95909", "wrist_splint_weeks", "outpatient")
SARIF = "defaultConfiguration"  # a key of that format
KEY = re.compile(r"\bcpt\b")
EXAMPLE = re.compile(r"Example:|help=|^ *coverlog |^ *(>>>|\.\.\.) |in quotes\"")


def texts(root: Path) -> Iterator[tuple[Path, str]]:
    """Every module and whatever stands beside it, but the guidelines."""
    for place in PLACES:
        for path in sorted((root / place).rglob("*")):
            code = path.suffix == ".py" or place != "kb"
            if path.is_file() and code and "__pycache__" not in path.parts:
                yield path, path.read_text()


def vocabulary() -> tuple[set[str], set[str]]:
    """The words of the guidelines' titles, kinds, concepts and labels, and the codes their facts name."""
    said: list[str] = []
    codes: set[str] = set()
    for name in guidelines():
        program = load(name).program
        said += [program.title, *(word for concept in program.concepts.items() for word in (concept[0], *concept[1]))]
        facts = [rule.head for rule in program.rules if not rule.body]
        codes |= {arg[1:-1] for fact in facts for arg in fact.args if isinstance(arg, str) and arg[:1] == '"'}
    words = {word for text in said for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 1}
    return words - COMMON, {code for code in codes if any(map(str.isdigit, code)) and len(code) > 2}


def spoken(line: str) -> Iterator[str]:
    """The words and the codes of a line; CamelCase and snake_case are several words."""
    yield from re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", line).lower())
    yield from re.findall(r"(?<![\w.])[A-Z]?\d[\w.]*\w", line)


def test_python_speaks_of_no_policy(root: Path) -> None:
    """No line of the code has a code, a test or a disease of a guideline's vocabulary, but for the stated examples."""
    words, codes = vocabulary()
    assert {"neuropathy", "emg", "ncs", "splint", "needle", "electromyography"} <= words
    assert {"95886", "G56.0"} <= codes
    found = []
    for path, text in texts(root):
        for number, line in enumerate(text.splitlines(), 1):
            bare = line.replace(SARIF, "")
            for example in EXAMPLES if EXAMPLE.search(line) else ():
                bare = bare.replace(example, "")
            wrong = [w for w in spoken(bare) if w in words | codes or re.fullmatch(r"9\d{4}", w)]
            found += [f"{path.relative_to(root)}:{number}: {', '.join(wrong)}"] if wrong else []
    assert found == [], "\n".join(found)


def test_pydatalog_is_imported_in_one_module(root: Path, trees: dict[Path, ast.Module]) -> None:
    """The adapter alone knows pyDatalog."""
    found = set()
    for path, tree in trees.items():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            found |= {path.relative_to(root).as_posix() for name in names if name.split(".")[0] == "pyDatalog"}
    assert found == {"engine/evaluation/datalog.py"}


HEAVY = ("pyDatalog", "networkx", "lark", "clingo", "rich", "jinja2", "starlette")


def test_a_decision_imports_nothing_heavy() -> None:
    """Once a grounded guideline is in the cache, deciding needs neither pyDatalog nor graphs, a parser or pages."""
    code = (
        "import sys; from coverlog.engine.library.guideline import load; load().evaluator('2025-01-01');"
        f"from coverlog.explain.commands import decide; print(*{{*sys.modules}} & {{*{HEAVY}}})"
    )
    first = "from coverlog.engine.library.guideline import load; load().evaluator('2025-01-01')"
    subprocess.run([sys.executable, "-c", first], check=True)
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split() == []


@pytest.mark.parametrize("command", ["decide", "explain"])
@pytest.mark.parametrize("named", [[], ["-g", "cg_med_24"]])
def test_a_first_screen_imports_neither_graphs_nor_the_validator(command: str, named: list[str]) -> None:
    """A case without faults is decided, and its reason told, without what only proofs and faults need."""
    code = (
        "import sys; from coverlog.explain.commands.main import main\n"
        f"try: main([*{named}, '{command}', 'cts-three-weeks-of-splinting'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pyDatalog', 'networkx', 'lark', 'jsonschema_rs', 'jinja2', 'shutil', 'difflib'}\n"
        "print(*heavy & {*sys.modules}, file=sys.stderr)"
    )
    for _ in range(2):  # once the guideline has been kept
        told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "NOT MEDICALLY NECESSARY" in told.stdout
    assert told.stderr.split() == []


def test_every_command_is_in_the_readme(root: Path) -> None:
    """Each command stands in the README with an example."""
    from coverlog.explain.commands.main import COMMANDS

    text = (root / "README.md").read_text()
    for command in COMMANDS:
        assert f"coverlog {command}" in text, command


def test_the_key_of_a_code_stands_in_one_place(root: Path, trees: dict[Path, ast.Module]) -> None:
    """The Python names the published key once; docstrings, and the examples of the notation, may show it."""
    found = []
    for path, tree in trees.items():
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        for node in ast.walk(tree):
            words = [getattr(node, each, "") for each in ("id", "attr", "arg", "value")]
            if id(node) not in said and any(isinstance(word, str) and KEY.search(word) for word in words):
                found.append(path.relative_to(root).as_posix())
    assert set(found) == {"engine/program/interface.py", "engine/program/notation.py"}
