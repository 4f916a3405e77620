"""The rules of a guideline, listed and looked up: what one says, what depends on it, which cases use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ...engine.cases.case import Unreadable, read_files
from ...engine.cases.find import canonical_paths
from ...engine.decision.decide import judge
from ...engine.evaluation.limits import TooManyStepsError
from ...engine.language.errors import CaseError, did_you_mean, known_are, refused
from ...engine.language.terms import Atom, Rule, Var
from ...engine.library.cache import keep_written, program_in, recalled
from ...engine.library.guideline import Guideline
from ...engine.program.general import of_rule
from ...engine.program.graph import edges
from ...engine.program.program import AUTHORITIES, Program
from ..render.table import table

Track = Callable[[Sequence[Path]], Iterable[Path]]
"""Goes through paths and shows how far it is."""


STANDING = {
    "holds": "holds in the proofs of", "open": "is open in the proofs of",
    "fails": "fails, though in play, in the proofs of",
}  # fmt: skip
"""How a rule can stand in the proof of a canonical case, in words."""


class Use(NamedTuple):
    """A canonical case that exercises a rule: it holds there, is open, or fails though the case is about it."""

    case: str
    how: str


def stated(program: Program) -> list[Rule]:
    """Return the clauses that cite a statement: all but the guideline's facts about itself."""
    return [rule for rule in program.rules if rule.cites]


def giving(program: Program, predicate: str, date: str = "") -> list[Rule]:
    """Return the rules and facts that give a predicate, or those in force on a date."""
    return [r for r in program.rules if r.head.predicate == predicate and (not date or r.in_force(date))]


def under(statement: str, above: str) -> bool:
    """Say whether a statement is another one or stands below it: I.4.a and I.4, not I.40."""
    return statement == above or statement.startswith((f"{above}.", f"{above}/"))


def find(
    program: Program, *, statement: str = "", authority: str = "", uses: str = "", date: str = "", facts: bool = False
) -> list[Rule]:
    """Return the rules that every filter lets through, in the order of the text.

    :param statement: a statement; the rules cite it, or one below it.
    :param uses: a predicate of the rules' bodies.
    :param facts: list facts beside the rules.
    :raises CaseError: where there is no such statement, authority or predicate.
    """
    if statement and not any(under(each, statement) for each in program.statements):
        raise _missing("statement", statement, program.statements)
    named = {*program.predicates, *(lit.atom.predicate for rule in program.rules for lit in rule.asked)}
    authorities = (*AUTHORITIES, *program.authorities)
    if authority and authority not in authorities:
        raise _missing("authority", authority, authorities)
    if uses and uses not in named:
        raise _missing("predicate", uses, named)
    return [
        rule
        for rule in stated(program)
        if (rule.body or facts)
        and (not statement or any(under(cited, statement) for cited in rule.cites))
        and (not authority or authority in {program.statements[cited].authority for cited in rule.cites})
        and (not uses or uses in {literal.atom.predicate for literal in rule.asked})
        and (not date or rule.in_force(date))
    ]


def _missing(what: str, name: str, known: Iterable[str]) -> CaseError:
    known = sorted(known)
    hint = did_you_mean(name, known) or known_are(name, known, "coverlog rules")
    return refused("", f"no {what} is called {name}", hint)


def used_by(program: Program, rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that read what some rules give, by `not` too, as far as constants tell."""
    heads = {rule.head for rule in rules}
    return [
        reader
        for reader in stated(program)
        if any(_fits(literal.atom, head) for literal in reader.asked for head in heads)
    ]


def _fits(one: Atom, other: Atom) -> bool:
    pairs = zip(one.args, other.args, strict=False)
    return one.predicate == other.predicate and all(
        isinstance(a, Var) or isinstance(b, Var) or a == b for a, b in pairs
    )


def downstream(program: Program, start: Iterable[str]) -> list[str]:
    """Return the predicates that depend on some, at any distance, sorted."""
    import networkx as nx

    above: nx.DiGraph[str] = nx.DiGraph()
    above.add_edges_from((edge.body, edge.head) for edge in edges(program))
    heads = {head for name in start if name in above for head in above.successors(name)}
    return sorted(heads.union(*(nx.descendants(above, head) for head in heads)))


Uses = dict[str, set[Use]]
"""By the id of a rule, the canonical cases that exercise it."""

_RUN: dict[Guideline, Uses] = {}  # once the cases of a guideline have run


def exercised(guideline: Guideline, rules: Iterable[Rule], track: Track | None = iter) -> list[Use]:
    """Return the canonical cases whose proofs use some rules, sorted by name; the cases run once, also over starts.

    :param track: None where they are not to run; there are none then, unless they have.
    """
    if guideline not in _RUN and track:
        keep(guideline, _over_starts(guideline, track))
    return sorted({use for rule in rules for use in _RUN.get(guideline, {}).get(rule.id, ())})


def uses(guideline: Guideline, track: Track = iter) -> Uses:
    """Run the canonical cases of a guideline, and return which of them exercise each rule."""
    every: Uses = {}
    for path in track(canonical_paths(guideline)):
        for rule, use in _uses(path, guideline):
            every.setdefault(rule, set()).add(use)
    return every


def _over_starts(guideline: Guideline, track: Track) -> Uses:
    """Return what an earlier start found with the same texts and program, else run the cases."""
    name = guideline.folder / "uses"
    explain = Path(__file__).parent.parent
    program = program_in(explain) + program_in(explain.parent / "engine")
    texts = [("guideline", guideline.hash), ("proofs", program)]
    texts += [(str(path), path.read_text("utf-8", "replace")) for path in canonical_paths(guideline)]
    found = recalled(name, texts, _decoded) if guideline.hash else None
    if found is None:
        found = uses(guideline, track)
        if guideline.hash:
            keep_written(name, texts, {rule: sorted(each) for rule, each in found.items()})
    return found


def _decoded(told: Any) -> Uses:
    return {str(rule): {Use(str(case), str(how)) for case, how in each} for rule, each in told.items()}


def keep(guideline: Guideline, found: Uses) -> None:
    """Keep which cases exercise each rule, for `exercised`."""
    _RUN[guideline] = found


def _uses(path: Path, guideline: Guideline) -> Iterator[tuple[str, Use]]:
    """Yield the rules in the proofs of a file's cases; a case that cannot be decided has none.

    :raises TooLongError: where the time for a case is over.
    """
    from ..proof.build import prove

    for case in read_files([path], guideline):
        try:
            graph = prove(judge(case, guideline)).graph if not isinstance(case, Unreadable) else None
        except (CaseError, TooManyStepsError):  # not that of time: what is found is kept
            continue
        for _, facts in graph.nodes(data=True) if graph else ():
            if "rule" in facts:
                yield facts["rule"], Use(case.id, _how(facts))


def _how(facts: Mapping[str, Any]) -> str:
    """Return how the rule of a step stands: it fails, would hold if something were documented, or holds."""
    return "fails" if facts["kind"] == "failed" else "open" if facts.get("value") == "unknown" else "holds"


def authority_of(name: str) -> str:
    """Return an authority in words."""
    return name.replace("_", " ")


def in_force(rule: Rule) -> str:
    """Return from when until when a rule is in force, in words."""
    since = f"from {rule.effective}" if rule.effective else "always"
    return f"{since} until {rule.ended}" if rule.ended else since


def said(rule: Rule, program: Program) -> str:
    """Return a rule in words where it has any; else its text, as of a fact."""
    return of_rule(rule, program) if rule.gloss else str(rule)


def rules_table(rules: Sequence[Rule], program: Program, width: int) -> str:
    """Return rules as a table of at most `width` columns; 0 is as many as it takes."""
    rows = [(r.id, authority_of(program.authority(r)), in_force(r), said(r, program)) for r in rules]
    return table([("rule", "authority", "in force", "says"), *rows], width)


def rule_json(rule: Rule, program: Program) -> dict[str, Any]:
    """Return a rule as a JSON object."""
    return {
        "id": rule.id, "text": str(rule), "gloss": rule.gloss, "predicate": rule.head.predicate,
        "cites": list(rule.cites), "authority": program.authority(rule), "readings": list(rule.readings),
        "effective": rule.effective or None, "ended": rule.ended or None, "source": rule.source,
        "place": str(rule.place),
    }  # fmt: skip
