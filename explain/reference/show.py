"""What `coverlog show` tells of a name: what it stands for, what depends on it, its cases, and where to go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...engine.cases.find import canonical
from ...engine.language.errors import did_you_mean, refused
from ...engine.language.terms import Rule, quote, unquote
from ...engine.library.guideline import Guideline
from ...engine.program.program import Program
from .diagnosis import diagnosis
from .example import example
from .rules import Track, Use, downstream, exercised, rule_json, used_by
from .subjects import Subject, codes, mentioning, names, subject, taking


class Shown(NamedTuple):
    """A subject with what depends on it, the cases that exercise it, and the commands that lead on."""

    subject: Subject
    used_by: tuple[Rule, ...]
    downstream: tuple[str, ...]
    cases: tuple[Use, ...]
    next: tuple[str, ...]


def look_up(guideline: Guideline, name: str, track: Track | None = iter) -> Shown:
    """Return everything to tell of a name: an id, a code, a case or a label, capitals or not.

    :param track: None where the canonical cases are not to run; see `exercised`.
    :raises CaseError: where it stands for nothing, with what was probably meant; where a label stands for several.
    """
    found = _subject(guideline, name)
    readers = tuple(_readers(found, guideline.program))
    heads = {rule.head.predicate for rule in found.rules or readers}
    if found.id in guideline.program.predicates:
        heads = {found.id}
    cases = exercised(guideline, found.rules or readers, track) if found.rules or readers else []
    below = downstream(guideline.program, heads)
    return Shown(found, readers, tuple(below), tuple(cases), tuple(_next(found, cases, guideline.program)))


def _subject(guideline: Guideline, name: str) -> Subject:
    """Return what a name stands for: first what the guideline calls so, then a case, then a diagnosis code."""
    program, cases = guideline.program, canonical(guideline)
    known = {*names(program), *cases}
    found = name if name in known else _otherwise(name, known, program)
    if name in program.variation.withdrawn:
        hint = f"it stands in {program.variation.base}, which {program.name} extends"
        raise refused("", f"{program.name} withdraws {name}", hint)
    if found in cases:
        return example(found, guideline)
    if found in known:
        return subject(program, found)
    if (code := diagnosis(name, guideline)) is not None:
        return code
    if quote(name) in codes(program):
        return subject(program, name)
    hint = did_you_mean(name, known) or "search for words of it"
    raise refused("", f"nothing is called {name}", f"{hint} (coverlog find {name})")


def _otherwise(name: str, known: set[str], program: Program) -> str:
    """Return the one id that a name is but for its capitals, or that it is the label of; else the name.

    :raises CaseError: where there are several.
    """
    wanted = name.casefold()
    found = {each for each in known if each.casefold() == wanted}
    found = found or {unquote(each) for each, (_, label) in program.concepts.items() if label.casefold() == wanted}
    if len(found) > 1:
        raise refused("", f"{name} stands for several", f"name one of {', '.join(sorted(found))}")
    return next(iter(found), name)


def _readers(found: Subject, program: Program) -> Iterator[Rule]:
    """Yield the rules that ask for what a subject is about, each once."""
    readers: list[Rule] = []
    if found.id in program.predicates:  # an input has no rules of its own
        readers += (r for r in program.rules if found.id in {lit.atom.predicate for lit in r.asked})
    if found.constants:
        named = mentioning(program, found.constants)
        readers += named or (() if found.rules else taking(program, found.constants))
    elif not readers:
        readers += used_by(program, found.rules)
    yield from dict.fromkeys(readers)


def _next(found: Subject, cases: list[Use], program: Program) -> Iterator[str]:
    """Yield the commands that tell more."""
    yield from found.next
    if found.id in program.statements:
        yield f"coverlog rules --statement {found.id}"
    if predicate := program.predicates.get(found.id):
        yield f"coverlog rules --uses {found.id}"
        arguments = f"({', '.join(predicate.params)})" if predicate.params else ""
        yield f"coverlog query '{found.id}{arguments}'"
    if case := next((use.case for use in cases if use.how == "holds"), ""):
        yield f"coverlog explain {case}"


def as_json(shown: Shown, program: Program) -> dict[str, Any]:
    """Return what is shown as a JSON object."""
    return {
        "id": shown.subject.id, "about": [{"kind": kind, "text": text} for kind, text in shown.subject.about],
        "told": [{"about": about, "text": text} for about, text in shown.subject.told],
        "below": list(shown.subject.below), "rules": [rule_json(rule, program) for rule in shown.subject.rules],
        "used_by": [rule.id for rule in shown.used_by], "downstream": list(shown.downstream),
        "cases": [use._asdict() for use in shown.cases], "next": list(shown.next),
    }  # fmt: skip
