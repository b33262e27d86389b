"""Engine operations on arrays of sympy expressions: numpy's object arrays, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

import numpy as np
import sympy

from notevault.autodiff import PRIMITIVES
from notevault.frontends.symbolic.raising import Expressions, Function, exact, raising

Array = Any
"""An object array of expressions; without axes a plain expression."""
Axis = int | tuple[int, ...] | None

_SCALAR = raising(Expressions())

WITHOUT_A_FORM: Mapping[str, str] = {
    "eigh": "eigenvalues are roots of a polynomial, which sympy's functions do not give from the entries",
    "eig": "its eigenvalues are complex",
    "fft": "it is complex",
    "ifft": "it is complex",
    "svd": "singular values are roots of a polynomial, as eigenvalues are",
    "maxpool": "its windows are cut inside the operation; `windows` and `max` have forms",
    "one_hot": "of whole numbers, which are never recorded",
    "first_largest": "a choice of places, not a number; no derivative passes through it",
}
"""Operations that are not written with sympy's functions, and why."""

_MOVING = (
    *(
        "reshape",
        "transpose",
        "broadcast",
        "squeeze",
        "concat",
        "stack",
        "sum",
        "mean",
        "var",
        "pick",
        "nll",
        "one_hot",
    ),
    *("matmul", "dot", "outer", "tensordot", "getitem", "scatter", "flip", "roll", "split", "gather", "pad", "windows"),
    *("overlap_add", "conv1d", "conv2d", "cumsum", "cumprod", "prod", "linear", "embedding", "dropout", "diagonal"),
    *("diag", "trace", "tril", "triu", "avgpool", "stop_gradient"),
)
"""Operations whose own rule for numbers only moves, adds and multiplies: it does so with expressions too."""


def _each(name: str) -> Function:
    """A scalar operation, entry by entry."""
    scalar = _SCALAR[name]

    def apply(*operands: Array, **parameters: Any) -> Array:
        return np.frompyfunc(partial(scalar, **parameters), len(operands), 1)(*operands)

    return apply


_exp, _log, _sqrt, _abs, _where = (_each(name) for name in ("exp", "log", "sqrt", "abs", "where"))
_maximum, _less = _each("maximum"), _each("less")


def constant(value: Any) -> Array:
    """A recorded number or array; whole numbers stay so, for they may be places."""
    array = np.asarray(value)
    if array.ndim == 0 and array.dtype.kind != "i":
        return exact(value)
    return value if array.dtype.kind in "iub" else np.frompyfunc(exact, 1, 1)(array)


def _total(x: Array, axis: Axis = None, *, keepdims: bool = False) -> Array:
    return np.sum(x, axis=axis, keepdims=keepdims)


def _extreme(head: Callable[..., Any]) -> Function:
    def reduced(x: Array, *, axis: Axis = None, keepdims: bool = False) -> Array:
        ndim = np.ndim(x)
        axes = range(ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
        places = sorted({place % ndim for place in axes}, reverse=True)
        largest = reduce(
            lambda part, place: np.frompyfunc(head, 2, 1).reduce(part, axis=place, keepdims=True), places, x
        )
        return largest if keepdims else largest.squeeze(tuple(places))[()]

    return reduced


def _sum_to(x: Array, *, shape: tuple[int, ...]) -> Array:
    lead = tuple(range(np.ndim(x) - len(shape)))
    ones = tuple(len(lead) + place for place, side in enumerate(shape) if side == 1)
    return np.reshape(np.array(np.sum(x, axis=(*lead, *ones), keepdims=True), dtype=object), shape)[()]


def _softmax(x: Array, *, axis: int = -1) -> Array:
    return _exp(x) / _total(_exp(x), axis, keepdims=True)


def _log_softmax(x: Array, *, axis: int = -1) -> Array:
    return x - _log(_total(_exp(x), axis, keepdims=True))


def _cross_entropy(logits: Array, target: Any, **parameters: Any) -> Array:
    return _nll(_log_softmax(logits, axis=_classes(logits)), target, **parameters)


def _nll(log_probability: Array, target: Any, *, weight: Any = None, **parameters: Any) -> Array:
    """Weights of one where there are none: masks of truth values do not multiply expressions."""
    if weight is None and np.asarray(target).dtype.kind in "iu":
        weight = np.ones(np.shape(log_probability)[_classes(log_probability)])
    return PRIMITIVES["nll"].forward(log_probability, target, weight=weight, **parameters)


def _classes(scores: Array) -> int:
    """The axis of the classes."""
    return 1 if np.ndim(scores) > 1 else 0


def _set_at(x: Array, value: Array, *, index: Any) -> Array:
    result = np.array(x, dtype=object)
    result[index] = value
    return result


def _attention(q: Array, k: Array, v: Array, *, causal: bool, bias: Any, scale: float | None) -> Array:
    size = sympy.Integer(np.shape(q)[-1])
    scores = np.matmul(q, np.swapaxes(k, -1, -2)) * (1 / sympy.sqrt(size) if scale is None else exact(scale))
    weights = _exp(scores if bias is None else scores + constant(bias))
    if causal:
        weights = np.where(np.tril(np.ones(np.shape(weights)[-2:], dtype=bool)), weights, sympy.Integer(0))
    return np.matmul(weights / _total(weights, -1, keepdims=True), v)


def _by_matrix(function: Callable[..., Any]) -> Function:
    """A function of matrices, for every matrix along the leading axes."""

    def apply(x: Array, *more: Array) -> Array:
        if np.ndim(x) > 2:
            return np.array([apply(*parts) for parts in zip(x, *more, strict=True)], dtype=object)
        result = function(*(sympy.Matrix(part) for part in (x, *more)))
        if not isinstance(result, sympy.MatrixBase):
            return result
        vector = bool(more) and np.ndim(more[0]) == 1
        return np.array(result.tolist(), dtype=object).reshape(-1 if vector else result.shape)

    return apply


def _pseudo_inverse(x: sympy.Matrix) -> sympy.Matrix:
    """Of a matrix of full rank (Penrose 1955)."""
    tall = x.shape[0] >= x.shape[1]
    return (x.T * x).inv() * x.T if tall else x.T * (x * x.T).inv()


def _cholesky(x: sympy.Matrix) -> Array:
    """The lower factor, row by row, from the lower half of a symmetric matrix (Cholesky and Banachiewicz)."""
    size = x.shape[0]
    factor = np.full((size, size), sympy.Integer(0), dtype=object)
    for row in range(size):
        for column in range(row + 1):
            rest = x[row, column] - sum(factor[row, k] * factor[column, k] for k in range(column))
            factor[row, column] = sympy.sqrt(rest) if row == column else rest / factor[column, column]
    return factor


def _loss(pointwise: Function) -> Function:
    def loss(a: Array, b: Array, *, reduction: str, **parameters: Any) -> Array:
        each = pointwise(a, b, **parameters)
        if reduction == "none":
            return each
        return np.sum(each) if reduction == "sum" else np.mean(each)

    return loss


def _huber(a: Array, b: Array, *, delta: float) -> Array:
    size, bound = _abs(a - b), exact(delta)
    return _where(_less(size, bound), size * size / 2, bound * (size - bound / 2))


def _bce(p: Array, t: Array) -> Array:
    least = sympy.Integer(-100)
    return -(t * _maximum(_log(p), least) + (1 - t) * _maximum(_log(1 - p), least))


def _kl_div(a: Array, b: Array, *, log_target: bool) -> Array:
    return _exp(b) * (b - a) if log_target else b * (_log(b) - a)


def _standard(x: Array, axes: tuple[int, ...], eps: float) -> Array:
    centred = x - np.mean(x, axis=axes, keepdims=True)
    return centred / _sqrt(np.mean(centred * centred, axis=axes, keepdims=True) + exact(eps))


def _layernorm(x: Array, gamma: Array, beta: Array, *, eps: float) -> Array:
    return _standard(x, tuple(range(-np.ndim(gamma), 0)), eps) * gamma + beta


def _batchnorm(x: Array, gamma: Array, beta: Array, *, eps: float, mean: Any, variance: Any) -> Array:
    channels = (1, -1) + (1,) * (np.ndim(x) - 2)
    if mean is None:
        normal = _standard(x, tuple(axis for axis in range(np.ndim(x)) if axis != 1), eps)
    else:
        spread = _sqrt(constant(variance) + exact(eps))
        normal = (x - constant(mean).reshape(channels)) / spread.reshape(channels)
    return normal * gamma.reshape(channels) + beta.reshape(channels)


RAISE_ARRAYS: Mapping[str, Function] = {
    **{name: _each(name) for name in _SCALAR if name not in {"constant", "reshape", "broadcast", "squeeze", "sum_to"}},
    **{name: PRIMITIVES[name].forward for name in _MOVING},
    "constant": constant,
    "sum_to": _sum_to,
    "max": _extreme(sympy.Max),
    "min": _extreme(sympy.Min),
    "std": lambda x, **parameters: _sqrt(np.var(x, **parameters)),
    "norm": lambda x, **parameters: _sqrt(np.sum(x * x, **parameters)),
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "logsumexp": lambda x, **parameters: _log(np.sum(_exp(x), **parameters)),
    "nll": _nll,
    "cross_entropy": _cross_entropy,
    "einsum": lambda *operands, subscripts: np.einsum(subscripts, *operands),
    "set_at": _set_at,
    "attention": _attention,
    "inv": _by_matrix(lambda x: x.inv()),
    "det": _by_matrix(lambda x: x.det()),
    "det_sign": _by_matrix(lambda x: sympy.sign(x.det())),
    "slogdet": _by_matrix(lambda x: sympy.log(sympy.Abs(x.det()))),
    "solve": _by_matrix(lambda a, b: a.inv() * b),
    "pinv": _by_matrix(_pseudo_inverse),
    "cholesky": _by_matrix(_cholesky),
    "mse": _loss(lambda a, b: (a - b) ** 2),
    "l1": _loss(lambda a, b: _abs(a - b)),
    "huber": _loss(_huber),
    "hinge": _loss(lambda a, b, *, margin: _maximum(sympy.Integer(0), exact(margin) - a * b)),
    "bce": _loss(_bce),
    "bce_logits": _loss(lambda z, t: _log(1 + _exp(z)) - z * t),
    "kl_div": _loss(_kl_div),
    "layernorm": _layernorm,
    "batchnorm": _batchnorm,
}
"""An engine operation on arrays as one on arrays of expressions."""
