"""The way from a case to another one: in words, as options of what-if, and what the guideline objects to on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from math import inf
from weakref import WeakKeyDictionary

from ...engine.decision.decide import Judged, advisories
from ...engine.decision.decision import Advisory
from ...engine.decision.loosened import inputs
from ...engine.decision.need import AtLeast, Need, fewest
from ...engine.decision.situation import Situation
from ...engine.evaluation.component import Slot
from ...engine.evaluation.rules import Model
from ...engine.language.terms import Atom, Literal, quote
from ...engine.library.grounding import bearing_on
from ...engine.program.elapsed import earlier
from ...engine.program.forms import BETWEEN, SINCE
from ...engine.program.graph import closure
from ...engine.program.interface import ADVISORY
from ...engine.program.words import say_atom
from .phrases import listed
from .request import Request, facts

AS_IT_IS = Request()
_DRAWN: WeakKeyDictionary[Situation, dict[object, tuple[Advisory, ...]]] = WeakKeyDictionary()
"""What a case draws on its ways, which its lines have in common."""


class Route:
    """Says how to go from a decided case to another one.

    :param session: the session of the line that it is for.
    """

    def __init__(self, judged: Judged, session: int) -> None:
        self.judged, self.session = judged, session
        self.program = judged.guideline.program
        self.inputs = {derived.name: name for name, derived in inputs(self.program).items()}
        self._drawn = _DRAWN.setdefault(judged.situation, {})
        self._chosen: dict[Request, Request] = {}
        self._options: dict[Need, str] = {}
        self._documents: dict[Need, Atom | None] = {}

    def asked(
        self, targets: Iterable[Atom], choices: Sequence[Need], model: Model, told: Collection[Atom]
    ) -> Iterator[Literal]:
        """Yield what the request comes to, by what outcomes rest on that is not so now, and what it comes to no more.

        :param targets: the outcomes, in a model in which they may be so.
        :param choices: what the request has to say beside its services.
        :param told: what is documented on the way.
        """
        seen: set[Atom] = set()
        stack = [(target, False) for target in targets]
        while stack:
            atom, said = stack.pop()
            if atom in seen or self.judged.model.sure(atom):
                continue
            seen.add(atom)
            if atom.predicate in self._of_request and not said:
                said = True
                yield Literal(atom)
            if firings := model.firings.get(atom):
                held = min(firings, key=lambda f: sum(not model.sure(p) and p not in told for p in f.premises))
                stack += [(premise, said) for premise in held.premises]
                if not said:
                    yield from (Literal(a, False) for a in held.absences if self._is_of_request(a))
        yield from (Literal(need.atom) for need in choices if need.atom not in seen)

    def by_code(self, request: Request, *, every: bool) -> Iterator[str]:
        """Yield in words what differs from the request made, where what it comes to does not say so.

        :param every: say also which codes come to it, beside those that go.
        """
        for at in range(len(request.add)) if every or not request.drop else ():
            yield f"{listed(self._as_good(request, at), last=' or ')} is requested with it"
        for codes in request.drop:
            yield f"{listed(codes)} {'are' if codes[1:] else 'is'} not requested with it"

    def in_words(self, atom: Atom, request: Request) -> str:
        """Return in words what is asked of the request; a code that it names with all that come to the same."""
        named = {quote(codes[0]): at for at, codes in enumerate(request.add) if quote(codes[0]) in atom.args}
        told = {code: quote(listed(self._as_good(request, at), last=" or ")) for code, at in named.items()}
        return say_atom(atom._replace(args=tuple([told.get(str(arg), arg) for arg in atom.args])), self.program)

    def _as_good(self, request: Request, at: int) -> list[str]:
        """Return a code that comes to a request, and those that draw no more advisories in its place."""
        chosen = self._sparing(request)
        fewest = len(self._objections((), chosen))
        tried = {c: chosen._replace(add=(*chosen.add[:at], (c,), *chosen.add[at + 1 :])) for c in request.add[at]}
        return [code for code, each in tried.items() if len(self._objections((), each)) <= fewest]

    def _is_of_request(self, atom: Atom) -> bool:
        """Say whether the request makes something so as it is, or may do so."""
        return atom.predicate in self._of_request and self.judged.model.possible(atom)

    @cached_property
    def _of_request(self) -> frozenset[str]:
        """The predicates that a request, and not the record, makes so."""
        from .evidence import clinical  # slow to import, and only another request needs it

        return self.judged.guideline.strata.from_case - clinical(self.judged.guideline) - {*self.program.outputs()}

    def changed(
        self, needs: Collection[Need | AtLeast], told: Collection[Atom] = (), request: Request = AS_IT_IS
    ) -> tuple[tuple[Advisory, ...], tuple[str, ...]]:
        """Return the advisories that the case draws on the way and does not draw now, and the way as options."""
        request = self._sparing(request)
        needs = fewest(needs)
        named = {need.finding for need in needs}
        options = [f"--set {name}=unknown" for name in self._withdrawn(told) if name not in named]
        options += [self._option(need) for need in sorted(needs, key=lambda n: (n.finding, n.needs))]
        options += [f"--add services={codes[0]}@{self.session}" for codes in request.add]
        options += [f"--drop services={code}@{self.session}" for codes in request.drop for code in codes]
        return self._objections(needs, request), tuple(options)

    @cached_property
    def _denied(self) -> dict[Atom, str]:
        """What the record denies, in the order of the names."""
        denials = {
            p.name: d
            for d, name in self.inputs.items()
            for p in self.program.predicates.values()
            if p.case and p.case.shape == "absent of" and p.case.kind == self.program.predicates[d].open_kind
        }
        said = ((denials.get(atom.predicate), atom.args) for atom in sorted(self.judged.case.facts, key=str))
        return {Atom(derived, args): str(args[0]) for derived, args in said if derived}

    def _withdrawn(self, told: Collection[Atom]) -> Iterator[str]:
        """Yield what the record denies, and could no longer deny once more is documented."""
        yield from (name for atom, name in self._denied.items() if atom in told)

    def _option(self, need: Need) -> str:
        """Return the option of what-if that documents what is needed."""
        if (known := self._options.get(need)) is None:
            known = self._options[need] = self._documenting(need)
        return known

    def _documenting(self, need: Need) -> str:
        declared = self.program.predicates[need.atom.predicate]
        key = self.program.predicates[declared.said_by].case if declared.said_by else None
        if key and key.shape == "each of" and not need.denies:
            return f"--add {key.key}={need.finding}"
        if bounds := need.bounds:
            return self._amount(need, bounds.low if bounds.low > -inf else bounds.high)
        return f"--set {need.finding}={'present' if need.stated and not need.denies else need.needs}"

    def _amount(self, need: Need, number: float) -> str:
        """Return the option that documents a number, or the date from which so much time has gone by."""
        key = self.program.predicates[need.atom.predicate].case
        if key is None or key.shape not in (*SINCE, BETWEEN):
            return f"--set {need.finding}={number}"
        to = self.judged.case.date
        start = f"--set {key.other or key.key}={earlier(key.unit, to, int(number))}"
        return f"{start} --set {key.key}={to}" if key.other else start

    def _sparing(self, request: Request) -> Request:
        """Return a request with the codes to add that draw the fewest advisories, of those that are as good."""
        if request not in self._chosen:
            chosen = request
            for at, codes in enumerate(request.add):
                tried = [chosen._replace(add=(*chosen.add[:at], (code,), *chosen.add[at + 1 :])) for code in codes]
                chosen = next((each for each in tried if not self._objections((), each)), None) or min(
                    tried, key=lambda each: len(self._objections((), each))
                )
            self._chosen[request] = chosen
        return self._chosen[request]

    def _objections(self, needs: Collection[Need], request: Request) -> tuple[Advisory, ...]:
        """Return the advisories that the case draws with a request and what is documented, and does not draw now."""
        said = frozenset(filter(None, map(self._said, needs)))
        if request == AS_IT_IS and not any(map(self._bears, said)):
            return ()
        if (key := (self.session, said, request)) not in self._drawn:
            given = [*facts(self.judged.case, self.judged.guideline, request, self.session), *said]
            open_world, evaluator = self.judged.decision.world == "open", self.judged.situation.evaluator
            model = evaluator.evaluate(given, open_world=open_world, of=ADVISORY)
            now = set(self.judged.decision.advisories)
            self._drawn[key] = tuple(each for each in advisories(self.program, model) if each not in now)
        return self._drawn[key]

    @cached_property
    def _bearing(self) -> frozenset[Slot] | None:
        """What has to come before the case draws an advisory that it does not draw now; None where all may."""
        guideline, situation = self.judged.guideline, self.judged.situation
        prepared = situation.evaluator.prepared
        seal = guideline.hash, guideline.since(situation.date)
        return bearing_on(ADVISORY, prepared, seal) if prepared else None

    def _bears(self, said: Atom) -> bool:
        return self._bearing is None or said in self._bearing or said.predicate in self._bearing

    @cached_property
    def _telling(self) -> frozenset[str]:
        """What advisories may rest on."""
        return closure(self.judged.situation.evaluator.asks, ADVISORY)

    def _said(self, need: Need) -> Atom | None:
        """Return what a case says that documents a finding or a choice, where an advisory may rest on it."""
        if need not in self._documents:
            name = self.inputs.get(need.atom.predicate, need.atom.predicate)
            tells = name in self._telling and not (need.bounds or need.denies)
            self._documents[need] = Atom(name, need.atom.args) if tells else None
        return self._documents[need]
