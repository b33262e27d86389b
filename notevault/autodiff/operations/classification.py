"""Losses over classes: cross_entropy of logits, nll of log-probabilities; class indices as one-hot masks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.operations.comparisons import not_equal
from notevault.autodiff.operations.reductions import sum
from notevault.autodiff.operations.shapes import reshape
from notevault.autodiff.operations.softmax import (
    log_softmax,
    shifted_logits,
    softmax,
    stable_log_softmax,
    stable_softmax,
)
from notevault.autodiff.primitive import Misconception, Reals, Sample, Value
from notevault.autodiff.rules import mask, operation, scale
from notevault.autodiff.tensor import dtype_of, shape_of, value_of

LABELS = np.array([1, 0, 3])
SCORES = Reals((3, 4))
CLASS_WEIGHTS = np.array([0.5, 2.0, 1.0, 0.7])
SAMPLES = (
    *(Sample((SCORES, LABELS), {"reduction": kind}) for kind in ("mean", "sum", "none")),
    Sample((SCORES, LABELS), {"weight": CLASS_WEIGHTS, "ignore": 3}),
)


@mask(operands=1, latex="[#1 = k]", sympy="OneHot", samples=(Sample((LABELS,), {"classes": 4}),))
def one_hot(index: Value, *, classes: int, axis: int = -1, dtype: Any = np.float64) -> Value:
    """1 in the place of each class index, 0 elsewhere; the classes are a new axis. A mask.

    Shapes: (...) whole numbers -> (..., classes). An index outside 0 .. classes - 1 gives zeros alone.

    >>> one_hot(np.array([1]), classes=3)
    array([[0., 1., 0.]])
    """
    hits = np.equal(np.asarray(index)[..., None], np.arange(classes)).astype(dtype)
    return hits if axis in (-1, hits.ndim - 1) else np.moveaxis(hits, -1, axis)


def _pull_pick(g: Value, y: Value, x: Value, index: Value) -> Value:
    hits = one_hot(index, classes=shape_of(x)[-1], dtype=dtype_of(x))
    return hits * reshape(g, shape=(*shape_of(g), 1))


@operation(
    vjp=(_pull_pick, None),
    latex="#1_{i, #2_i}",
    partials_latex=("[k = #2_i]", "0"),
    sympy="Pick",
    samples=(Sample((SCORES, LABELS)),),
)
def pick(x: Value, index: Value) -> Value:
    """From each row of a matrix the element at that row's index.

    Shapes: x (n, k), index (n,) whole numbers -> (n,). Rule: the cotangent goes to the elements picked.

    >>> pick(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0]))
    array([2., 3.])
    """
    return x[np.arange(len(x)), index]


def _check_labels(labels: Value, scores: Value, axis: int, ignore: int | None = None) -> None:
    """ValueError where the labels are not one for each example; IndexError where one is none of 0 .. classes - 1."""
    shape, classes = scores.shape, scores.shape[axis]
    if labels.shape != shape[:axis] + shape[axis + 1 :]:
        raise ValueError(f"labels of shape {labels.shape} for scores of shape {shape}; axis {axis} is the classes")
    kept = labels if ignore is None else labels[labels != ignore]
    # a negative label becomes a very large one without a sign: one reduction instead of two
    if kept.size and np.maximum.reduce(kept.astype(np.uint64), None) >= classes:
        raise IndexError(f"a label is outside of 0 .. {classes - 1}; `ignore` names one to skip")


def _plain(scores: Value, target: Value, options: Mapping[str, Any]) -> bool:
    """One label a row and nothing else: the case of nearly every note, for which there is a short way."""
    return (
        type(scores) is type(target) is np.ndarray
        and scores.ndim == 2
        and target.dtype.kind in "iu"
        and options.get("weight") is None
        and options.get("ignore") is None
    )


class _Terms:
    """What the losses have in common: how much the log-probability of each class weighs in each example."""

    def __init__(
        self, scores: Value, target: Value, *, weight: Any = None, reduction: str = "mean", ignore: int | None = None
    ) -> None:
        self.shape, self.dtype = shape_of(scores), dtype_of(scores)
        self.axis = 1 if len(self.shape) > 1 else 0
        self.target, self.weight, self.reduction, self.ignore = target, weight, reduction, ignore
        self.labels = dtype_of(target).kind in "iu"

    def by_class(self, hits: Value) -> Value:
        """One-hot rows or probabilities, times the weight of their class."""
        if self.weight is None:
            return hits
        shape = [1] * len(self.shape)
        shape[self.axis] = -1
        return hits * np.reshape(self.weight, shape)

    def weights(self) -> Value:
        """The weight of every class in every example."""
        if not self.labels:
            return self.by_class(self.target)
        hits = one_hot(self.target, classes=self.shape[self.axis], axis=self.axis, dtype=self.dtype)
        if self.ignore is not None:
            kept = not_equal(self.target, self.ignore)
            shape = list(self.shape)
            shape[self.axis] = 1
            hits = hits * reshape(kept, shape=tuple(shape))
        return self.by_class(hits)

    def count(self) -> Value:
        """What the mean divides by: the examples; or their weights, where labels are weighted or ignored."""
        if self.labels and (self.weight is not None or self.ignore is not None):
            return sum(self.weights())
        return math.prod(self.shape) // self.shape[self.axis]

    def reduce(self, loss: Value) -> Value:
        """The losses of the examples as they are, summed, or as their mean."""
        if self.reduction == "none":
            return loss
        return sum(loss) if self.reduction == "sum" else sum(loss) / self.count()

    def per_class(self, g: Value) -> Value:
        """The cotangent of each example's loss, with the axis of the classes put back."""
        if self.reduction == "none":
            shape = list(self.shape)
            shape[self.axis] = 1
            return reshape(g, shape=tuple(shape)) if shape_of(g) else g
        return g if self.reduction == "sum" else g / self.count()

    def loss(self, log_p: Value) -> Value:
        """The loss of plain numbers; labels outside the classes are refused unless they are the ignored one."""
        if self.labels:
            _check_labels(np.asarray(self.target), np.asarray(log_p), self.axis, self.ignore)
        elif shape_of(self.target) != self.shape:
            raise ValueError(f"probabilities of shape {shape_of(self.target)} for scores of shape {self.shape}")
        weights = self.weights()
        # 0 ln 0 is 0: a class that has no weight costs nothing, even where its log-probability is -inf
        terms = np.where(np.equal(weights, 0), 0, weights * log_p).astype(np.asarray(log_p).dtype)
        return self.reduce(-np.sum(terms, axis=self.axis))


def _pull_cross_entropy(g: Value, y: Value, z: Value, target: Value, **options: Any) -> Value:
    if _plain(z, target, options):
        difference = stable_softmax(z, 1)
        difference[np.arange(len(z)), target] -= 1  # a third of the time of subtracting one-hot rows
        kind = options.get("reduction", "mean")
        return scale(g / len(z) if kind == "mean" else g if kind == "sum" else g[:, None], difference)
    terms = _Terms(z, target, **options)
    weights = terms.weights()
    p = softmax(z, axis=terms.axis)
    if terms.weight is not None or terms.ignore is not None or not terms.labels:
        p = p * sum(weights, axis=terms.axis, keepdims=True)
    return scale(terms.per_class(g), p - weights)


def _pull_target(g: Value, y: Value, z: Value, target: Value, **options: Any) -> Value:
    terms = _Terms(z, target, **options)
    return _by_probability(g, log_softmax(z, axis=terms.axis), terms)


def _by_probability(g: Value, log_p: Value, terms: _Terms) -> Value:
    return None if terms.labels else scale(terms.per_class(g), -terms.by_class(log_p))


def _push_cross_entropy(t: Sequence[Value], y: Value, z: Value, target: Value, **options: Any) -> Value:
    terms = _Terms(z, target, **options)
    dz, dt = t
    p = softmax(z, axis=terms.axis)
    change = None if dz is None else dz - sum(p * dz, axis=terms.axis, keepdims=True)
    return _push((change, dt), log_softmax(z, axis=terms.axis), terms)


def _push(changes: Sequence[Value], log_p: Value, terms: _Terms) -> Value:
    d_log_p, d_target = changes
    moved: Value = 0
    if d_log_p is not None:
        moved = moved - terms.weights() * d_log_p
    if d_target is not None:
        moved = moved - terms.by_class(d_target) * log_p
    return terms.reduce(sum(moved, axis=terms.axis))


@operation(
    vjp=(_pull_cross_entropy, _pull_target),
    jvp=_push_cross_entropy,
    latex=r"-\frac{1}{n} \sum #2 \ln \operatorname{softmax}(#1)",
    partials_latex=(r"\frac{1}{n} (\operatorname{softmax}(#1) - #2)", r"-\frac{1}{n} \ln \operatorname{softmax}(#1)"),
    sympy="cross_entropy",
    complex_step=False,
    misconceptions=(
        Misconception("sign", 0, r"\frac{1}{n} (#2 - \operatorname{softmax}(#1))", "prediction minus target"),
        Misconception("sum for mean", 0, r"\operatorname{softmax}(#1) - #2", "the mean over the batch divides by n"),
    ),
    samples=(
        *SAMPLES,
        Sample((SCORES, Reals((3, 4), 0.1, 0.9))),
        Sample((Reals((2, 3, 2)), np.array([[0, 2], [1, 1]]))),
        Sample((Reals((4,)), np.array(2))),
    ),
)
def cross_entropy(
    logits: Value, target: Value, *, weight: Any = None, reduction: str = "mean", ignore: int | None = None
) -> Value:
    """Cross-entropy of softmax(z) against classes or probabilities; the mean over the examples by default.

    Shapes: logits (n, k, ...) or (k,); target: whole numbers (n, ...), or probabilities of the shape of the logits.
    weight: (k,), one for each class; the mean of labels divides by the labels' weights. ignore: a label to skip;
    other labels outside 0 .. k - 1 are an IndexError. A target of another shape is a ValueError.
    Rule: dL/dz = (softmax(z) - target) / n.

    >>> round(float(cross_entropy(np.zeros((1, 2)), np.array([0]))), 6)
    0.693147
    """
    if not _plain(logits, target, {"weight": weight, "ignore": ignore}):
        terms = _Terms(logits, target, weight=weight, reduction=reduction, ignore=ignore)
        return terms.loss(stable_log_softmax(logits, terms.axis))
    _check_labels(target, logits, 1)
    shifted, log_total = shifted_logits(logits, 1)
    losses = log_total[:, 0] - shifted[np.arange(len(logits)), target]
    total = losses if reduction == "none" else np.add.reduce(losses)
    return total / len(logits) if reduction == "mean" else total


def _pull_nll(g: Value, y: Value, log_p: Value, target: Value, **options: Any) -> Value:
    terms = _Terms(log_p, target, **options)
    return scale(terms.per_class(g), -terms.weights())


def _pull_nll_target(g: Value, y: Value, log_p: Value, target: Value, **options: Any) -> Value:
    return _by_probability(g, log_p, _Terms(log_p, target, **options))


def _push_nll(t: Sequence[Value], y: Value, log_p: Value, target: Value, **options: Any) -> Value:
    return _push(t, log_p, _Terms(log_p, target, **options))


@operation(
    vjp=(_pull_nll, _pull_nll_target),
    jvp=_push_nll,
    latex=r"-\frac{1}{n} \sum #2 \cdot #1",
    partials_latex=(r"-\frac{1}{n} #2", r"-\frac{1}{n} #1"),
    sympy="nll",
    complex_step=False,
    samples=SAMPLES,
)
def nll(
    log_probability: Value, target: Value, *, weight: Any = None, reduction: str = "mean", ignore: int | None = None
) -> Value:
    """The negative log-likelihood: minus the log-probability of the right class; the mean by default.

    Shapes and parameters: as `cross_entropy`. Rule: dL/d(log p) = -target / n.

    >>> float(nll(np.array([[-1.0, -2.0]]), np.array([1])))
    2.0
    """
    terms = _Terms(log_probability, target, weight=weight, reduction=reduction, ignore=ignore)
    return terms.loss(value_of(log_probability))
