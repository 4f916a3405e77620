"""In a notebook a decision and a proof display themselves."""

from collections.abc import Callable

from coverlog.engine.cases.case import Case
from coverlog.engine.decision.decide import judge
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.proof.build import prove


def test_a_decision_displays_itself(make: Callable[..., Case], guideline: Guideline) -> None:
    """As text and as a table, with each line's outcome and what it is by; what it says is escaped."""
    told = judge(make(id="<b>", conditions=["headache"]), guideline).decision._repr_mimebundle_()
    assert set(told) == {"text/plain", "text/html"}
    assert "not medically necessary  X1, X5.headache" in told["text/plain"]
    assert "<caption>&lt;b&gt;: CG-MED-24" in told["text/html"]
    assert told["text/html"].count("<tr>") == 3


def test_a_proof_displays_itself(make: Callable[..., Case], guideline: Guideline) -> None:
    """As the tree in words and as the page's content."""
    told = prove(judge(make(setting="inpatient"), guideline))._repr_mimebundle_()
    assert "place of service" in told["text/plain"]
    assert "<details" in told["text/html"]
