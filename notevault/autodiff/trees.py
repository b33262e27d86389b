"""Nested lists, tuples and dicts of arrays, so that a function can take all parameters of a network as one
argument."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

_BRANCHES = (list, tuple, dict)


def leaves(tree: Any) -> list[Any]:
    """The leaves of a tree from left to right; dicts in the order of their keys' insertion.

    >>> leaves({"w": 1.0, "b": [2.0, 3.0]})
    [1.0, 2.0, 3.0]
    """
    if not isinstance(tree, _BRANCHES):
        return [tree]
    found: list[Any] = []
    _collect(tree, found)
    return found


def _collect(tree: Any, found: list[Any]) -> None:
    for branch in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(branch, _BRANCHES):
            _collect(branch, found)
        else:
            found.append(branch)


def rebuild(tree: Any, values: Sequence[Any]) -> Any:
    """A tree of the same form with other leaves.

    >>> rebuild({"w": 1.0, "b": [2.0, 3.0]}, "xyz")
    {'w': 'x', 'b': ['y', 'z']}
    """
    return _build(tree, iter(values))


def _build(branch: Any, remaining: Iterator[Any]) -> Any:
    if not isinstance(branch, _BRANCHES):
        return next(remaining)
    if isinstance(branch, tuple) and hasattr(branch, "_fields"):
        return type(branch)(*(_build(part, remaining) for part in branch))
    if isinstance(branch, dict):
        return {key: _build(part, remaining) for key, part in branch.items()}
    return type(branch)(_build(part, remaining) for part in branch)


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """The tree with `function` applied to every leaf."""
    return rebuild(tree, [function(leaf) for leaf in leaves(tree)])
