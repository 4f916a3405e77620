"""What is missing as questions that can be answered where they stand: each answer names the field that it fills in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...engine.cases.meant import home
from ...engine.decision.decide import Judged
from ...engine.decision.need import AtLeast
from ...engine.program.forms import BETWEEN, SINCE
from ...engine.program.interface import UNFAVOURABLE, WAITING
from ...engine.program.program import Program
from ..advice.asks import Box, Item, called
from ..advice.checklist import MORE, OTHERS, LineAsks, checklist
from ..advice.groups import Group, groups, nearest, shared
from ..advice.remedies import unstated
from ..advice.wording import covered_words, words
from .form import SOURCE, Fields, Input, numbers, titled


class Question(NamedTuple):
    """One thing to ask, the statement that asks it, and how it is answered."""

    text: str
    statement: str
    number: int  # in the page
    answers: tuple[tuple[str, str], ...] = ()  # the words of each answer, and the field it fills in with its value
    inputs: tuple[Input, ...] = ()  # what is to be written, where words are not enough
    source: str = ""  # the field that says where the record says so
    of: tuple[Question, ...] = ()  # where it is so many of several things: these


Choice = tuple[Question, ...]
"""Questions of which any one is enough."""


class Way(NamedTuple):
    """What together would cover lines, and the statements that it is for."""

    told: str
    request: tuple[str, ...]
    choices: tuple[Choice, ...]
    objections: tuple[str, ...]


class Asked(NamedTuple):
    """What would change the outcome of lines that have one answer."""

    lines: str
    told: str
    common: tuple[Choice, ...]  # what every way asks for
    ways: tuple[Way, ...]
    further: tuple[Way, ...]  # those that need more things
    more: str  # said where there may be others


def questions(judged: Judged, fields: Fields) -> list[Asked]:
    """Return what would change the outcomes of a case, those lines as one that have one answer.

    :param fields: the form that the case was read from.
    """
    same: dict[tuple[object, ...], list[LineAsks]] = {}
    for each in checklist(judged):
        if each.line.lacks:
            asked = [(way.request, way.ask, way.objections) for way in each.ways.ways]
            same.setdefault((each.line.outcome, each.line.by, each.ways.complete, *asked), []).append(each)
    writer = _Writer(judged, fields)
    return [writer.asked(alike) for alike in same.values()]


class _Writer:
    def __init__(self, judged: Judged, fields: Fields) -> None:
        self.judged, self.program, self.fields, self.number = judged, judged.guideline.program, fields, 0

    def asked(self, lines: Sequence[LineAsks]) -> Asked:
        line, found = lines[0].line, lines[0].ways
        common, rest = shared(groups(found.ways))
        told = "any one of these is enough" if len(rest) > 1 else "this is enough"
        if not found.ways:
            told = "nothing that is known would change this"
        elif line.role == UNFAVOURABLE:
            led = covered_words(self.program, (way.ask.outcome for way in found.ways))
            told = f"it would be {led} with {'any one of these' if len(rest) > 1 else 'this'}"
        shown, unsaid = nearest(rest)[0], unstated(self.judged)
        more = "" if found.complete else MORE if line.role == WAITING else OTHERS
        return Asked(
            ", ".join(called(each.line, self.judged) for each in lines),
            f"{unsaid} {told[0].upper()}{told[1:]}" if unsaid else told, self._choices(common),
            tuple(map(self._way, shown)), tuple(map(self._way, rest[len(shown) :])), more,
        )  # fmt: skip

    def _way(self, group: Group) -> Way:
        told = "; ".join(f"{name}: {words(name, self.program)}" for name in group.statements)
        told += f" ({self.program.outcome(group.outcome).words})" if group.outcome else ""
        objections = tuple(advisory.text for advisory in group.objections)
        return Way(told, group.request, self._choices(group.box), objections)

    def _choices(self, box: Box) -> tuple[Choice, ...]:
        return tuple(tuple(map(self._question, choice)) for choice in box)

    def _question(self, item: Item) -> Question:
        self.number += 1
        asked = Question(item.question, item.statement, self.number)
        need = item.need
        if isinstance(need, AtLeast):
            return asked._replace(of=tuple(map(self._question, item.of)))
        key = self.program.predicates[need.atom.predicate].case
        if key and key.shape in (*SINCE, BETWEEN):
            names = [name for name in (key.other, key.key) if name]
            dates = (Input(f"{name}.date", titled(name, self.program), "", "date") for name in names)
            return asked._replace(inputs=tuple(dates))
        if need.bounds:
            concept = home(need.finding, self.program) if need.finding in self.program.concepts else None
            name = f"{concept.key}.{need.finding}.value" if concept else need.finding
            unit = f"in {key.unit}" if key and key.unit else ""
            source = f"{concept.key}.{need.finding}.{SOURCE}" if concept else ""
            return asked._replace(inputs=(Input(name, unit or "Number", "", "number"),), source=source)
        answers, source = self._answers(need.finding, need.needs)
        return asked._replace(answers=answers, source=source)

    def _answers(self, finding: str, needs: str) -> tuple[tuple[tuple[str, str], ...], str]:
        """Return how something is answered that is so or not, or that is one of several, and the field of its source.

        Nothing is returned for what a case says nowhere.
        """
        concept = finding in self.program.concepts
        key = home(finding if concept else needs, self.program)
        if key is None:
            return (), ""
        if key.shape == "each of":
            name = f"{key.key}.{max(numbers(key.key, self.fields), default=-1) + 1}"
            return (("Stated", f"{name}.{key.kind}={finding}"),), f"{name}.{SOURCE}"
        if not concept:
            return tuple(_words(needs, finding, self.program)), ""
        status = f"{key.key}.{finding}.status"
        told = ("Recorded", f"{status}=present"), ("Recorded as absent", f"{status}=absent")
        return told, f"{key.key}.{finding}.{SOURCE}"


def _words(concept: str, key: str, program: Program) -> Iterator[tuple[str, str]]:
    """Yield the words that a choice takes, the one that is asked for first."""
    every = program.of_kind(program.concepts[concept][0])
    for each in sorted(every, key=lambda name: name != concept):
        yield program.label(each), f"{key}={each}"
