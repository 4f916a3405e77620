"""Both rails of the open world, what is sure and what is possible, judged by clingo as two programs without `open`.

A program is written out twice: of each predicate there is one that is surely so and one that is possible. A rule
gives the sure one from what is sure and what is not possible, and the possible one from what is possible and
what is not sure. The value of an aggregate lies between two ends, which are counted apart.
"""

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import pytest
from coverlog.engine.evaluation.rules import Model
from coverlog.engine.language.terms import (
    UNDOCUMENTED,
    Aggregate,
    Atom,
    Comparison,
    Element,
    Guard,
    Literal,
    Rule,
    term_text,
)
from coverlog.engine.program.program import Program
from hypothesis import given, settings

SURE, POSSIBLE = "sure_", "possible_"
OTHER = {SURE: POSSIBLE, POSSIBLE: SURE}
ENDS = {
    # By the sign of a guard, what the ends have to be for it to hold surely, and possibly; any line will do.
    SURE: {">=": ["low >="], ">": ["low >"], "<=": ["high <="], "<": ["high <"], "=": ["low = high ="],
           "!=": ["low >", "high <"]},
    POSSIBLE: {">=": ["high >="], ">": ["high >"], "<=": ["low <="], "<": ["low <"], "=": ["low <= high >="],
               "!=": ["low !=", "high !="]},
}  # fmt: skip


def rails(program: Program, given: Iterable[Atom]) -> str:
    """Return both rails of a case as one text for clingo."""
    given = list(given)
    lines = [f"{mark}{atom}." for mark in (SURE, POSSIBLE) for atom in given]
    for rule in program.rules:
        lines += [line for mark in (SURE, POSSIBLE) for line in written(rule, mark)]
    for declared in program.predicates.values():
        said = [atom.args[0] for atom in given if atom.predicate == declared.name and atom.args]
        for concept in program.of_kind(declared.open_kind) if declared.open_kind else ():
            if concept not in said and not (declared.is_choice and said) and len(declared.params) == 1:
                closed = f" :- not {SURE}{declared.unless}({concept})" if declared.unless else ""
                lines.append(f"{POSSIBLE}{declared.name}({concept}){closed}.")
    return "\n".join(lines)


def written(rule: Rule, mark: str) -> Iterator[str]:
    """Yield a rule of one rail: as many as its guards can hold by either of two ends."""
    bodies = [[part_of(part, mark) for part in rule.body if not isinstance(part, Aggregate)]]
    for aggregate in rule.aggregates:
        for guard in aggregate.guards:
            ways = ENDS[mark][guard.op]
            bodies = [[*body, *ended(aggregate, guard, way)] for body in bodies for way in ways]
    for body in bodies:
        yield f"{mark}{rule.head} :- {', '.join(body)}." if body else f"{mark}{rule.head}."


def part_of(part: Literal | Comparison, mark: str) -> str:
    if isinstance(part, Comparison):
        return str(part)
    return f"{mark}{part.atom}" if part.positive else f"not {OTHER[mark]}{part.atom}"


def ended(aggregate: Aggregate, guard: Guard, way: str) -> Iterator[str]:
    """Yield an aggregate compared at its low end, its high end, or both."""
    words = way.split()
    for end, op in zip(words[::2], words[1::2], strict=True):
        elements = " ; ".join(
            each for element in aggregate.elements for each in counted(aggregate.function, element, end)
        )
        yield f"#{aggregate.function} {{ {elements} }} {op} {' + '.join(map(term_text, guard.right))}"


def counted(function: str, element: Element, end: str) -> Iterator[str]:
    """Yield what counts at an end: what is sure, and what is possible where that lowers, or raises, the value."""
    terms = ", ".join(map(term_text, element.terms))
    for mark in (SURE, POSSIBLE):
        parts = [part_of(part, mark) for part in element.condition]
        if mark == POSSIBLE:
            if function == "count":
                if end == "low":
                    continue
            else:
                parts.append(f"{term_text(element.terms[0])} {'<' if end == 'low' else '>'} 0")
        yield f"{terms} : {', '.join(parts)}"


def read_off(model: Model) -> set[Atom]:
    """Return what a model says, on both rails."""
    every = [atom for atom in model.each() if UNDOCUMENTED not in atom.args]
    found = {Atom(POSSIBLE + atom.predicate, atom.args) for atom in every}
    return found | {Atom(SURE + atom.predicate, atom.args) for atom in every if model.sure(atom)}


def test_both_rails_are_clingos(semantics: ModuleType, quick: settings) -> None:
    """What is sure and what is possible is what clingo makes of the two programs, counts and sums included."""

    @quick
    @given(semantics.programs(amounts=False), semantics.cases())
    def judged(drawn: Any, case: frozenset[Atom]) -> None:
        model = drawn.evaluator().evaluate(case, open_world=True)
        assert read_off(model) == semantics.by_clingo(rails(drawn.program, case))

    judged()


TRUTHS = {
    "a count of what may be so is between two ends": (
        ["c0 :- #count { F : finding(F) } >= 2.", "c1 :- #count { F : finding(F) } <= 2.", "c2 :- not c0."],
        ["f0"],
    ),
    "the value of no sum is outside of its ends": (
        ["c0 :- #sum { W, F : worth(F, W), finding(F) } = 3.", "c1 :- #sum { W, F : worth(F, W), finding(F) } != 9."],
        [],
    ),
    "what is under not counts where it is not sure": (["c0 :- #count { F : thing(F), not finding(F) } >= 1."], ["f1"]),
    "one member counts once, whatever gives it": (["c0 :- #count { a : finding(F) ; a : thing(F) } >= 2."], ["f0"]),
    "two guards both have to hold": (["c0 :- 1 <= #count { F : finding(F) } <= 1.", "c1 :- not c0."], ["f0"]),
}  # fmt: skip


@pytest.mark.parametrize("truth", TRUTHS)
def test_rails(truth: str, semantics: ModuleType) -> None:
    """Each truth in a program of a line or two."""
    clauses, findings = TRUTHS[truth]
    drawn = semantics.small(*clauses, "worth(f0, 3).", "worth(f1, 4).", "worth(f2, -1).")
    case = [Atom("finding", (f,)) for f in findings] + [Atom("thing", ("f1",))]
    model = drawn.evaluator().evaluate(case, open_world=True)
    assert read_off(model) == semantics.by_clingo(rails(drawn.program, case))
