"""What bears on a predicate: nothing of it comes to be so but by that."""

from collections.abc import Collection
from types import ModuleType
from typing import Any

from coverlog.engine.evaluation.bearing import bearing
from coverlog.engine.evaluation.evaluator import Evaluator
from coverlog.engine.evaluation.limits import NotGroundedError
from coverlog.engine.evaluation.outline import outline
from coverlog.engine.evaluation.prepared import Prepared
from coverlog.engine.evaluation.rules import Model
from coverlog.engine.language.comparison import NotANumberError
from coverlog.engine.library.guideline import load
from coverlog.engine.program.graph import stratify
from hypothesis import given, settings
from hypothesis import strategies as st


def standing(model: Model, name: str) -> dict[object, int]:
    """How sure each firing of a predicate is: 1 where it may be so, 2 where it surely is; firings compared by rule."""
    fired = [firing for atom in model.atoms(name) for firing in model.firings.get(atom, ())]
    return {(f.rule.id, str(sorted(f.binding.items())), f.head): 1 + model.is_sure(f) for f in fired}


def test_nothing_of_a_predicate_comes_but_by_what_bears_on_it(semantics: ModuleType, quick: settings) -> None:
    """Random programs, in both worlds: what does not bear on a predicate, once said, lets none of its firings rise."""
    seen = {"free": 0, "bear": 0, "rose": 0}

    def standings(evaluator: Evaluator, case: Collection[Any], is_open: bool, name: str) -> dict[object, int]:
        return standing(evaluator.evaluate(case, open_world=is_open), name)

    @quick
    @given(semantics.programs(), semantics.cases(), semantics.cases(), st.booleans())
    def judged(drawn: Any, one: Collection[Any], two: Collection[Any], is_open: bool) -> None:
        program, strata = drawn.program, stratify(drawn.program)
        fresh = [atom for atom in two if atom not in one]
        try:
            prepared = Prepared(program, strata, semantics.DATE, outline(program, strata, semantics.DATE))
            evaluator = Evaluator(program, strata, semantics.DATE, prepared)
            for name in {rule.head.predicate for rule in program.rules}:
                found = bearing(prepared, name)
                free = [atom for atom in fresh if atom not in found and atom.predicate not in found]
                before = standings(evaluator, one, is_open, name)
                after = standings(evaluator, [*one, *free], is_open, name)
                assert all(before.get(firing, 0) >= how for firing, how in after.items())
                every = standings(evaluator, [*one, *fresh], is_open, name)
                seen["free"] += len(free)
                seen["bear"] += len(fresh) - len(free)
                seen["rose"] += any(before.get(firing, 0) < how for firing, how in every.items())
        except (NotANumberError, NotGroundedError):
            return

    judged()
    assert min(seen.values()) > 5, seen


def test_of_all_conditions_few_bear_on_an_advisory() -> None:
    """Of the conditions that a case may name, only those that an advisory is about bear on one."""
    guideline = load()
    prepared = guideline.prepared(guideline.editions()[-1])
    assert prepared is not None
    (name,) = (p.name for p in guideline.program.predicates.values() if p.case and p.case.shape == "each of"
               and p.case.kind == guideline.program.predicates["condition"].open_kind)  # fmt: skip
    found = {str(slot) for slot in bearing(prepared, "advisory") if str(slot).startswith(f"{name}(")}
    assert found == {f"{name}(carpal_tunnel_syndrome)"}
