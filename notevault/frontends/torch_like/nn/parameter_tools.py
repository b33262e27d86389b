"""`torch.nn.utils`: gradients cut to size, and parameters as one vector."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from notevault.frontends.torch_like.operations.methods import FUNCTIONS
from notevault.frontends.torch_like.tensor import Tensor


def _slopes(parameters: Any) -> list[Tensor]:
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [p.grad for p in given if p.grad is not None]


def clip_grad_norm_(parameters: Any, max_norm: float, norm_type: float = 2.0, **_: Any) -> Tensor:
    """Gradients scaled down to a common norm; gives the norm that they had."""
    slopes = _slopes(parameters)
    if not slopes:
        return Tensor.of(np.zeros((), np.float32))
    norms = np.array([np.linalg.norm(g.array.ravel(), norm_type) for g in slopes], dtype=slopes[0].array.dtype)
    total = np.linalg.norm(norms, norm_type).astype(slopes[0].array.dtype)
    factor = np.minimum(max_norm / (total + 1e-6), 1.0).astype(total.dtype)
    for g in slopes:
        g.write(g.array * factor)
    return Tensor.of(total)


def clip_grad_value_(parameters: Any, clip_value: float, **_: Any) -> None:
    """Every element of the gradients between -clip_value and clip_value."""
    for g in _slopes(parameters):
        g.write(np.clip(g.array, -clip_value, clip_value))


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All parameters as one vector."""
    return FUNCTIONS["cat"]([p.reshape(-1) for p in parameters])  # type: ignore[no-any-return]


def vector_to_parameters(vector: Tensor, parameters: Iterable[Tensor]) -> None:
    """A vector's numbers back into the parameters."""
    start = 0
    for p in parameters:
        p.write(vector.array[start : start + p.array.size].reshape(p.array.shape))
        start += p.array.size


NN_UTILS = {
    function.__name__: function
    for function in (clip_grad_norm_, clip_grad_value_, parameters_to_vector, vector_to_parameters)
}
