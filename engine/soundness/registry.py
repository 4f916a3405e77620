"""The codes of findings: how grave each is, what holds where it is not found, of what it is, where its page is."""

from __future__ import annotations

from typing import NamedTuple

from ..language.errors import Finding

PAGES = "docs/findings"
"""The folder of the pages in the repository, one a code."""

ERROR, WARNING, ADVICE = "error", "warning", "advice"
GUIDELINE, CASE, POLICY = "guideline", "case", "policy"


class Code(NamedTuple):
    """What a code says: its severity, and what holds where it is not found, with which its page begins."""

    severity: str  # what it is found in can be used with a `warning` or `advice`, not with an `error`
    meaning: str
    of: str = GUIDELINE  # what it is found in: a guideline's text, a case, or all cases that there can be


CODES = {
    "advisory": Code(ADVICE, "A request draws no advisory of its guideline.", CASE),
    "amount": Code(
        ERROR,
        "An amount that may be undocumented is compared or added up where it is read, and used nowhere else.",
    ),
    "annotation": Code(ERROR, "An annotation has a known key, and a declaration can be read."),
    "arity": Code(ERROR, "A predicate has as many arguments where it is used as where it is declared."),
    "authority": Code(ERROR, "A statement's authority is one of the known ones."),
    "case-fault": Code(ERROR, "A case says what its guideline can read, and does not contradict itself.", CASE),
    "code-unknown": Code(WARNING, "A diagnosis code is one of the ICD-10-CM codes of the year.", CASE),
    "code-unread": Code(WARNING, "A diagnosis code stands for something that its guideline speaks of.", CASE),
    "comparison": Code(ERROR, "Order and sums are of whole numbers; text is compared by = and != only."),
    "concept-without-fact": Code(
        WARNING, "A table of facts that speaks of nearly every concept of a kind speaks of all of them."
    ),
    "concept-without-label": Code(
        WARNING, "A symbol that rules or facts use is declared as a concept, with its kind and label."
    ),
    "conflict": Code(ERROR, "No legal case has a line with two outcomes that exclude each other.", POLICY),
    "date": Code(ERROR, "A date is written YYYY-MM-DD."),
    "date-ahead": Code(WARNING, "The date of service is not in the future.", CASE),
    "dead-fact": Code(ERROR, "A rule that can fire asks for each fact.", POLICY),
    "dead-literal": Code(ERROR, "What a rule asks for changes the answer to some legal case.", POLICY),
    "dead-rule": Code(ERROR, "A rule fires in some legal case.", POLICY),
    "detached": Code(ERROR, "An annotation stands directly above what it belongs to."),
    "duplicate": Code(ERROR, "An id, a statement or a predicate is given once."),
    "duplicate-id": Code(WARNING, "A case has an id of its own.", CASE),
    "encoding": Code(ERROR, "The text of a guideline is UTF-8."),
    "gap": Code(ERROR, "Every line of every legal case has an outcome.", POLICY),
    "gloss": Code(
        ERROR, "A rule and a predicate are said in words, and the words speak only of variables the clause has."
    ),
    "hopeless": Code(
        ERROR,
        "A line that waits for documentation can be covered by it, or come to more than one answer.",
        POLICY,
    ),
    "interface": Code(
        ERROR, "A guideline has a name and declares the predicates that take a request and give its outcomes."
    ),
    "line-without-outcome": Code(WARNING, "Every line of a request comes to an outcome."),
    "misspelt-constant": Code(WARNING, "A constant used once is not a near miss of a declared one."),
    "no-id": Code(ERROR, "Every clause has an id, by a %@ rule or %@ facts above it."),
    "outcome-order": Code(
        ERROR, "Of outcomes that a line may have together it is declared which goes first; those that cover it do."
    ),
    "property": Code(ERROR, "What an analyst says can never be is so in no legal case.", POLICY),
    "redundant-rule": Code(ERROR, "Without a rule that fires, the answer to some legal case is another one.", POLICY),
    "stale-guard": Code(ERROR, "What guards.yaml marks is there, and changes no answer.", POLICY),
    "statement-without-rule": Code(WARNING, "A statement is cited by a clause or shown as a notice."),
    "subsumed-rule": Code(WARNING, "A rule adds something to the other rules of its head."),
    "syntax": Code(ERROR, "The text is Datalog in the syntax of ASP-Core-2."),
    "uncited": Code(ERROR, "A clause stands under a source and cites statements and interpretations that exist."),
    "uncited-statement": Code(WARNING, "A statement stands under the source it is taken from."),
    "undeclared": Code(ERROR, "A predicate, a kind or a concept that the text names is declared."),
    "unit": Code(ERROR, "Numbers that meet have one unit and as many decimals."),
    "unreachable-rule": Code(
        WARNING, "A rule can fire: facts, cases or other rules can give what it asks for while it is in force."
    ),
    "unsafe": Code(
        ERROR, "A variable of the head, of a comparison, of an aggregate or under not is bound by a positive literal."
    ),
    "unstratified": Code(ERROR, "No predicate depends on its own absence, or on how much of it there is."),
    "unused-declaration": Code(WARNING, "A predicate, a concept or an interpretation that is declared is used."),
    "vacuous-threshold": Code(ERROR, "A threshold changes the answer to some legal case.", POLICY),
    "variant": Code(ERROR, "A guideline that extends another one replaces by a new text, or withdraws, what is there."),
    "version-gap": Code(WARNING, "A version of a rule begins where the one before it ends."),
    "version-overlap": Code(ERROR, "One version of a rule is in force at a time."),
}


def severity(finding: Finding) -> str:
    """Return how grave a finding is: with an `error` a guideline or a case cannot be used, with others it can."""
    return CODES[finding.code].severity


def page(code: str) -> str:
    """Return the page of a code, as a path in the repository."""
    return f"{PAGES}/{code}.md"
