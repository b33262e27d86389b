"""Making tensors: from data, filled, in steps, and at random."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from notevault.frontends import chance
from notevault.frontends.torch_like import dtypes
from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.torch_like.number_types import refuse_grad, title
from notevault.frontends.torch_like.operations.table import guarded
from notevault.frontends.torch_like.places import shape_of
from notevault.frontends.torch_like.recording import saved
from notevault.frontends.torch_like.stated import stated
from notevault.frontends.torch_like.tensor import Tensor, plain_data
from notevault.frontends.unsupported import UnsupportedError

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""What is a name of `torch`."""


Function = TypeVar("Function", bound=Callable[..., Any])


def _known(function: Function) -> Function:
    FUNCTIONS[function.__name__] = guarded(f"torch.{function.__name__}", function)
    return FUNCTIONS[function.__name__]  # type: ignore[return-value]


@_known
def tensor(data: Any, *, dtype: DType | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
    _check_device(device)
    plain = plain_data(data)
    _refuse_what_is_no_number(plain)
    _check_rows(plain)
    wanted = dtype or (data.dtype if isinstance(data, Tensor) else _type_of(plain))
    if requires_grad and not wanted.is_floating_point:
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    return Tensor.of(np.array(plain, dtype=wanted.numpy), requires_grad)


def _refuse_what_is_no_number(plain: Any) -> None:
    """Raises what PyTorch raises of text and other objects in new data."""
    items = plain if isinstance(plain, list) else [plain]
    if isinstance(plain, list) and plain and isinstance(plain[0], str):
        raise stated(ValueError("too many dimensions 'str'"))
    for item in items:
        if isinstance(item, str):
            raise stated(TypeError("new(): invalid data type 'str'"))
        if item is None or isinstance(item, set | dict):
            raise RuntimeError(f"Could not infer dtype of {type(item).__name__}")
        if isinstance(item, list) and item is not plain:
            _refuse_what_is_no_number(item)


def _check_rows(plain: Any) -> None:
    """Raises ValueError, in PyTorch's words, for rows of different lengths."""
    if not isinstance(plain, list) or not plain or not isinstance(plain[0], list):
        return
    for row in plain:
        if isinstance(row, list) and len(row) != len(plain[0]):
            raise stated(ValueError(f"expected sequence of length {len(plain[0])} at dim 1 (got {len(row)})"))
        _check_rows(row)


def _type_of(plain: Any) -> DType:
    """The type of new data: arrays keep theirs, Python floats become float32."""
    if isinstance(plain, np.ndarray | np.generic):
        return dtypes.of(plain)
    if isinstance(plain, list) and plain and isinstance(plain[0], np.ndarray | np.generic):
        return dtypes.of(np.asarray(plain))
    if isinstance(plain, list) and plain and isinstance(plain[0], list):
        inner = [_type_of(row) for row in plain if not isinstance(row, list) or row]
        return max(inner, key=lambda dtype: (dtype.rank, dtype.itemsize)) if inner else dtypes.float32
    return dtypes.of_python(plain)


@_known
def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    if isinstance(data, Tensor):
        return data if dtype is None else data.cast(dtype)
    if isinstance(data, np.ndarray) and (dtype is None or dtype == dtypes.of(data)):
        return from_numpy(data)
    return tensor(data, dtype=dtype)


@_known
def from_numpy(array: np.ndarray[Any, Any]) -> Tensor:
    dtypes.of(array)
    saved.give_out(array)
    return Tensor.of(array)


def _check_device(device: Any) -> None:
    if device is not None and not str(getattr(device, "type", device)).startswith("cpu"):
        raise UnsupportedError(f"torch.device({str(device)!r})")


def _lengths(name: str, shape: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape. Raises TypeError or RuntimeError, in PyTorch's words, for lengths that are none."""
    first = shape[0] if len(shape) == 1 else None
    if len(shape) == 1 and not isinstance(first, list | tuple | int | np.integer | Tensor):
        raise stated(TypeError(f"{name}(): argument 'size' (position 1) must be tuple of ints, not {title(first)}"))
    lengths = shape_of(shape)
    wrong = [length for length in lengths if length < 0]
    if wrong and name in {"zeros", "ones"}:
        raise RuntimeError(f"{name}: Dimension size must be non-negative.")
    if wrong:
        raise RuntimeError(f"Trying to create tensor with negative dimension {wrong[0]}: {list(lengths)}")
    return lengths


def _filled(
    name: str, make: Callable[[tuple[int, ...]], Any], default: DType = dtypes.float32
) -> Callable[..., Tensor]:
    def create(
        *shape: Any,
        size: Any = None,
        dtype: DType | None = None,
        requires_grad: bool = False,
        device: Any = None,
        generator: Any = None,
        out: Any = None,
    ) -> Tensor:
        _check_device(device)
        lengths = _lengths(name, shape if size is None else (size,))
        return Tensor.of(np.asarray(make(lengths), dtype=(dtype or default).numpy), requires_grad)

    return create


def _like(name: str) -> Callable[..., Tensor]:
    def create(other: Tensor, dtype: DType | None = None, requires_grad: bool = False, device: Any = None) -> Tensor:
        made: Tensor = FUNCTIONS[name](*other.array.shape, dtype=dtype or other.dtype, requires_grad=requires_grad)
        return made

    return create


_MAKERS: dict[str, Callable[[tuple[int, ...]], Any]] = {
    "zeros": np.zeros,
    "ones": np.ones,
    "empty": np.zeros,
    "rand": lambda shape: chance.generator().random(shape),
    "randn": lambda shape: chance.generator().standard_normal(shape),
}
FUNCTIONS |= {name: guarded(f"torch.{name}", _filled(name, make)) for name, make in _MAKERS.items()}
FUNCTIONS |= {f"{name}_like": _like(name) for name in ("zeros", "ones", "empty", "rand", "randn")}


@_known
def full(
    size: Any, fill_value: Any, *, dtype: DType | None = None, requires_grad: bool = False, device: Any = None
) -> Tensor:
    _check_device(device)
    fill_value = plain_data(fill_value)
    wanted = dtype or dtypes.of_python(fill_value)
    lengths = _lengths("full", (size,))
    return Tensor.of(np.full(lengths, fill_value, wanted.numpy), requires_grad)


@_known
def full_like(other: Tensor, fill_value: Any, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return Tensor.of(np.full_like(other.array, fill_value, dtype=(dtype or other.dtype).numpy), requires_grad)


@_known
def eye(
    n: int, m: int | None = None, *, dtype: DType = dtypes.float32, requires_grad: bool = False, device: Any = None
) -> Tensor:
    _check_device(device)
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
    start, end, step = (bound.item() if isinstance(bound, Tensor) else bound for bound in (start, end, step))
    first, last = (0, start) if end is None else (start, end)
    whole = all(isinstance(number, int | np.integer) for number in (first, last, step))
    if dtype is not None and not dtype.rank:
        raise NotImplementedError("\"arange_cpu\" not implemented for 'Bool'")
    count = max(0, int(np.ceil((last - first) / step)))
    wanted = dtype or (dtypes.int64 if whole else dtypes.float32)
    return Tensor.of((first + step * np.arange(count)).astype(wanted.numpy), requires_grad)


@_known
def linspace(
    start: Any, end: Any, steps: int, *, dtype: DType = dtypes.float32, requires_grad: bool = False, device: Any = None
) -> Tensor:
    """Counted from both ends, as PyTorch does it, in the type of the result."""
    _check_device(device)
    first, last = (float(bound) for bound in (start, end))
    if steps < 2:
        return Tensor.of(np.full(steps, first, dtype.numpy), requires_grad)
    kind = dtype.numpy.type if dtype.is_floating_point else np.float64
    step = kind((kind(last) - kind(first)) / (steps - 1))
    count = np.arange(steps)
    rising = kind(first) + step * count.astype(kind)
    falling = kind(last) - step * (steps - 1 - count).astype(kind)
    return Tensor.of(np.where(count < steps // 2, rising, falling).astype(dtype.numpy), requires_grad)


@_known
def logspace(start: float, end: float, steps: int, base: float = 10.0, *, dtype: DType = dtypes.float32) -> Tensor:
    return Tensor.of(np.logspace(start, end, steps, base=base).astype(dtype.numpy))


@_known
def randint(
    low: int, high: Any = None, size: Any = None, *, dtype: DType = dtypes.int64, generator: Any = None,
    device: Any = None,
) -> Tensor:  # fmt: skip
    if size is None:
        low, high, size = (0, low, high) if isinstance(high, list | tuple) else (low, high, size)
    return Tensor.of(chance.generator().integers(low, high, shape_of((size,))).astype(dtype.numpy))


@_known
def randperm(n: int, *, generator: Any = None, device: Any = None) -> Tensor:
    return Tensor.of(chance.generator().permutation(n))


@_known
def normal(mean: Any, std: Any = 1.0, size: Any = None, *, generator: Any = None, dtype: Any = None) -> Tensor:
    center, spread = (value.array if isinstance(value, Tensor) else value for value in (mean, std))
    lengths = shape_of((size,)) if size is not None else np.broadcast_shapes(np.shape(center), np.shape(spread))
    return Tensor.of((center + spread * chance.generator().standard_normal(lengths)).astype(np.float32))


@_known
def bernoulli(p: Tensor, *, generator: Any = None) -> Tensor:
    return Tensor.of((chance.generator().random(p.array.shape) < p.array).astype(p.array.dtype))


@_known
def multinomial(weights: Tensor, num_samples: int, replacement: bool = False, generator: Any = None) -> Tensor:
    rows = np.atleast_2d(weights.array.astype(float))
    drawn = [
        chance.generator().choice(len(row), size=num_samples, replace=replacement, p=row / row.sum()) for row in rows
    ]
    return Tensor.of(np.asarray(drawn if weights.array.ndim > 1 else drawn[0], dtype=np.int64))


class Generator:
    """`torch.Generator`: the session has one stream of random numbers, which this starts again."""

    def __init__(self, device: Any = "cpu") -> None:
        _check_device(device)

    def manual_seed(self, seed: int) -> Generator:
        chance.seed(seed)
        return self


FUNCTIONS["Generator"] = Generator


@_known
def manual_seed(seed: int) -> Generator:
    return Generator().manual_seed(seed)


@_known
def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], list | tuple) else tensors
    if any(x.array.ndim > 1 for x in given):
        raise UnsupportedError("torch.meshgrid of matrices")
    sizes = [x.array.size for x in given]
    grids = [x.reshape(*(-1 if j == k else 1 for j in range(len(sizes)))).expand(*sizes) for k, x in enumerate(given)]
    return tuple(grids if indexing == "ij" else [grid.transpose(0, 1) for grid in grids])


@_known
def cartesian_prod(*tensors: Tensor) -> Tensor:
    refuse_grad("cartesian_prod", *tensors)
    grids = np.meshgrid(*(x.array for x in tensors), indexing="ij")
    return Tensor.of(np.stack([grid.ravel() for grid in grids], axis=-1))


@_known
def combinations(x: Tensor, r: int = 2) -> Tensor:
    refuse_grad("combinations", x)
    return Tensor.of(np.asarray(list(itertools.combinations(x.array, r)), dtype=x.array.dtype))


@_known
def block_diag(*blocks: Tensor) -> Tensor:
    refuse_grad("block_diag", *blocks)
    made = np.zeros(tuple(np.sum([block.array.shape for block in blocks], axis=0)), blocks[0].array.dtype)
    row = column = 0
    for block in blocks:
        height, width = block.array.shape
        made[row : row + height, column : column + width] = block.array
        row, column = row + height, column + width
    return Tensor.of(made)


@_known
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:  # noqa: N803 - PyTorch's name
    refuse_grad("vander", x)
    return Tensor.of(np.vander(x.array, N, increasing).astype(x.array.dtype))


@_known
def tril_indices(row: int, col: int, offset: int = 0) -> Tensor:
    return Tensor.of(np.stack(np.tril_indices(row, offset, col)))


@_known
def triu_indices(row: int, col: int, offset: int = 0) -> Tensor:
    return Tensor.of(np.stack(np.triu_indices(row, offset, col)))


@_known
def scalar_tensor(value: float, *, dtype: DType = dtypes.float32) -> Tensor:
    return Tensor.of(np.asarray(value, dtype=dtype.numpy))


FUNCTIONS["range"] = guarded(
    "torch.range", lambda start, end, step=1: arange(float(start), end + step / 2, float(step))
)


@_known
def randint_like(other: Tensor, low: int, high: Any = None) -> Tensor:
    bounds = (0, low) if high is None else (low, high)
    return randint(bounds[0], bounds[1], tuple(other.array.shape))


@_known
def is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)
