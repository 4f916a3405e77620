"""Every minimal way of a line, the long way, by the criteria read by hand: what the list of ways is held against.

A way is a set of changes of a case: (what, value). Requests, settings and purposes are tried one by one with every
alternative of every criterion; those that the judge of the criteria finds necessary are kept, less those of which
another one needs a part, or something weaker.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

criteria = sys.modules["criteria"]  # which the fixtures have imported; with importlib mode the tests are no package
Case = dict[str, Any]
Change = tuple[str, str]
Way = frozenset[Change]
CODE = {"emg": "95886", "ncs": "95909", "rns": "95937"}


def every_way(case: Case, cpt: str, session: int, world: str) -> set[Way]:
    """Return every minimal way of a line that is refused: of what the case is about, or else of anything."""
    about = not criteria.stated(case).isdisjoint(criteria.TESTED_FOR)
    found = set(_minimal(_flipping(case, cpt, session, world, about=about)))
    return found or set(_minimal(_flipping(case, cpt, session, world, about=False)))


def does(case: Case, way: Iterable[Change], line: tuple[str, int], world: str) -> bool:
    """Say whether a line is necessary after the changes of a way."""
    cpt, session = line
    return _outcomes(gone(case, way, session), cpt, session, world) == {"medically_necessary"}


def gone(case: Case, way: Iterable[Change], session: int) -> Case:
    """Return a case with the changes of a way."""
    new = copy.deepcopy(case)
    for what, value in way:
        if what in ("setting", "purpose"):
            new[what] = value
        elif what == "add":
            new["services"].append({"cpt": CODE[value], "session": session})
        elif what == "drop":
            new["services"] = [s for s in new["services"] if not _is(s, session, value)]
        elif what == "stated":
            new.setdefault("conditions", []).append(value)
        else:
            findings = new.setdefault("findings", {})
            for name in criteria.chain(value):
                findings.pop(name, None)
            findings[value] = criteria.WEEKS_NEEDED if value in criteria.QUANTITIES else "present"
    return new


def _is(service: Case, session: int, kind: str) -> bool:
    return bool(service.get("session", 1) == session and criteria.KINDS.get(service["cpt"]) == kind)


def _flipping(case: Case, cpt: str, session: int, world: str, *, about: bool) -> Iterator[Way]:
    kind = criteria.KINDS.get(cpt, "none")
    others = [other for other in CODE if other != kind]
    toggles = [("drop" if any(_is(s, session, k) for s in case["services"]) else "add", k) for k in others]
    toggles += [(key, v) for key, v in (("setting", "outpatient"), ("purpose", "diagnosis")) if _differs(case, key, v)]
    for number in range(len(toggles) + 1):
        for request in map(frozenset, combinations(toggles, number)):
            for way in _documented(gone(case, request, session), kind, session, about=about):
                if does(case, request | way, (cpt, session), world):
                    yield request | way


def _outcomes(case: Case, cpt: str, session: int, world: str) -> set[str]:
    return {line["outcome"] for line in criteria.judge(case, world) if (line["cpt"], line["session"]) == (cpt, session)}


def _differs(case: Case, key: str, value: str) -> bool:
    said = case.get(key, "diagnosis")
    return said != value and not (key == "setting" and said == "office")


def _documented(case: Case, kind: str, session: int, *, about: bool) -> Iterator[Way]:
    """Yield what a case lacks of every alternative of every criterion for a kind of study."""
    facts = criteria.read(case, "closed")
    screened = facts.screened
    kinds = criteria._requested(case)[session]
    met = criteria._criteria(replace(facts, screened=False), kind, kinds)
    for lacking in {each - facts.known for alternatives in met.values() for each in alternatives}:
        if about and not criteria.TESTED_FOR.isdisjoint(lacking):
            continue
        symptoms = [()] if not screened or set(lacking) & set(criteria.SYMPTOMS) else [(s,) for s in criteria.SYMPTOMS]
        for more in symptoms:
            yield frozenset(_change(name) for name in criteria._strongest(frozenset((*lacking, *more))))


def _change(name: str) -> Change:
    return ("stated", name) if name in criteria.CONDITIONS else ("present", name)


def _minimal(ways: Iterable[Way]) -> Iterator[Way]:
    """Yield the ways of which no other one needs a part, or something weaker."""
    every = set(ways)
    told = {way: {(what, name) for what, value in way for name in _all(what, value)} for way in every}
    for way in every:
        if not any(other != way and other <= told[way] for other in every):
            yield way


def _all(what: str, value: str) -> list[str]:
    return criteria.chain(value) if what in ("present", "stated") else [value]
