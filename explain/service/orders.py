"""The answer to a call: each order as it was received, with an assertion of its coverage for each billing code."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from ...engine.cases.case import Unreadable, read_case
from ...engine.cases.document import Document
from ...engine.cases.fhir.coded import Codes
from ...engine.cases.fhir.drafts import Draft, alternatives, draft
from ...engine.cases.fhir.example import order_sign
from ...engine.cases.fhir.orders import Billing, Order, orders
from ...engine.cases.fhir.parts import Part
from ...engine.cases.fhir.resources import HOOKS, resources
from ...engine.cases.fhir.writing import Line
from ...engine.cases.plan import Service
from ...engine.decision.decide import Judged, judge
from ...engine.evaluation.limits import Budget
from ...engine.language.errors import CONTRADICTORY, CaseError
from ...engine.library.guideline import Guideline
from ...engine.library.several import Several
from ...engine.program.interface import CODE
from .assertions import CONDITIONAL, OTHER, Setting, assertion
from .coverage_information import Assertion, extension, identified, ids_of
from .guard import place_of
from .hook import Call

Json = dict[str, Any]
_LOG = logging.getLogger(__name__)
_TECHNICAL = Assertion(
    "indeterminate", "indeterminate", "The service failed to decide this order; try again.", technical=True
)
MOST = 50
"""As many cases are decided in one call: one for each day, and one more for each further code of an order."""
_TOO_MANY = _TECHNICAL._replace(reason=f"A call is decided for {MOST} days and codes at most; ask for fewer at once.")
_NO_CODE = Assertion(CONDITIONAL, CONDITIONAL, "The order has no code that the service is billed by.",
                     info_needed="detail-code")  # fmt: skip
_NO_DAY = Assertion(CONDITIONAL, CONDITIONAL, "The order names no day on which the service is done.",
                    info_needed="timeframe")  # fmt: skip


class Desk:
    """Answers calls by some guidelines and a plan.

    :param guidelines: each by its name in the plan.
    :param base: the address of the service.
    """

    def __init__(self, plan: Service, guidelines: dict[str, Guideline], codes: Codes, base: str) -> None:
        self.plan, self.codes, self.base = plan, codes, base
        self.several = Several(list(guidelines.values()), by_code=True)
        self._covered = {each.program.name: plan.guidelines[name] for name, each in guidelines.items()}

    def warm(self) -> None:
        """Decide an example by each guideline, so that the first call finds everything ready."""
        for guideline in self.several.all:
            code = next(iter(sorted(guideline.codes)), "")
            said = {"id": "warm", "date_of_service": guideline.program.published, "services": [{CODE: code}]}
            call = Call(resources(order_sign(said)), "Coverage/example", wanted=True)
            self.answer(call, guideline.program.published)

    def answer(self, call: Call, today: str) -> Json:
        """Return the answer to a call.

        :param today: the ISO date of the assertions.
        """
        actions = list(self._actions(call, today)) if call.wanted else []
        return {"cards": [], **({"systemActions": actions} if actions else {})}

    def _actions(self, call: Call, today: str) -> Iterator[Json]:
        by_order: dict[int, list[Json]] = {}
        asked = list(orders(call.found))
        for order, billing, said, rests in self._assertions(call, asked):
            coverage = call.coverage
            name = identified(*rests, repr(said), order.item.path, coverage)
            coding = _coding(billing.coding) if billing else None
            by_order.setdefault(id(order.item.value), []).append(extension(said, coverage, coding, today, name))
        for order in asked:
            resource = order.resource.value
            there = ids_of(resource)
            new = [each for each in by_order.get(id(resource), ()) if each["extension"][-1]["valueString"] not in there]
            if new:
                yield _update(resource, new)

    def _assertions(
        self, call: Call, asked: Sequence[Order]
    ) -> Iterator[tuple[Order, Billing | None, Assertion, tuple[str, ...]]]:
        """Yield each order, the code it may be billed by, what is asserted, and what that rests on."""
        days: dict[str, list[Order]] = {}
        for order in asked:
            if not order.billing:
                yield order, None, _NO_CODE, ()
            elif not order.date.value:
                yield from ((order, billing, _NO_DAY, (billing.code,)) for billing in order.billing)
            else:
                days.setdefault(order.date.value, []).append(order)
        every = (each for of_day in days.values() for each in alternatives(of_day))
        for number, (lines, asks) in enumerate(every):
            if number < MOST:
                yield from self._decided(call, lines, asks)
            else:
                yield from ((line.order, line.billing, _TOO_MANY, (line.billing.code,)) for line in asks)

    def _decided(
        self, call: Call, lines: Sequence[Line], asks: Sequence[Line]
    ) -> Iterator[tuple[Order, Billing, Assertion, tuple[str, ...]]]:
        by: dict[str, tuple[Guideline, list[Line]]] = {}
        for line in asks:
            guideline = self.several.answering({line.billing.code})[0]
            by.setdefault(guideline.program.name, (guideline, []))[1].append(line)
        for guideline, own in by.values():
            try:
                Budget().watch()  # to read a large record for each day takes time as well
                found = self._case(call, lines, own, guideline)
            except Exception as error:  # whatever it is, the other orders have their answers
                _LOG.error("%s", place_of(error))
                found = [(_TECHNICAL, (guideline.hash,)) for _ in own]
            yield from ((line.order, line.billing, *each) for line, each in zip(own, found, strict=True))

    def _case(
        self, call: Call, lines: Sequence[Line], own: Sequence[Line], guideline: Guideline
    ) -> list[tuple[Assertion, tuple[str, ...]]]:
        """Return what is asserted of some lines of a case; answers that contradict each other are asked again."""
        told = ""
        try:
            judged = self._judged(draft(call.found, lines, own, [guideline], self.codes), guideline)
        except CaseError as error:
            told = _contradiction(error)
            try:
                judged = self._judged(draft(call.found, lines, own, [guideline], self.codes, answered=False), guideline)
            except CaseError as again:
                said = f"The record cannot be decided by: {_contradiction(again)}"
                return [(Assertion(CONDITIONAL, CONDITIONAL, said, info_needed=OTHER, instructions=said), ())] * len(
                    own
                )
        setting = Setting(self._covered[guideline.program.name], self.base, call.found.hook == HOOKS[0])
        by_code = {line.code: line for line in judged.decision.lines}
        found = [_dated(assertion(judged, by_code[line.billing.code], setting), line.order) for line in own]
        if told:
            found = [each._replace(reason=f"{each.reason} The answers were not used: {told}.") for each in found]
        rests = (guideline.hash, judged.decision.case_hash)
        return [(each, (*rests, line.billing.code)) for each, line in zip(found, own, strict=True)]

    def _judged(self, made: Draft, guideline: Guideline) -> Judged:
        document = Document("request")
        document.value = made.said
        case = read_case(document, guideline)
        if isinstance(case, Unreadable):
            raise CaseError(faults=case.faults)
        return judge(case, guideline)


def _dated(said: Assertion, order: Order) -> Assertion:
    """Return an assertion that also tells which day was taken, where the order names none."""
    note = f" Decided as of {order.date.value}, {order.date.note}."
    return said._replace(reason=said.reason + note) if order.date.note else said


def _contradiction(error: CaseError) -> str:
    """Return what a record contradicts itself in; other faults are the service's.

    :raises CaseError: where the fault is another.
    """
    for fault in error.faults:
        if fault.message.startswith(CONTRADICTORY):
            return fault.message
    raise error


def _coding(coding: Part) -> Json:
    """Return a billing code as it was received: its system and its code."""
    return {"system": coding.of("system").text, "code": coding.of("code").text}


def _update(resource: Json, new: list[Json]) -> Json:
    """Return the action that adds assertions to an order and changes nothing else of it."""
    before = resource.get("extension")
    extended = {**resource, "extension": [*(before if isinstance(before, list) else ()), *new]}
    return {"type": "update", "description": "Adds what the payer says of coverage.", "resource": extended}
