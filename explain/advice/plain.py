"""What a member is told of an atom: the words that the guideline declares for members, or else its labels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ...engine.decision.decide import LineDecision
from ...engine.language.comparison import measured
from ...engine.language.terms import UNDOCUMENTED, Atom, Var, quote
from ...engine.program.program import Program
from ...engine.program.words import once
from .phrases import listed, singular

_SLOT = re.compile(r"\{(\w+)\}")


def plain(constant: object, program: Program) -> str:
    """Return what a member reads of a constant; empty where it is a code or an id that has no words."""
    words = program.plain.get(str(constant)) or program.label(constant)
    return "" if str(constant).startswith('"') and words == str(constant)[1:-1] else words


def clause(atom: Atom, program: Program, amount: str = "", *, so: bool = True) -> str:
    """Return that an atom is so, or is not so, as the end of `your record shows that ...`.

    :param amount: what to say of its amount, such as `at least 4`.
    :return: an empty text where there are no words for it that a member can read.
    """
    concept, name = str(atom.args[0]) if atom.args else "", atom.predicate
    told = program.tells.get(concept) or program.tells.get(name)
    declared = program.declared()[name]
    words = told[not so] if told else ""
    if so and not words:
        asked = program.questions.get(concept) or program.questions.get(name)
        words = asked[1] if asked and asked[1] else declared.gloss
    return _filled(words, dict(zip(declared.params, atom.args, strict=True)), amount, atom, program)


def _filled(words: str, values: Mapping[str, object], amount: str, atom: Atom, program: Program) -> str:
    """Fill the slots of words: a number as it is, or as it is asked for, the rest by its plain name."""
    said: dict[str, str] = {}
    unbound = [slot for slot, value in values.items() if isinstance(value, Var)]
    for slot in _SLOT.findall(words):
        value = values.get(slot)
        if isinstance(value, Var | None) or value == UNDOCUMENTED:
            said[slot] = amount if len(unbound) < 2 else ""
        else:
            said[slot] = (amount or measured(value)) if isinstance(value, int) else plain(value, program)
    if not all(said.values()):
        return ""
    return singular(once(_SLOT.sub(lambda slot: said[slot[1]], words), atom, program))


def tests_of(lines: Iterable[LineDecision], program: Program) -> str:
    """Return the plain names of what lines request, each once."""
    return listed(list(dict.fromkeys(_test_of(line, program) or "this request" for line in lines)))


def _test_of(line: LineDecision, program: Program) -> str:
    """Return the plain name of what a line requests; a code without one has no name here.

    It is that of what is shown of its code, before the label of the code.
    """
    code = quote(line.code)
    if code in program.plain:
        return program.plain[code]
    shown = [v for name, v in line.shown.items() if v and "Session" not in program.predicates[name].params]
    return next((program.plain[v] for v in shown if v in program.plain), "") or plain(code, program)
