"""The words of a proof, made again by the proof checker: glosses, labels and values, by code of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...engine.language.terms import UNDOCUMENTED, Atom, Comparison, Constant, Rule, Var
from ...engine.program.program import Program
from .count import INFINITE, Count
from .ground import FALSE, TRUE, UNKNOWN, Binding, compare, spell, spell_comparison, spell_terms, unquoted


class Phrases:
    """Says atoms and rules of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def atom(self, atom: Atom, hidden: Sequence[Constant] = ()) -> str:
        """Return an atom by its predicate's gloss; what is not bound, or hidden, reads as `some`."""
        declared = self.program.predicates.get(atom.predicate)
        if declared is None:
            return spell(atom)
        values = {n: a for n, a in zip(declared.params, atom.args, strict=False) if not isinstance(a, Var)}
        return self._filled(declared.gloss, {n: a for n, a in values.items() if a not in hidden})

    def rule(self, rule: Rule, binding: Mapping[str, Constant]) -> str:
        """Return what a rule concludes."""
        return self._filled(rule.gloss, binding) if rule.gloss and rule.body else self.atom(rule.head)

    def derived(self, rule: Rule, binding: Binding, value: int) -> str:
        """Return what a rule concludes, or would conclude."""
        stated = {name: each for name, each in binding.items() if each != UNDOCUMENTED}
        return _if_unsure(value) + self.rule(rule, stated)

    def either(self, atom: Atom, value: int) -> str:
        """Return what holds, or would hold, in more than one way."""
        return _if_unsure(value) + self.atom(atom)

    def failed(self, rule: Rule, asked: Binding) -> str:
        """Return what a rule that fails would have concluded."""
        return "fails: " + self.rule(rule, asked)

    def undocumented(self, atom: Atom, value: int) -> str:
        """Return that nobody documented an open input."""
        begin = "it is not documented whether " if value == UNKNOWN else "there is no evidence that "
        return begin + self.atom(atom, hidden=[UNDOCUMENTED])

    def absent(self, atom: Atom, *, contradicted: bool) -> str:
        """Return that an atom does not hold."""
        return ("the record says it is not so: " if contradicted else "it is not so that ") + self.atom(atom)

    def compared(self, comparison: Comparison, binding: Binding) -> str:
        """Return a comparison with its values, and whether it holds."""
        value = compare(comparison, binding)
        if value == UNKNOWN:
            return spell_comparison(comparison, {}) + " is not documented"
        return spell_comparison(comparison, binding) + (" does not hold" if value == FALSE else "")

    def counted(self, count: Count) -> str:
        """Return what an aggregate comes to: what counts, how much is needed, and that there is nothing else."""
        sure, possible = count.of(TRUE), count.of(UNKNOWN)
        needed = " and ".join(
            f"{_GUARDS[guard.op]} {spell_terms(guard.right, ' + ', count.binding)}" for guard in count.aggregate.guards
        )
        if count.aggregate.function == "sum":
            upper = f" to {count.high}" if count.high < INFINITE else " or more"
            said = f"{count.low}{'' if count.low == count.high else upper} in total"
        else:
            said = f"{len(sure) or 'none'} counted" + (f" and {len(possible)} more possible" if possible else "")
        pieces = [f"{said}, {needed} needed" + (": " if sure else "") + self._named(sure, count.aggregate.function)]
        pieces += [f"possible: {self._named(possible, count.aggregate.function)}"] if possible else []
        return "; ".join([*pieces, "there are no others"])

    def _named(self, rows: Sequence[tuple[Constant, ...]], function: str) -> str:
        """Return members by their labels; behind the number of a sum stands what it is of."""
        told = []
        for row in rows:
            words = ["not documented" if term == UNDOCUMENTED else self.label(term) for term in row]
            is_sum = function == "sum" and len(words) > 1
            told.append(f"{words[0]} ({', '.join(words[1:])})" if is_sum else ", ".join(words))
        return ", ".join(told)

    def outcome(self, outcome: str, by: Sequence[str], reason: str | None) -> str:
        """Return an outcome with what gives it."""
        given = " by " + ", ".join(by) if by else ""
        return outcome.replace("_", " ") + given + (": " + self.label(reason) if reason else "")

    def label(self, constant: Constant) -> str:
        """Return a constant in words."""
        kind_and_label = self.program.concepts.get(str(constant))
        return kind_and_label[1] if kind_and_label else unquoted(constant)

    def _filled(self, gloss: str, values: Mapping[str, Constant]) -> str:
        """Fill the slots of a gloss; `{Weeks} weeks` with nothing to fill in is `some weeks`."""
        pieces = re.split(r"\{(\w+)\}", gloss)
        for at in range(1, len(pieces), 2):
            name = pieces[at]
            if name not in values:
                pieces[at] = "some " + name.lower()
            elif str(values[name])[:1] == '"':
                pieces[at] = unquoted(values[name])
            else:
                pieces[at] = self.label(values[name])
        return re.sub(r"\bsome (\w+) \1\b", r"some \1", "".join(pieces))


_GUARDS = {
    ">=": "at least", "<=": "at most", ">": "more than", "<": "fewer than", "=": "exactly", "!=": "other than"
}  # fmt: skip


def _if_unsure(value: int) -> str:
    return "" if value == TRUE else "would hold: "
