"""What is chosen from the grounded edition is what pyDatalog says of the case: every firing, in the same order."""

import random
from collections.abc import Callable, Collection
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.evaluation import outline as outlining
from coverlog.engine.evaluation.chosen import choose
from coverlog.engine.evaluation.evaluator import Evaluator
from coverlog.engine.evaluation.limits import NotGroundedError
from coverlog.engine.evaluation.outline import outline
from coverlog.engine.evaluation.prepared import Prepared
from coverlog.engine.evaluation.rules import Model
from coverlog.engine.language.comparison import NotANumberError
from coverlog.engine.language.terms import Atom, Place, Rule
from coverlog.engine.library.guideline import load
from coverlog.engine.program.graph import stratify
from coverlog.engine.program.program import Program
from coverlog.explain.commands.main import main
from hypothesis import given, settings
from hypothesis import strategies as st

EVERY = 25  # canonical cases, in the suite


def whole(model: Model) -> tuple[Any, ...]:
    """All that a model says, with the order of its firings."""
    fired = [(atom, firings) for atom, firings in model.firings.items()]
    return fired, model.support, model.unknown, model.given


def answer(evaluate: Callable[..., Model | None], *args: Any, **how: Any) -> Any:
    """What an evaluation comes to: a model, nothing, or the words of an error."""
    try:
        model = evaluate(*args, **how)
    except NotANumberError as error:
        return str(error)
    return model and whole(model)


NAMING = {"service", "units", "edge"}


def of_concepts(program: Program, edges: Collection[Atom]) -> Program:
    """A program that reads no code of the case, so that its rules can be listed; edges are the text's own."""
    rules = [rule for rule in program.rules if not {lit.atom.predicate for lit in rule.asked} & (NAMING - {"edge"})]
    facts = [Rule("R/edge", edge, (), "", ("R",), (), "", "", "", Place("edges", at)) for at, edge in enumerate(edges)]
    declared = program.predicates | {"edge": program.predicates["edge"]._replace(case=None)}
    return program._replace(rules=(*rules, *facts), predicates=declared)


@pytest.mark.parametrize("alone", [False, True], ids=["with codes", "of concepts alone"])
def test_random_programs_are_chosen_as_they_are_asked(
    alone: bool, semantics: ModuleType, quick: settings, record_property: Callable[[str, object], None]
) -> None:
    """Facts, recursion, negation, open inputs and amounts, counts and sums: each case has the firings it had."""
    seen = dict.fromkeys(("cases", "firings", "listed", "left to pyDatalog"), 0)

    @quick
    @given(semantics.programs(), semantics.cases(), semantics.cases())
    def judged(drawn: Any, one: Collection[Atom], two: Collection[Atom]) -> None:
        edges = sorted({atom for atom in one if atom.predicate == "edge"})
        program = of_concepts(drawn.program, edges) if alone else drawn.program
        strata = stratify(program)
        try:
            prepared = Prepared(program, strata, semantics.DATE, outline(program, strata, semantics.DATE))
        except NotGroundedError:  # what the text alone gives adds up no number
            return
        seen["listed"] += len(prepared.listed)
        asked = Evaluator(program, strata, semantics.DATE)
        for drawn_case in (one, two, {*one, *two}):  # the last says in part what the others did
            case = [atom for atom in drawn_case if not (alone and atom.predicate in NAMING)]
            for is_open in (True, False):
                chosen = answer(choose, prepared, case, open_world=is_open)
                seen["cases"] += 1
                seen["left to pyDatalog"] += chosen is None
                if chosen is not None:
                    assert chosen == answer(asked.evaluate, case, open_world=is_open)
                    seen["firings"] += len(chosen[0])

    judged()
    record_property("measured", f"random programs in two worlds: {seen}")
    assert seen["firings"] > seen["cases"]
    assert seen["listed"] > seen["cases"] * alone
    assert seen["left to pyDatalog"] * 10 < seen["cases"]


def test_what_is_settled_is_as_if_nobody_knew_it(semantics: ModuleType, quick: settings) -> None:
    """With concepts settled, what follows is what follows of a text without them, chosen or asked of pyDatalog."""

    @quick
    @given(semantics.programs(), semantics.cases(), st.data())
    def judged(drawn: Any, given: Collection[Atom], data: st.DataObject) -> None:
        program, case = drawn.program, list(given)
        settled = data.draw(st.sets(st.sampled_from(sorted(program.concepts))))
        strata = stratify(program)
        left = {name: told for name, told in program.concepts.items() if name not in settled}
        bare = Evaluator(program._replace(concepts=left), strata, semantics.DATE)
        expected = answer(bare.evaluate, case, open_world=True)
        asked = Evaluator(program, strata, semantics.DATE)
        assert answer(asked.evaluate, case, open_world=True, settled=settled) == expected
        try:
            prepared = Prepared(program, strata, semantics.DATE, outline(program, strata, semantics.DATE))
        except NotGroundedError:
            return
        assert answer(choose, prepared, case, settled, open_world=True) in (None, expected)

    judged()


def of(model: Model, name: str) -> tuple[Any, ...]:
    """All that a model says of a predicate, with the order of its firings."""
    atoms = model.atoms(name)
    return [(atom, model.firings.get(atom), model.support.get(atom), atom in model.unknown) for atom in atoms], [
        model.is_sure(firing) for atom in atoms for firing in model.firings.get(atom, ())
    ]


def test_what_follows_of_a_predicate_follows_without_the_others(semantics: ModuleType, quick: settings) -> None:
    """Asked for one predicate alone, an evaluation says of it all that it says beside everything else."""
    looked_at = []

    @quick
    @given(semantics.programs(), semantics.cases(), st.booleans(), st.data())
    def judged(drawn: Any, case: Collection[Atom], is_open: bool, data: Any) -> None:
        program, strata = drawn.program, stratify(drawn.program)
        name = data.draw(st.sampled_from(sorted(program.declared())))
        try:
            prepared = Prepared(program, strata, semantics.DATE, outline(program, strata, semantics.DATE))
            evaluators = [Evaluator(program, strata, semantics.DATE, each) for each in (None, prepared)]
            whole = evaluators[0].evaluate(case, open_world=is_open)
        except (NotANumberError, NotGroundedError):
            return
        for evaluator in evaluators:
            alone = evaluator.evaluate(case, open_world=is_open, of=name)
            assert of(alone, name) == of(whole, name)
            looked_at.append(len(alone.firings) < len(whole.firings) and bool(alone.atoms(name)))

    judged()
    assert any(looked_at)


@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
def test_canonical_cases_are_chosen_as_they_are_asked(
    name: str, size: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    """Each canonical case has the model that pyDatalog gives it, in both worlds."""
    guideline = load(name)
    paths = canonical_paths(guideline)
    sample = random.Random(3).sample(paths, len(paths) // size(EVERY, 1))
    cases = [each for each in read_files(sample, guideline) if isinstance(each, Case)]  # some are refused on purpose
    models = 0
    for case in cases:
        evaluator = guideline.evaluator(case.date)
        assert evaluator.prepared
        for is_open in (True, False):
            chosen = choose(evaluator.prepared, case.facts, open_world=is_open)
            assert chosen, case.id
            assert whole(chosen) == whole(evaluator.solver.evaluate(case.facts, open_world=is_open)), case.id
            models += 1
    record_property("measured", f"{name}: {models} models of canonical cases are equal")
    assert models == 2 * len(cases) > len(sample)


def test_what_the_text_does_not_know_is_asked_of_pydatalog(semantics: ModuleType) -> None:
    """A case that gives what nobody declared has the answer it had, and the next one is chosen again."""
    drawn = semantics.small("c0 :- finding(X), not denied(X).")
    strata = stratify(drawn.program)
    prepared = Prepared(drawn.program, strata, semantics.DATE, outline(drawn.program, strata, semantics.DATE))
    strange, usual = [Atom("finding", ("nobody_knows",))], [Atom("finding", ("f0",))]
    assert choose(prepared, strange, open_world=True) is None
    evaluator = Evaluator(drawn.program, strata, semantics.DATE, prepared)
    for case in (strange, usual):
        expected = whole(drawn.evaluator().evaluate(case, open_world=True))
        assert whole(evaluator.evaluate(case, open_world=True)) == expected


def test_an_edition_of_which_too_much_may_follow_is_not_grounded(
    semantics: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit on firings is an error that says so."""
    drawn = semantics.small("c0 :- finding(X), finding(Y), thing(Z).")
    monkeypatch.setattr(outlining, "MAX_LISTED", 10)
    with pytest.raises(NotGroundedError, match="more than 10 steps"):
        outline(drawn.program, stratify(drawn.program), semantics.DATE)


def test_check_says_of_which_editions_cases_are_asked_one_by_one(
    toy_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note on stderr has the edition and the reason; what can be grounded has none."""
    folder = toy_folder("lamp")
    assert "note" not in CliRunner().invoke(main, ["check", str(folder)]).stderr
    named = folder / "lamp.dl"
    named.write_text(named.read_text() + "%@ predicate first: first\n%@ rule A/first: first\nfirst :- service(1, _).\n")
    told = CliRunner().invoke(main, ["check", str(folder)]).stderr
    assert "note: edition first" in told
    assert "there is no circuit, and batch decides cases one by one: the text names a session" in told
    monkeypatch.setattr(outlining, "MAX_LISTED", 1)
    named.write_text(named.read_text() + "\n")
    told = CliRunner().invoke(main, ["check", str(folder)]).stderr
    assert "cases are asked of pyDatalog one by one: more than 1 steps of rules" in told
