"""Which other requests there are for a line: its session with, or without, the codes that the rules tell apart."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

from ...engine.cases.case import Case
from ...engine.decision.loosened import is_of_line
from ...engine.language.record import NamedTuple
from ...engine.language.terms import Atom, quote
from ...engine.library.guideline import Guideline
from ...engine.program.interface import SERVICE

REQUESTS = 32
"""The most requests that are looked at for a line, the one made among them; those that change least come first."""


class Request(NamedTuple):
    """Another request for a session: codes that come to it, each by those that are as good, and codes that go."""

    add: tuple[tuple[str, ...], ...] = ()
    drop: tuple[tuple[str, ...], ...] = ()

    @property
    def changes(self) -> frozenset[tuple[str, ...]]:
        """What differs from the request made."""
        return frozenset((*self.add, *self.drop))


def requests(case: Case, guideline: Guideline, date: str, code: str, session: int) -> tuple[list[Request], bool]:
    """Return the requests for a line's session, that made first, and whether those are all.

    Codes of which the rules say the same come and go together; those that are like the line's own stay.
    """
    from ...engine.decision.alike import alike  # slow to import, and only a line that is refused needs it

    there = dict.fromkeys(line.code for line in case.lines if line.session == session)
    changes: list[tuple[bool, tuple[str, ...]]] = []
    for codes in alike(guideline, date):
        own = tuple(code for code in there if code in codes)
        if code not in codes:
            changes.append((not own, own or codes))
    found: list[Request] = []
    for number in range(len(changes) + 1):
        for chosen in combinations(changes, number):
            if len(found) == REQUESTS:
                return found, False
            found.append(Request(tuple(c for new, c in chosen if new), tuple(c for new, c in chosen if not new)))
    return found, True


def facts(case: Case, guideline: Guideline, request: Request, session: int) -> list[Atom]:
    """Return what a case says, with the codes of another request."""
    gone = {quote(code) for codes in request.drop for code in codes}
    of_line = _of_line(guideline)
    kept = [a for a in case.facts if not (a.predicate in of_line and a.args[0] == session and a.args[1] in gone)]
    return kept + [Atom(SERVICE, (session, quote(codes[0]))) for codes in request.add]


@lru_cache(maxsize=16)
def _of_line(guideline: Guideline) -> frozenset[str]:
    return frozenset(name for name, predicate in guideline.program.predicates.items() if is_of_line(predicate))
