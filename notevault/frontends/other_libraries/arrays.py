"""What the numpy-like libraries share: numpy's own names on tensors of the engine."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.autodiff import Tensor, UnsupportedNumpyError, apply
from notevault.autodiff.tensor import NUMPY_HANDLERS
from notevault.frontends.unsupported import UnsupportedError

CONSTANTS = ("pi", "e", "inf", "nan", "newaxis")

ARITHMETIC = (
    *("add", "subtract", "multiply", "divide", "true_divide", "power", "negative", "abs", "absolute", "sign", "mod"),
    *("exp", "log", "log2", "log10", "log1p", "expm1", "sqrt", "square", "sin", "cos", "tan", "tanh", "sinh", "cosh"),
    *("arcsin", "arccos", "arctan", "arctan2", "maximum", "minimum", "where", "clip", "logaddexp", "hypot", "sinc"),
)

SHAPES = (
    *("sum", "mean", "prod", "max", "min", "amax", "amin", "var", "std", "cumsum", "dot", "matmul", "outer", "einsum"),
    *("tensordot", "trace", "diag", "transpose", "reshape", "ravel", "squeeze", "expand_dims", "concatenate", "stack"),
    *("hstack", "vstack", "swapaxes", "broadcast_to", "tile", "repeat", "roll", "flip", "tril", "triu", "inner"),
)

PLAIN = (
    *("zeros", "ones", "eye", "full", "arange", "linspace", "zeros_like", "ones_like", "full_like", "argmax", "argmin"),
    *(
        "argsort",
        "sort",
        "shape",
        "ndim",
        "size",
        "allclose",
        "isnan",
        "isfinite",
        "all",
        "any",
        "floor",
        "ceil",
        "round",
    ),
    *(
        "equal",
        "greater",
        "less",
        "array_equal",
        "meshgrid",
        "unique",
        "logical_and",
        "logical_or",
        "logical_not",
        "identity",
    ),
)
"""Names whose results carry no derivative."""


def array(value: Any) -> Any:
    """`np.array` of nested lists in which tensors may stand."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, list | tuple) and _holds_tensor(value):
        return apply("stack", *(array(item) for item in value))
    return np.array(value)


def _holds_tensor(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_tensor(item) for item in value)
    return isinstance(value, Tensor)


def _takes(function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> bool:
    """Whether a function can be called so; of one that does not say what it takes, yes."""
    try:
        inspect.signature(function).bind(*arguments, **options)
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def named(name: str, library: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """numpy's function; what the engine cannot record is unsupported under the library's name."""

    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except (UnsupportedNumpyError, NotImplementedError) as error:
            raise UnsupportedError(f"{library}.{name}") from error
        except TypeError as error:
            handler = NUMPY_HANDLERS.get((function, "__call__"))
            if handler and _takes(function, arguments, options) and not _takes(handler, arguments, options):
                raise UnsupportedError(f"{library}.{name}") from error
            raise

    call.__name__ = name.rpartition(".")[2]
    return call
