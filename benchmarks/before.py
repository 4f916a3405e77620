"""Cold start and decision time against an earlier state, in one run: ratios of medians of CPU time.

Run: python benchmarks/before.py CHECKOUT [ROUNDS] [TURN]

CHECKOUT is a work tree of the earlier state (`git worktree add --detach PATH COMMIT`). It is measured as it was, the
present state on the guideline of then, and the present state on its own: the engine's part of a difference, and the
guideline's. They take turns of TURN cases, 16 unless told, so that what else the machine does falls on all. In turns
of one case each decision finds the caches of the processor full of what the others left there, as where a service is
asked now and then: that costs each state about as much, so the faster one the greater part. At first sight means that
the process has decided half of the cases before, some times over, and told the reason of each once, and never one of
this half. What a state keeps by then is frozen, for all states alike: the collections of garbage that follow pass it
over, as they do in a service that follows the advice. A reason is what `explain` shows at first; the earlier state
knows only the whole proof.
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from math import isnan
from pathlib import Path

HERE = Path(__file__).parent.parent
GUIDELINE = "kb/cg_med_24"
WARM = 3
"""How often half of the cases are decided before the others are, at first sight."""
PYTHON = (sys.executable, "-c")
IMPORTS = "import click, yaml, pyDatalog, jsonschema_rs"
COVERED = "cts-six-weeks-of-splinting"
ASKS = {"id": "nothing-stated", "date_of_service": "2025-11-03", "setting": "outpatient",
        "services": [{"cpt": "95886"}, {"cpt": "95909"}]}  # fmt: skip

# The modules by where they stand now, and where they stood before they had rooms.
FIND = """
import importlib, json, sys, time
from pathlib import Path
def find(name, *modules):
    for module in modules:
        try:
            return getattr(importlib.import_module("coverlog." + module), name)
        except (ImportError, AttributeError):
            pass
    raise SystemExit(f"no {name} in {modules}")
"""
# The files of the cases come in the first line; each further line asks for some decisions, and is answered by their
# times, or by `nan` where a case contradicts itself; or it asks to freeze what is kept.
DECIDE = f"""{FIND}
import gc
judge = find("judge", "engine.decision.decide", "engine.decide")
prove = find("prove", "explain.proof.build", "explain.proof")
guideline = find("load", "engine.library.guideline", "engine.library")(sys.argv[1])
read = find("read_files", "engine.cases.case", "engine.case")
try:
    as_text = find("as_text", "explain.render.account_text")
except SystemExit:
    reason = prove
else:
    reason = lambda judged: as_text(judged, judged.decision.lines, 100)
cases = {{c.id: c for c in read([Path(f) for f in json.loads(sys.stdin.readline())], guideline) if hasattr(c, "facts")}}
print(json.dumps(sorted(cases)), flush=True)
for line in sys.stdin:
    turn, world, what = json.loads(line)
    if what == "freeze":
        gc.collect()
        gc.freeze()
        print("frozen", flush=True)
        continue
    then, times = {{"decision": lambda _: None, "explained": prove, "reason": reason}}[what], []
    for name in turn:
        start = time.process_time()
        try:
            judged = judge(cases[name], guideline, world=world)
        except ValueError:
            times.append("nan")
            continue
        then(judged)
        times.append(time.process_time() - start)
    print(*times, flush=True)
"""
START = f"{FIND}\nsys.argv[0] = 'coverlog'\nfind('main', 'explain.commands.main', 'explain.cli')()"


class State:
    """One checkout: `coverlog` is its package, with compiled modules and a cache of its own."""

    def __init__(self, checkout: Path, guideline: Path, folder: Path) -> None:
        self.guideline = str(guideline / GUIDELINE)
        folder.mkdir()
        (folder / "coverlog").symlink_to(checkout.resolve())
        self.script = folder / "start.py"  # as what is installed starts: a file
        self.script.write_text(START)
        kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}
        self.env = kept | {"PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}

    def start(self, *args: str) -> float:
        """Return the milliseconds of CPU of one run of the command line."""
        return self.run(str(self.script), "-g", self.guideline, *args)

    def run(self, *args: str) -> float:
        """Return the milliseconds of CPU of one run of Python."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *args], check=True, capture_output=True, env=self.env)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def serve(self, files: list[str]) -> tuple[subprocess.Popen[str], list[str]]:
        """Return a process that decides, and the names of the cases that it can."""
        process = subprocess.Popen([*PYTHON, DECIDE, self.guideline], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True, env=self.env)  # fmt: skip
        return process, json.loads(asked(process, files))


def asked(process: subprocess.Popen[str], question: object) -> str:
    """Return the line with which a process answers one."""
    if process.stdin is None or process.stdout is None:
        raise TypeError("a process that cannot be asked")
    process.stdin.write(f"{json.dumps(question)}\n")
    process.stdin.flush()
    return process.stdout.readline()


def in_turns(
    processes: Sequence[subprocess.Popen[str]], turn: int, names: Sequence[str], *how: str
) -> list[tuple[float, ...]]:
    """Return the milliseconds of each case, by process, of cases that they have so many in a turn."""
    turns = [names[at : at + turn] for at in range(0, len(names), turn)]
    told = [[asked(process, (each, *how)).split() for process in processes] for each in turns]
    return [tuple(1000 * float(time) for time in case) for each in told for case in zip(*each, strict=True)]


def told(
    what: str, times: Sequence[Sequence[float]], of: Callable[[Sequence[float]], float] = statistics.median
) -> None:
    """Print the medians of the states, or what else is of interest, and the ratios of the present ones to the first."""
    before, engine, now = map(of, times)
    print(f"{what:34} {before:9.2f} {engine:9.2f} {now:9.2f} ms   {engine / before:5.2f} {now / before:5.2f}")


def starts(states: list[State], case: str, rounds: int) -> list[list[float]]:
    """Return the times of cold starts that decide a case; the first of each, which fills its cache, is left out."""
    times: list[list[float]] = [[] for _ in states]
    for _ in range(rounds + 1):
        for state, kept in zip(states, times, strict=True):
            kept.append(state.start("decide", case))
    return [kept[1:] for kept in times]


def decisions(states: list[State], files: list[str], rounds: int, turn: int) -> dict[str, list[tuple[float, ...]]]:
    """Return the times of decisions, explained or not, by world, of the cases that all states can read.

    :param turn: how many cases a state has in its turn.
    """
    served = [state.serve(files) for state in states]
    names = sorted(set.intersection(*(set(known) for _, known in served)))
    random.Random(7).shuffle(names)

    timed = partial(in_turns, [process for process, _ in served], turn)
    timed(names[::2] * WARM, "open", "decision")
    timed(names[::2], "open", "reason")
    for process, _ in served:
        asked(process, ([], "", "freeze"))
    order = names[1::2] + names[::2]
    first = dict(zip(order, timed(order, "open", "decision"), strict=True))
    names = [name for name, times in first.items() if not any(map(isnan, times))]
    print(f"{len(names)} cases that all decide, {rounds} rounds; medians of CPU time, in turns of {turn}")
    print(f"{'':34}    before    engine       now      ratios to before")
    seen = [first[name] for name in names[: len(first) // 2]]
    found = {"decision, open, at first sight": list(zip(*seen, strict=True))}
    for what in ("decision", "explained", "reason"):
        for world in ("open", "closed"):
            asks = names[::4] if what == "reason" else names  # some search seconds for what would be different
            times = [time for _ in range(rounds) for time in timed(asks, world, what)]
            found[f"{what}, {world} world"] = list(zip(*times, strict=True))
    for process, _ in served:
        process.communicate()
    return found


def main() -> None:
    checkout = Path(sys.argv[1])
    rounds, turn = (int(sys.argv[at]) if len(sys.argv) > at else usual for at, usual in ((2, 5), (3, 16)))
    with tempfile.TemporaryDirectory() as folder:
        each = {"before": (checkout, checkout), "engine": (HERE, checkout), "now": (HERE, HERE)}
        states = [State(*places, Path(folder) / name) for name, places in each.items()]
        files = [str(path) for path in sorted(checkout.glob(f"{GUIDELINE}/cases/*/*.yaml"))]
        for what, times in decisions(states, files, rounds, turn).items():
            told(what, times)
            told(f"{what}, p99", times, lambda each: statistics.quantiles(each, n=100)[98])
        asks = Path(folder) / "nothing-stated.json"
        asks.write_text(json.dumps(ASKS))
        for what, case in (("a covered case", COVERED), ("one with missing sets", str(asks))):
            told(f"cold start, {what}", starts(states, case, 9 * rounds))
        imports = [states[-1].run("-c", IMPORTS) for _ in range(9 * rounds)]
        print(f"{'`' + IMPORTS + '`':52} {statistics.median(imports):9.2f} ms")


if __name__ == "__main__":
    main()
