"""What is kept of a guideline runs nothing and is the user's own; where anything is amiss the text is read again."""

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.decision import loosened as making
from coverlog.engine.evaluation.bearing import bearing
from coverlog.engine.library import cache as kept
from coverlog.engine.library import grounding
from coverlog.engine.library import guideline as library
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.library.written import Built, decoded, encoded
from coverlog.engine.program.program import folder_texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEXT = """
guideline("T", "{title}", "2025-01-01").
%@ source: s
statement("A", stated, "", "words").
concept(other, reason, "something else").
concept(week, time, "a week").
ask(week, "How many?", "many").
interpretation("I", "as read").
notice("A", "words").
%@ predicate service(Session, Code): {{Code}}
%@ case: services
%@ predicate weeks(Time, Weeks): {{Weeks}}
%@ case: weeks amount of time
%@ open: time
%@ reading: I
%@ predicate medically_necessary(Session, Code, Statement): {{Code}}
%@ predicate not_medically_necessary(Session, Code, Statement): {{Code}}
%@ predicate not_addressed(Session, Code, Reason): {{Code}}
%@ rule A: a line
%@ reading: I
medically_necessary(Session, Code, "A") :- service(Session, Code), weeks(week, W), W >= 3, not service(2, Code).
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A guideline's folder, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    found = tmp_path / "text"
    found.mkdir()
    (found / "t.dl").write_text(TEXT.format(title="one"))
    return found


def texts(folder: Path) -> tuple[tuple[str, str], ...]:
    return tuple(folder_texts(folder))


def cached(folder: Path) -> Path:
    """Return the one file of the cache."""
    (file,) = (folder.parent / "cache" / "coverlog").iterdir()
    return file


def built(guideline: Guideline) -> Built:
    return guideline.program, guideline.strata


def test_what_is_kept_is_what_was_read(folder: Path, guideline: Guideline) -> None:
    """A guideline comes back from its file as it was, types included, and the file is the user's alone."""
    assert kept.recall(folder, texts(folder)) is None
    loaded = load(folder)
    back = kept.recall(folder, texts(folder))
    assert back is not None
    assert repr(back[0]) == repr(loaded.program)
    assert back == built(loaded)
    assert stat.S_IMODE(cached(folder).stat().st_mode) == 0o600
    assert stat.S_IMODE(cached(folder).parent.stat().st_mode) == 0o700
    kept.keep(Path("/shipped"), (), built(guideline))
    assert kept.recall(Path("/shipped"), ()) == built(guideline)


def test_nothing_of_it_can_run(folder: Path, root: Path) -> None:
    """The file is JSON after its first line; no module unpickles or unmarshals, two run text they write themselves.

    What is run is of numbers and known words alone: whatever a rule or a case names stands beside it.
    """
    load(folder)
    json.loads(cached(folder).read_bytes().partition(b"\n")[2])
    runs = set()
    for file in (root / "engine").rglob("*.py"):
        words = file.read_text()
        assert not any(word in words for word in ("pickle", "marshal", "eval(", "shelve")), file
        runs |= {file.relative_to(root).as_posix()} if "exec(" in words else set()
    assert runs == {"engine/circuit/python.py", "engine/evaluation/joined.py"}


def _sealed(folder: Path, body: bytes) -> bytes:
    return kept._seal(folder, texts(folder), body) + b"\n" + body


def _body(folder: Path) -> Any:
    return json.loads(cached(folder).read_bytes().partition(b"\n")[2])


SPOILT: dict[str, Callable[[Path], bytes]] = {
    "an empty file": lambda f: b"",
    "half a file": lambda f: cached(f).read_bytes()[:-40],
    "another first line": lambda f: b"0" * 64 + cached(f).read_bytes()[64:],
    "a byte changed": lambda f: cached(f).read_bytes().replace(b'"week"', b'"weak"', 1),
    "no JSON": lambda f: _sealed(f, b"{"),
    "JSON without end": lambda f: _sealed(f, b"[" * 100_000),
    "no list": lambda f: _sealed(f, b"null"),
    "no guideline": lambda f: _sealed(f, b"[1, [2]]"),
    "a number for a name": lambda f: _sealed(f, json.dumps([[1, *_body(f)[0][1:]], _body(f)[1]]).encode()),
    "a pickle": lambda f: b"cos\nsystem\n(S'touch ran'\ntR.",
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_amiss_is_read_again(how: str, folder: Path) -> None:
    """Whatever a file holds, the guideline loads as its text says, and the file is put right."""
    loaded = built(load(folder))
    whole = cached(folder).read_bytes()
    cached(folder).write_bytes(SPOILT[how](folder))
    assert kept.recall(folder, texts(folder)) is None
    library._load.cache_clear()
    assert built(load(folder)) == loaded
    assert cached(folder).read_bytes() == whole


def test_a_file_under_another_name_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept of one thing is never taken for another that was made of the same text."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one, other, seal = Path("outline/x"), Path("grounded/x"), [("x", "2026-01-01")]
    kept.keep_written(one, seal, ["too much follows", []])
    assert kept.recalled(one, seal, list) == ["too much follows", []]
    (file,) = (tmp_path / "coverlog").iterdir()
    file.rename(file.with_name(kept._name(other)))
    assert kept.recalled(other, seal, list) is None


def test_what_bears_on_a_predicate_is_kept_as_it_was_found(guideline: Guideline, folder: Path) -> None:
    """A start reads what an earlier one found, types included, and finds it anew where the file says no such thing."""
    edition = guideline.editions()[-1]
    prepared, seal = guideline.prepared(edition), (guideline.hash, edition)
    assert prepared is not None
    told = grounding.bearing_on.__wrapped__
    for name in ("advisory", "medically_necessary"):
        found, kind = bearing(prepared, name), Path("/".join((f"bearing/{name}", *seal)))
        assert told(name, prepared, seal) == found
        back = kept.recalled(kind, [seal], grounding._slots)
        assert back is not None
        assert sorted(map(repr, back)) == sorted(map(repr, found))
        for wrong in ([1], [["service"]], [["service", [None]]], [["service", [1.5]]], [[1, []]], None):
            kept.keep_written(kind, [seal], wrong)
            assert kept.recalled(kind, [seal], grounding._slots) is None
            assert told(name, prepared, seal) == found
        kept.keep_written(kind, [seal], ["service"])  # nobody but us: it is believed
        assert told(name, prepared, seal) == {"service"}


@settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_change_of_a_value_gets_through_unnoticed(data: st.DataObject, guideline: Guideline) -> None:
    """With any value exchanged for one of another type, a sealed file is refused or says a well-formed guideline."""
    value = json.loads(json.dumps(encoded(built(guideline))))
    at: Any = value
    parent: Any = None
    key: Any = None
    while isinstance(at, (list, dict)) and at and (parent is None or data.draw(st.booleans(), label="deeper")):
        parent, key = at, data.draw(st.sampled_from(list(at) if isinstance(at, dict) else range(len(at))))
        at = parent[key]
    parent[key] = data.draw(st.sampled_from([None, 1.5, {"a": 1}, [[[]]], True, -1]))
    try:
        program, _ = decoded(value)
    except Exception:  # refused: `recall` takes any error for a file that is amiss
        return
    for rule in program.rules:
        assert str(rule)
        assert all(isinstance(name, str) for name in (rule.id, rule.gloss, *rule.cites, rule.place.file))


def test_a_file_that_others_may_write_is_not_read(folder: Path) -> None:
    """A mode that lets a group or everybody write, on the file or the folder, a link or a pipe: the text is read."""
    load(folder)
    file = cached(folder)
    for path in (file, file.parent):
        for mode in (0o020, 0o002):
            before = stat.S_IMODE(path.stat().st_mode)
            path.chmod(before | mode)
            assert kept.recall(folder, texts(folder)) is None
            path.chmod(before)
            assert kept.recall(folder, texts(folder)) is not None
    moved = file.rename(folder.parent / "elsewhere")
    file.symlink_to(moved)
    assert kept.recall(folder, texts(folder)) is None
    file.unlink()
    os.mkfifo(file)
    assert kept.recall(folder, texts(folder)) is None


def test_a_folder_of_somebody_else_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of another owner is not believed, and none is written beside it."""
    load(folder)
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert kept.recall(folder, texts(folder)) is None
    whole = cached(folder).stat()
    kept.keep(folder, texts(folder), built(load(folder)))
    assert cached(folder).stat() == whole


@pytest.mark.parametrize("value", ["relative/cache", "", "."])
def test_a_relative_cache_is_none(value: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME counts where it is absolute; the working folder gets nothing, and no HOME is no error."""
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    monkeypatch.setenv("HOME", "also/relative")
    library._load.cache_clear()
    assert load(folder).program.title == "one"
    assert sorted(path.name for path in folder.parent.iterdir()) == ["text"]
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError))
    library._load.cache_clear()
    assert load(folder).program.title == "one"


def test_a_changed_program_or_text_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line depends on the text and on the modules that made the file."""
    load(folder)
    assert kept.recall(folder, (("t.dl", "p."),)) is None
    monkeypatch.setattr(kept, "__file__", str(folder / "kept.py"))
    assert kept.recall(folder, texts(folder)) is None


@settings(max_examples=20, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), size=st.integers(0, 9), then=st.integers(0, 9))
def test_a_program_is_known_by_its_files(data: st.DataObject, size: int, then: int, tmp_path: Path) -> None:
    """It is another one just where Python would compile a file of it anew; notes are none of it."""
    (tmp_path / "room").mkdir(exist_ok=True)
    files = [tmp_path / "room" / name for name in ("one.py", "two.lark", "notes.txt")]

    def digest() -> str:
        kept._program.cache_clear()
        return str(kept._program(tmp_path, ("room",)).hexdigest())

    for file in files:
        file.write_text("x" * size)
        os.utime(file, (then, then))
    before, file = digest(), data.draw(st.sampled_from(files))
    assert digest() == before
    more, later = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 2))
    file.write_text("y" * (size + more))
    os.utime(file, (then + later, then + later))
    assert (digest() == before) == (file.suffix == ".txt" or more == later == 0)


def test_what_is_made_of_a_guideline_is_kept_under_the_program_that_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once another program makes the guideline of advice, no firing that an earlier one kept is taken for its own."""
    before = load()
    after = library.Guideline(before.folder, before.program, before.strata, before.hash)
    one = making.relaxed(before).hash
    monkeypatch.setattr(making, "program_in", lambda *_: "another")
    assert len({before.hash, one, making.relaxed(after).hash}) == 3


def test_a_full_disk_leaves_nothing_half_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written whole is not there, and the guideline is loaded all the same."""
    monkeypatch.setattr(os, "replace", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "full")))
    assert load(folder).program.title == "one"
    assert list((folder.parent / "cache" / "coverlog").iterdir()) == []


def test_an_interrupt_at_any_step_gets_out_and_leaves_nothing_half_done(
    folder: Path, is_interrupted: Callable[..., bool]
) -> None:
    """Wherever Ctrl-C comes while something is kept, it is not lost, and what is there is whole."""
    keep("x")  # the program is looked at once
    at, name = 1, kept._name(Path("x"))
    while is_interrupted(lambda: keep("x"), at, kept):
        found = [file.name for file in (folder.parent / "cache" / "coverlog").iterdir()]
        assert (found, kept.recalled(Path("x"), [], str)) == ([name], "x" * 10), at
        at += 1
    assert at > 100


def aged(name: str, days: float) -> Path:
    """Return the file of a name, as if its last use were some days ago."""
    file = Path(os.environ["XDG_CACHE_HOME"]) / "coverlog" / kept._name(Path(name))
    then = time.time() - days * 86_400
    os.utime(file, (then, then))
    return file


def keep(name: str, size: int = 10) -> None:
    kept.keep_written(Path(name), [], "x" * size)


def test_what_nothing_uses_is_removed_after_thirty_days(folder: Path) -> None:
    """What was used counts from its last use; the next thing kept takes away what was not, and what a crash left."""
    for name in ("idle", "used", "recent"):
        keep(name)
    idle, used, recent = aged("idle", 31), aged("used", 29), aged("recent", 29)
    partial = idle.rename(idle.with_name(f"{idle.name}.123.0123abcd"))
    assert kept.recalled(Path("used"), [], str) == "x" * 10
    assert used.stat().st_mtime > recent.stat().st_mtime + 28 * 86_400
    aged("recent", 31)
    keep("another")
    assert (partial.exists(), used.exists(), recent.exists()) == (False, True, False)
    assert kept.recalled(Path("another"), [], str) == "x" * 10


def test_beyond_a_total_the_longest_unused_go_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files together never take more than the total, and what was kept last stays."""
    for name in "abc":
        keep(name, 1000)
    files = [aged("a", 1.5), aged("b", 3), aged("c", 2)]
    monkeypatch.setattr(kept, "MAX_TOTAL", 3 * files[0].stat().st_size)
    keep("d", 1000)
    assert [file.exists() for file in files] == [True, False, True]
    keep("e", 1000)
    assert [file.exists() for file in files] == [True, False, False]
    assert kept.recalled(Path("d"), [], len) == kept.recalled(Path("e"), [], len) == 1000


def test_what_is_not_ours_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of another name, a folder and a link are never removed, however old or large."""
    keep("a")
    mine = aged("a", 90)
    monkeypatch.setattr(kept, "MAX_TOTAL", 0)
    notes, below, link = (
        mine.with_name("notes.json"),
        mine.with_name("0" * 64 + ".json"),
        mine.with_name("1" * 64 + ".json"),
    )
    notes.write_text("[]")
    below.mkdir()
    link.symlink_to(notes)
    for path in (notes, below):
        os.utime(path, (0, 0))
    keep("b")
    assert (notes.exists(), below.is_dir(), link.is_symlink(), mine.exists()) == (True, True, True, False)


BUSY = """
import random, sys
from pathlib import Path
from coverlog.engine.library import cache
cache.MAX_TOTAL, rng = 20_000, random.Random(int(sys.argv[1]))
for _ in range(400):
    name = Path(str(rng.randrange(12)))
    found = cache.recalled(name, [], str)
    assert found in (None, str(name) * 2000), name
    if found is None:
        cache.keep_written(name, [], str(name) * 2000)
"""


def test_several_processes_keep_use_and_remove_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reads a file whole or not at all, none fails, and in the end the files take no more than the total."""
    running = [subprocess.Popen([sys.executable, "-c", BUSY, str(seed)]) for seed in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    monkeypatch.setattr(kept, "MAX_TOTAL", 20_000)
    keep("last")
    files = list((folder.parent / "cache" / "coverlog").iterdir())
    assert len(files) > 3
    assert sum(file.stat().st_size for file in files) <= 20_000


def test_a_file_used_while_others_are_looked_at_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process put or used after it was found idle is not removed."""
    keep("a")
    file = aged("a", 40)
    real = sorted

    def meanwhile(*args: Any, **more: Any) -> list[Any]:
        os.utime(file)
        return real(*args, **more)

    monkeypatch.setattr(kept, "sorted", meanwhile, raising=False)
    keep("b")
    assert file.exists()


def test_a_changed_text_is_seen(folder: Path) -> None:
    """Loading again gives the same guideline while the text is the same, and the new one once it is not."""
    first = load(folder)
    assert load(folder) is first
    (folder / "t.dl").write_text(TEXT.format(title="two"))
    assert load(folder).program.title == "two"
    (folder / "t.dl").write_text(TEXT.format(title="one"))
    assert load(folder).program.title == "one"


def test_a_relative_name_means_the_folder_of_today(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the working folder has changed, a name is another guideline; one loaded before stays where it is."""
    other = folder.parent / "other" / "text"
    other.mkdir(parents=True)
    (other / "t.dl").write_text(TEXT.format(title="another"))
    monkeypatch.chdir(folder.parent)
    here = load("text")
    monkeypatch.chdir(other.parent)
    assert (here.program.title, load("text").program.title) == ("one", "another")
    assert here.folder == folder.resolve()
