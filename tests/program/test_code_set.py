"""The ICD-10-CM code set that is shipped: whole, in order, and answering by the code's form."""

import datetime
import lzma
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program import code_set
from coverlog.engine.program.code_systems import normal_code
from coverlog.kb import ROOT, guidelines
from hypothesis import given
from hypothesis import strategies as st

TEXT = lzma.decompress((ROOT / "code_systems" / "icd10cm.txt.xz").read_bytes()).decode("ascii")
LINES = TEXT.partition("\n\n")[2].splitlines()
MARKED = {line[:8].rstrip(): line[8:] == "-" for line in LINES}
CODES = list(MARKED)

codes = st.sampled_from(CODES)


def test_the_set_is_in_order_and_names_no_code_twice() -> None:
    """The codes stand in the order of their characters, each once, each on a line of one length."""
    assert sorted(MARKED) == CODES
    assert len(CODES) == len(LINES)
    assert {len(line) for line in LINES} == {9}


def test_the_set_is_whole() -> None:
    """It has the billable codes of its year, 74,719, and all letters from A to Z."""
    assert sum(not category for category in MARKED.values()) == 74_719
    assert {code[0] for code in CODES} == set(string.ascii_uppercase)


def test_a_code_is_marked_a_category_where_others_are_below_it() -> None:
    """A code needs more characters exactly where a longer code of the set begins with it."""
    for code, longer in zip(CODES, [*CODES[1:], ""], strict=True):
        assert MARKED[code] == longer.startswith(code), code


def test_every_code_has_its_ancestors() -> None:
    """What is left of a code without its last character is a category, but for the placeholder X at its end."""
    for code in CODES:
        while len(code) > 3:
            code = code[:-1].rstrip(".")
            assert MARKED.get(code) or code.endswith("X"), code


@given(codes)
def test_a_code_of_the_set_exists_below_its_ancestors(code: str) -> None:
    """A code exists, its ancestors are categories, and the last of them is its first three characters."""
    assert code_set.exists(code) is True
    assert code_set.is_category(code) == MARKED[code]
    assert (code, *code_set.ancestors(code))[-1] == code[:3]
    assert all(code_set.is_category(broader) and code.startswith(broader) for broader in code_set.ancestors(code))


@given(st.one_of(st.text(max_size=9), st.from_regex(r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?", fullmatch=True)))
def test_what_is_not_in_the_set_does_not_exist(text: str) -> None:
    """Of any text, that exists which is in the list; without the form of a code there is no answer."""
    formed = re.fullmatch(r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?", text)
    assert code_set.exists(text) is ((text in MARKED) if formed else None)
    assert code_set.is_category(text) == MARKED.get(text, False)


@pytest.mark.parametrize(
    ("code", "exists", "category", "ancestors"),
    [
        ("A00", True, True, ()),
        ("B20", True, False, ()),
        ("G56.01", True, False, ("G56.0", "G56")),
        ("G56.05", False, False, ("G56.0", "G56")),
        ("G56.O1", False, False, ("G56",)),
        ("M54.5", True, True, ("M54",)),
        ("M50.120", True, False, ("M50.12", "M50.1", "M50")),
        ("S44.01XA", True, False, ("S44.01", "S44.0", "S44")),
        ("S44.01X", False, False, ("S44.01", "S44.0", "S44")),
        ("T07.XXXA", True, False, ("T07",)),
        ("M1A.00X0", True, False, ("M1A.00", "M1A.0", "M1A")),
        ("QA0.0101", True, False, ("QA0.010", "QA0.01", "QA0.0", "QA0")),
        ("V58.6", True, True, ("V58",)),
        ("250.00", None, False, ()),
        ("99213", None, False, ()),
    ],
)
def test_codes_of_every_form(code: str, exists: bool | None, category: bool, ancestors: tuple[str, ...]) -> None:
    """Categories, codes of each length, placeholders, letters inside, slips, and codes of other systems."""
    assert (code_set.exists(code), code_set.is_category(code), code_set.ancestors(code)) == (
        exists,
        category,
        ancestors,
    )


def test_codes_are_normal() -> None:
    """Every code is written as the reader of cases writes it."""
    assert [code for code in CODES if normal_code(code) != code] == []


def test_two_groups_of_activities_alone_have_the_letters_that_slips_bring() -> None:
    """No code has O, I or L after its first letter, but for Y93.I and Y93.L and what is below them."""
    found = [code for code in CODES if set(code[1:]) & set("OIL")]
    assert found == ["Y93.I", "Y93.I1", "Y93.I9", "Y93.L", "Y93.L1", "Y93.L9"]


def test_every_diagnosis_code_of_the_guideline_exists(guideline: Guideline) -> None:
    """A fact of the knowledge base about a diagnosis code names one of the set."""
    named = {
        str(rule.head.args[0]).strip('"') for rule in guideline.program.rules if rule.head.predicate.startswith("icd_")
    }
    assert len(named) > 100
    assert [code for code in sorted(named) if not code_set.exists(code)] == []


def test_the_release_is_a_year_of_days() -> None:
    """The release says its year, and its days are those of that fiscal year: October to September."""
    release = code_set.release()
    assert datetime.date.fromisoformat(release.valid_from) == datetime.date(release.year - 1, 10, 1)
    assert datetime.date.fromisoformat(release.valid_to) == datetime.date(release.year, 9, 30)
    assert "CDC" in release.source


def test_a_code_system_is_no_guideline() -> None:
    """The folder of the code sets is not offered as a guideline."""
    assert "code_systems" not in guidelines()


def test_importing_the_code_set_reads_nothing(root: Path) -> None:
    """Before the first question neither the file nor its decompression is there."""
    code = (
        "import sys; from coverlog.engine.program import code_set;"
        "sys.exit('lzma' in sys.modules or code_set._code_set.cache_info().currsize)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0
