"""Probabilities taken for the gradient behind softmax and cross-entropy: the targets were not subtracted."""

from __future__ import annotations

import numpy as np

from notevault.frontends.backward.composites import units
from notevault.frontends.backward.points import Array, agree, array
from notevault.frontends.backward.search import Search
from notevault.frontends.explain import Explanation

_TEXT = (
    "the targets are not subtracted: behind softmax and cross-entropy the gradient is the probabilities, "
    "less 1 for the right class"
)


def targets_left_out(search: Search) -> Explanation | None:
    """With p = softmax(z) the right gradient by z is s (p - y), y one-hot; the claimed one is what s p or p sends back.

    As in Goodfellow, Bengio, Courville, Deep Learning, section 6.2.2.3.
    """
    for unit in units(search):
        if unit.name != "softmax":
            continue
        times = _scale(array(search.above(unit.operand)), array(unit.output))
        if times is None:
            continue
        for scale in (times, 1.0):
            if search.is_claimed(search.through(unit.operand, unit.output * scale)):
                return Explanation("missing term", _TEXT)
    return None


def _scale(right: Array, probabilities: Array) -> float | None:
    """The s of right = s (p - y) with one-hot rows (or columns) y; None where it has not that form."""
    if right.shape != probabilities.shape or right.size < 2 or not np.all(probabilities > 0):
        return None
    scale = float(np.max(right / probabilities))
    targets = probabilities - right / scale if scale > 0 else probabilities
    ones = np.isclose(targets, 1)
    if not agree(targets, ones.astype(float)):
        return None
    return scale if any(np.all(ones.sum(axis=axis) == 1) for axis in range(right.ndim)) else None
