"""Findings, amounts and statements in plain words, as a question asks for them and a letter tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ...engine.decision.decision import LineDecision
from ...engine.decision.need import AtLeast, Need, say_need
from ...engine.language.terms import UNDOCUMENTED, Atom, Rule
from ...engine.program.forms import TIME_UNITS
from ...engine.program.interface import FAVOURABLE
from ...engine.program.program import Program
from ...engine.program.words import once, say_atom, say_open
from .phrases import listed, singular

_SLOT = re.compile(r"\{\w+\}")


def covered_words(program: Program, led: Iterable[str] = ()) -> str:
    """Return in words what a line is where a criterion covers it: one of the outcomes that do.

    :param led: the outcomes that ways lead to, as far as they tell; without any it is all that cover.
    """
    names = set(filter(None, led))
    told = [each.words for each in program.of_role(FAVOURABLE) if not names or each.name in names]
    return listed(told, last=" or ")


def question(need: Need, program: Program) -> str:
    """Return how to ask for a need: the guideline's own question, or one made of the gloss."""
    own = _own(need.atom, program)[0]
    if need.bounds:
        asked = own or _how_many(need, program)
        limits = need.bounds.in_words()
        return (
            f"{asked} ({limits} needed)" if asked and limits else asked or f"Is it so that {say_need(need, program)}?"
        )
    asked = own or _is_it_so(say_atom(need.atom, program))
    return f"{asked} (it has to be ruled out)" if need.denies else asked


def question_of(concept: str, program: Program) -> str:
    """Return how to ask for a concept: the guideline's own question, or its label."""
    return program.questions.get(concept, ("", ""))[0] or program.label(concept)


def _own(atom: Atom, program: Program) -> tuple[str, str]:
    """Return the question and the answer that the guideline words for a concept, or for what is said of such."""
    if own := program.questions.get(str(atom.args[0])):
        return own
    asked, told = program.questions.get(atom.predicate, ("", ""))
    if atom.args[0] == UNDOCUMENTED:
        return asked, told
    named = f"{{{program.predicates[atom.predicate].params[0]}}}"
    return asked.replace(named, program.label(atom.args[0])), told.replace(named, program.label(atom.args[0]))


def _how_many(need: Need, program: Program) -> str:
    """Return the question for an amount of a concept; an amount of nothing else has only its gloss to ask by."""
    params, case = program.predicates[need.atom.predicate].params, program.predicates[need.atom.predicate].case
    if len(params) > 1 and case and case.unit:
        of_time = case.unit in TIME_UNITS
        label = program.label(need.finding)
        return f"How many {case.unit} of {label}?" if of_time else f"What is {label}, in {case.unit}?"
    return f"How many {params[1].lower()} of {program.label(need.finding)}?" if len(params) > 1 else ""


def _is_it_so(said: str) -> str:
    there = re.match(r"there (is|are|was|were) ", said)
    return f"{there[1].capitalize()} there {said[there.end() :]}?" if there else f"Is it so that {said}?"


def answer(need: Need | AtLeast, program: Program) -> str:
    """Return in words that what is needed is so, as the end of `the record shows that ...`."""
    return say_need(need, program, telling)


def telling(atom: Atom, amount: str, program: Program) -> str:
    """Return an atom of an open predicate in words: the answer to its concept's question, or its gloss.

    :param amount: what to say of its amount, where it has one: `at least 4`, or a number.
    """
    told = _own(atom, program)[1]
    if not told:
        return say_open(atom, amount, program)
    return singular(once(_SLOT.sub(amount or "some", told), atom, program))


_THERE = re.compile(r"there (is|are|was|were) ")


def alternatives(texts: Sequence[str], word: str = "or") -> str:
    """Return clauses that follow `that` as one: A, B or C, each with the whole of its label.

    Only `there is` and the like are said once: words of a label that are left out would name something else.
    """
    each = list(dict.fromkeys(texts))
    there = _THERE.match(each[0])
    if there and all(text.startswith(there[0]) for text in each):
        told, joint = [each[0], *(text.removeprefix(there[0]) for text in each[1:])], ""
    else:
        told, joint = each, "that "
    return told[0] if len(told) == 1 else f"{f', {joint}'.join(told[:-1])} {word} {joint}{told[-1]}"


def behind(names: Iterable[str], program: Program) -> str:
    """Return what an outcome is by, to stand behind it: statements by their names, a reason in its words."""
    told = list(names)
    if not told:
        return ""
    known = all(name in program.statements for name in told)
    return f" by {', '.join(told)}" if known else f": {'; '.join(map(program.label, told))}"


def words(statement: str, program: Program) -> str:
    """Return the words of a statement, without the mark of a footnote, which no letter or list has."""
    return program.statements[statement].words.removesuffix("(*)").rstrip()


def words_of(statement: str, line: LineDecision, program: Program) -> str:
    """Return the words of a statement by the rules by which a line has it."""
    rules = [rule for rule in program.rules if rule.id in line.how and rule.cites[:1] == (statement,)]
    return words_by(statement, rules, program)


def words_by(statement: str, rules: Sequence[Rule], program: Program) -> str:
    """Return the words of a statement by which rules give something.

    What a rule that reads two statements says is said by neither: where it alone gives it, its own words stand.
    """
    if len(rules) == 1 and len(rules[0].cites) > 1 and "{" not in rules[0].gloss:
        return rules[0].gloss
    return words(statement, program) if statement in program.statements else ""


def come_to(outcome: str, *programs: Program) -> str:
    """Return an outcome in the words of the first guideline that declares it."""
    declared = (each for program in programs for each in program.told() if each.name == outcome)
    return next((each.words for each in declared), outcome.replace("_", " "))
