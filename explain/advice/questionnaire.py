"""What is missing as a Questionnaire of FHIR R4: a question for each concept, by its name, with one for its source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from math import inf
from typing import Any

from ...engine.cases.fhir.answers import SOURCE, UNDOCUMENTED
from ...engine.cases.meant import home
from ...engine.decision.decide import LineDecision
from ...engine.decision.need import Need
from ...engine.language.terms import UNDOCUMENTED as NOBODY_SAYS
from ...engine.language.terms import Atom, Constant
from ...engine.library.guideline import Guideline
from ...engine.program.forms import BETWEEN, SINCE
from ...engine.program.program import CaseKey, Predicate, Program
from .asked import Asked, as_id, asked
from .reading import Asking, asking
from .wording import question

_STATUS = ("present", "absent", UNDOCUMENTED)
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
Json = dict[str, Any]


def questionnaire(wanted: Asked, guideline: Guideline, base: str = "") -> Json:
    """Return the questionnaire that asks for some concepts.

    :param base: the address below which questionnaires are given, for its canonical URL.
    """
    program, name = guideline.program, as_id(wanted, guideline)
    asked_first = [_item(each, guideline) for each in wanted.first]
    later = [_item(each, guideline) for each in wanted.later]
    when = _failed(asked_first, each_enough=wanted.each_enough) if later else {}
    return {
        "resourceType": "Questionnaire", "id": name,
        **({"url": canonical(wanted, guideline, base)} if base else {}),
        "version": guideline.hash[:12] or "1", "status": "active", "subjectType": ["Patient"],
        "title": f"{program.name}: {program.title}",
        "item": [each.as_json() for each in asked_first] + [{**each.as_json(), **when} for each in later],
    }  # fmt: skip


def canonical(wanted: Asked, guideline: Guideline, base: str) -> str:
    """Return the canonical URL of the questionnaire that asks for some concepts."""
    return f"{base}/fhir/Questionnaire/{as_id(wanted, guideline)}"


def of_lines(lines: Sequence[LineDecision]) -> Asked:
    """Return what decided lines ask for."""
    return asked(line.needs for line in lines if line.needs)


def _failed(items: Sequence[_Item], *, each_enough: bool) -> Json:
    """Return when longer lists are of use: once the shorter ones have failed.

    Where each item is enough alone, all have to fail; else one that fails lets a list fail.
    """
    found = [told for item in items for told in item.failing(alone=each_enough)]
    return {"enableWhen": found, "enableBehavior": "all" if each_enough else "any"} if found else {}


class _Item:
    """One question."""

    def __init__(self, name: str, program: Program) -> None:
        self.name, self.program = name, program
        self.predicate = _open(name, program)
        self.asking: Asking = asking(name, program)
        self.key: CaseKey | None = self.predicate.case or (home(name, program) if name in program.concepts else None)
        self.amount = self.predicate.open_count or len(self.predicate.params) > 1
        self.dated = bool(self.key and (self.key.shape in SINCE or self.key.shape == BETWEEN))

    def as_json(self) -> Json:
        """Return the item: its question, the statement that asks for it, and a child for its source."""
        told = {"linkId": self.name, "text": self._text(), **self._kind()}
        if self.asking.statement:
            told["prefix"] = self.asking.statement
        child = {"linkId": f"{self.name}{SOURCE}", "text": "Where does the record say so?", "type": "string"}
        return {**told, "required": False, "item": [child]}

    def _text(self) -> str:
        if self.predicate.is_choice and not self.amount:
            own = self.program.questions.get(self.predicate.name, ("", ""))[0]
            return re.sub(r"\{\w+\}", "one of these", own) if own else f"Which {self.name.replace('_', ' ')} is it?"
        low, high = self.asking.bounds if self.asking.agreed else (-inf, inf)
        args: tuple[Constant, ...] = (NOBODY_SAYS,) if self.predicate.open_count else (self.name,)
        if self.amount:
            args += (NOBODY_SAYS,) * (len(self.predicate.params) - len(args))
            return question(Need(Atom(self.predicate.name, args), low, high, self.name), self.program)
        return question(Need(Atom(self.predicate.name, args), 1, 1, self.name), self.program)

    def _kind(self) -> Json:
        """Return the type of the answer, with its options or bounds."""
        if self.dated:
            return {"type": "date"}
        if self.amount and self.key:
            decimals = self.key.decimals
            kind, of = ("decimal", "valueDecimal") if decimals else ("integer", "valueInteger")
            ends = (("minValue", self.key.lowest), ("maxValue", self.key.highest))
            told = [{"url": f"{_EXTENSION}{name}", of: int(end) / 10**decimals if decimals else int(end)}
                    for name, end in ends if abs(end) != inf]  # fmt: skip
            return {"type": kind, **({"extension": told} if told else {})}
        own = self.program.of_kind(self.key.kind) if self.predicate.is_choice and self.key else []
        words = [*own, UNDOCUMENTED] if own else _STATUS
        options = [{"valueCoding": {"code": word, "display": self.program.label(word)}} for word in words]
        return {"type": "choice", "answerOption": options}

    def failing(self, *, alone: bool) -> list[Json]:
        """Return the conditions under which the item is not as it is needed.

        :param alone: whether all conditions have to hold together; else any one of them.
        """
        if self.dated:
            return []
        if self.amount:
            of = "answerDecimal" if self.key and self.key.decimals else "answerInteger"
            scale = 10 ** (self.key.decimals if self.key else 0)
            low, high = self.asking.bounds
            ends = [("<", low)] * (low > -inf) + [(">", high)] * (high < inf)
            told = [{"question": self.name, "operator": op, of: int(end) / scale if scale > 1 else int(end)}
                    for op, end in ends]  # fmt: skip
            return told if not alone or len(told) < 2 else []
        if alone:
            met = {"question": self.name, "operator": "!=", "answerCoding": {"code": "present"}}
            return [{"question": self.name, "operator": "exists", "answerBoolean": True}, met]
        return [{"question": self.name, "operator": "=", "answerCoding": {"code": word}} for word in _STATUS[1:]]


@lru_cache(maxsize=2048)
def _item(name: str, guideline: Guideline) -> _Item:
    """Return a question of a guideline: which statement asks it takes a look at every rule."""
    return _Item(name, guideline.program)


def _open(name: str, program: Program) -> Predicate:
    """Return the open predicate that asks for a concept, or for a number or a choice by its key."""
    for predicate in program.predicates.values():
        if predicate.is_open and predicate.case and (predicate.open_count or predicate.is_choice):
            if name == (predicate.name if predicate.case.shape == BETWEEN else predicate.case.key):
                return predicate
        elif predicate.is_open and name in program.of_kind(predicate.open_kind):
            return predicate
    raise KeyError(name)
