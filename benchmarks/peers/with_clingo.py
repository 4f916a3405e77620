"""The rule text in clingo: read for each case, for many cases at once, and grounded once for all cases that follow.

Grounded once, whatever a case may say is an external atom in each of two sessions, which is set to what a case says:
the codes and amounts that stand for all are coverlog's, found before any time is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import clingo
from common import CIRCUIT, DATE, GUIDELINE, PROGRAM, Lines, known
from coverlog.engine.cases.case import Case
from coverlog.engine.language.terms import Atom, Rule, unquote
from coverlog.engine.program.asp import CLOSED, as_asp
from coverlog.engine.program.asp_counts import spelt
from coverlog.engine.program.interface import SERVICE, SILENT

SESSIONS = (1, 2)
NAMES = {outcome.name for outcome in PROGRAM.outcomes}
SILENT_ONES = {outcome.name for outcome in PROGRAM.of_role(SILENT)}
SYMBOLS = CIRCUIT.grounded.symbols


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
