"""In a notebook a decision and a proof display themselves."""

import re
import subprocess
import sys
from collections.abc import Callable

from coverlog.engine.cases.case import Case
from coverlog.engine.decision.decide import Judged, judge
from coverlog.engine.decision.view import mimebundle
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.proof.build import prove


def test_a_decision_displays_itself(make: Callable[..., Case], guideline: Guideline) -> None:
    """As text and as a table, with each line's outcome and what it is by; what it says is escaped."""
    told = judge(make(id="<b>", conditions=["headache"]), guideline).decision._repr_mimebundle_()
    assert set(told) == {"text/plain", "text/html"}
    assert "not medically necessary  X1, X5.headache" in told["text/plain"]
    assert "<caption>&lt;b&gt;: CG-MED-24" in told["text/html"]
    assert told["text/html"].count("<tr>") == 3


def test_a_notebook_tells_in_words(decided: list[Judged]) -> None:
    """A reason and what is missing are told by their labels and units; without the guideline, by their names."""
    waiting, silent = 0, 0
    for decision in (judged.decision for judged in decided):
        text = decision._repr_mimebundle_()["text/plain"].partition("\n")[2]
        assert not re.search(r"(?<![.\w])[a-z]+_[a-z]|[<>=]", text), text
        for line in decision.lines:
            waiting += bool(line.needs)
            silent += bool(line.reason)
    assert waiting
    assert silent
    lost = decision._replace(guideline_hash="", lines=tuple(line for each in decided for line in each.decision.lines))
    assert re.search(r"[a-z]_[a-z]", lost._repr_mimebundle_()["text/plain"])


def test_a_proof_displays_itself(make: Callable[..., Case], guideline: Guideline) -> None:
    """As the tree in words and as the page's content."""
    told = prove(judge(make(setting="inpatient"), guideline))._repr_mimebundle_()
    assert "place of service" in told["text/plain"]
    assert "<details" in told["text/html"]


def test_nothing_is_imported_to_display_before_it_is() -> None:
    """The engine decides without the pages; a decision displayed by itself finds who draws it."""
    code = (
        "import sys, json; from coverlog.engine.library.guideline import load;"
        "from coverlog.engine.cases.case import read_text; from coverlog.engine.decision.decide import decide;"
        "said = dict(id='a', date_of_service='2025-11-03', setting='outpatient', services=[dict(cpt='95886')]);"
        "(case,) = read_text(json.dumps(said).encode(), 'a.json', load()); decision = decide(case, load());"
        "assert not [name for name in sys.modules if name.startswith('coverlog.explain.')];"
        "assert '<table>' in decision._repr_mimebundle_()['text/html']"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_nobody_draws_shows_as_text() -> None:
    """A value whose class nobody registered is shown by its `repr`."""
    assert mimebundle(17) == {"text/plain": "17"}
