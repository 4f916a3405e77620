"""What a case says, in plain words and each with its source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.support import leaves
from ...engine.language.comparison import measured
from ...engine.language.record import NamedTuple
from ...engine.language.terms import UNDOCUMENTED, Atom, unquote
from ...engine.language.visible import in_quotes
from ...engine.library.guideline import Guideline
from ...engine.program.forms import BETWEEN, RECORDS, SINCE, SINGLE
from ...engine.program.graph import edges
from ...engine.program.interface import FAVOURABLE
from ...engine.program.program import Predicate
from ...engine.program.words import say_atom
from .wording import telling

DATED = (*SINCE, BETWEEN)
_CLINICAL = ("each of", "codes", "hierarchy", "present of", "absent of", "amount of", RECORDS, *SINGLE)
DOCUMENTED = ("present of", "absent of", "amount of")


class Evidence:
    """Says what holds in one decided case, and where the record says so."""

    def __init__(self, judged: Judged) -> None:
        self.judged, self.case = judged, judged.case
        self.model, self.why, self.program = judged.model, judged.why, judged.guideline.program
        self.declared, self.told, self.kinds = vocabulary(judged.guideline)
        self.from_case = judged.guideline.strata.from_case
        self.clinical = clinical(judged.guideline)

    def decisive(self, line: LineDecision) -> list[Atom]:
        """Return the atoms that an outcome is read off: the sure ones, or the possible ones where more is needed."""
        return self.judged.situation.decisive(line.key, line.outcome)

    def statements(self, atoms: Iterable[Atom]) -> list[str]:
        """Return the statements that sure atoms rest on, down to what the case says."""
        found: dict[str, None] = {}
        stack = [atom for atom in atoms if atom in self.model.support][::-1]
        while stack:
            step = self.why.shortest(stack.pop())
            found |= dict.fromkeys(step.rule.cites)
            stack += [p for p in step.rests[::-1]
                      if p in self.model.support and p.predicate in self.clinical and not self.is_fact(p)]  # fmt: skip
        return list(found)

    def kind(self, atom: Atom) -> str:
        """Return the kind of concept an atom speaks of first, or an empty text."""
        return self.program.concepts.get(str(atom.args[0]), ("", ""))[0] if atom.args else ""

    def is_fact(self, atom: Atom) -> bool:
        """Say whether an atom speaks of the case in the vocabulary of the case files."""
        name = atom.predicate
        return name in self.told or (name in self.from_case and self.kind(atom) in self.kinds)

    def fact(self, atom: Atom) -> str:
        """Return an atom that holds in words, with the sources of what it follows from."""
        sources = self.sources(atom)
        return self.say(atom) + (f" ({sources})" if sources else "")

    def say(self, atom: Atom) -> str:
        """Return an atom in words: a finding by the answer to its question, the rest by its gloss."""
        declared = self.declared[atom.predicate]
        if not declared.is_record:
            return say_atom(atom, self.program)
        amounts = [measured(a) for a in atom.args[declared.amounts_from :] if a != UNDOCUMENTED]
        return telling(atom, " ".join(amounts), self.program)

    def sources(self, atom: Atom) -> str:
        """Return where the record says what an atom follows from; what it says beyond the atom is named."""
        given = sorted((a for a in leaves(self.model, atom) if a in self.case.facts), key=str)
        return "; ".join(dict.fromkeys(filter(None, (self._source(each, atom) for each in given))))

    def _source(self, given: Atom, atom: Atom) -> str:
        key = self.program.predicates[given.predicate].case
        if key is None or key.shape == "hierarchy":
            return ""
        if key.shape in DATED:
            dates = self.case.facts[given].partition(", ")[2] if key.shape in SINCE else self.case.facts[given]
            return dates if given == atom else f"{say_atom(given, self.program)}, {dates}"
        if key.shape not in DOCUMENTED:
            told = "" if given == atom else say_atom(given, self.program)
            return ", ".join(filter(None, (told, *re.findall('".*"', self.case.facts[given]))))
        concept = str(given.args[0])
        written = self.case.said[key.key][concept]
        source = in_quotes(written["source"]) if isinstance(written, dict) and written.get("source") else ""
        told = "" if concept == atom.args[0] else say_atom(given, self.program)
        return ", ".join(filter(None, (told, source))) or "no source given"

    def about(self) -> list[Atom]:
        """Return what criteria could be about in the case, the narrowest of its kind."""
        kinds = {p.case.kind for p in self.program.predicates.values() if p.case and p.case.shape == "each of"}
        found: dict[object, Atom] = {}
        for name in named(self.judged.guideline):
            about = [a for a in filter(self.model.sure, self.model.atoms(name)) if len(a.args) == 1]
            about = [a for a in about if self.kind(a) in kinds]
            found |= {a.args[0]: a for a in about if not self._is_broader(a)}
        return list(found.values())

    def codes(self) -> list[str]:
        """Return the codes that the case gives in the place of names."""
        coded = {name for name, p in self.program.predicates.items() if p.case and p.case.shape == "codes"}
        return sorted(unquote(str(atom.args[0])) for atom in self.case.facts if atom.predicate in coded)

    def circumstances(self, atoms: Iterable[Atom]) -> list[Atom]:
        """Return the choices that the case makes among what atoms rest on not being so, such as its setting."""
        pairs = [(edge.head, edge.body) for edge in edges(self.program)]
        absent = [a.predicate for atom in atoms for a in self.why.shortest(atom).absences]
        declared = self.program.predicates
        choices = {name for name, p in declared.items() if p.case and p.case.shape == "one of"}
        names = sorted(choices & reached(absent, pairs), key=lambda name: (not declared[name].is_open, name))
        # What the case gives and what the rules make of it are one choice, told once.
        told = {(str(declared[name].case), a.args): a for name in reversed(names) for a in self.model.atoms(name)}
        return list(told.values())[::-1]

    def _is_broader(self, atom: Atom) -> bool:
        step = self.model.support.get(atom)
        return step is not None and any(p.predicate == atom.predicate for p in step.premises)


class Vocabulary(NamedTuple):
    """What a case file of a guideline can say, by the predicates that say it."""

    declared: dict[str, Predicate]  # every one that rules may ask for
    told: frozenset[str]  # of which every atom is a word of the case
    kinds: frozenset[str]  # of the concepts that a case names


@lru_cache(maxsize=16)
def vocabulary(guideline: Guideline) -> Vocabulary:
    """Return the vocabulary of the case files of a guideline."""
    keys = {name: p.case for name, p in guideline.program.declared().items() if p.case}
    told = frozenset(name for name, key in keys.items() if key.shape in (*SINGLE, RECORDS))
    return Vocabulary(guideline.program.declared(), told, frozenset(key.kind for key in keys.values() if key.kind))


@lru_cache(maxsize=16)
def clinical(guideline: Guideline) -> frozenset[str]:
    """Return the predicates that rest on what the record says of the person, not of the request alone."""
    program = guideline.program
    inputs = {name for name, p in program.predicates.items() if p.case and (p.is_open or p.case.shape in _CLINICAL)}
    return reached(inputs, [(edge.body, edge.head) for edge in edges(program)])


@lru_cache(maxsize=16)
def named(guideline: Guideline) -> tuple[str, ...]:
    """Return the predicates by which criteria ask for what a case names.

    Those by which it names that itself come first; last those that may be open, which rules make of it.
    """
    program, declared = guideline.program, guideline.program.predicates
    backward = [(edge.head, edge.body) for edge in edges(program)]
    closing = {name for p in declared.values() for name in (p.unless, p.until)}  # they say what is not so
    below = reached([each.name for each in program.of_role(FAVOURABLE)], backward)
    used = (below & guideline.strata.from_case) - closing
    return tuple(sorted(used, key=lambda n: (declared[n].case is None, declared[n].is_open, n)))


def reached(start: Iterable[str], pairs: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Return what can be reached from a start by pairs of names, itself included."""
    found = set(start)
    while new := {b for a, b in pairs if a in found} - found:
        found |= new
    return frozenset(found)
