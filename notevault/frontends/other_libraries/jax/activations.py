"""`jax.nn`: activations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff import apply
from notevault.frontends.other_libraries.jax.array import Array, plain
from notevault.frontends.other_libraries.jax.functions import is_weak


def _rounded(primitive: str, **fixed: Any) -> Callable[..., Array]:
    """In double precision, then rounded, as jax's functions are exact to about the last digit of a float32."""

    def call(x: Any, **options: Any) -> Array:
        given = plain(x)
        wide = np.dtype(np.float64)
        given = apply("cast", given, dtype=wide) if isinstance(given, Node) else np.asarray(given, wide)
        made = Array(apply(primitive, given, **(fixed | options)))
        made.weak = is_weak(x)
        return made

    return call


def _along(primitive: str) -> Callable[..., Array]:
    inner = _rounded(primitive)
    return lambda x, axis=-1: inner(x, axis=axis)


NN: Mapping[str, Any] = {
    **{name: _rounded(name) for name in ("relu", "sigmoid", "tanh", "softplus", "silu")},
    "swish": _rounded("silu"),
    "softmax": _along("softmax"),
    "log_softmax": _along("log_softmax"),
    "gelu": lambda x, approximate=True: _rounded("gelu")(x, approximate=approximate),
    "leaky_relu": lambda x, negative_slope=0.01: _rounded("leaky_relu")(x, slope=negative_slope),
    "elu": lambda x, alpha=1.0: _rounded("elu")(x, alpha=alpha),
    "logsumexp": lambda x, axis=None, keepdims=False: _rounded("logsumexp")(x, axis=axis, keepdims=keepdims),
    "one_hot": lambda x, num_classes: Array(
        (np.asarray(plain(x))[..., None] == np.arange(num_classes)).astype(np.float32)
    ),
}
