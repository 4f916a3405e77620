"""Told sets of documentation by their form, for the proof checker: in order, with every choice they leave open made.

An item is `finding` and `needs`, or `at_least` so many `of` some such items, which stands for each choice of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, pairwise, product
from math import comb, prod
from typing import Any

from .items import LIMIT
from .step import TooLargeError

Needs = list[dict[str, Any]]


def are_sets(told: Any) -> bool:
    """Say whether something is a list of sets of things to document, by its form."""
    return isinstance(told, list) and all(isinstance(each, list) and each and all(map(_is_item, each)) for each in told)


def _is_item(item: Any) -> bool:
    if not isinstance(item, dict) or item.keys() != {"at_least", "of"}:
        return _is_need(item)
    number, of = item["at_least"], item["of"]
    return type(number) is int and isinstance(of, list) and 0 < number < len(of) and all(map(_is_need, of))


def _is_need(item: Any) -> bool:
    return isinstance(item, dict) and item.keys() == {"finding", "needs"} and set(map(type, item.values())) == {str}


def _key(item: dict[str, Any]) -> tuple[Any, ...]:
    if "of" in item:
        return 1, item["at_least"], *map(_key, item["of"])
    return 0, item["finding"], item["needs"]


def size(needs: Needs) -> int:
    """Return how many things a set asks for."""
    return sum(item.get("at_least", 1) for item in needs)


def are_in_order(told: list[Needs]) -> bool:
    """Say whether sets are told in order: the smallest first, then by the names in them; choices come last."""
    lists = [*told, *(item["of"] for needs in told for item in needs if "of" in item)]
    rising = all(a < b for items in lists for a, b in pairwise(map(_key, items)))
    return rising and all(a < b for a, b in pairwise((size(needs), list(map(_key, needs))) for needs in told))


def _leaves_choice(told: Any) -> bool:
    """Say whether some set leaves a choice open."""
    return are_sets(told) and any("of" in item for needs in told for item in needs)


def expanded(told: Iterable[Needs]) -> list[Needs]:
    """Return the sets with every choice made in every way.

    :raises TooLargeError: where there are more than are looked at.
    """
    found: list[Needs] = []
    for needs in told:
        number = prod(comb(len(item["of"]), item["at_least"]) for item in needs if "of" in item)
        if len(found) + number > LIMIT:
            raise TooLargeError(f"more than {LIMIT:,} sets of missing documentation")
        ways = [combinations(i["of"], i["at_least"]) if "of" in i else [(i,)] for i in needs]
        found += [sorted((each for part in way for each in part), key=_key) for way in product(*map(list, ways))]
    return found


def stand_for(told: Any, due: list[Needs], most: int) -> bool:
    """Say whether told sets, with the choices that they leave open made in every way, are exactly those due.

    :param most: how many sets are told at most.
    """
    if not _leaves_choice(told) or len(told) > most or not are_in_order(told):
        return False
    return sorted(expanded(told), key=str) == sorted(due, key=str)
