"""Einstein summation. The row of the table takes explicit subscripts without repetitions in one operand; the
function `einsum` brings every other notation into that form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from notevault.autodiff.operations.indexing import getitem
from notevault.autodiff.operations.shapes import broadcast, reshape, transpose
from notevault.autodiff.primitive import Reals, Sample, Value
from notevault.autodiff.rules import Variadic, operation
from notevault.autodiff.tensor import shape_of

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _pull(operand: int, g: Value, y: Value, *operands: Value, subscripts: str) -> Value:
    inputs, result = parse(subscripts)
    wanted = inputs[operand]
    others = [(inputs[k], x) for k, x in enumerate(operands) if k != operand]
    reachable = "".join(c for c in wanted if c in result or any(c in letters for letters, _ in others))
    spec = ",".join([result, *(letters for letters, _ in others)]) + "->" + reachable
    pulled = contract(g, *(x for _, x in others), subscripts=spec)
    if reachable == wanted:
        return pulled
    # an index that this operand alone has was summed, so the cotangent is the same along it
    shape = shape_of(operands[operand])
    kept = tuple(n if c in reachable else 1 for c, n in zip(wanted, shape, strict=True))
    return broadcast(reshape(pulled, shape=kept), shape=shape)


@operation(
    name="einsum",
    vjp=Variadic(_pull),
    latex=r"\operatorname{einsum}(#*)",
    partials_latex=(r"\operatorname{einsum}",),
    sympy="ArrayTensorProduct",
    samples=(
        Sample((Reals((2, 3)), Reals((3, 4))), {"subscripts": "ij,jk->ik"}),
        Sample((Reals((2, 3)), Reals((3,)), Reals((2,))), {"subscripts": "ij,j,i->"}),
        Sample((Reals((2, 3)),), {"subscripts": "ij->j"}),
        Sample((Reals((2, 3)), Reals((2, 4))), {"subscripts": "ij,ik->kj"}),
    ),
)
def contract(*operands: Value, subscripts: str) -> Value:
    """The sum of products that explicit subscripts name, such as "ij,jk->ik".

    Shapes: by the subscripts; an index does not occur twice in one operand, and equal indices have equal
    lengths.
    Rule: linear in each operand; its cotangent is the einsum of the output's cotangent with the other
    operands.

    >>> contract(np.ones((2, 3)), subscripts="ij->i")
    array([3., 3.])
    """
    return np.asarray(np.einsum(subscripts, *operands))[()]


def parse(subscripts: str) -> tuple[list[str], str]:
    """The subscripts of each operand and of the result."""
    left, _, result = subscripts.replace(" ", "").partition("->")
    return left.split(","), result


def _named(places: Sequence[Any]) -> str:
    """Subscripts given as numbers, in letters."""
    return "".join("..." if place is Ellipsis else LETTERS[place] for place in places)


def _from_lists(first: Value, *rest: Any) -> tuple[str, tuple[Value, ...]]:
    """numpy's other notation, an operand and the numbers of its axes in turn, and perhaps those of the result."""
    given = (first, *rest)
    pairs = list(zip(given[0::2], given[1::2], strict=False))
    subscripts = ",".join(_named(places) for _, places in pairs)
    result = "->" + _named(given[-1]) if len(given) % 2 else ""
    return subscripts + result, tuple(x for x, _ in pairs)


def einsum(subscripts: Any, *operands: Any) -> Value:
    """Einstein summation in numpy's notations: implicit results, `...` and diagonals too.

    >>> einsum("ii", np.eye(3))
    np.float64(3.0)
    """
    if not isinstance(subscripts, str):
        subscripts, operands = _from_lists(subscripts, *operands)
    inputs, result = explicit(subscripts, [len(shape_of(x)) for x in operands])
    plain = [_without_diagonal(letters, x) for letters, x in zip(inputs, operands, strict=True)]
    lengths: dict[str, int] = {}
    for letters, x in plain:
        for letter, n in zip(letters, shape_of(x), strict=True):
            lengths[letter] = n if n != 1 else lengths.get(letter, 1)
    repeated = [_to_lengths(letters, x, lengths) for letters, x in plain]
    spec = ",".join(letters for letters, _ in repeated) + "->" + result
    return contract(*(x for _, x in repeated), subscripts=spec)


def explicit(subscripts: str, ndims: Sequence[int]) -> tuple[list[str], str]:
    """Subscripts with the result written out and letters in the place of `...`."""
    has_result = "->" in subscripts
    inputs, result = parse(subscripts)
    free = [c for c in LETTERS if c not in subscripts]
    hidden = max((n - len(s.replace("...", "")) for s, n in zip(inputs, ndims, strict=True) if "..." in s), default=0)
    names = "".join(free[:hidden])
    filled = []
    for s, n in zip(inputs, ndims, strict=True):
        own = n - len(s.replace("...", ""))
        filled.append(s.replace("...", names[hidden - own :]))
    if not has_result:
        every = "".join(filled)
        once = "".join(c for c in sorted(set(every) - set(names)) if every.count(c) == 1)
        return filled, names + once
    return filled, result.replace("...", names)


def _without_diagonal(letters: str, x: Value) -> tuple[str, Value]:
    """x with every repeated index replaced by the diagonal."""
    for letter in letters:
        places = [k for k, c in enumerate(letters) if c == letter]
        if len(places) > 1:
            first, second = places[:2]
            others = [k for k in range(len(letters)) if k not in (first, second)]
            positions = np.arange(shape_of(x)[first])
            moved = transpose(x, axes=(first, second, *others))
            diagonal: Any = getitem(moved, index=(positions, positions))
            return _without_diagonal(letter + "".join(letters[k] for k in others), diagonal)
    return letters, x


def _to_lengths(letters: str, x: Value, lengths: dict[str, int]) -> tuple[str, Value]:
    """x with axes of length 1 repeated where another operand is longer."""
    shape = tuple(lengths[c] for c in letters)
    return letters, x if shape == shape_of(x) else broadcast(x, shape=shape)
