"""Dates of which a case gives two: by key, those that are enough for each number of days between them that matters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import networkx as nx

from ..program.elapsed import earlier, elapsed
from ..program.program import CaseKey

Spans = Mapping[CaseKey, Collection[int]]
"""Of days between two dates, the numbers that rules compare them with."""


def apart(spans: Spans, bound: Collection[str]) -> list[set[str]]:
    """Return the keys of dates that are counted to each other alone: one of them, said alone, may be any day.

    :param bound: the keys of dates that are counted to the date of service.
    """
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from((span.other, span.key) for span in spans)
    return [keys for keys in nx.connected_components(graph) if keys.isdisjoint(bound)]


def days_of(
    spans: Spans, counted: Iterable[tuple[str, str, int]], served: str, said: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return by key the dates to look at, the latest first, for each key of two between which days are counted.

    Bounds that some dates keep are kept by dates as late as the bounds let them be (difference constraints: the
    longest paths). Each is then held by a bound of its own, or by one on the days to another that is held.

    :param counted: of time from a date to the date of service: the key, the unit, and a number told apart from others.
    :param served: the ISO date of service.
    :param said: by key, ISO dates that have to be among them.
    """
    own: dict[str, set[int]] = {}
    for key, unit, number in counted:
        own.setdefault(key, set()).add(elapsed("days", earlier(unit, served, max(number, 0)), served))
    days = {key: elapsed("days", day, served) for key, day in said.items()}
    joined: nx.DiGraph[str] = nx.DiGraph()
    joined.add_edges_from((span.other, span.key) for span in spans)
    parts = nx.weakly_connected_components(joined)
    ages = {key: of for keys in parts for key, of in _ages(joined.subgraph(keys), spans, own, days).items()}
    return {key: [earlier("days", served, age) for age in each] for key, each in ages.items()}


def _ages(
    joined: nx.DiGraph[str], spans: Spans, own: Mapping[str, set[int]], said: Mapping[str, int]
) -> dict[str, list[int]]:
    """Return by key the days before the date of service at which to look at dates that are counted to each other."""
    keys = sorted(joined)
    mine = {span: days for span, days in spans.items() if span.key in keys}
    bound = [own[key] for key in keys if key in own]
    far = -sum(1 + max(days, default=0) for days in (*mine.values(), *bound))
    # What is not counted to the date of service, nor to a date that is, may be after it, as far as others let it.
    late = {key for key in keys if bound and own.keys().isdisjoint({key, *nx.descendants(joined, key)})}
    ages = {key: {0, *own.get(key, ()), *((far,) if key in late else ())} for key in keys}
    ages = {key: each | ({said[key]} if key in said else set()) for key, each in ages.items()}
    for _ in keys[1:]:
        ages = {key: ages[key] | set(_held(key, ages, mine)) for key in keys}
    return {key: sorted(age for age in ages[key] if age >= 0 or key in late) for key in keys}


def _held(key: str, ages: Mapping[str, set[int]], spans: Spans) -> Iterator[int]:
    """Yield the days before the date of service at which a date is held by the fewest or the most to another one."""
    for span, cuts in spans.items():
        if key == span.other:
            yield from (age + least for age in ages[span.key] for cut in (-1, *cuts) for least in {cut, cut + 1} - {-1})
        elif key == span.key:
            yield from (age - most for age in ages[span.other] for cut in cuts for most in {cut - 1, cut} - {-1})
