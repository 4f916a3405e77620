"""Tampers with proofs in every way that their form admits, and counts what the checker catches.

Nothing here knows what a proof means: each attribute, edge, node and header key is changed to each other
value of its type, with the ids left as they are, and with the ids forged to fit all the way up.

A tampering counts unless it leaves the meaning: unless the proof, read from its roots (without ids, and
without the order in which nodes, edges and the ways of an `either` are listed), is the same as before, or
is itself exactly a proof that the builder gives for the case (in either world and depth, for all lines or
those of one code).

    python tests/campaigns/tamper.py            the whole campaign, on cases of every outcome and the toy guideline
    python tests/campaigns/tamper.py --sample 2     two tamperings of each kind for each proof
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.decision.decide import judge
from coverlog.engine.language.errors import CaseError, GuidelineError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.checker.verify import Verifier
from coverlog.explain.proof.build import prove, why_not
from coverlog.explain.proof.document import as_json
from coverlog.explain.proof.node import Child, node_id

Told = dict[str, Any]
TOY = Path(__file__).parent / "toy"
OUTCOMES = ("medically_necessary", "not_medically_necessary", "more_information_needed", "not_addressed")
ROLES = ("premise", "absence", "comparison", "count", "member", "possible", "failure", "cause", "held", "way")
KINDS = ("determination", "contrast", "derived", "known", "given", "either", "absent", "failed", "compared",
         "counted", "undocumented")  # fmt: skip
TOY_CASES: tuple[dict[str, Any], ...] = (
    {},
    {"signs": {"score": 7}},
    {"signs": {"score": 3, "index": 2, "fever": "present"}},
    {"hues": ["red"]},
    {"hues": ["red", "green"], "signs": {"bar": "absent"}},
    {"codes": ["a00.12"]},
    {"signs": {"bar": "present", "score": 20}},
    {"place": "there", "number": 5, "signs": {"ache": "absent", "bar": "absent"}},
    {"signs": {"bar": "absent", "back_ache": {"status": "present", "source": "note"}},
     "services": [{"cpt": "10003", "units": 1}, {"cpt": "10003", "units": 1}, {"cpt": "99999"}]},
    {"services": [{"cpt": "10002"}, {"cpt": "10003", "units": 2}, {"cpt": "10003", "session": 2, "units": 4}],
     "signs": {"ache": "present"}},
    {"signs": {"bar": "absent", "score": 4, "index": 6, "fever": "absent"}, "hues": ["blue"],
     "services": [{"cpt": "10002"}]},
    {"codes": ["z999"], "signs": {"bar": "absent"}},
    {"signs": {"bar": "absent", "score": 15}, "place": "there", "number": 2},
    {"signs": {"bar": "absent", "score": 40, "ache": "present", "fever": "absent"}, "hues": ["blue"],
     "services": [{"cpt": "10003", "units": 3}]},
)  # fmt: skip


class Tampering(NamedTuple):
    """One change of a proof."""

    kind: str  # what it changes, such as `derived.value other` or `edge redirect`
    change: Callable[[Told], None]


# --- Proofs --------------------------------------------------------------------------------------


def toy_cases(guideline: Guideline) -> list[Case]:
    """Return the cases of the toy guideline."""
    base = {"date_of_service": "2024-05-01", "services": [{"cpt": "10001"}]}
    texts = [json.dumps({"id": f"toy-{i}"} | base | said).encode() for i, said in enumerate(TOY_CASES)]
    return [case for text in texts for case in read_text(text, "toy", guideline) if isinstance(case, Case)]


def canonical_cases(guideline: Guideline, most: int = 10**6) -> list[Case]:
    """Return cases of every outcome, at most so many of each folder."""
    found = []
    for folder in sorted(guideline.folder.glob("cases/*/")):
        files = sorted(folder.glob("**/*.yaml"))
        found += [c for c in read_files(files[:: max(1, len(files) // most)][:most], guideline) if isinstance(c, Case)]
    return found


def proofs(case: Case, guideline: Guideline, *, of_codes: bool = False) -> Iterator[tuple[str, Told]]:
    """Yield the proofs of a case that the builder gives, in both worlds and depths, and contrasts, with a name.

    :param of_codes: the proofs of the lines of each procedure code, in place of those of all lines.
    """
    for world in ("open", "closed"):
        try:
            judged = judge(case, guideline, world=world)
        except (CaseError, GuidelineError):
            continue
        for code in dict.fromkeys(line.code for line in judged.decision.lines) if of_codes else [""]:
            for every in (False, True):
                yield f"{world}{' every' if every else ''} {code}", plain(prove(judged, code=code, every=every))
            for outcome in OUTCOMES:
                yield f"{world} why not {outcome} {code}", plain(why_not(judged, outcome, code=code))


def plain(proof: Any) -> Told:
    """Return a proof as the JSON that is sent."""
    found: Told = json.loads(json.dumps(as_json(proof)))
    return found


def meaning(told: Told) -> str | None:
    """Return a digest of what a proof says from its roots down, ids apart; None where it has no such reading."""
    try:
        nodes, below = _by_name(told)
        named: dict[str, str] = {}
        for name in _below_first(told["roots"], below):
            content = {key: value for key, value in nodes[name].items() if key != "id"}
            edges = sorted(below.get(name, ()), key=lambda edge: edge["order"])
            links = [{**edge, "from": "", "to": named[edge["to"]]} for edge in edges]
            if content["kind"] == "either":  # its ways stand beside each other
                links = sorted(
                    (link | {"order": 0} for link in links), key=lambda link: json.dumps(link, sort_keys=True)
                )
            named[name] = _digest([content, links])
        header = {key: value for key, value in told.items() if key not in ("nodes", "edges", "roots")}
        return _digest([header, [named[root] for root in told["roots"]]])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _below_first(roots: Iterable[str], below: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return the nodes reached from the roots, each after those below it.

    :raises ValueError: where they go in a circle.
    """
    order: dict[str, None] = {}
    above: set[str] = set()
    stack = [(root, False) for root in roots]
    while stack:
        name, done = stack.pop()
        if done:
            above.discard(name)
            order[name] = None
        elif name in above:
            raise ValueError("a circle")
        elif name not in order:
            above.add(name)
            stack.append((name, True))
            stack += [(edge["to"], False) for edge in below.get(name, ())]
    return list(order)


def _by_name(told: Told) -> tuple[dict[str, dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """Return the nodes of a proof by their names, and the edges below each."""
    below: dict[str, list[dict[str, Any]]] = {}
    for edge in told["edges"]:
        below.setdefault(edge["from"], []).append(edge)
    return {node["id"]: node for node in told["nodes"]}, below


def forged(told: Told) -> Told | None:
    """Give every node the id that fits its content, and drop what no root reaches; None where nothing can fit."""
    try:
        nodes, below = _by_name(told)
        named: dict[str, str] = {}
        kept: dict[str, dict[str, Any]] = {}
        edges: list[dict[str, Any]] = []
        for old in _below_first(told["roots"], below):
            own = sorted(below.get(old, ()), key=lambda edge: edge["order"])
            moved = [edge | {"to": named[edge["to"]]} for edge in own]
            facts = {key: value for key, value in nodes[old].items() if key not in ("id", "kind")}
            children = [Child(edge["role"], edge["to"], edge.get("part", -1)) for edge in moved]
            named[old] = node_id(nodes[old]["kind"], facts, children)
            if named[old] not in kept:
                edges += [edge | {"from": named[old]} for edge in moved]
                kept[named[old]] = nodes[old] | {"id": named[old]}
        roots = [named[root] for root in told["roots"]]
        return told | {"roots": roots, "nodes": list(kept.values()), "edges": edges}
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


# --- Tamperings ----------------------------------------------------------------------------------


def tamperings(told: Told, donors: Iterable[Told]) -> Iterator[Tampering]:
    """Yield every tampering of a proof.

    :param donors: proofs whose values are put in the place of this one's.
    """
    values: dict[str, list[Any]] = {}
    for proof in (told, *donors):
        for node in proof["nodes"]:
            for key, value in node.items():
                pool = values.setdefault(key, [])
                if value not in pool and len(pool) < 40:
                    pool.append(value)
    yield from _headers(told)
    for at, node in enumerate(told["nodes"]):
        yield from _attributes(at, node, values)
    yield from _edges(told)
    yield from _nodes(told)
    yield from _roots(told)


def _put(place: Callable[[Told], Any], key: Any, value: Any) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        place(told)[key] = copy.deepcopy(value)

    return change


def _drop(place: Callable[[Told], Any], key: Any) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        del place(told)[key]

    return change


def others(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield other values near one, by its type alone, each with how it differs."""
    if isinstance(value, bool):
        yield "flipped", not value
        yield "type", int(value)
    elif isinstance(value, int):
        yield from (("number", value + step) for step in (-1, 1, 10))
        yield "type", float(value)
        yield "type", str(value)
    elif isinstance(value, str):
        yield "emptied", ""
        yield "lengthened", f"{value}x"
        yield "space", f"{value} "
        yield "capitals", value.swapcase()
        yield "cut", value[:-1]
        yield from (
            ("number", value.replace(d, str((int(d) + 1) % 10))) for d in sorted(set(filter(str.isdigit, value)))
        )
        yield "type", [value]
    elif isinstance(value, list):
        yield "emptied", []
        yield "reordered", value[::-1]
        yield from (("shortened", value[:i] + value[i + 1 :]) for i in range(len(value)))
        yield from (("doubled", [*value, value[i]]) for i in range(len(value)))
        yield "lengthened", [*value, "x"]
        yield "lengthened", [*value, []]
        for i, each in enumerate(value):
            yield from ((f"item {how}", [*value[:i], other, *value[i + 1 :]]) for how, other in others(each))
    elif isinstance(value, dict):
        yield "emptied", {}
        yield "lengthened", value | {"X": 1}
        for key, each in value.items():
            yield "shortened", {k: v for k, v in value.items() if k != key}
            yield from ((f"item {how}", value | {key: other}) for how, other in others(each))
    yield "null", None
    yield "type", {} if not isinstance(value, dict) else []


def _headers(told: Told) -> Iterator[Tampering]:
    for key, value in told.items():
        yield Tampering(f"header.{key} deleted", _drop(lambda t: t, key))
        if key in ("nodes", "edges"):
            changes: Iterable[tuple[str, Any]] = [
                ("emptied", []),
                ("null", None),
                ("type", {}),
                ("lengthened", [*value, 1]),
            ]
        else:
            changes = others(value)
        for how, other in changes:
            yield Tampering(f"header.{key} {how}", _put(lambda t: t, key, other))
    yield Tampering("header.world other", _put(lambda t: t, "world", "closed" if told["world"] == "open" else "open"))
    yield Tampering("header unknown key", _put(lambda t: t, "signed", "by nobody"))


def _attributes(at: int, node: dict[str, Any], values: dict[str, list[Any]]) -> Iterator[Tampering]:
    def place(told: Told) -> Any:
        return told["nodes"][at]

    for key, value in node.items():
        name = f"{node['kind']}.{key}"
        yield Tampering(f"{name} deleted", _drop(place, key))
        if key == "id":
            yield Tampering(f"{name} other", _put(place, key, "0" * 16))
            continue
        for how, other in others(value):
            yield Tampering(f"{name} {how}", _put(place, key, other))
        for other in values[key] if key != "kind" else KINDS:
            if other != value:
                yield Tampering(f"{name} other", _put(place, key, other))
    yield Tampering(f"{node['kind']} unknown key", _put(place, "remark", "x"))
    for key, pool in values.items():
        if key not in node:
            yield Tampering(f"{node['kind']} key of another kind", _put(place, key, pool[0]))


def _edges(told: Told) -> Iterator[Tampering]:
    names = [node["id"] for node in told["nodes"]]
    for at, edge in enumerate(told["edges"]):

        def place(told: Told, at: int = at) -> Any:
            return told["edges"][at]

        yield Tampering("edge deleted, order closed", _cut(at))
        yield Tampering("edge deleted, order left", _pop("edges", at))
        yield Tampering("edge doubled", _again("edges", at))
        yield Tampering("edge doubled at the end", _double(at))
        yield from (Tampering("edge redirected", _put(place, "to", name)) for name in names if name != edge["to"])
        yield from (Tampering("edge moved", _put(place, "from", name)) for name in names[:9] if name != edge["from"])
        yield from (Tampering("edge.role other", _put(place, "role", role)) for role in ROLES if role != edge["role"])
        yield from (Tampering(f"edge.part {n}", _put(place, "part", n)) for n in (-1, 0, 1, 9) if edge.get("part") != n)
        yield from (Tampering(f"edge.{k} {how}", _put(place, k, v)) for k in edge for how, v in others(edge[k]))
        yield from (Tampering(f"edge.{k} deleted", _drop(place, k)) for k in edge)
        yield Tampering("edge unknown key", _put(place, "weight", 1))
        for to, other in enumerate(told["edges"][:at]):
            if other["from"] == edge["from"]:
                yield Tampering("edges exchange their order", _exchange(at, to, "order"))
                yield Tampering("edges exchange their ends", _exchange(at, to, "to"))


def _pop(key: str, at: int) -> Callable[[Told], None]:
    return _drop(lambda told: told[key], at)


def _again(key: str, at: int) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        told[key].append(copy.copy(told[key][at]))

    return change


def _both(one: Callable[[Told], None], other: Callable[[Told], None]) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        one(told)
        other(told)

    return change


def _cut(at: int) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        gone = told["edges"].pop(at)
        for edge in told["edges"]:
            if edge["from"] == gone["from"] and edge["order"] > gone["order"]:
                edge["order"] -= 1

    return change


def _double(at: int) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        own = told["edges"][at]
        count = sum(edge["from"] == own["from"] for edge in told["edges"])
        told["edges"].append(own | {"order": count})

    return change


def _exchange(one: int, other: int, key: str) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        a, b = told["edges"][one], told["edges"][other]
        a[key], b[key] = b[key], a[key]

    return change


def _nodes(told: Told) -> Iterator[Tampering]:
    names = [node["id"] for node in told["nodes"]]
    for at, node in enumerate(told["nodes"]):
        name = node["id"]
        yield Tampering(f"{node['kind']} dropped with its edges", _without(name))
        yield Tampering(f"{node['kind']} dropped", _pop("nodes", at))
        yield Tampering(f"{node['kind']} doubled", _again("nodes", at))
        yield Tampering(f"{node['kind']} without what is below", _bare(name))
        yield from (Tampering("subtrees exchanged", _swap(name, other)) for other in names[:at])
        yield Tampering(f"node added below {node['kind']}", _add(name, attached=True))
    yield Tampering("node added beside", _add("", attached=False))


def _without(name: str) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        told["nodes"] = [node for node in told["nodes"] if node["id"] != name]
        for at in reversed([i for i, edge in enumerate(told["edges"]) if edge["to"] == name]):
            _cut(at)(told)
        told["edges"] = [edge for edge in told["edges"] if edge["from"] != name]
        told["roots"] = [root for root in told["roots"] if root != name]

    return change


def _bare(name: str) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        told["edges"] = [edge for edge in told["edges"] if edge["from"] != name]

    return change


def _swap(one: str, other: str) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        turn = {one: other, other: one}
        for edge in told["edges"]:
            edge["to"] = turn.get(edge["to"], edge["to"])
        told["roots"] = [turn.get(root, root) for root in told["roots"]]

    return change


def _add(above: str, *, attached: bool) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        leaf = next((n for n in told["nodes"] if n["kind"] in ("known", "given", "undocumented")), told["nodes"][0])
        told["nodes"].append(leaf | {"id": "f" * 16, "text": "all is well"})
        if attached:
            count = sum(edge["from"] == above for edge in told["edges"])
            told["edges"].append({"from": above, "to": "f" * 16, "role": "premise", "order": count})

    return change


def _roots(told: Told) -> Iterator[Tampering]:
    for at in range(len(told["roots"])):
        yield Tampering("root dropped", _pop("roots", at))
        yield Tampering("root dropped with its line", _both(_pop("roots", at), _pop("lines", at)))
        yield Tampering("root doubled", _again("roots", at))
        yield Tampering(
            "root doubled with its line",
            _both(_again("roots", at), _again("lines", at)),
        )
        for node in told["nodes"]:
            if node["id"] != told["roots"][at]:
                yield Tampering("root replaced", _put(lambda t: t["roots"], at, node["id"]))


# --- The campaign --------------------------------------------------------------------------------


class Tally:
    """What was tried, caught, and left the meaning, by kind of tampering."""

    def __init__(self) -> None:
        self.tried, self.caught, self.same = Counter[str](), Counter[str](), Counter[str]()
        self.missed: list[str] = []
        self.proofs = 0

    def table(self) -> str:
        """Return a line for each kind, and the sum."""
        lines = [f"{kind:45} {self.caught[kind]:7} of {n:7} caught" for kind, n in sorted(self.tried.items())]
        tried, caught = self.tried.total(), self.caught.total()
        share = f"{caught} of {tried} caught ({100 * caught / max(tried, 1):.3f}%)"
        same = f"{self.same.total()} more left the meaning as it was"
        return "\n".join([*lines, f"{len(lines)} kinds, {self.proofs} proofs: {share}; {same}"])


def attack(
    case: Case, guideline: Guideline, tally: Tally, rng: random.Random, sample: int = 0, most: int = 100
) -> None:
    """Tamper with the proofs of a case, with all kinds of tampering or a sample of each, and count.

    :param sample: how many tamperings of each kind are tried for each proof; 0 for all, -n for n of whatever kind.
    :param most: how many proofs of the case are tampered with.
    """
    given = dict(proofs(case, guideline))
    genuine: set[str | None] = set()
    verifier = Verifier(case, guideline.program)
    for name in rng.sample(sorted(given), min(most, len(given))):
        told = given[name]
        assert verifier.faults(told) == [], (case.id, name, verifier.faults(told)[:3])
        tally.proofs += 1
        for tampering in chosen(list(tamperings(told, given.values())), rng, sample):
            changed = copy.deepcopy(told)
            tampering.change(changed)
            for how, proof in (("plain", changed), ("forged", forged(changed))):
                if proof is None:
                    continue
                caught = bool(verifier.faults(proof))
                if not caught and not genuine:
                    of_codes = (each for _, each in proofs(case, guideline, of_codes=True))
                    genuine = set(map(meaning, (*given.values(), *of_codes)))
                if not caught and meaning(proof) in genuine:
                    tally.same[tampering.kind] += 1
                    continue
                tally.tried[tampering.kind] += 1
                tally.caught[tampering.kind] += caught
                if not caught:
                    tally.missed.append(f"{case.id} {name}: {tampering.kind} ({how})")


def chosen(tried: list[Tampering], rng: random.Random, sample: int) -> list[Tampering]:
    """Return a sample of tamperings; see `attack`."""
    if sample <= 0:
        return rng.sample(tried, min(-sample, len(tried))) if sample else tried
    kinds: dict[str, list[Tampering]] = {}
    for tampering in tried:
        kinds.setdefault(tampering.kind, []).append(tampering)
    return [each for of in kinds.values() for each in rng.sample(of, min(sample, len(of)))]


def main() -> int:
    """Run the campaign; 1 where something was missed."""
    parser = argparse.ArgumentParser(description="Tampers with proofs, and counts what the checker catches.")
    parser.add_argument(
        "--sample", type=int, default=0, help="tamperings of each kind for each proof; all where left out"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=1, help="canonical cases of each outcome")
    options = parser.parse_args()
    tally, rng = Tally(), random.Random(options.seed)
    toy, shipped = load(TOY), load()
    work = [(case, toy) for case in toy_cases(toy)]
    work += [(case, shipped) for case in canonical_cases(shipped, options.cases)]
    for at, (case, guideline) in enumerate(work):
        if sys.stderr.isatty():
            print(f"\r{at} of {len(work)} cases, {tally.tried.total()} tamperings", end="", file=sys.stderr)
        attack(case, guideline, tally, rng, options.sample)
    print(tally.table())
    print(*tally.missed[:50], sep="\n")
    return 1 if tally.missed else 0


if __name__ == "__main__":
    sys.exit(main())
