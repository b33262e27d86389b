"""`torch.nn.init`: filling parameters, with constants and at random."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.frontends import chance
from notevault.frontends.torch_like.operations.table import guarded
from notevault.frontends.torch_like.stated import stated
from notevault.frontends.torch_like.tensor import Tensor

INIT: dict[str, Callable[..., Any]] = {}
"""What is a name of `torch.nn.init`."""


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    INIT[function.__name__] = guarded(f"torch.nn.init.{function.__name__}", function)
    return function


def _filled(x: Tensor, numbers: Any) -> Tensor:
    x.write(numbers)
    return x


@_known
def constant_(x: Tensor, val: float) -> Tensor:
    return _filled(x, val)


@_known
def zeros_(x: Tensor) -> Tensor:
    return _filled(x, 0)


@_known
def ones_(x: Tensor) -> Tensor:
    return _filled(x, 1)


@_known
def eye_(x: Tensor) -> Tensor:
    return _filled(x, np.eye(*x.array.shape))


@_known
def uniform_(x: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    return _filled(x, chance.generator().uniform(a, b, x.array.shape))


@_known
def normal_(x: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    return _filled(x, mean + std * chance.generator().standard_normal(x.array.shape))


@_known
def trunc_normal_(x: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0) -> Tensor:
    """Drawn again where it falls outside a .. b."""
    numbers = np.full(x.array.shape, np.nan)
    while np.isnan(numbers).any():
        drawn = mean + std * chance.generator().standard_normal(x.array.shape)
        numbers = np.where(np.isnan(numbers) & (drawn >= a) & (drawn <= b), drawn, numbers)
    return _filled(x, numbers)


@_known
def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    gains = {"tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity in gains:
        return gains[nonlinearity]
    if nonlinearity in {"linear", "sigmoid", "conv1d", "conv2d"}:
        return 1
    raise stated(ValueError(f"Unsupported nonlinearity {nonlinearity}"))


def fans(x: Tensor) -> tuple[int, int]:
    """How many numbers go into an output, and how many outputs a number goes into."""
    shape = x.array.shape
    if len(shape) < 2:
        raise stated(ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"))
    window = int(np.prod(shape[2:], dtype=int))
    return shape[1] * window, shape[0] * window


@_known
def xavier_uniform_(x: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Glorot and Bengio 2010."""
    bound = math.sqrt(3.0) * gain * math.sqrt(2.0 / sum(fans(x)))
    return _filled(x, chance.generator().uniform(-bound, bound, x.array.shape))


@_known
def xavier_normal_(x: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    spread = gain * math.sqrt(2.0 / sum(fans(x)))
    return _filled(x, spread * chance.generator().standard_normal(x.array.shape))


def _he(x: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    return float(calculate_gain(nonlinearity, a)) / math.sqrt(fans(x)[mode == "fan_out"])


@_known
def kaiming_uniform_(
    x: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    """He et al. 2015."""
    bound = math.sqrt(3.0) * _he(x, a, mode, nonlinearity)
    return _filled(x, chance.generator().uniform(-bound, bound, x.array.shape))


@_known
def kaiming_normal_(
    x: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Any = None
) -> Tensor:
    return _filled(x, _he(x, a, mode, nonlinearity) * chance.generator().standard_normal(x.array.shape))


@_known
def orthogonal_(x: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """Saxe, McClelland and Ganguli 2013: the Q of a random matrix, its columns' signs made unique."""
    rows = x.array.shape[0]
    columns = x.array.size // rows
    drawn = chance.generator().standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(drawn)
    q = q * np.sign(np.diag(r))
    return _filled(x, gain * (q if rows >= columns else q.T).reshape(x.array.shape))


for _old in ("xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "uniform", "normal", "constant"):
    INIT[_old] = INIT[_old + "_"]
