"""Losses that compare a prediction with a target element by element and then reduce: to the mean, the sum,
or not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np

from notevault.autodiff.operations.activations import sigmoid
from notevault.autodiff.operations.comparisons import equal, greater, less, where
from notevault.autodiff.operations.complex_parts import only_real
from notevault.autodiff.operations.exponential import exp, log
from notevault.autodiff.operations.reductions import mean, sum
from notevault.autodiff.operations.rounding import sign
from notevault.autodiff.primitive import Domain, Kink, Misconception, Reals, Sample, Value
from notevault.autodiff.rules import add_all, operation, scale, unbroadcast
from notevault.autodiff.tensor import shape_of

Function = TypeVar("Function", bound=Callable[..., Any])
BOTH = (Reals((3, 4)), Reals((3, 4)))
ROW_TARGET = (Reals((3, 4)), Reals((4,)))
PROBABILITIES = (Reals((3, 4), 0.1, 0.9), Reals((3, 4), 0.1, 0.9))
FACTOR_TWO = Misconception("factor 2", 0, r"\frac{1}{n} (#1 - #2)", "the square brings the factor 2")
SUM_FOR_MEAN = Misconception("sum for mean", 0, r"2 (#1 - #2)", "the mean divides by n, and so does its derivative")


def reduced(elements: Value, reduction: str) -> Value:
    """The mean or the sum of plain numbers, or the numbers themselves for "none"."""
    reduce: dict[str, Callable[[Value], Value]] = {"none": np.asarray, "sum": np.sum, "mean": np.mean}
    return np.asarray(reduce[reduction](elements))[()]


def pointwise(*, partials: Sequence[Callable[..., Value]], **row: Any) -> Callable[[Function], Function]:
    """Make a row of a loss; partials: `f(a, b, **parameters)`, the local derivatives of one element's
    loss."""

    def push(t: Sequence[Value], y: Value, a: Value, b: Value, *, reduction: str = "mean", **others: Any) -> Value:
        moved = add_all(
            scale(tangent, slope(a, b, **others))
            for tangent, slope in zip(t, partials, strict=True)
            if tangent is not None
        )
        return {"none": lambda x: x, "sum": sum, "mean": mean}[reduction](moved)

    rules = [partial(_pull, operand, slope) for operand, slope in enumerate(partials)]
    return operation(vjp=rules, jvp=push, **row)


def _pull(  # noqa: PLR0917 (the first two are bound for each operand)
    operand: int, slope: Callable[..., Value], g: Value, y: Value, a: Value, b: Value, *,
    reduction: str = "mean", **others: Any
) -> Value:  # fmt: skip
    local = slope(a, b, **others)
    count = math.prod(np.broadcast_shapes(shape_of(a), shape_of(b)))
    return unbroadcast(scale(g / count if reduction == "mean" else g, local), (a, b)[operand])


def samples(*operands: Reals, **parameters: Any) -> tuple[Sample, ...]:
    """One sample for each reduction."""
    return tuple(Sample(operands, {"reduction": kind, **parameters}) for kind in ("mean", "sum", "none"))


@pointwise(
    partials=(lambda a, b: 2 * (a - b), lambda a, b: 2 * (b - a)),
    latex=r"\frac{1}{n} \sum (#1 - #2)^2",
    partials_latex=(r"\frac{2}{n} (#1 - #2)", r"-\frac{2}{n} (#1 - #2)"),
    sympy="mse",
    misconceptions=(FACTOR_TWO, SUM_FOR_MEAN),
    samples=(*samples(*BOTH), Sample(ROW_TARGET)),
)
def mse(prediction: Value, target: Value, *, reduction: str = "mean") -> Value:
    """The squared error (a - b)^2; its mean over n elements by default.

    Shapes: broadcast -> () or, for reduction "none", their common shape. Rule: dL/da = 2 (a - b) / n.

    >>> float(mse(np.array([1.0, 3.0]), np.zeros(2)))
    5.0
    """
    difference = prediction - target
    return reduced(difference * difference, reduction)


@pointwise(
    partials=(lambda a, b: sign(only_real(a - b, "l1")), lambda a, b: sign(only_real(b - a, "l1"))),
    latex=r"\frac{1}{n} \sum |#1 - #2|",
    partials_latex=(r"\frac{1}{n} \operatorname{sign}(#1 - #2)", r"-\frac{1}{n} \operatorname{sign}(#1 - #2)"),
    sympy="l1",
    kinks=(Kink("#1 = #2", "0", lambda a, b, **others: np.abs(a - b)),),
    complex_step=False,
    samples=samples(*BOTH),
)
def l1(prediction: Value, target: Value, *, reduction: str = "mean") -> Value:
    """The absolute error |a - b|; its mean by default.

    Shapes: as `mse`. Rule: dL/da = sign(a - b) / n, with the subgradient 0 where a = b.

    >>> float(l1(np.array([1.0, -3.0]), np.zeros(2)))
    2.0
    """
    return reduced(np.abs(prediction - target), reduction)


def _huber_slope(a: Value, b: Value, *, delta: float = 1.0) -> Value:
    r = only_real(a - b, "huber")
    return where(less(abs(r), delta), r, delta * sign(r))


def _huber_slope_target(a: Value, b: Value, *, delta: float = 1.0) -> Value:
    return -_huber_slope(a, b, delta=delta)


@pointwise(
    partials=(_huber_slope, _huber_slope_target),
    latex=r"\frac{1}{n} \sum h_{\delta}(#1 - #2)",
    partials_latex=(
        r"\frac{1}{n} \operatorname{clip}(#1 - #2, -\delta, \delta)",
        r"-\frac{1}{n} \operatorname{clip}(#1 - #2, -\delta, \delta)",
    ),
    sympy="huber",
    complex_step=False,
    samples=(*samples(*BOTH), Sample(BOTH, {"delta": 0.5})),
)
def huber(prediction: Value, target: Value, *, reduction: str = "mean", delta: float = 1.0) -> Value:
    """r^2 / 2 where |r| < delta, else delta (|r| - delta / 2), with r = a - b; the mean by default.

    Shapes: as `mse`. Rule: dL/da = r held within -delta and delta, over n. Source: Huber (1964).

    >>> float(huber(np.array([0.0, 3.0]), np.zeros(2)))
    1.25
    """
    size = np.abs(prediction - target)
    return reduced(np.where(size < delta, 0.5 * size * size, delta * (size - 0.5 * delta)), reduction)


def _missed(a: Value, b: Value, margin: float) -> Value:
    return greater(margin - a * b, 0)


@pointwise(
    partials=(
        lambda a, b, *, margin=1.0: -b * _missed(a, b, margin),
        lambda a, b, *, margin=1.0: -a * _missed(a, b, margin),
    ),
    latex=r"\frac{1}{n} \sum \max(0, 1 - #1 #2)",
    partials_latex=(r"-\frac{1}{n} #2 [#1 #2 < 1]", r"-\frac{1}{n} #1 [#1 #2 < 1]"),
    sympy="hinge",
    kinks=(
        Kink(
            r"#1 #2 = 1",
            "0, the slope of the points that are right",
            lambda a, b, *, margin=1.0, **o: np.abs(margin - a * b),
        ),
    ),
    complex_step=False,
    samples=(*samples(*BOTH), Sample(BOTH, {"margin": 0.5})),
)
def hinge(prediction: Value, target: Value, *, reduction: str = "mean", margin: float = 1.0) -> Value:
    """max(0, margin - a b) of scores a and labels b = -1 or 1; the mean by default.

    Shapes: as `mse`. Rule: dL/da = -b / n where a b < margin, else 0.

    >>> float(hinge(np.array([2.0, 0.5]), np.array([1.0, -1.0])))
    0.75
    """
    return reduced(np.maximum(0, margin - prediction * target), reduction)


def _by_probability(p: Value, t: Value) -> Value:
    return (1 - t) / (1 - p) - t / p


def _by_label(p: Value, t: Value) -> Value:
    return clamped_log(1 - p) - clamped_log(p)


def clamped_log(x: Value) -> Value:
    """ln x, but not below -100, so that a sure and wrong prediction has a finite loss (as in PyTorch)."""
    safe = where(greater(x, 0), x, 1)
    return where(greater(x, 0), log(safe), -100.0)


@pointwise(
    partials=(_by_probability, _by_label),
    latex=r"-\frac{1}{n} \sum (#2 \ln #1 + (1 - #2) \ln(1 - #1))",
    partials_latex=(
        r"\frac{1}{n} \left(\frac{1 - #2}{1 - #1} - \frac{#2}{#1}\right)",
        r"\frac{1}{n} (\ln(1 - #1) - \ln #1)",
    ),
    sympy="bce",
    domain=Domain("0 < #1 < 1", lambda p, t: (p > 0) & (p < 1)),
    complex_step=False,
    misconceptions=(
        Misconception(
            "sign", 0, r"\frac{#2}{#1} - \frac{1 - #2}{1 - #1}", "the loss has a minus before the logarithms"
        ),
    ),
    samples=samples(*PROBABILITIES),
)
def bce(probability: Value, label: Value, *, reduction: str = "mean") -> Value:
    """Binary cross-entropy of probabilities; the mean by default. A logarithm counts as at least -100.

    Shapes: as `mse`. Rule: dL/dp = ((1 - t) / (1 - p) - t / p) / n.

    >>> round(float(bce(np.array([0.5]), np.array([1.0]))), 6)
    0.693147
    """
    p, t = np.asarray(probability), np.asarray(label)
    return reduced(-(t * clamped_log(p) + (1 - t) * clamped_log(1 - p)), reduction)


@pointwise(
    partials=(lambda z, t: sigmoid(z) - t, lambda z, t: -z),
    latex=r"\frac{1}{n} \sum (\ln(1 + e^{#1}) - #1 #2)",
    partials_latex=(r"\frac{1}{n} (\sigma(#1) - #2)", r"-\frac{1}{n} #1"),
    sympy="bce_logits",
    complex_step=False,
    misconceptions=(
        Misconception("extra s(1-s)", 0, r"\frac{1}{n} (\sigma(#1) - #2)\, \sigma(#1) (1 - \sigma(#1))",
                      "with the cross-entropy the slope of the sigmoid cancels"),
    ),
    samples=samples(*BOTH),
)  # fmt: skip
def bce_logits(logit: Value, label: Value, *, reduction: str = "mean") -> Value:
    """Binary cross-entropy of sigmoid(z), computed without overflow; the mean by default.

    Shapes: as `mse`. Rule: dL/dz = (sigmoid(z) - t) / n.

    >>> round(float(bce_logits(np.array([0.0]), np.array([1.0]))), 6)
    0.693147
    """
    return reduced(np.logaddexp(0, logit) - logit * label, reduction)


def _kl_by_input(a: Value, b: Value, *, log_target: bool = False) -> Value:
    return -exp(b) if log_target else -b


def _kl_by_target(a: Value, b: Value, *, log_target: bool = False) -> Value:
    if log_target:
        return exp(b) * (b - a + 1)
    is_zero = equal(b, 0)
    return where(is_zero, 0, log(where(is_zero, 1, b)) + 1 - a)


@pointwise(
    partials=(_kl_by_input, _kl_by_target),
    latex=r"\frac{1}{n} \sum #2 (\ln #2 - #1)",
    partials_latex=(r"-\frac{1}{n} #2", r"\frac{1}{n} (\ln #2 + 1 - #1)"),
    sympy="kl_div",
    domain=Domain(r"#2 \geq 0", lambda a, b: b >= 0),
    complex_step=False,
    samples=(*samples(*PROBABILITIES), Sample(PROBABILITIES, {"log_target": True})),
)
def kl_div(log_probability: Value, target: Value, *, reduction: str = "mean", log_target: bool = False) -> Value:
    """b (ln b - a) of a log-probability a and a target probability b; log_target: b is given as its
    logarithm.

    Shapes: as `mse`; 0 ln 0 counts as 0. Rule: dL/da = -b / n. Source: Kullback, Leibler (1951).

    >>> round(float(kl_div(np.array([0.0]), np.array([0.5]))), 6)
    -0.346574
    """
    a, b = np.asarray(log_probability), np.asarray(target)
    if log_target:
        return reduced(np.exp(b) * (b - a), reduction)
    return reduced(np.where(b == 0, 0, b * (np.log(np.where(b == 0, 1, b)) - a)), reduction)
