"""The engine against two independent judges: clingo for the closed world, a naive Kleene evaluation for the open one.

Hypothesis draws small stratified programs in the rule text's own format, and cases for them. Whatever
is declared open is closed again for clingo, which reads the same text: annotations are comments there.
"""

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations, product
from types import ModuleType
from typing import Any, NamedTuple

import clingo
import pytest
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.missing import Missing
from coverlog.engine.decision.need import AtLeast, Need, Set
from coverlog.engine.decision.search import SETS
from coverlog.engine.evaluation.evaluator import Evaluator
from coverlog.engine.evaluation.rules import Model
from coverlog.engine.language.terms import (
    UNDOCUMENTED,
    Aggregate,
    Atom,
    Comparison,
    Constant,
    Literal,
    Quantity,
    Rule,
    Term,
    Var,
)
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.asp import POSSIBLE, SURE, as_asp
from coverlog.engine.program.graph import stratify
from coverlog.engine.program.program import Program, folder_texts
from coverlog.engine.program.reader import read_program
from coverlog.engine.soundness.check import check
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# No database: a run leaves no file behind. Derandomised: a run is judged on the same programs everywhere.
quick = settings(
    max_examples=40, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
DATE = "2025-01-01"

# --- Programs as text --------------------------------------------------------------------------

SYMBOLS = ("f0", "f1", "f2", '"1"')
DURATIONS = ("d0", "d1")
NUMBERS = (-1, 0, 1, 2, 3)
VALUES: dict[str, Sequence[Constant]] = {"s": SYMBOLS, "d": DURATIONS, "n": NUMBERS}
NAMES = {"s": ("X", "Y"), "d": ("D",), "n": ("M", "N")}

HEADER = """
guideline("RANDOM", "a random guideline", "2025-01-01").
%@ source: chance
statement("R", stated, "", "whatever comes").
%@ predicate service(Session, Code): service
%@ case: services
%@ predicate units(Session, Code, Units): units
%@ case: services units
%@ predicate thing(Thing): thing
%@ case: things each of finding
%@ predicate edge(From, To): edge
%@ case: codes hierarchy
%@ predicate prior(Id, Thing, Number): an earlier record
%@ case: prior records what one of finding, number number from -1 to 3
%@ predicate num(Number): number
%@ case: number count
%@ predicate denied(Finding): denied
%@ case: findings absent of finding
%@ predicate tally(Number): an open number
%@ case: tally count
%@ open
%@ predicate place(Place): an open choice
%@ case: place one of finding
%@ open: finding
%@ predicate weeks(Duration, Weeks): weeks
%@ case: findings amount of duration
%@ open: duration
%@ predicate medically_necessary(Session, Code, Statement): necessary
%@ predicate not_medically_necessary(Session, Code, Statement): not necessary
%@ predicate not_addressed(Session, Code, Reason): not addressed
"""
CONCEPTS = "".join(f'concept({s}, finding, "a finding").\n' for s in SYMBOLS) + "".join(
    f'concept({d}, duration, "a duration").\n' for d in DURATIONS
)
# The types of the arguments. A rule of a layer negates what lies below it only.
INPUTS = {
    "service": "ns",
    "units": "nsn",
    "thing": "s",
    "edge": "ss",
    "prior": "nsn",
    "num": "n",
    "denied": "s",
    "place": "s",
}
LAYERS = (
    {"link": "ss", "ruled": "s"},
    {"finding": "s"},
    {"r1": "s", "r2": "ss"},
    {"sign": "s", "r3": "sn"},
    {"r4": "s", "r5": "", "r6": "n"},
)
TYPES = INPUTS | {name: types for layer in LAYERS for name, types in layer.items()}
CASE_OF = {"finding": "findings present of finding", "sign": "findings present of finding"}


class Drawn(NamedTuple):
    """A program as text, and what it comes to."""

    text: str
    program: Program

    def __repr__(self) -> str:
        return "\n".join(line for line in self.text.splitlines() if line.endswith(".") or "unless" in line)

    def evaluator(self) -> Evaluator:
        return Evaluator(self.program, stratify(self.program), DATE)


def understood(text: str) -> Drawn:
    """Read a text that has to be sound."""
    program, findings = read_program([("random.dl", text)])
    assert findings == []
    assert check(program) == []
    return Drawn(text, program)


def written(args: Iterable[Constant]) -> str:
    found = list(map(str, args))
    return f"({', '.join(found)})" if found else ""


def numbered(clauses: Iterable[str]) -> str:
    """Give each clause an id of its own."""
    return "".join(
        f"%@ {'rule' if ':-' in clause else 'facts'} R/{i}: it follows\n{clause}\n" for i, clause in enumerate(clauses)
    )


def declarations(unless: str, unless_sign: str) -> Iterator[str]:
    """Declare the layers; findings and signs are open, ruled out by what is given here."""
    for name, types in ((name, types) for layer in LAYERS for name, types in layer.items()):
        params = ", ".join(f"A{i}" for i in range(len(types)))
        yield f"%@ predicate {name}{f'({params})' if params else ''}: {name}\n"
        if name in CASE_OF:
            rules_out = unless if name == "finding" else unless_sign
            yield f"%@ case: {CASE_OF[name]}\n%@ open: finding{f' unless {rules_out}' if rules_out else ''}\n"


class _Body:
    """A body in the making: what it says so far, and the variables bound by it."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.parts: list[str] = []
        self.bound: dict[str, set[str]] = {"s": set(), "d": set(), "n": set()}
        self.amounts: list[str] = []
        self.own = NAMES

    def positive(self, name: str) -> None:
        if name == "weeks":
            return self.amount()
        args = [self.draw(st.sampled_from((*self.own[t] * 6, "_", *VALUES[t]))) for t in TYPES[name]]
        for arg, kind in zip(args, TYPES[name], strict=True):
            if arg in self.own[kind]:
                self.bound[kind].add(str(arg))
        return self.parts.append(f"{name}{written(args)}")

    def amount(self) -> None:
        """Read an amount into a variable of its own, and mostly compare it."""
        name = f"{'A' if self.own is NAMES else 'B'}{len(self.amounts)}"
        self.amounts.append(name)
        d = self.own["d"][-1]
        of = self.draw(st.sampled_from((f"weeks({d}, ", "weeks(d0, ", "weeks(d1, ", "tally(")))
        self.parts.append(f"{of}{name})")
        self.bound["d"] |= {d} if f"weeks({d}" in self.parts[-1] else set()
        for _ in range(self.draw(st.integers(0, 2))):
            op, number = self.draw(st.sampled_from(("<", "<=", "=", ">", ">="))), self.draw(st.sampled_from(NUMBERS))
            self.parts.append(self.draw(st.sampled_from((f"{name} {op} {number}", f"{number} {op} {name}"))))

    def known(self, kind: str) -> Constant:
        """Return a bound variable or a constant."""
        bound = sorted(self.bound[kind])
        return self.draw(st.sampled_from((*bound * 3, *VALUES[kind])))

    def negative(self, name: str) -> None:
        self.parts.append(f"not {name}{written(map(self.known, TYPES[name]))}")

    def comparison(self) -> None:
        kind = self.draw(st.sampled_from(("s", "n")))
        ops = ("=", "!=") if kind == "s" else ("<", "<=", "=", "!=", ">", ">=")
        sides = [str(self.known(kind)) for _ in range(2)]
        if kind == "n" and self.draw(st.booleans()):
            sides[0] += f" + {self.known('n')}"
        self.parts.append(f"{sides[0]} {self.draw(st.sampled_from(ops))} {sides[1]}")

    def aggregate(self, below: Sequence[str]) -> None:
        """Count or add up what lies below, under variables of its own and of the body."""
        function = self.draw(st.sampled_from(("count", "sum")))
        tags = self.draw(st.sampled_from(("", "", "", "ab")))
        elements = [self.element(function, below, tag) for tag in tags or [""]]
        guards = [f"{self.draw(st.sampled_from(OPS))} {self.draw(st.sampled_from((0, 1, 1, 2, 2, 3)))}"]
        left = self.draw(st.sampled_from(("", "", "", "1 <= ", "3 > ", "0 != ")))
        self.parts.append(f"{left}#{function} {{ {' ; '.join(elements)} }} {guards[0]}")

    def element(self, function: str, below: Sequence[str], tag: str) -> str:
        """Draw what an aggregate takes up: terms, and a condition that binds what is not bound outside."""
        inner = _Body(self.draw)
        inner.own = {"s": ("X", "U"), "d": ("D", "E"), "n": ("M", "V")}
        asked = self.draw(st.lists(st.sampled_from(below), min_size=1, max_size=2))
        for name in asked:
            inner.positive(name)
        own, amounts = inner.bound, list(inner.amounts) if function == "sum" else []
        inner.bound = {kind: names | self.bound[kind] for kind, names in own.items()}
        for name in self.draw(st.lists(st.sampled_from([n for n in below if n != "weeks"]), max_size=1)):
            inner.negative(name)
        if self.draw(st.integers(0, 3)) == 0:
            inner.comparison()
        weights = [*amounts * 4, *sorted(own["n"]) * 3, *NUMBERS[:4]]
        first = [str(self.draw(st.sampled_from(weights)))] if function == "sum" else []
        rest = self.draw(st.lists(st.sampled_from((*sorted(own["s"]) * 3, *sorted(own["d"]) * 3, "f0")), max_size=2))
        first += [tag] if first and tag else []
        if first and first[0] in amounts:  # with what it is of behind it
            first += sorted({"E"} & own["d"])
        terms = [*first, *map(str, rest)] or [str(inner.known("s"))]
        return f"{', '.join(terms)} : {', '.join(self.draw(st.permutations(inner.parts)))}"


OPS = (">=", ">=", "<=", "<", ">", "=", "!=")


def rule_for(draw: st.DrawFn, head: str, layer: int, *, amounts: bool, aggregates: bool) -> str:
    """Write a rule for a head of a layer."""
    weeks = ("weeks",) * 3 if layer and amounts else ()
    below = [*INPUTS, *(name for names in LAYERS[:layer] for name in names)]
    body = _Body(draw)
    beside = [*below, *LAYERS[layer], *weeks]
    for name in draw(st.lists(st.sampled_from(beside), min_size=draw(st.integers(0, 1)), max_size=3)):
        body.positive(name)
    for name in draw(st.lists(st.sampled_from(below), min_size=0 if body.parts else 1, max_size=2)):
        body.negative(name)
    for _ in range(draw(st.integers(0, 1))):
        body.comparison()
    if aggregates and draw(st.integers(0, 2)) == 0:
        body.aggregate([*below, *weeks])
    parts = draw(st.permutations(body.parts))
    return f"{head}{written(map(body.known, TYPES[head]))} :- {', '.join(parts)}."


def fact_for(draw: st.DrawFn, name: str) -> str:
    return f"{name}{written(draw(st.sampled_from(VALUES[t])) for t in TYPES[name])}."


RULED = (
    "ruled(X) :- denied(X).",
    "ruled(X) :- edge(X, Y), ruled(Y).",
    "ruled(X) :- thing(X), weeks(D, A), A >= 2.",
)
CYCLIC = ("finding(Y) :- finding(X), edge(X, Y).", "r2(X, Y) :- edge(X, Y).", "r2(X, Z) :- edge(X, Y), r2(Y, Z).")


@st.composite
def programs(draw: st.DrawFn, *, amounts: bool = True, aggregates: bool = True) -> Drawn:
    """Draw a stratified program: text facts, recursion over cyclic data, negation and counts below, open inputs.

    :param amounts: whether it reads amounts that may be undocumented.
    :param aggregates: whether it counts and adds up.
    """
    ruled = RULED[1:] if amounts else RULED[1:2]
    clauses = [RULED[0], *draw(st.lists(st.sampled_from(ruled + CYCLIC), unique=True))]
    for layer, names in enumerate(LAYERS):
        for _ in range(draw(st.integers(0 if layer < 2 else 1, 4))):
            clauses.append(
                rule_for(draw, draw(st.sampled_from(sorted(names))), layer, amounts=amounts, aggregates=aggregates)
            )
    facts = draw(st.lists(st.sampled_from(("link", "link", "thing", "finding", "r1", "r2", "r5")), max_size=4))
    clauses += [fact_for(draw, name) for name in facts]
    unless, unless_sign = draw(st.sampled_from(("denied", "ruled"))), draw(st.sampled_from(("", "denied", "r1")))
    declared = "".join(declarations(unless, unless_sign))
    return understood(HEADER + CONCEPTS + declared + numbered(dict.fromkeys(clauses)))


def atoms_of(name: str) -> st.SearchStrategy[Atom]:
    return st.tuples(*(st.sampled_from(VALUES[t]) for t in TYPES[name])).map(lambda args: Atom(name, args))


@st.composite
def cases(draw: st.DrawFn) -> frozenset[Atom]:
    """Draw what a case gives: inputs, findings, and a number for some of the durations."""
    facts = draw(
        st.lists(
            st.sampled_from((*INPUTS, "thing", "edge", "edge", "prior", "finding", "sign")).flatmap(atoms_of),
            min_size=4,
            max_size=14,
        )
    )
    weeks = draw(st.dictionaries(st.sampled_from(DURATIONS), st.sampled_from(NUMBERS)))
    tally = draw(st.lists(st.sampled_from(NUMBERS), max_size=1))
    facts += [Atom("tally", (number,)) for number in tally]
    return frozenset(facts) | {Atom("weeks", item) for item in weeks.items()}


@st.composite
def full_cases(draw: st.DrawFn) -> frozenset[Atom]:
    """Draw a case that leaves nothing undocumented."""
    facts = {atom for atom in draw(cases()) if atom.predicate not in ("weeks", "sign", "tally")}
    facts |= {Atom("place", (draw(st.sampled_from(SYMBOLS)),)), Atom("tally", (draw(st.sampled_from(NUMBERS)),))}
    for symbol in SYMBOLS:
        facts.add(Atom("sign", (symbol,)))
        if Atom("finding", (symbol,)) not in facts:
            facts.add(Atom("denied", (symbol,)))
    return frozenset(facts | {Atom("weeks", (d, draw(st.sampled_from(NUMBERS)))) for d in DURATIONS})


# --- The judges --------------------------------------------------------------------------------


def by_clingo(text: str, facts: Iterable[Atom] = ()) -> set[Atom]:
    """Return the one answer set of a text with facts added."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], text + "".join(f"{fact}.\n" for fact in facts))
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        (model,) = ([_atom(symbol) for symbol in model.symbols(atoms=True)] for model in handle)
    return set(model)


def _atom(symbol: clingo.Symbol) -> Atom:
    return Atom(
        symbol.name, tuple(a.number if a.type == clingo.SymbolType.Number else str(a) for a in symbol.arguments)
    )


NO, MAYBE, YES = 0, 1, 2
Values = dict[Atom, int]
TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def by_kleene(program: Program, facts: Iterable[Atom]) -> Values:
    """Return the value of every atom that is not false: strata by number, each to its least fixpoint."""
    level = levels(program)
    value: Values = dict.fromkeys(facts, YES)
    for n in range(max(level.values()) + 1):
        value = undocumented(program, level, n, value) | value
        rules = [rule for rule in program.rules if level[rule.head.predicate] == n]
        while better := {head: v for rule in rules for head, v in results(rule, value) if v > value.get(head, NO)}:
            value |= {head: max(v for h, v in _all(rules, value) if h == head) for head in better}
    return value


def _all(rules: Iterable[Rule], value: Values) -> list[tuple[Atom, int]]:
    return [result for rule in rules for result in results(rule, value)]


def levels(program: Program) -> dict[str, int]:
    """Number the strata: above what is negated, not below what is used."""
    needs = [(r.head.predicate, lit.atom.predicate, not lit.positive) for r in program.rules for lit in r.literals]
    needs += [
        (r.head.predicate, lit.atom.predicate, True) for r in program.rules for a in r.aggregates for lit in a.literals
    ]
    needs += [(p.name, p.unless, True) for p in program.predicates.values() if p.unless]
    level = dict.fromkeys([*program.predicates, *(r.head.predicate for r in program.rules)], 0)
    while raised := {head: level[body] + n for head, body, n in needs if level[head] < level[body] + n}:
        level |= raised
    return level


def undocumented(program: Program, level: dict[str, int], n: int, value: Values) -> Values:
    """Return what is open in a stratum: unknown, unless it is documented or surely ruled out."""
    found: Values = {}
    for predicate in program.predicates.values():
        said = {atom.args[0] for atom in value if atom.predicate == predicate.name and atom.args}
        if predicate.name == "tally" and not said:
            found[Atom(predicate.name, (UNDOCUMENTED,))] = MAYBE
        if predicate.open_kind and level[predicate.name] == n and not (predicate.name == "place" and said):
            for concept in program.of_kind(predicate.open_kind):
                out = value.get(Atom(predicate.unless, (concept,)), NO)
                if concept not in said and out != YES:
                    found[Atom(predicate.name, (concept, *(UNDOCUMENTED,) * (len(predicate.params) - 1)))] = MAYBE
    return found


def results(rule: Rule, value: Values) -> list[tuple[Atom, int]]:
    """Return the head and the value of each instance of a rule whose positive part is not false."""
    found = []
    for binding in instances([lit.atom for lit in rule.literals if lit.positive], value, {}):
        parts = [*of_parts([*rule.literals, *rule.comparisons], value, binding)]
        parts += [counted(aggregate, value, binding) for aggregate in rule.aggregates]
        found.append((ground(rule.head, binding), min(parts, default=YES)))
    return found


def of_parts(parts: Iterable[Literal | Comparison], value: Values, binding: dict[str, Constant]) -> Iterator[int]:
    """Yield the value of each literal and comparison under a binding."""
    for part in parts:
        if isinstance(part, Comparison):
            yield compared(part, binding)
        else:
            held = value.get(ground(part.atom, binding), NO)
            yield held if part.positive else YES - held


def counted(aggregate: Aggregate, value: Values, binding: dict[str, Constant]) -> int:
    """Return the value of an aggregate: that of its guards over every number between its ends."""
    members: dict[tuple[tuple[Constant, ...], str], int] = {}
    for element in aggregate.elements:
        begun = {name: binding[name] for name in aggregate.shared if name in binding}
        for way in instances([lit.atom for lit in element.literals if lit.positive], value, begun):
            terms = tuple(known(term, way) for term in element.terms)
            apart = str(sorted(way.items())) if UNDOCUMENTED in terms else ""
            members[terms, apart] = max(members.get((terms, apart), NO), min(of_parts(element.condition, value, way)))
    worth = [(1 if aggregate.function == "count" else terms[0], held) for (terms, _), held in members.items()]
    known_ = [(int(n), held) for n, held in worth if n != UNDOCUMENTED]
    low = sum(n for n, held in known_ if held == YES or (held == MAYBE and n < 0))
    high = sum(n for n, held in known_ if held == YES or (held == MAYBE and n > 0))
    high += 1000 * sum(n == UNDOCUMENTED and held != NO for n, held in worth)  # as good as without an end
    found = YES
    for guard in aggregate.guards:
        told = {TESTS[guard.op](number, sum(known(t, binding) for t in guard.right)) for number in range(low, high + 1)}
        found = min(found, MAYBE if len(told) > 1 else YES if told.pop() else NO)
    return found


def instances(atoms: list[Atom], value: Values, binding: dict[str, Constant]) -> Iterator[dict[str, Constant]]:
    """Yield each binding under which no atom is false."""
    if not atoms:
        yield binding
        return
    for candidate in value:
        if candidate.predicate == atoms[0].predicate:
            more = dict(binding)
            pairs = zip(atoms[0].args, (known(a, {}) for a in candidate.args), strict=True)
            if all((more.setdefault(a.name, b) if isinstance(a, Var) else a) == b for a, b in pairs):
                yield from instances(atoms[1:], value, more)


def ground(atom: Atom, binding: dict[str, Constant]) -> Atom:
    return Atom(atom.predicate, tuple(known(a, binding) for a in atom.args))


def known(term: Term, binding: dict[str, Constant]) -> Constant:
    return binding[term.name] if isinstance(term, Var) else term


def compared(comparison: Comparison, binding: dict[str, Constant]) -> int:
    left, right = ([known(t, binding) for t in side] for side in (comparison.left, comparison.right))
    if UNDOCUMENTED in left + right:
        return MAYBE
    if not all(len(side) == 1 or all(isinstance(v, int) for v in side) for side in (left, right)):
        return NO
    sides = [side[0] if len(side) == 1 else sum(map(int, side)) for side in (left, right)]
    return YES if TESTS[comparison.op](*sides) else NO


# --- What the engine says ----------------------------------------------------------------------


def values(model: Model) -> Values:
    every = {*model.firings, *model.given, *model.unknown}
    assert all(map(model.possible, every))
    assert {atom for name in {atom.predicate for atom in every} for atom in model.atoms(name)} == every
    return {in_whole(atom): YES if model.sure(atom) else MAYBE for atom in every}


def in_whole(atom: Atom) -> Atom:
    """Return an atom with its quantities as the whole numbers that a solver reads."""
    return Atom(atom.predicate, tuple(int(a) if isinstance(a, int) else a for a in atom.args))


def everything(model: Model) -> tuple[Any, ...]:
    """Return all a model tells, its proofs included, in an order that does not depend on the run."""
    firings = {atom: sorted(map(str, found)) for atom, found in model.firings.items()}
    return values(model), firings, {atom: str(firing) for atom, firing in model.support.items()}


@quick
@given(programs(), cases())
def test_the_closed_world_is_clingos(drawn: Drawn, case: frozenset[Atom]) -> None:
    """In the closed world every atom is sure or false, and the sure ones are clingo's answer set."""
    model = drawn.evaluator().evaluate(case, open_world=False)
    assert values(model) == dict.fromkeys(by_clingo(drawn.text, case), YES)


@pytest.mark.parametrize("open_world", [False, True])
def test_what_counts_the_text_alone_is_found_by_whoever_asks(open_world: bool) -> None:
    """A predicate that rests on a count of facts of the text has its atoms in every case, for counts above it too."""
    rules = ("r4(X) :- link(X, Y), #count { Z : link(X, Z) } >= 2.", "r6(N) :- num(N), #count { X : r4(X) } = N.")
    facts = ("link(f0, f1).", "link(f0, f2).", "link(f1, f2).")
    drawn = understood(HEADER + CONCEPTS + "".join(declarations("denied", "denied")) + numbered((*facts, *rules)))
    model = drawn.evaluator().evaluate({Atom("num", (1,))}, open_world=open_world)
    assert model.atoms("r4") == [Atom("r4", ("f0",))]
    assert model.atoms("r6") == [Atom("r6", (1,))]


@quick
@given(programs(), cases())
def test_both_rails_are_clingos(drawn: Drawn, case: frozenset[Atom]) -> None:
    """Of the exported text, clingo's answer set is what may be so on the one rail, and what surely is on the other."""
    model = drawn.evaluator().evaluate(case, open_world=True)
    for world, least, other in ((POSSIBLE, MAYBE, "sure_"), (SURE, YES, "possible_")):
        text = as_asp(drawn.program, stratify(drawn.program), DATE, case, world)
        found = {atom for atom in by_clingo(text) if not atom.predicate.startswith(other)}
        assert found == {atom for atom, value in values(model).items() if value >= least}, world


def in_tenths(text: str) -> str:
    """Return a program whose weeks have one decimal and a unit: 2 is written 0.2, and everything else as it was."""
    text = text.replace("amount of duration", 'amount of duration unit "u" decimals 1 from -3 to 300')
    lines = []
    for line in text.splitlines():
        for name in re.findall(r"weeks\([^()]*, (A\d*)\)", line):
            line = re.sub(rf"\b({name}\)?) ([<>=]+) (-?)(\d+)", r"\1 \2 \g<3>0.\4", line)
            line = re.sub(rf"(-?)\b(\d+) ([<>=]+) {name}\b", rf"\g<1>0.\2 \3 {name}", line)
        lines.append(re.sub(r"(weeks\([^()]*, )(-?)(\d)\)", r"\1\g<2>0.\3)", line).replace("-0.0", "0.0"))
    return "\n".join(lines) + "\n"


@quick
@given(programs(aggregates=False), cases())
def test_decimals_change_nothing_but_how_numbers_are_written(drawn: Drawn, case: frozenset[Atom]) -> None:
    """A program in tenths, with a case in tenths, has the values of the same program in whole numbers."""
    tenths = understood(in_tenths(drawn.text))
    scaled = {
        Atom(a.predicate, (a.args[0], Quantity(int(str(a.args[1])), 1, "u"))) if a.predicate == "weeks" else a
        for a in case
    }
    for open_world in (False, True):
        whole, other = (d.evaluator().evaluate(c, open_world=open_world) for d, c in ((drawn, case), (tenths, scaled)))
        assert values(other) == values(whole)


@pytest.mark.parametrize("open_world", [False, True])
@pytest.mark.parametrize("op", sorted(set(OPS)))
def test_a_sum_of_decimals_compares_as_its_number_does(op: str, open_world: bool) -> None:
    """Two amounts in tenths are compared, added up, as their sum in whole numbers is."""
    rule = numbered([f"r5 :- #sum {{ A, D : weeks(D, A) }} {op} 0.3."])
    drawn = understood(in_tenths(HEADER + CONCEPTS + "".join(declarations("denied", "denied"))) + rule)
    for told in product(range(4), repeat=2):
        case = {Atom("weeks", (d, Quantity(n, 1, "u"))) for d, n in zip(DURATIONS, told, strict=True)}
        model = drawn.evaluator().evaluate(case, open_world=open_world)
        assert (model.sure(Atom("r5", ())), model.possible(Atom("r5", ()))) == (TESTS[op](sum(told), 3),) * 2, told


@quick
@given(programs(), cases())
def test_the_open_world_is_kleenes(drawn: Drawn, case: frozenset[Atom]) -> None:
    """In the open world every atom has the value that strong Kleene logic gives it."""
    assert values(drawn.evaluator().evaluate(case, open_world=True)) == by_kleene(drawn.program, case)


@quick
@given(programs(), full_cases())
def test_the_worlds_agree_where_all_is_documented(drawn: Drawn, case: frozenset[Atom]) -> None:
    """Where nothing is undocumented the open world is the closed one, proofs included."""
    evaluator = drawn.evaluator()
    model = evaluator.evaluate(case, open_world=True)
    assert model.unknown == set()
    assert everything(model) == everything(evaluator.evaluate(case, open_world=False))


@quick
@given(programs(), cases())
def test_the_closed_world_is_one_way_the_open_one_can_turn_out(drawn: Drawn, case: frozenset[Atom]) -> None:
    """What is sure holds in the closed world, and what holds there is possible."""
    evaluator = drawn.evaluator()
    model = evaluator.evaluate(case, open_world=True)
    closed = values(evaluator.evaluate(case, open_world=False)).keys()
    assert {atom for atom, value in values(model).items() if value == YES} <= closed <= values(model).keys()


@quick
@given(programs(), st.lists(st.tuples(cases(), st.booleans()), min_size=2, max_size=4), st.randoms())
def test_a_case_leaves_nothing_behind(
    drawn: Drawn, said: list[tuple[frozenset[Atom], bool]], order: random.Random
) -> None:
    """One evaluator gives each case what a fresh one gives it, again and in any order."""
    alone = [everything(drawn.evaluator().evaluate(case, open_world=is_open)) for case, is_open in said]
    evaluator = drawn.evaluator()
    turns = [*range(len(said)), *range(len(said))]
    order.shuffle(turns)
    for turn in turns:
        case, is_open = said[turn]
        assert everything(evaluator.evaluate(case, open_world=is_open)) == alone[turn]


# --- What is missing ---------------------------------------------------------------------------

FINDINGS = SYMBOLS[:3]
ENOUGH = range(8)  # amounts on both sides of every threshold drawn
GOAL = Atom("goal", ())
SMALL = (
    HEADER
    + CONCEPTS.replace('concept("1", finding,', 'concept("1", other,').replace(
        "concept(d1, duration,", "concept(d1, other,"
    )
    + "%@ predicate finding(Finding): finding\n%@ case: findings present of finding\n%@ open: finding unless ruled\n"
    + "%@ predicate ruled(Finding): ruled\n%@ predicate link(From, To): link\n"
    + "%@ predicate worth(Finding, Number): worth\n"
    + "".join(f"%@ predicate {name}: {name}\n" for name in ("c0", "c1", "c2", "goal"))
)
IMPLICATIONS = (
    "finding(Y) :- link(X, Y), finding(X).",
    "ruled(X) :- denied(X).",
    "ruled(X) :- link(X, Y), ruled(Y).",
)


@st.composite
def conditions(draw: st.DrawFn, names: Sequence[str]) -> str:
    """Draw something that a rule can ask: a finding, an amount in bounds, what a case gives, what is derived."""
    kind = draw(st.sampled_from(("finding", "finding", "finding", "weeks", "weeks", "thing", *names)))
    if kind != "weeks":
        return f"{kind}({draw(st.sampled_from(FINDINGS))})" if kind in TYPES else kind
    name = "A"  # named apart by `body_of`
    tests = draw(st.lists(st.tuples(st.sampled_from(("<", "<=", "=", ">", ">=", ">=")), st.integers(1, 3)), max_size=2))
    return ", ".join([f"weeks(d0, {name})", *(f"{name} {op} {number}" for op, number in tests)])


@st.composite
def aggregates(draw: st.DrawFn, names: Sequence[str], ops: Sequence[str]) -> str:
    """Draw an aggregate over findings, things that are derived, and an amount."""
    counted = ["F : finding(F)", "F : finding(F), thing(F)", "1, F : finding(F) ; 1, g : thing(F)"]
    derived = [name for name in names if name != "not"]
    counted += [f"{i} : {name} ; F : finding(F)" for i, name in enumerate(derived)]
    counted += ["F : finding(F), link(F, G)", "G : finding(F), link(F, G)", "F : finding(F), F != f1"]
    summed = ["W, F : worth(F, W), finding(F)", "W : worth(F, W), finding(F)", "N : weeks(d0, N)"]
    summed += ["N, d : weeks(d0, N) ; 1, f, F : finding(F)", "N : weeks(d0, N), N >= 2 ; 2, b : finding(f0)"]
    summed += ["N, a : weeks(d0, N) ; N, b : weeks(d0, N), finding(f1)"]
    summed += ["W, F : worth(F, W), not finding(F)"] * ("not" in names)
    if draw(st.integers(0, 2)):
        return f"#count {{ {draw(st.sampled_from(counted))} }} {draw(st.sampled_from(ops))} {draw(st.integers(1, 3))}"
    return f"#sum {{ {draw(st.sampled_from(summed))} }} {draw(st.sampled_from(ops))} {draw(st.integers(1, 4))}"


WORTH = ("worth(f0, 1).", "worth(f1, 3).", "worth(f2, 2).")


def body_of(parts: Iterable[str]) -> str:
    """Join the parts of a body, each amount under a name of its own."""
    return ", ".join(part.replace("A", f"A{i}") for i, part in enumerate(parts))


def links(draw: st.DrawFn) -> list[str]:
    pairs = [(a, b) for a in FINDINGS for b in FINDINGS if a != b]
    return [f"link({a}, {b})." for a, b in draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3))]


@st.composite
def monotone(draw: st.DrawFn) -> Drawn:
    """Draw a program without negation, its rules recursive as they come."""
    names = ("c0", "c1", "c2")
    clauses = list(IMPLICATIONS) + links(draw)
    clauses += draw(st.permutations(WORTH))[: draw(st.integers(0, 3))]
    for head in ("goal", *draw(st.lists(st.sampled_from(("goal", *names, "finding(f0)", "finding(f1)")), max_size=6))):
        body = draw(st.lists(conditions(names), min_size=1, max_size=3))
        if head == "goal":
            body += draw(st.lists(aggregates(names, (">=", ">=", ">")), max_size=2))
        clauses.append(f"{head} :- {body_of(body)}.")
    return understood(SMALL + numbered(dict.fromkeys(clauses)))


@st.composite
def negating(draw: st.DrawFn) -> Drawn:
    """Draw a program that rests on the absence of findings and of what follows from them."""
    clauses = list(IMPLICATIONS) + links(draw) + draw(st.permutations(WORTH))[: draw(st.integers(0, 3))]
    for layer, head in enumerate(("c0", "c1", "c2", "goal")):
        below = ("c0", "c1", "c2")[:layer]
        for _ in range(draw(st.integers(1, 2))):
            asked = draw(st.lists(conditions(below), max_size=2))
            without = [f"finding({f})" for f in FINDINGS] + list(below) * 2
            asked += [f"not {name}" for name in draw(st.lists(st.sampled_from(without), min_size=1, max_size=2))]
            asked += draw(st.lists(aggregates((*below, "not"), (">=", "<=", "<", ">", "=", "!=")), max_size=1))
            clauses.append(f"{head} :- {body_of(asked)}.")
    return understood(SMALL + numbered(dict.fromkeys(clauses)))


class _Documenting:
    """One case of a program, and what it comes to when more is documented."""

    def __init__(self, drawn: Drawn, case: frozenset[Atom]) -> None:
        self.evaluator, self.case = drawn.evaluator(), case
        self.model = self.evaluator.evaluate(case, open_world=True)
        self.with_facts = cache(lambda facts: self.evaluator.evaluate(case | facts, open_world=True))
        self.sets = expanded(Missing(self.model, self._denying).sets([GOAL]).sets)

    def _denying(self, atom: Atom) -> Model:
        return self.with_facts(frozenset({Atom("denied", atom.args)}))

    def settled(self, needs: Iterable[Need]) -> list[bool]:
        """Say whether the goal is sure, for each way to document all of the needs."""
        ways = product(*(_documented(need) for need in needs))
        return [self.with_facts(frozenset(facts)).sure(GOAL) for facts in ways]

    def weaker(self, need: Need) -> list[Need]:
        """Return what a finding implies, without being implied by it."""
        if len(need.atom.args) > 1 or not need.low:
            return []
        stronger = self.with_facts(frozenset({need.atom}))
        implied = [atom for atom in self.model.unknown if len(atom.args) == 1 and stronger.sure(atom)]
        return [Need(a, 1, 1, str(a.args[0])) for a in implied if not self.with_facts(frozenset({a})).sure(need.atom)]

    def every_documentation(self, statuses: Sequence[str | None]) -> Iterator[tuple[frozenset[Atom], Model]]:
        """Yield each way to document what is undocumented that does not contradict itself, and its model."""
        findings = [str(a.args[0]) for a in sorted(self.model.unknown) if a.predicate == "finding"]
        amounts = (None, *ENOUGH) if any(a.predicate == "weeks" for a in self.model.unknown) else (None,)
        for said in product(amounts, *(statuses for _ in findings)):
            facts = {Atom("weeks", ("d0", said[0]))} if said[0] is not None else set()
            facts |= {Atom(word, (f,)) for f, word in zip(findings, said[1:], strict=True) if isinstance(word, str)}
            model = self.with_facts(frozenset(facts))
            if not any(model.sure(Atom("ruled", (f,))) and model.sure(Atom("finding", (f,))) for f in FINDINGS):
                yield frozenset(facts), model


def expanded(sets: Iterable[Set]) -> list[frozenset[Need]]:
    """Return the sets with each choice of so many made in every way, which is what it stands for."""
    found = []
    for needs in sets:
        ways = [combinations(n.of, n.number) if isinstance(n, AtLeast) else [(n,)] for n in needs]
        found += [frozenset(need for part in chosen for need in part) for chosen in product(*map(list, ways))]
    assert len(found) == len(set(found)), found
    return found


def _documented(need: Need) -> list[Atom]:
    """Return the ways to document a need: a finding, its denial, or each amount within its bounds."""
    if len(need.atom.args) == 1:
        return [need.atom if need.low else Atom("denied", need.atom.args)]
    amounts = [amount for amount in ENOUGH if need.low <= amount <= need.high]
    return [Atom(need.atom.predicate, (need.atom.args[0], amount)) for amount in amounts]


def _met(need: Need, facts: frozenset[Atom], model: Model) -> bool:
    if len(need.atom.args) == 1:
        return model.sure(need.atom) if need.low else not model.possible(need.atom)
    amounts = [a.args[1] for a in facts if a.predicate == "weeks"]
    return any(isinstance(amount, int) and need.low <= amount <= need.high for amount in amounts)


def _check_missing(drawn: Drawn, case: frozenset[Atom], statuses: Sequence[str | None]) -> None:
    """Hold the sets against every way to document what is undocumented."""
    trial = _Documenting(drawn, case)
    for needs in trial.sets:
        assert trial.settled(needs), f"nothing is as {needs} asks"
        assert all(trial.settled(needs)), needs
        for need in needs:
            assert not all(trial.settled(needs - {need})), (needs, need)
            for weaker in trial.weaker(need):
                assert not all(trial.settled(needs - {need} | {weaker})), (needs, need, weaker)
    for facts, model in trial.every_documentation(statuses):
        assert model.sure(GOAL) == any(all(_met(n, facts, model) for n in s) for s in trial.sets), facts


small_cases = st.frozensets(
    st.sampled_from([Atom(name, (f,)) for name in ("thing", "thing", "finding") for f in FINDINGS]), max_size=3
)


@quick
@given(monotone(), small_cases)
def test_missing_sets_settle_and_are_minimal(drawn: Drawn, case: frozenset[Atom]) -> None:
    """Documentation makes a goal sure if and only if it meets a set; no set has a member too many or too strong."""
    _check_missing(drawn, case, (None, "finding"))


@quick
@given(negating(), small_cases)
def test_missing_sets_say_what_has_to_be_absent(drawn: Drawn, case: frozenset[Atom]) -> None:
    """The same holds where rules ask for absence, and findings can be denied."""
    _check_missing(drawn, case, (None, "finding", "denied"))


def _against_the_long_way(drawn: Drawn, case: frozenset[Atom], long: ModuleType) -> None:
    """Hold the search against the product of everything, for each atom that may be so."""
    evaluator = drawn.evaluator()
    model = evaluator.evaluate(case, open_world=True)

    def denying(atom: Atom) -> Model:
        return evaluator.evaluate(case | {drawn.program.denial(atom)}, open_world=True)

    search, every = Missing(model, denying), long.EverySet(model, denying)
    for atom in (a for a in model.firings if not model.sure(a)):
        found = search.sets([atom])
        assert found.complete
        assert set(expanded(found.sets)) == set(every.sets([atom])), atom


@quick
@given(st.one_of(monotone(), negating(), programs()), st.one_of(small_cases, cases()))
def test_the_search_finds_what_the_long_way_finds(every_set: ModuleType, drawn: Drawn, case: frozenset[Atom]) -> None:
    """Where it is not cut, the best-first search gives the sets of the product of all that is thinkable."""
    _against_the_long_way(drawn, case, every_set)


@pytest.mark.parametrize(
    "rules",
    [
        ("finding(f1) :- finding(f1).", "goal :- finding(f0), #count { F : finding(F) } >= 2.", "goal :- finding(f1)."),
        ("link(f0, f1).", "link(f1, f0).", "link(f0, f2).", "goal :- not finding(f0), #count { F : finding(F) } >= 1."),
        ("c0 :- finding(f0).", "c0 :- c1.", "c1 :- c0.", "goal :- c1, #count { 1 : c0 ; 2 : finding(f1) } >= 2."),
    ],
)  # fmt: skip
def test_what_counts_and_goes_in_a_circle_ends_the_search(every_set: ModuleType, rules: Sequence[str]) -> None:
    """A member of a count that rests on itself alone is no way to the count, and does not hide the others."""
    drawn = understood(SMALL + numbered(dict.fromkeys([*IMPLICATIONS, *rules])))
    _against_the_long_way(drawn, frozenset(), every_set)


@pytest.mark.parametrize(
    "rules",
    [
        ("c2 :- weeks(d0, A0), A0 < 1, A0 = 1, not finding(f0).", "goal :- weeks(d0, A0), not c2."),
        ("c2 :- weeks(d0, A0), A0 > 2, A0 <= 1, finding(f0).", "goal :- weeks(d0, A0), not c2, thing(f1)."),
        ("goal :- weeks(d0, A0), A0 < 1.", "goal :- weeks(d0, A0), A0 >= 1.", "goal :- weeks(d0, A0), finding(f0)."),
        ("goal :- weeks(d0, A0), A0 < 1.", "goal :- weeks(d0, A0), A0 >= 1, finding(f1).",
         "goal :- weeks(d0, A0), finding(f0), finding(f1)."),
        ("goal :- weeks(d0, A0), A0 < 1.", "goal :- weeks(d0, A0), A0 >= 1, A0 <= 3.",
         "goal :- weeks(d0, A0), A0 <= 3, not finding(f0).", "goal :- weeks(d0, A0), not finding(f2), finding(f1)."),
    ],
)  # fmt: skip
def test_nothing_is_asked_for_beside_an_amount_that_is_enough(every_set: ModuleType, rules: Sequence[str]) -> None:
    """Where a question is settled wherever an amount is, by one rule or another, nothing more is asked for."""
    drawn = understood(SMALL + numbered(dict.fromkeys([*IMPLICATIONS, *rules])))
    for case in (frozenset(), frozenset({Atom("thing", ("f1",))})):
        _check_missing(drawn, case, (None, "finding", "denied"))
        _against_the_long_way(drawn, case, every_set)


def _choices(number: int) -> Drawn:
    """Return a program whose goal needs one of two findings, so many times."""
    sides = [f"{side}{i}" for i in range(number) for side in "ab"]
    concepts = "".join(f'concept({name}, finding, "a finding").\n' for name in sides)
    declared = "".join(f"%@ predicate k{i}: k\n" for i in range(number))
    rules = [f"k{name[1:]} :- finding({name})." for name in sides]
    goal = f"goal :- {', '.join(f'k{i}' for i in range(number))}."
    return understood(SMALL + concepts + declared + numbered([IMPLICATIONS[1], *rules, goal]))


@pytest.mark.parametrize("number", [6, 8, 9, 20, 40])
def test_what_is_cut_says_so_and_is_the_smallest(number: int) -> None:
    """Of k choices between two there are 2^k sets of k: all are told, or as many as the limit allows, which is said."""
    evaluator = _choices(number).evaluator()
    found = Missing(evaluator.evaluate(frozenset(), open_world=True), _never).sets([GOAL])
    assert len(found.sets) == min(2**number, SETS) == len(set(found.sets))
    assert found.complete == (2**number <= SETS)
    assert {len(needs) for needs in found.sets} == {number}


def _never(atom: Atom) -> Model:
    raise AssertionError(f"nothing rests on the absence of {atom}")


# --- One truth each, the smallest program that shows it ----------------------------------------


def small(*clauses: str) -> Drawn:
    return understood(SMALL + numbered((IMPLICATIONS[1], *clauses)))


def fact(predicate: str, *args: Constant) -> Atom:
    return Atom(predicate, args)


EVALUATED = {
    "a number that the case does not say may be any": (["c0 :- tally(N), N >= 2.", "c1 :- not c0."], []),
    "a number that the case says is that one": (["c0 :- tally(N), N >= 2.", "c1 :- not c0."], [fact("tally", 1)]),
    "a choice that the case does not make may be any of its kind": (["c0 :- place(f0).", "c1 :- not place(f1)."], []),
    "a choice that the case makes is no other": (
        ["c0 :- place(f0).", "c1 :- not place(f1)."],
        [fact("place", "f0")],
    ),
    "a finding that the case gives is known to a negation": (
        ["c0 :- thing(X), not finding(X)."],
        [fact("thing", "f0"), fact("finding", "f0")],
    ),
    "a finding that the text gives is known to a negation": (
        ["c0 :- thing(X), not finding(X).", "finding(f0)."],
        [fact("thing", "f0")],
    ),
    "a finding is open as long as it is not surely ruled out": (
        ["c0 :- finding(f0).", "ruled(f0) :- weeks(d0, A), A >= 2."],
        [],
    ),
    "a rule may have nothing but absences or comparisons in its body": (
        ["c0 :- not c1.", "c1 :- 1 > 2.", "c2 :- 1 < 2."],
        [],
    ),
}


@pytest.mark.parametrize("truth", EVALUATED)
def test_evaluated(truth: str) -> None:
    """Both worlds are as their judges have them."""
    clauses, case = EVALUATED[truth]
    drawn = small(*clauses)
    assert values(drawn.evaluator().evaluate(case, open_world=True)) == by_kleene(drawn.program, case)
    closed = drawn.evaluator().evaluate(case, open_world=False)
    assert values(closed) == dict.fromkeys(by_clingo(drawn.text, case), YES)


MISSED = {
    "of findings that imply each other one is enough": (
        "finding(f0) :- finding(f1).", "finding(f1) :- finding(f0).", "goal :- finding(f0), finding(f1).",
    ),
    "a circle gives whatever leads into it": (
        "c0 :- c1.", "c1 :- c0.", "c1 :- finding(f0).", "c0 :- finding(f1).", "goal :- c0, c1.",
    ),
    "an amount can be documented such that what rests on it fails": ("goal :- not c0.", "c0 :- weeks(d0, A), A >= 2."),
    "to document no amount at all is not a way to document": ("goal :- not c0.", "c0 :- weeks(d0, A), A <= 2."),
    "what rests on one exact amount fails on either side of it": ("goal :- not c0.", "c0 :- weeks(d0, A), A = 2."),
    "no amount is above three and below two": ("goal :- weeks(d0, A), A >= 3, A <= 2.",),
    "an amount that nothing is compared with is documented by any number": ("goal :- weeks(d0, A).",),
    "an amount implies a finding only where it is large enough": (
        "finding(f0) :- weeks(d0, A), A >= 3.", "goal :- weeks(d0, A), A >= 1, finding(f0).",
    ),
    "a finding that implies another one by way of a third is too strong": (
        "finding(f2) :- finding(f0).", "finding(f1) :- finding(f0), finding(f2).", "goal :- finding(f1).",
    ),
    "a finding that implies another one by way of a rule is too strong": (
        "c0 :- finding(f0).", "finding(f1) :- c0.", "goal :- finding(f1).",
    ),
    "nobody documents a finding and denies what it implies": (
        "finding(f1) :- finding(f0).", "ruled(f0) :- ruled(f1).", "goal :- finding(f0), not finding(f1).",
    ),
    "to deny a finding denies what implies it": (
        "finding(f1) :- finding(f0).", "ruled(f0) :- ruled(f1).", "goal :- not finding(f0), not finding(f1).",
    ),
    "a finding that another one may still bring is not absent for being denied": (
        "finding(f1) :- finding(f0).", "goal :- not finding(f1).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("truth", MISSED)
def test_missed(truth: str) -> None:
    """The sets settle the goal, and nothing else does."""
    _check_missing(small(*MISSED[truth]), frozenset(), (None, "finding", "denied"))


# --- The knowledge base ------------------------------------------------------------------------


def test_the_knowledge_base_is_clingos(
    criteria: ModuleType, guideline: Guideline, size: Callable[[int, int], int]
) -> None:
    """On generated cases the whole closed-world model is clingo's, on the shipped text or an earlier edition."""
    shipped = "".join(text for _, text in folder_texts(guideline.folder))
    rng = random.Random(24)
    last, on_shipped = guideline.program.boundaries()[-1], 0
    number = size(40, 300)
    for _ in range(number):
        (case,) = read_text(json.dumps(criteria.generate(rng)).encode(), "generated", guideline)
        assert isinstance(case, Case)
        on_shipped += case.date >= last
        text = shipped if case.date >= last else "\n".join(map(str, guideline.program.edition(case.date)))
        model = guideline.evaluator(case.date).evaluate(case.facts, open_world=False)
        assert values(model) == dict.fromkeys(by_clingo(text, case.facts), YES), case.id
    assert on_shipped > number // 2
    assert not any(rule.ended for rule in guideline.program.rules)
