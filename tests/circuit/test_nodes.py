"""Circuits mean what their parts mean: no simplification changes a value, in Kleene's logic."""

from typing import Any

from coverlog.engine.circuit.nodes import FALSE, TRUE, UNKNOWN, Nodes
from coverlog.engine.circuit.python import compiled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SESSIONS = 2
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine all is slow
GLOBAL, LOCAL = 3, 3  # inputs of the case, and inputs of a session

leaves = st.one_of(
    st.sampled_from([("false",), ("true",), ("unknown",)]),
    st.integers(0, GLOBAL + LOCAL - 1).map(lambda n: ("input", n)),
)
formulas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=4)),
        inner.map(lambda f: ("not", f)),
        inner.map(lambda f: ("any", f)),
    ),
    max_leaves=25,
)


def build(formula: Any, nodes: Nodes) -> int:
    kind, *of = formula
    if kind in ("false", "true", "unknown"):
        return {"false": FALSE, "true": TRUE, "unknown": UNKNOWN}[kind]
    if kind == "input":
        return nodes.input(of[0], local=of[0] >= GLOBAL)
    if kind in ("not", "any"):
        return (nodes.negated if kind == "not" else nodes.any)(build(of[0], nodes))
    return (nodes.both if kind == "and" else nodes.either)([build(each, nodes) for each in of[0]])


def value(formula: Any, said: list[int], session: int, *, open_world: bool) -> tuple[bool, bool]:
    """Whether a formula is so in a session, surely and possibly, by the tables of Kleene."""
    kind, *of = formula
    if kind in ("false", "true"):
        return (kind == "true",) * 2
    if kind == "unknown":
        return False, open_world
    if kind == "input":
        return (bool(said[of[0]] & 1 << session),) * 2
    if kind == "not":
        sure, possible = value(of[0], said, session, open_world=open_world)
        return not possible, not sure
    if kind == "any":
        each = [value(of[0], said, s, open_world=open_world) for s in range(SESSIONS)]
        return any(s for s, _ in each), any(p for _, p in each)
    each = [value(part, said, session, open_world=open_world) for part in of[0]]
    join = all if kind == "and" else any
    return join(s for s, _ in each), join(p for _, p in each)


@UNTIMED
@given(formulas, st.lists(st.booleans(), min_size=GLOBAL, max_size=GLOBAL),
       st.lists(st.integers(0, 2**SESSIONS - 1), min_size=LOCAL, max_size=LOCAL), st.booleans())  # fmt: skip
def test_a_circuit_means_what_its_formula_means(
    formula: Any, of_case: list[bool], of_session: list[int], open_world: bool
) -> None:
    """Whatever is said, each session has the value that the tables give, on both rails."""
    nodes, mask = Nodes(), 2**SESSIONS - 1
    node = build(formula, nodes)
    said = [mask * each for each in of_case] + of_session
    sure, possible = compiled(nodes, [node], open_world=open_world)(said, mask)
    for session in range(SESSIONS):
        told = bool(sure & 1 << session), bool(possible & 1 << session)
        assert told == value(formula, said, session, open_world=open_world)


@UNTIMED
@given(formulas, st.integers(0, GLOBAL + LOCAL - 1), st.booleans())
def test_settling_an_input_means_building_without_it(formula: Any, number: int, so: bool) -> None:
    """What is left of a node where an input is settled is the node of the formula with that put in its place."""
    nodes = Nodes()
    settled = nodes.with_inputs(build(formula, nodes), {number: TRUE if so else FALSE}, {})

    def put(each: Any) -> Any:
        if each == ("input", number):
            return ("true",) if so else ("false",)
        if each[0] in ("and", "or"):
            return each[0], [put(part) for part in each[1]]
        return (each[0], put(each[1])) if each[0] in ("not", "any") else each

    inputs = {of[0] for node in nodes.reached([settled]) for kind, of in [nodes.gates[node]] if kind == "input"}
    assert number not in inputs
    told = [compiled(nodes, [n], open_world=True)([3, 0, 3, 1, 2, 3], 3) for n in (settled, build(put(formula), nodes))]
    assert told[0] == told[1]


def test_a_node_is_kept_once() -> None:
    """What is said twice, in whatever order, is one node, and what adds nothing is none."""
    nodes = Nodes()
    a, b = nodes.input(0, local=False), nodes.input(1, local=False)
    assert nodes.both([a, b]) == nodes.both([b, a, a])
    assert nodes.either([a, nodes.both([a, b])]) == a
    assert nodes.both([a, nodes.negated(a)]) == FALSE
    unknown = nodes.both([UNKNOWN, a])
    assert nodes.both([unknown, nodes.negated(unknown)]) != FALSE  # which is neither so nor not


def test_a_circuit_that_tells_nothing_is_a_function_too() -> None:
    """Where no line can come to anything there are no outputs, and the function returns none."""
    assert compiled(Nodes(), [], open_world=True)([], 1) == ()
