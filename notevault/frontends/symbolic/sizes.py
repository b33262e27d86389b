"""Names that stand for sizes and indices, and the small numbers that are tried for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sympy

from notevault.frontends.symbolic.expressions import Expr

_SHAPED = (
    sympy.MatrixSymbol,
    sympy.Identity,
    sympy.ZeroMatrix,
    sympy.OneMatrix,
)
_SIZES = (3, 4)


def parts(*values: Any) -> Iterator[Expr]:
    """Every part of the values, once, however often it occurs; a list stands for its entries."""
    stack, known, kept = list(values), set(), []
    while stack:
        part = stack.pop()
        if isinstance(part, list | tuple):
            stack.extend(part)
        elif isinstance(part, sympy.MatrixBase | sympy.NDimArray):
            stack.extend(np.ravel(np.array(part.tolist(), dtype=object)))
        elif id(part) not in known:
            known.add(id(part))
            kept.append(part)  # so that no other part gets its identity
            yield part
            stack.extend(getattr(part, "args", ()))


def instances(*values: Any) -> list[dict[Expr, int]]:
    """Readings of the names of sizes and indices in the values as numbers: one that is empty when there are none.

    >>> n, i, j = sympy.symbols("n i j", integer=True)
    >>> x = sympy.IndexedBase("x")
    >>> instances(sympy.Sum(x[i] ** 2, (i, 1, n)), x[j])
    [{n: 3, j: 1}, {n: 4, j: 2}]
    """
    sizes, indices, bound = set[Expr](), set[Expr](), set[Expr]()
    for part in parts(*values):
        if isinstance(part, sympy.Sum | sympy.Product):
            bound.update(part.variables)
            sizes.update(name for limit in part.limits for side in limit[1:] for name in side.free_symbols)
        elif isinstance(part, _SHAPED):
            sizes.update(name for side in part.shape for name in side.free_symbols)
        elif isinstance(part, sympy.Indexed):
            indices.update(name for index in part.indices for name in index.free_symbols)
        elif isinstance(part, sympy.matrices.expressions.matexpr.MatrixElement):
            indices.update(name for index in (part.i, part.j) for name in index.free_symbols)
    sizes -= bound
    indices -= bound | sizes
    if not sizes and not indices:
        return [{}]
    return [_numbered(_sorted(sizes), _sorted(indices), turn) for turn in (0, 1)]


def _sorted(names: set[Expr]) -> list[Expr]:
    return sorted((name for name in names if isinstance(name, sympy.Symbol)), key=lambda name: str(name.name))


def _numbered(sizes: Sequence[Expr], indices: Sequence[Expr], turn: int) -> dict[Expr, int]:
    """Different sizes for different names; the indices are equal the first time and differ the second."""
    numbers = {name: _SIZES[(place + turn) % 2] for place, name in enumerate(sizes)}
    return numbers | {name: 1 + turn * ((place + 1) % 2) for place, name in enumerate(indices)}


def told(readings: Sequence[dict[Expr, int]]) -> str:
    """The readings in words: `for n = 3, and for n = 4`; nothing when no name was read as a number."""
    words = [", ".join(f"{name} = {number}" for name, number in reading.items()) for reading in readings if reading]
    return ", and ".join(f"for {word}" for word in words)
