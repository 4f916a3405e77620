"""The independent checker passes every proof, and catches every tampering, even where ids are forged to fit."""

import ast
import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.decision.decide import judge
from coverlog.engine.evaluation import solver
from coverlog.engine.language import comparison
from coverlog.engine.language.terms import Atom, Quantity
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program import shapes as facts
from coverlog.engine.program import words
from coverlog.engine.program.program import Program
from coverlog.explain.checker import settled as settled_module
from coverlog.explain.checker.claims import HEADER
from coverlog.explain.checker.record import facts_of, lines_of
from coverlog.explain.checker.settled import Settled
from coverlog.explain.checker.supposed import Supposed
from coverlog.explain.checker.verify import Fault, Verifier, verify
from coverlog.explain.commands.main import main
from coverlog.explain.commands.verify import MAX_BYTES
from coverlog.explain.proof import adding as adding_module
from coverlog.explain.proof import build as proof_module
from coverlog.explain.proof.build import prove, why_not
from coverlog.explain.proof.document import as_json
from coverlog.explain.proof.node import Child, node_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Told = dict[str, Any]


def told(case: Case, guideline: Guideline, world: str = "open", *, every: bool = False) -> Told:
    proof = prove(judge(case, guideline, world=world), every=every)
    found: Told = json.loads(json.dumps(as_json(proof)))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_every_generated_proof_holds(
    seed: int,
    criteria: ModuleType,
    guideline: Guideline,
    size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """Every proof of every generated case, in both worlds, passes step by step."""
    rng, lines, steps = random.Random(3000 + seed), 0, 0
    for number in range(size(8, 500)):
        said = json.dumps(criteria.generate(rng)).encode()
        (case,) = read_text(said, "generated", guideline)
        assert isinstance(case, Case)
        for world in ("open", "closed"):
            proof = told(case, guideline, world, every=number % 5 == 0)
            assert verify(proof, case, guideline.program) == [], (said, world)
            lines, steps = lines + len(proof["roots"]), steps + len(proof["nodes"])
    record_property("measured", f"{number + 1} cases verified in both worlds: {lines} lines, {steps} steps, no fault")


def test_every_canonical_proof_holds(
    guideline: Guideline, size: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    """Every proof of every canonical case, in both worlds, shortest and every way, passes."""
    files = sorted(guideline.folder.glob("cases/*/*.yaml"))
    cases = [case for case in read_files(files, guideline) if isinstance(case, Case)]
    assert len(cases) >= 80
    cases = cases[:: size(70, 1)]
    for case in cases:
        for world in ("open", "closed"):
            for every in (False, True):
                assert verify(told(case, guideline, world, every=every), case, guideline.program) == [], case.id
    record_property(
        "measured", f"{len(cases)} canonical cases verified in both worlds, shortest and every way, no fault"
    )


def test_a_contrast_is_verified_too(make: Callable[..., Case], guideline: Guideline) -> None:
    """What --why-not shows is checked step by step like a proof."""
    judged = judge(make(conditions=["myopathy"], findings={"weakness": "present"}), guideline)
    for outcome in ("medically_necessary", "not_medically_necessary", "not_addressed", "more_information_needed"):
        assert verify(as_json(why_not(judged, outcome)), judged.case, guideline.program) == []


# Tampering. Each takes a proof and changes one thing; the ids are then forged to fit.


def pick(proof: Told, **wanted: Any) -> dict[str, Any]:
    """Return the first node with the given values, in the order of a walk from the roots."""
    nodes, order, seen = {n["id"]: n for n in proof["nodes"]}, list(proof["roots"]), set()
    for name in order:
        if name in seen:
            continue
        seen.add(name)
        node: dict[str, Any] = nodes[name]
        if all(node.get(key) == value for key, value in wanted.items()):
            return node
        order += [e["to"] for e in proof["edges"] if e["from"] == name]
    raise AssertionError(wanted)


def below(proof: Told, node: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted((e for e in proof["edges"] if e["from"] == node["id"]), key=lambda e: int(e["order"]))


def cut(proof: Told, node: dict[str, Any], index: int = 0) -> None:
    edges = below(proof, node)
    proof["edges"].remove(edges.pop(index))
    for order, edge in enumerate(edges):
        edge["order"] = order


def forge(proof: Told) -> Told:
    """Give every node the id that fits its content, and drop what no root reaches, as a forger would."""
    nodes = {n["id"]: n for n in proof["nodes"]}
    named: dict[str, str] = {}
    kept: dict[str, dict[str, Any]] = {}
    edges: list[dict[str, Any]] = []

    def name(old: str) -> str:
        if old not in named:
            own = below(proof, nodes[old])
            moved = [edge | {"to": name(edge["to"])} for edge in own]
            facts = {k: v for k, v in nodes[old].items() if k not in ("id", "kind")}
            children = [Child(e["role"], e["to"], e.get("part", -1)) for e in moved]
            named[old] = node_id(nodes[old]["kind"], facts, children)
            if named[old] not in kept:
                edges.extend(edge | {"from": named[old]} for edge in moved)
            kept[named[old]] = nodes[old] | {"id": named[old]}
        return named[old]

    roots = [name(root) for root in proof["roots"]]
    return proof | {"roots": roots, "nodes": list(kept.values()), "edges": edges}


@pytest.fixture(scope="module")
def cases(guideline: Guideline) -> dict[str, Case]:
    base: dict[str, Any] = {
        "date_of_service": "2025-11-03",
        "setting": "outpatient",
        "services": [{"cpt": "95886"}, {"cpt": "95909"}],
    }
    splint = {"sensory_loss": "present", "refractory_to_activity_modification": "present"}
    said: dict[str, dict[str, Any]] = {
        "met": {"diagnoses": ["G56.01"], "findings": splint | {"wrist_splint_weeks": 6}},
        "denied": {
            "conditions": ["carpal_tunnel_syndrome"],
            "findings": {"sensory_loss": "absent", "weakness": "absent", "wrist_splint_weeks": 2},
        },
        "open": {"conditions": ["carpal_tunnel_syndrome"], "findings": splint},
        "apart": {"setting": "inpatient"},
    }
    texts = {name: json.dumps({"id": name} | base | more).encode() for name, more in said.items()}
    read = {name: next(iter(read_text(text, name, guideline))) for name, text in texts.items()}
    return {name: case for name, case in read.items() if isinstance(case, Case)}


def change(key: str, value: Any, /, **wanted: Any) -> Callable[[Told], None]:
    def tamper(proof: Told) -> None:
        node = pick(proof, **wanted)
        assert node[key] != value
        node[key] = value

    return tamper


def drop(index: int = 0, /, **wanted: Any) -> Callable[[Told], None]:
    return lambda proof: cut(proof, pick(proof, **wanted), index)


def swap_child(proof: Told) -> None:
    """Let a derived step rest on the proof of something else."""
    edge = below(proof, pick(proof, kind="derived", rule="I.4.a"))[0]
    edge["to"] = pick(proof, kind="known")["id"]


def rebind(name: str, value: Any, /, **wanted: Any) -> Callable[[Told], None]:
    def tamper(proof: Told) -> None:
        pick(proof, **wanted)["binding"][name] = value

    return tamper


def fold(proof: Told) -> None:
    """Hide a criterion in play among those the case is not about."""
    absent = pick(proof, kind="absent", atom="criterion(Item)")
    hidden = {n["id"]: n for n in proof["nodes"]}[below(proof, absent)[0]["to"]]
    cut(proof, absent)
    absent["folded"] = sorted([*absent["folded"], hidden["rule"]])


def unfold(proof: Told) -> None:
    """Leave out a rule that could have given what is said to be absent."""
    pick(proof, kind="absent", atom="criterion(Item)")["folded"].remove("I.2")


def another_comparison(proof: Told) -> None:
    pick(proof, kind="compared")["comparison"] = "Units > 4"


def one_way(proof: Told) -> None:
    """Show one way of several as if it were a choice."""
    node = pick(proof, kind="either")
    while len(below(proof, node)) > 1:
        cut(proof, node)


def needless(proof: Told) -> None:
    for root in proof["roots"]:
        node = pick(proof, id=root)
        node["missing"][0].append({"finding": "symptoms_progressive", "needs": "present"})


TAMPERINGS: list[tuple[str, str, str, Callable[[Told], None]]] = [
    ("a determination of another outcome", "denied", "closed", change(
        "outcome", "not_addressed", kind="determination")),
    ("a determination by another statement", "met", "open", change("by", ["I.1"], kind="determination")),
    ("a determination of another line", "met", "open", change("cpt", "95913", kind="determination")),
    ("a determination for another reason", "apart", "open", change("reason", "code_not_listed", kind="determination")),
    ("a determination in other words", "met", "open", change("text", "all is well", kind="determination")),
    ("a determination without its proof", "denied", "closed", drop(kind="determination")),
    ("a determination that hides what it rests on", "denied", "closed", change("rests_on", [], kind="determination")),
    ("a missing set that does not settle", "open", "open", change(
        "missing", [[{"finding": "symptoms_progressive", "needs": "present"}]], kind="determination")),
    ("a missing set with too much", "open", "open", needless),
    ("a missing set with a lower bound", "open", "open", change(
        "missing", [[{"finding": "wrist_splint_weeks", "needs": ">= 2"}]], kind="determination")),
    ("a derived step by a rule that is not there", "met", "open", change("rule", "I.9", rule="I.4.a")),
    ("a derived step by another rule", "met", "open", change("rule", "I.4.b", rule="I.4.a")),
    ("a derived step with another conclusion", "met", "open", change("atom", 'criterion("I.2")', rule="I.4.a")),
    ("a derived step with another substitution", "met", "open", rebind("Weeks", 9, rule="I.4.a")),
    ("a derived step without a premise", "met", "open", drop(rule="I.4.a")),
    ("a derived step without its comparison", "met", "open", drop(3, rule="I.4.a")),
    ("a derived step on another proof", "met", "open", swap_child),
    ("a derived step said to be sure", "open", "open", change("value", "true", kind="derived", value="unknown")),
    ("a derived step of higher authority", "met", "open", change("authority", "stated", rule="I.4.a")),
    ("a derived step that cites elsewhere", "met", "open", change("source", "Discussion", rule="I.4.a")),
    ("a derived step without its readings", "met", "open", change("readings", [], rule="I.4.a")),
    ("a derived step in other words", "met", "open", change("text", "the splint helped", rule="I.4.a")),
    ("a fact that the text lacks", "met", "open", change("atom", 'study("95886", nerve_conduction)', kind="known")),
    ("a fact of another statement", "met", "open", change("cites", ["X1"], kind="known")),
    ("a given that the case lacks", "met", "open", change("atom", "setting(office)", atom="setting(outpatient)")),
    ("a given from another source", "met", "open", change("where", "a letter", atom="setting(outpatient)")),
    ("an absence that is not so", "denied", "closed", change("atom", "covered(1, X)", kind="absent")),
    ("an absence that leaves a rule out", "denied", "closed", unfold),
    ("an absence that hides a criterion", "denied", "closed", fold),
    ("an absence without its denial", "denied", "closed", drop(kind="absent", how="contradicted")),
    ("an absence said to be contradicted", "denied", "closed", change("how", "contradicted", atom="criterion(Item)")),
    ("a failure without its cause", "denied", "closed", drop(kind="failed", rule="I.4.a")),
    ("a failure of another rule", "denied", "closed", change("rule", "I.4.b", kind="failed", rule="I.4.a")),
    ("a comparison that comes out otherwise", "denied", "closed", change("value", "true", kind="compared")),
    ("a comparison of other values", "denied", "closed", rebind("Weeks", 1, kind="compared")),
    ("another comparison", "denied", "closed", another_comparison),
    ("an undocumented finding that is denied", "denied", "closed", change(
        "atom", "finding(weakness)", kind="undocumented")),
    ("an undocumented finding said to be false", "open", "open", change("value", "false", kind="undocumented")),
    ("a choice with one way", "open", "open", one_way),
    ("a choice said to be sure", "open", "open", change("value", "true", kind="either")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "case", "world", "tamper"), TAMPERINGS, ids=[t[0] for t in TAMPERINGS])
@pytest.mark.parametrize("forged", [True, False], ids=["forged", "plain"])
def test_a_tampered_proof_is_caught(
    name: str, case: str, world: str, tamper: Callable[[Told], None], forged: bool, cases: dict[str, Case],
    guideline: Guideline,
) -> None:  # fmt: skip
    """Each kind of node, tampered with, is found out, with the ids forged to fit or not."""
    tampered = _proof_of(cases[case], guideline, world)
    tamper(tampered)
    assert verify(forge(tampered) if forged else tampered, cases[case], guideline.program) != [], name


def test_a_forger_who_changes_nothing_passes(cases: dict[str, Case], guideline: Guideline) -> None:
    """Forging ids alone is no tampering: the forged ids are the true ones."""
    proof = told(cases["denied"], guideline, "closed")
    assert verify(forge(proof), cases["denied"], guideline.program) == []


def test_a_proof_of_another_case_is_caught(cases: dict[str, Case], guideline: Guideline) -> None:
    """A proof holds for its own case, date and world only."""
    proof = told(cases["met"], guideline)
    assert verify(proof, cases["open"], guideline.program) != []
    assert verify(proof | {"as_of": "2011-11-16"}, cases["met"], guideline.program) != []
    assert verify(told(cases["open"], guideline) | {"world": "closed"}, cases["open"], guideline.program) != []


# The campaign, a sample of it: the whole is tests/campaigns/tamper.py.


@pytest.fixture(scope="module")
def toy(tamper: ModuleType) -> Guideline:
    """The campaign's guideline of no subject."""
    return load(tamper.TOY)


def test_no_tampering_that_changes_the_meaning_passes(
    tamper: ModuleType, toy: Guideline, guideline: Guideline, record_property: Callable[[str, object], None]
) -> None:
    """Whatever attribute, edge, node, root or header is changed, with ids forged to fit or not, it is caught."""
    tally, rng = tamper.Tally(), random.Random(7)
    for case in tamper.toy_cases(toy):
        tamper.attack(case, toy, tally, rng, sample=-9, most=3)
    for case in tamper.canonical_cases(guideline, most=1):
        tamper.attack(case, guideline, tally, rng, sample=-15, most=1)
    assert tally.missed == []
    assert tally.tried.total() > 500
    assert {kind.partition(".")[0] for kind in tally.tried} >= {"header", "edge", *tamper.KINDS}
    record_property("measured", tally.table().splitlines()[-1])


def test_forging_leaves_a_meaning_as_it_is(tamper: ModuleType, toy: Guideline, size: Callable[[int, int], int]) -> None:
    """What the campaign counts as unchanged is unchanged: lists in another order, ids forged, nothing else."""
    for case in tamper.toy_cases(toy)[:: size(3, 1)]:
        for name, proof in tamper.proofs(case, toy):
            shuffled = proof | {"nodes": proof["nodes"][::-1], "edges": proof["edges"][::-1]}
            assert tamper.meaning(shuffled) == tamper.meaning(tamper.forged(proof)) == tamper.meaning(proof)
            assert verify(shuffled, case, toy.program) == verify(proof, case, toy.program) == [], name


# Whatever it is given.

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**4000),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
quick = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@quick
@given(told=JSON | st.fixed_dictionaries(dict.fromkeys(HEADER, JSON)))
def test_any_json_is_checked_without_an_exception(told: Any, cases: dict[str, Case], guideline: Guideline) -> None:
    """Whatever a proof holds, what is wrong with it is said as faults."""
    found = verify(told, cases["met"], guideline.program)
    assert found
    assert all(isinstance(fault, Fault) and isinstance(str(fault), str) for fault in found)


@quick
@given(data=st.data())
def test_a_proof_with_anything_anywhere_is_checked_without_an_exception(
    data: st.DataObject, cases: dict[str, Case], guideline: Guideline, tamper: ModuleType
) -> None:
    """A proof with values put in any place, circles among them, has faults and never raises."""
    case = cases[data.draw(st.sampled_from(sorted(cases)))]
    proof = _proof_of(case, guideline)
    before = tamper.meaning(proof)
    for _ in range(data.draw(st.integers(1, 4))):
        part = data.draw(st.sampled_from([proof, *proof["nodes"], *proof["edges"]]))
        keys = sorted(part) if part is not proof else sorted(HEADER.keys() - {"nodes", "edges"})
        ids = st.sampled_from([node.get("id") for node in proof["nodes"]])
        part[data.draw(st.sampled_from(keys))] = data.draw(JSON | ids)
    found = verify(proof, case, guideline.program)
    assert all(isinstance(fault, Fault) for fault in found)
    assert found or tamper.meaning(proof) == before


def _proof_of(case: Case, guideline: Guideline, world: str = "open") -> Told:
    """Return a proof that holds, made once."""
    if (case.id, world) not in _PROOFS:
        proof = told(case, guideline, world)
        assert verify(proof, case, guideline.program) == []
        _PROOFS[case.id, world] = json.dumps(proof)
    found: Told = json.loads(_PROOFS[case.id, world])
    return found


_PROOFS: dict[tuple[str, str], str] = {}


def test_values_that_no_json_has_are_faults(cases: dict[str, Case], guideline: Guideline) -> None:
    """Sets, objects and lists within themselves in a proof are faults as well."""
    endless: list[Any] = []
    endless.append(endless)
    for value in ({1}, object(), endless, b"bytes", (1, 2), 1j, 10**5000):
        proof = told(cases["met"], guideline)
        proof["nodes"][0]["text"] = value
        assert verify(proof, cases["met"], guideline.program)
        assert verify(proof | {"roots": value}, cases["met"], guideline.program)
        assert verify(value, cases["met"], guideline.program)


# What it shares with the builder.

ALLOWED = {
    "language.errors",
    "language.record",  # how a type of named fields is made
    "language.terms",
    "language.visible",
    "program.interface",
    "program.program",
    "program.variation",
    "language",
    "program",
    "program.reserved",
    "language.quantity",  # tables of names, and the type of a number
}
DATA = {
    "engine.language.terms": {
        "UNDOCUMENTED",
        "Aggregate",
        "Atom",
        "Comparison",
        "Constant",
        "Element",
        "Guard",
        "Literal",
        "Part",
        "Quantity",
        "Rule",
        "Term",
        "Var",
    },
    "engine.program.interface": {"CODE", "Outcome"},
    "engine.program.program": {"CaseKey", "Predicate", "Program"},
}


def test_the_checker_shares_rule_text_terms_and_ids_with_the_builder_and_nothing_else() -> None:
    """Importing the checker brings in of the engine what rules are made of, and of the proofs how nodes are named."""
    script = (
        "import sys, coverlog.explain.checker.verify; print(*(m for m in sys.modules if m.startswith('coverlog.')))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert {name.removeprefix("coverlog.engine.") for name in out if name.startswith("coverlog.engine.")} == ALLOWED
    own = {name.rpartition(".")[2] for name in out if name.startswith("coverlog.explain.")}
    assert own == {
        "checker", "circles", "claim", "claims", "count", "due", "ground", "in_play", "items", "join", "lasting",
        "node", "outcome", "phrases", "proof", "record", "settled", "several", "sizes", "step", "supposed", "systems",
        "truth", "verify", "weighed",
    }  # fmt: skip


def test_what_the_checker_takes_of_terms_and_programs_is_data(root: Path) -> None:
    """Of what it imports it uses types; what computes (to compare, fit, fill in or name) is its own."""
    for name in ("verify", "claims", "due", "ground", "in_play", "items", "join", "outcome", "phrases", "record",
                 "settled", "sizes", "supposed", "truth"):  # fmt: skip
        tree = ast.parse((root / "explain" / "checker" / f"{name}.py").read_text())
        late = {id(n) for t in ast.walk(tree) if isinstance(t, ast.If) and "TYPE_CHECKING" in ast.dump(t.test)
                for n in ast.walk(t)}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level == 3 and id(node) not in late:
                assert {alias.name for alias in node.names} <= DATA[str(node.module)], name
            if isinstance(node, ast.Attribute):
                own = {"substitute", "in_force", "of_kind", "of_role", "denial", "edition_of"}
                assert node.attr not in own, name


def test_the_checker_reads_a_case_as_the_engine_does(criteria: ModuleType, guideline: Guideline) -> None:
    """Two readings of the same case, by code that has nothing in common, come to the same facts and sources."""
    rng = random.Random(11)
    for _ in range(300):
        (case,) = read_text(json.dumps(criteria.generate(rng)).encode(), "generated", guideline)
        assert isinstance(case, Case)
        assert facts_of(case.said, guideline.program) == case.facts


def test_a_whole_decimal_is_the_integer_it_is(guideline: Guideline) -> None:
    """6.0 weeks are 6 weeks, and a session 1.0 is session 1."""
    said = {"services": [{"cpt": "95886", "session": 1.0, "units": 2.0}], "findings": {"wrist_splint_weeks": 6.0}}
    found = facts_of(said, guideline.program)
    assert found[Atom("weeks", ("wrist_splint_weeks", Quantity(6, 0, "weeks")))] == "findings.wrist_splint_weeks"
    assert all(type(arg) is not float for atom in found for arg in atom.args)
    assert lines_of(said) == [("95886", 1)]


# Faults planted on the builder's side.


def _louder(say: Callable[..., str]) -> Callable[..., str]:
    return lambda *args, **more: say(*args, **more) + ", surely"


SAYING = (proof_module, adding_module)
WORDS = [name for name in vars(words) if name.startswith("say_") and any(hasattr(module, name) for module in SAYING)]


@pytest.mark.parametrize("name", WORDS)
def test_a_fault_in_the_builders_words_is_caught(
    name: str, tamper: ModuleType, toy: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever phrase the builder gets wrong, some proof that says it is refused."""
    module = next(module for module in SAYING if hasattr(module, name))
    monkeypatch.setattr(module, name, _louder(getattr(module, name)))
    assert _refused(tamper, toy)


def _refused(tamper: ModuleType, toy: Guideline) -> bool:
    """Say whether some proof of the toy guideline has a fault; it is one of its own, as what it has told is kept."""
    own = Guideline(toy.folder, toy.program, toy.strata, toy.hash)
    return any(
        verify(proof, case, own.program) for case in tamper.toy_cases(own) for _, proof in tamper.proofs(case, own)
    )


@pytest.mark.parametrize(("op", "wrong"), [(">=", ">"), ("<=", "<"), ("!=", "="), (">", ">="), ("<", "<=")])
def test_a_fault_in_the_builders_comparison_is_caught(
    op: str, wrong: str, tamper: ModuleType, toy: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sign that the engine takes for another one makes proofs that are refused."""
    monkeypatch.setitem(comparison._COMPARE, op, comparison._COMPARE[wrong])
    monkeypatch.setattr(solver, "filters", lambda *_: ())  # the store compares beforehand, and has its own signs
    monkeypatch.setattr(toy, "_threads", threading.local())  # evaluators that are kept have asked already
    monkeypatch.setattr(toy, "_grounded", {})
    assert _refused(tamper, toy)


def _shifted(shape: Callable[..., dict[Atom, str]]) -> Callable[..., dict[Atom, str]]:
    def read(*args: Any) -> dict[Atom, str]:
        return {Atom(a.predicate, (*a.args[:-1], _other(a.args[-1]))): where for a, where in shape(*args).items()}

    return read


def _elsewhere(shape: Callable[..., dict[Atom, str]]) -> Callable[..., dict[Atom, str]]:
    return lambda *args: {atom: f"{where}, elsewhere" for atom, where in shape(*args).items()}


def _other(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    return {"ache": "fever", "back_ache": "ache", "red": "green", "here": "there", "there": "here"}.get(
        value, '"10009"'
    )


@pytest.mark.parametrize("shape", sorted(facts._SHAPES))
def test_a_fault_in_the_builders_reading_of_a_case_is_caught(
    shape: str, tamper: ModuleType, toy: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever key of a case the engine reads amiss, some proof that uses it is refused."""
    if shape not in {p.case.shape for p in toy.program.predicates.values() if p.case}:
        pytest.skip("the toy guideline asks for no such thing; for time see test_quantities")
    # Of services read amiss there would be no proof at all: there it is the source that is wrong.
    wrong = _elsewhere if shape == "" else _shifted
    monkeypatch.setitem(facts._SHAPES, shape, wrong(facts._SHAPES[shape]))
    assert _refused(tamper, toy)


def test_a_fault_in_the_builders_order_is_caught(
    tamper: ModuleType, toy: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps told in another order than the rule's are refused."""
    add = proof_module.Builder._node

    def turned(self: Any, kind: str, text: str, children: Any = (), **more: Any) -> str:
        return add(self, kind, text, list(children)[::-1], **more)

    monkeypatch.setattr(proof_module.Builder, "_node", turned)
    assert _refused(tamper, toy)


@pytest.mark.parametrize("name", ["label", "authority", "denial"])
def test_a_fault_in_what_the_builder_asks_a_program_is_caught(
    name: str, tamper: ModuleType, toy: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels, authorities and denials are the checker's own, too."""
    wrong = {
        "label": lambda s, c: "it",
        "authority": lambda s, r: "stated",
        "denial": lambda s, a: Atom("out", ("bar",)),
    }
    monkeypatch.setattr(Program, name, wrong[name])
    assert _refused(tamper, toy)


# What is missing.


def test_each_set_that_is_due_settles_the_line_and_nothing_less_does(tamper: ModuleType, toy: Guideline) -> None:
    """The two ways of the checker agree: the sets it works out pass the trial of a single set, and no others do."""
    tried = 0
    for case in tamper.toy_cases(toy):
        verifier = Verifier(case, toy.program)
        conclusions = verifier.conclusions("open", every=False)
        for line in verifier.lines:
            targets = conclusions.outcomes(line)["medically_necessary"]
            settled = Settled(Supposed(conclusions.truth, verifier._facts), targets)
            for needs in conclusions.missing(line):
                tried += 1
                assert settled.amiss(needs) == "", (case.id, needs)
                for at in range(len(needs)):
                    assert "settle" in settled.amiss(needs[:at] + needs[at + 1 :])
                beside = [n for other in conclusions.missing(line) for n in other if n not in needs]
                assert not beside or settled.amiss([*needs, beside[0]])
    assert tried > 20


def test_a_list_that_is_cut_is_checked_set_by_set(
    tamper: ModuleType, toy: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are more sets than are looked at, a false one, a larger one in place of a smaller one, is found."""
    verifier = Verifier(tamper.toy_cases(toy)[8], toy.program)
    conclusions = verifier.conclusions("open", every=False)
    line = verifier.lines[0]
    due = conclusions.missing(line)
    assert len(due) > 2
    assert "cut at" in conclusions.cut_amiss(line, due, due)
    monkeypatch.setattr(settled_module, "TOLD", 2)
    for known in (None, due):
        assert conclusions.cut_amiss(line, due[:2], known) == ""
        assert conclusions.cut_amiss(line, due[1::-1], known) == "is not in order"
        assert conclusions.cut_amiss(line, [due[0], [*due[1], *due[2]]], known) != ""
        assert conclusions.cut_amiss(line, [[{"finding": "fever", "needs": "absent"}], due[0]], known) != ""
    assert conclusions.cut_amiss(line, [{"finding": "fever"}], None) == "is no list of sets"


# The command.


def run(*args: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, args, input=stdin, catch_exceptions=False)


CTS = "cts-six-weeks-of-splinting"


def test_a_received_proof_is_verified() -> None:
    """What `explain --format json` wrote holds, from a pipe too; it says how many steps were checked, and of what."""
    proof = run("explain", CTS, "--format", "json").stdout
    found = run("verify", "-", CTS, stdin=proof)
    assert found.exit_code == 0, found.output
    assert (
        f"{len(json.loads(proof)['nodes'])} steps checked, 0 faults: the proof of 95886@1, 95909@1 holds"
        in found.stdout
    )
    one = run("explain", CTS, "--line", "95886", "--format", "json").stdout
    answer = json.loads(run("verify", "-", CTS, "--format", "json", stdin=one).stdout)
    assert (answer["holds"], answer["lines"], answer["faults"]) == (True, ["95886@1"], [])


def test_a_received_proof_that_does_not_hold_is_told_step_by_step(tmp_path: Path) -> None:
    """Each fault is named with its step, and the status is 1; so it is for another case, date or world."""
    proof = run("explain", CTS, "--format", "json").stdout
    changed = tmp_path / "proof.json"
    changed.write_text(proof.replace("6 weeks", "9 weeks"))
    found = run("verify", str(changed), CTS)
    assert found.exit_code == 1
    told = " ".join(found.stdout.split())
    assert "text is 'wrist splint use lasted 9 weeks', and has to be" in told
    assert "does not hold" in told
    other = run("verify", "-", CTS, "--as-of", "2025-11-02", stdin=proof)
    assert other.exit_code == 1
    assert "its date is '2025-11-03', and has to be '2025-11-02'" in other.stdout
    assert run("verify", "-", CTS, "--world", "closed", stdin=proof).exit_code == 1
    assert run("verify", "-", "office-counts-as-outpatient", stdin=proof).exit_code == 1


PAIRED = """
concept(key, note, "a key").
%@ predicate like(One, Other): {One} is like {Other}
%@ predicate both(One, Other): {One} and {Other} are noted
%@ facts B/like
like(rain, lamp). like(key, key).
%@ rule B/both: {One} and {Other} are noted
both(One, Other) :- note(One), note(Other), like(One, Other).
%@ rule B/twice: a note is like itself
medically_necessary(Session, Code, "B") :- service(Session, Code), both(One, One), state(worn).
"""


@pytest.mark.parametrize("notes", [[], ["rain"], ["rain", "lamp"], ["lamp", "key"]])
@pytest.mark.parametrize("world", ["open", "closed"])
def test_what_is_asked_with_one_variable_twice_is_proved_as_checked(
    notes: list[str], world: str, toy_text: Callable[[str], str], tmp_path: Path
) -> None:
    """Where each part of a rule holds, and nothing is so with one value in both places, builder and checker agree."""
    (tmp_path / "stand.dl").write_text(toy_text("stand") + PAIRED)
    guideline = load(tmp_path)
    said = {"id": "a", "date_of_service": "2025-01-01", "services": [{"cpt": "L0001"}], "notes": notes,
            "place": "garden", "time": "night", "findings": {"torn": "absent"}}  # fmt: skip
    (case,) = read_text(json.dumps(said).encode(), "a", guideline)
    assert isinstance(case, Case)
    assert Verifier(case, guideline.program).faults(told(case, guideline, world)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "<stdin>: not JSON: it is empty; give what coverlog explain"),
        ("{", "<stdin>:1:2: not JSON: a key in double quotes is missing here; give what coverlog explain"),
        ("[" * 100_000, "nested too deeply"),
        ("[1]", "no proof"),
        ('{"lines": []}', "no proof"),
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ("9" * 5000, "digits"),
        ("\x00", "not JSON"),
    ],
)
def test_what_is_no_proof_is_bad_input(text: str, said: str) -> None:
    """What is not JSON, or is no proof, ends with status 2 and a sentence."""
    found = run("verify", "-", CTS, stdin=text)
    assert found.exit_code == 2
    assert said in found.stderr
    assert found.stdout == ""


def test_a_proof_is_read_from_a_regular_file_of_bounded_size(tmp_path: Path) -> None:
    """A device, a folder, a file that is not there and one too large are refused by name."""
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for name, said in (("/dev/zero", "no regular file"), (str(tmp_path), "no regular file"),
                       ("not-there.json", "cannot be read"), (str(large), "larger than"),
                       ("x" * 5000, "cannot be read")):  # fmt: skip
        found = run("verify", name, CTS)
        assert found.exit_code == 2, name
        assert said in found.stderr, name


def test_a_fault_is_told_without_the_proofs_own_escapes() -> None:
    """What a hostile proof holds reaches the terminal as visible escapes."""
    proof = run("explain", CTS, "--format", "json").stdout.replace("6 weeks", "\\u001b[31m\\u202e weeks")
    found = run("verify", "-", CTS, stdin=proof)
    assert found.exit_code == 1
    assert not {"\x1b", "\u202e"} & set(found.output)
