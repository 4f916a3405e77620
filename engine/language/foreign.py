"""What ASP-Core-2 and its solvers have and this language has not, by how it is written, and what to write for it."""

from __future__ import annotations

import re

_NEXT = "write the result as a number, or a table of facts: of arithmetic there is + alone"
# By the text that ends in the token that is not expected (>) or begins with it.
_FOREIGN = (
    (re.compile(r"\.\.(?=.)"), "an interval", "write each number as a fact, or codes by %@ range"),
    (re.compile(r";"), "; for `or`", "write a comma for `and`, or a rule for each alternative"),
    (re.compile(r"\|"), "a choice of heads", "write what may be so or not as %@ open, or a rule for each head"),
    (re.compile(r"\*\*|[*/\\]"), "arithmetic but +", _NEXT),
    (re.compile(r"-(?= *[A-Z0-9(])"), "arithmetic but +", "write what is added on the other side, with +"),
    (re.compile(r"-(?=[a-z])"), "classical negation", "write not, or a predicate of its own"),
    (re.compile(r"([0-9]+ *)?\{"), "a choice", "write what may be so or not as %@ open"),
    (re.compile(r":~"), "a weak constraint", "leave it out: nothing is best here, it holds or not"),
    (re.compile(r":-"), "a rule without a head", "declare a predicate with %@ error, and let the rule give that"),
    (re.compile(r"#[a-z]*"), "what begins with #", "leave it out; a predicate is declared by %@ predicate"),
    (re.compile(r"==|<>"), "that comparison", "write = or !="),
    (re.compile(r"=<|=>"), "that comparison", "write <= or >="),
    (re.compile(r"[<>]=?(?=\s*[A-Z0-9])"), "a chain of comparisons", "write two, with a comma between"),
    (re.compile(r":(?!-)"), "a conditional literal", "give what it says a predicate of its own"),
    (re.compile(r"\("), "a function of terms", "write its parts as arguments of their own"),
)  # fmt: skip
_BEFORE_TERMS = re.compile(r"(\b[a-z]\w*|[(,] *)$")


def foreign(text: str, at: int) -> tuple[str, str] | None:
    """Return what is not supported at a place where a text goes wrong, and what to write; None where nothing is known.

    :param at: where the word that is not expected begins.
    """
    before = text[:at].rstrip()
    inside = bool(before) and not before.endswith(".") and not before.rpartition("\n")[2].lstrip().startswith("%")
    for pattern, what, fix in _FOREIGN:
        for begin in (at, at - 1):  # the word may be the second half of it
            match = pattern.match(text, max(begin, 0))
            if match and match[0] == ":-" and inside:  # it has a head, which is no head here
                continue
            if match and match[0] == "(" and not _BEFORE_TERMS.search(text[max(at - 100, 0) : at]):
                continue
            if match and match.end() > at and (begin == at or len(match[0]) > 1):
                return f"{match[0]} is not supported ({what})", fix
    return None
