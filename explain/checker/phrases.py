"""The words of a proof, made again by the proof checker: glosses, labels and values, by code of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ...engine.language.terms import UNDOCUMENTED, Atom, Comparison, Constant, Quantity, Rule, Var
from ...engine.program.program import Program
from .count import INFINITE, Count
from .ground import (
    FALSE,
    TRUE,
    UNKNOWN,
    Binding,
    compare,
    comparison_names,
    number,
    spell,
    spell_comparison,
    spell_terms,
    unquoted,
)  # fmt: skip


class Phrases:
    """Says atoms and rules of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def atom(self, atom: Atom, hidden: Sequence[Constant] = ()) -> str:
        """Return an atom by its predicate's gloss; what is not bound, or hidden, reads as `a code`."""
        declared = self.program.declared().get(atom.predicate)
        if declared is None:
            return spell(atom)
        values = {n: a for n, a in zip(declared.params, atom.args, strict=False) if not isinstance(a, Var)}
        return self._filled(declared.gloss, {n: a for n, a in values.items() if a not in hidden})

    def rule(self, rule: Rule, binding: Mapping[str, Constant]) -> str:
        """Return what a rule concludes."""
        if not (rule.gloss and rule.body):
            return self.atom(rule.head)
        said = self._filled(rule.gloss, _needed(rule.comparisons) | dict(binding))
        for unit in _units(rule.comparisons):
            said = said.replace(f"{unit} {unit}", unit)
        return said

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
        unit = declared.case.unit if declared.case else ""
        if declared.open_count:
            return f"no number of {unit or declared.params[0].lower()} is documented"
        if len(atom.args) > 1:
            return f"no number of {unit or declared.params[1].lower()} of {self.label(str(atom.args[0]))} is documented"
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

    def counted(self, count: Count) -> str:
        """Return what an aggregate comes to: what counts, how much is needed, and that there is nothing else."""
        sure, possible = count.of(TRUE), count.of(UNKNOWN)
        needed = " and ".join(
            f"{_GUARDS[guard.op]} {spell_terms(guard.right, ' + ', count.binding)}" for guard in count.aggregate.guards
        )
        if count.aggregate.function == "sum":
            low, high = (_measured(count.measured(end)) for end in (count.low, count.high))
            upper = f"{number(count.measured(count.low))} to {high}" if count.high < INFINITE else f"{low} or more"
            said = f"{low if count.low == count.high else upper} in total"
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
        return self.come_to(outcome) + given + (": " + self.label(reason) if reason else "")

    def come_to(self, outcome: str) -> str:
        """Return an outcome in words; one that no rule gives has those of its name."""
        declared = [each.words for each in self.program.outcomes if each.name == outcome]
        return declared[0] if declared else outcome.replace("_", " ")

    def label(self, constant: Constant) -> str:
        """Return a constant in words."""
        kind_and_label = self.program.concepts.get(str(constant))
        if kind_and_label:
            return kind_and_label[1]
        return unquoted(constant) if str(constant).startswith('"') else str(constant).replace("_", " ")

    def _filled(self, gloss: str, values: Mapping[str, Constant]) -> str:
        """Fill the slots of a gloss; `{Weeks} weeks` with nothing to fill in is `some weeks`."""
        pieces = re.split(r"\{(\w+)\}", gloss)
        for at in range(1, len(pieces), 2):
            name = pieces[at]
            if name not in values:
                pieces[at] = _unbound(name.lower())
            elif isinstance(value := values[name], Quantity):
                pieces[at] = _amount(value, pieces[at + 1])
            elif str(values[name])[:1] == '"':
                pieces[at] = unquoted(values[name])
            else:
                pieces[at] = self.label(values[name])
            if pieces[at] == "1":  # of which there is one
                pieces[at + 1] = re.sub(rf"^ {name.lower()[:-1]}s\b", f" {name.lower()[:-1]}", pieces[at + 1])
        told = "".join(pieces)
        if all(name in values for name in re.findall(r"\{(\w+)\}", gloss)):
            return told
        twice = r"\b(?:(some|an?) (\w+) \2|(\w+) (some|an?) \3)\b"
        return re.sub(twice, lambda m: f"{m[1]} {m[2]}" if m[1] else f"{m[4]} {m[3]}", told)


def _unbound(name: str) -> str:
    """Return what stands for a variable without a value: several, or one with its article."""
    article = "some" if name.endswith("s") else "an" if name[:1] in "aeiou" else "a"
    return f"{article} {name}"


def _measured(value: int) -> str:
    return _amount(value, "") if isinstance(value, Quantity) else str(value)


def _amount(value: Quantity, after: str) -> str:
    """Return a number with its unit, which what stands behind it may have said; one day is no days."""
    one_of_time = value.unit in ("days", "weeks", "months", "years") and int(value) == 1 and not value.places
    said = after.strip()[: len(value.unit)] == value.unit
    return number(value) + ("" if said else " " + (value.unit[:-1] if one_of_time else value.unit)).rstrip()


_GUARDS = {
    ">=": "at least", "<=": "at most", ">": "more than", "<": "fewer than", "=": "exactly", "!=": "other than"
}  # fmt: skip


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


def _units(comparisons: Iterable[Comparison]) -> set[str]:
    """Return the units that numbers are compared in, beside an amount."""
    numbers = {term for each in comparisons for term in (*each.left, *each.right)}
    return {number.unit for number in numbers if isinstance(number, Quantity) and number.unit}


def _range(least: int | None, most: int | None) -> str:
    if least is not None and least == most:
        return f"exactly {_written(least)}"
    ends = []
    if least is not None:
        ends.append("one or more" if str(least) == "1" else _end("at least", "more than", least, -1))
    if most is not None:
        ends.append("fewer than 2" if str(most) == "1" else _end("at most", "less than", most, 1))
    unit = _written(least or 0).removeprefix(number(least or 0)) if len(ends) > 1 else ""
    return " and ".join([end.removesuffix(unit) for end in ends[:-1]] + ends[-1:])


def _end(within: str, beyond: str, bound: int, step: int) -> str:
    """Return one end of a range; with decimals, a whole number next to it is said in place of it."""
    if isinstance(bound, Quantity) and bound.places and (int(bound) + step) % 10**bound.places == 0:
        return f"{beyond} {_written(bound + step)}"
    return f"{within} {_written(bound)}"


def _written(bound: int) -> str:
    return _amount(bound, "") if isinstance(bound, Quantity) else str(bound)
