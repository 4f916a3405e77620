"""A case asked for: the request first, then what the checklist asks, one question after another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ...engine.cases.meant import concept_of, home
from ...engine.cases.said import read_case
from ...engine.decision.decide import judge
from ...engine.decision.need import Need, single
from ...engine.language.errors import CaseError, FaultError, did_you_mean, known_are
from ...engine.language.terms import unquote
from ...engine.library.guideline import Guideline
from ...engine.program.code_systems import DIAGNOSIS, PROCEDURE, normal_code
from ...engine.program.forms import BETWEEN, SINCE
from ...engine.program.interface import CODE
from ...engine.program.program import CaseKey, Program
from .asks import Item
from .checklist import checklist
from .template import codes_of

Values = dict[str, Any]
_YES, _NO, _UNKNOWN = ("y", "yes", "present"), ("n", "no", "absent"), ("", "?", "unknown")
_SOURCE = "  where the record says so (empty: not said)"


class EndedError(Exception):
    """No answer comes any more."""


class Talk(NamedTuple):
    """Who answers: `ask` takes a question and a default, and raises `EndedError`; `tell` takes what was wrong."""

    ask: Callable[[str, str], str]
    tell: Callable[[str], None]


def interview(guideline: Guideline, about: str, today: str, talk: Talk) -> Values:
    """Return the case that the answers give; what is not answered before they end is left out.

    :param about: a concept or a diagnosis code that the case is about, or an empty text.
    :raises EndedError: where the answers end before there is a case.
    """
    said = _request(guideline, today, talk)
    try:
        _lists(said, about, guideline, talk)
        _questions(said, guideline, talk)
    except EndedError:
        pass
    return said


def _request(guideline: Guideline, today: str, talk: Talk) -> Values:
    """Ask for what every case says."""
    program, said = guideline.program, Values()
    keys = dict.fromkeys(p.case for p in program.predicates.values() if p.case)
    least = {"id": "a", "date_of_service": today, "services": [{CODE: codes_of(program)[0]}]}
    needed = [key for key in keys if key.shape == "one of" and not key.default]
    least |= {key.key: program.of_kind(key.kind)[0] for key in needed}
    questions: list[tuple[str, str, str, Callable[[str], Any]]] = [
        ("id", "Name of the case", "new-case", str),
        ("date_of_service", "Date of service, YYYY-MM-DD", today, str),
    ]
    for key in needed:
        labels = ", ".join(map(program.label, program.of_kind(key.kind)))
        questions.append((key.key, f"{key.key.capitalize()}: {labels}", "", lambda t: concept_of(t, program) or t))
    services = "Procedure codes or their labels (; between several)"
    questions.append(("services", services, "", lambda t: [{CODE: code} for code in _procedures(t, program)]))
    for name, question, default, read in questions:
        said[name] = _right(name, question, default, read, lambda tried: read_case(least | tried, guideline), talk)
    return said


def _right(
    key: str, question: str, default: str, read: Callable[[str], Any], check: Callable[[Values], object], talk: Talk
) -> Any:
    """Ask until the answer is one that the guideline can read, and return it."""
    while True:
        value = read(talk.ask(question, default))
        try:
            check({key: value})
        except CaseError as error:
            talk.tell(_without_place(error))
        else:
            return value


def _without_place(error: FaultError) -> str:
    return "; ".join(filter(None, (part for fault in error.faults for part in (fault.message, fault.remedy))))


def _procedures(text: str, program: Program) -> list[str]:
    """Return the procedure codes of a text, each written as it is or by its label; codes may have commas between."""
    found: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        concept = concept_of(part, program)
        several = re.split(r"[,\s]+", part.strip(", ").upper())
        read = several if all(re.fullmatch(PROCEDURE, each) for each in several) else [part]
        found += [unquote(concept)] if concept.startswith('"') else read
    return found


def _lists(said: Values, about: str, guideline: Guideline, talk: Talk) -> None:
    """Ask for what a case lists by name, and take diagnosis codes among it."""
    program = guideline.program
    keys = [p.case for p in program.predicates.values() if p.case]
    coded = next((key for key in keys if key.shape == "codes"), None)
    named = [key for key in keys if key.shape == "each of"]
    for key in [*named, *([] if named or not coded else [coded])]:
        too = " or diagnosis codes" if coded and key == named[:1][0] else ""
        first, about = about if _place(about, key, coded, program) else "", about
        while parts := talk.ask(f"{key.key.capitalize()}: names{too} (; between several; empty: none)", first):
            wrong = [part for part in _parts(parts) if not _place(part, key, coded if too else None, program)]
            if not wrong:
                break
            talk.tell("; ".join(_unknown(part, key, program) for part in wrong))
        for part in _parts(parts):
            where, value = _place(part, key, coded, program) or (key, part)
            _add(said, where, value, talk)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _place(text: str, key: CaseKey, coded: CaseKey | None, program: Program) -> tuple[CaseKey, str] | None:
    """Return where an answer belongs and what it is there: a concept of the key's kind, or a diagnosis code."""
    concept = concept_of(text, program) if text else ""
    if concept and program.concepts[concept][0] == key.kind:
        return key, concept
    return (coded, normal_code(text)) if coded and re.search(DIAGNOSIS, text) and any(map(str.isdigit, text)) else None


def _unknown(text: str, key: CaseKey, program: Program) -> str:
    labels = [program.label(concept) for concept in program.of_kind(key.kind)]
    near = (
        did_you_mean(text, labels)
        or did_you_mean(text, program.of_kind(key.kind))
        or known_are(text, labels, "coverlog new")
    )
    return f"no {key.kind or 'code'} is called {text}; {near}"


def _add(said: Values, key: CaseKey, value: str, talk: Talk) -> None:
    items = said.setdefault(key.key, [])
    items.append(value)
    if source := talk.ask(f"{value}:{_SOURCE[1:]}", ""):
        items[-1] = {"code" if key.shape == "codes" else key.kind: value, "source": source}


def _questions(said: Values, guideline: Guideline, talk: Talk) -> None:
    """Ask what the checklist asks, nearest first, until every line is settled or nothing new is asked."""
    asked: set[str] = set()
    while item := next((i for i in _items(said, guideline) if i.finding not in asked), None):
        asked.add(item.finding)
        while not _answered(said, item, guideline, talk):
            pass


def _items(said: Values, guideline: Guideline) -> Iterator[Item]:
    """Yield what is asked of a case, but for conditions: which of those is stated was asked first."""
    declared = guideline.program.predicates
    for line in checklist(judge(read_case(said, guideline), guideline)):
        items = (item for ask in line.asks for each in ask.items for item in each.of or (each,))
        yield from (i for i in items if isinstance(i.need, Need) and declared[i.need.atom.predicate].is_record)


def _number(text: str) -> Any:
    if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", text):
        return float(text) if "." in text else int(text)
    return text


def _answered(said: Values, item: Item, guideline: Guideline, talk: Talk) -> bool:
    """Put the answer to a question into the case; False where the guideline cannot read the case with it."""
    program = guideline.program
    key = home(item.finding, program) if item.finding in program.concepts else None
    need = single([item.need])[0]
    amount = need.bounds is not None
    case = program.predicates[need.atom.predicate].case
    dated = [name for name in (case.other, case.key) if name] if case and case.shape in (*SINCE, BETWEEN) else []
    how = f"{' and '.join(dated)}, YYYY-MM-DD" if dated else "a number" if amount else "y or n" if key else "a word"
    text = talk.ask(f"{item.question} [{item.statement}] ({how}; empty: not documented)", "")
    if text.casefold() in _UNKNOWN:
        return True
    value: Any = _number(text) if amount and not dated else text
    if key and not amount:
        value = "present" if text.casefold() in _YES else "absent" if text.casefold() in _NO else text
    own = dict(zip(dated, re.findall(r"\S+", text.replace(" and ", " ")), strict=False)) or {item.finding: value}
    tried = {**said, key.key: {**said.get(key.key, {}), item.finding: value}} if key else {**said, **own}
    try:
        judge(read_case(tried, guideline), guideline)
    except FaultError as error:
        talk.tell(_without_place(error))
        return False
    said.update(tried)
    if key and (source := talk.ask(_SOURCE, "")):
        said[key.key][item.finding] = {"value" if amount else "status": value, "source": source}
    return True
