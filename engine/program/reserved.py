"""The facts that every guideline may state of itself, its vocabulary and its words, and what each says.

The reader reads by this table and `docs/language.md` is written from it, so that neither knows more than the other.
"""

from __future__ import annotations

from ..language.record import NamedTuple


class Stated(NamedTuple):
    """A fact that any guideline may state: its arguments, how it is said, what it is for, and it at work."""

    name: str
    params: tuple[str, ...]
    gloss: str
    meaning: str
    example: str


FACTS = {entry.name: entry for entry in (
    Stated(
        "guideline", ("Name", "Title", "Published"), "the guideline is {Name}",
        "What the guideline is called, and the date of the edition at hand.",
        'guideline("EXAMPLE", "an example", "2025-01-01").',
    ),
    Stated(
        "authority", ("Authority", "Words"), "{Authority} is an authority of the guideline",
        "An authority of its own, whose statements are to be confirmed.", 'authority(recalled, "from memory").',
    ),
    Stated(
        "statement", ("Statement", "Authority", "InForceFrom", "Words"), "{Statement} is a statement of the guideline",
        "A statement that rules cite: whether it is `stated`, from an `earlier_edition` or `inferred`, the first day "
        "on which it holds where it has one, and what it says.", 'statement("T.1", stated, "2015-01-01", "x").',
    ),
    Stated(
        "interpretation", ("Interpretation", "Words"), "{Interpretation} is a reading of the guideline",
        "How wording is read that can be understood in more than one way.", 'interpretation("INT-1", "x").',
    ),
    Stated(
        "notice", ("Notice", "Words"), "{Notice} is a notice of the guideline",
        "What every decision says beside its outcomes.", 'notice("T", "The contract comes first.").',
    ),
    Stated(
        "concept", ("Concept", "Kind", "Label"), "{Concept} is of the kind {Kind}",
        "A word of the vocabulary, or a code in quotes: its kind, and its label.", 'concept(chill, finding, "chill").',
    ),
    Stated(
        "ask", ("Concept", "Question", "Answer"), "{Concept} has a question of its own",
        "How to ask for a concept, or for any that a predicate speaks of, where its label makes no question; and the "
        "answer that says it is so, with the amount in braces.",
        'concept(rest, duration, "rest").\nask(rest, "For how many days?", "rest was taken for {Days} days").',
    ),
    Stated(
        "plain", ("Name", "Words"), "a member reads {Words} of {Name}",
        "What a member reads of a concept or a code in place of its label, in words that everyone knows.",
        'concept(edema, finding, "edema").\nplain(edema, "swelling of your legs").',
    ),
    Stated(
        "tell", ("Name", "So", "NotSo"), "a member reads {So} of {Name}",
        "How a member is told that a concept is so, or whatever a predicate speaks of, and that it is not so: clauses, "
        "`{Variable}` filled in with plain words. Where the second is empty there are no words for it.",
        'concept(rest, duration, "rest").\ntell(rest, "you took rest for {Days} days", "").',
    ),
)}  # fmt: skip
