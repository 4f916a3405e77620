"""The proof as a tree of HTML that folds: what the record had to show is open, the rest closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from ..proof.graph import Proof, linked
from ..proof.outline import TELLING, opened, steps, walk
from .drawing import LOOKS, plain

# A sign and a name for each authority; the sign is there for the eye, the name says it.
AUTHORITY = {
    "stated": ("●", "stated", "the guideline as published says it"),
    "earlier_edition": ("◐", "earlier edition", "an earlier edition says it"),
    "inferred": ("○", "inferred", "no edition at hand says it; to be confirmed"),
    "interpretation": ("◇", "interpretation", "a reading of what the text leaves open; to be confirmed"),
}
# What a step is to the one above it, where its kind does not say so already.
_ROLES = {"cause": "because", "held": "although", "way": "one way", "absence": "under not"}
NESTED = 100
"""How deep lists are nested; browsers nest a few hundred."""


def say(text: object) -> str:
    """Return text escaped for HTML."""
    return escape(plain(text))


def tree(proof: Proof) -> Iterator[str]:
    """Yield the proof as nested lists; a part that stands above already is linked, not repeated."""
    yield '<ul class="tree">'
    writer = _Writer(proof)
    for root in proof.roots:
        yield from writer.items(root)
    yield "</ul>"


class _Writer:
    def __init__(self, proof: Proof) -> None:
        self.proof, self.step, self.open = proof, steps(proof), opened(proof)
        self.shown: set[str] = set()

    def items(self, root: str) -> Iterator[str]:
        """Yield a node with what it rests on; below a depth no browser should nest, steps stand one after another."""
        stack = [(root, "premise", 0, "")]
        while stack:
            node, role, depth, closing = stack.pop()
            if closing:
                yield closing
                continue
            below = linked(self.proof, node)
            again = node in self.shown
            folds = depth < NESTED and not again and bool(below)
            yield from self._item(node, role, [child for child, _ in below], again=again, folds=folds)
            if not again:
                stack += [("", "", 0, "</ul></details></li>")] if folds else []
                stack += [(child, facts["role"], depth + folds, "") for child, facts in reversed(below)]

    def _item(self, node: str, role: str, below: list[str], *, again: bool, folds: bool) -> Iterator[str]:
        """Yield a node, closed, or open for what it rests on."""
        facts = self.proof.graph.nodes[node]
        name = "" if again else f' id="step-{self.step[node]}"'
        self.shown.add(node)
        yield f'<li class="{classes(facts)}"{name}>'
        if folds:
            yield f"<details{' open' if node in self.open else ''}>"
            yield f"<summary>{self._said(node, role)}{cited(facts)}</summary>{_folded(facts)}"
            yield '<ul class="only">' if len(below) == 1 else "<ul>"
            return
        words = f"{self._said(node, role)}{self._elsewhere(node, below, again)}"
        yield f"<div>{words}{cited(facts)}{_folded(facts)}</div></li>"

    def _elsewhere(self, node: str, below: list[str], again: bool) -> str:
        """Return where the rest of a node stands that does not stand below it."""
        if again and below:
            return f' <a href="#step-{self.step[node]}">as step {self.step[node]} above</a>'
        links = (f'<a href="#step-{self.step[child]}">{self.step[child]}</a>' for child in below)
        return f" rests on step {', '.join(links)}" if below else ""

    def _said(self, node: str, role: str) -> str:
        facts = self.proof.graph.nodes[node]
        tag = f'<span class="tag">{self.step[node]} {LOOKS[facts["kind"]].tag}</span>'
        word = "" if role == "absence" and facts["kind"] in TELLING else _ROLES.get(role, "")
        return f'{tag} {f"<i>{word}</i> " if word else ""}<span class="said">{say(facts["text"])}</span>'


def classes(facts: dict[str, Any]) -> str:
    """Return the classes that give a node its colours."""
    unsure = "unsure" if facts.get("value") == "unknown" else ""
    return " ".join(filter(None, [facts["kind"], facts.get("outcome", ""), unsure]))


def cited(facts: dict[str, Any]) -> str:
    """Return statements, authority, locator, rule and readings of a node, or where the case says it."""
    if facts.get("cites"):
        parts = [f"<b>{say(', '.join(facts['cites']))}</b>", _authority(facts["authority"]), say(facts["source"])]
        parts += [f"{_authority('interpretation')} {say(', '.join(facts['readings']))}"] if facts["readings"] else []
        return _small([*parts, f"rule <code>{say(facts['rule'])}</code>"])
    return _small([f"case: {say(facts['where'])}"]) if "where" in facts else ""


def _small(parts: list[str]) -> str:
    return f'<span class="cite">{" · ".join(parts)}</span>'


def _authority(name: str) -> str:
    sign, words, _ = AUTHORITY[name]
    return f'<span class="authority"><span aria-hidden="true">{sign}</span> {words}</span>'


def _folded(facts: dict[str, Any]) -> str:
    folded = facts.get("folded")
    return f'<span class="cite">not about this case: {say(", ".join(folded))}</span>' if folded else ""


def legend(proof: Proof) -> Iterator[str]:
    """Yield what the tags and signs mean, those that occur."""
    facts = [proof.graph.nodes[node] for node in walk(proof)]
    kinds, authorities = {f["kind"] for f in facts}, {f.get("authority") for f in facts}
    authorities |= {"interpretation"} if any(f.get("readings") for f in facts) else set()
    yield '<details class="legend" open><summary>What tags and signs mean</summary>\n<dl>'
    yield from _terms(
        (f'<span class="tag {kind}">{look.tag}</span>', look.meaning) for kind, look in LOOKS.items() if kind in kinds
    )
    yield from _terms((_authority(a), meaning) for a, (_, _, meaning) in AUTHORITY.items() if a in authorities)
    yield "</dl></details>"


def _terms(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from (f"<div><dt>{term}</dt><dd>{say(meaning)}</dd></div>" for term, meaning in pairs)
