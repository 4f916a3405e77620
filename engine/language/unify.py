"""One atom made another: the binding of its variables under which they are the same."""

from __future__ import annotations

from .terms import Atom, Constant, Var

Binding = dict[str, Constant]


def unify(pattern: Atom, other: Atom) -> Binding | None:
    """Return the binding of the pattern's variables that makes it the other atom, or None.

    A variable of the other atom fits everything and binds nothing.
    """
    binding: Binding = {}
    if pattern.predicate != other.predicate:
        return None
    for mine, theirs in zip(pattern.args, other.args, strict=True):
        if isinstance(theirs, Var):
            continue
        if isinstance(mine, Var):
            if binding.setdefault(mine.name, theirs) != theirs:
                return None
        elif mine != theirs:
            return None
    return binding


def numbered(atom: Atom) -> Atom:
    """Name the variables by position, so that one pattern is analysed once."""
    for term in atom.args:
        if isinstance(term, Var):
            break
    else:
        return atom
    return Atom(atom.predicate, tuple([Var(f"V{i}") if isinstance(a, Var) else a for i, a in enumerate(atom.args)]))
