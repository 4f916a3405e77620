"""Names: everything that has one is shown, found and completed, and a near miss is put right."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.find import canonical
from coverlog.engine.language.errors import CaseError
from coverlog.engine.language.terms import unquote
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program import code_set
from coverlog.explain.commands.main import main
from coverlog.explain.reference.names import Entry, corrected, entries, search, words_of
from coverlog.explain.reference.show import look_up
from coverlog.explain.reference.subjects import names

CTS = "cts-three-weeks-of-splinting"
Size = Callable[[int, int], int]


def run(*args: str, columns: str = "100", **env: str) -> Result:
    return CliRunner().invoke(main, args, env={"COLUMNS": columns, **env}, catch_exceptions=False)


def shown(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("show", name, "--format", "json").stdout)
    return found


def told(name: str, about: str) -> list[str]:
    return [each["text"] for each in shown(name)["told"] if each["about"] == about]


def found(*words: str) -> list[dict[str, Any]]:
    hits: list[dict[str, Any]] = json.loads(run("find", *words, "--format", "json").stdout)
    return hits


def completed(*words: str) -> list[str]:
    """Return what the shell is offered for the last of some words."""
    env = {"COMP_WORDS": " ".join(("coverlog", *words)), "COMP_CWORD": str(len(words)),
           "_COVERLOG_COMPLETE": "bash_complete"}  # fmt: skip
    out = CliRunner().invoke(main, prog_name="coverlog", env=env).stdout
    return [line.partition(",")[2] for line in out.splitlines() if line.startswith("plain,")]


def test_every_entry_can_be_shown(guideline: Guideline, size: Size) -> None:
    """Whatever a search can find, `show` tells of, and leads on from."""
    every = list(entries(guideline.program, dict.fromkeys(list(canonical(guideline))[::60], "")))
    assert {each.kind for each in every} >= {"statement", "interpretation", "concept", "predicate", "rule", "case"}
    for each in every[:: size(20, 1)]:
        told_of = look_up(guideline, each.id, None).subject
        assert told_of.about or told_of.rules, each


def test_a_concept_is_found_by_its_label_in_any_capitals(guideline: Guideline, size: Size) -> None:
    """Each label that only one concept has shows that concept; ids without regard to capitals too."""
    labels = [label.casefold() for _, label in guideline.program.concepts.values()]
    known = names(guideline.program)
    for name, (_, label) in list(guideline.program.concepts.items())[:: size(15, 1)]:
        if labels.count(label.casefold()) == 1 and label not in known:
            assert look_up(guideline, label.upper(), None).subject.id == unquote(name)
    assert shown("i.4.A")["id"] == "I.4.a"


def test_a_concept_names_the_rules_that_ask_for_it(guideline: Guideline) -> None:
    """A concept is told with its kind, its label and the rules whose bodies have it."""
    one = shown("carpal_tunnel_syndrome")
    assert one["about"] == [{"kind": "condition", "text": "carpal tunnel syndrome"}]
    asking = [r.id for r in guideline.program.rules if "(carpal_tunnel_syndrome)" in str(r).partition(":-")[2]]
    assert one["used_by"] == asking
    assert shown("95886")["about"][0]["kind"] == "code"


def test_a_diagnosis_code_tells_what_it_belongs_to_and_stands_for() -> None:
    """A code descends from its categories to what the rules make of them, and names the concept to show next."""
    one = shown("g5601")
    assert one["id"] == "G56.01"
    assert told("G56.01", "belongs to") == ["G56.0, and that to G56"]
    assert "the case is about carpal tunnel syndrome" in told("G56.01", "follows")
    assert one["next"][0] == "coverlog show carpal_tunnel_syndrome"
    assert "the case is about mononeuropathy" in told("G51.0", "follows")  # by way of a cranial nerve disorder


def test_a_category_tells_its_codes_and_a_slip_what_was_meant() -> None:
    """A category names the codes to take; a letter for a digit is put right; a code without meaning here says so."""
    assert "take one of G56.00, G56.01" in shown("G56")["about"][0]["text"]
    assert "diagnosis code G56.0 stands for carpal tunnel syndrome" in told("G56", "below it")
    assert shown("G56.O1")["next"][0] == "coverlog show G56.01"
    assert told("M79.641", "follows") == ["nothing that CG-MED-24 names"]


@pytest.mark.parametrize("code", ["G56", "G56.0", "T07", "A00", "Z99"])
def test_what_is_below_a_category_has_it_above(code: str) -> None:
    """`below` and `ancestors` agree on each code of a category."""
    assert code_set.below(code)
    assert all(code in code_set.ancestors(each) for each in code_set.below(code))
    assert code_set.below("G56.01") == ()


def test_a_case_is_shown_with_what_it_says_and_its_outcomes() -> None:
    """A case tells its title, its facts with their places, and both worlds' outcomes."""
    assert shown(CTS)["about"][0]["kind"] == "case"
    assert 'sensory loss is documented (findings.sensory_loss, "office note 2025-10-20")' in told(CTS, "says")
    assert told(CTS, "open world")[0] == "95886, session 1: not medically necessary by X1"
    assert f"coverlog explain {CTS}" in shown(CTS)["next"]
    assert told("finding-documented-and-denied", "open world")[0].startswith("refused: contradictory")


def test_a_name_that_stands_for_nothing_leads_to_the_search() -> None:
    """A near miss of any kind of name is put right, and the search is named."""
    for miss, meant in (("I.4.aa", "I.4.a"), ("wrist_splint_week", "wrist_splint_weeks"), (f"{CTS}s", CTS)):
        result = run("show", miss)
        assert result.exit_code == 2
        assert f"did you mean {meant}? (coverlog find {miss})" in result.stderr
        assert result.stdout == ""
    for word in ("nope", "help", "text"):
        assert f"nothing is called {word}; " in run("show", word).stderr  # though NOP.E has the form of a slip


def test_a_part_of_names_leads_to_the_names_that_have_it() -> None:
    """What has the word in it comes before what only resembles it."""
    told = run("show", "splint").stderr
    assert "did you mean elbow_splint_weeks or wrist_splint_weeks or" in told
    assert "slip?" not in told


def test_what_another_guideline_has_is_said_where_none_is_named() -> None:
    """A statement, a case or a word that one guideline lacks leads to the one that has it, unless one was named."""
    for name in ("B.1", "no-benefit-after-12-weeks"):
        missed = run("show", name)
        assert missed.exit_code == 2
        assert f"NCD 240.4 has it: coverlog -g ncd_240_4 show {name}" in missed.stderr
        assert run("-g", "ncd_240_4", "show", name).exit_code == 0
        assert "NCD 240.4" not in run("-g", "cg_med_24", "show", name).stderr
    assert "NCD 240.4 has it: coverlog -g ncd_240_4 find apnea" in run("find", "apnea").stderr
    assert "has it" not in run("find", "splinting").stderr


def test_what_has_all_words_is_found_and_the_best_comes_first() -> None:
    """A label comes before what only mentions it, and everything found has each word in some form."""
    hits = found("wrist", "splint")
    assert hits[0]["id"] == "wrist_splint_weeks"
    assert {hit["words"] for hit in hits} == {2}
    assert {"statement", "rule", "case", "concept"} <= {hit["kind"] for hit in hits}
    assert found("I.4.a")[0]["id"] == "I.4.a"
    assert found("G56.0")[0] == {
        "kind": "code", "id": "G56.0", "text": "diagnosis code G56.0 stands for carpal tunnel syndrome", "words": 1,
    }  # fmt: skip


def test_every_word_of_a_label_finds_it(guideline: Guideline, size: Size) -> None:
    """Whatever entry is asked for by all the words of its label is among those that have most of them."""
    every = list(entries(guideline.program, {}))
    for each in every[:: size(60, 1)]:
        wanted = words_of(each.label)
        hits = search(every, wanted)
        assert each in [hit.entry for hit in hits if hit.words == hits[0].words], each


def test_a_misspelt_word_is_put_right_and_said() -> None:
    """A word that stands nowhere is read as the nearest that does; nothing near is said on stderr, status 0."""
    result = run("find", "muscle", "atrphy")
    assert "this is for muscle atrophy" in result.stderr
    assert "muscle_atrophy" in result.stdout
    none = run("find", "xyzzyx")
    assert (none.exit_code, none.stdout) == (0, "")
    assert "nothing found" in none.stderr
    assert corrected([Entry("rule", "a", "splint")], ["splnt", "zzz"]) == ["splint", "zzz"]


def test_a_search_says_how_much_it_leaves_out() -> None:
    """Text shows the best twenty and counts the rest; --all shows all."""
    few, every = run("find", "session", columns="300"), run("find", "session", "--all", columns="300")
    count = len(found("session"))
    assert len(few.stdout.splitlines()) == 21 < len(every.stdout.splitlines()) == count + 1
    assert f"{count - 20} more with --all" in few.stderr


def test_the_shell_completes_names_of_every_kind(tmp_path: Path) -> None:
    """`show` completes all names; --set, --uses, --statement, cases and -g what belongs there."""
    for begun in ("I.4.", "carpal", "wrist_sp", "cts-three", "INT-1", "95886"):
        assert any(name.startswith(begun) for name in completed("show", begun)), begun
    assert completed("whatif", CTS, "--set", "wrist") == ["wrist_splint_weeks="]
    assert completed("whatif", CTS, "--set", "weakness") == [f"weakness={v}" for v in ("present", "absent", "unknown")]
    assert "setting=office" in completed("whatif", CTS, "--set", "setting")
    assert completed("rules", "--uses", "wee") == ["weeks"]
    assert "I.4.a" in completed("rules", "--statement", "I.4")
    assert completed("-g", "cg") == ["cg_med_24"]
    assert completed("find", "splin") == ["splint"]
    assert CTS in completed("decide", CTS)
    assert all(name.startswith(CTS) for name in completed("compare", "x", CTS))
    assert completed("-g", str(tmp_path), "decide", "cts-three") == []  # no guideline there, and no traceback


def test_completion_is_of_the_guideline_named(root: Path) -> None:
    """With -g another guideline's names are offered."""
    toy = os.fspath(root / "tests" / "guidelines")
    assert completed("-g", toy, "show", "carpal") == []


def test_a_code_without_a_label_is_shown_by_what_names_it(toy_folder: Callable[[str], Path]) -> None:
    """What find names can be shown: of a code that only facts name, the facts and what follows from them."""
    shown = look_up(load(toy_folder("shelf")), "S0001")
    assert [rule.head.args for rule in shown.subject.rules] == [('"S0001"',)]
    assert {"asked", "medically_necessary"} <= {*shown.downstream}
    with pytest.raises(CaseError, match="nothing is called S0002"):
        look_up(load(toy_folder("shelf")), "S0002")
