"""autograd (HIPS): `grad` and its family, and `autograd.numpy`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from notevault import autodiff
from notevault.frontends.imitation import imitation
from notevault.frontends.other_libraries import arrays

NUMPY = "autograd.numpy"


def elementwise_grad(function: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The sum of each output's derivatives, which for an elementwise function is its derivative element by element."""
    return autodiff.grad(lambda *arguments: _summed(function(*arguments)), argnum)


def _summed(value: Any) -> Any:
    return value.sum() if np.shape(getattr(value, "value", value)) else value


def _checked(transform: Callable[..., Any]) -> Callable[..., Any]:
    """A transform whose function must give a scalar, with the words in which autograd says so."""

    def transformed(function: Callable[..., Any], argnum: Any = 0) -> Callable[..., Any]:
        inner = transform(function, argnum)

        def call(*arguments: Any, **options: Any) -> Any:
            try:
                return inner(*arguments, **options)
            except autodiff.NotScalarError as error:
                raise TypeError(
                    "Grad only applies to real scalar-output functions. Try jacobian, elementwise_grad or "
                    "holomorphic_grad."
                ) from error

        return call

    return transformed


def modules() -> Mapping[str, ModuleType]:
    """Every module of the imitation by its name."""
    names: dict[str, Any] = {
        name: arrays.named(name, NUMPY) for name in (*arrays.ARITHMETIC, *arrays.SHAPES, *arrays.PLAIN)
    }
    names |= {name: getattr(np, name) for name in (*arrays.CONSTANTS, "float64", "float32", "int64", "ndarray")}
    names["array"] = lambda value, dtype=None: arrays.array(value, NUMPY)
    names["random"] = np.random
    linalg = imitation(
        "autograd.numpy.linalg", {name: getattr(np.linalg, name) for name in ("norm", "inv", "det", "solve")}
    )
    names["linalg"] = linalg
    as_numpy = imitation(NUMPY, names)
    whole = imitation(
        "autograd",
        {
            "grad": _checked(autodiff.grad),
            "value_and_grad": _checked(autodiff.value_and_grad),
            "elementwise_grad": elementwise_grad,
            "egrad": elementwise_grad,
            "jacobian": autodiff.jacobian,
            "hessian": autodiff.hessian,
            "numpy": as_numpy,
        },
    )
    return {**{made.__name__: made for made in (whole, as_numpy, linalg)}, "autograd.numpy.random": np.random}
