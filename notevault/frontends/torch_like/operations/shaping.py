"""Other shapes, tensors joined, and tensors cut into parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.torch_like.operations.table import (
    both,
    compute,
    function_only,
    method,
    numpy_names,
    operation,
    out_of_range,
    shape_error,
)
from notevault.frontends.torch_like.operations.table import view as alias
from notevault.frontends.torch_like.places import Size, shape_of
from notevault.frontends.torch_like.recording import tape
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


def _reshaped(x: Tensor, shape: tuple[int, ...], made_by: str) -> Tensor:
    known = int(np.prod([length for length in shape if length != -1], dtype=int))
    if (-1 not in shape and known != x.array.size) or (-1 in shape and (known == 0 or x.array.size % known)):
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {x.array.size}")
    before = x.array.shape
    if not _can_be_viewed(x.array, shape):
        return compute("reshape", (x.operand,), made_by, shape=shape)
    return alias("reshape", x, made_by, lambda node: tape.run("reshape", (node,), {"shape": before}), shape=shape)


@method("view")
def view(x: Tensor, *shape: Any) -> Tensor:
    if len(shape) == 1 and isinstance(shape[0], DType):
        raise UnsupportedError("torch.Tensor.view(dtype)")
    result = _reshaped(x, shape_of(shape), "ViewBackward0")
    if not _can_be_viewed(x.array, result.array.shape):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
            "two contiguous subspaces). Use .reshape(...) instead."
        )
    return result


def _can_be_viewed(array: np.ndarray[Any, Any], shape: tuple[int, ...]) -> bool:
    try:
        array.reshape(shape, copy=False)
    except ValueError:
        return False
    return True


@both("reshape")
def reshape(x: Tensor, *shape: Any, **named: Any) -> Tensor:
    return _viewed_or_copied(x, shape_of(named.get("shape", shape)))


def _viewed_or_copied(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    if not _can_be_viewed(x.array, shape):
        return _reshaped(x, shape, "UnsafeViewBackward0")
    return _reshaped(x, shape, "ViewBackward0" if x.array.flags.c_contiguous else "ReshapeAliasBackward0")


@method("view_as", "reshape_as")
def view_as(x: Tensor, other: Tensor) -> Tensor:
    return _reshaped(x, other.array.shape, "ViewBackward0")


@both("flatten")
def flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    shape = x.array.shape or (1,)
    for dim in (start_dim, end_dim):
        if not -len(shape) <= dim < len(shape):
            raise out_of_range(dim, x.array.ndim)
    start, end = start_dim % len(shape), end_dim % len(shape)
    if start == end and x.array.ndim:
        return x
    return _viewed_or_copied(x, (*shape[:start], -1, *shape[end + 1 :]))


@both("unflatten")
def unflatten(x: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    shape = x.array.shape
    at = dim % len(shape)
    return _reshaped(x, (*shape[:at], *sizes, *shape[at + 1 :]), "ViewBackward0")


@both("ravel")
def ravel(x: Tensor) -> Tensor:
    return _reshaped(x, (-1,), "ViewBackward0")


@both("squeeze")
def squeeze(x: Tensor, dim: Any = None) -> Tensor:
    if dim is None:
        return _reshaped(x, tuple(n for n in x.array.shape if n != 1), "SqueezeBackward0")
    asked = dim if isinstance(dim, list | tuple) else (dim,)
    ndim = max(x.array.ndim, 1)
    for d in asked:
        if not -ndim <= d < ndim:
            raise out_of_range(d, x.array.ndim)
    dims = {d % ndim for d in asked}
    shape = tuple(n for k, n in enumerate(x.array.shape) if k not in dims or n != 1)
    return _reshaped(x, shape, "SqueezeBackward2" if isinstance(dim, list | tuple) else "SqueezeBackward1")


@both("unsqueeze")
def unsqueeze(x: Tensor, dim: int) -> Tensor:
    if not -x.array.ndim - 1 <= dim <= x.array.ndim:
        low, high = -x.array.ndim - 1, x.array.ndim
        raise IndexError(f"Dimension out of range (expected to be in range of [{low}, {high}], but got {dim})")
    return _reshaped(x, np.expand_dims(x.array, dim).shape, "UnsqueezeBackward0")


def _permuted(x: Tensor, axes: tuple[int, ...], made_by: str) -> Tensor:
    back = tuple(int(k) for k in np.argsort([axis % x.array.ndim for axis in axes]))
    return alias("transpose", x, made_by, lambda node: tape.run("transpose", (node,), {"axes": back}), axes=axes)


@both("permute")
def permute(x: Tensor, *dims: Any, **named: Any) -> Tensor:
    wanted = shape_of(named.get("dims", dims))
    if len(wanted) != x.array.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {x.array.ndim} is not equal to len(dims) = {len(wanted)}"
        )
    return _permuted(x, wanted, "PermuteBackward0")


@both("transpose", "swapaxes", "swapdims")
def transpose(x: Tensor, dim0: int, dim1: int) -> Tensor:
    for dim in (dim0, dim1):
        if not -max(x.array.ndim, 1) <= dim < max(x.array.ndim, 1):
            raise out_of_range(dim, x.array.ndim)
    if not x.array.ndim:
        return _permuted(x, (), "TransposeBackward0")
    axes = list(range(x.array.ndim))
    axes[dim0], axes[dim1] = axes[dim1], axes[dim0]
    return _permuted(x, tuple(axes), "TransposeBackward0")


@both("movedim", "moveaxis")
def movedim(x: Tensor, source: Any, destination: Any) -> Tensor:
    return _permuted(x, _moved(x.array.ndim, source, destination), "PermuteBackward0")


def _moved(ndim: int, source: Any, destination: Any) -> tuple[int, ...]:
    """The order of dimensions after some were moved."""
    sources = [k % ndim for k in np.atleast_1d(source)]
    places = [k % ndim for k in np.atleast_1d(destination)]
    order = [k for k in range(ndim) if k not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        order.insert(place, axis)
    return tuple(int(k) for k in order)


@both("t")
def t(x: Tensor) -> Tensor:
    if x.array.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {x.array.ndim}D")
    return _permuted(x, tuple(reversed(range(x.array.ndim))), "TBackward0")


def reversed_dimensions(x: Tensor) -> Tensor:
    """`x.T`."""
    return _permuted(x, tuple(reversed(range(x.array.ndim))), "PermuteBackward0")


@method("expand")
def expand(x: Tensor, *shape: Any) -> Tensor:
    wanted = shape_of(shape)
    if -1 in wanted[: len(wanted) - x.array.ndim]:
        raise UnsupportedError("torch.Tensor.expand(-1) of a dimension that is not there")
    own = (1,) * (len(wanted) - x.array.ndim) + x.array.shape
    full = tuple(n if length == -1 else length for n, length in zip(own, wanted, strict=True))
    for at, (have, want) in reversed([*enumerate(zip(own, full, strict=True))]):
        if have not in {1, want}:
            raise RuntimeError(
                f"The expanded size of the tensor ({want}) must match the existing size ({have}) at non-singleton "
                f"dimension {at}.  Target sizes: {list(wanted)}.  Tensor sizes: {list(x.array.shape)}"
            )
    if full == x.array.shape:
        return _reshaped(x, full, "ExpandBackward0")
    return alias("broadcast", x, "ExpandBackward0", _no_way_back("torch.Tensor.expand"), shape=full)


def _no_way_back(name: str) -> Callable[[Any], Any]:
    """For a view through which a recorded change cannot go."""

    def back(node: Any) -> Any:
        raise UnsupportedError(f"a recorded change in place through {name}")

    return back


@method("expand_as")
def expand_as(x: Tensor, other: Tensor) -> Tensor:
    return expand(x, *other.array.shape)


@both("broadcast_to")
def broadcast_to(x: Tensor, *shape: Any) -> Tensor:
    return expand(x, *shape_of(shape))


@method("repeat")
def repeat(x: Tensor, *times: Any) -> Tensor:
    counts = shape_of(times)
    spread = (1,) * (len(counts) - x.array.ndim) + x.array.shape
    node = tape.run("reshape", (x.operand,), {"shape": tuple(n for length in spread for n in (1, length))})
    full = tuple(n for count, length in zip(counts, spread, strict=True) for n in (count, length))
    node = tape.run("broadcast", (node,), {"shape": full})
    whole = tuple(c * n for c, n in zip(counts, spread, strict=True))
    result = compute("reshape", (node,), "RepeatBackward0", shape=whole)
    return result if isinstance(node, Node) else Tensor.of(result.array.copy())


@function_only("cat", "concat", "concatenate")
@numpy_names
def cat(tensors: Sequence[Tensor], dim: int = 0, *, out: Any = None) -> Tensor:
    given = [x for x in tensors if x.array.shape != (0,)] or list(tensors)
    axis = dim % max(given[0].array.ndim, 1)
    for number, x in enumerate(given):
        if x.array.ndim == 0:
            raise RuntimeError(f"zero-dimensional tensor (at position {number}) cannot be concatenated")
        if x.array.ndim != given[0].array.ndim:
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {given[0].array.ndim} and {x.array.ndim}"
            )
        for k, (a, b) in enumerate(zip(given[0].array.shape, x.array.shape, strict=True)):
            if k != axis and a != b:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {a} but got size {b} for "
                    f"tensor number {number} in the list."
                )
    return operation("concat", given, "CatBackward0", axis=dim)


@function_only("stack")
@numpy_names
def stack(tensors: Sequence[Tensor], dim: int = 0, *, out: Any = None) -> Tensor:
    given = list(tensors)
    if not given:
        raise RuntimeError("stack expects a non-empty TensorList")
    for number, x in enumerate(given):
        if x.array.shape != given[0].array.shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(given[0].array.shape)} at entry 0 and "
                f"{list(x.array.shape)} at entry {number}"
            )
    return operation("stack", given, "StackBackward0", axis=dim)


@function_only("vstack", "row_stack")
def vstack(tensors: Sequence[Tensor]) -> Tensor:
    return cat([at_least(x, 2) for x in tensors], dim=0)


@function_only("hstack")
def hstack(tensors: Sequence[Tensor]) -> Tensor:
    return cat([at_least(x, 1) for x in tensors], dim=0 if tensors[0].array.ndim <= 1 else 1)


@function_only("dstack")
def dstack(tensors: Sequence[Tensor]) -> Tensor:
    return cat([unsqueeze(at_least(x, 2), 2) if x.array.ndim < 3 else x for x in tensors], dim=2)


@function_only("column_stack")
def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    return cat([x.reshape(-1, 1) if x.array.ndim < 2 else x for x in tensors], dim=1)


def at_least(x: Tensor, dimensions: int) -> Tensor:
    """With dimensions of length 1 in front, as many as are lacking."""
    lacking = dimensions - x.array.ndim
    return _reshaped(x, (1,) * lacking + x.array.shape, "ViewBackward0") if lacking > 0 else x


for _dimensions in (1, 2):
    function_only(f"atleast_{_dimensions}d")(lambda x, n=_dimensions: at_least(x, n))


@both("split")
def split(x: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    length, sizes = x.array.shape[dim], split_size_or_sections
    parts = [min(sizes, length - at) for at in range(0, length, sizes)] if isinstance(sizes, int) else list(sizes)
    edges = np.cumsum([0, *parts])
    front = (slice(None),) * (dim % x.array.ndim)
    made_by = "SplitBackward0" if isinstance(sizes, int) else "SplitWithSizesBackward0"
    return _views_at_once(x, made_by, [(*front, slice(int(a), int(b))) for a, b in pairwise(edges)])


def _views_at_once(x: Tensor, made_by: str, places: Sequence[Any]) -> tuple[Tensor, ...]:
    """Several views, none of which may be changed in place where that would be recorded."""
    parts: list[Tensor] = [x[place] for place in places]
    for k, part in enumerate(parts):
        part._is_one_of = f"{k} of {made_by.removesuffix('Backward0')}"
        part._made_by = part._made_by and made_by
    return tuple(parts)


@both("chunk")
def chunk(x: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    return split(x, -(-x.array.shape[dim] // chunks), dim)


def _check_matrix(name: str, x: Tensor) -> None:
    if x.array.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")


@both("tril")
def tril(x: Tensor, diagonal: int = 0) -> Tensor:
    _check_matrix("tril", x)
    return compute("tril", (x.operand,), "TrilBackward0", k=diagonal)


@both("triu")
def triu(x: Tensor, diagonal: int = 0) -> Tensor:
    _check_matrix("triu", x)
    return compute("triu", (x.operand,), "TriuBackward0", k=diagonal)


@both("unbind")
def unbind(x: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    front = (slice(None),) * (dim % x.array.ndim)
    return _views_at_once(x, "UnbindBackward0", [(*front, k) for k in range(x.array.shape[dim])])


@both("clone")
def clone(x: Tensor, **_: Any) -> Tensor:
    if isinstance(x.operand, Node):
        return compute("identity", (x.operand,), "CloneBackward0")
    return Tensor.of(x.array.copy(order="K"))


@method("contiguous")
def contiguous(x: Tensor) -> Tensor:
    if x.array.flags.c_contiguous:
        return x
    flat = tape.run("reshape", (x.operand,), {"shape": (-1,)})
    return compute("reshape", (flat,), "CloneBackward0", shape=x.array.shape)


@both("tile")
def tile(x: Tensor, *times: Any) -> Tensor:
    counts = shape_of(times)
    return repeat(x, (1,) * (x.array.ndim - len(counts)) + counts)


@both("repeat_interleave")
def repeat_interleave(x: Tensor, repeats: Any, dim: int | None = None) -> Tensor:
    flat = ravel(x) if dim is None else x
    axis = 0 if dim is None else dim % x.array.ndim
    counts = repeats.array if isinstance(repeats, Tensor) else repeats
    index = np.repeat(np.arange(flat.array.shape[axis]), counts)
    place = (slice(None),) * axis + (index,)
    return compute("getitem", (flat.operand,), "IndexSelectBackward0", index=place)


@function_only("broadcast_tensors")
def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    try:
        shape = np.broadcast_shapes(*(x.array.shape for x in tensors))
    except ValueError as error:
        raise shape_error([x.array for x in tensors]) or error from error
    return tuple(x if x.array.shape == shape else expand(x, *shape) for x in tensors)


@function_only("broadcast_shapes")
def broadcast_shapes(*shapes: Any) -> Size:
    return Size(np.broadcast_shapes(*shapes))
