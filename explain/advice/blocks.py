"""The statements that a line turns on, each with its items: what is met, and what is not and how."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from ...engine.decision.decide import LineDecision
from ...engine.language.record import NamedTuple
from ...engine.language.terms import Atom, Rule
from ...engine.program.program import Program
from .item import BARS, FOLDED, MET, Item
from .step import Choice, Step, cited, through
from .wording import words_by

Group = tuple[Item, ...]
Names = tuple[str, ...]
Parts = frozenset[Item | Choice]


class Block(NamedTuple):
    """A statement with its items: what is met, and what is not, by each way that would be enough for it."""

    statement: str
    words: str
    inferred: bool
    criterion: str  # the statement about the case that it serves, itself or another one
    how: tuple[str, ...]  # the rules that fired or failed
    met: Group
    lacking: tuple[Group, ...]  # each is a way; all items of it are needed
    whole: bool  # these ways differ in nothing else
    beside: Group  # what fails as well, and does not decide
    rests_on: frozenset[str]  # what the rules between the outcome and the items cite, and how they are read
    instead: bool = False  # another way to be covered than the block of the same statement that stands before it

    @property
    def about(self) -> bool:
        """Whether it asks for what the case is about, and not for what its record shows alone."""
        return any(item.about for group in (self.met, *self.lacking) for item in group)

    @property
    def reason(self) -> tuple[object, ...]:
        """What it says, by whichever rules that is so."""
        return self.criterion, self.statement, self.words, self.met, self.lacking, self.instead

    def as_json(self, program: Program) -> dict[str, Any]:
        """Return the block as the documented JSON object."""
        told = {name: [item.as_json() for item in getattr(self, name)] for name in ("met", "beside")}
        lacking = [[item.as_json() for item in group] for group in self.lacking]
        rests_on = program.in_order(self.rests_on)
        return self._asdict() | told | {"how": list(self.how), "lacking": lacking, "rests_on": rests_on}


Place = tuple[str, str, Atom]
"""Where the items of a rule belong: the criterion that it serves, its statement, and its head."""


class _Draft:
    """A block in the making."""

    __slots__ = ("above", "beside", "lacking", "met", "rules", "tops")

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.above: set[str] = set()  # what the rules between the outcome and the items go by
        self.met: dict[Item, None] = {}
        self.lacking: dict[Group, frozenset[Atom]] = {}  # and what other rules would have to give as well
        self.beside: dict[Item, None] = {}
        self.tops: set[str] = set()  # the rules for the outcome that it is on the way to

    @property
    def says(self) -> bool:
        """Whether it has any item."""
        return bool(self.met or self.lacking or self.beside)

    def join(self, other: _Draft) -> None:
        """Add another one; at most one of the two lacks anything."""
        self.rules |= other.rules
        self.above |= other.above
        self.met |= other.met
        self.lacking |= other.lacking
        self.beside |= other.beside
        self.tops |= other.tops


class Writer:
    """Writes the blocks of one line, statement by statement."""

    def __init__(self, line: LineDecision, program: Program) -> None:
        self.line, self.program = line, program
        self.drafts: dict[Place, _Draft] = {}
        self.folded: dict[str, None] = {}
        self._done: set[tuple[str, int, Parts, Atom | None]] = set()
        self._decides = set[Item]()
        self._top = ""  # the rule for the outcome that is written
        self._more: Parts = frozenset()  # what it lacks beside all that another one lacks

    def line_rule(self, step: Step, more: Parts = frozenset()) -> None:
        """Add what a rule for the outcome asks for, and what the rules below it do, in its order.

        :param more: what it lacks beside all that another rule lacks, which does not decide.
        """
        self._top, self._more = step.rule.id, more
        self._step(step, "", (), False)

    def _step(self, step: Step, criterion: str, above: Names, barred: bool, head: Atom | None = None) -> None:
        """Add a rule, and the rules below it.

        :param criterion: the statement about the case that it serves, or an empty text.
        :param above: what the rules above cite, and how they are read.
        :param barred: whether something beside it fails already, whatever it lacks.
        :param head: what it gives by way of a rule that asks for nothing else.
        """
        if (key := (criterion, id(step), self._more, head)) in self._done:  # it stays as long as the line is written
            return
        self._done.add(key)
        statement = step.rule.cites[0] if step.rule.cites else ""
        above += cited(step.rule)
        bars = barred or (bool(step.lacking) and step.barred)
        below = statement if step.about else criterion
        waiting = bool(step.items) or statement in self.line.by
        for part in step.parts:
            if isinstance(part, Choice):
                apart = bars or (step.fails and not part.fails) or (bool(self._more) and part in self._more)
                if len(part.steps) == 1:
                    self._step(part.steps[0], below, above, apart)
                else:
                    self._choice(part, below, above, apart)
            elif part.state == FOLDED:
                self.folded[part.label] = None
            elif waiting:
                waiting = self._items(step, below or statement, head, above, barred)
        if waiting:
            self._items(step, below or statement, head, above, barred)

    def _items(self, step: Step, criterion: str, head: Atom | None, above: Names, barred: bool) -> bool:
        """Add the items of a rule; return that nothing of them is left to add."""
        draft, items = self._draft(step.rule, criterion, head), step.items
        draft.rules[step.rule.id] = step.rule
        draft.above.update(above)
        draft.tops.add(self._top)
        if not step.lacking:
            for item in items:
                draft.met[item] = None
            return False
        draft.met |= {item: None for item in items if item.state == MET}
        draft.beside |= dict.fromkeys(item for item in items if item in self._more)
        lacking = tuple([item for item in items if item.state != MET and item not in self._more])
        if step.fails:
            decides = [item for item in lacking if item.state == BARS] or [item for item in lacking if item.fails]
            draft.beside |= {item: None for item in lacking if item not in decides}
            lacking = tuple(decides)
        if barred:
            draft.beside |= dict.fromkeys(lacking)
        elif lacking:
            others = [p for p in step.lacking if isinstance(p, Choice) and p.fails == step.fails]
            draft.lacking[lacking] = frozenset(choice.atom for choice in others)
            self._decides.update(lacking)
        return False

    def _draft(self, rule: Rule, criterion: str, head: Atom | None = None) -> _Draft:
        key = (criterion, rule.cites[0] if rule.cites else "", head or rule.head)
        if (draft := self.drafts.get(key)) is None:
            draft = self.drafts[key] = _Draft()
        return draft

    def _choice(self, choice: Choice, criterion: str, above: Names, barred: bool) -> None:
        """Add the ways of an atom; what fails by more than another way of its statement does not decide."""
        for step in choice.steps:
            others = choice.steps if step.lacking else ()
            nearer = [s for s in others if s.lacking < step.lacking and s.rule.cites[:1] == step.rule.cites[:1]]
            if not nearer:
                way = through(step)
                self._step(way, criterion, above, barred, head=None if way is step else step.rule.head)
                continue
            extra = [part for part in step.lacking - nearer[0].lacking if isinstance(part, Item)]
            self._draft(step.rule, criterion or step.rule.cites[0]).beside |= dict.fromkeys(extra)

    def told(self) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """Return the blocks that tell, criterion by criterion, and those that are met and common."""
        criteria: dict[str, list[Block]] = {}
        tops: dict[Block, set[str]] = {}
        settled = not self.line.lacks
        for (criterion, statement, _), draft in self._joined():
            block = self._block(criterion, statement, draft)
            criteria.setdefault(criterion, []).append(block)
            if not settled:
                tops.setdefault(block, set()).update(draft.tops)
        if settled:
            told = [block for blocks in criteria.values() for block in blocks]
            if len({block.statement for block in told}) < len(told):
                told = list({(b.statement, b.met, b.lacking): b for b in reversed(told)}.values())[::-1]
            return tuple(told), ()
        failing = [blocks for blocks in criteria.values() if any(b.lacking for b in blocks)]
        told = [b for blocks in (*failing, *(c for c in criteria.values() if c not in failing)) for b in blocks]
        told = list({(b.statement, b.lacking or b): b for b in reversed(told)}.values())[::-1]
        common = [b for b in told if not b.lacking and not any(item.about for item in b.met)]
        told = [b for b in told if b not in common]
        apart = [
            a.statement == b.statement and bool(a.lacking and b.lacking) and not tops[a] & tops[b]
            for a, b in pairwise(told)
        ]
        return tuple(b._replace(instead=each) for b, each in zip(told, [False, *apart], strict=False)), tuple(common)

    def _joined(self) -> Iterable[tuple[Place, _Draft]]:
        """Return the drafts with those as one that say the same words of a statement on the way to one rule."""
        found: dict[Place, _Draft] = {}
        by_statement: dict[str, list[tuple[str, _Draft]]] = {}
        for key, draft in self.drafts.items():
            criterion, statement, _ = key
            others = by_statement.setdefault(statement, [])
            for of, other in others:
                if of == criterion and self._fit(statement, other, draft):
                    other.join(draft)
                    break
            else:
                if draft.says or not others:
                    found[key] = draft
                    others.append((criterion, draft))
        return found.items()

    def _fit(self, statement: str, one: _Draft, other: _Draft) -> bool:
        if one.tops.isdisjoint(other.tops) or (one.lacking and other.lacking):
            return False
        if one.rules.keys() == other.rules.keys() and not (one.lacking or other.lacking):
            return True
        return self._said(statement, one) == self._said(statement, other)

    def _said(self, statement: str, draft: _Draft) -> str:
        """Return the words of a statement by the rules that give it; its own where something is lacking."""
        return words_by(statement, () if draft.lacking else tuple(draft.rules.values()), self.program)

    def _block(self, criterion: str, statement: str, draft: _Draft) -> Block:
        known, whole = self.program.statements.get(statement), len(set(draft.lacking.values())) <= 1
        above = draft.above.union(*[item.by for group in draft.lacking for item in group])
        return Block(
            statement, self._said(statement, draft), bool(known and known.authority == "inferred"), criterion,
            tuple(draft.rules), tuple(draft.met), tuple(draft.lacking), whole,
            tuple([i for i in draft.beside if i not in self._decides]), frozenset(above),
        )  # fmt: skip
