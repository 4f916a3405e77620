"""The codes that the rules tell apart are found once for a text, and kept; and what settles a line of one."""

import json
from collections.abc import Collection
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.decision import alike as found
from coverlog.engine.decision.loosened import relaxed
from coverlog.engine.decision.need import Item
from coverlog.engine.decision.outcomes import favourable, outcomes
from coverlog.engine.decision.settle import network
from coverlog.engine.evaluation.rules import Model
from coverlog.engine.language.terms import Atom, quote
from coverlog.engine.library import cache
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.interface import SERVICE


def test_what_is_kept_is_what_is_found(guideline: Guideline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found anew, found for the first time in a cache and read from it, the codes of a date are the same."""
    edition = relaxed(guideline).editions()[-1]
    told = found._alike(guideline, edition)
    assert sum(map(len, told)) > 10
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for _ in range(2):
        found._of_edition.cache_clear()
        assert found.alike(guideline, "2026-01-01") == told
    assert len([*(tmp_path / "coverlog").iterdir()]) == 1
    monkeypatch.setattr(found, "_alike", lambda *_: pytest.fail("it was kept"))
    found._of_edition.cache_clear()
    assert found.alike(guideline, "2026-01-01") == told


@pytest.mark.parametrize("value", [None, 1, {"a": "b"}, ["95886"], [["95886", 1]], [[None]], [{"95886": 1}]])
def test_what_says_no_codes_is_found_again(value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else a file holds, it is not read as codes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache.keep_written(Path("alike/x"), [("x", "")], json.loads(json.dumps(value)))
    assert cache.recalled(Path("alike/x"), [("x", "")], found._read) is None


def test_what_is_told_whole_changes_no_gate_that_is_asked_for(guideline: Guideline) -> None:
    """Of choices and amounts a network has the same gates, whether or not what rests on none of them is followed."""
    loose, edition = relaxed(guideline), relaxed(guideline).editions()[-1]
    whole, asked = found._whole(guideline), 0
    codes = [Atom(SERVICE, (1, quote(each[0]))) for each in found.alike(guideline, edition)]
    for request in chain.from_iterable(combinations(codes, number) for number in range(1, len(codes) + 1)):
        model = loose.evaluator(edition).evaluate(request, open_world=True)
        targets = favourable(outcomes(model, guideline.program, request[0].args), guideline.program)

        def gates(whole: Collection[str], model: Model = model, targets: list[Atom] = targets) -> set[frozenset[Item]]:
            net = network(model, targets, whole)
            of = (frozenset(net.items[~each] for each in gate.below if each < 0) for gate in net.gates)
            return {frozenset(i for i in each if i.atom.predicate in ("purpose", "setting", "weeks")) for each in of}

        assert gates(()) == gates(whole)
        asked += len(gates(whole))
    assert asked > 10
