"""A letter as Markdown, and as HTML that prints on one sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..advice.letter import Letter
from ..advice.phrases import stopped

TITLE = "Rationale for the determination"
HEAD = ("lines", "outcome", "criterion, where", "asked", "recorded", "source")
BEFORE = ("identity",)
"""The slots of the plan that stand before the reasons; the others stand behind them."""


def opening(letter: Letter) -> tuple[str, str]:
    """Return which case a letter is about, and by what it was decided."""
    case, decision, program = letter.judged.case, letter.judged.decision, letter.judged.guideline.program
    unsaid = "unknown" if decision.world == "open" else "not so"
    return (
        f"{case.id}{f', {case.title}' if case.title else ''}. Date of service: {case.date}.",
        f"By {program.name}, {program.title} (published {program.published}), as of {decision.as_of}. What the record "
        f"does not say counts as {unsaid}.",
    )


def under(letter: Letter) -> list[str]:
    """Return what stands once below the tables: the codes read, advisories and notices."""
    codes = "; ".join(f"{code} ({', '.join(told) or 'stands for nothing here'})" for code, told in letter.diagnoses)
    decision = letter.judged.decision
    said = [f"Diagnosis codes read: {codes}."] if codes else []
    said += [stopped(f"Worth knowing: {advisory.text}") for advisory in decision.advisories]
    return said + [" ".join(decision.notices)] * bool(decision.notices)


def flagged(letter: Letter) -> list[str]:
    """Return the flags of every reason, each once."""
    return list(dict.fromkeys(flag for reason in letter.reasons for flag in reason.flags))


def as_markdown(letter: Letter) -> str:
    """Return a letter as Markdown; what Markdown would read as its own signs is escaped."""
    return "\n\n".join(_parts(letter)) + "\n"


def _parts(letter: Letter) -> Iterator[str]:
    slots = dict(letter.slots)
    yield f"# {TITLE}"
    yield from (part for name in BEFORE if name in slots for part in _slot(name, slots[name]))
    yield from map(plain, opening(letter))
    for reason in letter.reasons:
        yield f"## {plain(reason.title)}: {plain(reason.words)}"
        yield plain(" ".join(reason.member))
        yield "**For your doctor**"
        yield "\n".join(_row(cells) for cells in (HEAD, ("---",) * len(HEAD), *reason.doctor))
    yield from ("\n".join(f"- {plain(flag)}" for flag in each) for each in (flagged(letter), under(letter)) if each)
    yield from (part for name, said in slots.items() if name not in BEFORE for part in _slot(name, said))


def _slot(name: str, said: tuple[str, ...]) -> Iterator[str]:
    """Yield the plan's own text, or the empty slot, which nobody can overlook."""
    yield from (plain(text) for text in said) if said else (f"**{plain(f'{{plan:{name}}}')}**",)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell if cell == '---' else plain(cell) for cell in cells)} |"


def as_html(letter: Letter) -> str:
    """Return a letter as one self-contained HTML document.

    :raises PagesError: where Jinja2 is not installed.
    """
    from .page import page

    slots = dict(letter.slots)
    return page(
        "letter", "letter", title=TITLE, kind="letter", opening=opening(letter), reasons=letter.reasons, head=HEAD,
        before=[(name, slots[name]) for name in BEFORE if name in slots], flags=flagged(letter), under=under(letter),
        after=[each for each in slots.items() if each[0] not in BEFORE],
    )  # fmt: skip


def plain(text: str) -> str:
    """Escape what Markdown reads as markup, anywhere or at the start of a line."""
    text = re.sub(r"([\\`*_\[\]<>#|~&$])", r"\\\1", " ".join(text.split()))
    return re.sub(r"^(\d+)([.)])(?!\S)", r"\1\\\2", re.sub(r"^([-+=])", r"\\\1", text))
