"""Rules listed, shown and drawn: what the text says of itself is what the commands tell."""

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.case import read_files
from coverlog.engine.cases.find import canonical
from coverlog.engine.decision.decide import judge
from coverlog.engine.language.errors import CaseError
from coverlog.engine.language.terms import Var
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.general import of_part, of_rule
from coverlog.engine.program.graph import edges
from coverlog.explain.commands.main import main
from coverlog.explain.commands.schema import OF
from coverlog.explain.proof.build import prove
from coverlog.explain.reference import rules as module
from coverlog.explain.reference.names import entries
from coverlog.explain.reference.predicates import dependencies, dot, mermaid
from coverlog.explain.reference.rules import downstream, exercised, find, stated, under, used_by
from coverlog.explain.reference.show import look_up
from coverlog.explain.reference.subjects import subject
from coverlog.kb import guidelines

CTS = "cts-six-weeks-of-splinting"


def run(*args: str, columns: str = "100", **env: str) -> Result:
    return CliRunner().invoke(main, args, env={"COLUMNS": columns, **env}, catch_exceptions=False)


def listed(*args: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("rules", *args, "--format", "json").stdout)
    return found


def shown(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("show", name, "--format", "json").stdout)
    return found


def test_every_rule_is_listed_once(guideline: Guideline) -> None:
    """Without an option each rule stands in the list, in the order of the text; with --facts each fact too."""
    wanted = [rule.id for rule in guideline.program.rules if rule.body]
    assert [rule["id"] for rule in listed()] == wanted
    assert len(listed("--facts")) == len(stated(guideline.program)) > len(wanted)


def test_a_statement_stands_for_all_below_it() -> None:
    """I.4 is I.4 and I.4.a to I.4.g, and not I.40 or I."""
    assert under("I.4.a", "I.4")
    assert under("I.4", "I.4")
    assert not under("I.40", "I.4")
    assert not under("I", "I.4")
    cited = {cited for rule in listed("--statement", "I.4") for cited in rule["cites"]}
    assert {"I.4", *(f"I.4.{letter}" for letter in "abcdefg")} == cited - {"N0"}


def test_filters_narrow_together() -> None:
    """Statement, authority and use each hold of every rule listed."""
    inferred = listed("--statement", "I.4", "--authority", "inferred")
    assert inferred
    assert {rule["authority"] for rule in inferred} == {"inferred"}
    assert [rule["id"] for rule in listed("--statement", "I.4", "--uses", "weeks")] == ["I.4.a", "I.4.b"]
    assert {rule["id"] for rule in inferred} < {rule["id"] for rule in listed("--authority", "inferred")}


def test_uses_sees_negated_literals_too(guideline: Guideline) -> None:
    """A rule that asks for a predicate's absence uses it."""
    found = find(guideline.program, uses="screened_without_symptoms")
    assert any(not lit.positive for rule in found for lit in rule.literals)


def test_in_force_is_the_edition_of_a_date(guideline: Guideline) -> None:
    """--in-force lists the clauses of the edition of that date and no others."""
    for date in ("2011-01-01", "2012-06-01", "2025-11-03"):
        wanted = [rule.id for rule in guideline.program.edition(date) if rule.cites]
        assert [rule["id"] for rule in listed("--in-force", date, "--facts")] == wanted
    assert run("rules", "--in-force", "soon").exit_code == 2


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--statement", "I.44"), "did you mean I.4?"),
        (("--uses", "week"), "did you mean weeks?"),
        (("--authority", "infered"), "inferred"),
    ],
)
def test_a_misspelt_filter_gets_a_suggestion(args: tuple[str, ...], said: str) -> None:
    """A filter that names nothing is an error with what was meant, not an empty list."""
    result = run("rules", *args)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_the_list_fits_the_terminal() -> None:
    """No line is wider than the terminal, in a pipe there is no colour, and the count goes to stderr."""
    result = run("rules", columns="70")
    assert max(map(len, result.stdout.splitlines())) <= 70
    assert "\x1b" not in result.stdout
    assert re.fullmatch(r"\d+ rules\n", result.stderr)


def test_show_tells_text_citation_and_dependants() -> None:
    """A rule is shown with its clause, its citation, its dates, and what follows from it."""
    out = run("show", "I.4.a").stdout
    flat = " ".join(out.split())
    assert '  criterion("I.4.a") :-\n    condition(carpal_tunnel_syndrome),\n' in out
    for part in (
        "statement I.4.a:", "earlier edition", "from 2011-11-17", "INT-8, INT-9", "used by: I/purpose",
        "medically_necessary", "necessary.dl:", "holds in the proofs of", "fails, though in play,",
    ):  # fmt: skip
        assert part in flat, part
    assert {"case": CTS, "how": "holds"} in shown("I.4.a")["cases"]


@pytest.mark.parametrize("name", ["I.4.a/waived", "I.4", "finding", "weeks", "INT-9", "C1/needle-emg", "N0", "service"])
def test_everything_with_an_id_can_be_shown(name: str) -> None:
    """A rule, a statement, a predicate, an input, an interpretation and a group of facts each are shown."""
    told = shown(name)
    assert told["about"] or told["rules"]
    assert told["cases"]
    assert told["downstream"]
    assert run("show", name, columns="60").exit_code == 0


def test_every_id_of_the_guideline_is_found(guideline: Guideline) -> None:
    """No statement, interpretation, predicate or rule is without a subject."""
    program = guideline.program
    names = {*program.statements, *program.interpretations, *program.predicates, *(r.id for r in stated(program))}
    for name in names:
        assert subject(program, name).about or subject(program, name).rules


def test_no_slot_of_a_gloss_is_shown(guideline: Guideline) -> None:
    """What a proof fills in has its limit or a word in capitals in its place, wherever a rule or predicate is told."""
    assert "modification and at least 4 weeks of wrist splint use" in " ".join(run("show", "I.4.a").stdout.split())
    assert "weeks(Duration, Weeks): DURATION lasted N weeks" in run("show", "weeks").stdout
    listed_rules = run("rules", columns="400").stdout
    every = [entry.label for entry in entries(guideline.program, {})]
    asked = CliRunner().invoke(main, ["query"], input=":predicates\n", env={"COLUMNS": "400"}).stdout
    for told in (listed_rules, *every, asked):
        assert not re.search(r"\{\w+\}", told), told
    assert "session SESSION has conduction study codes CODE and OTHER" in listed_rules


@pytest.mark.parametrize("name", sorted(guidelines()))
def test_no_document_shows_a_slot(name: str) -> None:
    """Nor does the book or a schema; both tell a gloss as all others do, and no two variables of a rule as one."""
    program = load(name).program
    documents = [run("-g", name, "schema", "--of", of).stdout for of in OF]
    page = run("-g", name, "doc").stdout
    for told in (*documents, page):
        assert not re.search(r"\{[A-Z]\w*\}", told)
    shown = html.unescape(page)
    for rule in program.rules:
        if rule.body and set(rule.cites) & set(program.statements):
            assert of_rule(rule, program) in shown, rule.id
        for part in rule.literals if rule.body else ():
            named = {a.name for a in part.atom.args if isinstance(a, Var) and a.name[:1] != "_"}
            told = of_part(part, program)
            capitals = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", each).upper() for each in named]
            declared = program.predicates.get(part.atom.predicate)
            slots = set(re.findall(r"\{(\w+)\}", declared.gloss)) if declared else set()
            if declared and slots == set(declared.params):
                assert all(each in told or " N " in f" {told} " for each in capitals), (rule.id, told)
                assert told in shown


def test_a_misspelt_id_gets_a_suggestion(guideline: Guideline) -> None:
    """An id that stands for nothing is status 2 with what was meant."""
    result = run("show", "I.4.aa")
    assert result.exit_code == 2
    assert "did you mean I.4.a?" in result.stderr
    with pytest.raises(CaseError, match="did you mean screened_without_symptoms"):
        subject(guideline.program, "screened_with_symptoms")


def test_a_statement_names_those_below_it() -> None:
    """I.4 has its items below it, and an item has none."""
    assert shown("I.4")["below"] == [f"I.4.{letter}" for letter in "abcdefg"]
    assert shown("I.4.a")["below"] == []


def test_what_follows_is_what_a_graph_reaches(guideline: Guideline) -> None:
    """The predicates downstream are the descendants in the dependency graph, for every predicate."""
    graph: nx.DiGraph[str] = nx.DiGraph((edge.body, edge.head) for edge in edges(guideline.program))
    for name in guideline.program.predicates:
        reached = nx.descendants(graph, name) if name in graph else set()
        assert set(downstream(guideline.program, [name])) - {name} == reached - {name}, name


def test_constants_tell_what_a_rule_feeds(guideline: Guideline) -> None:
    """A rule that gives one constant is not said to be used where another is asked for."""
    program = guideline.program
    for rule in stated(program):
        for reader in used_by(program, [rule]):
            assert any(
                lit.atom.predicate == rule.head.predicate
                and all(a == b for a, b in zip(lit.atom.args, rule.head.args, strict=True)
                        if not isinstance(a, tuple) and not isinstance(b, tuple))
                for lit in reader.literals
            ), (rule.id, reader.id)  # fmt: skip
    (ischemic,) = [r for r in program.rules if r.id.startswith("C1/ischemic-exercise(")]
    assert "D2/in-scope" not in [rule.id for rule in used_by(program, [ischemic])]


def test_cases_that_exercise_a_rule_have_it_in_their_proofs(guideline: Guideline) -> None:
    """For some cases, the rules in the proof are just those that name the case."""
    for name in (CTS, "cts-three-weeks-of-splinting", "bells-palsy-by-code"):
        (case,) = read_files([canonical(guideline)[name]], guideline)
        proof = prove(judge(case, guideline))  # type: ignore[arg-type]
        wanted = {facts["rule"] for _, facts in proof.graph.nodes(data=True) if "rule" in facts}
        for rule in stated(guideline.program):
            named = {use.case for use in exercised(guideline, [rule])}
            assert (case.id in named) == (rule.id in wanted), (rule.id, name)


def test_a_rule_holds_in_a_case_only_where_nothing_is_open(guideline: Guideline) -> None:
    """What would hold if more were documented is told as open: I.4.a, where the weeks of a splint are not recorded."""
    (rule,) = [each for each in guideline.program.rules if each.id == "I.4.a"]
    found: dict[str, set[str]] = {}
    for use in exercised(guideline, [rule]):
        found.setdefault(use.case, set()).add(use.how)
    assert found[CTS] == {"holds"}
    assert found["cts-splint-weeks-undocumented"] == {"open"}
    assert found["cts-three-weeks-of-splinting"] == {"fails"}
    for name in [name for name, how in found.items() if "holds" in how][::5]:
        (case,) = read_files([canonical(guideline)[name]], guideline)
        proof = prove(judge(case, guideline))  # type: ignore[arg-type]
        steps = [facts for _, facts in proof.graph.nodes(data=True) if facts.get("rule") == rule.id]
        assert any(facts.get("value") == "true" for facts in steps), name


def test_the_cases_run_once(guideline: Guideline) -> None:
    """The canonical cases are kept in memory: the second look-up goes through none."""
    gone: list[int] = []

    def track(paths: Any) -> Any:
        gone.append(len(paths))
        return iter(paths)

    look_up(guideline, "I.4.a")
    look_up(guideline, "I.4.b", track)
    assert gone == []


def test_what_the_cases_exercise_is_kept_over_starts(
    toy_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another start runs no case again; once a case or the text has changed, it runs them."""
    folder = toy_folder("lamp")
    gone: list[int] = []
    case = folder / "cases" / "all" / "dark.yaml"
    case.parent.mkdir(parents=True)
    said = "id: dark\ndate_of_service: 2025-01-01\nservices: [{cpt: L0001}]\nroom: dark\nfindings: {usage: 3}\n"

    def started() -> set[str]:
        """The cases that exercise rule A, as a start finds them; note whether they ran."""
        monkeypatch.setattr(module, "_RUN", {})
        loaded = load(folder)
        rules = [rule for rule in loaded.program.rules if rule.id == "A"]
        return {use.case for use in exercised(loaded, rules, track)}

    def track(paths: Any) -> Any:
        gone.append(len(paths))
        return iter(paths)

    for text, ran in ((said, 1), (said, 1), (said.replace("id: dark", "id: other"), 2)):
        case.write_text(text)
        assert started() == {text.split()[1]}
        assert len(gone) == ran
    (folder / "lamp.dl").write_text((folder / "lamp.dl").read_text() + "% more\n")
    assert started() == {"other"}
    assert len(gone) == 3


def test_progress_is_for_terminals_only() -> None:
    """Elsewhere nothing but the answer is written."""
    assert run("show", "I.4.a").stderr == ""


def test_the_graph_has_every_predicate_and_dependency(guideline: Guideline) -> None:
    """Each declared predicate is a node once, each dependency an edge once, negative where some rule negates."""
    graph = dependencies(guideline)
    names = [node.name for node in graph.nodes]
    assert len(names) == len(set(names))
    assert set(guideline.program.predicates) <= set(names)
    found = edges(guideline.program)
    assert {(body, head) for body, head, _ in graph.edges} == {(edge.body, edge.head) for edge in found}
    assert {(b, h) for b, h, is_not in graph.edges if is_not} == {(e.body, e.head) for e in found if e.negative}


def test_strata_rise_along_edges_and_strictly_through_not(guideline: Guideline) -> None:
    """What rests on an absence is in a higher stratum; nothing is in a lower one than what it rests on."""
    graph = dependencies(guideline)
    level = {node.name: node.stratum for node in graph.nodes}
    for body, head, is_not in graph.edges:
        assert level[head] >= level[body] + is_not, (body, head)


def test_roles_are_marked(guideline: Guideline) -> None:
    """Open predicates, inputs and outputs are told apart, and no role is made up."""
    roles = {node.name: node.role for node in dependencies(guideline).nodes}
    for name, predicate in guideline.program.predicates.items():
        assert (roles[name] == "open") == predicate.is_open
        assert (roles[name] == "input") == (predicate.case is not None and not predicate.is_open)
    assert roles["medically_necessary"] == roles["not_addressed"] == "output"
    assert roles["criterion"] == "derived"
    assert roles["study"] == "fact"


def test_negative_edges_are_dashed(guideline: Guideline) -> None:
    """Both texts draw as many dashed edges as there are negative ones."""
    graph = dependencies(guideline)
    negative = sum(is_not for _, _, is_not in graph.edges)
    assert negative
    assert dot(graph).count('[style="dashed"]') == negative
    assert mermaid(graph).count("-.->") == negative


def test_graphviz_draws_every_predicate(guideline: Guideline, tmp_path: Path) -> None:
    """The SVG is XML with a node for each predicate and a box for each stratum."""
    out = tmp_path / "graph.svg"
    assert run("graph", "--format", "svg", "-o", str(out)).exit_code == 0
    graph = dependencies(guideline)
    drawn = [element.get("class") for element in ElementTree.parse(out).iter() if element.get("class")]  # noqa: S314
    assert drawn.count("node") == len(graph.nodes)
    assert drawn.count("edge") == len(graph.edges)
    assert drawn.count("cluster") == len({node.stratum for node in graph.nodes})


def test_without_graphviz_the_error_says_what_to_install() -> None:
    """A missing dot is status 2 with a remedy; the texts need none."""
    result = run("graph", "--format", "svg", PATH="")
    assert result.exit_code == 2
    assert "Graphviz is not installed" in result.stderr
    assert run("graph", "--format", "mermaid", PATH="").stdout.startswith("flowchart LR\n")


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """-o to a folder that is not there is status 2."""
    assert run("graph", "-o", str(tmp_path / "none" / "graph.dot")).exit_code == 2


@pytest.mark.parametrize("command", ["rules", "show", "graph", "query"])
def test_examples_in_help_work(command: str) -> None:
    """The first example of each help text runs."""
    text = run(command, "--help").stdout
    example = text.split("Example: coverlog ")[1].splitlines()[0]
    assert run(*example.split()).exit_code == 0, example


@pytest.mark.parametrize("name", sorted(guidelines()))
def test_what_rules_ask_for_is_used(name: str) -> None:
    """A predicate is used by all that ask for it, whatever has its name; an amount by what takes any of its kind."""
    found = load(name)
    for predicate in found.program.predicates.values():
        readers = {r.id for r in stated(found.program) if predicate.name in {lit.atom.predicate for lit in r.asked}}
        assert readers <= {rule.id for rule in look_up(found, predicate.name, None).used_by}, predicate.name
        if predicate.case and predicate.case.shape == "amount of":
            for concept in found.program.of_kind(predicate.case.kind):
                assert readers & {rule.id for rule in look_up(found, concept, None).used_by}, concept
