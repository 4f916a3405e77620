"""Coverage policy as Datalog: decisions with a proof for every line.

>>> import coverlog
>>> guideline = coverlog.load()
>>> case = coverlog.read_case({
...     "id": "wrist", "date_of_service": "2025-11-03", "setting": "outpatient",
...     "services": [{"cpt": "95886"}, {"cpt": "95909"}], "diagnoses": ["G56.01"],
... }, guideline)
>>> [line.outcome for line in coverlog.decide(case, guideline).lines]
['more_information_needed', 'more_information_needed']

Each name is imported when it is first used, so that a start costs only what it needs.
"""

from __future__ import annotations

from .version import __version__ as __version__

TYPE_CHECKING = False  # not from typing: the less a start imports, the sooner a command knows what to do on Ctrl-C
if TYPE_CHECKING:
    from .engine.cases.case import Case as Case
    from .engine.cases.case import Unreadable as Unreadable
    from .engine.cases.said import read_case as read_case
    from .engine.cases.said import read_files as read_files
    from .engine.decision.decide import Judged as Judged
    from .engine.decision.decide import decide as decide
    from .engine.decision.decide import judge as judge
    from .engine.decision.decision import Advisory as Advisory
    from .engine.decision.decision import Decision as Decision
    from .engine.decision.decision import LineDecision as LineDecision
    from .engine.decision.need import Need as Need
    from .engine.evaluation.limits import LimitError as LimitError
    from .engine.language.errors import CaseError as CaseError
    from .engine.language.errors import GuidelineError as GuidelineError
    from .engine.library.guideline import Guideline as Guideline
    from .engine.library.guideline import load as load
    from .explain.advice.checklist import checklist as checklist
    from .explain.advice.letter import letter as letter
    from .explain.checker.verify import Fault as Fault
    from .explain.checker.verify import verify as verify
    from .explain.proof.build import prove as prove
    from .explain.proof.build import why_not as why_not
    from .explain.proof.graph import Proof as Proof

_WHERE = {
    "Advisory": "engine.decision.decision",
    "Case": "engine.cases.case",
    "CaseError": "engine.language.errors",
    "Decision": "engine.decision.decision",
    "Fault": "explain.checker.verify",
    "Guideline": "engine.library.guideline",
    "GuidelineError": "engine.language.errors",
    "Judged": "engine.decision.decide",
    "LimitError": "engine.evaluation.limits",
    "LineDecision": "engine.decision.decision",
    "Need": "engine.decision.need",
    "Proof": "explain.proof.graph",
    "Unreadable": "engine.cases.case",
    "checklist": "explain.advice.checklist",
    "decide": "engine.decision.decide",
    "judge": "engine.decision.decide",
    "letter": "explain.advice.letter",
    "load": "engine.library.guideline",
    "prove": "explain.proof.build",
    "read_case": "engine.cases.said",
    "read_files": "engine.cases.said",
    "verify": "explain.checker.verify",
    "why_not": "explain.proof.build",
}


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562)."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f".{_WHERE[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(["__version__", *_WHERE])
