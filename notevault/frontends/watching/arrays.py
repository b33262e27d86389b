"""A claimed gradient beside the computed one: whether it can be judged, and where it differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from notevault.autodiff import Tensor, graph
from notevault.frontends.backward.points import Array, agree, array, core, forward
from notevault.frontends.backward.whole import ratio
from notevault.frontends.comparison.numbers import plain

MAX_CHECKED = 6
SMALL = 16
"""Arrays with more elements are not written out in a counterexample."""

MAX_INPUTS = 12


def difference_quotient_agrees(loss: Tensor, at: Tensor, slope: Array) -> bool:
    """The engine's gradient against central differences of the same recorded program, at a few elements."""
    program = graph([loss], [at])
    functions = forward(program)
    base = np.asarray(at.value, dtype=float)
    flat, slopes = base.reshape(-1), slope.reshape(-1)
    chosen = np.unique(np.linspace(0, flat.size - 1, min(MAX_CHECKED, flat.size)).astype(int))
    scale = float(np.max(np.abs(slopes)))
    for element in chosen:
        step = 1e-5 * max(1.0, abs(float(flat[element])))
        values = []
        for sign in (1, -1):
            moved = flat.copy()
            moved[element] += sign * step
            shaped = moved.reshape(base.shape)
            values.append(
                float(np.asarray(program.replay([shaped if base.shape else shaped[()]], functions)[0]).reshape(()))
            )
        quotient = (values[0] - values[1]) / (2 * step)
        if abs(quotient - float(slopes[element])) > 1e-3 * (scale + abs(quotient)) + 1e-8:
            return False
    return True


def counterexample(claimed: Array, computed: Array, inputs: Mapping[str, Tensor]) -> dict[str, Any]:
    """The element in which they differ most, with its place (counted from 0); the shapes where those differ.

    `inputs`: the arrays that the loss is computed from, small ones in full.
    """
    shown = {name: _listed(np.asarray(leaf.value)) for name, leaf in inputs.items() if array(leaf).size <= SMALL}
    given = dict(list(shown.items())[:MAX_INPUTS])
    alike = claimed.ndim != computed.ndim and core(claimed.shape) == core(computed.shape)
    if claimed.shape != computed.shape and not alike:
        return {"at": {}, "claimed": str(claimed.shape), "computed": str(computed.shape), "inputs": given}
    if claimed.shape != computed.shape:
        claimed = claimed.reshape(computed.shape)
    place = np.unravel_index(int(np.argmax(np.abs(claimed - computed))), computed.shape)
    where: dict[str, int | float] = {f"index {axis}": int(i) for axis, i in enumerate(place)}
    if not computed.shape:
        where = {name: value for name, value in given.items() if not isinstance(value, list)}
    return {
        "at": where,
        "claimed": plain(claimed[place].item()),
        "computed": plain(computed[place].item()),
        "inputs": given,
    }


def _listed(value: Array) -> Any:
    """An array as nested lists of JSON numbers."""
    return [_listed(part) for part in value] if value.ndim else plain(value.item())


def usable(claimed: Array, computed: Array) -> bool:
    """Whether two gradients can be compared: finite numbers, and not all zero."""
    return claimed.dtype.kind in "fi" and bool(
        np.all(np.isfinite(claimed)) and np.all(np.isfinite(computed)) and np.any(computed)
    )


def is_decay(claimed: Array, computed: Array, parameter: Array) -> bool:
    """Whether the claimed gradient is the right one plus a small positive multiple of the parameter."""
    if claimed.shape != computed.shape or parameter.size < 2 or ratio(claimed, computed) is not None:
        return False
    times = ratio(claimed - computed, parameter)
    return times is not None and 0 < times < 1


def is_clipped(claimed: Array, computed: Array) -> bool:
    """Whether the claimed gradient is the right one cut off at a lower and an upper bound, or shortened to a length."""
    if claimed.shape != computed.shape or np.max(np.abs(claimed)) < 1e-9 * np.max(np.abs(computed)):
        return False
    low, high = float(claimed.min()), float(claimed.max())
    cut = bool(np.allclose(np.clip(computed, low, high), claimed, rtol=1e-9, atol=1e-12))
    shorter = float(np.linalg.norm(claimed)) < float(np.linalg.norm(computed))
    scaled = claimed * (float(np.linalg.norm(computed)) / float(np.linalg.norm(claimed)))
    return cut or (shorter and bool(np.allclose(scaled, computed, rtol=1e-9, atol=1e-12)))


def is_before_activation(said: Array, computed: Array, at: Array) -> bool:
    """Whether `said` is the gradient by z where `computed` is that by p = sigmoid(z) or softmax(z), but for the mean.

    Notes join the cross-entropy and its activation: the gradient is then p - y.
    """
    if said.shape != at.shape or not np.all((at > 0) & (at < 1)):
        return False
    sums = [(at * computed).sum(axis=axis, keepdims=True) for axis in range(at.ndim)]
    through = [at * (1 - at) * computed, *(at * (computed - total) for total in sums)]
    return any(agree(said, found * times) for found in through for times in (1, *at.shape))
