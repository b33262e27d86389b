"""What stands between the brackets of `x[…]`: its parts, without tensors, and what PyTorch says of a wrong one."""

from __future__ import annotations

from typing import Any

import numpy as np

from notevault.frontends.torch_like.stated import stated
from notevault.frontends.torch_like.tensor import Tensor, plain_data


def parts_of(index: Any) -> tuple[Any, ...]:
    """The parts; a list that holds more than numbers is a tuple, as in numpy of old."""
    if isinstance(index, list):
        holds_more = any(
            part is None or part is ... or isinstance(part, list | slice | Tensor | np.ndarray) for part in index
        )
        return tuple(index) if holds_more else (index,)
    return index if isinstance(index, tuple) else (index,)


def plain_index(index: Any) -> Any:
    """An index without tensors."""
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    if isinstance(index, slice):
        return slice(
            *(int(part) if isinstance(part, Tensor) else part for part in (index.start, index.stop, index.step))
        )
    if isinstance(index, Tensor):
        array = _array_of(index)
        return array[()] if array.ndim == 0 and array.dtype.kind != "b" else array
    return np.asarray(plain_data(index)) if isinstance(index, list | range) else index


def _array_of(index: Tensor) -> np.ndarray[Any, Any]:
    """The numbers of a tensor that is an index; bytes are truth values there."""
    return index.array.astype(bool) if index.array.dtype == np.uint8 else index.array


def is_number(part: Any) -> bool:
    """Whether the part takes one place of a dimension, and the dimension away."""
    whole = isinstance(part, int | np.integer) and not isinstance(part, bool)
    return whole or (isinstance(part, Tensor) and part.array.ndim == 0 and part.array.dtype.kind in "iu")


def check_parts(x: Tensor, parts: tuple[Any, ...]) -> None:
    """Raises IndexError, TypeError or ValueError, in PyTorch's words, for parts that do not fit."""
    arrays = [_numbers(part) for part in parts]
    lengths = [_dimensions(part, array) for part, array in zip(parts, arrays, strict=True)]
    taken = sum(lengths)
    if taken > x.array.ndim:
        raise IndexError(_too_many(x, parts))
    axis = 0
    for part, array, length in zip(parts, arrays, lengths, strict=True):
        if array is not None:
            _check_array(x, axis, array)
        elif isinstance(part, slice) and part.step is not None and part.step <= 0:
            raise stated(ValueError("step must be greater than zero"))
        axis += x.array.ndim - taken if part is ... else length


def _numbers(part: Any) -> np.ndarray[Any, Any] | None:
    """The numbers of a part, None if it has none. Raises what PyTorch raises of what is no index."""
    if part is None or part is ... or isinstance(part, bool | slice):
        return None
    if isinstance(part, str):
        raise stated(TypeError("new(): invalid data type 'str'"))
    if isinstance(part, float | complex):
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
            f"(got {type(part).__name__})"
        )
    array = _array_of(part) if isinstance(part, Tensor) else np.asarray(plain_data(part))
    if array.dtype.kind not in "iub" and array.size:
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    return array


def _dimensions(part: Any, array: np.ndarray[Any, Any] | None) -> int:
    """How many dimensions of the tensor a part is for."""
    if array is None:
        return int(isinstance(part, slice))
    return array.ndim if array.dtype.kind == "b" else 1


def _too_many(x: Tensor, parts: tuple[Any, ...]) -> str:
    if x.array.ndim == 0 and len(parts) == 1:
        if isinstance(parts[0], slice):
            return "slice() cannot be applied to a 0-dim tensor."
        if is_number(parts[0]):
            return (
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
                "convert a 0-dim tensor to a number"
            )
    return f"too many indices for tensor of dimension {x.array.ndim}"


def _check_array(x: Tensor, axis: int, array: np.ndarray[Any, Any]) -> None:
    shape = x.array.shape
    if array.dtype.kind == "b":
        for k, length in enumerate(array.shape):
            if length != shape[axis + k]:
                raise IndexError(
                    f"The shape of the mask {list(array.shape)} at index {k} does not match the shape of the indexed "
                    f"tensor {list(shape)} at index {axis + k}"
                )
        return
    wrong = array[(array < -shape[axis]) | (array >= shape[axis])]
    if wrong.size:
        raise IndexError(f"index {wrong.flat[0]} is out of bounds for dimension {axis} with size {shape[axis]}")
