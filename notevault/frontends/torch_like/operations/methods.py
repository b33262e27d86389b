"""All operations on tensors, gathered: importing this gives the tensor its methods."""

from __future__ import annotations

from notevault.frontends.torch_like.operations import operators, selecting
from notevault.frontends.torch_like.operations.arithmetic import clamp, masked_fill, mul, named
from notevault.frontends.torch_like.operations.linear_algebra import LINALG
from notevault.frontends.torch_like.operations.products import matmul
from notevault.frontends.torch_like.operations.reductions import log_softmax, norm, softmax, total
from notevault.frontends.torch_like.operations.shaping import flatten, unsqueeze
from notevault.frontends.torch_like.operations.table import FUNCTIONS, METHODS, compute, guarded, operation
from notevault.frontends.torch_like.recording import backward
from notevault.frontends.torch_like.tensor import install

install(METHODS)

__all__ = [
    "FUNCTIONS",
    "LINALG",
    "METHODS",
    "backward",
    "clamp",
    "compute",
    "flatten",
    "guarded",
    "log_softmax",
    "masked_fill",
    "matmul",
    "mul",
    "named",
    "norm",
    "operation",
    "operators",
    "selecting",
    "softmax",
    "total",
    "unsqueeze",
]
