"""The rules and the statement table hold each other: nothing stated without a rule, no rule without a statement."""

from coverlog.engine.library.guideline import Guideline

S, E, F = "stated", "earlier_edition", "inferred"
# Statement, authority, in force from; "" means no bound of its own ("as its parent" is written out).
TABLE = {
    "D1": (S, "2011-11-17"), "D2": (S, "2015-05-07"),
    "I": (E, "2011-11-17"), "I.1": (E, "2011-11-17"), "I.2": (E, "2011-11-17"), "I.3": (E, "2011-11-17"),
    "I.3.a": (E, "2011-11-17"), "I.3.b": (E, "2011-11-17"), "I.3.c": (E, "2011-11-17"),
    "I.3.d": (E, "2011-11-17"), "I.3.e": (E, "2011-11-17"),
    "I.4": (E, "2011-11-17"), "I.4.a": (E, "2011-11-17"), "I.4.b": (F, "2011-11-17"), "I.4.c": (F, "2011-11-17"),
    "I.4.d": (F, "2011-11-17"), "I.4.e": (F, "2011-11-17"), "I.4.f": (F, "2011-11-17"), "I.4.g": (F, "2011-11-17"),
    "N0": (S, "2011-11-17"), "I.5.a": (F, "2011-11-17"), "I.5.b": (F, "2011-11-17"),
    "II": (S, "2015-05-07"), "III": (S, "2011-11-17"), "III.1": (F, "2011-11-17"), "III.2": (F, "2011-11-17"),
    "III.3": (F, "2011-11-17"), "IV": (E, "2011-11-17"),
    "X1": (S, "2011-11-17"), "X1.screening": (S, "2011-11-17"), "X2": (S, "2011-11-17"), "X3": (S, "2011-11-17"),
    "X4": (S, "2015-05-07"), "X5": (S, "2017-11-02"), "X5.back_pain": (S, "2017-11-02"),
    "X5.headache": (S, "2017-11-02"),
    "C1": (S, ""), "C2": (S, ""), "C3": (S, ""), "G1": (S, ""), "G2": (S, ""), "G3": (S, ""),
}  # fmt: skip
BESIDE_THE_TABLE = {"CPT", "Discussion", "Plausible"}  # what advisories alone may cite


def test_the_statements_are_those_of_the_table(guideline: Guideline) -> None:
    """Each statement stands with its authority and the date it entered, and no other one does."""
    stated = {s.id: (s.authority, s.effective) for s in guideline.program.statements.values()}
    assert {name: row for name, row in stated.items() if name not in BESIDE_THE_TABLE} == TABLE


def test_every_statement_has_a_rule_or_a_notice(guideline: Guideline) -> None:
    """Nothing in the table is without effect."""
    cited = {name for rule in guideline.program.rules for name in rule.cites}
    assert set(guideline.program.statements) - cited - set(guideline.program.notices) == set()
    assert set(guideline.program.notices) == {"G1", "G2", "G3"}


def test_every_rule_cites_the_table(guideline: Guideline) -> None:
    """Each clause rests on a statement; only advisories and what serves them cite beyond the table."""
    for rule in guideline.program.rules:
        if rule.cites and not set(rule.cites) <= set(TABLE):
            assert rule.head.predicate in {"advisory", "weak_for_carpal_tunnel", "stands_alone"}, rule.id


def test_every_interpretation_is_followed(guideline: Guideline) -> None:
    """INT-1 to INT-15 each name the rules, or the predicates that may be undocumented, that are read by them."""
    program = guideline.program
    followed = {reading for rule in program.rules for reading in rule.readings}
    followed |= {reading for predicate in program.predicates.values() for reading in predicate.readings}
    assert followed == set(program.interpretations) == {f"INT-{n}" for n in range(1, 16)}


def test_rules_take_effect_with_their_statement(guideline: Guideline) -> None:
    """A criterion is in force from the day its statement is."""
    for rule in guideline.program.rules:
        if rule.head.predicate in {"criterion", "medically_necessary", "not_medically_necessary"}:
            assert rule.effective == max(TABLE[name][1] for name in rule.cites), rule.id


def test_the_vocabulary_is_complete(guideline: Guideline) -> None:
    """Twenty-one codes, thirty conditions, eighteen findings, two durations, each with a label of its own."""
    program = guideline.program
    assert [len(program.of_kind(k)) for k in ("code", "condition", "finding", "duration")] == [21, 30, 18, 2]
    labels = [label for kind, label in program.concepts.values() if kind == "finding"]
    assert len(set(labels)) == len(labels)
