"""A term of a sum in the right gradient that was forgotten or has the wrong sign: `A @ w` for `A @ w - y`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from notevault.autodiff import Tensor, apply
from notevault.autodiff.sweep import recorded
from notevault.frontends.backward.search import Search
from notevault.frontends.explain import Explanation

MAX_SUMS = 40


def terms_inside(search: Search) -> Explanation | None:
    """The right gradient, computed again with one sum changed, is the claimed one."""
    made_of = recorded([search.right])
    sums = [node for node in made_of if node.primitive is not None and node.primitive.name in {"add", "sub"}]
    for node in sums[:MAX_SUMS]:
        for kind, text, change in _changes(search, node):
            if search.is_claimed(_with(made_of, node, change)):
                return Explanation(kind, text)
    return None


def _changes(search: Search, node: Tensor) -> Iterator[tuple[str, str, Callable[[Any, Any], Any]]]:
    """What may have happened to `left + right` (or `left - right`), as functions of the operands."""
    plus = node.primitive is not None and node.primitive.name == "add"
    words = [search.wording.text(operand) for operand in node.operands]
    whole = search.wording.text(node, whole=True)
    inside = f" in {whole}" if whole else ""
    shape = node.shape
    for place, word in enumerate(words):
        if word is None or np.shape(node.arguments[1 - place]) != shape:
            continue
        if place == 1:
            yield "missing term", f"the term {word} is missing{inside}", lambda a, b: a
        else:
            yield "missing term", f"the term {word} is missing{inside}", lambda a, b: b if plus else -b
    if words[1] is not None:
        other: Callable[[Any, Any], Any] = (lambda a, b: a - b) if plus else (lambda a, b: a + b)
        yield "sign of a term", f"the sign of the term {words[1]} is wrong{inside}", other


def _with(nodes: list[Tensor], changed: Tensor, change: Callable[[Any, Any], Any]) -> Any:
    """The last of the nodes, computed again with one of them made by another function."""
    made: dict[int, Any] = {}
    for node in nodes:
        operands = [_again(operand, made) for operand in node.operands]
        if node is changed:
            made[node.index] = change(*operands)
        elif any(o is not old for o, old in zip(operands, node.operands, strict=True)) and node.primitive is not None:
            made[node.index] = apply(node.primitive.name, *operands, **node.parameters)
    return made.get(nodes[-1].index, nodes[-1])


def _again(operand: Any, made: Mapping[int, Any]) -> Any:
    return made.get(operand.index, operand) if isinstance(operand, Tensor) else operand
