"""The rule text in clingo: read for each case, for many cases at once, and grounded once for all cases that follow.

Grounded once, whatever a case may say is an external atom in each of two sessions, which is set to what a case says:
the codes and amounts that stand for all are coverlog's, found before any time is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import clingo
from common import CIRCUIT, DATE, GUIDELINE, PROGRAM, Lines, Sets, known, settled
from coverlog.engine.cases.case import Case
from coverlog.engine.evaluation.symbols import Amounts
from coverlog.engine.language.terms import Atom, Rule, unquote
from coverlog.engine.program.asp import CLOSED, POSSIBLE, as_asp
from coverlog.engine.program.asp_counts import spelt
from coverlog.engine.program.interface import FAVOURABLE, SERVICE, SILENT, WAITING

SESSIONS = (1, 2)
NAMES = {outcome.name for outcome in PROGRAM.outcomes}
SILENT_ONES = {outcome.name for outcome in PROGRAM.of_role(SILENT)}
SYMBOLS = CIRCUIT.grounded.symbols
PLACES = {(code, outcome.name, last): at for code, table in CIRCUIT.tables.items()
          for outcome, ways in table for last, at in ways}  # fmt: skip


def of_atoms(case: Case, atoms: Sequence[clingo.Symbol]) -> Lines:
    """Return the lines of a case, read off what holds."""
    found: dict[tuple[int, str], dict[str, list[str]]] = {}
    for atom in atoms:
        if atom.name in NAMES:
            session, code, way = atom.arguments
            found.setdefault((session.number, code.string), {}).setdefault(atom.name, []).append(unquote(str(way)))
    told = []
    for line in case.lines:
        here = found.get((line.session, line.code)) or found[line.session, unquote(known(line.code))]
        (name,) = here
        last = sorted(here[name])
        told.append((line.code, line.session, name, tuple(last[:1] if name in SILENT_ONES else last)))
    return sorted(told)


def by_clingo(case: Case) -> Lines:
    """Let clingo read the text for each case."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], as_asp(PROGRAM, GUIDELINE.strata, DATE, list(case.facts), CLOSED))
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        return next(of_atoms(case, model.symbols(atoms=True)) for model in handle)


# --- Many at once -------------------------------------------------------------------------------------


def of_all(rule: Rule) -> str:
    """Return a rule with the case as a first argument of all that a case can change."""
    from_case = GUIDELINE.strata.from_case

    def told(atom: Atom) -> str:
        name, _, args = str(atom).partition("(")
        return f"{name}(Case_{', ' + args if args else ')'}" if atom.predicate in from_case else str(atom)

    if rule.head.predicate not in from_case:
        return f"{rule.head} :- {', '.join(map(spelt, rule.body))}." if rule.body else f"{rule.head}."
    parts = [f"{'' if part.positive else 'not '}{told(part.atom)}" for part in rule.literals]
    return f"{told(rule.head)} :- {', '.join(['a_case(Case_)', *parts, *map(spelt, rule.comparisons)])}."


def by_clingo_at_once(cases: Sequence[Case]) -> list[Lines]:
    """Let clingo ground the rules once for all cases together."""
    text = [of_all(rule) for rule in PROGRAM.edition(DATE)]
    for at, case in enumerate(cases):
        text.append(f"a_case({at}).")
        text += (f"{name}({at}{', ' + args if args else ')'}." for name, _, args in
                 (str(atom).partition("(") for atom in case.facts))  # fmt: skip
    control = clingo.Control(["--warn=none"])
    control.add("base", [], "\n".join([*text, *(f"#show {name}/4." for name in NAMES)]))
    control.ground([("base", [])])
    atoms: list[list[clingo.Symbol]] = [[] for _ in cases]
    with control.solve(yield_=True) as handle:
        for atom in next(iter(handle)).symbols(shown=True):
            atoms[atom.arguments[0].number].append(clingo.Function(atom.name, atom.arguments[1:]))
    return [of_atoms(case, its) for case, its in zip(cases, atoms, strict=True)]


# --- Grounded once ------------------------------------------------------------------------------------


def _needed() -> Iterator[Rule]:
    """Yield the rules that outcomes rest on: nothing else is asked for, and each atom costs time in every case."""
    reached, before = set(NAMES), set[str]()
    while reached != before:
        before = set(reached)
        reached |= {lit.atom.predicate for r in PROGRAM.rules if r.head.predicate in before for lit in r.literals}
        reached |= {name for p in PROGRAM.predicates.values() if p.name in before for name in (p.unless, p.until)}
    yield from (rule for rule in PROGRAM.rules if rule.head.predicate in reached)


LESS = PROGRAM._replace(rules=tuple(_needed()))


def in_sessions(atom: Atom) -> Iterator[Atom]:
    """Yield an input in each of the sessions, where it is of one."""
    local = SYMBOLS.is_session(atom.predicate, 0)
    yield from (atom._replace(args=(at, *atom.args[1:])) for at in SESSIONS) if local else [atom]


ALWAYS = [atom for atom in CIRCUIT.grounded.inputs if SYMBOLS.always(atom)]
REACHING = [atom for at, atom in enumerate(CIRCUIT.grounded.inputs)
            if atom.predicate == SERVICE or at in CIRCUIT.nodes.alike(CIRCUIT.outputs)]  # fmt: skip
INPUTS = [each for atom in REACHING for each in in_sessions(atom)]


def externals(rails: Sequence[str]) -> Iterator[str]:
    """Yield what lets a case be set from outside.

    :param rails: what stands before the name of an input that has several rails.
    """
    for atom in INPUTS:
        yield f"#external in_{atom}."
        marks = rails if atom.predicate in GUIDELINE.strata.open_valued else ("",)
        yield from (f"{mark}{atom} :- in_{atom}." for mark in marks)


def set_of(case: Case) -> list[clingo.Symbol]:
    """Return what is to be set for a case."""
    found = []
    reaching = set(REACHING)
    for fact in case.facts:
        if (symbol := SYMBOLS.stand_in(fact)) in reaching and symbol:
            here = SYMBOLS.is_session(fact.predicate, 0)
            args = (fact.args[0], *symbol.args[1:]) if here else symbol.args
            found.append(clingo.parse_term(f"in_{Atom(symbol.predicate, args)}"))
    return found


class Once:
    """The closed world, grounded once."""

    name = "clingo, grounded once, closed world"

    def __init__(self) -> None:
        text = as_asp(LESS, GUIDELINE.strata, DATE, ALWAYS, CLOSED)
        self.control = grounded([text, *externals([""]), *(f"#show {name}/3." for name in NAMES)])

    @staticmethod
    def ready(case: Case) -> tuple[Case, list[clingo.Symbol]]:
        return case, set_of(case)

    def lines(self, ready: tuple[Case, list[clingo.Symbol]]) -> Lines:
        case, said = ready
        for symbol in said:
            self.control.assign_external(symbol, True)
        with self.control.solve(yield_=True) as handle:
            found = of_atoms(case, next(iter(handle)).symbols(shown=True))
        for symbol in said:
            self.control.assign_external(symbol, False)
        return found


def grounded(text: Sequence[str], *options: str) -> clingo.Control:
    control = clingo.Control(["--warn=none", *options], logger=lambda *_: None)
    control.add("base", [], "\n".join(["#show.", *text]))
    control.ground([("base", [])])
    return control


# --- The open world -----------------------------------------------------------------------------------

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
