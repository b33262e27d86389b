"""Shapes and devices, as PyTorch shows them."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np


class Size(tuple[int, ...]):
    """The shape of a tensor."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    __str__ = __repr__

    def __add__(self, other: Any) -> Size:
        return Size(tuple.__add__(self, other))

    def __mul__(self, times: Any) -> Size:
        return Size(tuple.__mul__(self, times))

    def numel(self) -> int:
        return int(np.prod(self, dtype=int))


Size.__module__ = "torch"  # so that `print(type(x.shape))` says so


def shape_of(shape: Sequence[Any]) -> tuple[int, ...]:
    """The shape in `zeros(2, 3)` and in `zeros((2, 3))`. Raises TypeError for lengths that are not whole numbers."""
    wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    return tuple(operator.index(length) for length in wanted)


class Device:
    """A device; there is only the CPU."""

    def __init__(self, name: Any = "cpu", index: int | None = None) -> None:
        text = str(getattr(name, "type", name))
        self.type, _, number = text.partition(":")
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        return (
            f"device(type={self.type!r})" if self.index is None else f"device(type={self.type!r}, index={self.index})"
        )

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))
