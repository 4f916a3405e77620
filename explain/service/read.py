"""What a guideline says, as pages and as JSON: whatever has a name, a search, and lists that link to each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from ...engine.cases.case import Case, read_files
from ...engine.cases.find import canonical
from ...engine.language.errors import CaseError, refused
from ...engine.language.terms import unquote
from ...engine.library.guideline import Guideline
from ...engine.program.program import AUTHORITIES
from ..reference import names
from ..reference.rules import authority_of, find, in_force, rule_json, said
from ..reference.show import Shown, as_json, look_up
from .survey import Surveyed

Asked = Mapping[str, str]
"""What stands behind the ? of an address."""
CASES, STATEMENTS = "cases", "statements"
KINDS = (STATEMENTS, "rules", "concepts", "codes", "predicates", "readings", CASES)
"""The kinds of things that have a page, as their addresses have them."""
MOST = 50
"""How many hits of a search a page shows."""


class Link(NamedTuple):
    """Words that may lead somewhere."""

    text: str
    href: str = ""


Cell = tuple[Link, ...]


class Listed(NamedTuple):
    """A list: what its columns are, its rows, what it may be filtered by, and the same as JSON."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    filters: tuple[tuple[str, str, tuple[str, ...]], ...]  # name, label, words to choose from (none: to be written)
    data: Any
    told: str = ""


class Reader:
    """Reads one guideline."""

    def __init__(self, guideline: Guideline) -> None:
        self.guideline, self.program = guideline, guideline.program

    @cached_property
    def titles(self) -> dict[str, str]:
        """The canonical cases by name, each with its title; one that cannot be read has none."""
        return {
            name: "; ".join(case.title for case in read_files([path], self.guideline) if isinstance(case, Case))
            for name, path in canonical(self.guideline).items()
        }

    @cached_property
    def entries(self) -> list[names.Entry]:
        """Everything that has a name."""
        return list(names.entries(self.program, self.titles))

    @cached_property
    def _kinds(self) -> dict[str, str]:
        """The kind of everything that has a page, by its name."""
        found = dict.fromkeys(canonical(self.guideline), CASES)
        found |= {rule.id: "rules" for rule in self.program.rules if rule.cites}
        found |= dict.fromkeys(self.program.predicates, "predicates")
        found |= {unquote(c): "codes" if c.startswith('"') else "concepts" for c in self.program.concepts}
        return (
            found
            | dict.fromkeys(self.program.interpretations, "readings")
            | dict.fromkeys(self.program.statements, STATEMENTS)
        )

    @cached_property
    def _ids(self) -> re.Pattern[str]:
        """The names that no word of a sentence is."""
        known = [name for name in self._kinds if re.search(r"[A-Z0-9].*[0-9.-]|[0-9]{3}", name)]
        return re.compile(
            rf"(?<![\w.])({'|'.join(map(re.escape, sorted(known, key=len, reverse=True)))})(?![\w-]|\.\w)"
        )

    def link(self, name: str) -> Link:
        """Return a name with its page."""
        if name not in self._kinds:
            return Link(name)
        return Link(name, f"/{self._kinds[name]}/{quote(name, safe='')}?{self.query()}")

    def links(self, every: Iterable[str]) -> Cell:
        """Return names with their pages."""
        return tuple(map(self.link, every))

    def linked(self, text: str) -> Iterator[Link]:
        """Yield a sentence in parts: the ids in it lead to their pages."""
        for at, part in enumerate(self._ids.split(text)):
            yield self.link(part) if at % 2 else Link(part)

    def query(self, **more: str) -> str:
        """Return what stands behind the ? of an address in this guideline."""
        return urlencode({"guideline": self.program.name, **more})

    def shown(self, name: str) -> Shown:
        """Return all there is to tell of a name; the cases that exercise it where they are known by now.

        :raises CaseError: where nothing is called so.
        """
        return look_up(self.guideline, name, None)

    def shown_json(self, shown: Shown) -> dict[str, Any]:
        """Return what is told of a name as `coverlog show` has it."""
        return as_json(shown, self.program)

    def found(self, words: str) -> tuple[list[names.Hit], list[str]]:
        """Return the hits of a search, the best first, and the words that were searched for."""
        meant = names.corrected(self.entries, names.words_of(words))
        return names.best(names.search(self.entries, meant)), meant

    def rules(self, asked: Asked) -> Listed:
        """Return the rules that filters let through.

        :raises CaseError: where there is no such statement, authority or predicate.
        """
        statement, authority, asks, date = (asked.get(name, "") for name in ("statement", "authority", "uses", "date"))
        found = find(self.program, statement=statement, authority=authority, uses=asks, date=date)
        rows = [(self.links([r.id]), (Link(authority_of(self.program.authority(r))),), self.links(r.cites),
                 (Link(in_force(r)),), tuple(self.linked(said(r, self.program)))) for r in found]  # fmt: skip
        authorities = (*AUTHORITIES, *self.program.authorities)
        return Listed(
            "Rules", ("rule", "authority", "cites", "in force", "says"), rows,
            (("authority", "Authority", authorities), ("date", "In force on, YYYY-MM-DD", ()),
             ("statement", "Citing", ()), ("uses", "Asking for", ())),
            [rule_json(rule, self.program) for rule in found],
        )  # fmt: skip

    def cases(self, asked: Asked) -> Listed:
        """Return the canonical cases, or those of an outcome, by the folder that they stand in."""
        paths = canonical(self.guideline)
        outcomes = tuple(dict.fromkeys(path.parent.name for path in paths.values()))
        wanted = asked.get("outcome", "")
        found = [name for name, path in paths.items() if wanted in ("", path.parent.name)]
        rows = [(self.links([name]), (Link(self.titles[name]),), (Link(authority_of(paths[name].parent.name)),))
                for name in found]  # fmt: skip
        data = [{"id": name, "title": self.titles[name], "outcome": paths[name].parent.name} for name in found]
        filters = (("outcome", "Outcome", outcomes),)
        return Listed("Cases", ("case", "title", "outcome"), rows, filters, data)

    def statements(self, asked: Asked, surveyed: Surveyed | None) -> Listed:
        """Return the statements and readings with what hangs on each: the traceability matrix.

        :raises CaseError: where there is no such authority.
        """
        authority, wanted = asked.get("authority", ""), asked.get("date", "")
        known = (*AUTHORITIES, *self.program.authorities)
        if authority and authority not in known:
            raise refused("authority", "no such authority", f"there are {', '.join(known)}")
        rows = [row for row in (surveyed.rows if surveyed else [])
                if authority in ("", row.authority) and (not wanted or row.effective <= wanted)]  # fmt: skip
        cells = [(self.links([r.statement]), tuple(self.linked(r.words)),
                  (Link(f"{authority_of(r.authority)} {r.effective}".strip()),), self.links(r.rules),
                  self.links(r.interpretations), self.links(r.by), self.links(r.proved),
                  (Link(", ".join(r.holes)),)) for r in rows]  # fmt: skip
        heads = ("statement", "says", "authority", "rules", "readings", "cases by it", "cases that use it", "holes")
        told = "" if surveyed else "The canonical cases are being run for this; load the page again in some seconds."
        filters = (("authority", "Authority", known), ("date", "In force on, YYYY-MM-DD", ()))
        return Listed("Statements", heads, cells, filters, [row._asdict() for row in rows], told)

    def editions(self, asked: Asked) -> Listed:
        """Return the dates since which the rules have been otherwise, and what came and went on each."""
        told = [rule for rule in self.program.rules if rule.cites]
        dates = self.program.boundaries()
        found = [(date, {rule.id: rule for rule in told if rule.effective == date},
                  {rule.id: rule for rule in told if rule.ended == date}) for date in dates]  # fmt: skip
        wanted = asked.get("from", "")
        rows = [((Link(date),), (Link(what),), self.links([name]), tuple(self.linked(said(rule, self.program))))
                for date, came, gone in found if wanted in ("", date)
                for what, rules in (("begins", came), ("ends", gone)) for name, rule in rules.items()]  # fmt: skip
        data = [{"date": date, "begins": [*came], "ends": [*gone]} for date, came, gone in found]
        return Listed(
            "Editions", ("from", "what", "rule", "says"), rows, (("from", "From", tuple(dates)),), data,
            f"{len(dates)} dates; coverlog diff tells which answers differ between two of them.",
        )  # fmt: skip


def reader_of(readers: Mapping[str, Reader], asked: Asked, name: str = "") -> Reader:
    """Return who reads the guideline that is asked for; where none is, the first that has something of a name.

    :raises CaseError: where there is no such guideline.
    """
    wanted = asked.get("guideline", "")
    if wanted and wanted not in readers:
        raise refused("", "no such guideline", f"there are {', '.join(readers)}")
    if wanted:
        return readers[wanted]
    for reader in readers.values() if name else ():
        try:
            reader.shown(name)
        except CaseError:
            continue
        return reader
    return next(iter(readers.values()))
