"""What is doubtful in a case, as far as it can be read: codes that are none or say nothing, days to come, ids twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, MutableMapping
from itertools import chain

from ..language.errors import Fault, Finding
from ..language.terms import Place, Term, quote, unquote
from ..library.guideline import Guideline
from ..program.code_set import ancestors, exists, release
from ..program.code_systems import DIAGNOSIS, normal_code
from ..program.program import CaseKey, Program
from ..program.shapes import meant_by
from .case import Case
from .document import Path


def doubts(case: Case, guideline: Guideline, today: str) -> list[Finding]:
    """Return what is doubtful in a case by itself, in the order of the places.

    :param today: the ISO date after which a date of service is one to come.
    """
    found = []
    if case.date > today:
        told = f"the date of service, {case.date}, is in the future"
        fix = "check the year; what changes until then is not known"
        found.append(Finding("date-ahead", place_in(case, ("date_of_service",)), told, fix))
    keys = [p.case for p in guideline.program.predicates.values() if p.case and p.case.shape == "codes"]
    keys = [key for key in keys if key.system in ("", "icd10cm")]
    found += [finding for key in keys for finding in _codes(case, key, case.date or today, guideline.program)]
    return sorted(found, key=lambda finding: finding.place)


def repeated(case: Case, seen: MutableMapping[str, str]) -> Iterator[Finding]:
    """Yield that the id of a case is that of one before it.

    :param seen: the place of each id so far, to which the case's is added.
    """
    if case.id and case.id in seen:
        told = f"the id {case.id} is also that of the case at {seen[case.id]}"
        yield Finding("duplicate-id", place_in(case, ("id",)), told, "give each case one of its own")
    seen.setdefault(case.id, case.place)


def as_findings(faults: Iterable[Fault]) -> Iterator[Finding]:
    """Yield the faults of a case that cannot be decided as findings."""
    for fault in faults:
        yield Finding("case-fault", _place(fault.place), fault.message, fault.remedy)


def place_in(case: Case, path: Path) -> Place:
    """Return the place of a part of a case, or of the nearest part around it."""
    whole = _place(case.place)
    around = (path[:end] for end in range(len(path), -1, -1))
    return Place(whole.file, *next((case.places[each] for each in around if each in case.places), whole[1:]))


def _place(text: str) -> Place:
    found = re.fullmatch(r"(.*):(\d+):(\d+)", text)
    return Place(found[1], int(found[2]), int(found[3])) if found else Place(text, 1)


def _codes(case: Case, key: CaseKey, date: str, program: Program) -> Iterator[Finding]:
    """Yield the codes of a list that do not exist, or for which no clause in force has a word."""
    written = _written(case, key)
    terms = _terms(program, date) if written else set()
    for code, at in written.items():
        place = place_in(case, (key.key, at))
        if exists(code) is False:
            year = release().year
            yield Finding("code-unknown", place, f"{code} is no ICD-10-CM code of {year}{_of(date)}", _near(code))
        elif not any(_spoken(terms.intersection(map(quote, _and_categories(code))))) and any(_spoken(terms)):
            named = next((p.case.key for p in program.predicates.values() if p.case and p.case.shape == "each of"), "")
            fix = f"check it, or name what it stands for under {named}" if named else "check it"
            yield Finding("code-unread", place, f"{code} stands for nothing in {program.name}", fix)


def _written(case: Case, key: CaseKey) -> dict[str, int]:
    """Return the codes of a list, each with the number of its item; what has not the form of one is a fault."""
    found: dict[str, int] = {}
    written = case.said.get(key.key)
    for at, item in enumerate(written if isinstance(written, list) else ()):
        code = item.get("code") if isinstance(item, dict) else item
        if isinstance(code, str) and re.search(DIAGNOSIS, code):
            found.setdefault(normal_code(code), at)
    return found


def _near(code: str) -> str:
    """Return the remedy for a code that does not exist."""
    if exists(meant := meant_by(code)):
        return f"did you mean {meant}?"
    return f"the nearest that exists is {near[0]}" if (near := ancestors(code)) else "check it"


def _of(date: str) -> str:
    """Return what to add where a date is not in the year of the codes that are known."""
    known = release()
    inside = known.valid_from <= date <= known.valid_to
    return "" if inside else f", and may be one of another year; the date of service is {date}"


def _terms(program: Program, date: str) -> set[Term]:
    """Return the terms in the clauses in force on a date."""
    clauses = program.edition(date)
    found = set(chain.from_iterable(clause.head.args for clause in clauses))
    return found.union(*(literal.atom.args for clause in clauses if clause.body for literal in clause.literals))


def _spoken(terms: Iterable[Term]) -> Iterator[str]:
    """Yield the diagnosis codes and categories among some terms."""
    texts = (unquote(term) for term in terms if isinstance(term, str) and term.startswith('"'))
    return (text for text in texts if re.search(DIAGNOSIS, text) and any(map(str.isdigit, text)))


def _and_categories(code: str) -> Iterator[str]:
    yield code
    while len(code) > 3:
        code = code[:-1].rstrip(".")
        yield code
