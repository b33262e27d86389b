"""Other shapes, parts, and tensors joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.frontends.torch_like import tape
from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.torch_like.reductions import squeeze_at
from notevault.frontends.torch_like.table import (
    FUNCTIONS,
    both,
    compute,
    method,
    operation,
)
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


def shape_of(shape: Sequence[Any]) -> tuple[int, ...]:
    wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    return tuple(int(length) for length in wanted)


def _reshaped(x: Tensor, shape: tuple[int, ...], made_by: str) -> Tensor:
    known = int(np.prod([length for length in shape if length != -1], dtype=int))
    if (-1 not in shape and known != x.array.size) or (-1 in shape and (known == 0 or x.array.size % known)):
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {x.array.size}")
    return compute("reshape", (x.operand,), made_by, shape=shape)


@method("view")
def view(x: Tensor, *shape: Any) -> Tensor:
    if len(shape) == 1 and isinstance(shape[0], DType):
        raise UnsupportedError("torch.Tensor.view(dtype)")
    return _reshaped(x, shape_of(shape), "ViewBackward0")


@both("reshape")
def reshape(x: Tensor, *shape: Any) -> Tensor:
    return _reshaped(x, shape_of(shape), "ViewBackward0" if x.array.flags.c_contiguous else "UnsafeViewBackward0")


@method("view_as", "reshape_as")
def view_as(x: Tensor, other: Tensor) -> Tensor:
    return _reshaped(x, other.array.shape, "ViewBackward0")


@both("flatten")
def flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    shape = x.array.shape
    end = end_dim % len(shape)
    return _reshaped(x, (*shape[:start_dim], -1, *shape[end + 1 :]), "ViewBackward0")


@both("ravel")
def ravel(x: Tensor) -> Tensor:
    return _reshaped(x, (-1,), "ViewBackward0")


@both("squeeze")
def squeeze(x: Tensor, dim: int | None = None) -> Tensor:
    if dim is None:
        return compute("reshape", (x.operand,), "SqueezeBackward0", shape=tuple(n for n in x.array.shape if n != 1))
    return squeeze_at(x, dim) if x.array.shape[dim] == 1 else x


@both("unsqueeze")
def unsqueeze(x: Tensor, dim: int) -> Tensor:
    return compute("reshape", (x.operand,), "UnsqueezeBackward0", shape=np.expand_dims(x.array, dim).shape)


@both("permute")
def permute(x: Tensor, *dims: Any) -> Tensor:
    return compute("transpose", (x.operand,), "PermuteBackward0", axes=shape_of(dims))


@both("transpose", "swapaxes")
def transpose(x: Tensor, dim0: int, dim1: int) -> Tensor:
    axes = list(range(x.array.ndim))
    axes[dim0], axes[dim1] = axes[dim1], axes[dim0]
    return compute("transpose", (x.operand,), "TransposeBackward0", axes=tuple(axes))


@both("t")
def t(x: Tensor) -> Tensor:
    return compute("transpose", (x.operand,), "TBackward0")


@method("expand")
def expand(x: Tensor, *shape: Any) -> Tensor:
    wanted = shape_of(shape)
    own = (1,) * (len(wanted) - x.array.ndim) + x.array.shape
    full = tuple(n if length == -1 else length for n, length in zip(own, wanted, strict=True))
    return compute("broadcast", (x.operand,), "ExpandBackward0", shape=full)


@method("expand_as")
def expand_as(x: Tensor, other: Tensor) -> Tensor:
    return expand(x, *other.array.shape)


@method("repeat")
def repeat(x: Tensor, *times: Any) -> Tensor:
    counts = shape_of(times)
    spread = (1,) * (len(counts) - x.array.ndim) + x.array.shape
    node = tape.run("reshape", (x.operand,), {"shape": tuple(n for length in spread for n in (1, length))})
    full = tuple(n for count, length in zip(counts, spread, strict=True) for n in (count, length))
    node = tape.run("broadcast", (node,), {"shape": full})
    return compute(
        "reshape", (node,), "RepeatBackward0", shape=tuple(c * n for c, n in zip(counts, spread, strict=True))
    )


def _joined(primitive: str, made_by: str) -> Callable[..., Tensor]:
    def join(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
        return operation(primitive, list(tensors), made_by, axis=dim)

    return join


FUNCTIONS["cat"] = FUNCTIONS["concat"] = _joined("concat", "CatBackward0")
FUNCTIONS["stack"] = _joined("stack", "StackBackward0")


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    return FUNCTIONS["cat"]([x if x.array.ndim > 1 else unsqueeze(x, 0) for x in tensors], dim=0)  # type: ignore[no-any-return]


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    return FUNCTIONS["cat"](tensors, dim=0 if tensors[0].array.ndim == 1 else 1)  # type: ignore[no-any-return]


FUNCTIONS["vstack"], FUNCTIONS["hstack"] = vstack, hstack


@both("split")
def split(x: Tensor, sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    length = x.array.shape[dim]
    parts = [min(sizes, length - at) for at in range(0, length, sizes)] if isinstance(sizes, int) else list(sizes)
    edges = np.cumsum([0, *parts])
    return tuple(
        compute("split", (x.operand,), "SplitBackward0", start=int(a), stop=int(b), axis=dim)
        for a, b in pairwise(edges)
    )


@both("chunk")
def chunk(x: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    return split(x, -(-x.array.shape[dim] // chunks), dim)


@both("flip")
def flip(x: Tensor, *dims: Any) -> Tensor:
    return compute("flip", (x.operand,), "FlipBackward0", axis=shape_of(dims))


@both("roll")
def roll(x: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    return compute("roll", (x.operand,), "RollBackward0", shift=shifts, axis=dims)


@both("gather")
def gather(x: Tensor, dim: int, index: Tensor) -> Tensor:
    return compute("gather", (x.operand,), "GatherBackward0", index=index.array, axis=dim)


@both("index_select")
def index_select(x: Tensor, dim: int, index: Tensor) -> Tensor:
    place = (slice(None),) * dim + (index.array,)
    return compute("getitem", (x.operand,), "IndexSelectBackward0", index=place)


@both("masked_select")
def masked_select(x: Tensor, mask: Tensor) -> Tensor:
    return compute("getitem", (x.operand,), "MaskedSelectBackward0", index=mask.array)


@both("tril")
def tril(x: Tensor, diagonal: int = 0) -> Tensor:
    return compute("tril", (x.operand,), "TrilBackward0", k=diagonal)


@both("triu")
def triu(x: Tensor, diagonal: int = 0) -> Tensor:
    return compute("triu", (x.operand,), "TriuBackward0", k=diagonal)


@both("diag")
def diag(x: Tensor, diagonal: int = 0) -> Tensor:
    made_by = "DiagonalBackward0_copy" if x.array.ndim == 2 else "DiagEmbedBackward0"
    return compute("diag", (x.operand,), made_by, k=diagonal)


@both("trace")
def trace(x: Tensor) -> Tensor:
    return compute("trace", (x.operand,), "TraceBackward0")


@both("det")
def det(x: Tensor) -> Tensor:
    return compute("det", (x.operand,), "LinalgDetBackward0")


@both("inverse")
def inverse(x: Tensor) -> Tensor:
    return compute("inv", (x.operand,), "LinalgInvExBackward0")


@both("numel")
def numel(x: Tensor) -> int:
    return x.array.size


@both("clone")
def clone(x: Tensor, **_: Any) -> Tensor:
    if isinstance(x.operand, Node):
        return compute("identity", (x.operand,), "CloneBackward0")
    return Tensor.of(x.array.copy())


@method("contiguous")
def contiguous(x: Tensor) -> Tensor:
    return x if x.array.flags.c_contiguous else clone(x)


@both("allclose")
def allclose(x: Tensor, y: Tensor, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    return bool(np.allclose(x.array, y.array, rtol=rtol, atol=atol))


@both("equal")
def same(x: Tensor, y: Tensor) -> bool:
    return x.array.shape == y.array.shape and bool(np.array_equal(x.array, y.array))


@both("isclose")
def isclose(x: Tensor, y: Tensor, rtol: float = 1e-5, atol: float = 1e-8) -> Tensor:
    return Tensor.of(np.isclose(x.array, y.array, rtol=rtol, atol=atol))


@both("unique")
def unique(x: Tensor) -> Tensor:
    return Tensor.of(np.unique(x.array))


@both("bincount")
def bincount(x: Tensor) -> Tensor:
    return Tensor.of(np.bincount(x.array))


@both("nonzero")
def nonzero(x: Tensor) -> Tensor:
    return Tensor.of(np.argwhere(x.array))
