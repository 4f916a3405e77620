"""The open world in clingo: grounded once for all cases, with all minimal missing sets of the lines that wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import clingo
from common import CIRCUIT, DATE, GUIDELINE, PROGRAM, Lines, Sets, known, settled
from coverlog.engine.cases.case import Case
from coverlog.engine.evaluation.symbols import Amounts
from coverlog.engine.language.terms import Atom, unquote
from coverlog.engine.program.asp import POSSIBLE, as_asp
from coverlog.engine.program.interface import FAVOURABLE, WAITING
from with_clingo import ALWAYS, INPUTS, LESS, NAMES, SESSIONS, SYMBOLS, externals, grounded, set_of

PLACES = {(code, outcome.name, last): at for code, table in CIRCUIT.tables.items()
          for outcome, ways in table for last, at in ways}  # fmt: skip
CUTS = {name: columns[1].points for name, columns in SYMBOLS.columns.items()
        if name in GUIDELINE.strata.open_valued and len(columns) == 2 and isinstance(columns[1], Amounts)}  # fmt: skip
OPEN = [predicate for predicate in PROGRAM.predicates.values() if predicate.is_open and not predicate.is_choice]
ASKED = [Atom(of.name, (concept, *more)) for of in OPEN for concept in PROGRAM.of_kind(of.open_kind)
         for more in ([(cut,) for cut in CUTS[of.name]] if of.name in CUTS else [()])]  # fmt: skip
"""What may be asked for: findings, conditions, amounts of at least a cut; every case that is drawn gives the rest."""
CHOOSING = """
choosing :- choosing(_, _).
:- choosing(S, C), { met(S, C) } 0.
{ chosen(A) : asked(A) } :- choosing.
#show may_be/1.
#show chosen/1.
"""


def rail(atom: Atom) -> str:
    """Return an atom as it surely is."""
    return f"sure_{atom}" if atom.predicate in GUIDELINE.strata.open_valued else str(atom)


def open_text() -> Iterator[str]:
    """Yield both rails of the text, with what a case says set from outside, and what it leaves undocumented."""
    for line in as_asp(LESS, GUIDELINE.strata, DATE, ALWAYS, POSSIBLE).splitlines():
        predicate = PROGRAM.predicates.get(line.partition("(")[0])
        if predicate and predicate.is_open and predicate.case and ":-" not in line:
            concept = "any" if predicate.is_choice else line.partition("(")[2].partition(",")[0]
            yield f"{line[:-1]} :- not said({predicate.name}, {concept})."
        else:
            yield line
    for atom in INPUTS:
        if PROGRAM.predicates[atom.predicate].is_open:
            concept = "any" if PROGRAM.predicates[atom.predicate].is_choice else str(atom.args[0])
            yield f"said({atom.predicate}, {concept}) :- in_{atom}."


def choosing() -> Iterator[str]:
    """Yield what chooses things to document: all that is documented by one of them is chosen with it."""
    yield CHOOSING
    for atom in ASKED:
        predicate = PROGRAM.predicates[atom.predicate]
        closing = [Atom(name, atom.args[:1]) for name in (predicate.unless, predicate.until) if name]
        closed = "".join(f", not {rail(each)}" for each in closing)
        yield f"may_be({atom}) :- not {rail(atom)}, not said({atom.predicate}, {atom.args[0]}){closed}."
        yield f"#external asked({atom}). #external probe({atom}). #heuristic chosen({atom}). [1, false]"
        yield f"{rail(atom)} :- chosen({atom}). {rail(atom)} :- probe({atom})."
        yield f":- asked({atom}), not chosen({atom}), {rail(atom)}."
        yield from (f":- chosen({atom}), asked({less}), not chosen({less})." for less in lower(atom))
        yield f"#show surely({atom}) : {rail(atom)}, probe(_)."
    yield from (f"met(S, C) :- sure_{each.name}(S, C, _)." for each in PROGRAM.of_role(FAVOURABLE))
    yield from (f"#external choosing({s}, {code})." for s in SESSIONS for code in CIRCUIT.tables)


def lower(atom: Atom) -> list[Atom]:
    """Return the same amount at lower cuts, which it is at least, too."""
    return [Atom(atom.predicate, (atom.args[0], cut)) for cut in CUTS.get(atom.predicate, ())
            if cut < int(str(atom.args[1]))]  # fmt: skip


def in_words(atom: Atom) -> str:
    """Return a thing to document as the decision says it."""
    if atom.predicate in CUTS:
        return f"{atom.args[0]} >= {atom.args[1]}"
    return f"{atom.args[0]} stated" if PROGRAM.predicates[atom.predicate].until else str(atom.args[0])


class OnceOpen:
    """The open world, grounded once, with all minimal missing sets of the lines that wait."""

    name = "clingo, grounded once, open world, with all missing sets"

    def __init__(self) -> None:
        shown = [f"#show {mark}{name}/3." for name in NAMES for mark in ("", "sure_")]
        options = ("--heuristic=Domain", "--enum-mode=domRec", "--models=0")
        self.control = grounded([*open_text(), *externals(["", "sure_"]), *choosing(), *shown], *options)
        self._atoms = {clingo.parse_term(str(atom)): atom for atom in ASKED}
        self._weaker = {atom: self._documented(atom) for atom in ASKED}

    def _documented(self, atom: Atom) -> set[Atom]:
        """Return what else is documented by one thing."""
        probe = clingo.parse_term(f"probe({atom})")
        self.control.assign_external(probe, True)
        (shown,) = self._models()
        self.control.assign_external(probe, False)
        return {self._atoms[each.arguments[0]] for each in shown if each.name == "surely"} | {*lower(atom)} - {atom}

    def _models(self) -> list[Sequence[clingo.Symbol]]:
        with self.control.solve(yield_=True) as handle:
            return [model.symbols(shown=True) for model in handle]

    @staticmethod
    def ready(case: Case) -> tuple[Case, list[clingo.Symbol]]:
        return case, set_of(case)

    def answer(self, ready: tuple[Case, list[clingo.Symbol]]) -> tuple[Lines, Sets]:
        case, said = ready
        for symbol in said:
            self.control.assign_external(symbol, True)
        (shown,) = self._models()
        lines = _of_rails(case, shown)
        asked = [clingo.Function("asked", [each.arguments[0]]) for each in shown if each.name == "may_be"]
        waiting = {(code, session) for code, session, outcome, _ in lines if outcome == WAITING}
        sets = self._missing(waiting, asked) if waiting else {}
        for symbol in said:
            self.control.assign_external(symbol, False)
        return lines, sets

    def _missing(self, waiting: set[tuple[str, int]], asked: list[clingo.Symbol]) -> Sets:
        for symbol in asked:
            self.control.assign_external(symbol, True)
        found: dict[object, list[list[str]]] = {}
        for code, session in waiting:
            if (key := (CIRCUIT.ways[known(code)], session)) not in found:  # lines of a kind are asked for once
                choose = clingo.parse_term(f"choosing({session}, {known(code)})")
                self.control.assign_external(choose, True)
                found[key] = sorted(self._set(shown) for shown in self._models())
                self.control.assign_external(choose, False)
        for symbol in asked:
            self.control.assign_external(symbol, False)
        return {(code, session): found[CIRCUIT.ways[known(code)], session] for code, session in waiting}

    def _set(self, shown: Sequence[clingo.Symbol]) -> list[str]:
        chosen = {self._atoms[each.arguments[0]] for each in shown if each.name == "chosen"}
        return sorted(in_words(a) for a in chosen if not any(a in self._weaker[b] for b in chosen if b != a))


def _of_rails(case: Case, shown: Sequence[clingo.Symbol]) -> Lines:
    """Return the lines of a case, read off what surely holds and what may hold."""
    sure: dict[tuple[int, str], set[int]] = {}
    possible: dict[tuple[int, str], set[int]] = {}
    for atom in shown:
        name = atom.name.removeprefix("sure_")
        if name in NAMES:
            session, code, way = atom.arguments
            place = PLACES[str(code), name, unquote(str(way))]
            (possible if name == atom.name else sure).setdefault((session.number, str(code)), set()).add(place)
    return settled(case, sure, possible)
