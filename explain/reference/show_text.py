"""What `coverlog show` tells as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from ...engine.language.terms import Rule
from ...engine.program.general import of_rule
from ...engine.program.program import Program
from ..advice.phrases import wrapped
from .rules import STANDING, Use, authority_of, in_force
from .show import Shown
from .subjects import Subject

_MOST = 12
"""As many facts and cases are told in text; JSON holds them all."""


def as_text(shown: Shown, program: Program, width: int) -> str:
    """Return what is shown as text of at most `width` columns, but for commands and a rule's own lines."""
    lines = list(_about(shown.subject, width))
    lines += _list("below it", shown.subject.below, width)
    rules, more = shown.subject.rules[:_MOST], shown.subject.rules[_MOST:]
    for rule in rules:
        lines += ["", *_rule(rule, program, width)]
    lines += ["", f"and {len(more)} more; --format json shows them"] if more else []
    if shown.used_by or rules or not shown.subject.told:
        none = "no rule by its name" if shown.subject.constants else "no rule"
        lines += ["", *_list("used by", [rule.id for rule in shown.used_by] or [none], width)]
        lines += _list("from which follow", shown.downstream, width)
        lines += ["", *_cases(shown.cases, width)] if shown.used_by or rules else []
    lines += ["", *(f"{'      ' if at else 'next: '}{command}" for at, command in enumerate(shown.next))]
    return "\n".join(lines).strip()


def _about(subject: Subject, width: int) -> Iterator[str]:
    """Yield what a name stands for, and what else there is to tell; what is told of one thing stands below its name."""
    for kind, text in subject.about:
        yield from wrapped(f"{kind} {subject.id}: {text}", width, subsequent_indent="  ")
    for about, texts in groupby(subject.told, key=itemgetter(0)):
        first, *more = (text for _, text in texts)
        yield from wrapped(f"{about}: {first}", width, subsequent_indent="    ")
        for text in more:
            yield from wrapped(text, width, initial_indent="  ", subsequent_indent="    ")


def _rule(rule: Rule, program: Program, width: int) -> Iterator[str]:
    yield from wrapped(f"{rule.id}: {of_rule(rule, program)}", width, subsequent_indent="  ")
    body = [f"    {part}{',' if i < len(rule.body) else '.'}" for i, part in enumerate(rule.body, 1)]
    yield f"  {rule.head} :-" if body else f"  {rule.head}."
    yield from body
    parts = [
        f"cites {', '.join(rule.cites)} ({authority_of(program.authority(rule))}), {in_force(rule)}",
        *([f"read by {', '.join(rule.readings)}"] if rule.readings else []),
        rule.source,
        str(rule.place),
    ]
    yield from wrapped("; ".join(parts), width, initial_indent="  ", subsequent_indent="  ")


def _cases(cases: Sequence[Use], width: int) -> Iterator[str]:
    """Tell the cases in which it holds, those in which it is open, and those that it fails in though about it."""
    for how, told in STANDING.items():
        names = [use.case for use in cases if use.how == how]
        rest = [f"{len(names) - _MOST} more"] if len(names) > _MOST else []
        count = f"{len(names)} canonical case{'s' if len(names) != 1 else ''}"
        yield from _list(f"{told} {count}", [*names[:_MOST], *rest], width)
    if not cases:
        yield "it stands in the proof of no canonical case"


def _list(name: str, items: Sequence[str], width: int) -> list[str]:
    told = f"{name}: {', '.join(items)}"
    return wrapped(told, width, subsequent_indent="  ") if items else []
