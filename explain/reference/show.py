"""What `coverlog show` tells of a rule, a statement, a predicate or an interpretation."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ...engine.language.terms import Rule
from ...engine.library.guideline import Guideline
from ...engine.program.program import Program
from .rules import Subject, Track, Use, authority_of, downstream, exercised, in_force, rule_json, subject, used_by

_MOST = 12
"""As many facts and cases are told in text; JSON holds them all."""


class Shown(NamedTuple):
    """A subject with what depends on it, and the cases that exercise it."""

    subject: Subject
    used_by: tuple[Rule, ...]
    downstream: tuple[str, ...]
    cases: tuple[Use, ...]


def look_up(guideline: Guideline, name: str, track: Track = iter) -> Shown:
    """Return everything to tell of an id.

    :raises CaseError: where it stands for nothing.
    """
    program = guideline.program
    found = subject(program, name)
    readers = used_by(program, found.rules)
    heads = {rule.head.predicate for rule in found.rules}
    if name in program.predicates:  # an input has no rules of its own
        readers = [rule for rule in program.rules if name in {lit.atom.predicate for lit in rule.asked}]
        heads = {name}
    exercising = found.rules or tuple(readers)
    cases = exercised(guideline, exercising, track)
    return Shown(found, tuple(readers), tuple(downstream(program, heads)), tuple(cases))


def as_json(shown: Shown, program: Program) -> dict[str, Any]:
    """Return what is shown as a JSON object."""
    return {
        "id": shown.subject.id, "about": [{"kind": kind, "text": text} for kind, text in shown.subject.about],
        "below": list(shown.subject.below), "rules": [rule_json(rule, program) for rule in shown.subject.rules],
        "used_by": [rule.id for rule in shown.used_by], "downstream": list(shown.downstream),
        "cases": [use._asdict() for use in shown.cases],
    }  # fmt: skip


def as_text(shown: Shown, program: Program, width: int) -> str:
    """Return what is shown as text of at most `width` columns, but for a rule's own lines."""
    lines: list[str] = []
    for kind, text in shown.subject.about:
        lines += textwrap.wrap(f"{kind} {shown.subject.id}: {text}", width, subsequent_indent="  ")
    lines += _list("below it", shown.subject.below, width)
    rules, more = shown.subject.rules[:_MOST], shown.subject.rules[_MOST:]
    for rule in rules:
        lines += ["", *_rule(rule, program, width)]
    lines += ["", f"and {len(more)} more; --format json shows them"] if more else []
    lines += ["", *_list("used by", [rule.id for rule in shown.used_by] or ["no rule"], width)]
    lines += _list("from which follow", shown.downstream, width)
    lines += ["", *_cases(shown.cases, width)]
    return "\n".join(lines).strip()


def _rule(rule: Rule, program: Program, width: int) -> Iterator[str]:
    yield from textwrap.wrap(f"{rule.id}: {rule.gloss or 'a fact'}", width, subsequent_indent="  ")
    body = [f"    {part}{',' if i < len(rule.body) else '.'}" for i, part in enumerate(rule.body, 1)]
    yield f"  {rule.head} :-" if body else f"  {rule.head}."
    yield from body
    parts = [
        f"cites {', '.join(rule.cites)} ({authority_of(program.authority(rule))}), {in_force(rule)}",
        *([f"reads by {', '.join(rule.readings)}"] if rule.readings else []),
        rule.source,
        str(rule.place),
    ]
    yield from textwrap.wrap("; ".join(parts), width, initial_indent="  ", subsequent_indent="  ")


def _cases(cases: Sequence[Use], width: int) -> Iterator[str]:
    """Tell the cases in which it holds, and those in which it fails though they are about it."""
    for how, told in (("holds", "holds in the proofs of"), ("fails", "fails, though in play, in the proofs of")):
        names = [use.case for use in cases if use.how == how]
        rest = [f"{len(names) - _MOST} more"] if len(names) > _MOST else []
        count = f"{len(names)} canonical case{'s' if len(names) != 1 else ''}"
        yield from _list(f"{told} {count}", [*names[:_MOST], *rest], width)
    if not cases:
        yield "no canonical case exercises it"


def _list(name: str, items: Sequence[str], width: int) -> list[str]:
    told = f"{name}: {', '.join(items)}"
    return textwrap.wrap(told, width, subsequent_indent="  ", break_on_hyphens=False) if items else []
