"""A factor of the gradient that is a value of the note: missing, or there once too often."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import numpy as np

from notevault.autodiff import Tensor
from notevault.frontends.backward.points import agree, array
from notevault.frontends.backward.search import Search
from notevault.frontends.explain import Explanation


def value_factors(search: Search) -> Explanation | None:
    """The named value by which the claimed gradient must be multiplied or divided, element by element."""
    claimed, right = search.here
    if claimed.shape != right.shape:
        return None
    used = set() if search.line.expression is None else {ast.unparse(n) for n in ast.walk(search.line.expression)}
    for text, value in _values(search):
        plain = array(value)
        if agree(claimed * plain, right) and search.is_right(search.claimed * value):
            if text in used:
                return Explanation("extra chain factor", f"the division by {text} is too much")
            return Explanation("missing chain factor", f"the factor {text} is missing")
        if agree(right * plain, claimed) and search.is_claimed(search.right * value):
            if text not in used:
                return Explanation("missing chain factor", f"the division by {text} is missing")
            return Explanation("extra chain factor", f"the factor {text} is too much")
    return None


def _values(search: Search) -> Iterator[tuple[str, Any]]:
    shape = search.right.shape
    for node in [*search.nodes, *search.line.names.values()]:
        if isinstance(node, Tensor | np.ndarray) and node.shape in {(), shape} and array(node).dtype.kind == "f":
            text = search.wording.text(node)
            if text is not None and not text.startswith("__"):
                yield text, node
                yield f"(1 - {text})", 1 - node
