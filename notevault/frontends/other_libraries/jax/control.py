"""`jax.lax`: loops and branches as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from notevault.autodiff import apply
from notevault.frontends.other_libraries.jax.array import Array, plain
from notevault.frontends.other_libraries.jax.transforms import _slice, _stacked
from notevault.frontends.other_libraries.jax.trees import leaves, tree_map


def _arrays(value: Any) -> Any:
    """Numbers as arrays, as jax's loops carry them."""
    return tree_map(lambda leaf: leaf if isinstance(leaf, Array) else Array(np.asarray(leaf), weak=True), value)


def cond(pred: Any, true_fun: Callable[..., Any], false_fun: Callable[..., Any], *operands: Any) -> Any:
    """One of two functions."""
    return (true_fun if bool(pred) else false_fun)(*_arrays(list(operands)))


def fori_loop(lower: int, upper: int, body_fun: Callable[..., Any], init_val: Any) -> Any:
    """The body for every number from lower to upper."""
    value = _arrays(init_val)
    for k in range(int(lower), int(upper)):
        value = body_fun(k, value)
    return value


def while_loop(cond_fun: Callable[..., Any], body_fun: Callable[..., Any], init_val: Any) -> Any:
    """The body as long as the condition holds."""
    value = _arrays(init_val)
    while bool(cond_fun(value)):
        value = body_fun(value)
    return value


def scan(f: Callable[..., Any], init: Any, xs: Any = None, length: int | None = None) -> Any:
    """A loop that carries a value, and stacks what every step gives."""
    carry, made = _arrays(init), []
    count = length if xs is None else leaves(xs)[0].shape[0]
    for k in range(count or 0):
        carry, y = f(carry, None if xs is None else _slice(xs, 0, k))
        made.append(y)
    carry = tree_map(lambda leaf: Array(leaf.node) if isinstance(leaf, Array) else leaf, carry)
    return carry, tree_map(lambda *parts: _stacked(parts, 0), made[0], *made[1:])


def stop_gradient(x: Any) -> Any:
    """The value, as a constant."""
    return Array(apply("stop_gradient", plain(x))) if isinstance(x, Array) else x


LAX: Mapping[str, Any] = {
    "cond": cond, "fori_loop": fori_loop, "while_loop": while_loop, "scan": scan, "stop_gradient": stop_gradient,
}  # fmt: skip
