"""What ASP-Core-2, its solvers and other dialects have and this language has not, and what to write for it."""

from __future__ import annotations

import re
from typing import NamedTuple

HEAD, BODY, INSIDE, FIRST = "head", "body", "inside", "first"


class _Known(NamedTuple):
    """How something is written, what it is, what to write for it, and where in a clause it is that."""

    written: re.Pattern[str]
    what: str
    fix: str
    where: tuple[str, ...] = ()  # all of these; of none: anywhere


def _known(written: str, what: str, fix: str, *where: str) -> _Known:
    return _Known(re.compile(written), what, fix, where)


_RESULT = "write the result as a number, or a table of facts: of arithmetic there is + alone"
_EACH = "write a comma for `and`, or a rule for each alternative"
_SETTING = _known(r"#[a-z]*", "what begins with #", "leave it out; a predicate is declared by %@ predicate")
_SIGN = "leave it out: a clause has a head, :- and a body, and ends with a full stop"
_OPEN = "write what may be so or not as %@ open"
# The first that is written at the token that is not expected, or just before it, and is where it has to be.
_KNOWN = (
    _known(r"\.\.(?=.)", "an interval", "write each number as a fact, or codes by %@ range"),
    _known(r";", "; for `or`", _EACH),
    _known(r"\|", "an absolute value", _RESULT, BODY, FIRST),
    _known(r"\|", "| for `or`", _EACH, BODY),
    _known(r"\|", "a choice of heads", f"{_OPEN}, or a rule for each head"),
    _known(r"\\\+|!(?!=)(?= *[a-z(])", "another sign for `not`", "write not", BODY, FIRST),
    _known(r"\\==?|=\\=|=:=", "that comparison", "write = or !=", BODY),
    _known(r"[&$@?]\w*", "a sign of another language", _SIGN, FIRST),
    _known(r"!(?!=)", "a cut", "leave it out: the order of clauses means nothing here"),
    _known(r"\*\*|[*/\\^&~](?!-)|\?(?=\s*[A-Z0-9(])", "arithmetic but +", _RESULT, BODY),
    _known(r"-(?= +[0-9])", "a sign apart from its number", "write it directly before the number", FIRST),
    _known(r"-(?= *[A-Z0-9(])", "arithmetic but +", "write what is added on the other side, with +"),
    _known(r"-(?=[a-z])", "classical negation", "write not, or a predicate of its own"),
    _known(r"not\b", "a negation of a negation", "leave both out, or give what is negated a predicate", BODY),
    _known(r"not\b", "a negated head", "give what is not so a predicate of its own"),
    _known(r"([0-9]+ *)?\{", "a choice", _OPEN),
    _known(r":~", "a weak constraint", "leave it out: nothing is best here, it holds or not"),
    _known(r":=", "that comparison", "write =", BODY),
    _known(r":-", "a rule without a head", "declare a predicate with %@ error for it to give", FIRST, HEAD),
    _known(r"#(count|sum)\b", "an aggregate in another", "give the inner one a predicate of its own", INSIDE),
    _known(r"#(count|sum)\b", "an aggregate behind not", "write the opposite comparison", BODY),
    _SETTING,
    _known(r"==|<>", "that comparison", "write = or !="),
    _known(r"=<|=>", "that comparison", "write <= or >="),
    _known(r"<-|<=|if\b", "another sign for `if`", "write :-", HEAD),
    _known(r"[<>]=?(?=\s*[A-Z0-9])", "a chain of comparisons", "write two, with a comma between"),
    _known(r":(?!-)", "an aggregate without terms", "write what is counted before the colon", INSIDE, FIRST),
    _known(r":(?!-)", "a conditional literal", "give what it says a predicate of its own"),
    _known(r"(or|and)\b", "a word for `or` and `and`", _EACH, BODY),
    _known(r"is\b", "that comparison", "write =", BODY),
    _known(r"in\b", "membership", "write each value as a fact of a predicate, and ask for that", BODY),
    _known(r",", "several heads", "write a rule for each head", HEAD),
    _known(r"[?@]\w*", "a sign of another language", _SIGN),
    _known(r"'", "a text in such quotes", 'write it in double quotes: "text"'),
)
_FUNCTION = _Known(re.compile(r"\("), "a function of terms", "write its parts as arguments of their own")
_TERMS = _Known(re.compile(r"\("), "an aggregate without terms", "write what is counted, and a colon, before it")
_GROUP = _Known(re.compile(r"\("), "a group of parts", f"leave the brackets out; {_EACH}")
_QUOTED = re.compile(r'"[^"\n\\]*(\\|(?=\n|$))')
_BACKSLASH = _known("", "a backslash in a text", "leave it out, or write / for it")
_UNENDED = _known("", "a text that does not end on its line", "end it with a double quote on the line")
_VARIABLE = _Known(re.compile(r"\("), "a variable for a predicate", "start the name with a small letter")
_EMPTY = _Known(re.compile(r"\)"), "an empty pair of brackets", "leave both out")
_CLAUSE = re.compile(r'"[^"\n]*"|%[^\n]*|(?<![0-9.])\.(?!\.)|(?<=[0-9])\.(?=\s|$)')


def foreign(text: str, at: int, *, query: bool = False) -> tuple[str, str] | None:
    """Return what is not supported at a place where a text goes wrong, and what to write; None where nothing is known.

    :param at: where the word that is not expected begins.
    :param query: whether the text is the body of a clause alone.
    """
    clause = ":-" * query + _clause(text[:at])
    if behind := _behind(clause, text[at:]):
        return behind
    if bracket := _bracket(text[at : at + 1], clause):
        return _told(bracket.written.pattern[-1], bracket)
    for known in _KNOWN:
        for begin in (at, at - 1)[: 1 + (at > 0)]:  # the word may be the second half of it
            match = known.written.match(text, begin)
            before = clause[: len(clause) - (at - begin)]
            if match and match.end() > at and (begin == at or len(match[0]) > 1) and _stands(before, known.where):
                return _told(match[0], known)
    return None


def _behind(clause: str, rest: str) -> tuple[str, str] | None:
    """Return what is not supported of what stands just before a place, where that is what is wrong."""
    if begun := re.search(r"(#[a-z]+)\s*$", clause):  # and no brace follows
        word = begun[1] + "+" * rest.startswith("+")
        return None if word in ("#count", "#sum") else _told(word, _SETTING)
    if re.search(r"\bN(ot|OT)\s+$", clause):
        return _told("Not", _known("", "a capital", "write not"))
    if quoted := _QUOTED.match(rest):
        return _told(quoted[0], _BACKSLASH if quoted[0].endswith("\\") else _UNENDED)
    if (digits := re.match(r"[A-Za-z_]\w*", rest)) and re.search(r"[0-9]$", clause):
        return f"a number with {digits[0]} behind it is not supported", "write it with the digits 0 to 9"
    return None


def _told(written: str, known: _Known) -> tuple[str, str]:
    return f"{written} is not supported ({known.what})", known.fix


def _clause(before: str) -> str:
    """Return what stands before a place of its own clause, without texts and comments."""
    said = ""
    at = 0
    for match in _CLAUSE.finditer(before):
        said += before[at : match.start()] + ('""' if match[0].startswith('"') else "")
        at = match.end()
        if match[0] == ".":
            said = ""
    return said + before[at:]


def _stands(clause: str, where: tuple[str, ...]) -> bool:
    """Say whether a place behind the beginning of a clause is in all of some parts of it."""
    first = re.search(r"(^|:-|[,;{:(])\s*$", clause) is not None
    inside = clause.count("{") > clause.count("}")
    body = ":-" in clause or clause.count("(") > clause.count(")")
    return all({HEAD: not body, BODY: body, INSIDE: inside, FIRST: first}[each] for each in where)


def _bracket(sign: str, clause: str) -> _Known | None:
    """Return what a bracket is that is not expected, or one that is closed at once."""
    if sign == ")":
        return _EMPTY if re.search(r"\w\(\s*$", clause) else None
    if sign != "(":
        return None
    if re.search(r"\b[A-Z]\w*$", clause):
        return _VARIABLE
    if re.search(r"\b[a-z]\w*\s*$", clause):
        return _TERMS if re.search(r"\{[^:}]*$", clause) else _FUNCTION
    if not re.search(r"[(,:{-]\s*$", clause):
        return None
    return _FUNCTION if clause.count("(") > clause.count(")") else _GROUP
