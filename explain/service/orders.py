"""The answer to a call: each order as it was received, with an assertion of its coverage for each billing code."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...engine.cases.case import Unreadable, read_case
from ...engine.cases.document import Document
from ...engine.cases.fhir.coded import Codes
from ...engine.cases.fhir.drafts import Draft, Record, alternatives, draft, record
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
Asserted = tuple[Order, Billing | None, Assertion, tuple[str, ...]]
"""An order, the code it may be billed by, what is asserted, and what that rests on."""
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
        self._told: set[str] = set()  # the faults of a call that the log has

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
        asked = list(orders(call.found))
        self._told.clear()
        try:
            return _answer(call, self._assertions(record(call.found, self.codes), asked), asked, today)
        except Exception as error:  # whatever it is, the orders have an answer that says so
            self._tell(error)
            return failed(call, today)

    def _tell(self, error: Exception) -> None:
        """Tell the log of a fault of the service, of those of one place in a call the first."""
        if (place := place_of(error)) not in self._told:
            _LOG.error("%s", place)
        self._told.add(place)

    def _assertions(self, held: Record, asked: Sequence[Order]) -> Iterator[Asserted]:
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
                yield from self._decided(held, lines, asks)
            else:
                yield from ((line.order, line.billing, _TOO_MANY, (line.billing.code,)) for line in asks)

    def _decided(self, held: Record, lines: Sequence[Line], asks: Sequence[Line]) -> Iterator[Asserted]:
        by: dict[str, tuple[Guideline, list[Line]]] = {}
        for line in asks:
            guideline = self.several.answering({line.billing.code})[0]
            by.setdefault(guideline.program.name, (guideline, []))[1].append(line)
        for guideline, own in by.values():
            try:
                Budget().watch()  # to write a large record into the case of each day takes time as well
                found = self._case(held, lines, own, guideline)
            except Exception as error:  # whatever it is, the other orders have their answers
                self._tell(error)
                found = [(_TECHNICAL, (guideline.hash,)) for _ in own]
            yield from ((line.order, line.billing, *each) for line, each in zip(own, found, strict=True))

    def _case(
        self, held: Record, lines: Sequence[Line], own: Sequence[Line], guideline: Guideline
    ) -> list[tuple[Assertion, tuple[str, ...]]]:
        """Return what is asserted of some lines of a case; answers that contradict each other are asked again."""
        told = ""
        try:
            judged = self._judged(draft(held, lines, own, [guideline]), guideline)
        except CaseError as error:
            told = _contradiction(error)
            try:
                judged = self._judged(draft(held, lines, own, [guideline], answered=False), guideline)
            except CaseError as again:
                said = f"The record cannot be decided by: {_contradiction(again)}"
                return [(Assertion(CONDITIONAL, CONDITIONAL, said, info_needed=OTHER, instructions=said), ())] * len(
                    own
                )
        setting = Setting(self._covered[guideline.program.name], self.base, held.found.hook == HOOKS[0])
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


def failed(call: Call, today: str) -> Json:
    """Return the answer to a call that the service fails to answer: of each order that it cannot be determined.

    :param today: the ISO date of the assertions.
    """
    asked = list(orders(call.found))
    said = ((order, billing, _TECHNICAL, ()) for order in asked for billing in order.billing or (None,))
    return _answer(call, said, asked, today)


def _answer(call: Call, said: Iterable[Asserted], asked: Sequence[Order], today: str) -> Json:
    """Return the answer to a call that makes some assertions of its orders; those that an order has are not new."""
    by_order: dict[int, list[Json]] = {}
    for order, billing, each, rests in said if call.wanted else ():
        name = identified(*rests, repr(each), order.item.path, call.coverage)
        coding = _coding(billing.coding) if billing else None
        by_order.setdefault(id(order.item.value), []).append(extension(each, call.coverage, coding, today, name))
    actions = []
    for resource in (order.resource.value for order in asked):
        there = ids_of(resource)
        new = [each for each in by_order.get(id(resource), ()) if each["extension"][-1]["valueString"] not in there]
        actions += [_update(resource, new)] if new else []
    return {"cards": [], **({"systemActions": actions} if actions else {})}


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
