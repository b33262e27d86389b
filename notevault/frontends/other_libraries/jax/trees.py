"""Trees of lists, tuples, dicts and None: `jax.tree_util`, `jax.tree`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notevault.frontends.other_libraries.jax.array import rebuilt


def tree_map(function: Callable[..., Any], tree: Any, *rest: Any) -> Any:
    """The function at every leaf, of several trees side by side."""
    if tree is None:
        return None
    if isinstance(tree, dict):
        return {key: tree_map(function, tree[key], *(other[key] for other in rest)) for key in sorted(tree)}
    if isinstance(tree, list | tuple):
        return rebuilt(tree, (tree_map(function, *parts) for parts in zip(tree, *rest, strict=True)))
    return function(tree, *rest)


def leaves(tree: Any) -> list[Any]:
    """The leaves, in jax's order: dicts by their keys."""
    found: list[Any] = []
    tree_map(found.append, tree)
    return found


def tree_reduce(function: Callable[[Any, Any], Any], tree: Any, *start: Any) -> Any:
    """The leaves put together one after the other."""
    parts = [*start, *leaves(tree)]
    total = parts[0]
    for part in parts[1:]:
        total = function(total, part)
    return total


TREE = {"map": tree_map, "leaves": leaves, "reduce": tree_reduce}
TREE_UTIL = {"tree_map": tree_map, "tree_leaves": leaves, "tree_reduce": tree_reduce}
