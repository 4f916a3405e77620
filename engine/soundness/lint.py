"""What a sound guideline may still have wrong: unused, unreachable, redundant, misspelt, ill-dated."""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ..language.errors import Finding, GuidelineError
from ..language.parser import parse
from ..language.terms import Constant, Place, Rule, Term, Var, unquote
from ..program.collected import RESERVED
from ..program.interface import SERVICE
from ..program.program import Program
from ..program.reader import read_program
from .cascade import follows
from .check import check
from .reach import unreached
from .registry import ERROR, severity
from .subsume import redundant

_MISLEADING = {"syntax", "annotation", "detached", "no-id", "uncited", "undeclared", "arity", "date"}
_CLOSE = 0.8
_FEWEST_SIBLINGS = 3


def findings_of(texts: Sequence[tuple[str, str]]) -> list[Finding]:
    """Return everything wrong with a guideline's texts, in the order of the text.

    An error that keeps part of the text from being read would make other findings up: those wait until it is mended.

    :param texts: (name, text) of each `.dl` file.
    """
    broken = [finding for name, text in texts for finding in _unreadable(name, text)]
    if broken:
        return broken
    program, found = read_program(texts)
    found += [finding for finding in check(program) if finding not in found and not follows(finding, found, program)]
    if not _MISLEADING.intersection(finding.code for finding in found):
        further = lint(program)
        overlaps = {finding.place for finding in further if finding.code == "version-overlap"}
        # Versions that overlap share their id, which is the lesser way of saying it.
        found = [f for f in found if f.code != "duplicate" or f.place not in overlaps] + further
        if not any(severity(finding) == ERROR for finding in found):
            from .outcome import undecided  # tried out only where all else is well

            found += undecided(program)
    return sorted(found, key=lambda finding: finding.place)


def _unreadable(name: str, text: str) -> list[Finding]:
    try:
        deque(parse(text, name), maxlen=0)
    except GuidelineError as error:
        return error.findings
    return []


def lint(program: Program) -> list[Finding]:
    """Return the further findings of a program that reads without errors, in the order of the text."""
    causes = [*_misspelt(program), *_without_fact(program)]
    known = {finding.place for finding in causes}
    others = [
        *_unlabelled(program), *_unreachable(program), *_unused_predicates(program), *_unused_concepts(program),
    ]  # fmt: skip
    further = [*_unused_interpretations(program), *_subsumed(program), *_statements(program), *_versions(program)]
    # What is misspelt or left out cannot be used or reached: it is said once.
    found = [*causes, *(finding for finding in others if finding.place not in known), *further]
    return sorted(found, key=lambda finding: finding.place)


def _own(program: Program) -> list[Rule]:
    """Return the clauses of the guideline's own vocabulary, without the facts the reader understands."""
    return [rule for rule in program.rules if rule.head.predicate not in RESERVED]


def _positions(rule: Rule) -> Iterator[tuple[tuple[str, int], Term]]:
    """Yield the terms of a clause and where each stands; a comparison is a place of its own."""
    for atom in (rule.head, *(literal.atom for literal in rule.asked)):
        if atom.predicate not in RESERVED:
            yield from (((atom.predicate, index), term) for index, term in enumerate(atom.args))
    yield from ((("", 0), term) for term in rule.compared)


def _constants(rule: Rule) -> Iterator[tuple[tuple[str, int], str]]:
    return ((place, term) for place, term in _positions(rule) if isinstance(term, str))


def _is_symbol(constant: Constant) -> bool:
    return isinstance(constant, str) and not constant.startswith('"')


def _misspelt(program: Program) -> Iterator[Finding]:
    """A constant used once, close to a declared one, where symbols or declared constants stand."""
    declared = {*program.concepts, *(f'"{name}"' for name in program.statements)}
    uses = Counter(constant for rule in _own(program) for _, constant in _constants(rule))
    beside = {place for rule in _own(program) for place, constant in _constants(rule) if constant in declared}
    for rule in _own(program):
        for place, constant in _constants(rule):
            if constant in declared or uses[constant] > 1 or not (_is_symbol(constant) or place in beside):
                continue
            alike = [name for name in declared if _is_symbol(name) == _is_symbol(constant)]
            if close := difflib.get_close_matches(constant, sorted(alike), n=1, cutoff=_CLOSE):
                message = f"{constant} stands nowhere else and is close to {close[0]} (in {rule.id})"
                yield Finding("misspelt-constant", rule.place, message, f"did you mean {close[0]}?")


def _unlabelled(program: Program) -> Iterator[Finding]:
    seen = set(program.concepts)
    for rule in _own(program):
        for _, constant in _constants(rule):
            if _is_symbol(constant) and constant not in seen:
                seen.add(constant)
                message = f"{constant} is declared by no concept(...), so it has no label (in {rule.id})"
                fix = f'write concept({constant}, KIND, "label").'
                yield Finding("concept-without-label", rule.place, message, fix)


def _unreachable(program: Program) -> Iterator[Finding]:
    for rule, literal in unreached(program):
        if literal:
            message, fix = (
                f"nothing gives {literal.atom} while {rule.id} is in force",
                "add what gives it, or delete the rule",
            )
        else:
            message, fix = f"{rule.id} ends {rule.ended}, before it begins", "put %@ effective: and %@ ended: right"
        yield Finding("unreachable-rule", rule.place, message, fix)


def _unused_predicates(program: Program) -> Iterator[Finding]:
    asked = {literal.atom.predicate for rule in program.rules for literal in rule.asked}
    asked |= {name for p in program.predicates.values() for name in (p.unless, p.until)} | {SERVICE, *program.outputs()}
    for p in program.predicates.values():
        if p.name not in asked and not p.is_error and not p.is_shown:
            message = f"no rule asks for the predicate {p.name}"
            yield Finding("unused-declaration", p.place, message, "ask for it in a rule, or delete it")


def _unused_concepts(program: Program) -> Iterator[Finding]:
    """A concept is used where a clause names it, a case may say it or has it as a key, or a rule asks for its kind."""
    cases = [p.case for p in program.predicates.values() if p.case]
    used = {constant for rule in _own(program) for _, constant in _constants(rule)} | {case.key for case in cases}
    kinds = {p.open_kind for p in program.predicates.values()} | {k.kind for c in cases for k in (c, *c.fields)}
    asked = [lit.atom for rule in program.rules for lit in rule.asked if lit.atom.predicate == "concept"]
    everything = any(isinstance(atom.args[1], Var) for atom in asked if len(atom.args) > 1)
    kinds |= {str(atom.args[1]) for atom in asked if len(atom.args) > 1}
    for name, place in _reserved(program, "concept"):
        if name not in used and program.concepts[name][0] not in kinds and not everything:
            message = f"nothing uses the concept {name}"
            yield Finding("unused-declaration", place, message, "use it in a rule or a fact, or delete it")


def _reserved(program: Program, predicate: str) -> Iterator[tuple[str, Place]]:
    """Yield the first arguments of the well-formed facts of a reserved predicate, with their places."""
    for rule in program.rules:
        if rule.head.predicate == predicate and len(rule.head.args) == len(RESERVED[predicate]):
            yield str(rule.head.args[0]), rule.place


def _unused_interpretations(program: Program) -> Iterator[Finding]:
    used = {name for of in (program.rules, program.predicates.values()) for each in of for name in each.readings}
    for name, place in _reserved(program, "interpretation"):
        if unquote(name) not in used:
            message = f"no clause rests on the interpretation {unquote(name)}"
            fix = f"name it with %@ reading: {unquote(name)}, or delete it"
            yield Finding("unused-declaration", place, message, fix)


def _subsumed(program: Program) -> Iterator[Finding]:
    for rule, other in redundant(_own(program)):
        message = f"{rule.id} adds nothing to {other.id} of {other.place}, which asks for no more"
        yield Finding("subsumed-rule", rule.place, message, "delete it, or ask for what sets it apart")


def _statements(program: Program) -> Iterator[Finding]:
    cited = {name for rule in program.rules for name in rule.cites} | set(program.notices)
    for statement in program.statements.values():
        if statement.id not in cited:
            message = f"no clause cites statement {statement.id}, and it is no notice"
            fix = f'write its rule, or notice("{statement.id}", "words").'
            yield Finding("statement-without-rule", statement.place, message, fix)
        if not statement.source:
            message = f"statement {statement.id} stands under no source"
            yield Finding("uncited-statement", statement.place, message, "write %@ source: DOCUMENT, SECTION above")


def _versions(program: Program) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    for rule in _own(program):
        groups[rule.id, rule.head.predicate].append(rule)
    for versions in groups.values():
        if any(rule.ended for rule in versions):
            for old, new in pairwise(sorted(versions, key=lambda rule: rule.effective)):
                yield from _between(old, new)


def _between(old: Rule, new: Rule) -> Iterator[Finding]:
    """Compare the end of a version with the beginning of the next."""
    begins = new.effective or "with the text"
    if not old.ended or old.ended > new.effective:
        ends = f"ends {old.ended}" if old.ended else "never ends"
        message = f"this version of {new.id} begins {begins}, and that of {old.place} {ends}"
        yield Finding("version-overlap", new.place, message, f"write %@ ended: {new.effective} above the earlier one")
    elif old.ended < new.effective:
        message = f"{new.id} has no version from {old.ended}, where that of {old.place} ends, to {begins}"
        yield Finding("version-gap", new.place, message, "let the one begin where the other ends")


def _without_fact(program: Program) -> Iterator[Finding]:
    """A table of facts that speaks of every concept of a kind but a few has forgotten them."""
    rules = _own(program)
    derived = {rule.head.predicate for rule in rules if rule.body}
    derived |= {p.name for p in program.predicates.values() if p.case}
    tables: dict[str, set[Term]] = defaultdict(set)
    for rule in rules:
        if len(rule.head.args) > 1 and rule.head.predicate not in derived:
            tables[rule.head.predicate].add(rule.head.args[0])
    for kind in dict.fromkeys(kind for kind, _ in program.concepts.values()):
        names = program.of_kind(kind)
        for table, said in tables.items():
            left = [name for name in names if name not in said]
            if left and len(left) <= max(1, len(names) // 10) and len(names) - len(left) >= _FEWEST_SIBLINGS:
                yield from _forgotten(left, table, kind, program)


def _forgotten(names: Iterable[str], table: str, kind: str, program: Program) -> Iterator[Finding]:
    places = dict(_reserved(program, "concept"))
    for name in names:
        message = f"{table} speaks of every other {kind}, and not of {name}"
        fix = f"write {table}({name}, ...), or delete the concept"
        yield Finding("concept-without-fact", places[name], message, fix)
