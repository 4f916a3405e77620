"""A smallest case that comes to an outcome, or the proof that there is none."""

from __future__ import annotations

from collections.abc import Sequence

from ..language.errors import did_you_mean, refused
from ..language.terms import quote
from .asked import slots_named, value_of
from .policy import Policy, Witness


def construct(
    policy: Policy, outcome: str, code: str, by: str = "", said: Sequence[str] = (), unsaid: Sequence[str] = ()
) -> Witness | None:
    """Return a smallest case of which a line comes to an outcome; None where there is none.

    :param by: the statement or the reason by which it does.
    :param said: what the case has to say, each NAME=VALUE.
    :param unsaid: what the case must not say, each a name or a key.
    :raises FaultError: where a case can say no such thing, or no statement can give the outcome.
    """
    legal = policy.legal
    another = legal.space.another()
    asked = code if quote(code) in policy.circuit.ways else another
    line = policy.line(asked)
    wanted = [line.outcomes[outcome], policy.sound()]
    if by:
        ways = [last for name, last in line.by if name == outcome]
        if by not in {last for other in policy.lines for name, last in other.by if name == outcome}:
            raise refused(f"--by {by}", f"it gives {outcome} to no line", did_you_mean(by, ways))
        wanted.append(line.by.get((outcome, by), -policy.formula.true))
    values = dict(value_of(text, legal.space, f"--with {text}") for text in said)
    wanted += (legal.literal(slot, option) for slot, option in values.items())
    for name in unsaid:
        wanted += (legal.literal(s, s.options[0]) for s in slots_named(name, legal.space, f"--without {name}"))
    model = policy.formula.smallest([*policy.assumed(asked), *wanted], legal.costs())
    return None if model is None else policy.witness(model, asked, values, {another: code} if asked != code else {})
