"""Runs whole campaigns, of which the suite runs seeded samples; each prints its counts.

python tests/campaigns --list           what there is
python tests/campaigns                  all of them, many hours: tamper alone took more than one
python tests/campaigns alarms memory    these
python tests/campaigns/suites --help    the test programs of others, which are fetched first
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent


class Campaign(NamedTuple):
    """What a campaign shows, and the command that runs it."""

    shows: str
    command: tuple[str, ...]


def laws(*tests: str, only: str = "") -> tuple[str, ...]:
    """Return the command that runs tests of the suite whole, with their counts."""
    chosen = ("-k", only) if only else ()
    return ("-m", "pytest", "-q", "--whole", "--hypothesis-show-statistics", *(str(TESTS / t) for t in tests), *chosen)


CAMPAIGNS = {
    "criteria": Campaign(
        "4,000 and 2,000 generated cases are decided in both worlds as the criteria, read by hand, decide them",
        laws("decision/test_criteria.py", "decision/test_judge.py", "decision/test_first_sight.py",
             "decision/test_implicants.py", "decision/test_loosened.py", "kb/test_ncd_240_4.py"),
    ),
    "proofs": Campaign(
        "every proof of 2,000 generated and of all canonical cases is verified step by step",
        laws("checker/test_checker.py", only="generated_proof or canonical_proof or forging"),
    ),
    "counts": Campaign(
        "proofs with counts, sums, decimals and times are verified, and no change of what is counted passes",
        laws("checker/test_counts.py", "checker/test_quantities.py"),
    ),
    "ways": Campaign(
        "what would change an outcome: each way of all canonical and 2,000 generated cases does, the list is what the "
        "long way finds, and its words read back as what they were made of",
        laws("advice/test_ways.py", "advice/test_ways_closed.py", "advice/test_wording.py", "advice/test_phrases.py"),
    ),
    "letters": Campaign(
        "every canonical case gets a letter in plain words, of grade 8 or lower, that reads back to the items it is of",
        laws("advice/test_letter.py"),
    ),
    "accounts": Campaign(
        "every canonical case is told in a screen that leads with what decides it, and answers as its schemas say; "
        "what differs from an expectation is told in words",
        laws("advice/test_account.py", "advice/test_true_words.py", "test_schemas.py", "testing/test_differing.py"),
    ),
    "tamper": Campaign("every change of a proof that its form admits is caught", (str(HERE / "tamper.py"),)),
    "alarms": Campaign(
        "decisions interrupted 3,000 times at random moments change no later answer, and an interrupt of an import is "
        "one wherever it comes",
        laws("evaluation/test_store.py", "evaluation/test_undisturbed.py"),
    ),
    "memory": Campaign(
        "ten thousand decisions leave nothing behind",
        laws("evaluation/test_isolation.py"),
    ),
    "programs": Campaign(
        "random programs mean to the engine what they mean to clingo, to Kleene and to the reader",
        laws("evaluation/test_semantics.py", "evaluation/test_rails.py", "language/test_same_reading.py",
             "language/test_digest.py", "program/test_fmt.py", "program/test_asp.py"),
    ),
    "circuits": Campaign(
        "the circuit tells of canonical and 5,000 generated cases what the decision says, in both worlds, and firings "
        "chosen are those that are asked for",
        laws("circuit/test_circuit.py", "circuit/test_nodes.py", "evaluation/test_chosen.py",
             "evaluation/test_bearing.py"),
    ),
    "batch": Campaign(
        "a batch tells of canonical and 100,000 generated cases what the decision says, in both worlds",
        laws("batch"),
    ),
    "analysis": Campaign(
        "what is proved of 500 random guidelines is so of each case, and each of 20 planted faults of a kind is found",
        laws("analysis/test_brute.py", "analysis/test_planted.py", "analysis/test_analyze.py",
             "analysis/test_diff.py", "analysis/test_dates.py"),
    ),
    "mutants": Campaign(
        "400 changes of rules drawn at random, and every change of words, are noticed by a case or by review",
        laws("testing/test_mutants.py", "testing/test_reviewed.py"),
    ),
    "limits": Campaign(
        "chains of 2,000 steps are decided, told and limited",
        laws("proof/test_depth.py", "evaluation/test_limits.py"),
    ),
    "declared": Campaign(
        "roles, bounds, times, names, code sets, variants and several guidelines mean what the declarations say",
        laws("decision/test_roles.py", "decision/test_met.py", "decision/test_bounded_amounts.py",
             "cases/test_times.py", "cases/test_case_files.py", "cases/test_json_text.py", "library/test_several.py",
             "program/test_code_set.py",
             "library/test_variants.py", "program/test_notation.py", "program/test_fitting.py",
             "testing/test_coverage.py", "reference/test_names.py", "commands/test_new.py", "commands/test_compare.py",
             "render/test_table.py", "render/test_notebook.py", "test_sarif.py"),
    ),
    "services": Campaign(
        "whatever is sent to the services is answered or refused, every page keeps people in, and FHIR keeps its rules",
        laws("service", "cases/fhir/test_reader.py", "advice/test_questionnaire.py"),
    ),
    "pages": Campaign(
        "the page of each proof fits every window and paper",
        laws("render/test_html.py", only="wider or prints"),
    ),
    "hostile": Campaign(
        "whatever a case, a proof or a kept guideline holds, nothing is hidden and nothing ends in a traceback",
        laws("cases/test_hostile.py", "library/test_kept.py", "checker/test_checker.py", only="hostile or kept or any"),
    ),
    "outputs": Campaign(
        "every command prints the same for every canonical case in two processes",
        (str(HERE / "outputs.py"), "--twice"),
    ),
}  # fmt: skip
"""Whatever the suite tries a sample of is tried whole by one of these; a test holds that."""


def main() -> int:
    """Run the campaigns named, or all; 1 where one of them failed."""
    parser = argparse.ArgumentParser(prog="python tests/campaigns", description="Runs whole campaigns.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="campaigns; all where none is named")
    parser.add_argument("--list", action="store_true", help="tell what there is")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in CAMPAIGNS]:
        parser.error(f"no campaign {', '.join(unknown)}; there are {', '.join(CAMPAIGNS)}")
    if options.list:
        print(*(f"{name:10}{campaign.shows}" for name, campaign in CAMPAIGNS.items()), sep="\n")
        return 0
    failed = []
    for name in options.names or CAMPAIGNS:
        print(f"== {name}: {CAMPAIGNS[name].shows}", flush=True)
        if subprocess.run([sys.executable, *CAMPAIGNS[name].command], cwd=TESTS.parent, check=False).returncode:
            failed.append(name)
    print(f"{len(options.names or CAMPAIGNS)} campaigns, failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
