"""The letter of a decided case: for each reason a paragraph for the member and a table for the doctor."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...engine.cases.plan import NO_PLAN, SLOTS, Plan
from ...engine.decision.decide import Judged
from ...engine.language.errors import CaseError, Fault
from ...engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from .account import Account, accounts
from .doctor import Row, diagnoses, flags, rows
from .grounds import Grounds
from .member import paragraph
from .phrases import sentence
from .plain import tests_of

X12 = {FAVOURABLE: "A1", UNFAVOURABLE: "A3", WAITING: "A4", SILENT: ""}
"""The codes of an outcome by its role, in X12 278 (HCR01) and in the review action of FHIR Da Vinci PAS.

A1 is certified, A3 not certified, A4 pended; a guideline that does not speak to a line says none of these.
"""


class Reason(NamedTuple):
    """One reason, for every line that has it."""

    lines: tuple[str, ...]  # as CODE@SESSION
    title: str  # what is requested, in the words of the member
    outcome: str
    words: str
    role: str
    member: tuple[str, ...]  # sentences, without ids and codes
    doctor: tuple[Row, ...]
    flags: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the reason as the documented JSON object."""
        return {
            "lines": list(self.lines), "outcome": self.outcome, "role": self.role, "x12": X12[self.role] or None,
            "member": list(self.member), "doctor": [row._asdict() for row in self.doctor], "flags": list(self.flags),
        }  # fmt: skip


class Letter(NamedTuple):
    """A letter, before anyone writes it as Markdown, HTML or JSON."""

    judged: Judged
    reasons: tuple[Reason, ...]
    diagnoses: tuple[tuple[str, tuple[str, ...]], ...]  # each code that was read, and what it stands for
    plan: Plan

    @property
    def adverse(self) -> bool:
        """Whether it refuses anything."""
        return any(reason.role == UNFAVOURABLE for reason in self.reasons)

    @property
    def slots(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The slots that it has: all of them where it refuses something, else those that the plan fills."""
        return tuple((name, said) for name, said in self.plan.letter.items() if said or self.adverse)

    def finish(self) -> None:
        """Refuse a letter that refuses something while a slot of the plan's text is empty.

        :raises CaseError: which names every such slot, and the remedy.
        """
        if self.adverse and self.plan.empty:
            raise CaseError(faults=[_empty(name, self.plan) for name in self.plan.empty])

    def as_json(self) -> dict[str, Any]:
        """Return the letter as the documented JSON object."""
        decision = self.judged.decision
        return {
            **{key: getattr(decision, key) for key in ("case", "guideline", "as_of", "world")},
            "reasons": [reason.as_json() for reason in self.reasons],
            "diagnoses": [{"code": code, "stands_for": list(labels)} for code, labels in self.diagnoses],
            "advisories": [advisory._asdict() for advisory in decision.advisories],
            "notices": list(decision.notices),
            "plan": {name: list(said) for name, said in self.plan.letter.items()},
            "empty": list(self.plan.empty) if self.adverse else [],
        }  # fmt: skip


def letter(judged: Judged, plan: Plan = NO_PLAN) -> Letter:
    """Return the letter of a decided case.

    :param plan: what the plan says in its letters, word for word.
    """
    grounds = Grounds(judged)
    reasons = tuple(_reason(account, grounds) for account in accounts(judged))
    return Letter(judged, reasons, tuple(diagnoses(grounds)), plan)


def _reason(account: Account, grounds: Grounds) -> Reason:
    line = account.lines[0]
    return Reason(
        tuple(f"{each.code}@{each.session}" for each in account.lines),
        sentence(tests_of(account.lines, account.program)).removesuffix("."), line.outcome, line.words, line.role,
        paragraph(account, grounds), tuple(rows(account, grounds)),
        tuple(flags(account, grounds)),
    )  # fmt: skip


def _empty(name: str, plan: Plan) -> Fault:
    where = f"letter.{name} in {plan.file}" if plan.file else f"letter.{name} in a file, and name the file by --plan"
    told = f"the letter refuses something, and {{plan:{name}}} is empty ({SLOTS[name]})"
    return Fault(plan.file, told, f"write {where}")
