"""Making tensors: from data, filled, in steps, and at random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from notevault.frontends import chance
from notevault.frontends.torch_like import dtypes
from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""What is a name of `torch`."""


Function = TypeVar("Function", bound=Callable[..., Any])


def _known(function: Function) -> Function:
    FUNCTIONS[function.__name__] = function
    return function


def _plain(data: Any) -> Any:
    if isinstance(data, Tensor):
        return data.array
    if isinstance(data, list | tuple):
        return [_plain(item) for item in data]
    return data


@_known
def tensor(data: Any, *, dtype: DType | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    _check_device(device)
    plain = _plain(data)
    wanted = dtype or (data.dtype if isinstance(data, Tensor) else _type_of(plain))
    if requires_grad and not wanted.is_floating_point:
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return Tensor.of(np.array(plain, dtype=wanted.numpy), requires_grad)


def _type_of(plain: Any) -> DType:
    """The type of new data: arrays keep theirs, Python floats become float32."""
    if isinstance(plain, np.ndarray | np.generic):
        return dtypes.of(plain)
    if isinstance(plain, list) and plain and isinstance(plain[0], np.ndarray | np.generic):
        return dtypes.of(plain[0])
    return dtypes.of_python(plain)


@_known
def as_tensor(data: Any, dtype: DType | None = None) -> Tensor:
    if isinstance(data, Tensor):
        return data if dtype is None else data.cast(dtype)
    return tensor(data, dtype=dtype)


@_known
def from_numpy(array: np.ndarray[Any, Any]) -> Tensor:
    dtypes.of(array)
    return Tensor.of(array)


def _check_device(device: Any) -> None:
    if device is not None and not str(getattr(device, "type", device)).startswith("cpu"):
        raise UnsupportedError(f"torch.device({str(device)!r})")


def shape_of(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape in `zeros(2, 3)` and in `zeros((2, 3))`."""
    wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    return tuple(int(length) for length in wanted)


def _filled(make: Callable[[tuple[int, ...]], Any], default: DType = dtypes.float32) -> Callable[..., Tensor]:
    def create(
        *shape: Any,
        size: Any = None,
        dtype: DType | None = None,
        requires_grad: bool = False,
        device: Any = None,
        generator: Any = None,
    ) -> Tensor:
        _check_device(device)
        lengths = shape_of(shape if size is None else (size,))
        return Tensor.of(np.asarray(make(lengths), dtype=(dtype or default).numpy), requires_grad)

    return create


def _like(name: str) -> Callable[..., Tensor]:
    def create(other: Tensor, dtype: DType | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
        made: Tensor = FUNCTIONS[name](*other.array.shape, dtype=dtype or other.dtype, requires_grad=requires_grad)
        return made

    return create


FUNCTIONS |= {
    "zeros": _filled(np.zeros),
    "ones": _filled(np.ones),
    "empty": _filled(np.zeros),
    "rand": _filled(lambda shape: chance.generator().random(shape)),
    "randn": _filled(lambda shape: chance.generator().standard_normal(shape)),
}
FUNCTIONS |= {f"{name}_like": _like(name) for name in ("zeros", "ones", "empty", "rand", "randn")}


@_known
def full(size: Any, fill_value: Any, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    wanted = dtype or dtypes.of_python(fill_value)
    lengths = shape_of((size,))
    return Tensor.of(np.full(lengths, fill_value, wanted.numpy), requires_grad)


@_known
def full_like(other: Tensor, fill_value: Any) -> Tensor:
    return Tensor.of(np.full_like(other.array, fill_value))


@_known
def eye(n: int, m: int | None = None, *, dtype: DType = dtypes.float32, requires_grad: bool = False) -> Tensor:
    return Tensor.of(np.eye(n, m, dtype=dtype.numpy), requires_grad)


@_known
def arange(
    start: Any,
    end: Any = None,
    step: Any = 1,
    *,
    dtype: DType | None = None,
    requires_grad: bool = False,
    device: Any = None,
) -> Tensor:
    _check_device(device)
    first, last = (0, start) if end is None else (start, end)
    whole = all(isinstance(number, int | np.integer) for number in (first, last, step))
    count = max(0, int(np.ceil((last - first) / step)))
    wanted = dtype or (dtypes.int64 if whole else dtypes.float32)
    return Tensor.of((first + step * np.arange(count)).astype(wanted.numpy), requires_grad)


@_known
def linspace(
    start: float, end: float, steps: int, *, dtype: DType = dtypes.float32, requires_grad: bool = False
) -> Tensor:
    return Tensor.of(np.linspace(start, end, steps).astype(dtype.numpy), requires_grad)


@_known
def logspace(start: float, end: float, steps: int, base: float = 10.0) -> Tensor:
    return Tensor.of(np.logspace(start, end, steps, base=base).astype(np.float32))


@_known
def randint(low: int, high: Any = None, size: Any = None, *, dtype: DType = dtypes.int64) -> Tensor:
    if size is None:
        low, high, size = 0, low, high
    return Tensor.of(chance.generator().integers(low, high, shape_of((size,))).astype(dtype.numpy))


@_known
def randperm(n: int) -> Tensor:
    return Tensor.of(chance.generator().permutation(n))


@_known
def normal(mean: Any, std: Any, size: Any = None) -> Tensor:
    center, spread = (value.array if isinstance(value, Tensor) else value for value in (mean, std))
    lengths = shape_of((size,)) if size is not None else np.broadcast_shapes(np.shape(center), np.shape(spread))
    return Tensor.of((center + spread * chance.generator().standard_normal(lengths)).astype(np.float32))


@_known
def bernoulli(p: Tensor) -> Tensor:
    return Tensor.of((chance.generator().random(p.array.shape) < p.array).astype(p.array.dtype))


@_known
def multinomial(weights: Tensor, num_samples: int, replacement: bool = False, generator: Any = None) -> Tensor:
    rows = np.atleast_2d(weights.array.astype(float))
    drawn = [
        chance.generator().choice(len(row), size=num_samples, replace=replacement, p=row / row.sum()) for row in rows
    ]
    return Tensor.of(np.asarray(drawn if weights.array.ndim > 1 else drawn[0], dtype=np.int64))


@_known
def manual_seed(seed: int) -> Any:
    return chance.seed(seed)


@_known
def meshgrid(*tensors: Tensor, indexing: str = "ij") -> tuple[Tensor, ...]:
    arrays = [x.array for x in tensors]
    return tuple(Tensor.of(grid) for grid in np.meshgrid(*arrays, indexing="ij" if indexing == "ij" else "xy"))


@_known
def is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)
