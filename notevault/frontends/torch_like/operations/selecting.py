"""Parts of a tensor, by index, by mask and along a dimension; and values put back to their places."""

from __future__ import annotations

from typing import Any

import numpy as np

from notevault.frontends.torch_like.operations.indices import check_parts, is_number, parts_of, plain_index
from notevault.frontends.torch_like.operations.table import (
    both,
    compute,
    function_only,
    method,
    operation,
    out_of_range,
    row_major,
    view,
)
from notevault.frontends.torch_like.places import shape_of
from notevault.frontends.torch_like.recording import tape
from notevault.frontends.torch_like.tensor import Tensor, as_tensor
from notevault.frontends.unsupported import UnsupportedError


@method("__getitem__")
def getitem(x: Tensor, index: Any) -> Tensor:
    parts = parts_of(index)
    check_parts(x, parts)
    parts = tuple(int(part) if isinstance(part, Tensor) and is_number(part) else part for part in parts)
    place = plain_index(parts if len(parts) > 1 else parts[0]) if parts else ()
    if any(isinstance(part, Tensor | list | np.ndarray | range) for part in parts):
        return row_major(compute("getitem", (x.operand,), "IndexBackward0", index=place))
    whole = (*place, ...) if isinstance(place, tuple) and ... not in place else place
    whole = (place, ...) if isinstance(place, int | np.integer) else whole  # an ellipsis keeps numbers shared

    def back(node: Any) -> Any:
        return tape.run("set_at", (x.operand, node), {"index": whole})

    return view("getitem", x, _made_by(x, parts), back, index=whole)


def _made_by(x: Tensor, parts: tuple[Any, ...]) -> str:
    """PyTorch applies the parts of an index one after the other; the last one that does something gives the name."""
    name = "AliasBackward0"
    taken = sum(part is not None and part is not ... for part in parts)
    axis = 0
    for part in parts:
        if part is ...:
            axis += x.array.ndim - taken
            continue
        if part is None:
            name = "UnsqueezeBackward0"
            continue
        if isinstance(part, slice):
            full = part == slice(None)
            name = name if full else "SliceBackward0"
        else:
            name = "SelectBackward0"
        axis += 1
    return name


@both("select")
def select(x: Tensor, dim: int, index: int) -> Tensor:
    return getitem(x, (slice(None),) * (dim % x.array.ndim) + (index,))


@both("narrow")
def narrow(x: Tensor, dim: int, start: int, length: int) -> Tensor:
    return getitem(x, (slice(None),) * (dim % x.array.ndim) + (slice(start, start + length),))


@both("flip")
def flip(x: Tensor, *given: Any, dims: Any = None) -> Tensor:
    if not x.array.ndim and set(shape_of(given or (dims,))) <= {0, -1}:
        return compute("identity", (x.operand,), "FlipBackward0")
    return compute("flip", (x.operand,), "FlipBackward0", axis=shape_of(given or (dims,)))


@function_only("flipud")
def flipud(x: Tensor) -> Tensor:
    return flip(x, 0)


@function_only("fliplr")
def fliplr(x: Tensor) -> Tensor:
    return flip(x, 1)


@both("rot90")
def rot90(x: Tensor, k: int = 1, dims: Any = (0, 1)) -> Tensor:
    for _ in range(k % 4):
        x = flip(x, dims[1]).transpose(*dims)
    return Tensor.made(x.operand, "Rot90Backward0")


@both("roll")
def roll(x: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    return compute("roll", (x.operand,), "RollBackward0", shift=shifts, axis=dims)


@both("gather")
def gather(x: Tensor, dim: int, index: Tensor) -> Tensor:
    axis = dim % max(x.array.ndim, 1)
    if not x.array.ndim or not index.array.ndim:
        raise UnsupportedError("torch.gather without dimensions")
    if index.dtype.name not in {"int64", "int32"}:
        raise RuntimeError("gather(): Expected dtype int32/int64 for index")
    if x.array.ndim != index.array.ndim:
        raise RuntimeError("Index tensor must have the same number of dimensions as input tensor")
    wrong = index.array[(index.array < 0) | (index.array >= x.array.shape[axis])]
    if wrong.size:
        size = x.array.shape[axis]
        raise RuntimeError(f"index {wrong.flat[0]} is out of bounds for dimension {axis} with size {size}")
    return compute("gather", (x.operand,), "GatherBackward0", index=index.array, axis=axis)


@both("take_along_dim")
def take_along_dim(x: Tensor, indices: Tensor, dim: int) -> Tensor:
    return gather(x, dim, indices)


def _places(index: Tensor, dim: int) -> tuple[Any, ...]:
    grid: list[Any] = list(np.ogrid[tuple(slice(n) for n in index.array.shape)])
    grid[dim % index.array.ndim] = index.array
    return tuple(np.broadcast_arrays(*grid))


def _source(x: Tensor, index: Tensor, value: Any) -> Any:
    if not isinstance(value, Tensor):
        return np.full(index.array.shape, value, x.array.dtype)
    if value.dtype != x.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    return getitem(value, tuple(slice(n) for n in index.array.shape)).operand


@both("scatter")
def scatter(
    x: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None
) -> Tensor:
    if reduce is not None:
        raise ValueError("scatter with a reduction")
    source = _source(x, index, value if src is None else src)
    return compute("set_at", (x.operand, source), "ScatterBackward0", index=_places(index, dim))


@both("scatter_add")
def scatter_add(x: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    places = _places(index, dim)
    added = tape.run("scatter", (_source(x, index, src),), {"index": places, "shape": x.array.shape})
    return compute("add", (x.operand, added), "ScatterAddBackward0")


@both("index_select")
def index_select(x: Tensor, dim: int, index: Tensor) -> Tensor:
    if not x.array.ndim:
        raise UnsupportedError("torch.index_select without dimensions")
    if not -x.array.ndim <= dim < x.array.ndim:
        raise out_of_range(dim, x.array.ndim)
    if index.dtype.name not in {"int64", "int32"}:
        raise RuntimeError("index_select(): Expected dtype int32 or int64 for index")
    axis, wrong = dim % x.array.ndim, (index.array < 0) | (index.array >= x.array.shape[dim])
    if index.array.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if np.any(wrong):
        raise IndexError("index out of range in self")
    place = (slice(None),) * axis + (np.atleast_1d(index.array),)
    return compute("getitem", (x.operand,), "IndexSelectBackward0", index=place)


@both("masked_select")
def masked_select(x: Tensor, mask: Tensor) -> Tensor:
    return compute("getitem", (x.operand,), "MaskedSelectBackward0", index=np.broadcast_to(mask.array, x.array.shape))


@both("take")
def take(x: Tensor, index: Tensor) -> Tensor:
    flat = tape.run("reshape", (x.operand,), {"shape": (-1,)})
    return compute("getitem", (flat,), "TakeBackward0", index=index.array)


@both("nonzero")
def nonzero(x: Tensor, *, as_tuple: bool = False) -> Any:
    if as_tuple:
        return tuple(Tensor.of(index) for index in np.nonzero(x.array))
    return Tensor.of(np.argwhere(x.array))


@function_only("isin")
def isin(elements: Any, test_elements: Any) -> Tensor:
    found, among = as_tensor(elements), as_tensor(test_elements)
    if not (found.dtype.rank and among.dtype.rank):
        raise UnsupportedError("torch.isin of truth values")
    return Tensor.of(np.isin(found.array, among.array))


@method("__contains__")
def contains(x: Tensor, element: Any) -> bool:
    return bool(np.any(x.array == as_tensor(element).array))


@both("diag")
def diag(x: Tensor, diagonal: int = 0) -> Tensor:
    made_by = "DiagonalBackward0_copy" if x.array.ndim == 2 else "DiagEmbedBackward0"
    return compute("diag", (x.operand,), made_by, k=diagonal)


@both("diagonal")
def diagonal(x: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    if (dim1, dim2) != (0, 1) or x.array.ndim != 2:
        raise ValueError("the diagonals of more than one matrix")

    def back(node: Any) -> Any:
        raise UnsupportedError("a recorded change in place through torch.diagonal")

    result = view("diag", x, "DiagonalBackward0", back, k=offset)
    if result.is_leaf or x.is_leaf:
        result.array = np.diagonal(x.array, offset)
    return result


@both("diag_embed")
def diag_embed(x: Tensor) -> Tensor:
    if x.array.ndim == 1:
        return compute("diag", (x.operand,), "DiagEmbedBackward0", k=0)
    return operation(
        "mul", (x.unsqueeze(-1), Tensor.of(np.eye(x.array.shape[-1], dtype=x.array.dtype))), "DiagEmbedBackward0"
    )


@both("masked_scatter")
def masked_scatter(x: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    places = np.nonzero(np.broadcast_to(mask.array, x.array.shape))
    values = source.reshape(-1).narrow(0, 0, len(places[0]))
    return compute("set_at", (x.operand, values.operand), "MaskedScatterBackward0", index=places)
