"""The reasons of a decision as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...engine.decision.decide import Judged, LineDecision
from ..advice.account import Account, accounts
from .account_words import facts
from .letter_page import plain


def as_markdown(judged: Judged, lines: Iterable[LineDecision] = ()) -> str:
    """Return the reasons of a decision as Markdown, with every criterion in play, and the guideline's advisories."""
    told = [line for account in accounts(judged, lines) for line in _reason(account, judged)]
    told += [f"Advisory: {plain(advisory.text)}\n" for advisory in judged.decision.advisories]
    return "\n".join(told)


def _reason(account: Account, judged: Judged) -> Iterator[str]:
    told = facts(account, judged)
    about = f" ({told['about']})" if told["about"] else ""
    yield f"## {plain(told['codes'] + about)}: {plain(told['says'] + told['sentence'])}"
    yield ""
    if told["nothing"]:
        yield f"{plain(told['nothing'])}\n"
        items = (("OPEN", told["wanted"]), ("met" if told["wanted"] else "recorded", told["recorded"]))
        yield from (f"- {state}: {plain(text)}" for state, text in items if text)
    for block in told["blocks"]:
        name = "or" if block["instead"] else plain(block["statement"])
        words = "; ".join(filter(None, [plain(block["words"]), "any one of:" * block["any_one"]]))
        yield f"- **{name}** {words}".rstrip()
        yield from (f"  - {state}: {plain(text)}" for state, text in block["parts"])
    yield ""
    for key in ("ways", "rests", "folded"):
        if told[key]:
            yield f"{plain(told[key])}\n"
