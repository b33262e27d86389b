"""numpy's functions on tensors that are no primitive of their own: each is written with other functions of numpy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.tensor import Tensor, apply, dtype_of, read, shape_of, value_of

Function = Callable[..., Any]
LN2 = math.log(2.0)


def _scaled(factor: float) -> Function:
    return lambda x: x * factor


def _logaddexp2(a: Any, b: Any) -> Any:
    return np.logaddexp(a * LN2, b * LN2) / LN2


def _ignoring_nan(choose: np.ufunc) -> Function:
    """fmax and fmin: the other one where one is not a number, which alone differs from itself."""
    return lambda a, b: np.where(a != a, b, np.where(b != b, a, choose(a, b)))  # noqa: PLR0124


def _real_if_close(a: Any, tol: float = 100) -> Any:
    return np.real(a) if np.isrealobj(np.real_if_close(read(a, "np.real_if_close"), tol)) else a


def _nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    plain = np.nan_to_num(read(x, "np.nan_to_num"), nan=nan, posinf=posinf, neginf=neginf)
    return np.where(np.isfinite(x), x, plain)


def _linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True) -> Any:
    kind = np.result_type(value_of(start), value_of(stop), float(num))
    steps = np.linspace(0.0, 1.0, num, endpoint, dtype=kind).reshape(-1, *(1,) * max(np.ndim(start), np.ndim(stop)))
    return start * (1 - steps) + stop * steps


def _float_power(a: Any, b: Any) -> Any:
    """In double precision at least, and so is what it is computed of."""
    kind = np.result_type(value_of(a), value_of(b), np.float64)
    return np.power(apply("cast", a, dtype=kind), b)


def _along(axis: int, ndim: int, place: Any) -> tuple[Any, ...]:
    return (*(slice(None),) * (axis % ndim), place)


def _diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    for _ in range(n):
        later, earlier = (_along(axis, np.ndim(a), place) for place in (slice(1, None), slice(None, -1)))
        a = a[later] - a[earlier]
    return a


def _slope_along(f: Any, axis: int, step: float) -> Any:
    """Central differences within, one-sided ones at both ends."""

    def at(start: int | None, stop: int | None) -> Any:
        return f[_along(axis, np.ndim(f), slice(start, stop))]

    if shape_of(f)[axis] < 2:
        raise ValueError("the shape of the array is too small: at least 2 elements are required along each axis")
    first, last = (at(1, 2) - at(0, 1)) / step, (at(-1, None) - at(-2, -1)) / step
    return np.concatenate([first, (at(2, None) - at(None, -2)) / (2 * step), last], axis=axis)


def _gradient(f: Any, *spacing: float, axis: Any = None) -> Any:
    axes = range(np.ndim(f)) if axis is None else (axis,) if isinstance(axis, int) else axis
    steps = spacing * len(axes) if len(spacing) == 1 else spacing or (1.0,) * len(axes)
    if any(np.ndim(step) for step in steps):
        raise NotImplementedError("np.gradient of coordinates: only of constant steps")
    made = [_slope_along(f, k, step) for k, step in zip(axes, steps, strict=True)]
    return made[0] if len(made) == 1 else tuple(made)


def _kron(a: Any, b: Any) -> Any:
    n = max(np.ndim(a), np.ndim(b))
    left, right = ((1,) * (n - np.ndim(x)) + shape_of(x) for x in (a, b))
    # every axis of a beside the one of b that it is multiplied out with
    rows = np.reshape(a, tuple(length for k in left for length in (k, 1)))
    columns = np.reshape(b, tuple(length for k in right for length in (1, k)))
    return np.reshape(rows * columns, tuple(p * q for p, q in zip(left, right, strict=True)))


def _inner(a: Any, b: Any) -> Any:
    return a * b if not np.ndim(a) or not np.ndim(b) else np.tensordot(a, b, axes=((-1,), (-1,)))


def _dot(a: Any, b: Any) -> Any:
    n, m = len(shape_of(a)), len(shape_of(b))
    if n <= 2 and m <= 2:
        return apply("dot", a, b)
    return a * b if not n or not m else np.tensordot(a, b, axes=((-1,), (max(m - 2, 0),)))


def _vdot(a: Any, b: Any) -> Any:
    return np.dot(np.conj(np.ravel(a)), np.ravel(b))


def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:  # noqa: PLR0917 (numpy has them so)
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if shape_of(a)[-1] != 3 or shape_of(b)[-1] != 3:
        raise NotImplementedError("np.cross of vectors that have not three components")
    ahead, behind = [1, 2, 0], [2, 0, 1]
    return np.moveaxis(a[..., ahead] * b[..., behind] - a[..., behind] * b[..., ahead], -1, axisc)


def _select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    chosen = default
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        chosen = np.where(condition, choice, chosen)
    return chosen


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    if len(shape_of(a)) == 2 and (offset, axis1, axis2) == (0, 0, 1):
        return apply("trace", a)
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


def _ptp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


def _full_like(a: Any, fill_value: Any, dtype: Any = None) -> Any:
    if isinstance(fill_value, Tensor):
        return np.broadcast_to(fill_value, shape_of(a)).astype(dtype or dtype_of(a))
    return np.full_like(value_of(a), fill_value, dtype)


FUNCTIONS: dict[Function, Function] = {
    np.deg2rad: _scaled(math.pi / 180), np.radians: _scaled(math.pi / 180),
    np.rad2deg: _scaled(180 / math.pi), np.degrees: _scaled(180 / math.pi),
    np.float_power: _float_power,
    np.logaddexp2: _logaddexp2, np.fmax: _ignoring_nan(np.maximum), np.fmin: _ignoring_nan(np.minimum),
    np.real_if_close: _real_if_close, np.nan_to_num: _nan_to_num, np.linspace: _linspace,
    np.diff: _diff, np.gradient: _gradient, np.kron: _kron, np.inner: _inner, np.dot: _dot, np.vdot: _vdot,
    np.cross: _cross, np.select: _select, np.trace: _trace, np.ptp: _ptp,
    np.full_like: _full_like,
}  # fmt: skip
