"""All operations on tensors, gathered: importing this gives the tensor its methods."""

from __future__ import annotations

from notevault.frontends.torch_like import operators
from notevault.frontends.torch_like.arithmetic import clamp, masked_fill, mul
from notevault.frontends.torch_like.products import matmul
from notevault.frontends.torch_like.reductions import log_softmax, norm, softmax, squeeze_at, total
from notevault.frontends.torch_like.shaping import det, flatten, inverse, unsqueeze
from notevault.frontends.torch_like.table import FUNCTIONS, METHODS, compute, operation

__all__ = [
    "FUNCTIONS",
    "METHODS",
    "clamp",
    "compute",
    "det",
    "flatten",
    "inverse",
    "log_softmax",
    "masked_fill",
    "matmul",
    "mul",
    "norm",
    "operation",
    "operators",
    "softmax",
    "squeeze_at",
    "total",
    "unsqueeze",
]
