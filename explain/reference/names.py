"""Everything of a guideline that has a name: what a name stands for, and a search through names and words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from ...engine.language.terms import unquote
from ...engine.program.general import of_predicate, of_rule
from ...engine.program.program import Program
from ...engine.program.words import say_atom
from ..render.table import table
from ..testing.reviewed import group

_WORD = re.compile(r"[^\W_]+(?:\.\w+)*")
_STEM = 5
"""Words that begin with as many letters alike, and end in few others, count as forms of one word."""
_ENDING = 3
_CLOSE = 0.75
"""How near another word has to be, for it to be taken for a slip of the one asked for."""


class Entry(NamedTuple):
    """Something with a name: its kind, the id to show it by, what it is called, and what else is said of it."""

    kind: str
    id: str
    label: str
    more: str = ""


class Hit(NamedTuple):
    """An entry that a search found: how many of the words it has, and how well they fit."""

    entry: Entry
    words: int
    score: int


def entries(program: Program, cases: Mapping[str, str]) -> Iterator[Entry]:
    """Yield everything that has a name, each once, in the order in which equals are told.

    :param cases: the titles of the canonical cases by name.
    """
    for name, (kind, label) in program.concepts.items():
        yield Entry("concept", unquote(name), label, " ".join([kind, *program.questions.get(name, ())]))
    for each in program.statements.values():
        yield Entry("statement", each.id, each.words, f"{each.source} {program.notices.get(each.id, '')}")
    yield from (Entry("interpretation", name, words) for name, words in program.interpretations.items())
    yield from (Entry("predicate", p.name, of_predicate(p) or p.name) for p in program.predicates.values())
    for rule in program.rules:
        if rule.cites and rule.body:
            yield Entry("rule", rule.id, of_rule(rule, program), rule.source)
    yield from _groups(program)
    yield from _codes(program)
    yield from (Entry("case", name, title) for name, title in cases.items())


def _groups(program: Program) -> Iterator[Entry]:
    found = {group(rule): rule for rule in program.rules if rule.cites and not rule.body}
    for name, rule in found.items():
        if name not in program.statements:
            yield Entry("facts", name, f"facts of {rule.head.predicate}", rule.source)


def _codes(program: Program) -> Iterator[Entry]:
    """Yield the codes that facts speak of and no concept is named by."""
    found: dict[str, list[str]] = {}
    for rule in program.rules:
        if not rule.body and rule.cites:
            for term in rule.head.args:
                if str(term).startswith('"') and term not in program.concepts:
                    found.setdefault(unquote(str(term)), []).append(say_atom(rule.head, program))
    yield from (Entry("code", code, "; ".join(dict.fromkeys(said))) for code, said in found.items())


def words_of(text: str) -> list[str]:
    """Return the words of a text or an id without regard to capitals; what has points in it, as a code, is one."""
    return [word.casefold() for word in _WORD.findall(text.replace("_", " "))]


def search(every: Iterable[Entry], wanted: Sequence[str]) -> list[Hit]:
    """Return the entries that have some of the words, those that have most first, then those that they fit best.

    Equals keep their order.

    A word counts most as an id, then in what a thing is called, least elsewhere; a whole word counts more than the
    beginning of one, and that more than another form of it.

    :param wanted: words as `words_of` gives them.
    """
    hits = []
    for entry in every:
        fits = [_fit(word, entry) for word in wanted]
        if any(fits):
            hits.append(Hit(entry, sum(map(bool, fits)), sum(fits)))
    return sorted(hits, key=lambda hit: (-hit.words, -hit.score))


def best(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that have as many of the words as any has."""
    return [hit for hit in hits if hit.words == hits[0].words]


def _fit(word: str, entry: Entry) -> int:
    if word == entry.id.casefold():
        return 9
    fields = (words_of(entry.id) + words_of(entry.label), 2), (words_of(entry.more), 1)
    return max((weight * _alike(word, each) for field, weight in fields for each in field), default=0)


def _alike(word: str, other: str) -> int:
    """Return 3 for the same word, 2 for one that begins so, 1 for another form of it, else 0."""
    if word == other:
        return 3
    if len(word) > 1 and other.startswith(word):
        return 2
    alike = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    return int(alike >= min(_STEM, len(word)) and max(len(word), len(other)) - alike <= _ENDING and len(word) > 2)


def corrected(every: Iterable[Entry], wanted: Sequence[str]) -> list[str]:
    """Return the words with each that stands nowhere as the nearest one that does; as they are where none is near."""
    known = sorted({word for entry in every for text in entry for word in words_of(text)})
    return [word if any(_alike(word, each) for each in known) else _nearest(word, known) for word in wanted]


def _nearest(word: str, known: Sequence[str]) -> str:
    return next(iter(get_close_matches(word, known, n=1, cutoff=_CLOSE)), word)


def has_all(program: Program, wanted: Sequence[str]) -> bool:
    """Return whether something of a program has all of some words."""
    return any(hit.words == len(wanted) for hit in search(entries(program, {}), wanted))


def as_json(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """Return what a search found as a JSON list, the best first."""
    return [{"kind": h.entry.kind, "id": h.entry.id, "text": h.entry.label, "words": h.words} for h in hits]


def as_table(hits: Sequence[Hit], width: int) -> str:
    """Return what a search found as a table, the best first.

    :param width: the most columns it may take; 0 is as many as it takes.
    """
    return table([("kind", "id", "text"), *((h.entry.kind, h.entry.id, h.entry.label) for h in hits)], width)
