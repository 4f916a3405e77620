"""Numbers found by keys, for arrays of keys at once: what is different is asked for once, all else is looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

WIDTH = 56
"""How many bits of a key a number holds; the rest is left for a number that is no key."""
_SLOTS = 1 << 16
_SPREAD = 0x9E3779B97F4A7C15


class Lookup:
    """The numbers of keys, kept by the key.

    :param make: gives the number of a key that has none yet.
    """

    def __init__(self, make: Callable[[int], int]) -> None:
        import numpy as np

        self._make = make
        self._numbers: dict[int, int] = {}
        self._keys = np.full(_SLOTS, -1, np.int64).view(np.uint64)
        self._kept = np.zeros(_SLOTS, np.int32)

    def of(self, keys: Any) -> Any:
        """Return the number of each key.

        :param keys: a row for each key, of so many columns as it takes; a column holds `WIDTH` bits.
        """
        import numpy as np

        if keys.shape[1] > 1:
            different, back = np.unique(keys, axis=0, return_inverse=True)
            wide = [self._number(sum(int(k) << WIDTH * at for at, k in enumerate(row))) for row in different]
            return np.array(wide, np.int32)[back.ravel()]
        keys = keys[:, 0]
        slots = (keys * np.uint64(_SPREAD)) >> np.uint64(48)
        found = self._kept[slots]
        others = np.nonzero(self._keys[slots] != keys)[0]
        if len(others):
            different, back = np.unique(keys[others], return_inverse=True)
            numbers = np.array([self._number(int(key)) for key in different], np.int32)
            found[others] = numbers[back]
            places = (different * np.uint64(_SPREAD)) >> np.uint64(48)
            self._keys[places], self._kept[places] = different, numbers
        return found

    def _number(self, key: int) -> int:
        if key not in self._numbers:
            self._numbers[key] = self._make(key)
        return self._numbers[key]
