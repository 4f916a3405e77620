"""Faults planted into the shipped guidelines: each is found, and its witness is what it says it is."""

import random
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest
import yaml
from coverlog.engine.analysis.advising import silent
from coverlog.engine.analysis.diff import REFUSED, Pair, Side
from coverlog.engine.analysis.idle import DEAD, IDLE, REDUNDANT, VACUOUS, cuts, deciding, idle_in, unasked
from coverlog.engine.analysis.policy import Policy, read
from coverlog.engine.analysis.properties import NEVER, broken_in
from coverlog.engine.analysis.run import analyse
from coverlog.engine.analysis.sweep import CONFLICT, GAP, faults, harms, hopeless
from coverlog.engine.analysis.switched import Cut
from coverlog.engine.analysis.trial import Trial
from coverlog.engine.decision.decide import decide
from coverlog.engine.evaluation.apart import set_apart
from coverlog.engine.language.errors import CaseError
from coverlog.engine.language.parser import Clause, parse
from coverlog.engine.language.terms import Comparison, Place, Quantity, Rule, Var
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.graph import stratify
from coverlog.engine.program.interface import ADVISORY, FAVOURABLE, SILENT, UNFAVOURABLE
from coverlog.engine.program.program import Program
from coverlog.explain.reference.analyses import GUARDS, marks_of, stale

DAY = "2026-01-01"
NAMES = ("cg_med_24", "ncd_240_4")
EACH = 20
PLACE = Place("planted.dl", 1)
UNCOVERED = {"cg_med_24": ("unmet", "C3"), "ncd_240_4": ("uncovered", "B")}
REFUSAL = {"cg_med_24": "not_medically_necessary", "ncd_240_4": "not_covered"}
Plants = Iterator[tuple[Rule, Program]]


def rule_of(text: str, model: Rule, name: str = "planted") -> Rule:
    """A rule in the text of the language, which cites what another one does."""
    (clause,) = [part for part in parse(text, "planted.dl") if isinstance(part, Clause)]
    return model._replace(id=name, head=clause.head, body=clause.body, place=PLACE, effective="", ended="", gloss="x")


def cited(program: Program, statement: str) -> Rule:
    return next(rule for rule in program.rules if statement in rule.cites and rule.body)


def with_rule(program: Program, rule: Rule) -> tuple[Rule, Program]:
    return rule, program._replace(rules=(*program.rules, rule))


def changed(program: Program, old: Rule, new: Rule) -> tuple[Rule, Program]:
    return new, program._replace(rules=tuple(new if rule is old else rule for rule in program.rules))


def codes(guideline: Guideline) -> list[str]:
    lines = Policy(guideline, DAY).lines
    covers = [o.name for o in guideline.program.of_role(FAVOURABLE)]
    return [c for line in lines if any(name in covers for name, _ in line.by) for c in line.codes]


def conflicts(guideline: Guideline) -> Plants:
    program, name = guideline.program, guideline.folder.name
    refusal, (_, statement) = REFUSAL[name], UNCOVERED[name]
    for outcome in program.of_role(FAVOURABLE):
        for code in codes(guideline):
            text = f'{refusal}(Session, Code, "{statement}") :- {outcome.name}(Session, Code, S), Code = "{code}".'
            yield with_rule(program, rule_of(text, cited(program, statement)))


def gaps(guideline: Guideline) -> Plants:
    program = guideline.program
    (old,) = [r for r in program.rules if r.head.predicate == UNCOVERED[guideline.folder.name][0]]
    for code in codes(guideline):
        yield changed(
            program, old, old._replace(body=(*old.body, Comparison((old.head.args[1],), "!=", (f'"{code}"',))))
        )


def no_hope(guideline: Guideline) -> Plants:
    program = guideline.program
    statement, outcome = next(iter(program.statements)), program.of_role(FAVOURABLE)[0].name
    # In the first guideline a finding that is not documented leaves another way open; a condition may leave none.
    name = {"cg_med_24": "condition", "ncd_240_4": "finding"}[guideline.folder.name]
    concepts = [c for c in program.of_kind(name) if c not in ("anticoagulant_therapy", "lymphedema")]
    for code in codes(guideline)[:3]:
        for concept in concepts:
            asked = f'in_scope(S, "{code}"), {name}({concept}), not {name}({concept})'
            text = f'{outcome}(S, "{code}", "{statement}") :- {asked}.'
            yield with_rule(program, rule_of(text, cited(program, statement)))


def dead_rules(guideline: Guideline) -> Plants:
    program = guideline.program
    model = next(r for r in program.rules if r.body and r.head.predicate in {o.name for o in program.outcomes})
    # What is open may be either as long as nobody says which; what a case gives once cannot be two things.
    closed = [p for p in program.predicates.values() if p.case and p.is_choice and not p.is_open]
    chosen = {p.name: program.of_kind(p.case.kind) for p in closed if p.case}
    pairs = [(f"{n}({a})", f"{n}({b})") for n, concepts in chosen.items() for a in concepts for b in concepts if a != b]
    opens = stratify(program).open_valued
    heads = [r.head for r in program.edition(DAY) if r.body and r.head.predicate not in opens]
    ground = dict.fromkeys(str(head) for head in heads if not any(isinstance(arg, Var) for arg in head.args))
    cases = [p for p in program.predicates.values() if p.case and len(p.params) == 1 and p.name not in opens]
    given = [f"{p.name}({c})" for p in cases if p.case for c in program.of_kind(p.case.kind)]
    pairs += [(said, f"not {said}") for said in (*ground, *given)]
    for one, two in pairs:
        yield with_rule(program, rule_of(f"{str(model)[:-1]}, {one}, {two}.", model))


def dead_literals(guideline: Guideline) -> Plants:
    program, statement = guideline.program, next(iter(guideline.program.statements))
    for rule in set_apart(deciding(program))[0].edition(DAY):  # a rule that is set apart cannot be asked of more
        if rule.body and not any("broader" in str(part) for part in rule.body):
            always = rule_of(f'a :- statement("{statement}", A, B, C).', rule).body
            yield changed(program, rule, rule._replace(body=(*rule.body, *always), place=PLACE))


def redundant(guideline: Guideline) -> Plants:
    program = guideline.program
    for rule in deciding(program).edition(DAY):
        if rule.body and not any("broader" in str(part) for part in rule.body):
            yield with_rule(program, rule._replace(id="planted", place=PLACE))


def vacuous(guideline: Guideline) -> Plants:
    program = guideline.program
    for rule in deciding(program).edition(DAY):
        for part in rule.comparisons:
            terms = [term for term in (*part.left, *part.right) if isinstance(term, int)]
            for less, term in product(range(10), terms):
                least = Quantity(-less, term.places, term.unit) if isinstance(term, Quantity) else -less
                more = Comparison((Var(part.names()[0]),), ">=", (least,))
                yield changed(program, rule, rule._replace(body=(*rule.body, more), place=PLACE))


def dead_facts(guideline: Guideline) -> Plants:
    program, name = guideline.program, guideline.folder.name
    table, kind = {"cg_med_24": ("sign", "condition"), "ncd_240_4": ("symptom", "")}[name]
    (model, *_) = [rule for rule in program.rules if rule.head.predicate == table]
    finding = set(program.of_kind("finding"))
    others = program.of_kind(kind) if kind else [c for c in program.concepts if c not in finding and c.isidentifier()]
    others += [] if kind else [f'"{code}"' for code in codes(guideline)]
    for concept in others:
        yield with_rule(program, model._replace(head=model.head._replace(args=(concept,)), place=PLACE, id="planted"))


def untrue(guideline: Guideline) -> Plants:
    program = guideline.program
    policy = Policy(guideline, DAY)
    ways = [(code, *way) for line in policy.lines for code in line.codes[:3] for way, lit in line.by.items()
            if policy.find(code, lit) is not None]  # fmt: skip
    never = next(iter(program.predicates.values()))._replace(name=NEVER, params=(), case=None, open_kind="")
    program = program._replace(predicates={**program.predicates, NEVER: never})
    for code, outcome, last in ways:
        last = last if last in program.concepts else f'"{last}"'
        yield with_rule(
            program, rule_of(f'never :- {outcome}(S, "{code}", {last}).', next(r for r in program.rules if r.body))
        )


def harmful(guideline: Guideline) -> Plants:
    """What covers a line asks that something is not said of which no rule that covers by itself may ask that it is."""
    program = guideline.program
    covers = [outcome.name for outcome in program.of_role(FAVOURABLE)]
    asked = {str(arg) for rule in program.rules for literal in rule.asked for arg in literal.atom.args}
    cases = [p for p in program.predicates.values() if p.case and p.case.shape in ("present of", "each of")]
    said = [(p.name, c) for p in cases if p.case and p.case.kind in ("finding", "condition")
            for c in program.of_kind(p.case.kind)]  # fmt: skip
    for outcome, (name, concept) in product(covers, said):
        mine = [rule for rule in program.rules if rule.head.predicate == outcome]
        body = rule_of(f"a :- not {name}({concept}).", mine[0]).body
        new = {rule: rule._replace(body=(*rule.body, *body)) for rule in mine}
        if concept not in asked or len(covers) == 1:
            yield new[mine[0]], program._replace(rules=tuple(new.get(rule, rule) for rule in program.rules))


PLANTS: dict[str, Callable[[Guideline], Plants]] = {
    CONFLICT: conflicts, GAP: gaps, "hopeless": no_hope, DEAD: dead_rules, IDLE: dead_literals, REDUNDANT: redundant,
    VACUOUS: vacuous, "dead-fact": dead_facts, "property": untrue, "harm": harmful,
}  # fmt: skip


def guideline_of(program: Program) -> Guideline:
    return Guideline(Path("planted"), program, stratify(program))


def refused(said: dict[str, Any], guideline: Guideline, world: str) -> str:
    with pytest.raises(CaseError) as caught:
        decide(read(said, guideline), guideline, world=world)
    return str(caught.value)


def found(kind: str, rule: Rule, program: Program) -> bool:
    """Whether a planted fault is found, and is what its witness shows."""
    if kind in (CONFLICT, GAP):
        guideline = guideline_of(program)
        (first, *_) = [witness for of, witness in faults(Policy(guideline, DAY)) if of == kind]
        told = refused(first.said, guideline, first.world)
        return f"code {first.code} in session 1 {'two outcomes' if kind == CONFLICT else 'no outcome'}" in told
    if kind == "hopeless":
        (first, *_) = hopeless(Policy(guideline_of(program), DAY, "open"))
        (line, *_) = decide(read(first.said, guideline_of(program)), guideline_of(program)).lines
        return line.outcome == "more_information_needed" and line.missing == ()
    if kind == "property":
        return any(each.rule.place == PLACE for each in broken_in(guideline_of(program), guideline_of(program), DAY))
    if kind == "harm":
        guideline, concept = guideline_of(program), str(rule.body[-1]).rpartition("(")[2][:-1]
        (harm,) = [each for each in harms(Policy(guideline, DAY)) if each.slot.name == concept]
        lines = [decide(read(w.said, guideline), guideline, world=w.world).lines for w in (harm.before, harm.after)]
        roles = [next(line.role for line in told if line.code == harm.before.code) for told in lines]
        more = {concept} - set(str(harm.before.said).split("'"))
        return bool(more) and roles[0] == FAVOURABLE and roles[1] in (SILENT, UNFAVOURABLE)
    if kind == "dead-fact":
        return any(fact.place == PLACE for fact in unasked(Trial(deciding(program), DAY, []), DAY))
    cut = Cut(rule, len(rule.body) - 1 if kind in (IDLE, VACUOUS) else -1)
    return idle_in(program, DAY, [cut]) == {cut: kind}


@pytest.mark.parametrize("kind", PLANTS)
def test_a_planted_fault_is_found_with_its_witness(kind: str, size: Any) -> None:
    """Twenty of each kind in each guideline in a whole campaign; in the suite one, the guidelines by turns."""
    turn = list(PLANTS).index(kind) % 2
    for name in size(NAMES[turn : turn + 1], NAMES):
        guideline = load(name)
        every = list(PLANTS[kind](guideline))
        assert len(every) >= EACH, len(every)
        for rule, program in random.Random(kind + name).sample(every, size(1, EACH)):
            assert found(kind, rule, program), str(rule)


@pytest.mark.parametrize("name", NAMES)
def test_a_planted_difference_is_found_by_the_witness_that_shows_it(name: str, size: Any) -> None:
    """A rule that is taken away changes an answer where it is not idle; both sides decide the case that shows it."""
    guideline = load(name)
    edition = set_apart(deciding(guideline.program))[0].edition(DAY)
    rules = [rule for rule in edition if len(rule.body) > 1 and "broader" not in str(rule)]
    shown = {predicate.name for predicate in guideline.program.shown()}  # beside an answer, and no part of it
    sample = random.Random(name).sample(rules, size(1, EACH))
    idle = idle_in(guideline.program, DAY, [Cut(rule) for rule in sample])
    for rule in sample:
        program = guideline.program._replace(rules=tuple(r for r in guideline.program.rules if r is not rule))
        changes = Pair(Side(guideline, DAY), Side(guideline_of(program), DAY)).changes()
        found = [change for change, _ in islice(changes, 2)]
        assert bool(found) is (Cut(rule) not in idle) or rule.head.predicate in shown, rule.id
        for change in found:
            one, two = change.witnesses
            assert (one.answer, set(one.by)) != (two.answer, set(two.by))


def test_a_refusal_that_compares_two_amounts_is_a_difference() -> None:
    """Without the rule that refuses two ages a case of both is decided, and shown; other cases of the world are not."""
    guideline = load("ncd_240_4")
    rest = tuple(rule for rule in guideline.program.rules if rule.id != "B/two-ages")
    pair = Pair(Side(guideline, DAY), Side(guideline_of(guideline.program._replace(rules=rest)), DAY))
    changes = list(pair.outcomes())
    assert {change.before for change in changes} == {REFUSED}
    assert all({"age", "birth_date"} <= change.witnesses[0].said.keys() for change in changes)


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_that_advises_and_never_fires_is_dead(name: str) -> None:
    """Each of the shipped rules of advisories fires in some case; one that asks for what cannot be does in none."""
    program = load(name).program
    assert silent(program, DAY) == []
    model = next(rule for rule in program.rules if rule.head.predicate == ADVISORY)
    kind = next(p for p in program.predicates.values() if p.case and p.case.shape == "present of")
    assert kind.case is not None
    planted = [
        rule_of(f"{str(model)[:-1]}, {kind.name}({concept}), not {kind.name}({concept}).", model, f"planted-{at}")
        for at, concept in enumerate((*program.of_kind(kind.case.kind), *program.of_kind(kind.case.kind))[:EACH])
    ]
    planted = [rule._replace(place=PLACE._replace(line=at)) for at, rule in enumerate(planted, 1)]
    assert len(planted) == EACH
    wider = program._replace(rules=(*program.rules, *planted))
    assert silent(wider, DAY) == planted
    # With what was kept of the edition no answer is another one.
    kept = Guideline(Path(name), wider, stratify(wider), sha256(repr(wider.rules).encode()).hexdigest())
    assert silent(wider, DAY, "", Policy(kept, DAY)) == planted


@pytest.mark.parametrize("name", NAMES)
def test_a_mark_of_a_part_that_matters_is_found_to_be_stale(name: str, tmp_path: Path, size: Any) -> None:
    """Of the marks added to guards.yaml each of a part that changes an answer is a finding, and no other mark is."""
    if name not in size(NAMES[1:], NAMES):
        pytest.skip("only in a whole campaign")
    guideline = load(name)
    known = {(mark.rule, mark.mutation) for mark in marks_of(guideline)}
    dropped = {rule for rule, change in known if change == "dropped"}
    every = cuts(deciding(guideline.program), DAY)
    mine = [cut for cut in every if (cut.rule.id, cut.change) not in known and cut.rule.id not in dropped]
    planted = random.Random(name).sample(mine, EACH)
    folder = tmp_path / name
    shutil.copytree(guideline.folder, folder, ignore=shutil.ignore_patterns("cases"))
    marks = [{"rule": cut.rule.id, "mutation": cut.change, "reason": "x"} for cut in planted]
    with (folder / GUARDS).open("a") as file:
        file.write("\n" + yaml.safe_dump(marks))
    other = load(folder)
    told = analyse(other, DAY, only=("dead",), seconds=600, marked=known)
    found = [each.finding.message for each in stale(told, other)]
    assert sorted(found) == sorted(
        f"{cut.rule.id}, {cut.change}: what is marked no longer changes nothing" for cut in planted
    )
