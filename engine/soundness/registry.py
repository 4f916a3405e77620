"""The codes of findings: how grave each is, what holds where it is not found, and where its page is."""

from __future__ import annotations

from typing import NamedTuple

from ..language.errors import Finding

PAGES = "docs/findings"
"""The folder of the pages in the repository, one a code."""

ERROR, WARNING = "error", "warning"


class Code(NamedTuple):
    """What a code says: its severity, and what holds where it is not found, with which its page begins."""

    severity: str  # the guideline can be used with a `warning`, not with an `error`
    meaning: str


CODES = {
    "amount": Code(
        ERROR,
        "An amount that may be undocumented is compared or added up where it is read, and used nowhere else.",
    ),
    "annotation": Code(ERROR, "An annotation has a known key, and a declaration can be read."),
    "arity": Code(ERROR, "A predicate has as many arguments where it is used as where it is declared."),
    "authority": Code(ERROR, "A statement's authority is one of the known ones."),
    "comparison": Code(ERROR, "Order and sums are of whole numbers; text is compared by = and != only."),
    "concept-without-fact": Code(
        WARNING, "A table of facts that speaks of nearly every concept of a kind speaks of all of them."
    ),
    "concept-without-label": Code(
        WARNING, "A symbol that rules or facts use is declared as a concept, with its kind and label."
    ),
    "date": Code(ERROR, "A date is written YYYY-MM-DD."),
    "detached": Code(ERROR, "An annotation stands directly above what it belongs to."),
    "duplicate": Code(ERROR, "An id, a statement or a predicate is given once."),
    "encoding": Code(ERROR, "The text of a guideline is UTF-8."),
    "gloss": Code(
        ERROR, "A rule and a predicate are said in words, and the words speak only of variables the clause has."
    ),
    "interface": Code(
        ERROR, "A guideline has a name and declares the predicates that take a request and give its outcomes."
    ),
    "line-without-outcome": Code(WARNING, "Every line of a request comes to an outcome."),
    "misspelt-constant": Code(WARNING, "A constant used once is not a near miss of a declared one."),
    "no-id": Code(ERROR, "Every clause has an id, by a %@ rule or %@ facts above it."),
    "statement-without-rule": Code(WARNING, "A statement is cited by a clause or shown as a notice."),
    "subsumed-rule": Code(WARNING, "A rule adds something to the other rules of its head."),
    "syntax": Code(ERROR, "The text is Datalog in the syntax of ASP-Core-2."),
    "uncited": Code(ERROR, "A clause stands under a source and cites statements and interpretations that exist."),
    "uncited-statement": Code(WARNING, "A statement stands under the source it is taken from."),
    "undeclared": Code(ERROR, "A predicate, a kind or a concept that the text names is declared."),
    "unreachable-rule": Code(
        WARNING, "A rule can fire: facts, cases or other rules can give what it asks for while it is in force."
    ),
    "unsafe": Code(
        ERROR, "A variable of the head, of a comparison, of an aggregate or under not is bound by a positive literal."
    ),
    "unstratified": Code(ERROR, "No predicate depends on its own absence, or on how much of it there is."),
    "unused-declaration": Code(WARNING, "A predicate, a concept or an interpretation that is declared is used."),
    "version-gap": Code(WARNING, "A version of a rule begins where the one before it ends."),
    "version-overlap": Code(ERROR, "One version of a rule is in force at a time."),
}


def severity(finding: Finding) -> str:
    """Return whether a guideline can be used with a finding: a `warning` lets it, an `error` does not."""
    return CODES[finding.code].severity


def page(code: str) -> str:
    """Return the page of a code, as a path in the repository."""
    return f"{PAGES}/{code}.md"
