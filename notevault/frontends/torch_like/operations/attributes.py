"""What a tensor says of itself, its copies in other types, and new tensors of its type."""

from __future__ import annotations

from typing import Any

import numpy as np

from notevault.frontends.torch_like import dtypes
from notevault.frontends.torch_like.dtypes import TITLES, DType
from notevault.frontends.torch_like.number_types import only_tensors
from notevault.frontends.torch_like.operations.table import METHODS, both, method
from notevault.frontends.torch_like.places import Device, shape_of
from notevault.frontends.torch_like.tensor import Tensor, plain_data
from notevault.frontends.unsupported import UnsupportedError


@method("size")
def size(x: Tensor, dim: int | None = None) -> Any:
    return x.shape if dim is None else x.array.shape[dim]


@both("numel")
def numel(x: Tensor) -> int:
    return x.array.size


@method("stride")
def stride(x: Tensor, dim: int | None = None) -> Any:
    """Steps in elements; numpy gives a dimension of length 1 any step, PyTorch's is the product of those behind."""
    steps = [step // x.array.itemsize for step in x.array.strides]
    return tuple(steps) if dim is None else steps[dim]


@method("type")
def type_of(x: Tensor, dtype: Any = None) -> Any:
    return f"torch.{TITLES[x.dtype]}Tensor" if dtype is None else x.cast(dtype)


@method("type_as")
def type_as(x: Tensor, other: Tensor) -> Tensor:
    only_tensors(other)
    return x.cast(other.dtype)


@method("to")
def to(x: Tensor, *arguments: Any, **options: Any) -> Tensor:
    if options.pop("copy", False):
        x = x.clone()
    options.pop("non_blocking", None)
    for argument in (*arguments, *options.values()):
        if isinstance(argument, DType):
            x = x.cast(argument)
        elif isinstance(argument, Tensor):
            x = x.cast(argument.dtype)
        elif isinstance(argument, str | Device) and Device(argument).type != "cpu":
            raise UnsupportedError(f"torch.Tensor.to({str(argument)!r})")
        elif not isinstance(argument, str | Device | bool | None):
            raise TypeError("neither a type nor a device")
    return x


@method("cuda")
def cuda(x: Tensor, *_: Any) -> Tensor:
    raise AssertionError("Torch not compiled with CUDA enabled")


@method("new_tensor")
def new_tensor(x: Tensor, data: Any) -> Tensor:
    return Tensor.of(np.array(plain_data(data), dtype=x.array.dtype))


@method("new_full")
def new_full(x: Tensor, shape: Any, value: float) -> Tensor:
    return Tensor.of(np.full(shape_of((shape,)), value, x.array.dtype))


@method("new_zeros", "new_empty")
def new_zeros(x: Tensor, *shape: Any, dtype: DType | None = None) -> Tensor:
    return Tensor.of(np.zeros(shape_of(shape), (dtype or x.dtype).numpy))


@method("new_ones")
def new_ones(x: Tensor, *shape: Any, dtype: DType | None = None) -> Tensor:
    return Tensor.of(np.ones(shape_of(shape), (dtype or x.dtype).numpy))


@method("apply_")
def apply(x: Tensor, function: Any) -> Tensor:
    x.write(np.vectorize(function, otypes=[x.array.dtype])(x.array))
    return x


class _Layout:
    def __repr__(self) -> str:
        return "torch.strided"


STRIDED = _Layout()
"""How numbers are laid out: there is one way only."""


METHODS |= {
    **{name: (lambda x, dtype=dtype: x.cast(dtype)) for name, dtype in dtypes.ALIASES.items()},
    "bool": lambda x: x.cast(dtypes.bool_),
    "byte": lambda x: x.cast(dtypes.uint8),
    "cpu": lambda x: x,
    "pin_memory": lambda x: x,
    "dim": lambda x: x.array.ndim,
    "ndimension": lambda x: x.array.ndim,
    "nelement": numel,
    "element_size": lambda x: int(x.array.dtype.itemsize),
    "tolist": lambda x: x.array.tolist(),
    "is_contiguous": lambda x: bool(x.array.flags.c_contiguous),
    "is_complex": lambda x: False,
    "data_ptr": lambda x: x.array.__array_interface__["data"][0],
    "is_cuda": property(lambda x: False),
    "itemsize": property(lambda x: int(x.array.dtype.itemsize)),
    "nbytes": property(lambda x: int(x.array.nbytes)),
    "layout": property(lambda x: STRIDED),
    "real": property(lambda x: x),
    "get_device": lambda x: -1,
}
