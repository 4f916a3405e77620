"""What is kept of what was found, up to a number."""

from __future__ import annotations

from typing import TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")


class Kept(dict[Key, Found]):
    """What was found, by what it was found of; where it would be too much, it begins anew.

    :param most: how much there may be.
    """

    __slots__ = ("most",)

    def __init__(self, most: int) -> None:
        self.most = most

    def keep(self, key: Key, found: Found) -> Found:
        """Keep something, and return it."""
        if len(self) >= self.most:
            self.clear()
        self[key] = found
        return found
