"""Normalisation layers: subtract the mean, divide by the standard deviation, scale and shift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.operations.complex_parts import only_real
from notevault.autodiff.operations.exponential import sqrt
from notevault.autodiff.operations.reductions import mean, var
from notevault.autodiff.operations.shapes import reshape
from notevault.autodiff.primitive import Misconception, Reals, Sample, Value
from notevault.autodiff.rules import add_all, operation, unbroadcast
from notevault.autodiff.tensor import shape_of

STATISTICS_FIXED = Misconception(
    "statistics held fixed", 0, r"\frac{\gamma}{\sigma}", "mean and deviation depend on x too and bring two more terms"
)


def _standard(x: Value, axes: tuple[int, ...], eps: float) -> tuple[Value, Value]:
    """x with mean 0 and variance 1 along the axes, and the deviation it was divided by."""
    deviation = sqrt(var(x, axis=axes, keepdims=True) + eps)
    return (x - mean(x, axis=axes, keepdims=True)) / deviation, deviation


def _standard_map(g: Value, x: Value, axes: tuple[int, ...], eps: float) -> Value:
    """The Jacobian of the normalised x, times g; it is symmetric, so it is the JVP and the VJP."""
    standard, deviation = _standard(only_real(x, "normalization"), axes, eps)
    along = mean(g * standard, axis=axes, keepdims=True)
    return (g - mean(g, axis=axes, keepdims=True) - standard * along) / deviation


def _layer_axes(x: Value, gamma: Value) -> tuple[int, ...]:
    return tuple(range(-len(shape_of(gamma)), 0))


def _push_layer(t: Sequence[Value], y: Value, x: Value, gamma: Value, beta: Value, *, eps: float = 1e-5) -> Value:
    axes = _layer_axes(x, gamma)
    dx, d_gamma, d_beta = t
    parts = (
        None if dx is None else _standard_map(dx, x, axes, eps) * gamma,
        None if d_gamma is None else _standard(x, axes, eps)[0] * d_gamma,
        None if d_beta is None else d_beta + np.zeros(shape_of(y)),
    )
    return add_all(parts)


@operation(
    vjp=(
        lambda g, y, x, gamma, beta, *, eps=1e-5: _standard_map(g * gamma, x, _layer_axes(x, gamma), eps),
        lambda g, y, x, gamma, beta, *, eps=1e-5: unbroadcast(g * _standard(x, _layer_axes(x, gamma), eps)[0], gamma),
        lambda g, y, x, gamma, beta, *, eps=1e-5: unbroadcast(g, beta),
    ),
    jvp=_push_layer,
    latex=r"#2 \frac{#1 - \overline{#1}}{\sigma} + #3",
    partials_latex=(
        r"\frac{1}{\sigma} (\gamma \cdot - \overline{\gamma \cdot} - \hat{x}\, \overline{\gamma \cdot \hat{x}})",
        r"\hat{x}",
        "1",
    ),
    sympy="LayerNorm",
    complex_step=False,
    misconceptions=(STATISTICS_FIXED,),
    samples=(
        Sample((Reals((3, 4)), Reals((4,), 0.5, 1.5), Reals((4,)))),
        Sample((Reals((2, 3, 2)), Reals((3, 2), 0.5, 1.5), Reals((3, 2))), {"eps": 0.1}),
    ),
)
def layernorm(x: Value, gamma: Value, beta: Value, *, eps: float = 1e-5) -> Value:
    """gamma (x - mean) / sqrt(var + eps) + beta, with mean and variance over the axes that gamma has.

    Shapes: x (..., *k), gamma and beta (*k) -> (..., *k). Rule: with h = gamma g and x^ the normalised x,
    dL/dx = (h - mean(h) - x^ mean(h x^)) / deviation. Source: Ba, Kiros, Hinton (2016).

    >>> layernorm(np.array([1.0, 3.0]), np.ones(2), np.zeros(2), eps=0.0)
    array([-1.,  1.])
    """
    return _standard(x, _layer_axes(x, gamma), eps)[0] * gamma + beta


def _channels(value: Value, x: Value) -> Value:
    return reshape(value, shape=(1, -1) + (1,) * (len(shape_of(x)) - 2))


def _batch_axes(x: Value) -> tuple[int, ...]:
    return (0, *range(2, len(shape_of(x))))


def _fixed(x: Value, mean: Any, variance: Any, eps: float) -> tuple[Value, Value]:
    deviation = np.sqrt(np.asarray(variance) + eps)
    return (x - _channels(np.asarray(mean), x)) / _channels(deviation, x), _channels(deviation, x)


def _batch_standard(x: Value, eps: float, mean: Any, variance: Any) -> Value:
    if mean is None:
        return _standard(x, _batch_axes(x), eps)[0]
    return _fixed(x, mean, variance, eps)[0]


def _batch_map(g: Value, x: Value, eps: float, mean: Any, variance: Any) -> Value:
    if mean is None:
        return _standard_map(g, x, _batch_axes(x), eps)
    return g / _fixed(x, mean, variance, eps)[1]


def _batch_rule(rule: Callable[..., Value]) -> Callable[..., Value]:
    def pull(
        g: Value, y: Value, x: Value, gamma: Value, beta: Value, *,
        eps: float = 1e-5, mean: Any = None, variance: Any = None,
    ) -> Value:  # fmt: skip
        return rule(g, x, gamma, eps, mean, variance)

    return pull


def _over_batch(g: Value, x: Value) -> Value:
    return reshape(unbroadcast(g, _channels(np.zeros(shape_of(x)[1]), x)), shape=(shape_of(x)[1],))


def _push_batch(
    t: Sequence[Value], y: Value, x: Value, gamma: Value, beta: Value, *,
    eps: float = 1e-5, mean: Any = None, variance: Any = None,
) -> Value:  # fmt: skip
    dx, d_gamma, d_beta = t
    parts = (
        None if dx is None else _batch_map(dx, x, eps, mean, variance) * _channels(gamma, x),
        None if d_gamma is None else _batch_standard(x, eps, mean, variance) * _channels(d_gamma, x),
        None if d_beta is None else _channels(d_beta, x) + np.zeros(shape_of(y)),
    )
    return add_all(parts)


@operation(
    vjp=(
        _batch_rule(lambda g, x, gamma, *statistics: _batch_map(g * _channels(gamma, x), x, *statistics)),
        _batch_rule(lambda g, x, gamma, *statistics: _over_batch(g * _batch_standard(x, *statistics), x)),
        _batch_rule(lambda g, x, gamma, *statistics: _over_batch(g, x)),
    ),
    jvp=_push_batch,
    latex=r"#2 \frac{#1 - \overline{#1}}{\sigma} + #3",
    partials_latex=(
        r"\frac{\gamma}{\sigma} (\cdot - \overline{\cdot} - \hat{x}\, \overline{\cdot\, \hat{x}})",
        r"\sum \hat{x}",
        r"\sum",
    ),
    sympy="BatchNorm",
    complex_step=False,
    misconceptions=(STATISTICS_FIXED,),
    samples=(
        Sample((Reals((4, 3)), Reals((3,), 0.5, 1.5), Reals((3,)))),
        Sample((Reals((2, 2, 3)), Reals((2,), 0.5, 1.5), Reals((2,)))),
        Sample(
            (Reals((4, 2)), Reals((2,), 0.5, 1.5), Reals((2,))),
            {"mean": np.array([0.1, 0.2]), "variance": np.array([1.5, 0.7])},
        ),
    ),
)
def batchnorm(
    x: Value, gamma: Value, beta: Value, *, eps: float = 1e-5, mean: Any = None, variance: Any = None
) -> Value:
    """gamma (x - mean) / sqrt(var + eps) + beta for each channel, with mean and variance over batch and
    positions.

    mean, variance: (c,) running statistics to use instead (evaluation). Shapes: x (n, c, ...), gamma and
    beta (c,) -> that of x. Rule: as `layernorm`, over the other axes. Source: Ioffe, Szegedy (2015).

    >>> batchnorm(np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1), eps=0.0)
    array([[-1.],
           [ 1.]])
    """
    return _batch_standard(x, eps, mean, variance) * _channels(gamma, x) + _channels(beta, x)
