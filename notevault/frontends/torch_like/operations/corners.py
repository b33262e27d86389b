"""Derivatives at places where PyTorch's are others than the engine's: infinite slopes, and operands that are NaN."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff.sweep import node_cotangents
from notevault.frontends.unsupported import UnsupportedError

Sent = Sequence[tuple[int, Any]]
"""Cotangents, each with the index of the node that it goes to."""

_STEEP = frozenset(
    {"sqrt", "log", "log2", "log10", "log1p", "reciprocal", "rsqrt", "pow", "div", "asin", "acos", "atanh", "acosh"}
)
_PASS_AT_NAN = frozenset({"relu", "elu", "maximum", "minimum"})
"""PyTorch takes the cotangent away where a comparison says so; with NaN none does."""
_UNLIKE_AT_NAN = frozenset({"hardtanh", "max", "min", "cummax", "cummin", "abs", "l1"})


def as_in_pytorch(node: Node, adjoint: Any, paths: Mapping[int, Node], sent: Sent) -> Sent:
    """The cotangents that PyTorch sends to the operands of a node, which gets `adjoint`; `sent` are the engine's."""
    name = None if node.primitive is None else node.primitive.name
    if name in _STEEP and np.any(np.asarray(adjoint) == 0):
        return _undefined(node, adjoint, paths, sent)
    if name in _PASS_AT_NAN and np.any(np.isnan(node.value)):
        return _passed_at_nan(node, adjoint, sent)
    if name in _UNLIKE_AT_NAN and any(np.any(np.isnan(_numbers(operand))) for operand in node.operands):
        raise UnsupportedError(f"torch: the derivative of {name} at nan")
    if name in _MASKS and not np.all(np.isfinite(adjoint)):
        return _hidden(node, _MASKS[name], sent)
    if name in {"maximum", "minimum"} and not np.all(np.isfinite(adjoint)):
        return _of_the_chosen(node, adjoint, sent)
    return _of_bce(node, adjoint, sent) if name == "bce" else sent


def _is_outside(x: Any, low: float | None = None, high: float | None = None) -> Any:
    return (x < (-np.inf if low is None else low)) | (x > (np.inf if high is None else high))


_MASKS: Mapping[str | None, Callable[..., Any]] = {"relu": lambda x: x <= 0, "clip": _is_outside}
"""Where these take the cotangent away."""


def _hidden(node: Node, mask: Callable[..., Any], sent: Sent) -> Sent:
    """Zero where the cotangent is taken away, even if it is infinite or NaN: the engine multiplies by zero."""
    gone = mask(_numbers(node.operands[0]), **node.parameters)
    return [(k, np.where(gone, 0, g).astype(np.asarray(g).dtype)) for k, g in sent]


def _of_the_chosen(node: Node, adjoint: Any, sent: Sent) -> Sent:
    """Zero for the operand that was not chosen, even if the cotangent is infinite or NaN."""
    if any(np.shape(g) != np.shape(adjoint) for _, g in sent):
        raise UnsupportedError("torch: an infinite cotangent of a spread operand")
    lost = {operand.index: _numbers(operand) != node.value for operand in node.operands if isinstance(operand, Node)}
    return [(k, np.where(lost[k], 0, g).astype(np.asarray(g).dtype)) for k, g in sent]


def _of_bce(node: Node, adjoint: Any, sent: Sent) -> Sent:
    """At a probability of 0 or 1 PyTorch divides by 1e-12, where the engine divides by 0."""
    p, t = (_numbers(operand) for operand in node.operands)
    share = adjoint / np.size(p) if node.parameters.get("reduction", "mean") == "mean" else adjoint
    if isinstance(node.operands[1], Node):
        raise UnsupportedError("torch.nn.functional.binary_cross_entropy of a target that requires grad")
    is_edge = (np.asarray(p) == 0) | (np.asarray(p) == 1)
    by_probability = node.operands[0].index if isinstance(node.operands[0], Node) else None
    return [
        (k, np.where(is_edge, share * (p - t) / 1e-12, g).astype(np.asarray(g).dtype))
        if k == by_probability
        else (k, g)
        for k, g in sent
    ]


def _numbers(operand: Any) -> Any:
    return operand.value if isinstance(operand, Node) else operand


def _undefined(node: Node, adjoint: Any, paths: Mapping[int, Node], sent: Sent) -> Sent:
    """NaN where nothing comes from above and the slope is infinite: the engine has 0 there, PyTorch multiplies."""
    slopes = dict(node_cotangents(node, np.ones_like(adjoint), paths, recording=False))
    silent = np.asarray(adjoint) == 0
    return [
        (k, np.where(silent & ~np.isfinite(slopes[k]), np.nan, g).astype(np.asarray(g).dtype))
        if np.shape(slopes[k]) == np.shape(adjoint) == np.shape(g)
        else (k, g)
        for k, g in sent
    ]


def _passed_at_nan(node: Node, adjoint: Any, sent: Sent) -> Sent:
    if any(np.shape(g) != np.shape(adjoint) for _, g in sent):
        raise UnsupportedError("torch: the derivative of a spread operand at nan")
    return [(k, np.where(np.isnan(node.value), adjoint, g).astype(np.asarray(g).dtype)) for k, g in sent]
