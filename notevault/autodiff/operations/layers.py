"""Layers of networks that are one step: linear, embedding, dropout, attention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from notevault.autodiff.operations.comparisons import where
from notevault.autodiff.operations.indexing import scatter
from notevault.autodiff.operations.products import matmul, swap
from notevault.autodiff.operations.reductions import sum
from notevault.autodiff.operations.shapes import reshape
from notevault.autodiff.operations.softmax import softmax
from notevault.autodiff.primitive import Misconception, Reals, Sample, Value
from notevault.autodiff.rules import add_all, operation, unbroadcast
from notevault.autodiff.tensor import dtype_of, shape_of


def _flat(x: Value) -> Value:
    """x as rows: all axes but the last made one."""
    return x if len(shape_of(x)) == 2 else reshape(x, shape=(-1, shape_of(x)[-1]))


def _pull_weights(g: Value, y: Value, x: Value, w: Value, b: Value = None) -> Value:
    if len(shape_of(w)) == 1:
        return unbroadcast(reshape(g, shape=(*shape_of(g), 1)) * x, w)
    return matmul(swap(_flat(g)), _flat(x))


def _pull_input(g: Value, y: Value, x: Value, w: Value, b: Value = None) -> Value:
    return reshape(g, shape=(*shape_of(g), 1)) * w if len(shape_of(w)) == 1 else matmul(g, w)


def _push_linear(t: Sequence[Value], y: Value, x: Value, w: Value, b: Value = None) -> Value:
    parts = (
        None if t[0] is None else linear(t[0], w),
        None if t[1] is None else linear(x, t[1]),
        None if len(t) < 3 or t[2] is None else t[2] + np.zeros(shape_of(y)),
    )
    return add_all(parts)


@operation(
    vjp=(_pull_input, _pull_weights, lambda g, y, x, w, b: unbroadcast(g, b)),
    jvp=_push_linear,
    latex=r"#1 #2^{\top} + #3",
    partials_latex=(r"\cdot\, #2", r"\cdot^{\top} #1", r"\textstyle\sum"),
    sympy="Linear",
    misconceptions=(
        Misconception("bias not summed", 2, r"\cdot", "the bias serves every row, so its gradient sums them"),
    ),
    samples=(
        Sample((Reals((3, 4)), Reals((2, 4)), Reals((2,)))),
        Sample((Reals((2, 3, 4)), Reals((2, 4)))),
        Sample((Reals((4,)), Reals((2, 4)), Reals((2,)))),
    ),
)
def linear(x: Value, w: Value, b: Value = None) -> Value:
    """The layer x w^T + b.

    Shapes: x (..., k), w (m, k), b (m,) -> (..., m). Rule: dL/dx = G w, dL/dw = G^T x, dL/db = the sum of
    G's rows.

    >>> linear(np.ones((1, 2)), np.array([[1.0, 2.0]]), np.ones(1))
    array([[4.]])
    """
    product = np.matmul(x, np.transpose(w))
    return product if b is None else product + b


def _pull_rows(g: Value, y: Value, w: Value, *, index: Any) -> Value:
    return scatter(g, index=np.asarray(index), shape=shape_of(w))


@operation(
    vjp=(_pull_rows,),
    latex="#1_{[i]}",
    partials_latex=(r"\delta_i",),
    sympy="Embedding",
    samples=(Sample((Reals((4, 3)),), {"index": np.array([[1, 0], [1, 3]])}),),
)
def embedding(w: Value, *, index: Any) -> Value:
    """The rows of a table at the given positions.

    Shapes: w (n, k), index (...) -> (..., k). Rule: the cotangents of a row that was read twice are added up.

    >>> embedding(np.array([[1.0], [2.0]]), index=[1, 1])
    array([[2.],
           [2.]])
    """
    return w[np.asarray(index)]


def _kept(x: Value, rate: float, seed: int) -> Value:
    """The mask of dropout: 0 with probability `rate`, else 1 / (1 - rate)."""
    if rate >= 1:
        return np.zeros(shape_of(x))
    return (np.random.default_rng(seed).random(shape_of(x)) >= rate).astype(dtype_of(x)) / (1 - rate)


def _pull_dropout(g: Value, y: Value, x: Value, *, rate: float = 0.5, seed: int = 0) -> Value:
    return g * _kept(x, rate, seed)


@operation(
    vjp=(_pull_dropout,),
    latex=r"#1 \odot \frac{m}{1 - p}",
    partials_latex=(r"\frac{m}{1 - p}",),
    sympy="Dropout",
    samples=(Sample((Reals((3, 4)),), {"rate": 0.4, "seed": 1}), Sample((Reals((3, 4)),), {"rate": 0.0})),
)
def dropout(x: Value, *, rate: float = 0.5, seed: int = 0) -> Value:
    """x with each element set to 0 with probability `rate`, the others divided by 1 - rate.

    The same seed drops the same elements. Shapes: any -> the same. Rule: the cotangent meets the same mask.

    >>> dropout(np.ones(4), rate=0.5, seed=0)
    array([2., 0., 0., 0.])
    """
    return x * _kept(x, rate, seed)


def _probabilities(q: Value, k: Value, causal: bool, bias: Any, scale: float | None) -> tuple[Value, float]:
    """softmax(q k^T scale + bias), and the scale."""
    factor = float(1 / np.sqrt(shape_of(q)[-1])) if scale is None else scale
    scores = matmul(q, swap(k)) * factor
    if bias is not None:
        scores = scores + bias
    if causal:
        scores = where(np.tri(*shape_of(scores)[-2:], dtype=bool), scores, -np.inf)
    return softmax(scores), factor


def _through_softmax(g: Value, p: Value) -> Value:
    return p * (g - sum(g * p, axis=-1, keepdims=True))


def _pull_query(
    g: Value, y: Value, q: Value, k: Value, v: Value, *, causal: bool = False, bias: Any = None, scale: Any = None
) -> Value:
    p, factor = _probabilities(q, k, causal, bias, scale)
    return unbroadcast(matmul(_through_softmax(matmul(g, swap(v)), p), k) * factor, q)


def _pull_key(
    g: Value, y: Value, q: Value, k: Value, v: Value, *, causal: bool = False, bias: Any = None, scale: Any = None
) -> Value:
    p, factor = _probabilities(q, k, causal, bias, scale)
    return unbroadcast(matmul(swap(_through_softmax(matmul(g, swap(v)), p)), q) * factor, k)


def _pull_value(
    g: Value, y: Value, q: Value, k: Value, v: Value, *, causal: bool = False, bias: Any = None, scale: Any = None
) -> Value:
    return unbroadcast(matmul(swap(_probabilities(q, k, causal, bias, scale)[0]), g), v)


def _push_attention(
    t: Sequence[Value], y: Value, q: Value, k: Value, v: Value, *,
    causal: bool = False, bias: Any = None, scale: Any = None,
) -> Value:  # fmt: skip
    p, factor = _probabilities(q, k, causal, bias, scale)
    dq, dk, dv = t
    by_query = None if dq is None else matmul(dq, swap(k))
    by_key = None if dk is None else matmul(q, swap(dk))
    moved = add_all((by_query, by_key))
    scores = None if moved is None else matmul(_through_softmax(moved * factor, p), v)
    return add_all((scores, None if dv is None else matmul(p, dv)))


@operation(
    vjp=(_pull_query, _pull_key, _pull_value),
    jvp=_push_attention,
    latex=r"\operatorname{softmax}\left(\frac{#1 #2^{\top}}{\sqrt{d}}\right) #3",
    partials_latex=(
        r"\frac{1}{\sqrt{d}} J_{\operatorname{softmax}}[\cdot\, #3^{\top}] #2",
        r"\frac{1}{\sqrt{d}} J_{\operatorname{softmax}}[\cdot\, #3^{\top}]^{\top} #1",
        r"\operatorname{softmax}(\cdot)^{\top} \cdot",
    ),
    sympy="Attention",
    complex_step=False,
    misconceptions=(
        Misconception("scale lost", 0, r"J[\cdot\, #3^{\top}] #2", "the factor 1/sqrt(d) stands in the derivative too"),
    ),
    samples=(
        Sample((Reals((2, 3, 2)), Reals((2, 4, 2)), Reals((2, 4, 3)))),
        Sample((Reals((3, 2)), Reals((3, 2)), Reals((3, 2))), {"causal": True}),
    ),
)
def attention(
    q: Value, k: Value, v: Value, *, causal: bool = False, bias: Any = None, scale: float | None = None
) -> Value:
    """Scaled dot-product attention softmax(q k^T / sqrt(d)) v.

    causal: position i sees positions up to i. bias: added to the scores (-inf hides). scale: instead of 1 /
    sqrt(d).
    Shapes: q (..., n, d), k (..., m, d), v (..., m, e) -> (..., n, e). Rule: with p the softmax and
    ds = p (G v^T - sum(p G v^T)) / sqrt(d): dL/dq = ds k, dL/dk = ds^T q, dL/dv = p^T G.
    Source: Vaswani et al. (2017).

    >>> attention(np.zeros((1, 2)), np.zeros((2, 2)), np.array([[1.0], [3.0]]))
    array([[2.]])
    """
    return np.matmul(_probabilities(q, k, causal, bias, scale)[0], v)
