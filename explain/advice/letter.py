"""The rationale of a determination in plain language: every outcome with its specific reason, on one page."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from ...engine.decision.decide import Judged, LineDecision
from ...engine.language.errors import refused
from ...engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from .asks import Box, called, needs
from .block import Block, heading, items, listed, one, sentence, text
from .checklist import MORE
from .groups import Group, groups, nearest, shared
from .reasons import Reasons, Shortfall
from .remedies import ways
from .wording import alternatives, covered_words, rules_of, showing, words, words_by

AUTHORITIES = {
    "stated": "Stated in the guideline as published",
    "earlier_edition": "Taken from an earlier edition of the guideline",
    "inferred": "Inferred wording, which no edition at hand has; to be confirmed against the full document",
    "interpretation": "How we read wording that can be understood in more than one way",
}
_OPEN = "This cannot be decided on the record as it stands."
Found = TypeVar("Found", bound=Hashable)


def letter(judged: Judged) -> list[Block]:
    """Return the letter of a decided case, part by part.

    :raises CaseError: where no specific reason can be written for a line that is refused.
    """
    return list(_Letter(judged).blocks())


class _Letter:
    """Writes the letter of one decided case, and notes which statements it rests on."""

    def __init__(self, judged: Judged) -> None:
        self.judged, self.decision, self.case = judged, judged.decision, judged.case
        self.program = judged.guideline.program
        self.reasons = Reasons(judged)
        self.cited: dict[str, bool] = {}  # statements and readings, and whether the letter has their words already

    def blocks(self) -> Iterator[Block]:
        yield from self._opening()
        for lines in self._groups():
            yield heading(f"{self._names(lines)}: {lines[0].words}")
            yield from _SECTIONS[lines[0].role](self, lines)
            self._note(name for line in lines for name in line.rests_on)
        yield heading("What this rests on")
        yield items(self._authorities())
        yield text(" ".join(self.decision.notices))
        yield text(f"Reviewed by: {'.' * 40} Date: {'.' * 20}")

    def _opening(self) -> Iterator[Block]:
        program, case = self.program, self.case
        yield Block("title", (("", "Rationale for the determination"),))
        yield text(f"{case.id}{f', {case.title}' if case.title else ''}. Date of service: {case.date}.", "Case:")
        unsaid = "unknown" if self.decision.world == "open" else "not so"
        yield text(
            "This letter gives the reason for each outcome. It applies the criteria of "
            f"{program.name}, {program.title} (published {program.published}), as of {self.decision.as_of}, to the "
            f"case as submitted. A finding that the case does not document counts as {unsaid}."
        )

    def _groups(self) -> list[list[LineDecision]]:
        """Return the lines, those that are decided alike together."""
        groups: dict[str, list[LineDecision]] = {}
        for line in {(line.cpt, line.session): line for line in self.decision.lines}.values():
            refused = line.role == UNFAVOURABLE
            own = self.reasons.specifics(line) if refused else line.missing
            groups.setdefault(json.dumps([line.outcome, line.by, line.reason, own]), []).append(line)
        return list(groups.values())

    def _names(self, lines: Iterable[LineDecision]) -> str:
        labels = ((called(line, self.judged), self.program.label(f'"{line.cpt}"'), line.cpt) for line in lines)
        return listed([name + (f" ({label})" if label != cpt else "") for name, label, cpt in labels])

    def _note(self, statements: Iterable[str]) -> None:
        """Note statements that the letter rests on without saying their words."""
        for name in statements:
            self.cited.setdefault(name, False)

    def _cite(self, statement: str, how: Sequence[str] = ()) -> str:
        """Return the words of a statement, or of the rule by which it applies, and note that the letter has them."""
        self.cited[statement] = True
        return words_by(statement, rules_of(statement, how, self.program), self.program)

    def favourable(self, lines: Sequence[LineDecision]) -> Iterator[Block]:
        by = lines[0].by
        met = one(by, "this criterion is met", "these criteria are met")
        yield text(f"{one(lines, 'This is', 'These are')} {lines[0].words}, because {met}:")
        yield items((f"{name}:", sentence(self._cite(name, lines[0].how))) for name in by)
        atoms = [atom for line in lines for atom in self.reasons.decisive(line)]
        yield text("The case and its record show:")
        yield items(("", sentence(fact)) for fact in self.reasons.facts(atoms))
        self._note(self.reasons.statements(atoms))

    def unfavourable(self, lines: Sequence[LineDecision]) -> Iterator[Block]:
        specifics = self.reasons.specifics(lines[0])
        under = listed([f"{name} ({self._cite(name)})" for name in specifics])
        here = list(dict.fromkeys(text for told in specifics.values() for text in told))
        yield text(
            f"{one(lines, 'This is', 'These are')} {lines[0].words}. "
            f"{one(lines, 'It falls', 'They fall')} under {under}." + (f" Here, {listed(here)}." if here else "")
        )
        short = self._by_line(lines, self.reasons.shortfalls)
        if short:
            yield text(f"{one(short, 'This criterion speaks', 'These criteria speak')} of the case without being met:")
            yield items(self._shortfall(each, only) for each, only in short)
            self._note(name for line in lines for name in self.reasons.blockers(line))
        else:
            yield text(self._nothing_in_play(lines, here))
        yield from self._change(lines)

    def _shortfall(self, short: Shortfall, only: str) -> tuple[str, str]:
        told = self._cite(short.statement)
        rests = "".join(f" {n} ({self._cite(n)}) rests on it." for n in short.within if n not in told)
        because = "; ".join(short.because) + (f", although {listed(short.although)}" if short.although else "")
        return f"{short.statement}{only}:", f"{sentence(told)}{rests} Not met, because {because}."

    def _nothing_in_play(self, lines: Sequence[LineDecision], said: Sequence[str]) -> str:
        """Say that no criterion speaks of the case; where that is not the reason, there is none to give."""
        for line in lines:
            if not line.by or self.reasons.played(line):
                said = f"no specific reason can be written for {called(line, self.judged)}"
                raise refused(self.case.place, said, "see coverlog explain")
        named, codes = self.reasons.named(), self.reasons.codes()
        if not named:
            given = f" (its codes, {listed(codes)}, stand for none)" if codes else ""
            return f"The case names no condition that the criteria speak of{given}."
        if set(named) <= set(said):
            return "No criterion for this request speaks of that."
        return f"No criterion for this request speaks of what the case names: {alternatives(named, 'and')}."

    def _change(self, lines: Sequence[LineDecision]) -> Iterator[Block]:
        """Say the nearest ways in which lines would be covered, or what could lead there."""
        played = any(map(self.reasons.played, lines))
        lifts = [told for told, _ in self._by_line(lines, self.reasons.lifts)]
        found = self._by_line(lines, self._ways) if played or lifts else []
        if found:
            found.sort(key=lambda pair: pair[0].size)
            shown, more = nearest(found)
            common, rest = shared([group for group, _ in shown])
            yield text(f"{self._would_be(lines, rest, common)}:")
            told = zip((self._way(group, rest) for group in rest), (only for _, only in shown), strict=True)
            yield items(("", sentence(way + only)) for way, only in told)
            yield from _more(more)
        elif lifts:
            yield text(f"The outcome could change if {listed(lifts, last=' or ')}.")
        elif not played:
            yield text(
                "The outcome could change if the case names, as suspected or established, a condition that a criterion "
                "for this request speaks of, and the record documents what that criterion asks for."
            )

    def _ways(self, line: LineDecision) -> list[Group]:
        return groups(ways(self.judged, line).ways)

    def _would_be(self, lines: Sequence[LineDecision], shown: Sequence[Group], common: Box) -> str:
        """Say which outcomes lines would have by some ways, and what all of these ask for."""
        covered = covered_words(self.program, (group.outcome for group in shown))
        beside = f"{self._showing(common)}, and beside that with " if common else ""
        return f"{one(lines, 'It', 'They')} would be {covered} with {beside}{one(shown, 'this', 'any one of these')}"

    def _way(self, group: Group, shown: Sequence[Group]) -> str:
        """Return what one of some groups of ways comes to, and what the guideline says against it."""
        asked = f"a request in which {listed(group.request)}" if group.request else ""
        against = "; ".join(advisory.text for advisory in group.objections)
        told = ", and ".join(filter(None, (asked, self._showing(group.box))))
        leads = f" ({self.program.outcome(group.outcome).words})" if len({g.outcome for g in shown}) > 1 else ""
        return told + leads + (f" (worth knowing: {against})" if against else "")

    def _showing(self, box: Box) -> str:
        """Return what a record would have to show, each choice as alternatives."""
        return f"a record which shows that {showing(needs(box), self.program)}" if box else ""

    def waiting(self, lines: Sequence[LineDecision]) -> Iterator[Block]:
        found = self._ways(lines[0])
        if not found:
            covered = covered_words(self.program)
            yield text(f"{_OPEN} Nothing that it leaves open would make {one(lines, 'this', 'these')} {covered}.")
            return
        shown, more = nearest(found)
        common, rest = shared(shown)
        begin = f"{_OPEN} It neither shows nor rules out what the criteria ask for. "
        yield text(f"{begin}{self._would_be(lines, rest, common)}:")
        told = ((g, self._words(g.statements) + self._way(g, rest)) for g in rest)
        yield items((f"{listed(g.statements)}:", sentence(each)) for g, each in told)
        yield from _more(more)
        if not lines[0].missing_complete:
            yield text(MORE)
        self._note(item.statement for group in shown for choice in group.box for item in choice)

    def _words(self, names: Sequence[str]) -> str:
        """Return the words of statements that the letter does not have yet, to stand before what they ask for."""
        new = [self._cite(name) for name in names if not self.cited.get(name)]
        return f"{'; '.join(new)}. Needed: " if new else ""

    def silent(self, lines: Sequence[LineDecision]) -> Iterator[Block]:
        atoms = [atom for line in lines for atom in self.reasons.decisive(line)]
        here = self.reasons.circumstances(atoms)
        yield text(
            f"The guideline gives no answer for {one(lines, 'this', 'these')}, "
            f"because {self.program.label(lines[0].reason)}."
            + (f" Here, {listed(here)}." if here else "")
            + " This is neither an approval nor a refusal; it has to be decided on another basis."
        )
        self._note(self.reasons.statements(atoms))

    def _by_line(
        self, lines: Sequence[LineDecision], find: Callable[[LineDecision], Iterable[Found]]
    ) -> list[tuple[Found, str]]:
        """Return what is found for lines, each thing once, and for which lines where it is not for all."""
        found: dict[Found, list[str]] = {}
        for line in lines:
            for each in find(line):
                found.setdefault(each, []).append(called(line, self.judged))
        return [(each, "" if len(of) == len(lines) else f" (for {listed(of)})") for each, of in found.items()]

    def _authorities(self) -> Iterator[tuple[str, str]]:
        """Yield the statements and readings relied on by their authority, with the words not yet said."""
        told_as = {**AUTHORITIES, **{name: sentence(said)[:-1] for name, said in self.program.authorities.items()}}
        named: dict[str, list[str]] = {authority: [] for authority in told_as}
        for name, told in self.cited.items():
            if name in self.program.statements:
                own = named[self.program.statements[name].authority]
                own.append(name if told else f"{name} ({words(name, self.program)})")
            else:
                named["interpretation"].append(f"{name} ({self.program.interpretations[name]})")
        return ((f"{told_as[key]}:", f"{'; '.join(each)}.") for key, each in named.items() if each)


_SECTIONS: dict[str, Callable[[_Letter, Sequence[LineDecision]], Iterator[Block]]] = {
    FAVOURABLE: _Letter.favourable,
    UNFAVOURABLE: _Letter.unfavourable,
    WAITING: _Letter.waiting,
    SILENT: _Letter.silent,
}


def _more(number: int) -> Iterator[Block]:
    """Say how many ways a letter leaves out, and where they are."""
    if number:
        yield text(f"There are {number} more ways; coverlog checklist has all.")
