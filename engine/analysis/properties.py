"""What an analyst says can never be: rules of `never` beside the guideline's, each proved to fire in no legal case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..circuit.circuit import Circuit
from ..circuit.nodes import FALSE
from ..decision.situation import Situation
from ..language.digest import sha256
from ..language.errors import GuidelineError
from ..language.terms import Atom, Rule, quote
from ..library.circuits import circuit
from ..library.guideline import Guideline
from ..library.texts import all_texts
from ..program.graph import stratify
from ..program.interface import ADVISORY, CODE
from ..program.program import PROPERTIES, read_text
from ..program.reader import read_program
from ..soundness.check import check
from .idle import deciding
from .legal import Legal
from .policy import WORLDS, NotReproducedError, Witness, read, witness_of

NEVER = "never"
"""The predicate of which each rule is a property."""


class Broken(NamedTuple):
    """A property, and a smallest case in which what it excludes is so."""

    rule: Rule
    witness: Witness


def with_properties(guideline: Guideline) -> Guideline | None:
    """Return a guideline with the properties that stand in its folder; None where there are none.

    :raises GuidelineError: where they do not parse or are unsound.
    """
    path = guideline.folder / PROPERTIES
    if not path.exists():
        return None
    texts = [*all_texts(guideline.folder), (PROPERTIES, read_text(path, PROPERTIES))]
    program, findings = read_program(texts)
    findings = findings or check(program)
    if findings:
        raise GuidelineError(findings)
    digest = sha256(f"{guideline.hash} {texts[-1][1]}".encode()).hexdigest() if guideline.hash else ""
    return Guideline(guideline.folder, program, stratify(program), digest)


def broken(guideline: Guideline, date: str, world: str = "") -> Iterator[Broken]:
    """Yield each property of an edition that does not hold.

    :raises GuidelineError: where properties do not parse or are unsound.
    :raises NotReproducedError: where the evaluation does not find so what a case shows.
    """
    extended = with_properties(guideline)
    return broken_in(extended, guideline, date, world) if extended else iter(())


def broken_in(extended: Guideline, guideline: Guideline, date: str, world: str = "") -> Iterator[Broken]:
    """Yield each property of an edition that does not hold.

    :param extended: the guideline with its properties.
    """
    rules = [rule for rule in extended.program.edition(date) if rule.head.predicate == NEVER]
    kept = _circuit(extended, rules, date)
    legal = Legal([kept], date)
    for rule in rules:
        node = kept.advisories.get(str(_told(rule).head), FALSE)
        world_asked = [legal.formula.open if WORLDS[world] else -legal.formula.open] if world else []
        asked = [legal.encoders[0].sure(node), legal.present[0], *world_asked]
        if legal.formula.solve(asked) is not None:
            model = legal.formula.smallest(asked, legal.costs()) or set()
            yield Broken(rule, _shown(rule, legal, model, guideline, extended, date))


def _circuit(extended: Guideline, rules: list[Rule], date: str) -> Circuit:
    """Return the circuit of an edition in which each property is an advisory, so that it is kept like one."""
    deciding_rules = deciding(extended.program).rules
    program = extended.program._replace(rules=(*deciding_rules, *map(_told, rules)))
    edition = extended.since(date)
    return circuit(program, stratify(program), edition, (extended.hash, edition))


def _told(rule: Rule) -> Rule:
    return rule._replace(head=Atom(ADVISORY, (quote(rule.id),)))


def _shown(
    rule: Rule, legal: Legal, model: set[int], guideline: Guideline, extended: Guideline, date: str
) -> Witness:  # fmt: skip
    said = legal.written(legal.case(model), "witness")
    world = "open" if legal.formula.open in model else "closed"
    found = Situation(read(said, guideline), extended, world, date).model
    fired = [f for each in found.firings.values() for f in each if f.rule.id == rule.id and found.is_sure(f)]
    if not fired:
        raise NotReproducedError(f"internal fault: {rule.id} does not fire: {said}")
    return witness_of(said, guideline, world, said["services"][0][CODE], date)
