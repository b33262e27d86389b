"""Changes in place that would read numbers which they have written already."""

from __future__ import annotations

from typing import Any

import numpy as np

from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError

Array = np.ndarray[Any, Any]


def refuse_overlap(target: Array, operands: tuple[Any, ...]) -> None:
    """Raises RuntimeError, as PyTorch does, or UnsupportedError, if an operand has some of the numbers to be written.

    All of them, in the same order, are no trouble. PyTorch only notices blocks of memory without gaps; of others it
    computes what depends on the order of its loop.
    """
    for operand in operands:
        if not isinstance(operand, Tensor) or _are_the_same(target, operand.array):
            continue
        if _has_no_gaps(target) and _has_no_gaps(operand.array) and np.may_share_memory(target, operand.array):
            raise RuntimeError(
                "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
                "memory location. Please clone() the tensor before performing the operation."
            )
        if np.shares_memory(target, operand.array):
            raise UnsupportedError("torch: a change in place of numbers that it reads too")


def _are_the_same(a: Array, b: Array) -> bool:
    return (
        a.shape == b.shape and _steps(a) == _steps(b) and a.__array_interface__["data"] == b.__array_interface__["data"]
    )


def _steps(array: Array) -> list[int]:
    """The strides that matter, those of dimensions with several elements."""
    return [step for step, n in zip(array.strides, array.shape, strict=True) if n > 1]


def _has_no_gaps(array: Array) -> bool:
    """Whether the elements fill a block of memory, in whatever order of the dimensions."""
    expected = array.itemsize
    for step, length in sorted((step, n) for step, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if step != expected:
            return False
        expected *= length
    return True
