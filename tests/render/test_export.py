"""Exports of a proof: DOT, SVG, PNG, Mermaid and GraphML, each read back by what reads it."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.decision.decide import judge
from coverlog.engine.language.visible import in_quotes
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.interface import AWAITED, CUSTOMARY
from coverlog.explain.commands.explain import FORMATS
from coverlog.explain.commands.main import main
from coverlog.explain.proof import graph as proof
from coverlog.explain.proof.build import prove, why_not
from coverlog.explain.proof.graph import Proof, citation
from coverlog.explain.proof.outline import steps
from coverlog.explain.render import dot as writing
from coverlog.explain.render import drawing as export

OUTCOMES = tuple(each.name for each in (*CUSTOMARY, AWAITED))
CTS = "cts-six-weeks-of-splinting"
MAIN = "from coverlog.explain.commands.main import main; main()"
HOSTILE = """note "A" <b>x</b> & `t` #35; #quot; ]] --> n1 |r| \\N \\l %% *x* _y_ ~z~ {b} </svg> \x01 \ufffe é"""
needs_graphviz = pytest.mark.skipif(
    not shutil.which("dot") and os.environ.get("CI") != "true",
    reason="Graphviz is not installed: apt-get install graphviz",
)


def cases(guideline: Guideline, outcome: str) -> Case:
    path = min(guideline.folder.glob(f"cases/{outcome}/*.yaml"))
    (case,) = read_files([path], guideline)
    assert isinstance(case, Case)
    return case


@pytest.fixture(params=[(o, w) for o in OUTCOMES for w in ("open", "closed")], ids="-".join)
def proven(request: Any, guideline: Guideline) -> Proof:
    """The proof of a case of each outcome in each world."""
    outcome, world = request.param
    return prove(judge(cases(guideline, outcome), guideline, world=world))


@pytest.fixture
def hostile(make: Any, guideline: Guideline) -> Proof:
    """The proof of a case that says everything that could be taken for markup."""
    findings = {"sensory_loss": {"status": "present", "source": HOSTILE}, "wrist_splint_weeks": 6}
    case = make(id=HOSTILE, conditions=["carpal_tunnel_syndrome"], findings=findings)
    return prove(judge(case, guideline))


def svg_nodes(text: str) -> list[str]:
    """Return the words of each node of an SVG."""
    groups = ET.fromstring(text).iter("{http://www.w3.org/2000/svg}g")  # noqa: S314 - our own
    return [" ".join(g.itertext()) for g in groups if (g.get("class") or "").split()[0] == "node"]


def test_every_kind_has_a_look_of_its_own() -> None:
    """Each kind of node the proof documents has a tag, and no two share tag, or shape and colours at once."""
    kinds = set(re.findall(r"^([a-z]+) {2,}\S", proof.__doc__ or "", re.MULTILINE))
    assert kinds == set(export.LOOKS)
    assert len({look.tag for look in export.LOOKS.values()}) == len(kinds)
    drawn = {(look.shape, look.line) for kind, look in export.LOOKS.items() if kind != "contrast"}
    assert len(drawn) == len(kinds) - 1


@needs_graphviz
def test_dot_is_what_graphviz_draws(proven: Proof) -> None:
    """Graphviz draws every node and edge of the DOT text, and complains of nothing."""
    text = export.dot(proven)
    ran = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, check=True)
    assert not ran.stderr.replace(b"Warning: no value for width of non-ASCII character", b"").strip()
    assert len(svg_nodes(ran.stdout.decode())) == len(proven.graph)
    assert ran.stdout.count(b'class="edge"') == proven.graph.number_of_edges()
    lines = re.findall(r"<text[^>]* y=\"(-?[\d.]+)\"[^>]*>\d+ outcome<", ran.stdout.decode())
    assert lines == sorted(lines, key=float)
    roles = {facts["role"] for _, _, facts in proven.graph.edges(data=True)} - {"premise"}
    assert set(re.findall(r"-> n\d+ \[label=\"(\w+)\"\]", text)) == roles


@needs_graphviz
def test_an_svg_says_what_it_is(proven: Proof) -> None:
    """An SVG is one image with a title, and each node tells its step, tag, text and citation."""
    text = export.svg(proven)
    top = ET.fromstring(text)  # noqa: S314 - our own
    assert top.get("role") == "img"
    assert [e.text for e in top.iter("{http://www.w3.org/2000/svg}title")] == [
        f"Proof of {proven.judged.decision.case}"
    ]
    nodes = {re.sub(r"\W+", "", words) for words in svg_nodes(text)}
    for node, step in steps(proven).items():
        facts = proven.graph.nodes[node]
        words = f"{step} {export.LOOKS[facts['kind']].tag} {facts['text']} {citation(facts)}"
        assert re.sub(r"\W+", "", words) in nodes


@needs_graphviz
def test_a_png_is_a_picture(proven: Proof) -> None:
    """A PNG has the signature of one, and is no mere dot."""
    data = export.png(proven)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(data[16:20]) > 500


@needs_graphviz
def test_a_part_says_what_it_leaves_out(proven: Proof) -> None:
    """A picture of some nodes counts what they rest on besides."""
    text = export.dot(proven, set(proven.roots))
    assert text.count("[label=<") == len(proven.roots)
    assert text.count(" -> ") == text.count("style=invis") * (len(proven.roots) - 1)
    left_out = re.findall(r"\+ (\d+) more", text)
    assert list(map(int, left_out)) == [len(set(proven.graph[root])) for root in proven.roots]


NODE = re.compile(r'  n(\d+)(\[\[|\[\(|\[/|\[\\|\(\[|\{\{|\(|\[|>)"([^"]*)"(\]\]|\)\]|/\]|\\\]|\]\)|\}\}|\)|\])$')
PAIRS = {"[[": "]]", "[(": ")]", "[/": "/]", "[\\": "\\]", "([": "])", "{{": "}}", "(": ")", "[": "]", ">": "]"}
EDGE = re.compile(r'  n(\d+) -->(?:\|"(\w+)"\|)? n(\d+)$')


def read_mermaid(text: str) -> tuple[dict[int, str], list[tuple[int, int, str]], list[str]]:
    """Return the labels of the nodes, the edges, and the other lines of a flowchart."""
    first, *lines = text.splitlines()
    assert first == "flowchart TD"
    nodes, edges, rest = {}, [], []
    for line in lines:
        if found := NODE.match(line):
            assert PAIRS[found[2]] == found[4]
            nodes[int(found[1])] = re.sub(r"#(\d+);", lambda f: chr(int(f[1])), found[3])
        elif found := EDGE.match(line):
            edges.append((int(found[1]), int(found[3]), found[2] or "premise"))
        else:
            rest.append(line)
    return nodes, edges, rest


def test_mermaid_reads_back(proven: Proof) -> None:
    """The flowchart has every node with its words, every edge with its role, and a class for each node."""
    nodes, edges, rest = read_mermaid(export.mermaid(proven))
    step = steps(proven)
    for node, number in step.items():
        assert proven.graph.nodes[node]["text"] in nodes[number]
    assert sorted(edges) == sorted((step[a], step[b], f["role"]) for a, b, f in proven.graph.edges(data=True))
    assert all(line.startswith(("  classDef ", "  class ")) for line in rest)
    classed = [name for line in rest if line.startswith("  class ") for name in line.split()[1].split(",")]
    assert sorted(classed) == sorted(f"n{number}" for number in nodes)


def test_graphml_reads_back(proven: Proof) -> None:
    """GraphML gives the same graph back; lists and bindings come as JSON."""
    graph = nx.parse_graphml(export.graphml(proven))
    assert nx.is_isomorphic(graph, proven.graph)
    assert set(graph) == set(proven.graph)
    assert json.loads(graph.graph["roots"]) == list(proven.roots)
    for node, facts in graph.nodes(data=True):
        for key, value in proven.graph.nodes[node].items():
            told: Any = facts.get(key)
            assert (json.loads(told) if isinstance(value, (list, dict)) else told) == value, key
    for a, b, facts in graph.edges(data=True):
        told = {key: value for key, value in facts.items() if key != "id"}  # GraphML numbers the edges of a multigraph
        assert told in proven.graph.get_edge_data(a, b).values()


@needs_graphviz
def test_what_a_case_says_is_no_markup(hostile: Proof) -> None:
    """Text of a case that looks like markup comes out as it went in, what cannot be seen as its escape."""
    said = next(f["where"] for _, f in hostile.graph.nodes(data=True) if "note" in f.get("where", ""))
    assert in_quotes(HOSTILE.replace("\x01", r"\x01").replace("\ufffe", r"\ufffe")) in said
    assert export.plain("a\ud800\n") == r"a\ud800 "
    assert any(said in label for label in read_mermaid(export.mermaid(hostile))[0].values())
    assert any(f.get("where") == said for _, f in nx.parse_graphml(export.graphml(hostile)).nodes(data=True))
    assert any(re.sub(r"\s", "", said) in re.sub(r"\s", "", words) for words in svg_nodes(export.svg(hostile)))
    assert export.png(hostile)


def test_a_long_text_is_cut_in_the_picture(make: Any, guideline: Guideline) -> None:
    """A picture shows the beginning of a text without end."""

    def drawn(source: str) -> int:
        findings = {"sensory_loss": {"status": "present", "source": source}}
        return len(export.dot(prove(judge(make(findings=findings, conditions=["diabetes"]), guideline))))

    assert drawn("word " * 2_000) < drawn("word") + 2_000


@needs_graphviz
def test_the_same_bytes_in_every_process() -> None:
    """Each format is the same to the byte in two processes that hash differently."""
    code = """
import json, sys
from click.testing import CliRunner
from coverlog.explain.commands.main import main
told = {form: CliRunner().invoke(main, ["explain", sys.argv[1], "--format", form]).stdout for form in sys.argv[2:]}
print(json.dumps(told))
"""
    command = [sys.executable, "-c", code, CTS, *sorted(set(FORMATS) - {"png"})]
    first, second = (
        json.loads(
            subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        )
        for seed in ("1", "2")
    )
    assert all(first.values())
    assert first == second


@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_missing_graphviz_is_said(form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without Graphviz a picture is status 2 with the package to install, and nothing is written."""
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(main, ["explain", CTS, "--format", form, "-o", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "coverlog: Graphviz is not installed; apt-get install graphviz (or brew install graphviz)" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("script", "message"), [("echo 'syntax error' >&2; exit 1", "could not draw the proof: syntax error")]
)
def test_a_failing_graphviz_is_said(script: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What Graphviz complains of is passed on."""
    (tmp_path / "dot").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    result = CliRunner().invoke(main, ["explain", CTS, "--format", "svg"])
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_slow_graphviz_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A picture that takes too long is given up, with what to do."""
    (tmp_path / "dot").write_text("#!/bin/sh\nexec /bin/sleep 10\n")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(writing, "_SECONDS", 0.2)
    result = CliRunner().invoke(main, ["explain", CTS, "--format", "svg"])
    assert result.exit_code == 2
    assert "--line CPT" in result.stderr


@needs_graphviz
@pytest.mark.parametrize("form", FORMATS)
def test_a_format_goes_to_a_file(form: str, tmp_path: Path) -> None:
    """-o writes what standard output would have had."""
    out = tmp_path / "out"
    shown = CliRunner().invoke(main, ["explain", CTS, "--format", form])
    result = CliRunner().invoke(main, ["explain", CTS, "--format", form, "-o", str(out)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_bytes() == shown.stdout_bytes


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A place that is not there, or is a folder, is status 2."""
    for out in (tmp_path / "none" / "out", tmp_path):
        result = CliRunner().invoke(main, ["explain", CTS, "-o", str(out)])
        assert result.exit_code == 2
        assert str(out) in result.stderr


def test_a_terminal_gets_no_png() -> None:
    """A PNG picture for a terminal is status 2, with what to do."""
    import pty

    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        "-c",
        "from coverlog.explain.commands.main import main; main()",
        "explain",
        CTS,
        "--format",
        "png",
    ]
    ran = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(ours)
    os.close(theirs)
    assert ran.returncode == 2
    assert b"-o FILE" in ran.stderr


@needs_graphviz
def test_a_contrast_is_drawn_too(guideline: Guideline) -> None:
    """Why a line has not an outcome goes to the same formats."""
    judged = judge(cases(guideline, "medically_necessary"), guideline)
    proof = why_not(judged, "not_medically_necessary")
    assert "why not" in html.unescape(export.svg(proof))
    assert len(read_mermaid(export.mermaid(proof))[0]) == len(proof.graph)
