"""The page where a case is tried: what was sent becomes a case, the case an answer, and both the next form."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ...engine.cases.case import Unreadable, read_case
from ...engine.cases.find import canonical_paths
from ...engine.cases.written import as_yaml
from ...engine.decision.decide import Judged, judge
from ...engine.decision.decision import WORLDS
from ...engine.language.errors import CaseError, Fault, FaultError, did_you_mean, refused
from ...engine.library.guideline import Guideline
from ...engine.library.several import Answering, each
from .answer import DETAIL, REASON, Answer, answered
from .form import Filled, Form, Values
from .pages import lines, page
from .start import Begun, canonical_case, day_of, for_other, text_case

Sent = Mapping[str, str]
"""The fields that were sent; those of the case are named by its paths, `answer.PATH` answers a question."""
_ANSWER = "answer."
ANALYSIS = find_spec("pysat") is not None
"""Whether what proves things of all cases is installed."""


class State(NamedTuple):
    """A form as it stands: the guideline, what the fields say, and how it is to be decided."""

    form: Form
    fields: dict[str, str]
    world: str
    as_of: str
    detail: str
    before: str = ""  # the pinned case as JSON
    more: str = ""  # the list that has one more empty row
    focus: str = ""  # where the page is taken up again: "answer" after an answer
    notes: tuple[str, ...] = ()
    part: bool = False  # the answer alone is asked for

    @property
    def values(self) -> Values:
        """The case that the fields say."""
        return self.form.values(self.fields)

    @property
    def statements(self) -> str:
        """The address of a statement, with %s for its id."""
        return f"/statements/%s?{urlencode({'guideline': self.form.program.name}).replace('%', '%%')}"


class Desk:
    """Where cases are tried.

    :param answering: the guidelines, each of which has a form of its own.
    """

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.forms = {guideline.program.name: Form(guideline) for guideline in each(answering)}
        self.names = {name: canonical_names(form.guideline) for name, form in self.forms.items()}

    def warm(self) -> None:
        """Decide a case of each guideline, so that the first one that is asked for is as quick as the others."""
        for name, form in self.forms.items():
            for case in self.names[name][:1]:
                fields = form.fields(canonical_case(case, form.guideline).values)
                self.page(State(form, fields, "open", "", REASON))

    def form(self, name: str) -> Form:
        """Return the form of a guideline by its name; the first one where none is named.

        :raises CaseError: where there is no such guideline.
        """
        if name and name not in self.forms:
            hint = did_you_mean(name, self.forms) or f"there are {', '.join(self.forms)}"
            raise refused("guideline", "no such guideline", hint)
        return self.forms[name] if name else next(iter(self.forms.values()))

    def state(self, sent: Sent) -> State:
        """Return the form as it was sent, with its answers put in and what was asked to be done to it, done."""
        form = self.form(sent.get("guideline", ""))
        fields = {name: text for name, text in sent.items() if name.partition(".")[0] in form.properties}
        verb, _, what = sent.get("do", "").partition(" ")
        given = {name.removeprefix(_ANSWER): text for name, text in sent.items() if name.startswith(_ANSWER) and text}
        if verb == "answer":
            path, _, value = what.partition("=")
            given[path] = value
        if verb == "remove":
            fields = {name: text for name, text in fields.items() if not f"{name}.".startswith(f"{what}.")}
        state = State(
            form, fields | given, sent["world"] if sent.get("world") in WORLDS else WORLDS[0], sent.get("as_of", ""),
            sent["detail"] if sent.get("detail") in DETAIL else REASON, sent.get("before", ""),
            what if verb == "add" else "", verb if verb in ("answer", "add", "remove") or given else "",
            part=bool(sent.get("part")),
        )  # fmt: skip
        state = state._replace(focus="answer") if given else state
        if verb == "guideline":
            begun = for_other(state.values, self.form(what).guideline, self.answering)
            state = self.begun(begun)._replace(world=state.world, as_of=state.as_of, detail=state.detail)
        if verb in ("pin", "unpin"):
            state = state._replace(before=json.dumps(state.values) if verb == "pin" else "")
        return state._replace(fields=state.form.tidied(state.fields))

    def begun(self, begun: Begun) -> State:
        """Return the form of a case that was begun."""
        form = self.forms[begun.guideline.program.name]
        return State(form, form.fields(begun.values), WORLDS[0], "", REASON, notes=begun.notes)

    def start(self, sent: Sent, data: bytes) -> State:
        """Return the form of a case that was chosen, pasted or uploaded, or an empty one.

        :raises CaseError: where it cannot be read.
        """
        form = self.form(sent.get("guideline", ""))
        if data or sent.get("text", "").strip():
            return self.begun(text_case(data or sent["text"].encode(), form.guideline, self.answering))
        if sent.get("case"):
            return self.begun(canonical_case(sent["case"], form.guideline))
        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        return self.begun(Begun(form.guideline, {"id": "new-case", "date_of_service": today}))

    def judged(self, state: State, values: Values | None = None) -> Judged:
        """Return the case of a form decided.

        :param values: another case, of the same form.
        :raises CaseError: where it cannot be read or decided; the places are the fields.
        """
        found = read_case(Filled(state.values if values is None else values), state.form.guideline)
        if isinstance(found, Unreadable):
            raise CaseError(faults=found.faults)
        return judge(found, state.form.guideline, world=state.world, as_of=day_of(state.as_of, "as_of"))

    def answer(self, state: State) -> Answer:
        """Return the answer to the case of a form.

        :raises CaseError: where it cannot be read or decided.
        """
        judged = self.judged(state)
        before = self.judged(state, _pinned(state.before, state.form)) if state.before else None
        return answered(judged, state.fields, state.detail, self.answering, before)

    def yaml(self, state: State) -> str:
        """Return the case of a form as a file."""
        return as_yaml(state.values)

    def page(self, state: State, faults: tuple[Fault, ...] = (), text: str = "") -> str:
        """Return the page: the form, and the answer or what is wrong.

        :param faults: what was wrong with what the form was to begin with.
        :param text: what was pasted, to be put right.
        """
        answer: Answer | None = None
        if state.fields and not faults:
            try:
                answer = self.answer(state)
            except FaultError as error:
                faults = error.faults
        sections = state.form.sections(state.fields, state.more)
        fields = {each.name: each for section in sections for row in section.rows for each in row.inputs}
        told = [_told(fault, fields) for fault in faults]
        shared: dict[str, Any] = {"state": state, "program": state.form.program, "answer": answer, "faults": told,
                                  "analysis": ANALYSIS}  # fmt: skip
        if state.part:
            return page("part", **shared)
        return page(
            "try", title="Try a case", here="/try", sections=sections, names=self.names, worlds=WORLDS, details=DETAIL,
            guidelines={name: form.program for name, form in self.forms.items()}, text=lines(text), **shared,
        )  # fmt: skip


def _pinned(text: str, form: Form) -> Values:
    """Return the case that was pinned, which came with the form as all the rest did."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise refused("before", "the pinned case cannot be read", "pin one again")
    return form.values(form.fields(found))


def _told(fault: Fault, fields: Mapping[str, Any]) -> dict[str, str]:
    """Return a fault with the field that it is about, where that is in the form."""
    near = [name for name in fields if name == fault.place or name.startswith(f"{fault.place}.")] if fault.place else []
    return {"id": fields[near[0]].id if near else "", "place": fault.place, "message": fault.message,
            "remedy": fault.remedy}  # fmt: skip


def canonical_names(guideline: Guideline) -> list[str]:
    """Return the names of a guideline's canonical cases, those to be refused left out."""
    return [path.stem for path in canonical_paths(guideline) if "refused" not in path.parts]
