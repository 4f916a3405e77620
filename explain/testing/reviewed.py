"""The words of a guideline as somebody reviewed them: what no decision shows is kept in a file and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...engine.cases.texts import documents
from ...engine.cases.written import as_yaml
from ...engine.language.errors import refused
from ...engine.language.terms import Rule
from ...engine.language.visible import visible
from ...engine.program.program import Program

Words = dict[str, dict[str, dict[str, Any]]]
"""Section, then what is named there, then its fields; a field that says nothing is left out."""

FILE = "reviewed.yaml"
REMEDY = "review it, then run `coverlog test --review` to record it"
_HEAD = "# The words and citations of this guideline, as reviewed; `coverlog test --review` writes this file.\n"


def group(rule: Rule) -> str:
    """Return the name a rule has in the text: for one of a group of facts, the group's."""
    return rule.id if rule.body else rule.id.partition("(")[0]


def snapshot(program: Program) -> Words:
    """Return what a guideline says in words and cites."""
    told: Words = {
        "statements": {
            s.id: {"authority": s.authority, "in force from": s.effective, "words": s.words, "source": s.source}
            for s in program.statements.values()
        },
        "interpretations": {name: {"words": words} for name, words in program.interpretations.items()},
        "authority": {name: {"words": words} for name, words in program.authorities.items()},
        "notices": {name: {"words": words} for name, words in program.notices.items()},
        "concepts": {name: {"kind": kind, "label": label} for name, (kind, label) in program.concepts.items()},
        "questions": {name: {"ask": ask, "answer": answer} for name, (ask, answer) in program.questions.items()},
        "plain": {name: {"words": words} for name, words in program.plain.items()},
        "tells": {name: {"so": so, "not so": not_so} for name, (so, not_so) in program.tells.items()},
        "predicates": {
            p.name: {
                "arguments": list(p.params), "gloss": p.gloss, "open": p.open_kind or "a number" * p.open_count,
                "unless": p.unless, "until": p.until, "readings": list(p.readings),
            }
            for p in program.predicates.values()
        },
        "rules": {name: _rule(rule) for name, rule in _rules(program)},
    }  # fmt: skip
    return {
        section: {visible(name): {k: _seen(v) for k, v in fields.items() if v} for name, fields in rows.items()}
        for section, rows in told.items()
        if rows
    }


def _seen(value: Any) -> Any:
    """Return a value as the reader of the record shows it: what cannot be seen stands there as an escape."""
    return visible(value) if isinstance(value, str) else [*map(visible, value)]


def _rules(program: Program) -> Iterator[tuple[str, Rule]]:
    """Yield each rule and group of facts; a later version of a name with the day it enters."""
    seen: dict[str, Rule] = {}
    for rule in program.rules:
        name = group(rule)
        if rule.cites and name in seen and rule.effective != seen[name].effective:
            name = f"{name} from {rule.effective}"
        if rule.cites and name not in seen:
            seen[name] = rule
            yield name, rule


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "cites": list(rule.cites), "readings": list(rule.readings), "in force from": rule.effective,
        "ended": rule.ended, "gloss": rule.gloss, "source": rule.source,
    }  # fmt: skip


def read(folder: Path) -> Words | None:
    """Return what was reviewed of a guideline, or None where nothing was.

    :raises CaseError: where the file is not such a record.
    """
    path = folder / FILE
    if not path.exists():
        return None
    found = list(documents(path.read_text(encoding="utf-8"), str(path)))
    words: Any = found[0].value if len(found) == 1 else None
    if not _mapping(words) or not all(_mapping(rows) and all(map(_mapping, rows.values())) for rows in words.values()):
        raise refused(str(path), "not a record of a review", "write it anew with `coverlog test --review`")
    return dict(words)


def _mapping(value: object) -> bool:
    return isinstance(value, dict)


def record(program: Program) -> str:
    """Return the file that records a guideline's words as reviewed."""
    return _HEAD + as_yaml(snapshot(program))


def changes(now: Words, then: Words) -> Iterator[str]:
    """Yield every difference of a guideline's words from what was reviewed."""
    for section in dict.fromkeys([*now, *then]):
        rows, old = now.get(section, {}), then.get(section, {})
        for name in dict.fromkeys([*rows, *old]):
            called = f"{section.removesuffix('s')} {name}"
            if name not in old:
                yield f"{called}: not reviewed"
            elif name not in rows:
                yield f"{called}: reviewed, and not in the text"
            else:
                yield from (f"{called}: {text}" for text in _fields(rows[name], old[name]))


def _fields(now: Mapping[str, Any], then: Mapping[str, Any]) -> Iterator[str]:
    for field in dict.fromkeys([*now, *then]):
        if now.get(field) != then.get(field):
            yield f"{field} is {_said(now.get(field))}, reviewed as {_said(then.get(field))}"


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return f'"{value}"' if value else "nothing"
