"""Proofs: every outcome has one, it is finite and shared, and it says the three ways of failing apart."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
from coverlog.engine.cases.case import Case
from coverlog.engine.decision.decide import Judged, judge
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.proof.build import prove, why_not
from coverlog.explain.proof.document import as_json
from coverlog.explain.proof.graph import Proof
from coverlog.explain.render.tree_text import as_text

Make = Callable[..., Case]
KINDS = {
    "determination", "contrast", "derived", "known", "given", "either", "absent", "failed", "compared", "undocumented",
}  # fmt: skip


def nodes(proof: Proof, **wanted: Any) -> list[dict[str, Any]]:
    """Return the nodes with the given values."""
    every = proof.graph.nodes.values()
    return [node for node in every if all(node.get(key) == value for key, value in wanted.items())]


def splinted(make: Make, weeks: int | None, **more: Any) -> Case:
    findings = {"sensory_loss": "present", "refractory_to_activity_modification": "present"} | more
    told = {} if weeks is None else {"wrist_splint_weeks": {"value": weeks, "source": "clinic note"}}
    return make(conditions=["carpal_tunnel_syndrome"], findings=findings | told)


def test_every_outcome_has_a_proof(make: Make, guideline: Guideline) -> None:
    """Each line's determination rests on something, whatever the outcome; the graph has no circle."""
    cases = [splinted(make, 6), splinted(make, 2, weakness="absent"), splinted(make, None), make(setting="inpatient")]
    for case in cases:
        for world in ("open", "closed"):
            proof = prove(judge(case, guideline, world=world))
            assert nx.is_directed_acyclic_graph(proof.graph)
            assert len(proof.roots) == 2
            assert all(proof.graph.out_degree(root) for root in proof.roots)
            assert {node["kind"] for node in proof.graph.nodes.values()} <= KINDS


def test_lines_share_what_they_have_in_common(make: Make, guideline: Guideline) -> None:
    """The indication is proved once, and both lines rest on that one proof."""
    proof = prove(judge(splinted(make, 6), guideline))
    (indication,) = [name for name, node in proof.graph.nodes.items() if node.get("atom") == 'indication("I.4.a")']
    assert all(nx.has_path(proof.graph, root, indication) for root in proof.roots)


def test_a_proof_is_the_readers_own(make: Make, guideline: Guideline) -> None:
    """Whatever is done to the nodes of one proof, a further one says the same."""
    judged = judge(splinted(make, 2), guideline, world="closed")
    proof = prove(judged)
    before = json.dumps(as_json(proof))
    for value in [value for node in proof.graph.nodes.values() for value in node.values()]:
        if isinstance(value, dict | list):
            value.clear()
    assert json.dumps(as_json(proof)) != before
    assert json.dumps(as_json(prove(judged))) == before


def test_the_shortest_way_is_shown_and_all_ways_on_request(make: Make, guideline: Guideline) -> None:
    """Where the splint and the examination both suffice, one way is shown, and both with `every`."""
    judged = judge(splinted(make, 6, significant_weakness_on_exam="present"), guideline)
    ways = {"I.4.a", "I.4.a/waived"}
    assert len(ways & {node.get("rule") for node in nodes(prove(judged), kind="derived")}) == 1
    assert ways <= {node.get("rule") for node in nodes(prove(judged, every=True), kind="derived")}


def test_numbers_appear_with_their_values(make: Make, guideline: Guideline) -> None:
    """A threshold shows the number the record has, met or not."""
    assert nodes(prove(judge(splinted(make, 6), guideline)), kind="compared", text="6 >= 4")
    failed = prove(judge(splinted(make, 2), guideline, world="closed"))
    assert nodes(failed, kind="compared", text="2 >= 4 does not hold")
    assert nodes(failed, kind="given", where='findings.wrist_splint_weeks, "clinic note"')


def test_the_ways_of_failing_are_told_apart(make: Make, guideline: Guideline) -> None:
    """Denied, undocumented and not applicable each have words of their own."""
    case = make(conditions=["carpal_tunnel_syndrome"], findings={"weakness": "absent", "wrist_splint_weeks": 1})
    text = " ".join(as_text(prove(judge(case, guideline, world="closed")), 1000).split())
    assert "the record says it is not so: there is weakness" in text
    assert "there is no evidence that there is sensory loss" in text
    assert "not about this case: I.1/motor-loss" in text
    assert "1 >= 4 does not hold" in text


def test_a_refutation_is_complete(make: Make, guideline: Guideline) -> None:
    """Every criterion stands in the refutation: those in play with what fails, the others folded."""
    proof = prove(judge(make(conditions=["diabetes"], findings={"sensory_loss": "present"}), guideline, world="closed"))
    (absent,) = nodes(proof, kind="absent", atom="criterion(Item)")
    failed = {node["rule"] for node in nodes(proof, kind="failed")}
    every = {rule.id for rule in guideline.program.rules if rule.head.predicate == "criterion"}
    assert {"I.3.c/persistent", "I.3.c/progressive"} <= failed
    assert every == set(absent["folded"]) | {name for name in failed if name in every}


def test_what_is_open_shows_what_holds_and_what_is_not_documented(make: Make, guideline: Guideline) -> None:
    """More information needed: the sure steps are sure, the open ones lead to what nobody documented."""
    proof = prove(judge(splinted(make, None), guideline))
    assert nodes(proof, kind="undocumented", atom='weeks(wrist_splint_weeks, "?")')
    assert nodes(proof, kind="derived", atom="condition(carpal_tunnel_syndrome)", value="true")
    assert all(node["text"].startswith("would hold: ") for node in nodes(proof, kind="derived", value="unknown"))


def test_recursion_shows_its_chain(make: Make, guideline: Guideline) -> None:
    """A code's categories and a condition's kinds appear step by step."""
    proof = prove(
        judge(
            make(conditions=["bells_palsy"], findings={"weakness": "present", "results_guide_management": "present"}),
            guideline,
        )
    )
    for step in ("is_a(bells_palsy, cranial_nerve_disorder)", "is_a(cranial_nerve_disorder, mononeuropathy)"):
        assert nodes(proof, kind="known", atom=step)
    assert nodes(proof, kind="derived", atom="condition(mononeuropathy)")


def test_why_not_answers_the_contrast(make: Make, guideline: Guideline) -> None:
    """Why not necessary: the refutation; why not addressed: what addresses it."""
    judged = judge(make(conditions=["headache"]), guideline)
    refused = why_not(judged, "medically_necessary", code="95886")
    assert nodes(refused, kind="contrast", asked="medically_necessary", outcome="not_medically_necessary")
    assert nodes(refused, kind="absent", atom='medically_necessary(1, "95886", Statement)')
    addressed = why_not(judged, "not_addressed", code="95886")
    assert nodes(addressed, kind="failed", rule="C1/not-listed")


def test_explaining_changes_no_answer(make: Make, guideline: Guideline) -> None:
    """The decision is the same before and after it is explained, and without."""
    case = splinted(make, 2)
    judged: Judged = judge(case, guideline)
    before = judged.decision
    prove(judged, every=True)
    assert judged.decision == before == judge(case, guideline).decision


def test_a_proof_is_the_same_in_every_run(root: Path) -> None:
    """Two processes with different hash seeds write the same bytes."""
    code = (
        "import json; from coverlog.explain.commands.main import main; main(["
        "'explain', 'cts-six-weeks-of-splinting', '--format', 'json', '--world', 'closed'])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
