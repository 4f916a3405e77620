"""Counts and choices that nobody documented: what is missing, and every answer that speaks of it."""

import json
from itertools import product, starmap
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.decide import decide, judge
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.advice.change import changed, setting
from coverlog.explain.advice.checklist import checklist
from coverlog.explain.commands.main import main

LAMP = (Path(__file__).parent.parent / "guidelines" / "visits.dl").read_text()
SETTINGS, VISITS, DARK = (None, "outpatient", "ward", "home"), (None, 1, 2), (None, "present", "absent")
SAID = list(product(SETTINGS, VISITS, DARK))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lamp")
    (folder / "lamp.dl").write_text(LAMP)
    return folder


@pytest.fixture(scope="module")
def lamp(folder: Path) -> Guideline:
    return load(folder)


def said(setting: str | None, visits: int | None, dark: str | None) -> dict[str, Any]:
    case: dict[str, Any] = {"id": "c", "date_of_service": "2025-05-01", "services": [{"cpt": "10001"}]}
    case |= {"findings": {"dark": dark}} if dark else {}
    case |= {"setting": setting} if setting else {}
    return case | ({"visits": visits} if visits is not None else {})


def case_of(lamp: Guideline, *what: Any) -> Case:
    (case,) = read_text(json.dumps(said(*what)).encode(), "c.json", lamp)
    assert isinstance(case, Case), case
    return case


def run(folder: Path, *args: str, what: Any) -> Result:
    stdin = json.dumps(said(*what))
    return CliRunner().invoke(main, ["-g", str(folder), *args], input=stdin, catch_exceptions=False)


def necessary(setting: str | None, visits: int | None, dark: str | None) -> bool:
    """Say in so many words when a lamp is necessary, once everything is documented."""
    often = visits is not None and visits >= 2
    return (
        (setting == "outpatient" and often)
        or (dark == "present" and setting != "ward")
        or (setting == "home" and not often)
    )


@pytest.mark.parametrize("what", SAID)
def test_the_outcome_is_known_where_every_documentation_agrees(what: Any, lamp: Guideline) -> None:
    """In the open world a line waits for more exactly where what is left out could turn it."""
    open_to = [[v] if v is not None else of[1:] for v, of in zip(what, (SETTINGS, VISITS, DARK), strict=True)]
    ways = list(starmap(necessary, product(*open_to)))
    (line,) = decide(case_of(lamp, *what), lamp).lines
    if line.outcome == "more_information_needed":
        assert {True, False} == set(ways) or not all(ways)
    else:
        assert {line.outcome == "medically_necessary"} == set(ways)
    (closed,) = decide(case_of(lamp, *what), lamp, world="closed").lines
    assert (closed.outcome == "medically_necessary") == necessary(*what)


@pytest.mark.parametrize("what", SAID)
def test_documenting_a_set_settles_the_line(what: Any, lamp: Guideline) -> None:
    """Each set that is missing, said in the case, makes the line necessary, and no part of it does."""
    case = case_of(lamp, *what)
    (line,) = decide(case, lamp).lines
    for needs in line.missing:
        for size in range(len(needs) + 1):
            chosen = needs[:size]
            (after,) = decide(documented(case, chosen, lamp), lamp).lines
            assert (after.outcome == "medically_necessary") == (size == len(needs)), (what, needs)


def documented(case: Case, needs: Any, lamp: Guideline) -> Case:
    texts = [f"{n['finding']}={n['needs'].removeprefix('>= ').removeprefix('<= ')}" for n in needs]
    return changed(case, lamp, [setting(text, lamp) for text in texts])


def test_the_sets_name_the_key_and_what_it_needs(lamp: Guideline) -> None:
    """A count is asked for by its key and bounds, a choice by its key and value; none is denied."""
    (line,) = decide(case_of(lamp, None, None, None), lamp).lines
    assert [[(n["finding"], n["needs"]) for n in needs] for needs in line.missing] == [
        [("dark", "present"), ("setting", "home")],
        [("dark", "present"), ("setting", "outpatient")],
        [("setting", "home"), ("visits", "<= 1")],
        [("setting", "outpatient"), ("visits", ">= 2")],
    ]


@pytest.mark.parametrize("world", ["open", "closed"])
@pytest.mark.parametrize("what", SAID)
def test_every_answer_speaks_of_it(what: Any, world: str, folder: Path) -> None:
    """Proofs verify, in both depths, and letter and checklist are written, whatever is left out."""
    for args in (("explain", "-", "--verify"), ("letter", "-"), ("checklist", "-")):
        result = run(folder, *args, *(["--world", world] if args[0] != "checklist" else []), what=what)
        assert result.exit_code == 0, (args, result.output)
        assert '"?"' not in result.stdout
    every = run(folder, "explain", "-", "--all", "--verify", "--world", world, what=what)
    assert every.exit_code == 0, every.output


def test_what_is_asked_reads_as_a_question(lamp: Guideline) -> None:
    """Both are asked for by the words of the gloss, and each item names its statement."""
    (line,) = checklist(judge(case_of(lamp, None, None, None), lamp))
    asked = {(i.finding, i.question, i.statement) for ask in line.asks for i in ask.items}
    assert asked == {
        ("dark", "Is there a dark room?", "B"),
        ("setting", "Is it so that the setting is home?", "B"),
        ("setting", "Is it so that the setting is home?", "C"),
        ("setting", "Is it so that the setting is outpatient?", "B"),
        ("setting", "Is it so that the setting is outpatient?", "A"),
        ("visits", "Is it so that fewer than 2 visits are planned?", "C"),
        ("visits", "Is it so that at least 2 visits are planned?", "A"),
    }


def test_a_letter_says_what_the_record_has_instead(folder: Path) -> None:
    """A choice that was made otherwise is contradicted by what the case says, and a count falls short of its bound."""
    ward = " ".join(run(folder, "letter", "-", what=("ward", 3, "absent")).stdout.split())
    assert "Your record shows that the setting is ward." in ward
    assert "| outpatient | ward is stated |" in ward
    few = " ".join(run(folder, "letter", "-", what=("outpatient", 1, "absent")).stdout.split())
    assert "shows that 1 visit are planned. The guideline asks for at least 2." in few


def test_what_if_sets_it(folder: Path) -> None:
    """A count and a choice are set like any other single value."""
    result = run(folder, "whatif", "-", "--set", "visits=2", "--set", "setting=outpatient", what=(None, None, None))
    assert "more information needed -> medically necessary by A" in " ".join(result.stdout.split()), result.output
    back = run(folder, "whatif", "-", "--set", "visits=unknown", what=("outpatient", 2, "absent"))
    assert "medically necessary by A -> more information needed" in " ".join(back.stdout.split()), back.output


def test_a_query_tells_the_unknown_from_the_false(folder: Path) -> None:
    """Asked for, what nobody documented is unknown, and what was chosen otherwise does not hold."""
    nothing, home = (None, None, None), ("home", 1, None)
    asked = {(q, what): run(folder, "query", q, "--case", "-", what=what).stdout.split("\n")
             for q, what in product(("setting(ward)", "visits(3)", "visits(V)"), (nothing, home))}  # fmt: skip
    assert [asked["setting(ward)", what][0] for what in (nothing, home)] == ["unknown", "no"]
    assert [asked["visits(3)", what][0] for what in (nothing, home)] == ["unknown", "no"]
    assert [asked["visits(V)", what][1].split() for what in (nothing, home)] == [
        ["undocumented", "unknown"],
        ["1", "yes"],
    ]
