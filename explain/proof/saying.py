"""What the nodes of a proof say, by kind: facts of which a name is made, and that are made once for all cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.decision.failing import CONTRADICTED
from ...engine.evaluation.rules import Firing
from ...engine.language.terms import Atom, Rule, Substitution, plain
from ...engine.program.program import Program
from ...engine.program.words import say_absent, say_atom, say_derived, say_failed, say_undocumented

Facts = dict[str, Any]


def ordered(binding: Substitution) -> Facts:
    """Return a binding in the order of its names."""
    return {name: plain(value) for name, value in sorted(binding.items())}


def given(atom: Atom, where: str, program: Program) -> Facts:
    """Return what is said of an atom that the case gives."""
    return {"text": say_atom(atom, program), "atom": str(atom), "where": where}


def known(rule: Rule, program: Program) -> Facts:
    """Return what is said of a fact of the knowledge base."""
    return {"text": say_atom(rule.head, program), "atom": str(rule.head), **by(rule, program)}


def derived(firing: Firing, value: str, program: Program) -> Facts:
    """Return what is said of what a rule gives."""
    text = say_derived(firing.rule, firing.binding, value, program)
    told = {"atom": str(firing.head), "value": value, "binding": ordered(firing.binding)}
    return {"text": text, **told, **by(firing.rule, program)}


def undocumented(atom: Atom, value: str, program: Program) -> Facts:
    """Return what is said of an open input that nobody documented."""
    readings = program.predicates[atom.predicate].readings
    read: Facts = {"readings": list(readings)} if readings else {}
    return {"text": say_undocumented(atom, value, program), "atom": str(atom), "value": value, **read}


def absent(atom: Atom, how: str, folded: Sequence[str] | None, program: Program) -> Facts:
    """Return what is said of what does not hold.

    :param folded: the rules that fail without the case being about them; none where the record rules it out.
    """
    told: Facts = {} if folded is None else {"folded": list(folded)}
    return {"text": say_absent(atom, how == CONTRADICTED, program), "atom": str(atom), "how": how, **told}


def failed(rule: Rule, asked: Substitution, program: Program) -> Facts:
    """Return what is said of a rule that fails."""
    return {"text": say_failed(rule, asked, program), "binding": ordered(asked), **by(rule, program)}


def by(rule: Rule, program: Program) -> Facts:
    """Return what is said of what a rule gives, or does not."""
    return {
        "rule": rule.id,
        "cites": list(rule.cites),
        "authority": program.authority(rule),
        "source": rule.source,
        "readings": list(rule.readings),
    }
