"""The paragraph of a letter for the member: one fact a sentence, from the same items as the table for the doctor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from ...engine.language.terms import Atom
from ...engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from . import remedies
from .account import Account
from .grounds import Grounds
from .item import ABSENT, BARS, MET, OPEN, OTHER, Item, by_amount
from .nothing import nothing
from .offered import offered
from .phrases import sentence
from .plain import clause, plain, tests_of

TABLE = "One more point is in the table below."
_RECORD, _ASKS = "Your record ", "The guideline asks for "


def paragraph(account: Account, grounds: Grounds) -> tuple[str, ...]:
    """Return what a member is told of one reason, sentence by sentence: no ids and no codes."""
    blocks = _once(filter(None, _Paragraph(account, grounds).sentences()))
    told = [each for block in blocks for each in block.splitlines()]
    again = [each.startswith(_RECORD) and before.startswith(_RECORD) for before, each in pairwise(told)]
    return tuple(
        f"It {each.removeprefix(_RECORD)}" if same else each for each, same in zip(told, [False, *again], strict=True)
    )


def _once(sentences: Iterable[str]) -> Iterator[str]:
    """Yield each sentence once, whether the record or the request says it; what is asked for goes with its amount."""
    seen: set[tuple[str, str]] = set()
    before = ""
    for each in sentences:
        fact = each.replace(f"{_RECORD}already shows that ", "").replace(f"{_RECORD}shows that ", "")
        key = (before if each.startswith(_ASKS) else "", fact.lower())
        before = each
        if key not in seen:
            seen.add(key)
            yield each


class _Paragraph:
    """Writes the paragraph of one reason."""

    def __init__(self, account: Account, grounds: Grounds) -> None:
        self.account, self.grounds, self.program = account, grounds, grounds.program
        self.line = account.lines[0]
        self.test = tests_of(account.lines, self.program)

    def sentences(self) -> Iterator[str]:
        """Yield the sentences: outcome, what decides it, what would be different, what is met."""
        yield from _SENTENCES[self.line.role](self)

    def favourable(self) -> Iterator[str]:
        yield f"The guideline supports {self.test} for you."
        if len(self.program.of_role(FAVOURABLE)) > 1:
            yield f"It is {self.line.words}."
        yield from self._items(self._met())

    def unfavourable(self) -> Iterator[str]:
        yield f"The guideline does not support {self.test} for you now."
        if self.account.nothing:
            yield from self._nothing()
            return
        yield from self._failing()
        yield from offered(self.account, self.program)
        yield from self._items(self._met(), already=True)

    def waiting(self) -> Iterator[str]:
        yield f"We cannot decide about {self.test} yet."
        if self.account.nothing:
            yield from self._nothing()
            return
        yield from self._failing()
        if self.account.ways:
            yield f"We need {'one more fact' if self.account.takes_one else 'to know more'}."
            yield from offered(self.account, self.program)
            yield "Your record does not say so yet."
        else:
            yield "What your record leaves open would not lead to a yes."
            yield from ["It only decides which other answer you get."] * bool(self.account.between)
        yield from self._items(self._met(), already=True)

    def silent(self) -> Iterator[str]:
        yield f"The guideline gives no answer for {self.test}."
        yield f"The reason is that {plain(self.line.reason, self.program)}."
        here = self.grounds.reasons.circumstances(self.grounds.reasons.decisive(self.line))
        yield from (self._capital(clause(atom, self.program)) for atom in here)
        yield "This is neither a yes nor a no."

    def _nothing(self) -> Iterator[str]:
        """Yield that no criterion is about the case, and what it would have to name."""
        why = nothing(self.grounds)
        kind = f"{'an' if why.kind[:1] in tuple('aeiou') else 'a'} {why.kind}"
        yield from self._items(self._because(why.named))
        if why.kind:
            yield f"The guideline supports this only for {kind} that it names."
            yield f"Your request names none{' that is enough' if why.named else ''}."
            if why.codes:
                yield f"Your diagnosis code{'s do' if len(why.codes) > 1 else ' does'} not stand for one."
        else:
            yield "Nothing in it speaks of your case."
        asked = remedies.unstated(self.grounds.judged) if self.account.wanted else ""
        _, _, question = asked.partition(". ")
        yield question and f"Your doctor can tell us: {question}"
        yield from self._items(self.account.recorded, already=True)
        if self.account.fails and why.kind:
            yield f"The answer could change if the request names such {kind}."
            yield "The record must then show what the guideline asks for it."

    def _because(self, told: Iterable[Item]) -> list[Item]:
        """Return what of the case itself the statements that refuse a line speak of, and other items."""
        found = {item.atom: item for item in told}
        for atom in self.grounds.reasons.decisive(self.line) if self.account.fails else ():
            for premise in self.grounds.why.shortest(atom).rests:
                spoken = not premise.args and premise.predicate in self.program.tells
                if spoken or self.grounds.reasons.is_fact(premise):
                    found.setdefault(premise, self.grounds.items.stated(premise) if premise.args else
                                     Item(MET, "", atom=premise, about=True))  # fmt: skip
        return list(found.values())

    def _failing(self) -> Iterator[str]:
        """Yield what the case is about, and what is not met of the statements about it."""
        failing = by_amount(i for block in self.account.blocks for way in block.lacking for i in way if i.fails)
        about = [i for block in self.account.blocks for i in block.met if i.about]
        told = {item.atom for item in failing}
        yield from self._items(item for item in self._because(about) if item.atom not in told)
        yield from self._items(failing)

    def _met(self) -> list[Item]:
        """Return what is met, first what the case is about."""
        blocks = (*self.account.blocks, *self.account.beside)
        failing = {item.atom for block in blocks for group in block.lacking for item in group if item.fails}
        met = [item for block in blocks for item in block.met if item.atom and item.atom not in failing]
        return sorted(by_amount(met), key=lambda item: not item.about)

    def _items(self, items: Iterable[Item], *, already: bool = False) -> Iterator[str]:
        """Yield what a member is told of items; what is met beside what is not is so `already`."""
        for item in items:
            for told in self._item(item):
                yield told.replace(f"{_RECORD}shows ", f"{_RECORD}already shows ") if already else told

    def _item(self, item: Item) -> Iterator[str]:
        """Yield what a member is told of an item: what the record says of it, and what is needed."""
        if item.atom is None:
            yield "" if item.state == MET else TABLE
        elif item.state == OTHER:
            yield from self._other(item.atom, item.against)
        elif item.state == BARS or not (item.concept or item.about or item.state != MET):
            if item.state == BARS or item.atom.predicate in self.program.tells:
                yield self._found("", item.atom, item)
            yield "A part of the guideline asks that this is not so." if item.state == BARS else ""
        elif item.so and item.state not in (ABSENT, OPEN):
            yield self._found("" if item.about else f"{_RECORD}shows that ", item.atom, item, item.amount)
            yield f"{_ASKS}{item.needed}." if item.needed else ""
        elif item.state == OPEN:
            yield self._found(f"{_RECORD}does not say that ", item.atom, item, item.needed)
        else:
            yield self._denied(item, item.atom)

    def _denied(self, item: Item, atom: Atom) -> str:
        """Return that something is not so: by the record's own word, or because it does not say so."""
        denies = clause(item.against or atom, self.program, so=False)
        if item.about:
            return self._capital(denies) or self._found("Your request does not say that ", atom, item)
        if item.against is None:
            return self._found(f"{_RECORD}does not show that ", atom, item, item.needed)
        if self.program.predicates[item.against.predicate].is_choice:
            return self._found(f"{_RECORD}shows that ", item.against, item)
        if denies:
            return f"{_RECORD}says that {denies}{self._source(item)}."
        return self._found(f"{_RECORD}says no to this: ", item.against, item)

    def _other(self, atom: Atom, made: Atom | None) -> Iterator[str]:
        yield self._capital(clause(made, self.program)) if made else ""
        asked = clause(atom, self.program)
        yield f"The guideline asks {'for something else: ' if made else 'that '}{asked}." if asked else TABLE

    def _found(self, lead: str, atom: Atom, item: Item, amount: str = "") -> str:
        said = clause(atom, self.program, amount)
        return sentence(f"{lead}{said}{self._source(item)}") if said else TABLE

    def _source(self, item: Item) -> str:
        """Return where the record says so; a rule that bars is no such place, nor is the key of a choice."""
        return f" ({item.place})" if item.place.startswith('"') else ""

    def _capital(self, text: str) -> str:
        return sentence(text) if text else ""


_SENTENCES: dict[str, Callable[[_Paragraph], Iterator[str]]] = {
    FAVOURABLE: _Paragraph.favourable,
    UNFAVOURABLE: _Paragraph.unfavourable,
    WAITING: _Paragraph.waiting,
    SILENT: _Paragraph.silent,
}
