"""Number types of tensors: their names, and the type of a result when two are mixed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from notevault.frontends.torch_like.stated import stated
from notevault.frontends.unsupported import UnsupportedError


@dataclass(frozen=True, slots=True)
class DType:
    """A number type; prints as `torch.float32`. `rank` orders the categories: bool, integer, float."""

    name: str
    numpy: Any
    rank: int

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    @property
    def is_floating_point(self) -> bool:
        return self.rank == 2

    @property
    def is_complex(self) -> bool:
        return False

    @property
    def itemsize(self) -> int:
        return int(self.numpy.itemsize)


bool_ = DType("bool", np.dtype(np.bool_), 0)
uint8 = DType("uint8", np.dtype(np.uint8), 1)
int8 = DType("int8", np.dtype(np.int8), 1)
int16 = DType("int16", np.dtype(np.int16), 1)
int32 = DType("int32", np.dtype(np.int32), 1)
int64 = DType("int64", np.dtype(np.int64), 1)
float16 = DType("float16", np.dtype(np.float16), 2)
float32 = DType("float32", np.dtype(np.float32), 2)
float64 = DType("float64", np.dtype(np.float64), 2)

ALL = (bool_, uint8, int8, int16, int32, int64, float16, float32, float64)
ALIASES = {"float": float32, "double": float64, "half": float16, "int": int32, "long": int64, "short": int16}

TITLES = {
    bool_: "Bool", uint8: "Byte", int8: "Char", int16: "Short", int32: "Int", int64: "Long", float16: "Half",
    float32: "Float", float64: "Double",
}  # fmt: skip
"""The names of types in PyTorch's messages and in `x.type()`."""

C_TYPES = {
    bool_: "bool", uint8: "unsigned char", int8: "signed char", int16: "short int", int32: "int", int64: "long int",
    float16: "c10::Half", float32: "float", float64: "double",
}  # fmt: skip
"""The names of types in the messages that show those of C++."""

_BY_NUMPY = {dtype.numpy: dtype for dtype in ALL}


def of(array: Any) -> DType:
    """The type of a numpy array or dtype. Raises UnsupportedError for complex numbers."""
    wanted = np.dtype(getattr(array, "dtype", array))
    found = _BY_NUMPY.get(wanted)
    if found is not None:
        return found
    if wanted.kind == "c":
        raise UnsupportedError(f"torch.{wanted.name}")
    raise stated(
        TypeError(
            f"can't convert np.ndarray of type numpy.{wanted.name}_. The only supported types are: float64, float32, "
            "float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool."
        )
    )


def of_python(value: Any) -> DType:
    """The type that a tensor made of a Python value gets."""
    array = np.asarray(value)
    if isinstance(value, np.ndarray | np.generic):
        return of(array)
    if array.dtype.kind not in "biuf":
        return of(array)
    return {"b": bool_, "i": int64, "u": int64, "f": float32}[array.dtype.kind]


def result(operands: Iterable[tuple[DType, int]]) -> DType:
    """The type in which an operation computes: operands are (type, dimensions), with -1 for a Python number.

    A scalar only counts where its category is higher than that of every tensor with dimensions.

    >>> result([(int64, 1), (float32, -1)])
    torch.float32
    >>> result([(float32, 2), (float64, 0)])
    torch.float32
    >>> result([(uint8, 1), (int8, 1)])
    torch.int16
    """
    groups: list[list[DType]] = [[], [], []]
    for dtype, dimensions in operands:
        groups[0 if dimensions > 0 else 1 if dimensions == 0 else 2].append(dtype)
    best: DType | None = None
    for group in groups:
        if not group:
            continue
        top = max(group, key=lambda dtype: (dtype.rank, dtype.numpy.itemsize))
        if top.rank == 1:
            top = of(np.result_type(*(dtype.numpy for dtype in group if dtype.rank == 1)))
        if best is None or top.rank > best.rank:
            best = top
    if best is None:
        raise TypeError("no operands")
    return best
