"""Rounding, and division with a remainder: steps, whose derivative is 0 or that of the dividend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.autodiff import custom_rule
from notevault.frontends.torch_like.table import both, floating, operation
from notevault.frontends.torch_like.tensor import Tensor, as_tensor, mixed


def _step(function: Callable[..., Any], x: Any, made_by: str) -> Tensor:
    given = as_tensor(x)
    if given.dtype.rank < 2:
        return Tensor.of(np.asarray(function(given.array)).astype(given.array.dtype))
    flat = custom_rule(function, vjp=[lambda g, y, x: g * 0], name=made_by)
    return Tensor.made(flat(given.operand), made_by)


@both("round")
def rounded(x: Tensor, *, decimals: int = 0) -> Tensor:
    return _step(lambda array: np.round(array, decimals), x, "RoundBackward1" if decimals else "RoundBackward0")


def _stepwise(function: Callable[..., Any], made_by: str) -> Callable[[Any], Tensor]:
    return lambda x: _step(function, x, made_by)


for _name, _function in {"sign": np.sign, "floor": np.floor, "ceil": np.ceil}.items():
    both(_name)(_stepwise(_function, f"{_name.title()}Backward0"))


@both("trunc", "fix")
def trunc(x: Tensor) -> Tensor:
    return _step(np.trunc, x, "TruncBackward0")


@both("frac")
def frac(x: Tensor) -> Tensor:
    return Tensor.made(operation("sub", (x, trunc(x)), "").operand, "FracBackward0")


@both("remainder")
def remainder(x: Any, y: Any) -> Tensor:
    return operation("mod", (x, y), "RemainderBackward0")


@both("fmod")
def fmod(x: Any, y: Any) -> Tensor:
    dtype = mixed((x, y))
    parts = operation("mul", (rounded_quotient(x, y, "trunc"), y), "")
    return Tensor.made(operation("sub", (as_tensor(x).cast(dtype), parts), "").operand, "FmodBackward0")


def rounded_quotient(x: Any, y: Any, mode: str) -> Tensor:
    """x / y, rounded down (`floor`) or to zero (`trunc`)."""
    dtype = mixed((x, y))
    a, b = as_tensor(x).cast(dtype).array, as_tensor(y).cast(dtype).array
    if dtype.rank == 1 and not np.all(b):
        raise RuntimeError("ZeroDivisionError")
    with np.errstate(all="ignore"):
        down = np.floor_divide(a, b)
        if mode == "trunc":
            down = (down + ((a % b != 0) & ((a < 0) != (b < 0)))) if dtype.rank < 2 else np.trunc(a / b)
    result = Tensor.of(down.astype(dtype.numpy))
    if any(isinstance(operand, Tensor) and operand.requires_grad for operand in (x, y)):
        return Tensor.made(operation("mul", (floating(x), 0.0), "").operand, "DivBackward1").add(result)  # type: ignore[no-any-return]
    return result


@both("floor_divide")
def floor_divide(x: Any, y: Any) -> Tensor:
    return rounded_quotient(x, y, "floor")
