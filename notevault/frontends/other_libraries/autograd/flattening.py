"""Containers of arrays as one flat array, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.autodiff import apply
from notevault.frontends.other_libraries.autograd.tape import make_vjp


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """(all numbers in one array of shape (n,), the function that takes such an array back to the form of `value`).

    Dicts in the order of their sorted keys.
    """
    unflatten, flat = make_vjp(_flat, value)
    return flat, unflatten


def _flat(value: Any) -> Any:
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, (list, tuple)):
        return apply("concat", *map(_flat, value)) if value else np.array([])
    return apply("reshape", value, shape=-1)


def flatten_func(func: Callable[..., Any], example: Any) -> tuple[Callable[..., Any], Callable[[Any], Any], Any]:
    """The function from flat array to flat array, the function that unflattens, and the flat example."""
    flat, unflatten = flatten(example)
    return lambda x, *args: flatten(func(unflatten(x), *args))[0], unflatten, flat
