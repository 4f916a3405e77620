"""Every minimal set of a question, the long way: for the tests, what the search is held against.

A set is minimal when no member can be dropped, or replaced by one that it implies. The sets of an
atom are the union over its firings of the products of their premises' sets, with absorption: no
proof tree is enumerated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import product
from math import inf

from coverlog.engine.decision.need import Need
from coverlog.engine.evaluation.rules import Firing, Member, Model, Tally
from coverlog.engine.language.terms import UNDOCUMENTED, Atom, Comparison, Term, Var, variables
from coverlog.engine.program.program import Predicate

Set = frozenset[Need]
Ends = tuple[float, float]
Options = list[tuple[float, set[Set]]]
"""What a member of an aggregate may add, and the sets by which it adds so much."""

_BOUNDS: dict[str, Callable[[float], tuple[float, float]]] = {
    ">=": lambda n: (n, inf), ">": lambda n: (n + 1, inf), "<=": lambda n: (-inf, n),
    "<": lambda n: (-inf, n - 1), "=": lambda n: (n, n),
}  # fmt: skip
_MIRROR = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "="}
_CONTRARY = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_OPPOSITES = {">=": ("<",), ">": ("<=",), "<=": (">",), "<": (">=",), "=": ("<", ">")}


class EverySet:
    """Answers, for one open-world model, what documentation would make an atom surely so.

    :param model: what follows in the open world.
    :param denied: gives the model that follows when an undocumented input is denied as well; asked
        only where rules rest on the absence of open inputs.
    """

    def __init__(self, model: Model, denied: Callable[[Atom], Model] | None = None) -> None:
        self.model = model
        self._model_denying = denied
        self._known: dict[Atom, set[Set]] = {}
        self._ruled_out: dict[Atom, set[Atom]] = {}

    def sets(self, targets: Iterable[Atom]) -> list[Set]:
        """Return every minimal set that, documented, makes one of the targets surely so.

        :param targets: possible atoms, such as the ways a line could be medically necessary.
        :return: the sets, the smallest first, then by the names in them.
        """
        found = self._minimal(s for target in targets for s in self._sets(target))
        return sorted((each for each in found if not self._has_more(each, found)), key=order)

    def _has_more(self, needs: Set, found: Iterable[Set]) -> bool:
        """Say whether a member that is no amount can be dropped, as other sets are met whatever an amount then is."""
        amounts = [need for need in needs if _is_number(need.atom)]
        starts = {need.atom: {need.low, *(end for s in found for n in s if n.atom == need.atom
                                         for end in (n.low, n.high + 1) if need.low <= end <= need.high)}
                  for need in amounts}  # fmt: skip
        for dropped in needs.difference(amounts):
            told = self._denied(dropped.atom) if _is_absence(dropped) else self._weaker[dropped.atom]
            less = (self._need(atom, dropped.low, dropped.high) for atom in told)
            rest = [*needs - {dropped}, *(each for each in less if not self._covers(each, dropped))]
            ways = product(*([self._need(atom, at, at) for at in ends] for atom, ends in starts.items()))
            if amounts and all(any(self._better(s, frozenset([*rest, *way])) for s in found) for way in ways):
                return True
        return False

    @cached_property
    def _weaker(self) -> dict[Atom, set[Atom]]:
        """By undocumented finding, the ones that documenting it alone makes so, itself among them."""
        findings = {atom for atom in self.model.unknown if not _is_number(atom)}
        below = {each for atom in findings for each in self._below(atom)}
        steps = [
            ({p for p in firing.premises if not self.model.sure(p)}, firing.head)
            for atom in below
            for firing in self.model.firings.get(atom, ())
            if not firing.undetermined
            and all(tally.value for tally in firing.tallies)
            and not any(map(self.model.possible, firing.absences))
        ]
        return {atom: _closure(atom, steps) & findings for atom in findings}

    def _denied(self, atom: Atom) -> set[Atom]:
        """Return the undocumented findings that denying one of them denies, itself among them."""
        if atom not in self._ruled_out:
            left = self._model_denying(atom).unknown if self._model_denying else self.model.unknown - {atom}
            self._ruled_out[atom] = (self.model.unknown - left) | {atom}
        return self._ruled_out[atom]

    def _sets(self, atom: Atom) -> set[Set]:
        """Return the minimal sets of an atom, by fixpoint over what it rests on."""
        order = [a for a in self._below(atom) if a not in self._known]
        place = {a: i for i, a in enumerate(order)}
        rests = [(i, p) for a, i in place.items() for f in self.model.firings.get(a, ()) for p in f.premises]
        circular = any(place.get(premise, -1) >= i for i, premise in rests)
        changed = True
        while changed:
            changed = False
            for each in order:
                found = self._step(each)
                changed |= circular and found != self._known.get(each)
                self._known[each] = found
        return self._known[atom]

    def _below(self, atom: Atom) -> list[Atom]:
        """Return an atom and what it rests on, premises first as far as there is an order."""
        order: dict[Atom, None] = {}
        seen: set[Atom] = set()
        stack = [(atom, False)]
        while stack:
            each, done = stack.pop()
            if done:
                order[each] = None
            elif each not in seen:
                seen.add(each)
                stack.append((each, True))
                if not self.model.sure(each):
                    stack += [(p, False) for f in self.model.firings.get(each, ()) for p in f.reads]
        return list(order)

    def _step(self, atom: Atom) -> set[Set]:
        if self.model.sure(atom):
            return {frozenset()}
        own = {frozenset([self._need(atom, 1, 1)])} if atom in self.model.unknown and not _is_number(atom) else set()
        return self._minimal([*own, *(s for f in self.model.firings.get(atom, ()) for s in self._firing(f))])

    def _firing(self, firing: Firing) -> set[Set]:
        """Return the sets of a firing: the product of its premises', its amounts within their bounds."""
        result: set[Set] = {frozenset()}
        for pattern, premise in _patterns(firing):
            if premise in self.model.unknown and _is_number(premise):
                found = _within([c for c in firing.undetermined if _speaks_of(c, pattern)])
                ways = self._said(self._need(premise, *found))
            else:
                ways = self._known.get(premise, set())
            result = self._product(result, ways)
        for absent in firing.absences:
            result = self._product(result, self._against(absent, frozenset()))
        for tally in firing.tallies:
            for guard in tally.aggregate.guards:
                result = self._product(result, self._compared(tally, guard.op, _number(guard.right, tally)))
        return result

    def _compared(self, tally: Tally, op: str, number: int) -> set[Set]:
        """Return the sets by which the value of an aggregate surely compares so with a number."""
        least, most = number + (op in (">", "!=")), number - (op in ("<", "!="))
        function = tally.aggregate.function
        up = self._chosen(tally, lambda member: self._lows(member, function, least), lambda low: low >= least)
        down = self._chosen(tally, lambda member: self._highs(member, function, most), lambda high: high <= most)
        if op == "=":
            return self._product(up, down)
        return self._minimal({*(up if op not in ("<", "<=") else ()), *(down if op not in (">", ">=") else ())})

    def _chosen(self, tally: Tally, options: Callable[[Member], Options], enough: Callable[[float], bool]) -> set[Set]:
        """Return the sets of each way to choose for every member what it adds, such that all add up to enough."""
        found: set[Set] = set()
        for chosen in product(*map(options, tally.members)):
            if enough(sum(adds for adds, _ in chosen)):
                ways: set[Set] = {frozenset()}
                for _, sets in chosen:
                    ways = self._product(ways, sets)
                found |= ways
        return self._minimal(found)

    def _lows(self, member: Member, function: str, need: int) -> Options:
        least, most = member.worth(function)
        found = [(least, {frozenset[Need]()})]
        if most == inf:
            return found + [(n, self._so(member, (n, inf))) for n in range(1, max(need, 0) + 6)]
        return found + ([(most, self._so(member) if most else self._never(member))] if least < most else [])

    def _highs(self, member: Member, function: str, need: int) -> Options:
        least, most = member.worth(function)
        found = [(most, {frozenset[Need]()})]
        if most == inf:
            return found + [(n, self._never(member, (-inf, n))) for n in range(max(need, 0) + 6)]
        return found + ([(least, self._never(member) if most else self._so(member))] if least < most else [])

    def _so(self, member: Member, within: Ends | None = None) -> set[Set]:
        return self._minimal(s for way in member.ways for s in self._joined(self._firing(way), way, within))

    def _joined(self, sets: set[Set], way: Firing, within: Ends | None) -> set[Set]:
        return self._product(sets, self._said(self._summed(way, within))) if within else sets

    def _summed(self, way: Firing, within: Ends) -> Need:
        (amount,) = [p for pattern, p in _patterns(way) if way.rule.head.args[0] in pattern.args]
        return self._need(amount, *within)

    def _never(self, member: Member, within: Ends | None = None) -> set[Set]:
        result: set[Set] = {frozenset()}
        for way in member.ways:
            bound = self._said(self._summed(way, within)) if within else set()
            result = self._product(result, {*self._failing(way, frozenset()), *bound})
        return result

    def _against(self, atom: Atom, above: frozenset[Atom]) -> set[Set]:
        """Return the sets that make an atom surely not so: an input is denied, and each firing has to fail."""
        if not self.model.possible(atom) or atom in above:
            return {frozenset()}
        unknown = atom in self.model.unknown
        if self.model.sure(atom):
            return set()
        result: set[Set] = set(self._denials(atom)) if unknown else {frozenset()}
        for firing in self.model.firings.get(atom, ()):
            result = self._product(result, self._failing(firing, above | {atom}))
        return result

    def _failing(self, firing: Firing, above: frozenset[Atom]) -> set[Set]:
        """Return the sets by which a firing fails."""
        ways = {s for p in firing.premises for s in self._against(p, above)}
        ways |= {s for a in firing.absences for s in self._sets(a)}
        ways |= {s for need in _outside(firing, self.model.declared) for s in self._said(need)}
        for tally in firing.tallies:
            for guard in tally.aggregate.guards:
                ways |= self._compared(tally, _CONTRARY[guard.op], _number(guard.right, tally))
        return ways

    def _denials(self, atom: Atom) -> Iterator[Set]:
        """Yield what says that an undocumented input is not so."""
        declared = self.model.declared[atom.predicate]
        if declared.is_choice:
            others = [a for a in self.model.unknown if a.predicate == atom.predicate and a != atom]
            yield from (frozenset([self._need(other, 1, 1)]) for other in others)
        elif not _is_number(atom) and not declared.until:  # no single thing to say makes those not so
            yield frozenset([self._need(atom, 0, 0)])

    def _need(self, atom: Atom, low: float, high: float) -> Need:
        declared = self.model.declared[atom.predicate]
        return Need(atom, low, high, declared.asked(atom), bool(declared.until) and low == 1 and not _is_number(atom))

    def _said(self, need: Need) -> set[Set]:
        """Return the set that documents an amount within bounds; none where no case can say such an amount."""
        case = self.model.declared[need.atom.predicate].case
        least, most = (case.lowest, case.highest) if case else (0, inf)
        return {frozenset([need])} if max(need.low, least) <= min(need.high, most) else set()

    def _product(self, left: set[Set], right: set[Set]) -> set[Set]:
        return self._minimal(s for a in left for b in right if (s := self._join(a, b)) is not None)

    def _join(self, left: Set, right: Set) -> Set | None:
        """Unite two sets: bounds on one amount meet, and what another member implies is dropped."""
        if not left or not right:
            return left or right
        bounds: dict[Atom, tuple[float, float]] = {}
        for need in left | right:
            low, high = bounds.get(need.atom, (-inf, inf))
            bounds[need.atom] = max(low, need.low), min(high, need.high)
        needs = [self._need(atom, *b) for atom, b in bounds.items()]
        if any(need.low > need.high for need in needs) or self._contradictory(needs):
            return None
        return self._least(needs)

    def _contradictory(self, needs: Iterable[Need]) -> bool:
        """Say whether one need documents a finding that implies what another one denies, with all that goes with it."""
        chosen = [n.atom.predicate for n in needs if self.model.declared[n.atom.predicate].is_choice]
        if len(chosen) > len(set(chosen)):
            return True
        absent = {atom for need in needs if _is_absence(need) for atom in self._denied(need.atom)}
        return any(not absent.isdisjoint(self._weaker[n.atom]) for n in needs if _is_presence(n)) if absent else False

    def _least(self, needs: list[Need]) -> Set:
        """Drop what other members document as well; of members that document each other keep the first."""
        kept = sorted(needs)
        for need in sorted(needs, reverse=True):
            if any(other != need and self._covers(other, need) for other in kept):
                kept.remove(need)
        return frozenset(kept)

    def _covers(self, strong: Need, weak: Need) -> bool:
        """Say whether documenting the one documents the other as well."""
        if strong.atom == weak.atom:
            return weak.low <= strong.low and strong.high <= weak.high
        if _is_presence(strong) and _is_presence(weak):
            return weak.atom in self._weaker[strong.atom]
        return _is_absence(strong) and _is_absence(weak) and weak.atom in self._denied(strong.atom)

    def _minimal(self, sets: Iterable[Set]) -> set[Set]:
        """Drop every set that another one does better than; of sets that are as good keep the first."""
        every = set(sets)
        if len(every) < 2:
            return every
        kept: list[Set] = []
        for one in sorted(every, key=order):
            if not any(self._better(other, one) for other in kept):
                kept = [other for other in kept if not self._better(one, other)] + [one]
        return set(kept)

    def _better(self, left: Set, right: Set) -> bool:
        return all(any(self._covers(r, need) for r in right) for need in left)


def _number(terms: Iterable[Term], tally: Tally) -> int:
    return sum(int(tally.binding[term.name] if isinstance(term, Var) else term) for term in terms)


def _is_presence(need: Need) -> bool:
    return not _is_number(need.atom) and need.low == 1


def _is_absence(need: Need) -> bool:
    return not _is_number(need.atom) and need.high == 0


def _is_number(atom: Atom) -> bool:
    return UNDOCUMENTED in atom.args


def order(needs: Set) -> tuple[int, list[tuple[str, str]]]:
    return len(needs), sorted((need.finding, need.needs) for need in needs)


def _closure(atom: Atom, steps: list[tuple[set[Atom], Atom]]) -> set[Atom]:
    """Return what an atom makes sure by itself, through steps from sets of atoms to an atom."""
    found, before = {atom}, 0
    while len(found) != before:
        before = len(found)
        found |= {head for premises, head in steps if premises <= found}
    return found


def _patterns(firing: Firing) -> Iterator[tuple[Atom, Atom]]:
    """Yield each positive literal's atom with its premise."""
    yield from zip((lit.atom for lit in firing.rule.literals if lit.positive), firing.premises, strict=True)


def _speaks_of(comparison: Comparison, pattern: Atom) -> bool:
    return bool(set(comparison.names()) & set(variables(pattern.args)))


def _within(comparisons: Iterable[Comparison]) -> Ends:
    """Return what an amount has to be within; compared with nothing, it has to be known."""
    bounds = [_bounds(comparison) for comparison in comparisons] or [(0, inf)]
    return max(b[0] for b in bounds), min(b[1] for b in bounds)


def _outside(firing: Firing, declared: Mapping[str, Predicate]) -> Iterator[Need]:
    """Yield the bounds of amounts beyond those of a firing; where no amount is within them, any amount is beyond."""
    for pattern, premise in _patterns(firing):
        speaking = [c for c in firing.undetermined if _speaks_of(c, pattern)]
        if speaking and (found := _within(speaking))[0] > found[1]:
            case = declared[premise.predicate].case
            yield Need(premise, case.lowest if case else 0, inf, declared[premise.predicate].asked(premise))
    for comparison in firing.undetermined:
        for pattern, premise in _patterns(firing):
            if _speaks_of(comparison, pattern):
                key = declared[premise.predicate].asked(premise)
                for op in _OPPOSITES[comparison.op]:
                    yield Need(premise, *_bounds(comparison._replace(op=op)), key)


def _bounds(comparison: Comparison) -> tuple[float, float]:
    """Return the bounds a comparison of one amount with one number sets (`check` admits no other)."""
    left, right = comparison.left[0], comparison.right[0]
    if isinstance(left, Var):
        return _BOUNDS[comparison.op](int(str(right)))
    return _BOUNDS[_MIRROR[comparison.op]](int(str(left)))
