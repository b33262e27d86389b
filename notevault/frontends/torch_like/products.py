"""Products of vectors and matrices."""

from __future__ import annotations

from typing import Any

from notevault.frontends.torch_like.table import (
    FUNCTIONS,
    both,
    operation,
)
from notevault.frontends.torch_like.tensor import Tensor


@both("matmul")
def matmul(x: Tensor, y: Tensor) -> Tensor:
    left, right = x.array.ndim, y.array.ndim
    if x.dtype != y.dtype:
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {_c_type(x)} != {_c_type(y)}")
    if left == right == 2 and x.array.shape[1] != y.array.shape[0]:
        shapes = f"{_times(x)} and {_times(y)}"
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({shapes})")
    made_by = {(1, 1): "DotBackward0", (2, 2): "MmBackward0", (2, 1): "MvBackward0", (1, 2): "SqueezeBackward4"}
    return operation("matmul", (x, y), made_by.get((left, right), "UnsafeViewBackward0"))


def _times(x: Tensor) -> str:
    return "x".join(map(str, x.array.shape))


def _c_type(x: Tensor) -> str:
    return {"float32": "float", "float64": "double", "int64": "long", "int32": "int"}.get(x.dtype.name, x.dtype.name)


for _name in ("mm", "mv", "dot", "bmm"):
    both(_name)(
        lambda x, y, made_by={"mm": "Mm", "mv": "Mv", "dot": "Dot", "bmm": "Bmm"}[_name]: operation(
            "matmul", (x, y), f"{made_by}Backward0"
        )
    )


@both("outer")
def outer(x: Tensor, y: Tensor) -> Tensor:
    return operation("outer", (x, y), "MulBackward0")


def einsum(subscripts: str, *operands: Any) -> Tensor:
    values = operands[0] if len(operands) == 1 and isinstance(operands[0], list | tuple) else operands
    made_by = "ViewBackward0" if len(values) > 1 else "PermuteBackward0"
    return operation("einsum", values, made_by, subscripts=subscripts.replace(" ", ""))


FUNCTIONS["einsum"] = einsum
