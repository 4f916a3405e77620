"""Loading a guideline: read, checked, stratified, and kept for the next start."""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from ...kb import DEFAULT, guidelines
from ..evaluation.evaluator import Evaluator
from ..evaluation.limits import NotGroundedError
from ..evaluation.prepared import Prepared
from ..language.digest import sha256
from ..language.errors import GuidelineError, did_you_mean
from ..language.terms import unquote
from ..program.code_systems import PROCEDURE
from ..program.fitting import fits
from ..program.graph import Strata
from ..program.program import Program
from ..program.schema import case_schema
from .cache import keep, keep_written, recall, recalled
from .texts import Texts, all_texts, chain
from .written import Built

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError, Validator

    from ..circuit.circuit import Circuit


class Guideline:
    """A guideline that has passed the checks, ready for evaluation in any thread."""

    def __init__(self, folder: Path, program: Program, strata: Strata, digest: str = "") -> None:
        self.folder, self.program, self.strata = folder, program, strata
        self.hash = digest  # SHA-256 of its text, in hex; empty where it was not read from one
        self._threads = threading.local()
        self._boundaries = program.boundaries()
        self._circuits: dict[tuple[str, bool], Circuit] = {}
        self.one_by_one: dict[str, str] = {}  # by edition that cannot be grounded: why its cases are asked of pyDatalog
        self._grounding, self._grounded = threading.RLock(), dict[str, Prepared | None]()
        self._kept: dict[str, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Let another process have the guideline; what was made of it is made there anew."""
        return Guideline, (self.folder, self.program, self.strata, self.hash)

    @cached_property
    def folders(self) -> list[Path]:
        """The folder of the guideline, and those of what it extends, the nearest first."""
        return [folder for folder, *_ in chain(self.folder)] if self.program.variation.base else [self.folder]

    @cached_property
    def codes(self) -> frozenset[str]:
        """The procedure codes that its clauses name."""
        return frozenset(_codes(self.program))

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of a case, as the guideline publishes it."""
        return case_schema(self.program)

    @cached_property
    def validator(self) -> Validator:
        """The check of a case by the schema; its `iter_errors` yields every fault."""
        import jsonschema_rs  # takes as long as deciding a case, and most cases have no fault

        return jsonschema_rs.validator_for(self.schema)

    def errors(self, value: Any) -> Iterable[ValidationError]:
        """Return every fault of a case by the schema."""
        return () if fits(value, self.schema, self.schema) else self.validator.iter_errors(value)

    def since(self, date: str) -> str:
        """Return the ISO date since which the rules have been as on a date; an empty text for the first ones."""
        return self.editions()[bisect_right(self._boundaries, date)]

    def editions(self) -> list[str]:
        """Return since when each edition of the rules is in force: ISO dates, and an empty text for the first."""
        return ["", *self._boundaries]

    def evaluator(self, date: str) -> Evaluator:
        """Return this thread's evaluator of the edition in force on an ISO date."""
        editions: dict[Any, Evaluator] = self._threads.__dict__
        edition = self.since(date)
        if edition not in editions:
            editions[edition] = Evaluator(self.program, self.strata, date, self.prepared(edition), self._kept)
        return editions[edition]

    def prepared(self, edition: str) -> Prepared | None:
        """Return an edition ready to choose from, for all threads; None where its cases are asked of pyDatalog.

        :param edition: the ISO date since which its rules are as they are; see `since`.
        """
        if not self.hash:
            return None  # made for a question or two: not worth while
        with self._grounding:
            if edition not in self._grounded:
                try:
                    found = self._prepare(edition)
                except NotGroundedError as error:
                    found, self.one_by_one[edition] = None, str(error)
                self._grounded[edition] = found
            return self._grounded[edition]

    def ready(self) -> dict[str, Prepared]:
        """Return what is prepared already, by edition."""
        with self._grounding:
            return {edition: found for edition, found in self._grounded.items() if found}

    def _prepare(self, edition: str) -> Prepared:
        from .grounding import prepared

        return prepared(self.program, self.strata, edition, (self.hash, edition))

    def circuit(self, date: str, *, whole: bool = False) -> Circuit:
        """Return the circuit of the edition in force on an ISO date.

        :param whole: whether what it is drawn from is asked for as well.
        :raises NotGroundedError: where the edition cannot be grounded; its cases are decided one by one.
        """
        edition = self.since(date)
        if (edition, whole) not in self._circuits:
            from .circuits import circuit

            found = circuit(self.program, self.strata, edition, (self.hash, edition), whole=whole)
            self._circuits[edition, whole] = found
        return self._circuits[edition, whole]


class _Later(Guideline):
    """A guideline that an earlier start found sound, of which more than its codes is read once that is asked for."""

    def __init__(self, folder: Path, texts: Texts, codes: frozenset[str]) -> None:
        self.folder, self.hash, self.codes, self._texts = folder, _hash(texts), codes, texts
        self._loading = threading.RLock()

    def __getattr__(self, name: str) -> Any:
        if "_loading" not in self.__dict__:
            raise AttributeError(name)  # of an object that is not made yet
        with self._loading:
            if "program" not in self.__dict__:  # nor did another thread load it meanwhile
                self.__dict__ |= {**_load(self.folder, self._texts).__dict__, **self.__dict__}
        return object.__getattribute__(self, name)


def later(folder: str) -> Guideline:
    """Return a guideline shipped here; where an earlier start has noted its codes, it is loaded when it is asked.

    :raises GuidelineError: see `load`.
    """
    path = guidelines()[folder].resolve()
    texts = all_texts(path)
    noted = recalled(path / "codes", texts, lambda codes: frozenset(map(str, codes)))
    if noted is not None:
        return _Later(path, texts, noted)
    found = load(folder)
    keep_written(path / "codes", texts, sorted(found.codes))
    return found


def _codes(program: Program) -> Iterator[str]:
    for rule in program.rules:
        terms = [*rule.head.args, *(term for literal in rule.asked for term in literal.atom.args), *rule.compared]
        for term in terms:
            if isinstance(term, str) and term.startswith('"') and re.fullmatch(PROCEDURE, unquote(term)):
                yield unquote(term)


def load(folder: Path | str = DEFAULT) -> Guideline:
    """Load a guideline as its text is now; text that was loaded before gives the same object.

    :param folder: the name of a guideline shipped here, or a folder of `.dl` files.
    :raises GuidelineError: where the text does not parse or is unsound; it lists every finding.
    :raises FileNotFoundError: where there is no such guideline.
    """
    path = guidelines().get(str(folder), Path(folder))
    texts = all_texts(path)
    if not texts:
        hint = did_you_mean(str(folder), guidelines()) or f"shipped are {', '.join(guidelines())}"
        raise FileNotFoundError(f"{folder}: no guideline there (no .dl file); {hint}")
    return _load(path.resolve(), texts)


_LOADED: WeakValueDictionary[str, Guideline] = WeakValueDictionary()
"""The guidelines at hand, by the hashes of their texts."""


@lru_cache(maxsize=8)
def _load(path: Path, texts: Texts) -> Guideline:
    built = recall(path, texts)
    if not built:
        built = _build(texts)
        keep(path, texts, built)
    made = Guideline(path, *built, _hash(texts))
    _LOADED[made.hash] = made
    return made


def loaded(text: str) -> Guideline | None:
    """Return the guideline that a decision was made by, where it is still at hand.

    :param text: the hash of its text, as the decision has it.
    """
    return _LOADED.get(text)


def _hash(texts: Texts) -> str:
    """Return the SHA-256 of the names and the texts of the files, each with its length before it."""
    digest = sha256()
    for part in (part.encode("utf-8", "surrogatepass") for text in texts for part in text):
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()


def _build(texts: Texts) -> Built:
    """Read and check a guideline."""
    # Needed only where the text is new: Lark and networkx are slow to import.
    from ..program.graph import stratify
    from ..program.reader import read_program
    from ..soundness.check import check

    program, findings = read_program(texts)
    findings = findings or check(program)
    if findings:
        raise GuidelineError(findings)
    return program, stratify(program)
