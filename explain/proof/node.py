"""The name of a proof node: a digest of what it says and of what it rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

_written = json.JSONEncoder(sort_keys=True).encode


class Child(NamedTuple):
    """An edge to be: what the child is to its parent, and the part of the rule's body it speaks of."""

    role: str
    node: str
    part: int = -1


def node_id(kind: str, facts: dict[str, Any], children: Iterable[Child]) -> str:
    """Return the id of a node: a digest of its content and of its children's ids."""
    return hashlib.sha256(_written([kind, facts, list(children)]).encode()).hexdigest()[:16]
