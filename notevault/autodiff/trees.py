"""Nested lists, tuples and dicts of arrays, so that a function can take all parameters of a network as one
argument."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

BRANCHES = (list, tuple, dict)


def leaves(tree: Any) -> list[Any]:
    """The leaves of a tree from left to right; dicts in the order of their keys' insertion.

    >>> leaves({"w": 1.0, "b": [2.0, 3.0]})
    [1.0, 2.0, 3.0]
    """
    if not isinstance(tree, BRANCHES):
        return [tree]
    found: list[Any] = []
    _collect(tree, found)
    return found


def _collect(tree: Any, found: list[Any]) -> None:
    for branch in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(branch, BRANCHES):
            _collect(branch, found)
        else:
            found.append(branch)


def leaves_like(tree: Any, like: Any) -> list[Any]:
    """The leaves of a tree in the order in which `like`, a tree of the same form, has them; dicts are matched by key.

    Raises ValueError where the forms differ.

    >>> leaves_like({"b": 2.0, "w": 1.0}, like={"w": None, "b": None})
    [1.0, 2.0]
    """
    found: list[Any] = []
    _collect_like(tree, like, found)
    return found


def _collect_like(tree: Any, like: Any, found: list[Any]) -> None:
    if isinstance(like, dict):
        if not isinstance(tree, dict) or tree.keys() != like.keys():
            raise ValueError(f"{_kind(tree)} where a dict with the keys {list(like)} is expected")
        for key, branch in like.items():
            _collect_like(tree[key], branch, found)
    elif isinstance(like, (list, tuple)):
        if not isinstance(tree, (list, tuple)) or len(tree) != len(like):
            raise ValueError(f"{_kind(tree)} where {_kind(like)} is expected")
        for part, branch in zip(tree, like, strict=True):
            _collect_like(part, branch, found)
    elif isinstance(tree, BRANCHES):
        raise ValueError(f"{_kind(tree)} where an array is expected")
    else:
        found.append(tree)


def _kind(tree: Any) -> str:
    """What a tree is, for a message."""
    if isinstance(tree, dict):
        return f"a dict with the keys {list(tree)}"
    return f"a {type(tree).__name__} of {len(tree)}" if isinstance(tree, (list, tuple)) else "a single value"


def form(tree: Any) -> Any:
    """A tree's containers and keys without its leaves, hashable: two trees of one form are read in one order.

    >>> form({"w": 1.0, "b": [2.0]}) == form({"w": 5.0, "b": [0.0]}) != form({"b": [2.0], "w": 1.0})
    True
    """
    if isinstance(tree, dict):
        return dict, tuple((key, form(branch)) for key, branch in tree.items())
    if isinstance(tree, (list, tuple)):
        return type(tree), tuple(form(branch) for branch in tree)
    return None


def rebuild(tree: Any, values: Sequence[Any]) -> Any:
    """A tree of the same form with other leaves.

    >>> rebuild({"w": 1.0, "b": [2.0, 3.0]}, "xyz")
    {'w': 'x', 'b': ['y', 'z']}
    """
    return _build(tree, iter(values))


def _build(branch: Any, remaining: Iterator[Any]) -> Any:
    if not isinstance(branch, BRANCHES):
        return next(remaining)
    if isinstance(branch, tuple) and hasattr(branch, "_fields"):
        return type(branch)(*(_build(part, remaining) for part in branch))
    if isinstance(branch, dict):
        return {key: _build(part, remaining) for key, part in branch.items()}
    return type(branch)(_build(part, remaining) for part in branch)


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """The tree with `function` applied to every leaf."""
    return rebuild(tree, [function(leaf) for leaf in leaves(tree)])
