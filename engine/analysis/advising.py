"""Rules that advise and decide nothing: which of them fire in no legal case."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from ..circuit.build import Built
from ..circuit.nodes import FALSE
from ..evaluation.compiled import Compiled, Row, compiled_rules
from ..evaluation.grounded import counted
from ..language.terms import Atom, Rule, quote
from ..library.cache import of_edition
from ..library.circuits import circuit
from ..library.grounding import grounded
from ..program.graph import below, stratify
from ..program.interface import ADVISORY
from ..program.program import Program
from .encoder import Encoder
from .idle import deciding, editions, kept_as
from .legal import Legal
from .policy import Policy

SOME = 20
"""About how many firings of a rule are looked at, of those that were kept."""


def silent(program: Program, date: str, digest: str = "", policy: Policy | None = None) -> list[Rule]:
    """Return the rules on which advisories alone rest, and that fire in no legal case of any edition they are in.

    Nothing is said of their parts: what an advisory says is the words of each of its rules, with what they speak of.

    :param date: an ISO date of the edition that is looked at first.
    :param digest: of the text of the program, for which the answer is kept; without one it is not.
    :param policy: the edition of the date as all its cases, which show most rules; without it all are asked for anew.
    :raises NotGroundedError: where an edition has no circuit.
    """

    def made() -> list[int]:
        found = _silent(program, date, policy)
        return [at for at, rule in enumerate(program.rules) if rule in found]

    return [
        program.rules[at] for at in of_edition("advising", (kept_as(digest), date), _read, made, lambda found: found)
    ]


def _read(data: Any) -> list[int]:
    return list(map(int, data))


def _silent(program: Program, date: str, policy: Policy | None) -> list[Rule]:
    mine = set(deciding(program, ADVISORY).rules) - set(deciding(program).rules)
    left = [rule for rule in program.edition(date) if rule in mine and rule.body]
    seen = _seen(policy, left) if policy else set()
    left = [rule for rule in left if rule not in seen]
    for day in (date, *editions(program, date)):
        asked = [rule for rule in left if rule.in_force(day)]
        fire = set(_firing(program, day, asked)) if asked else set()
        left = [rule for rule in left if rule not in fire]
    return left


def _seen(policy: Policy, rules: Collection[Rule]) -> set[Rule]:
    """Return those of some rules that a legal case shows to fire, by firings that were kept with the circuit.

    Of each rule some of them are looked at: there may be thousands.
    """
    guideline, edition = policy.guideline, policy.guideline.since(policy.date)
    if not guideline.hash:
        return set()
    kept = grounded(guideline.program, guideline.strata, edition, (guideline.hash, edition))
    named = {each.name: each for each in compiled_rules(kept.program, edition)}
    read = below(policy.program, *(literal.atom.predicate for rule in rules for literal in rule.asked), closing=True)
    inner = {name for name, each in named.items() if each.rule.head.predicate in read}
    built = Built(kept._replace(fired=tuple(fired for fired in kept.fired if fired[0] in inner)))
    encoder = Encoder(policy.formula, built.nodes, policy.legal.given(0), policy.legal.present)
    told = {name: each.rule for name, each in named.items() if each.rule in rules}
    nodes: dict[str, list[int]] = {name: [] for name in told}
    for name, row in kept.fired:
        if name in told and len(nodes[name]) < SOME and (node := _node(named[name], row, built)) != FALSE:
            nodes[name].append(node)
    sure = {name: policy.formula.either(map(encoder.sure, of)) for name, of in nodes.items()}
    found = policy.formula.possible(sure.values(), policy.legal.present[0])
    return {told[name] for name, literal in sure.items() if literal in found}


def _node(compiled: Compiled, row: Row, built: Built) -> int:
    """Return the node of a firing: of most it is plain that it can never be, as something that it asks for cannot."""
    if any(built.of(premise.fill(row)) == FALSE for premise in compiled.premises):
        return FALSE
    firing = compiled.firing(row, counted)
    return built.fires(firing) if firing else FALSE


def _firing(program: Program, day: str, rules: Iterable[Rule]) -> Iterator[Rule]:
    """Yield which of some rules fire in a legal case of an edition, or in one that is refused."""
    told = {rule: _told(rule, at) for at, rule in enumerate(rules)}
    others = (rule for rule in deciding(program, ADVISORY).rules if rule.head.predicate != ADVISORY)
    wider = program._replace(rules=(*others, *told.values()))
    kept = circuit(wider, stratify(wider), day, ("", day))
    legal = Legal([kept], day, refused=True)
    nodes = {rule: kept.advisories.get(str(as_advisory.head), FALSE) for rule, as_advisory in told.items()}
    sure = {rule: legal.encoders[0].sure(node) for rule, node in nodes.items()}
    found = legal.formula.possible(sure.values(), legal.present[0])
    return (rule for rule, literal in sure.items() if literal in found)


def _told(rule: Rule, at: int) -> Rule:
    """Return a rule as an advisory of its own, at a place of its own."""
    return rule._replace(head=Atom(ADVISORY, (quote(str(at)),)), place=rule.place._replace(file=f"\0{rule.place.file}"))
