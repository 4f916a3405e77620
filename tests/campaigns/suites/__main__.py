"""Runs test programs that others wrote, as they stand in their repositories; none of them is kept here.

python tests/campaigns/suites souffle FOLDER    a checkout of github.com/souffle-lang/souffle
python tests/campaigns/suites nemo FOLDER       of github.com/knowsys/nemo
python tests/campaigns/suites dmn FOLDER        of github.com/dmn-tck/tck: its logic of three values

What can be translated clause by clause is evaluated in both readings, and compared with what the test expects; what
cannot is refused, and counted by why. Exit 1 where an answer differs.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from coverlog.tests.campaigns.suites import dmn, nemo, souffle
from coverlog.tests.campaigns.suites.theirs import RefusedError

SUITES: dict[str, ModuleType] = {"souffle": souffle, "nemo": nemo, "dmn": dmn}


def judged(test: Callable[[], list[str]]) -> tuple[str, str]:
    """Return how a test comes out, and why where it is no pass."""
    try:
        found = test()
    except RefusedError as error:
        return "refused", str(error)
    except UnicodeDecodeError:
        return "refused", "a text that is not UTF-8"
    return ("differ", ", ".join(found)) if found else ("pass", "")


def main() -> int:
    """Run a suite and print its counts; 1 where an answer differs from what is expected."""
    parser = argparse.ArgumentParser(
        prog="python tests/campaigns/suites", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("folder", type=Path, help="its repository, checked out")
    parser.add_argument("--verbose", action="store_true", help="tell each test")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for name, test in SUITES[options.suite].tests(options.folder):
        outcome, why = judged(test)
        counts[outcome] += 1
        if outcome == "refused":
            reasons[why] += 1
        if options.verbose or outcome == "differ":
            print(f"{outcome:8}{name.removeprefix(f'{options.folder}/')}  {why}".rstrip(), flush=True)
    if not counts:
        parser.error(f"no test of {options.suite} below {options.folder}")
    fit = counts["pass"] + counts["differ"]
    told = f"pass {counts['pass']}, differ {counts['differ']}, refused {counts['refused']}"
    print(f"{options.suite}: {sum(counts.values())} tests, fit {fit}: {told}")
    for why, number in reasons.most_common():
        print(f"{number:6} {why}")
    return 1 if counts["differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
