"""The words of a proof, made again by the proof checker: glosses, labels and values, by code of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ...engine.language.terms import UNDOCUMENTED, Atom, Comparison, Constant, Rule, Var
from ...engine.program.program import Program
from .ground import FALSE, TRUE, UNKNOWN, Binding, compare, comparison_names, spell, spell_comparison, unquoted


class Phrases:
    """Says atoms and rules of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def atom(self, atom: Atom, hidden: Sequence[Constant] = ()) -> str:
        """Return an atom by its predicate's gloss; what is not bound, or hidden, reads as `some`."""
        declared = self.program.declared().get(atom.predicate)
        if declared is None:
            return spell(atom)
        values = {n: a for n, a in zip(declared.params, atom.args, strict=False) if not isinstance(a, Var)}
        return self._filled(declared.gloss, {n: a for n, a in values.items() if a not in hidden})

    def rule(self, rule: Rule, binding: Mapping[str, Constant]) -> str:
        """Return what a rule concludes."""
        if not (rule.gloss and rule.body):
            return self.atom(rule.head)
        return self._filled(rule.gloss, _needed(rule.comparisons) | dict(binding))

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
        declared = self.program.predicates[atom.predicate]
        if declared.open_count:
            return f"no number of {declared.params[0].lower()} is documented"
        if len(atom.args) > 1:
            return f"no number of {declared.params[1].lower()} of {self.label(str(atom.args[0]))} is documented"
        begin = "it is not documented whether " if value == UNKNOWN else "there is no evidence that "
        return begin + self.atom(atom, hidden=[UNDOCUMENTED])

    def absent(self, atom: Atom, *, contradicted: bool) -> str:
        """Return that an atom does not hold."""
        return ("the record says it is not so: " if contradicted else "it is not so that ") + self.atom(atom)

    def compared(self, comparison: Comparison, binding: Binding) -> str:
        """Return a comparison with its values, and whether it holds."""
        value = compare(comparison, binding)
        if value == UNKNOWN:
            unknown = [n for n in comparison_names(comparison) if binding.get(n, UNDOCUMENTED) == UNDOCUMENTED]
            said = " and ".join(dict.fromkeys(name.lower() for name in unknown)) + " not documented"
            needed = _needed([comparison]).values()
            return said + "".join(f", {unquoted(each)} needed" for each in needed)
        return spell_comparison(comparison, binding) + (" does not hold" if value == FALSE else "")

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
        return re.sub(r"\bsome (\w+) \1\b|\b(\w+) some \2\b", lambda m: f"some {m[1] or m[2]}", "".join(pieces))


def _if_unsure(value: int) -> str:
    return "" if value == TRUE else "would hold: "


def _needed(comparisons: Iterable[Comparison]) -> dict[str, Constant]:
    """Return in words what amounts have to be, by their variables, as far as numbers say so."""
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    for left, op, right in comparisons:
        if len(left) + len(right) != 2 or isinstance(left[0], Var) == isinstance(right[0], Var):
            continue
        name, number, sign = (left[0], right[0], op) if isinstance(left[0], Var) else (right[0], left[0], _TURNED[op])
        if not isinstance(name, Var) or not isinstance(number, int):
            continue
        if sign in (">=", ">", "="):
            least[name.name] = max(number + (sign == ">"), least.get(name.name, number))
        if sign in ("<=", "<", "="):
            most[name.name] = min(number - (sign == "<"), most.get(name.name, number))
    return {name: f'"{_range(least.get(name), most.get(name))}"' for name in least | most}


_TURNED = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "=", "!=": "!="}


def _range(least: int | None, most: int | None) -> str:
    if least is not None and least == most:
        return f"exactly {least}"
    ends = [f"at least {least}"] * (least is not None) + [f"at most {most}"] * (most is not None)
    return " and ".join(ends)
