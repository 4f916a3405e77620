"""The independent checker passes every proof, and catches every tampering, even where ids are forged to fit."""

import copy
import json
import random
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.decision.decide import judge
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.checker.verify import verify
from coverlog.explain.proof.build import prove, why_not
from coverlog.explain.proof.node import Child, node_id
from coverlog.explain.render.tree_text import as_json

Told = dict[str, Any]


def told(case: Case, guideline: Guideline, world: str = "open", *, every: bool = False) -> Told:
    proof = prove(judge(case, guideline, world=world), every=every)
    found: Told = json.loads(json.dumps(as_json(proof)))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_every_generated_proof_holds(
    seed: int, criteria: ModuleType, guideline: Guideline, record_property: Callable[[str, object], None]
) -> None:
    """Every proof of every generated case, in both worlds, passes step by step."""
    rng, lines, steps = random.Random(3000 + seed), 0, 0
    for number in range(500):
        said = json.dumps(criteria.generate(rng)).encode()
        (case,) = read_text(said, "generated", guideline)
        assert isinstance(case, Case)
        for world in ("open", "closed"):
            proof = told(case, guideline, world, every=number % 5 == 0)
            assert verify(proof, case, guideline.program) == [], (said, world)
            lines, steps = lines + len(proof["roots"]), steps + len(proof["nodes"])
    record_property("measured", f"500 cases verified in both worlds: {lines} determinations, {steps} steps, no fault")


def test_every_canonical_proof_holds(guideline: Guideline, record_property: Callable[[str, object], None]) -> None:
    """Every proof of every canonical case, in both worlds, shortest and every way, passes."""
    files = sorted(guideline.folder.glob("cases/*/*.yaml"))
    cases = [case for case in read_files(files, guideline) if isinstance(case, Case)]
    assert len(cases) >= 80
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
    proof = told(cases[case], guideline, world)
    assert verify(proof, cases[case], guideline.program) == []
    tampered = copy.deepcopy(proof)
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


def test_every_kind_of_node_is_tampered_with() -> None:
    """The list above spares no kind of node."""
    named = " ".join(name for name, *_ in TAMPERINGS)
    for word in (
        "determination",
        "derived",
        "fact",
        "given",
        "absence",
        "failure",
        "comparison",
        "undocumented",
        "choice",
    ):
        assert word in named
