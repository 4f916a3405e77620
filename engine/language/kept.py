"""What is kept of what was found, up to a number."""

from __future__ import annotations

from typing import TypeVar

Key, Found = TypeVar("Key"), TypeVar("Found")


class Kept(dict[Key, Found]):
    """What was found, by what it was found of; where it would be too much, it begins anew.

    :param most: how much there may be.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def keep(self, key: Key, found: Found) -> Found:
        """Keep something, and return it."""
        if len(self) >= self.most:
            self.clear()
        self[key] = found
        return found
