"""The public face: every name of the package, imported when it is used."""

import doctest
import hashlib
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import coverlog
import pytest

SAID = {
    "id": "wrist", "date_of_service": "2025-11-03", "setting": "outpatient",
    "services": [{"cpt": "95886"}, {"cpt": "95909"}], "diagnoses": ["G56.01"],
}  # fmt: skip


def test_every_public_name_is_there() -> None:
    """Each name that the package lists can be used, and another one is no attribute."""
    assert {name for name in dir(coverlog) if not hasattr(coverlog, name)} == set()
    with pytest.raises(AttributeError, match="no attribute 'decied'"):
        coverlog.decied  # noqa: B018


def test_importing_the_package_imports_none_of_its_parts() -> None:
    """A program pays for what it uses."""
    script = "import sys, coverlog; print(*(m for m in sys.modules if m.startswith('coverlog.')))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["coverlog.version"]


def test_what_the_package_shows_runs() -> None:
    """The example of the package's own words gives what it says."""
    assert doctest.testmod(coverlog).failed == 0
    assert doctest.testmod(coverlog).attempted == 4


def test_there_is_one_version() -> None:
    """The package, its metadata and its decisions tell one version."""
    guideline = coverlog.load()
    decision = coverlog.decide(coverlog.read_case(SAID, guideline), guideline)
    assert coverlog.__version__ == version("coverlog") == decision.as_json()["version"]


def test_a_decision_tells_what_it_was_made_of(tmp_path: Path) -> None:
    """Its hashes change with the guideline's text and the case, not with what the case is expected to come to."""
    guideline = coverlog.load()
    for path in guideline.folder.glob("*.dl"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    copy = coverlog.load(str(tmp_path))
    assert copy.hash == guideline.hash
    (tmp_path / "more.dl").write_text("% nothing\n")
    other = coverlog.load(str(tmp_path))
    told = coverlog.decide(coverlog.read_case(SAID, guideline), guideline).as_json()
    canonical = json.dumps(SAID, sort_keys=True, separators=(",", ":"))
    assert told["case_hash"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert (told["guideline_hash"], other.hash == guideline.hash) == (guideline.hash, False)
    expecting = SAID | {"expect": {"95886": {"outcome": "not_addressed"}}}
    assert coverlog.decide(coverlog.read_case(expecting, guideline), guideline).as_json() == told
    shorter = coverlog.read_case(SAID | {"services": [{"cpt": "95886"}]}, other)
    changed = coverlog.decide(shorter, other).as_json()
    assert {changed["guideline_hash"], changed["case_hash"]}.isdisjoint({told["guideline_hash"], told["case_hash"]})


def test_a_case_may_be_a_mapping_or_a_path(tmp_path: Path) -> None:
    """What a mapping says is read as a file is, and a path may be a string, alone or among others."""
    guideline = coverlog.load()
    file = tmp_path / "wrist.json"
    file.write_text(json.dumps(SAID))
    read = [*coverlog.read_files(str(file), guideline), *coverlog.read_files([str(file), file], guideline)]
    case = coverlog.read_case(SAID, guideline)
    assert [each.facts for each in read if isinstance(each, coverlog.Case)] == [case.facts] * 3


@pytest.mark.parametrize("said", [{"id": "w"}, {"id": float("nan")}, {"id": object()}])
def test_what_is_no_case_is_an_error_of_the_case(said: dict[str, object]) -> None:
    """A mapping that the guideline cannot read raises what is wrong with it."""
    with pytest.raises(coverlog.CaseError):
        coverlog.read_case(said, coverlog.load())


def test_from_a_case_to_a_checked_proof_and_a_letter() -> None:
    """The names of the face are enough to decide, prove, check and write."""
    guideline = coverlog.load()
    judged = coverlog.judge(coverlog.read_case(SAID, guideline), guideline)
    assert next(ask.statements for ask in coverlog.checklist(judged)[0].asks) == ("I.4.a",)
    assert len(coverlog.prove(judged).roots) == len(coverlog.why_not(judged, "medically_necessary").roots) == 2
    assert coverlog.letter(judged)
    assert coverlog.verify({}, judged.case, guideline.program)


def test_the_readme_s_examples_run(root: Path) -> None:
    """Every example of the README for Python prints what stands below it."""
    import doctest

    ran = doctest.testfile(str(root / "README.md"), module_relative=False)
    assert ran.attempted > 5
    assert ran.failed == 0
