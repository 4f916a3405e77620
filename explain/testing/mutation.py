"""Runs the canonical cases on mutants and edits of a guideline, and tells which ones nobody notices."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Sequence
from contextvars import Context, copy_context
from functools import cached_property
from typing import NamedTuple

from ...engine.cases.case import Case
from ...engine.decision.support import rests_on
from ...engine.evaluation.evaluator import Evaluator
from ...engine.evaluation.join import Join
from ...engine.evaluation.limits import TooLongError
from ...engine.language.terms import Atom, Literal, Part, Rule
from ...engine.language.unify import unify
from ...engine.library.guideline import Guideline
from ...engine.program.graph import stratify
from ...engine.program.program import Program
from .bench import Bench, Rest, benches, notices, rests
from .branches import others
from .edits import DECLARED, Edit
from .equivalent import entailed
from .mutants import Mutant, mutants


class Fate(NamedTuple):
    """What became of a mutant or an edit."""

    mutant: Mutant | Edit
    case: str  # the case that noticed it, or ""
    tried: int  # how many decisions it could have changed were made
    late: str = ""  # where the time for one of them was over, that: nobody knows whether it is noticed


class Runner:
    """Runs mutants: each on the cases that it could change, until one notices."""

    def __init__(self, guideline: Guideline, cases: Sequence[Case]) -> None:
        self.guideline, self.program = guideline, guideline.program
        # The cases that expect the most come first: they are the likeliest to notice.
        self.benches = sorted(benches(cases, guideline), key=lambda bench: -len(str(bench.expect)))
        self._effects: dict[tuple[str, int], frozenset[object]] = {}
        self._closing = {name for p in self.program.predicates.values() for name in (p.unless, p.until)}
        self._readers: dict[str, list[tuple[Rule, int, Literal]]] = {}  # of the rules that a case can make fire
        self._read_always: set[str] = set()  # by the other rules
        self._counted: set[str] = set()  # by aggregates: any atom more or less may matter to them
        for rule in self.program.rules:
            varies = rule.head.predicate in guideline.strata.from_case
            inside = {lit.atom.predicate for aggregate in rule.aggregates for lit in aggregate.literals}
            (self._counted if varies else self._read_always).update(inside)
            for at, part in enumerate(rule.body):
                if isinstance(part, Literal) and varies:
                    self._readers.setdefault(part.atom.predicate, []).append((rule, at, part))
                elif isinstance(part, Literal):
                    self._read_always.add(part.atom.predicate)
        self._known: dict[Evaluator, frozenset[Atom]] = {}  # of the guideline
        self._changed: dict[Evaluator, frozenset[Atom]] = {}  # of the mutant at hand
        self._recursive = {
            name for part in guideline.strata.components for name in part
            if len(part) > 1 or any(name in _reads(r) for r in self.program.rules if r.head.predicate == name)
        }  # fmt: skip

    @cached_property
    def _rests(self) -> list[Rest]:
        return [rest for bench in self.benches for rest in rests(bench, self.guideline)]

    def run(self, mutant: Mutant | Edit) -> Fate:
        """Return the first case that notices a mutant, if one does; or that the time for one was over before."""
        try:
            return self._judged(mutant)
        except TooLongError as error:
            return Fate(mutant, "", 0, str(error))

    def _judged(self, mutant: Mutant | Edit) -> Fate:
        if isinstance(mutant, Mutant) and mutant.is_beside and entailed(mutant, self.program):
            return Fate(mutant, "", 0)  # no case could notice it
        changed = mutant.apply(self.program)
        if isinstance(mutant, Edit) and mutant.kind != DECLARED:
            return self._edited(mutant, changed)
        # The other changes let nothing depend on anything new.
        anew = isinstance(mutant, Edit) or mutant.kind == "exception"
        strata = stratify(changed) if anew else self.guideline.strata
        guideline = Guideline(self.guideline.folder, changed, strata)
        self._changed.clear()
        tried = 0
        for index, bench in enumerate(self.benches):
            if isinstance(mutant, Edit) or self._could_change(mutant, guideline, index, bench):
                tried += 1
                if notices(bench, guideline):
                    return Fate(mutant, bench.case.id, tried)
        return Fate(mutant, "", tried)

    def _edited(self, edit: Edit, changed: Program) -> Fate:
        """Return the first case that expects to rest on something else; the model stays as it is, and its proofs."""
        for tried, rest in enumerate(self._rests):
            rules = [edit.of_rule(rule) for rule in rest.rules]
            if {*rests_on(rules, rest.undocumented, changed)} != rest.wanted:
                return Fate(edit, rest.case, tried + 1)
        return Fate(edit, "", len(self._rests))

    def _could_change(self, mutant: Mutant, changed: Guideline, index: int, bench: Bench) -> bool:
        """Say whether a mutant can change a case: the models are equal where every firing of the rule is."""
        if day := mutant.day():
            return bench.case.date == day
        if not mutant.rule.in_force(bench.case.date):
            return False
        if not mutant.rule.body:
            return self._fact(mutant, changed, bench)
        key = (mutant.rule.id, index)
        if key not in self._effects:
            self._effects[key] = effects(mutant.rule, bench)
        new = effects(mutant.mutated, bench) if mutant.mutated else frozenset()
        if mutant.is_beside:
            return bool(new - self._effects[key])
        if mutant.rule.head.predicate in self._recursive:
            return bool(new or self._effects[key])
        return new != self._effects[key]

    def _fact(self, mutant: Mutant, changed: Guideline, bench: Bench) -> bool:
        """Say whether what a fact gives, with or without rules that no case bears on, is asked for in a case."""
        gone, new = {mutant.rule.head}, {mutant.mutated.head} if mutant.mutated else set()
        if mutant.rule.head.predicate in self._read_always:
            before, after = (self._always(each, bench.case.date) for each in (self.guideline, changed))
            gone, new = {*before - after}, {*after - before}
        return (
            any(a.predicate in self._closing | self._counted for a in gone | new)
            or any(atom in bench.used or self._read(atom, bench, absent=True) for atom in gone)
            or any(self._read(atom, bench, absent=False) for atom in new)
        )

    def _always(self, guideline: Guideline, date: str) -> frozenset[Atom]:
        """Return what follows from the text of an edition alone."""
        evaluator = guideline.evaluator(date)
        kept = self._known if guideline is self.guideline else self._changed
        if evaluator not in kept:
            atoms = evaluator.evaluate((), open_world=False).firings
            kept[evaluator] = frozenset(a for a in atoms if a.predicate not in self.guideline.strata.from_case)
        return kept[evaluator]

    def _read(self, atom: Atom, bench: Bench, *, absent: bool) -> bool:
        """Say whether some rule would fire, or no longer fire, with a new fact; or only for its absence."""
        join = Join(bench.model)
        for rule, at, part in self._readers.get(atom.predicate, ()):
            binding = unify(part.atom, atom) if not (absent and part.positive) else None
            if binding is not None and rule.in_force(bench.case.date):
                rest = [p for p in others(rule, at) if not _is_of(p, atom.predicate)]
                if any(True for _ in join.ways(rest, binding, sure=False)):
                    return True
        return False


def _is_of(part: Part, predicate: str) -> bool:
    return isinstance(part, Literal) and part.atom.predicate == predicate


def _reads(rule: Rule) -> set[str]:
    return {lit.atom.predicate for lit in rule.asked}


def effects(rule: Rule, bench: Bench) -> frozenset[object]:
    """Return what a rule gives over a model: the sure heads, and each unsure instance whole (`missing` shows it)."""
    join = Join(bench.model)
    sure = {rule.head.substitute(way) for way in join.ways(rule.body, {}, sure=True)}
    found: set[object] = set(sure)
    if bench.world == "open":
        for way in join.ways(rule.body, {}, sure=False):
            head = rule.head.substitute(way)
            if head not in sure:
                parts = [p._replace(atom=p.atom.substitute(way)) if isinstance(p, Literal) else p for p in rule.body]
                found.add((head, frozenset(parts)))
    return frozenset(found)


_shared: list[tuple[Context, Runner, Sequence[Mutant | Edit]]] = []  # for the processes forked below


def _apart() -> None:
    """Leave Ctrl-C to the process that began this one, and ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(index: int) -> tuple[str, int, str]:
    context, runner, found = _shared[0]
    return context.run(runner.run, found[index])[1:]


def run(
    guideline: Guideline,
    cases: Sequence[Case],
    jobs: int,
    chosen: Sequence[Mutant | Edit] | None = None,
    progress: Callable[[Iterable[Fate], int], Iterable[Fate]] = lambda fates, number: fates,
) -> list[Fate]:
    """Return the fate of each mutant, in the order of the text.

    :param jobs: how many processes to use.
    :param chosen: the mutants and edits to run, where not every mutant.
    :param progress: what to pass the fates through, as they come, with their number.
    """
    found = list(mutants(guideline.program) if chosen is None else chosen)
    runner = Runner(guideline, cases)
    if jobs < 2 or "fork" not in multiprocessing.get_all_start_methods():
        return list(progress(map(runner.run, found), len(found)))
    _shared[:] = [(copy_context(), runner, found)]  # the later processes are forked by a thread that knows no limits
    gc.freeze()  # the models stay: collecting garbage in each process would walk them, and copy their pages
    try:
        with multiprocessing.get_context("fork").Pool(jobs, _apart, maxtasksperchild=20) as pool:
            came = zip(found, pool.imap(_run, range(len(found)), chunksize=4), strict=True)
            return list(progress((Fate(mutant, *rest) for mutant, rest in came), len(found)))
    finally:
        _shared.clear()
        gc.unfreeze()
