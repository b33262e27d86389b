"""Softmax and its logarithmic relatives, all computed with the maximum subtracted first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from notevault.autodiff.operations.exponential import exp
from notevault.autodiff.operations.reductions import Axis, spread, sum
from notevault.autodiff.primitive import Misconception, Reals, Sample, Value
from notevault.autodiff.rules import elementwise, operation, scale

ROWS = (Sample((Reals((4,)),)), Sample((Reals((3, 4)),)), Sample((Reals((3, 4)),), {"axis": 0}))


NARROW = 32
"""Up to so many columns the rows of a matrix are reduced in a transposed copy, where numpy works along whole columns:
softmax of 512 x 10 float32 takes 21 us instead of 50, of 64 x 10 10 us instead of 12; of 512 x 128 it would take
longer."""


# the ufuncs' own reductions: np.max and np.sum go through Python first, which on 64 x 10 takes as long as the sum


def stable_softmax(x: Value, axis: int = -1) -> Value:
    """softmax of plain numbers."""
    if _along_narrow_rows(x, axis):
        return np.ascontiguousarray(stable_softmax(np.ascontiguousarray(x.T), 0).T)
    weights = np.exp(x - np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf))
    return weights / np.add.reduce(weights, axis=axis, keepdims=True)


def stable_log_softmax(x: Value, axis: int = -1) -> Value:
    """log_softmax of plain numbers."""
    shifted, log_total = shifted_logits(x, axis)
    return np.subtract(shifted, log_total, order="C")


def shifted_logits(x: Value, axis: int) -> tuple[Value, Value]:
    """Plain numbers less their largest along `axis`, and the logarithm of the sum of their exponentials, axis kept."""
    if _along_narrow_rows(x, axis):
        shifted, log_total = shifted_logits(np.ascontiguousarray(x.T), 0)
        return shifted.T, log_total.T
    shifted = x - np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)
    return shifted, np.log(np.add.reduce(np.exp(shifted), axis=axis, keepdims=True))


def _along_narrow_rows(x: Value, axis: int) -> bool:
    """Whether the rows of a matrix of few columns are meant."""
    return isinstance(x, np.ndarray) and x.ndim == 2 and axis in (1, -1) and x.shape[1] <= NARROW


def _softmax_map(g: Value, y: Value, axis: int) -> Value:
    """The Jacobian of softmax, diag(y) - y y^T, times g; it is symmetric, so it is the JVP and the VJP."""
    return y * (g - sum(g * y, axis=axis, keepdims=True))


@operation(
    vjp=(lambda g, y, x, *, axis=-1: _softmax_map(g, y, axis),),
    jvp=lambda t, y, x, *, axis=-1: _softmax_map(t[0], y, axis),
    latex=r"\operatorname{softmax}(#1)",
    partials_latex=(r"\operatorname{diag}(#y) - #y #y^{\top}",),
    sympy="softmax",
    complex_step=False,
    misconceptions=(
        Misconception(
            "diagonal only", 0, "#y (1 - #y)", "every output depends on every input: the off-diagonal is -y_i y_j"
        ),
    ),
    samples=ROWS,
)
def softmax(x: Value, *, axis: int = -1) -> Value:
    """e^x divided by its sum along `axis`.

    Shapes: any -> the same. Rule: dy = y (dx - sum(y dx)).

    >>> softmax(np.zeros(2))
    array([0.5, 0.5])
    """
    return stable_softmax(x, axis)


@operation(
    vjp=(lambda g, y, x, *, axis=-1: g - exp(y) * sum(g, axis=axis, keepdims=True),),
    jvp=lambda t, y, x, *, axis=-1: t[0] - sum(exp(y) * t[0], axis=axis, keepdims=True),
    latex=r"\ln \operatorname{softmax}(#1)",
    partials_latex=(r"I - \mathbf{1} \operatorname{softmax}(#1)^{\top}",),
    sympy="log_softmax",
    complex_step=False,
    samples=ROWS,
)
def log_softmax(x: Value, *, axis: int = -1) -> Value:
    """The logarithm of softmax along `axis`.

    Shapes: any -> the same. Rule: dy = dx - sum(softmax(x) dx).

    >>> log_softmax(np.zeros(1))
    array([0.])
    """
    return stable_log_softmax(x, axis)


def _weights(y: Value, x: Value, axis: Axis, keepdims: bool) -> Value:
    return exp(x - spread(y, x, axis, keepdims))


def _pull_logsumexp(g: Value, y: Value, x: Value, *, axis: Axis = None, keepdims: bool = False) -> Value:
    return scale(spread(g, x, axis, keepdims), _weights(y, x, axis, keepdims))


def _push_logsumexp(t: Sequence[Value], y: Value, x: Value, *, axis: Axis = None, keepdims: bool = False) -> Value:
    return sum(scale(t[0], _weights(y, x, axis, keepdims)), axis=axis, keepdims=keepdims)


@operation(
    vjp=(_pull_logsumexp,),
    jvp=_push_logsumexp,
    latex=r"\ln \sum e^{#1}",
    partials_latex=(r"\operatorname{softmax}(#1)",),
    sympy="logsumexp",
    complex_step=False,
    samples=(
        Sample((Reals((3, 4)),)),
        Sample((Reals((3, 4)),), {"axis": 1}),
        Sample((Reals((3, 4)),), {"axis": 0, "keepdims": True}),
    ),
)
def logsumexp(x: Value, *, axis: Axis = None, keepdims: bool = False) -> Value:
    """ln of the sum of e^x over `axis` (all axes when None).

    Shapes: as `sum`. Rule: dy = sum(softmax(x) dx).

    >>> round(float(logsumexp(np.zeros(2))), 6)
    0.693147
    """
    top = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0).astype(np.asarray(top).dtype)
    with np.errstate(divide="ignore"):
        total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=keepdims))
    return total + (top if keepdims else np.squeeze(top, axis=axis))[()]


@elementwise(
    partials=(lambda y, a, b: exp(a - y), lambda y, a, b: exp(b - y)),
    latex=r"\ln(e^{#1} + e^{#2})",
    partials_latex=(r"\frac{e^{#1}}{e^{#1} + e^{#2}}", r"\frac{e^{#2}}{e^{#1} + e^{#2}}"),
    sympy="logaddexp",
    complex_step=False,
    code="np.logaddexp({0}, {1}, out={out})",
    samples=(Sample((Reals(), Reals())), Sample((Reals((3, 4)), Reals((4,))))),
)
def logaddexp(a: Value, b: Value) -> Value:
    """ln(e^a + e^b), without overflow.

    Shapes: a, b broadcast -> their common shape. Rule: dy = (e^a da + e^b db) / (e^a + e^b).

    >>> round(float(logaddexp(0.0, 0.0)), 6)
    0.693147
    """
    return np.logaddexp(a, b)
