"""What a diagnosis code is: whether it exists, what it belongs to, and what follows from it by a guideline's rules."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from ...engine.decision.support import leaves
from ...engine.evaluation.rules import Model
from ...engine.language.terms import Atom, Term, quote, unquote
from ...engine.library.guideline import Guideline
from ...engine.program.code_set import ancestors, below, exists, is_category, release
from ...engine.program.code_systems import normal_code
from ...engine.program.program import Program
from ...engine.program.shapes import Said, read_facts
from ...engine.program.words import say_atom
from .rules import stated
from .subjects import Subject

_SHAPES = ("codes", "hierarchy", "slips")
_MOST = 12


def diagnosis(name: str, guideline: Guideline) -> Subject | None:
    """Return a diagnosis code as a subject, or None where a guideline reads no codes or there is nothing to tell.

    Of a code that does not exist there is what was probably meant, and what the guideline makes of its form. What
    follows where a case gives the code is by the rules in force today.
    """
    program, code = guideline.program, normal_code(name)
    inputs = {p.name: p.case for p in program.predicates.values() if p.case and p.case.shape in _SHAPES}
    if not inputs or exists(code) is None:
        return None
    given: dict[Atom, str] = {}
    for predicate, key in inputs.items():
        given |= read_facts(predicate, key, Said({key.key: [code]}, program, []))
    follows = list(_follows(given, guideline))
    slipped = [a for a in given if inputs[a.predicate].shape == "slips" and exists(unquote(str(a.args[1])))]
    slips = [say_atom(atom, program) for atom in slipped]
    narrower = _narrower(code, program)
    if not (exists(code) or follows or slips or narrower):
        return None
    concepts = tuple(dict.fromkeys(str(term) for atom in follows for term in atom.args if term in program.concepts))
    told = list(dict.fromkeys(say_atom(atom, program) for atom in follows)) or [f"nothing that {program.name} names"]
    rules = tuple(r for r in stated(program) if not r.body and {quote(c) for c in _upward(code)} & {*r.head.args})
    head, *more = _about(code)
    about = [*(("belongs to", text) for text in more), *(("slip", text) for text in slips),
             *(("below it", text) for text in narrower), *(("follows", text) for text in told)]  # fmt: skip
    lead = [unquote(str(atom.args[1])) for atom in slipped] + list(concepts)
    return Subject(code, (("diagnosis code", head),), rules, (), concepts, tuple(about),
                   tuple(f"coverlog show {name}" for name in lead))  # fmt: skip


def _upward(code: str) -> Iterator[str]:
    """Yield a code and what it belongs to by its form, whether or not the set has it."""
    while len(code) > 2:
        yield code
        code = code[:-1].rstrip(".")


def _narrower(code: str, program: Program) -> list[str]:
    """Return what the guideline says of codes that belong to a code by their form."""
    facts = (rule.head for rule in stated(program) if not rule.body)
    return [say_atom(a, program) for a in facts for t in a.args if str(t).startswith(f'"{code}') and
            t != quote(code)]  # fmt: skip


def _about(code: str) -> Iterator[str]:
    source = f"ICD-10-CM {release().year}"
    if not exists(code):
        yield f"{source} has no such code"
    elif is_category(code):
        codes = [each for each in below(code) if not is_category(each)]
        more = f" and {len(codes) - _MOST} more" if len(codes) > _MOST else ""
        yield f"a category of {source}, which is not billed: take one of {', '.join(codes[:_MOST])}{more}"
    else:
        yield f"a code of {source}"
    if above := ancestors(code):
        yield ", and that to ".join(above)


def _follows(given: dict[Atom, str], guideline: Guideline) -> list[Atom]:
    """Return what surely follows from a code about what it stands for, in the order of the declarations.

    What a code stands for is a concept that a step from it brings in beside what was reached already.
    """
    evaluator = guideline.evaluator(datetime.datetime.now(tz=datetime.UTC).date().isoformat())
    model = evaluator.evaluate(given, open_world=False)
    resting = [atom for atom in model.support if not given.keys().isdisjoint(leaves(model, atom))]
    reached: set[Term] = {term for atom in given for term in atom.args}
    while new := {term for atom in resting for term in _brought(atom, model, guideline, reached)} - reached:
        reached |= new
    order = list(guideline.program.predicates)
    about = [(a, {t for t in a.args if t in guideline.program.concepts}) for a in resting]
    found = [atom for atom, concepts in about if concepts and concepts <= reached]
    return sorted(found, key=lambda atom: (order.index(atom.predicate), str(atom)))


def _brought(atom: Atom, model: Model, guideline: Guideline, reached: set[Term]) -> Iterator[Term]:
    for premise in model.support[atom].premises:
        if not reached.isdisjoint(premise.args):
            yield from (t for t in premise.args if t in atom.args and t in guideline.program.concepts)
