"""Digests of what every command prints for every canonical case, to show that a change of code changes no output.

python tests/campaigns/outputs.py before.json     # on the one commit
python tests/campaigns/outputs.py after.json      # on the other
diff before.json after.json

python tests/campaigns/outputs.py --twice         # in two processes whose sets are in different orders: is it the same?
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import entry_points
from multiprocessing import Pool
from pathlib import Path

from click.testing import CliRunner

WORLDS = ("open", "closed")
CASE_COMMANDS = [
    *(["decide", "--format", form] for form in ("text", "json")),
    *(["explain", "--format", form] for form in ("text", "json", "html", "dot", "mermaid", "graphml")),
    ["explain", "--all", "--format", "json"],
    *(["explain", "--why-not", outcome] for outcome in ("medically_necessary", "not_medically_necessary")),
    *(["letter", "--format", form] for form in ("md", "html")),
]
OPEN_COMMANDS = [["checklist", "--format", form] for form in ("text", "json")]
COMMANDS = [
    ["rules"], ["rules", "--format", "json"], ["graph"], ["graph", "--format", "mermaid"], ["check"], ["schema"],
    ["doc"], ["trace"], ["trace", "--format", "html"], ["cases"], ["test"], ["test", "--format", "json"],
    ["fmt", "--check"], ["show", "I.4.a"], ["show", "condition"], ["show", "INT-15"],
    ["query", "study(Code, needle_emg)"],
    ["query", "--case", "cts-six-weeks-of-splinting", "condition(C)"],
]  # fmt: skip


def calls(cases: list[Path]) -> Iterator[list[str]]:
    """Yield the arguments of every call."""
    yield from COMMANDS
    for case, world in itertools.product(cases, WORLDS):
        for command in CASE_COMMANDS:
            yield [*command, "--world", world, str(case)]
    for case, command in itertools.product(cases, OPEN_COMMANDS):
        yield [*command, str(case)]


def digest(arguments: list[str]) -> tuple[str, str]:
    """Return a call and a digest of its status, what it prints, and what it says on stderr."""
    main = next(iter(entry_points(group="console_scripts", name="coverlog"))).load()
    told = CliRunner().invoke(main, arguments)
    content = json.dumps([told.exit_code, told.stdout, told.stderr])
    return " ".join(arguments), f"{told.exit_code} {hashlib.sha256(content.encode()).hexdigest()}"


def run(out: Path) -> None:
    """Write the digests of all calls."""
    cases = sorted(Path("kb").glob("*/cases/**/*.yaml"))
    with Pool() as pool:
        told = dict(pool.imap_unordered(digest, calls(cases), chunksize=50))
    out.write_text(json.dumps(told, indent=0, sort_keys=True))
    print(f"{len(told)} outputs, {sum(v.startswith('2 ') for v in told.values())} refused")


def twice() -> int:
    """Write the digests in two processes; 1 where they differ."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{seed}.json" for seed in "01"]
        for file in files:
            subprocess.run([sys.executable, __file__, file], env=os.environ | {"PYTHONHASHSEED": file.stem}, check=True)
        one, other = (json.loads(file.read_text()) for file in files)
    differing = [call for call in one if one[call] != other[call]]
    print(*differing[:50], f"{len(differing)} of {len(one)} outputs differ between two processes", sep="\n")
    return 1 if differing else 0


if __name__ == "__main__":
    if sys.argv[1] == "--twice":
        sys.exit(twice())
    run(Path(sys.argv[1]))
