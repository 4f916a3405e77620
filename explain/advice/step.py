"""A rule in play with what it asks for: items, and what other rules give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...engine.language.record import NamedTuple
from ...engine.language.terms import Atom, Rule
from ...engine.program.program import Program
from .item import BARS, FOLDED, OTHER, Item


class Step(NamedTuple):
    """A rule and what it asks for: items, and what other rules give; see `step`.

    How it stands is worked out as it is made: steps have what is below them in common.
    """

    rule: Rule
    parts: tuple[Item | Choice, ...]
    lacking: frozenset[Item | Choice] = frozenset()  # what of it is not met
    fails: bool = False  # whether it surely does not give what it is for
    distance: int = 0  # how many items are not met, by the nearest way
    items: tuple[Item, ...] = ()  # what of it is told
    about: bool = False  # whether any of them is what the case is about

    def __hash__(self) -> int:
        """Return a hash that does not go through all that stands below."""
        return hash(self.rule.id)

    @property
    def barred(self) -> bool:
        """Whether something stands against it, whatever else it lacks."""
        return any(isinstance(part, Item) and part.state == BARS for part in self.lacking)

    @property
    def asks_other(self) -> bool:
        """Whether it asks for another request itself."""
        return any(isinstance(part, Item) and part.state == OTHER for part in self.lacking)


class Choice(NamedTuple):
    """An atom with the rules that give it or could, any one of which is enough; the nearest first; see `choice`."""

    atom: Atom
    steps: tuple[Step, ...]
    fails: bool = False  # whether no way is left
    distance: int = 0  # how many items are not met, by the nearest way

    def __hash__(self) -> int:
        """Return a hash that does not go through all that stands below."""
        return hash(self.atom)


def step(rule: Rule, parts: tuple[Item | Choice, ...]) -> Step:
    """Return a rule with what it asks for."""
    items = tuple([part for part in parts if isinstance(part, Item) and part.state != FOLDED])
    about = any(item.about for item in items)
    lacking = [part for part in parts if part.distance]
    if not lacking:
        return Step(rule, parts, items=items, about=about)
    distance = sum([part.distance for part in lacking])
    return Step(rule, parts, frozenset(lacking), any(part.fails for part in lacking), distance, items, about)


def choice(atom: Atom, steps: tuple[Step, ...]) -> Choice:
    """Return an atom with the rules that give it or could, of which there is one at least."""
    if len(steps) == 1:
        return Choice(atom, steps, steps[0].fails, steps[0].distance)
    return Choice(atom, steps, all(each.fails for each in steps), min([each.distance for each in steps]))


def beyond(steps: Sequence[Step]) -> Iterator[tuple[Step, frozenset[Item | Choice]]]:
    """Yield steps, any one of which is enough, each with what it lacks beside all that another one of them lacks.

    What is lacked so does not decide: without it the other one is enough.
    """
    if len(steps) == 1:
        yield steps[0], frozenset()
        return
    lacked = [(step, frozenset(_lacked(step))) for step in steps]
    for step, needs in lacked:
        nearer = [each for other, each in lacked if other.fails == step.fails and each < needs]
        yield step, frozenset[Item | Choice]().union(*(needs - each for each in nearer))


def _lacked(step: Step) -> Iterator[Item | Choice]:
    """Yield what a step lacks; where one rule alone can give that, what this rule does."""
    for part in step.lacking:
        if isinstance(part, Choice) and not part.steps[1:]:
            yield from _lacked(part.steps[0])
        else:
            yield part


def through(step: Step) -> Step:
    """Return the rule of the same statement that a step asks for, where it lacks nothing else and tells of nothing."""
    lacking = [part for part in step.lacking if isinstance(part, Choice) and not part.steps[1:]]
    if len(lacking) != 1 or len(step.lacking) > 1 or step.items:
        return step
    (below,) = lacking[0].steps
    return below if below.rule.cites == step.rule.cites else step


def cited(rule: Rule) -> tuple[str, ...]:
    """Return what a rule cites, and how it is read."""
    return rule.cites + rule.readings


def rests_on(rules: Iterable[Rule], program: Program, opened: Iterable[str] = ()) -> tuple[str, ...]:
    """Return what rules cite and how they are read, and by what readings open predicates are open."""
    names = {name for rule in rules for name in cited(rule)}
    names |= {name for each in opened for name in program.predicates[each].readings}
    return tuple(program.in_order(names))


def same(ones: Sequence[Step], others: Sequence[Step]) -> bool:
    """Say whether steps say the same: all of it but which atoms they have met that are no items."""
    return len(ones) == len(others) and all(
        one is other
        or (one.rule is other.rule and len(one.parts) == len(other.parts) and all(map(_alike, one.parts, other.parts)))
        for one, other in zip(ones, others, strict=True)
    )


def _alike(one: Item | Choice, other: Item | Choice) -> bool:
    if isinstance(one, Choice) and isinstance(other, Choice):
        atoms = one.atom == other.atom or not one.distance
        return one is other or (atoms and same(one.steps, other.steps))
    return one == other
