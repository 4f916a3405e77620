"""Depth, circles and shared parts: proofs of any shape are built, checked and told, without Python's stack."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.decide import Judged, judge
from coverlog.engine.decision.why import Why
from coverlog.engine.evaluation.rules import Firing, Model
from coverlog.engine.language.terms import Atom
from coverlog.engine.library.guideline import load
from coverlog.explain.advice.checklist import as_json as checklist_json
from coverlog.explain.advice.checklist import checklist
from coverlog.explain.advice.letter import letter
from coverlog.explain.checker.verify import verify
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json
from coverlog.explain.proof.graph import Proof
from coverlog.explain.query.answer import Limits, QueryTimeoutError, run
from coverlog.explain.query.scene import Scene
from coverlog.explain.query.text import read_query
from coverlog.explain.query.told import proofs
from coverlog.explain.render import dot as writing
from coverlog.explain.render.decision_text import decision_text
from coverlog.explain.render.drawing import MOST, dot, graphml, mermaid, png, svg
from coverlog.explain.render.page import written
from coverlog.explain.render.proof_page import page
from coverlog.explain.render.tree_html import NESTED, rows
from coverlog.explain.render.tree_text import INDENTS, as_text

TOY = (Path(__file__).parent.parent / "guidelines" / "toy.dl").read_text()
Decide = Callable[..., Judged]


@pytest.fixture
def toy(tmp_path: Path) -> Decide:
    """Return a function that decides a case by the toy guideline with rules added."""

    def decide_it(rules: str, *, world: str = "open", **findings: str) -> Judged:
        (tmp_path / "toy.dl").write_text(TOY + rules)
        said: dict[str, Any] = {"id": "t", "date_of_service": "2025-01-01", "place": "home", "findings": findings}
        said["services"] = [{"cpt": "E1390"}]
        guideline = load(tmp_path)
        (case,) = read_text(json.dumps(said).encode(), "t.json", guideline)
        assert isinstance(case, Case), case
        return judge(case, guideline, world=world)

    return decide_it


def chain(length: int) -> str:
    links = "".join(f"next({i}, {i + 1}).\n" for i in range(length))
    return (
        f"%@ facts S/next\n{links}%@ rule S/step: {{N}} is done\nstep(N) :- next(M, N), step(M).\n"
        "%@ rule S/first: the first is done\nstep(0) :- finding(pain).\n"
        f"%@ rule S/ok: it is ok\nok :- step({length}).\n"
    )


def told(proof: Proof) -> dict[str, str]:
    """Return a proof in every format that needs no other program."""
    forms = {"text": as_text(proof), "html": written("tree", rows=rows(proof)), "dot": dot(proof)}
    return forms | {"mermaid": mermaid(proof), "graphml": graphml(proof), "json": json.dumps(as_json(proof))}


# The suite tries the first of them, a whole campaign all.
CHAINS = [
    ("present", "open"),
    ("absent", "closed"),
    ("", "open"),
    ("present", "closed"),
    ("absent", "open"),
    ("", "closed"),
]


def test_a_chain_deeper_than_the_stack_is_decided_and_told(
    toy: Decide, shallow: int, size: Callable[[int, int], int]
) -> None:
    """A proof and a refutation deeper than Python's stack, and a line that waits for its first step, in any format."""
    length = size(shallow + 50, 2000)
    assert length > sys.getrecursionlimit()
    for pain, world in CHAINS[: size(3, 6)]:
        judged = toy(chain(length), world=world, **({"pain": pain} if pain else {}))
        proof = prove(judged)
        assert len(proof.graph) > length
        assert all(forms.count("\n") > length or len(forms) > 50 * length for forms in told(proof).values())
        assert letter(judged)
        if world == "open":
            assert checklist(judged)[0].line.outcome == judged.decision.lines[0].outcome


def test_a_proof_too_large_to_draw_is_told_without_a_picture(toy: Decide, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit Graphviz is not even asked: the page says so and has every step, a picture alone is refused."""
    proof = prove(toy(chain(MOST), pain="present"))
    monkeypatch.setattr(writing, "draw", lambda *_: pytest.fail("Graphviz is run"))
    text = page(proof)
    assert f"The picture is missing: a picture holds {MOST} steps at most, and this proof has " in text
    assert text.count(' id="step-') == len(proof.graph)
    for draw in (svg, png):
        with pytest.raises(writing.GraphvizError, match="--line CPT"):
            draw(proof)


def test_deep_steps_stand_at_the_last_indent_with_their_depth(toy: Decide) -> None:
    """A tree in words grows with the proof, not with its square, and a list is never nested deeper than its limit."""
    proof = prove(toy(chain(300), pain="present"))
    lines = as_text(proof).splitlines()
    assert max(len(line) - len(line.lstrip("│ ├└─")) for line in lines) <= 3 * (INDENTS + 1)
    assert sum(f"({INDENTS + 1}) " in line for line in lines) == 2  # a step, and the fact that it rests on
    html = written("tree", rows=rows(proof))
    assert html.count("<details") == html.count("</details>") == NESTED
    assert html.count("<li") == html.count("</li>")


RING = (
    "%@ facts S/next\n" + "".join(f"next({i}, {(i + 1) % 6}).\n" for i in range(6))
    + "%@ rule S/one: one step\npath(X, Y) :- next(X, Y).\n%@ rule S/two: two paths\n"
    "path(X, Z) :- path(X, Y), path(Y, Z).\n%@ rule S/ok: it is ok\nok :- path(0, 0).\n"
)  # fmt: skip


@pytest.mark.parametrize("every", [False, True])
def test_a_circle_with_two_recursive_literals_is_explained(toy: Decide, every: bool) -> None:
    """Paths round a ring, each of two paths: the proof is finite, and so are all the ways of it."""
    judged = toy(RING)
    proof = prove(judged, every=every)
    assert judged.decision.lines[0].outcome == "medically_necessary"
    assert nx.is_directed_acyclic_graph(proof.graph)
    assert verify(json.loads(json.dumps(as_json(proof))), judged.case, judged.guideline.program) == []


def smallest(model: Model) -> dict[Atom, int]:
    """Return the size of each smallest proof, by going round until nothing gets smaller."""
    sizes: dict[Atom, int] = {}
    changed = True
    while changed:
        changed = False
        for atom in model.support:
            for firing in filter(model.is_sure, model.firings[atom]):
                size = size_of(firing, sizes, model)
                if size is not None and size < sizes.get(atom, size + 1):
                    sizes[atom], changed = size, True
    return sizes


def size_of(firing: Firing, sizes: dict[Atom, int], model: Model) -> int | None:
    derived = [sizes.get(p) for p in firing.premises if p in model.support]
    return None if None in derived else 1 + len(firing.premises) + sum(filter(None, derived))


def test_the_smallest_proof_is_a_least_fixpoint(toy: Decide) -> None:
    """On the ring and on a chain the firing shown has the size that going round comes to."""
    for judged in (toy(RING), toy(chain(20), pain="present")):
        sizes = smallest(judged.model)
        why = Why(judged.why.evaluator, judged.model)
        assert sizes.keys() == judged.model.support.keys()
        assert all(size_of(why.shortest(atom), sizes, judged.model) == size for atom, size in sizes.items())


def test_one_atom_may_meet_two_literals(toy: Decide) -> None:
    """Two parts of a body that rest on one atom are two edges to it, in a derivation and in a refutation."""
    rules = "%@ rule S/ok: it is ok\nok :- place(X), place(Y), finding(pain), not ruled(back_pain).\n"
    for pain in ("present", "absent"):
        judged = toy(rules, world="closed", pain=pain)
        proof = as_json(prove(judged))
        assert verify(proof, judged.case, judged.guideline.program) == []
        pairs = [(edge["from"], edge["to"]) for edge in proof["edges"]]
        assert len(pairs) > len(set(pairs))


def test_a_refutation_shows_every_instance_in_play(toy: Decide) -> None:
    """Of two rows that fail both are shown, in the proof and in the letter."""
    rules = (
        "%@ facts S/next\nnext(3, 1). next(5, 1).\n%@ rule S/ok: it is ok by {X}\n"
        "ok :- next(X, Y), finding(pain), X > 7, place(home).\n"
    )
    judged = toy(rules, world="closed", pain="present")
    proof = prove(judged)
    texts = [node["text"] for node in proof.graph.nodes.values()]
    assert {"3 > 7 does not hold", "5 > 7 does not hold"} <= set(texts)
    failed = [name for name, node in proof.graph.nodes.items() if node.get("rule") == "S/ok"]
    held = [
        proof.graph.nodes[to]["atom"] for _, to, e in proof.graph.out_edges(failed, data=True) if e["role"] == "held"
    ]
    assert {"next(3, 1)", "next(5, 1)"} <= set(held)
    said = str(letter(judged).reasons)
    assert "1 follows 5; 1 follows 3" in said
    assert "each at least 8 needed" in said


def test_the_checklist_asks_for_what_the_decision_misses(toy: Decide) -> None:
    """To deny pain denies back pain by the rules: decision and checklist both ask for the one denial."""
    judged = toy(
        "%@ rule S/kind: back pain is pain\nruled(back_pain) :- ruled(pain).\n"
        "%@ rule S/ok: it is ok\nok :- not finding(back_pain), not finding(pain).\n"
    )
    (line,) = judged.decision.lines
    assert line.missing == (({"finding": "pain", "needs": "absent"},),)
    (asked,) = checklist_json(judged, checklist(judged))["lines"]
    assert [[item["finding"] for item in each["items"]] for each in asked["sets"]] == [["pain"]]


def test_what_is_cut_says_so_everywhere(toy: Decide) -> None:
    """Where there are more sets than are told, decision, checklist and letter say that there may be other ways."""
    names = [f"{side}{i}" for i in range(9) for side in "ab"]
    rules = "".join(f'concept({n}, finding, "{n}").\n' for n in names)
    rules += "".join(f"%@ rule S/{n}: {n} is done\nstep({n[1:]}) :- finding({n}).\n" for n in names)
    rules += f"%@ rule S/ok: it is ok\nok :- {', '.join(f'step({i})' for i in range(9))}.\n"
    judged = toy(rules)
    (line,) = judged.decision.lines
    assert (len(line.missing), line.missing_complete) == (256, False)
    assert as_json(prove(judged))["nodes"][0]["kind"]
    (root,) = [node for node in as_json(prove(judged))["nodes"] if node["kind"] == "determination"]
    assert root["missing_complete"] is False
    assert checklist_json(judged, checklist(judged))["lines"][0]["missing_complete"] is False
    for said in (" ".join(decision_text(judged, 80).split()), str(letter(judged).reasons)):
        assert "here may be other ways" in said


def test_the_limits_of_a_query_hold_for_its_proofs(toy: Decide, size: Callable[[int, int], int]) -> None:
    """A proof that takes longer than the limit stops as the query would."""
    length = size(600, 2000)
    judged = toy(chain(length), pain="present")
    scene = Scene(judged.guideline, judged.case, "open", "2025-01-01")
    found = run(read_query(f"step({length})", judged.guideline.program), scene)
    assert proofs(found, scene, [0])[1] != []
    with pytest.raises(QueryTimeoutError):
        proofs(found._replace(limits=Limits(seconds=0.0)), scene, [0])
