"""What can be wrong with a guideline or a case, said with its place and a remedy."""

from __future__ import annotations

from collections.abc import Iterable

from .record import NamedTuple
from .terms import Place
from .visible import visible

CONTRADICTORY = "contradictory documentation"
"""How the refusal of a case begins that contradicts itself."""


class Finding(NamedTuple):
    """Something wrong with a guideline's text: a stable code, the place, what it is, what to do."""

    code: str
    place: Place
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.place}: {self.code}: {self.message}; {self.fix}"


class GuidelineError(Exception):
    """A guideline that cannot be used; `findings` names every reason."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(map(str, self.findings)))


class Fault(NamedTuple):
    """One thing wrong: its place (file, line, column), what it is, and what to do where that is sure."""

    place: str  # empty where it is of no place
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        return (f"{self.place}: " if self.place else "") + self.message + (f"; {self.remedy}" if self.remedy else "")


class FaultError(Exception):
    """What was asked for cannot be done; the text names places and remedies, and has nothing hidden in it.

    Whoever only tells what is wrong catches this.

    :param text: what is wrong, where it is not told by faults.
    :param faults: every fault; the text is then theirs, one a line.
    """

    def __init__(self, text: str = "", faults: Iterable[Fault] = ()) -> None:
        found = list(faults) or [Fault("", line) for line in text.split("\n")]
        self.faults = tuple(Fault(*map(visible, fault)) for fault in found)
        super().__init__("\n".join(map(str, self.faults)))


class CaseError(FaultError, ValueError):
    """A case that cannot be decided, or anything else that was given and cannot be used as it is.

    Whoever concludes something of the case catches this: it is never that of a limit.
    """


def refused(place: str, message: str, remedy: str = "") -> CaseError:
    """Return the error of one fault, its parts apart."""
    return CaseError(faults=[Fault(place, message, remedy)])


FEW = 15
"""So many names an error lists at most; of more it has the nearest three, and says where they all are."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `did you mean ...?`, or an empty text where nothing known is close to the word.

    A slip of a letter or two is closest, then the names that have the word in them, then one that resembles it.
    """
    from difflib import get_close_matches

    names = list(known)
    holding = [name for name in names if len(word) > 3 and word.casefold() in name.casefold()]
    holding.sort(key=lambda name: (len(name), name))
    close = get_close_matches(word, names, n=1, cutoff=0.85) or holding[:3] or get_close_matches(word, names, n=1)
    return f"did you mean {' or '.join(close)}?" if close else ""


def known_are(word: str, known: Iterable[str], where: str) -> str:
    """Return the names that are known, or the nearest of them and where all are.

    :param where: what lists them, such as a command.
    """
    from difflib import get_close_matches

    names = list(known)
    if len(names) <= FEW:
        return f"known are {', '.join(names)}"
    near = get_close_matches(word, names, n=3, cutoff=0.4)
    told = (
        f"the nearest of {len(names)} known: {', '.join(near)}"
        if near
        else f"none of the {len(names)} known is like it"
    )
    return f"{told}; all of them: {where}"
