"""What became of all mutants and edits: noticed by a case or by review, equivalent, unreviewed, or missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...engine.library.guideline import Guideline
from ..advice.phrases import some
from .edits import DECLARED, Edit
from .equivalent import judge_survivors, read_marks
from .mutants import Mutant
from .mutation import Fate
from .reviewed import read, snapshot


class Tally(NamedTuple):
    """The fates of mutants and edits, sorted out."""

    every: int
    by_case: int
    by_review: int
    equivalent: dict[str, str]  # by name, with the reason
    unreviewed: int  # edits of words in a guideline of which nothing was reviewed
    left: list[Fate]
    late: list[Fate]  # those that were not judged in time
    stale: list[str]  # marks of equivalence that stand for nothing

    @property
    def share(self) -> float:
        """The percentage noticed, of those that could be; of what was not judged nobody knows that it was."""
        noticed = self.by_case + self.by_review
        every = noticed + len(self.left) + len(self.late)
        return 100 * noticed / every if every else 100.0

    def __str__(self) -> str:
        late = f", {len(self.late)} not judged in time" if self.late else ""
        unreviewed = f", {self.unreviewed} of words that nobody reviewed" if self.unreviewed else ""
        return (
            f"{some(self.every, 'mutant')}, {self.by_case} noticed by a case, {self.by_review} noticed by review, "
            f"{len(self.equivalent)} equivalent, {len(self.left)} missed{late} ({self.share:.1f} %){unreviewed}"
        )


def tally(fates: Sequence[Fate], guideline: Guideline, every: Sequence[Mutant | Edit]) -> Tally:
    """Sort out fates.

    :param every: all mutants and edits of the guideline, those not run among them: what a mark may name.
    :raises CaseError: where `equivalent.yaml` or `reviewed.yaml` cannot be read.
    """
    words = read(guideline.folder)
    survivors = [fate for fate in fates if not fate.case]
    wordy = [fate for fate in survivors if isinstance(fate.mutant, Edit) and fate.mutant.kind != DECLARED]
    by_review = [f for f in wordy if words is not None and snapshot(f.mutant.apply(guideline.program)) != words]
    reasons = judge_survivors([f.mutant for f in survivors if f not in by_review], guideline)
    unreviewed = len(wordy) if words is None else 0
    aside = by_review if words is not None else wordy
    left = [f for f in survivors if f not in aside and f.mutant.name not in reasons]
    return Tally(
        len(fates), len(fates) - len(survivors), len(by_review), reasons, unreviewed,
        [f for f in left if not f.late], [f for f in left if f.late], _stale(fates, guideline, every),
    )  # fmt: skip


def _stale(fates: Sequence[Fate], guideline: Guideline, every: Sequence[Mutant | Edit]) -> list[str]:
    """Return the marks that name no mutant, or one that a case notices."""
    known = {(mutant.where, mutant.change) for mutant in every}
    noticed = {(fate.mutant.where, fate.mutant.change): fate.case for fate in fates}
    found = []
    for mark in read_marks(guideline.folder):
        if (mark.rule, mark.mutation) not in known:
            found.append(f"{mark.rule}: {mark.mutation}: there is no such mutant")
        elif case := noticed.get((mark.rule, mark.mutation)):
            found.append(f"{mark.rule}: {mark.mutation}: {case} notices it")
    return found
