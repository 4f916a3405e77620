"""What each step of a proof has to say and to rest on, by the checker's own evaluation.

A claim is what a node stands for; the node that is due for it is fixed by what the builder of proofs
promises (see `proof`): nothing is taken from the proof that is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...engine.language.terms import Aggregate, Atom, Comparison, Part, Rule
from .circles import reached
from .claim import Claim, Due, Step, absent, holds
from .count import INFINITE, Count, Way
from .ground import (
    FALSE,
    TRUE,
    UNKNOWN,
    WORDS,
    Binding,
    chosen_from,
    compare,
    comparison_names,
    in_json,
    in_order,
    listed,
    spell,
    spell_aggregate,
    spell_comparison,
    spell_part,
    told,
)
from .in_play import Failing, InPlay
from .phrases import Phrases
from .sizes import Sizes
from .truth import Instance, Truth


class Dues:
    """Gives the node that is due for a claim, each made once.

    :param facts: the case's facts with where it says them.
    :param every: whether every way in which a step holds is shown, or only the smallest.
    """

    def __init__(self, truth: Truth, facts: Mapping[Atom, str], *, every: bool) -> None:
        self.truth, self.program, self.facts, self.every = truth, truth.program, facts, every
        self.sizes, self.play, self.say = Sizes(truth), InPlay(truth), Phrases(truth.program)
        self._made: dict[Claim, Due] = {}
        self._makers: dict[str, Callable[[Any], Due]] = {
            "holds": self._holds, "way": self._way, "absent": self._absent, "failed": self._failed,
            "compared": self._compared, "counted": self._counted,
        }  # fmt: skip

    def due(self, claim: Claim) -> Due:
        """Return the node that is due for a claim."""
        if claim not in self._made:
            self._made[claim] = self._makers[claim.kind](claim.about)
        return self._made[claim]

    def marks(self, claims: Iterable[Claim]) -> list[str]:
        """Return the statements to be confirmed and the interpretations that proofs use, in the order of an answer."""
        found: set[str] = set()
        for claim in reached(claims, lambda c: [step.claim for step in self.due(c).steps]):
            due = self.due(claim)
            if due.kind != "undocumented" or due.facts["value"] == "unknown":
                found.update(due.facts.get("readings", ()))
            found |= self.program.unconfirmed(due.facts.get("cites", ()))
        return self.program.in_order(found)

    def _holds(self, atom: Atom) -> Due:
        if atom in self.truth.given:
            return Due("given", {"text": self.say.atom(atom), "atom": spell(atom), "where": self.facts[atom]})
        if self.truth.is_undocumented(atom):
            return self._undocumented(atom, UNKNOWN)
        value = self.truth.value(atom)
        smallest = value == TRUE and not self.every
        ways = [self.sizes.smallest(atom)] if smallest else self.sizes.every(atom)
        if len(ways) == 1:
            return self.due(_way(ways[0]))
        steps = tuple(Step("way", _way(way)) for way in ways)
        return Due("either", {"text": self.say.either(atom, value), "atom": spell(atom), "value": WORDS[value]}, steps)

    def _undocumented(self, atom: Atom, value: int) -> Due:
        readings = list(self.program.predicates[atom.predicate].readings)
        facts = {"text": self.say.undocumented(atom, value), "atom": spell(atom), "value": WORDS[value]}
        return Due("undocumented", facts | ({"readings": readings} if readings else {}))

    def _way(self, way: Instance) -> Due:
        rule, atom = way.rule, spell(way.head)
        if not rule.body:
            return Due("known", {"text": self.say.atom(rule.head), "atom": atom} | self._cited(rule))
        value = self.truth.value(way.head)
        facts = {
            "text": self.say.derived(rule, way.binding, value), "atom": atom, "value": WORDS[value],
            "binding": in_json(way.binding),
        }  # fmt: skip
        return Due("derived", facts | self._cited(rule), tuple(self._parts(way)))

    def _cited(self, rule: Rule) -> dict[str, Any]:
        authority = self.program.statements[rule.cites[0]].authority if rule.cites else "stated"
        return {
            "rule": rule.id, "cites": list(rule.cites), "authority": authority, "source": rule.source,
            "readings": list(rule.readings),
        }  # fmt: skip

    def _parts(self, way: Instance) -> Iterator[Step]:
        premises, absences = iter(way.premises), iter(way.absences)
        for at, part in enumerate(way.rule.body):
            if isinstance(part, Aggregate):
                yield Step("count", _counting(self.truth.counts.of(part, way.binding), ()), at)
            elif isinstance(part, Comparison):
                yield Step("comparison", _comparison(part, way.binding, ()), at)
            elif part.positive:
                yield Step("premise", holds(next(premises)), at)
            else:
                yield Step("absence", self._not_so(next(absences)), at)

    def _not_so(self, atom: Atom) -> Claim:
        return absent(atom) if self.truth.value(atom) == FALSE else holds(atom)

    def _compared(self, about: tuple[Comparison, Binding, tuple[Atom, ...]]) -> Due:
        comparison, binding, premises = about
        facts = {
            "text": self.say.compared(comparison, binding), "comparison": spell_comparison(comparison, {}),
            "value": WORDS[compare(comparison, binding)], "binding": in_json(binding),
        }  # fmt: skip
        return Due("compared", facts, tuple(Step("premise", holds(atom)) for atom in premises))

    def _counted(self, about: tuple[Count, tuple[Atom, ...]]) -> Due:
        count, premises = about
        facts = {
            "text": self.say.counted(count), "aggregate": spell_aggregate(count.aggregate, {}),
            "value": WORDS[count.value], "binding": in_json(count.binding),
            "members": list(map(listed, count.of(TRUE))), "possible": list(map(listed, count.of(UNKNOWN))),
            "low": told(count.measured(count.low)),
            "high": told(count.measured(count.high)) if count.high < INFINITE else None,
        }  # fmt: skip
        steps = [Step("premise", holds(atom)) for atom in premises]
        for member in count.members:
            role = "member" if member.value == TRUE else "possible"
            steps += [Step(role, claim) for claim in self._conditions(member.ways[0])]
        return Due("counted", facts, tuple(dict.fromkeys(steps)))

    def _conditions(self, way: Way) -> Iterator[Claim]:
        premises, absences = iter(way.premises), iter(way.absences)
        for part in way.element.condition:
            if isinstance(part, Comparison):
                yield _comparison(part, way.binding, ())
            else:
                yield holds(next(premises)) if part.positive else self._not_so(next(absences))

    def _absent(self, atom: Atom) -> Due:
        if self.play.is_record(atom):
            denial = self._denial(atom)
            if denial is None:
                return self._undocumented(atom, FALSE)
            facts = {"text": self.say.absent(atom, contradicted=True), "atom": spell(atom), "how": "contradicted"}
            return Due("absent", facts, (Step("cause", holds(denial)),))
        shown, folded = self.play.rules(atom)
        unmet: dict[str, Any] = {
            "text": self.say.absent(atom, contradicted=False), "atom": spell(atom),
            "how": "unmet" if shown else "not_applicable", "folded": folded,
        }  # fmt: skip
        return Due("absent", unmet, tuple(Step("failure", _failure(failing)) for failing in shown))

    def _denial(self, atom: Atom) -> Atom | None:
        """Return what the case says by which an open atom is not so: its denial, or what else it chooses."""
        declared = self.program.predicates[atom.predicate]
        denial = Atom(declared.unless, atom.args[:1])
        if declared.unless and self.truth.value(denial) == TRUE:
            return denial
        values = self.truth.relation(atom.predicate).values if chosen_from(declared) else {}
        return min((each for each, value in values.items() if value == TRUE), key=in_order, default=None)

    def _failed(self, failing: Failing) -> Due:
        rule = failing.rule
        facts = {"text": self.say.failed(rule, failing.asked), "binding": in_json(failing.asked)} | self._cited(rule)
        steps = [
            Step("cause", self._reason(rule, cause.part, cause.way), cause.at)
            for versions in failing.causes
            for cause in versions
        ]
        return Due("failed", facts, (*steps, *(Step("held", holds(atom), at) for at, atom in failing.held)))

    def _reason(self, rule: Rule, part: Part, way: Binding) -> Claim:
        if isinstance(part, Aggregate):
            return _counting(self.truth.counts.of(part, way), tuple(self.play.evidence(rule, part, way)))
        if isinstance(part, Comparison):
            return _comparison(part, way, tuple(self.play.evidence(rule, part, way)))
        atom = Atom(part.atom.predicate, tuple(_bound(part.atom, way)))
        return absent(atom) if part.positive else holds(atom)


def _bound(atom: Atom, way: Binding) -> Iterator[Any]:
    for arg in atom.args:
        yield way.get(arg.name, arg) if isinstance(arg, tuple) else arg


def _way(way: Instance) -> Claim:
    return Claim("way", (way.head, *way.standing, id(way.rule)), way)


def _failure(failing: Failing) -> Claim:
    causes = [(c.at, spell_part(c.part, c.way)) for versions in failing.causes for c in versions]
    return Claim("failed", (id(failing.rule), *sorted(failing.asked.items()), *causes), failing)


def _comparison(comparison: Comparison, way: Binding, premises: tuple[Atom, ...]) -> Claim:
    binding = {name: way[name] for name in comparison_names(comparison)}
    return Claim("compared", (comparison, *binding.items(), premises), (comparison, binding, premises))


def _counting(count: Count, premises: tuple[Atom, ...]) -> Claim:
    return Claim("counted", (count.aggregate, *count.binding.items(), premises), (count, premises))
