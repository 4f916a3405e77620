"""The ternary logic of the DMN technology compatibility kit: and, or, not of what is true, false or null.

What is null is a finding that nobody documented; what a decision says is then sure, possible, or not so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

from coverlog.engine.evaluation.evaluator import Evaluator
from coverlog.engine.language.terms import Atom
from coverlog.engine.program.graph import stratify
from coverlog.tests.campaigns.suites.theirs import DATE, HEADER, RefusedError, sound

FILES = ("*ternary-logic*.xml", "*feel-conjunction*.xml", "*feel-disjunction*.xml", "*feel-negation*.xml")
_TOKEN = re.compile(r'\s*([A-Za-z]\w*|[0-9]+|"[^"]*"|[()])')
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
OPEN = """%@ predicate documented(Finding): documented
%@ case: findings present of finding
%@ predicate denied(Finding): denied
%@ case: findings absent of finding
%@ predicate finding(Finding): there is one
%@ open: finding unless denied
%@ rule S/documented: it is documented
finding(F) :- documented(F).
"""
TRUE, FALSE, NULL = "true", "false", "null"


def tests(folder: Path) -> Iterator[tuple[str, object]]:
    """Yield each result of each test case of the kit that is about these connectives."""
    for path in sorted(path for pattern in FILES for path in (folder / "TestCases").rglob(pattern)):
        root, model = _read(path), _read(path.parent / f"{path.parent.name}.dmn")
        texts = {each.get("name", ""): _text(each) for each in model if each.tag == "decision"}
        for case in root.iter("testCase"):
            given = {node.get("name", ""): _value(node) for node in case.iter("inputNode")}
            for node in case.iter("resultNode"):
                name = node.get("name", "")
                yield f"{path}, {case.get('id')}, {name}", partial(wrong, texts[name], given, _value(node))


def wrong(text: str, given: dict[str, str], expected: str) -> list[str]:
    """Return what the engine says of an expression, where it is not what is expected.

    :raises RefusedError: where it has more than the three values and their connectives.
    """
    rules = _Rules(text)
    program = sound(rules.text(given))
    facts = [Atom({TRUE: "documented", FALSE: "denied"}[v], (f"v{n}",)) for n, v in given.items() if v != NULL]
    model = Evaluator(program, stratify(program), DATE).evaluate(facts, open_world=True)
    result = Atom(rules.result, ())
    found = TRUE if model.sure(result) else NULL if model.possible(result) else FALSE
    return [] if found == expected else [f"{text} with {given} is {found}, not {expected}"]


def _read(path: Path) -> ElementTree.Element:
    """Read a file of the kit; what is named is named without its namespace."""
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - a file that the user names
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root


def _text(decision: ElementTree.Element) -> str:
    return next((each.text or "" for each in decision.iter("text")), "")


def _value(node: ElementTree.Element) -> str:
    value = next(node.iter("value"))
    return NULL if value.get(_NIL) == "true" else (value.text or "").strip()


class _Rules:
    """An expression as rules, a predicate for each part of it."""

    def __init__(self, expression: str) -> None:
        self.tokens = _TOKEN.findall(expression)
        self.rules: list[str] = []
        self._names = (f"e{number}" for number in count())
        self.words: set[str] = set()
        self.result = self._or()
        if self.tokens:
            raise RefusedError("more than and, or, not")

    def text(self, given: dict[str, str]) -> str:
        """Return a guideline whose findings are the inputs, and one for null that nobody documents."""
        findings = [f'concept({each}, finding, "{each}").' for each in ("null", *(f"v{name}" for name in given))]
        parts = {rule.partition(" ")[0] for rule in self.rules}
        declared = [f"%@ predicate {name}: it is so" for name in sorted({*parts, "never"})]
        rules = [f"%@ rule S/{number}: it follows\n{rule}" for number, rule in enumerate(self.rules)]
        sure = ["%@ predicate always: it is so", "%@ facts S/always", "always."]
        return "\n".join([HEADER + OPEN, *findings, *declared, *sure, *rules]) + "\n"

    def _give(self, *bodies: str) -> str:
        name = next(self._names)
        self.rules += [f"{name} :- {body}." for body in bodies]
        return name

    def _take(self, word: str) -> bool:
        found = self.tokens[:1] == [word]
        self.tokens = self.tokens[found:]
        return found

    def _or(self) -> str:
        left = self._and()
        while self._take("or"):
            left = self._give(left, self._and())
        return left

    def _and(self) -> str:
        left = self._plain()
        while self._take("and"):
            left = self._give(f"{left}, {self._plain()}")
        return left

    def _plain(self) -> str:
        word, self.tokens = (self.tokens or [""])[0], self.tokens[1:]
        if word == "not" and self._take("("):
            inside = self._or()
            self._take(")")
            return self._give(f"not {inside}")
        if not word[:1].isalpha():
            raise RefusedError("a value that is no truth value")
        return self._give({TRUE: "always", FALSE: "never", NULL: "finding(null)"}.get(word, f"finding(v{word})"))
