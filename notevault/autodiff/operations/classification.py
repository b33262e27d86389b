"""Losses over classes: cross_entropy of logits, nll of log-probabilities; class indices as one-hot masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from notevault.autodiff.operations.reductions import sum
from notevault.autodiff.operations.shapes import reshape
from notevault.autodiff.operations.softmax import log_softmax, softmax, stable_log_softmax
from notevault.autodiff.primitive import Misconception, Reals, Sample, Value
from notevault.autodiff.rules import mask, operation, scale
from notevault.autodiff.tensor import dtype_of, shape_of

LABELS = np.array([1, 0, 3])
SCORES = Reals((3, 4))
REDUCTIONS = tuple(Sample((SCORES, LABELS), {"reduction": kind}) for kind in ("mean", "sum", "none"))


@mask(operands=1, latex="[#1 = k]", sympy="OneHot", samples=(Sample((LABELS,), {"classes": 4}),))
def one_hot(index: Value, *, classes: int, axis: int = -1) -> Value:
    """1.0 in the place of each class index, 0.0 elsewhere; the classes are a new axis. A mask.

    Shapes: (...) whole numbers -> (..., classes). An index outside 0 .. classes - 1 gives zeros alone.

    >>> one_hot(np.array([1]), classes=3)
    array([[0., 1., 0.]])
    """
    hits = np.equal(np.expand_dims(index, -1), np.arange(classes)).astype(np.float64)
    return np.moveaxis(hits, -1, axis)


def _targets(scores: Value, target: Value, weight: Any) -> Value:
    """The weight of every class in every example: the one-hot rows of labels, or the given probabilities."""
    axis = class_axis(shape_of(scores))
    hits = target
    if dtype_of(target).kind in "iu":
        hits = one_hot(target, classes=shape_of(scores)[axis], axis=axis)
    if weight is None:
        return hits
    shape = [1] * len(shape_of(scores))
    shape[axis] = -1
    return hits * np.reshape(weight, shape)


def class_axis(shape: tuple[int, ...]) -> int:
    """Where the classes are: axis 1, after the batch; axis 0 of a single example."""
    return 1 if len(shape) > 1 else 0


def _count(scores: Value, target: Value, weights: Value) -> Value:
    """What the mean divides by: the weights of the labels, or the number of examples of probability
    targets."""
    if dtype_of(target).kind in "iu":
        return sum(weights)
    shape = shape_of(scores)
    return int(np.prod(shape, dtype=int)) // shape[class_axis(shape)]


def _weighted_loss(log_p: Value, target: Value, weight: Any, reduction: str) -> Value:
    weights = _targets(log_p, target, weight)
    # 0 ln 0 is 0: a class that has no weight costs nothing, even where its log-probability is -inf
    loss = -np.sum(np.where(weights == 0, 0, weights * log_p), axis=class_axis(np.shape(log_p)))
    if reduction == "none":
        return loss
    return np.sum(loss) / (1 if reduction == "sum" else _count(log_p, target, weights))


def _per_class(g: Value, scores: Value, target: Value, weights: Value, reduction: str) -> Value:
    """The cotangent of each example's loss, with the axis of the classes put back."""
    if reduction == "none":
        shape = list(shape_of(scores))
        shape[class_axis(tuple(shape))] = 1
        return reshape(g, shape=tuple(shape)) if shape_of(g) else g
    return g if reduction == "sum" else g / _count(scores, target, weights)


def _pull_cross_entropy(
    g: Value, y: Value, z: Value, target: Value, *, weight: Any = None, reduction: str = "mean"
) -> Value:
    axis = class_axis(shape_of(z))
    weights = _targets(z, target, weight)
    slope = softmax(z, axis=axis) * sum(weights, axis=axis, keepdims=True) - weights
    return scale(_per_class(g, z, target, weights, reduction), slope)


def _pull_target(g: Value, y: Value, z: Value, target: Value, *, weight: Any = None, reduction: str = "mean") -> Value:
    log_p = log_softmax(z, axis=class_axis(shape_of(z)))
    return _by_probabilities(g, log_p, target, weight, reduction)


def _by_probabilities(g: Value, log_p: Value, target: Value, weight: Any, reduction: str) -> Value:
    if dtype_of(target).kind in "iu":
        return None
    ones = _targets(log_p, np.ones(shape_of(target)), weight)
    return scale(_per_class(g, log_p, target, ones, reduction), -(log_p * ones))


def _push_cross_entropy(
    t: Sequence[Value], y: Value, z: Value, target: Value, *, weight: Any = None, reduction: str = "mean"
) -> Value:
    axis = class_axis(shape_of(z))
    dz, dt = t
    log_p = log_softmax(z, axis=axis)
    change = None if dz is None else dz - sum(softmax(z, axis=axis) * dz, axis=axis, keepdims=True)
    return _push((change, dt), log_p, target, weight, reduction)


def _push(changes: Sequence[Value], log_p: Value, target: Value, weight: Any, reduction: str) -> Value:
    d_log_p, d_target = changes
    weights = _targets(log_p, target, weight)
    moved: Value = 0
    if d_log_p is not None:
        moved = moved - weights * d_log_p
    if d_target is not None:
        moved = moved - _targets(log_p, d_target, weight) * log_p
    loss = sum(moved, axis=class_axis(shape_of(log_p)))
    if reduction == "none":
        return loss
    return sum(loss) if reduction == "sum" else sum(loss) / _count(log_p, target, weights)


@operation(
    vjp=(_pull_cross_entropy, _pull_target),
    jvp=_push_cross_entropy,
    latex=r"-\frac{1}{n} \sum #2 \ln \operatorname{softmax}(#1)",
    partials_latex=(r"\frac{1}{n} (\operatorname{softmax}(#1) - #2)", r"-\frac{1}{n} \ln \operatorname{softmax}(#1)"),
    sympy="cross_entropy",
    complex_step=False,
    misconceptions=(
        Misconception(
            "sign", 0, r"\frac{1}{n} (#2 - \operatorname{softmax}(#1))", "prediction minus target, not the reverse"
        ),
        Misconception("sum for mean", 0, r"\operatorname{softmax}(#1) - #2", "the mean over the batch divides by n"),
    ),
    samples=(
        *REDUCTIONS,
        Sample((SCORES, LABELS), {"weight": np.array([0.5, 2.0, 1.0, 0.7])}),
        Sample((SCORES, Reals((3, 4), 0.1, 0.9))),
        Sample((Reals((2, 3, 2)), np.array([[0, 2], [1, 1]]))),
        Sample((Reals((4,)), np.array(2))),
    ),
)
def cross_entropy(logits: Value, target: Value, *, weight: Any = None, reduction: str = "mean") -> Value:
    """Cross-entropy of softmax(z) against classes or probabilities; the mean over the examples by default.

    Shapes: logits (n, k, ...) or (k,); target: whole numbers (n, ...), or probabilities of the shape of the
    logits.
    weight: (k,), one for each class; the mean of labels divides by the labels' weights. A label outside 0 ..
    k - 1 is ignored. Rule: dL/dz = (softmax(z) - target) / n.

    >>> round(float(cross_entropy(np.zeros((1, 2)), np.array([0]))), 6)
    0.693147
    """
    return _weighted_loss(stable_log_softmax(logits, class_axis(np.shape(logits))), target, weight, reduction)


def _pull_nll(g: Value, y: Value, log_p: Value, target: Value, *, weight: Any = None, reduction: str = "mean") -> Value:
    weights = _targets(log_p, target, weight)
    return scale(_per_class(g, log_p, target, weights, reduction), -weights)


def _pull_nll_target(
    g: Value, y: Value, log_p: Value, target: Value, *, weight: Any = None, reduction: str = "mean"
) -> Value:
    return _by_probabilities(g, log_p, target, weight, reduction)


@operation(
    vjp=(_pull_nll, _pull_nll_target),
    jvp=lambda t, y, log_p, target, *, weight=None, reduction="mean": _push(t, log_p, target, weight, reduction),
    latex=r"-\frac{1}{n} \sum #2 \cdot #1",
    partials_latex=(r"-\frac{1}{n} #2", r"-\frac{1}{n} #1"),
    sympy="nll",
    complex_step=False,
    samples=(*REDUCTIONS, Sample((SCORES, LABELS), {"weight": np.array([0.5, 2.0, 1.0, 0.7])})),
)
def nll(log_probability: Value, target: Value, *, weight: Any = None, reduction: str = "mean") -> Value:
    """The negative log-likelihood: minus the log-probability of the right class; the mean by default.

    Shapes and parameters: as `cross_entropy`. Rule: dL/d(log p) = -target / n.

    >>> float(nll(np.array([[-1.0, -2.0]]), np.array([1])))
    2.0
    """
    return _weighted_loss(np.asarray(log_probability), target, weight, reduction)
