"""Rounding, and division with a remainder: steps, whose derivative is 0 or that of the dividend."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff import custom_rule
from notevault.frontends.torch_like.number_types import needs_floats, needs_tensor, no_truth_values
from notevault.frontends.torch_like.operations.shaping import broadcast_tensors
from notevault.frontends.torch_like.operations.table import both, operation
from notevault.frontends.torch_like.tensor import Tensor, as_tensor, mixed, of_type

Array = np.ndarray[Any, Any]


def _step(function: Callable[..., Any], x: Any, made_by: str) -> Tensor:
    name = made_by.partition("Backward")[0].lower()
    needs_tensor(name, x)
    if name != "sign":
        no_truth_values(f"{name}_vml_cpu", x)
    given = as_tensor(x)
    if given.dtype.rank < 2:
        return Tensor.of(np.asarray(function(given.array)).astype(given.array.dtype))
    flat = custom_rule(function, vjp=[lambda g, y, x: _nothing(g)], name=made_by)
    return Tensor.made(flat(given.operand), made_by)


def _nothing(g: Any) -> Array:
    """A cotangent of zeros that does not depend on g."""
    return np.zeros_like(g.value if isinstance(g, Node) else g)


@both("round")
def rounded(x: Tensor, *, decimals: int = 0) -> Tensor:
    return _step(lambda array: np.round(array, decimals), x, "RoundBackward1" if decimals else "RoundBackward0")


def _sign(array: Array) -> Array:
    """Of NaN it is 0."""
    return np.subtract(array > 0, array < 0, dtype=array.dtype) if array.dtype.kind != "b" else array


def _stepwise(function: Callable[..., Any], made_by: str) -> Callable[[Any], Tensor]:
    return lambda x: _step(function, x, made_by)


_STEPS: Mapping[str, Callable[..., Any]] = {"sign": _sign, "floor": np.floor, "ceil": np.ceil}
for _name, _function in _STEPS.items():
    both(_name)(_stepwise(_function, f"{_name.title()}Backward0"))


@both("trunc", "fix")
def trunc(x: Tensor) -> Tensor:
    return _step(np.trunc, x, "TruncBackward0")


@both("frac")
def frac(x: Tensor) -> Tensor:
    needs_floats("frac_cpu", x)
    return Tensor.made(operation("sub", (x, trunc(x)), "").operand, "FracBackward0")


def _of_two(x: Any, y: Any, numbers: Callable[[Array, Array], Array], slopes: Sequence[Any], made_by: str) -> Tensor:
    """An operation on two operands in their common type, from its numbers and its derivatives (constants)."""
    dtype = mixed((x, y))
    operands = broadcast_tensors(*(of_type(value, dtype) for value in (x, y)))
    arrays = [operand.array for operand in operands]
    if dtype.rank == 1 and not np.all(arrays[1]):
        raise RuntimeError("ZeroDivisionError")
    with np.errstate(all="ignore"):
        result = np.asarray(numbers(*arrays)).astype(dtype.numpy)
    if not any(isinstance(operand.operand, Node) for operand in operands):
        return Tensor.of(result)
    rule = custom_rule(lambda a, b: result, vjp=slopes, name=made_by)
    return Tensor.made(rule(*(operand.operand for operand in operands)), made_by)


def _not_derived(name: str) -> Callable[..., Any]:
    """A derivative that PyTorch does not have."""

    def refuse(g: Any, y: Any, a: Any, b: Any) -> Any:
        raise RuntimeError(f"derivative for aten::{name} is not implemented")

    return refuse


def _divided(x: Any, y: Any, mode: str) -> Array:
    dtype = mixed((x, y))
    a, b = of_type(x, dtype).array, of_type(y, dtype).array
    with np.errstate(all="ignore"):
        return np.asarray(_quotient(a, b, mode))


def _quotient(a: Array, b: Array, mode: str) -> Array:
    if mode == "floor":
        return np.floor_divide(a, b)
    return np.trunc(a / b) if a.dtype.kind == "f" else np.floor_divide(a, b) + ((a % b != 0) & ((a < 0) != (b < 0)))


def _positive(a: Array, b: Array) -> Array:
    """The remainder with the sign of b; a remainder of zero keeps the sign of a, other than in numpy."""
    rest = np.fmod(a, b)
    return np.where((rest != 0) & ((rest < 0) != (b < 0)), rest + b, rest)


def _remainder(name: str, x: Any, y: Any) -> Tensor:
    no_truth_values(f"{name}_cpu", x, y)
    mode = "floor" if name == "remainder" else "trunc"
    slopes = [lambda g, *_: g, lambda g, *_: g * -_divided(x, y, mode)]
    version = int(isinstance(y, Tensor))
    made_by = f"{name.title()}Backward{version}"
    if not isinstance(x, Tensor):
        slopes, made_by = [_not_derived(name)] * 2, "NotImplemented"
    return _of_two(x, y, _positive if name == "remainder" else np.fmod, slopes, made_by)


@both("remainder")
def remainder(x: Any, y: Any) -> Tensor:
    return _remainder("remainder", x, y)


@both("fmod")
def fmod(x: Any, y: Any) -> Tensor:
    return _remainder("fmod", x, y)


def rounded_quotient(x: Any, y: Any, mode: str) -> Tensor:
    """x / y, rounded down (`floor`) or to zero (`trunc`); its derivative is 0."""
    no_truth_values(f"div_{mode}_cpu", x, y)
    flat = [lambda g, *_: _nothing(g)] * 2
    return _of_two(x, y, lambda a, b: _quotient(a, b, mode), flat, "DivBackward2")


@both("floor_divide")
def floor_divide(x: Any, y: Any) -> Tensor:
    no_truth_values("div_floor_cpu", x, y)
    slopes = [_not_derived("floor_divide")] * 2
    return _of_two(x, y, lambda a, b: _quotient(a, b, "floor"), slopes, "NotImplemented")
