"""New: a case to be filled in for any condition, and one asked for; whatever is answered, what is written is a case."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.cases.meant import home
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.advice.template import template
from coverlog.explain.commands.main import main
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

TODAY = "2026-01-05"
CTS = "carpal_tunnel_syndrome"
ANSWERS = ["wrist", TODAY, "an office", "95886, 95909", "Carpal tunnel syndrome; g56.01", "note A", "note B", ""]


def run(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, args, input=stdin, catch_exceptions=False)


def read(text: str, guideline: Guideline) -> Case:
    (case,) = read_text(text.encode(), "new.yaml", guideline)
    assert isinstance(case, Case), case
    return case


def listed(guideline: Guideline) -> list[str]:
    """What a case names in a list: conditions, techniques."""
    program = guideline.program
    return [c for c in program.concepts if (key := home(c, program)) and key.shape == "each of"]


def filled(text: str) -> str:
    """A template with everything that it offers said, and the first of each choice made."""
    lines = [line.removeprefix("# ") for line in text.split("\n\n", 1)[1].splitlines()]
    lines = [line for line in lines if ": " in line or line.endswith(":")]
    told = "\n".join(line for line in lines if " is one of " not in line and "[...]" not in line)
    return told.replace("present or absent", "present").replace(": N", ": 6")


def test_a_template_decides_for_every_condition(guideline: Guideline, size: Callable[[int, int], int]) -> None:
    """As it stands it is a case, no line of it is refused or out of reach, and the findings asked for come first."""
    offered = 0
    for concept in ["", *listed(guideline)[:: size(5, 1)]]:
        text = template(guideline, concept, TODAY)
        case = read(text, guideline)
        lines = decide(case, guideline).lines
        assert lines
        if concept and guideline.program.concepts[concept][0] == "condition":
            assert case.said["conditions"] == [concept]
            offered += any(line.outcome == "more_information_needed" for line in lines)
        for name in guideline.program.concepts:
            key = home(name, guideline.program)
            assert key is None or name in text, name
        assert max(map(len, text.splitlines())) < 200
    assert offered > size(3, 20)


def test_what_a_template_offers_can_be_said(guideline: Guideline) -> None:
    """With every mark taken away and every blank filled the template is a case still; with a blank left it is none."""
    text = template(guideline, CTS, TODAY)
    body = "\n".join(line for line in filled(text).splitlines() if not line.startswith("  ") or "#" in line)
    case = read(body, guideline)
    documented = {c for c in guideline.program.concepts if (k := home(c, guideline.program)) and k.key == "findings"}
    assert set(case.said["findings"]) == documented
    wrong = text.replace("# findings:", "findings:").replace("#   sensory_loss:", "  sensory_loss:")
    (item,) = read_text(wrong.encode(), "new.yaml", guideline)
    assert "present or absent" in str(item)


def test_what_the_criterion_asks_for_comes_first(guideline: Guideline) -> None:
    """For carpal tunnel syndrome splint use stands before what no criterion of it asks for."""
    text = template(guideline, CTS, TODAY)
    assert text.index("#   wrist_splint_weeks:") < text.index("# what else") < text.index("#   elbow_splint_weeks:")


@pytest.mark.parametrize("name", ["oxygen", "desk", "chair"])
def test_any_guideline_has_a_template(name: str, tmp_path: Path, toy_text: Callable[[str], str]) -> None:
    """A guideline that lists no conditions, codes or findings has a template too, which decides, and questions."""
    (tmp_path / "toy.dl").write_text(toy_text(name))
    toy = load(tmp_path)
    case = read(run("-g", str(tmp_path), "new").stdout, toy)
    assert decide(case, toy).lines
    asked = run("-g", str(tmp_path), "new", "--ask", stdin="a\n2025-01-01\n" + "home\n" * (name != "chair") + "E1390\n")
    assert asked.exit_code == 0
    assert read(asked.stdout, toy).id == "a"
    refused = run("-g", str(tmp_path), "new", "diabetes")
    assert refused.exit_code == 2
    assert "lists nothing by name" in refused.stderr


@pytest.mark.parametrize("word", [CTS, "carpal tunnel syndrome", "Carpal  Tunnel Syndrome"])
def test_a_condition_is_known_by_name_and_label(word: str) -> None:
    """However it is written it is the same template."""
    assert run("new", word).stdout == run("new", CTS).stdout


def test_a_code_begins_a_case_and_a_misspelt_condition_does_not(guideline: Guideline) -> None:
    """A diagnosis code stands under diagnoses; an unknown word is bad usage with what was meant."""
    assert read(run("new", "g56.01").stdout, guideline).said["diagnoses"] == ["G56.01"]
    wrong = run("new", "carpal tunel")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    far = run("new", "asthma")
    assert far.exit_code == 2
    assert re.search(r"called asthma; the nearest of \d+ known: (\w+, )*\w+; all of them: coverlog new\n", far.stderr)
    assert f"did you mean {CTS}?" in wrong.stderr or "did you mean carpal tunnel syndrome?" in wrong.stderr


def test_the_template_passes_validate(tmp_path: Path) -> None:
    """As it stands validate finds no error in it, and says at most what is doubtful."""
    file = tmp_path / "case.yaml"
    assert run("new", CTS, "-o", str(file)).exit_code == 0
    ran = run("validate", str(file), "--format", "json")
    assert ran.exit_code == 0
    assert {finding["severity"] for finding in json.loads(ran.stdout)} <= {"warning", "advice"}


def test_a_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    """An old file stays as it was and nothing is asked, unless --force says otherwise."""
    file = tmp_path / "case.yaml"
    file.write_text("mine")
    for more in ([], ["--ask"]):
        refused = run("new", *more, "-o", str(file), stdin="")
        assert (refused.exit_code, file.read_text()) == (2, "mine")
        assert "--force replaces it" in refused.stderr
    assert run("new", "-o", str(file), "--force").exit_code == 0
    assert file.read_text().startswith("# A case for")
    assert run("new", "-o", os.devnull).exit_code == 0


def test_answers_become_a_case_with_sources(guideline: Guideline) -> None:
    """Labels, codes and places are understood, wrong answers are asked again, and the case is as it was told."""
    more = ["n", "note C", "y", "", "?", "", "", "no such answer", "n", "", "6 weeks", "note D"]
    ran = run("new", "--ask", stdin="\n".join(["wrist", "tomorrow", *ANSWERS[1:], *more]))
    case = read(ran.stdout, guideline)
    assert ran.exit_code == 0
    assert "write it like 2025-11-03" in ran.stderr
    assert case.said["setting"] == "office"
    assert case.said["conditions"] == [{"condition": CTS, "source": "note A"}]
    assert case.said["diagnoses"] == [{"code": "G56.01", "source": "note B"}]
    assert {"status": "absent", "source": "note C"} in case.said["findings"].values()


def test_the_answers_may_end_at_any_line(guideline: Guideline) -> None:
    """After each line there is a case, or a message that there is none; never half of one."""
    answers = [*ANSWERS, "y", "a note", "n", "", "y"]
    written = 0
    for end in range(len(answers) + 1):
        ran = run("new", "--ask", stdin="".join(f"{line}\n" for line in answers[:end]))
        if ran.exit_code == 0:
            assert decide(read(ran.stdout, guideline), guideline).lines
            written += 1
        else:
            assert (ran.exit_code, ran.stdout, end < 4) == (2, "", True)
            assert "the answers ended before there was a case; nothing is written" in ran.stderr
    assert written == len(answers) - 3


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=30)
REPLIES = WORDS | st.sampled_from(["y", "n", "", "6", "45 days", "1e5", "- x", "G56.01", "diabetes", "null", "yes"])


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(name=WORDS, replies=st.lists(REPLIES, max_size=25))
@example(name="1e5", replies=["diabetes", "0x10", "", "y", "12:30:00", "y", "~", "n", "2025-01-01"])
def test_whatever_is_answered_is_written_as_it_was(name: str, replies: list[str], guideline: Guideline) -> None:
    """No answer breaks the file: what is written is read as a case, with the name that was given."""
    ran = run("new", "--ask", stdin="\n".join([name, *ANSWERS[1:4], *replies]))
    assert "Traceback" not in ran.stderr
    if ran.exit_code == 0:
        assert decide(read(ran.stdout, guideline), guideline).lines
