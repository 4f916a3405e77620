"""Rules that advise and decide nothing: which of them fire in no legal case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..circuit.nodes import FALSE
from ..language.terms import Atom, Rule, quote
from ..library.cache import of_edition
from ..library.circuits import circuit
from ..program.graph import stratify
from ..program.interface import ADVISORY
from ..program.program import Program
from .idle import deciding, editions, kept_as
from .legal import Legal


def silent(program: Program, date: str, digest: str = "") -> list[Rule]:
    """Return the rules on which advisories alone rest, and that fire in no legal case of any edition they are in.

    Nothing is said of their parts: what an advisory says is the words of each of its rules, with what they speak of.

    :param date: an ISO date of the edition that is looked at first.
    :param digest: of the text of the program, for which the answer is kept; without one it is not.
    :raises NotGroundedError: where an edition has no circuit.
    """

    def made() -> list[int]:
        found = _silent(program, date)
        return [at for at, rule in enumerate(program.rules) if rule in found]

    return [
        program.rules[at] for at in of_edition("advising", (kept_as(digest), date), _read, made, lambda found: found)
    ]


def _read(data: Any) -> list[int]:
    return list(map(int, data))


def _silent(program: Program, date: str) -> list[Rule]:
    mine = set(deciding(program, ADVISORY).rules) - set(deciding(program).rules)
    left = [rule for rule in program.edition(date) if rule in mine and rule.body]
    for day in (date, *editions(program, date)):
        asked = [rule for rule in left if rule.in_force(day)]
        fire = set(_firing(program, day, asked)) if asked else set()
        left = [rule for rule in left if rule not in fire]
    return left


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
