"""Products of vectors and matrices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from notevault.frontends.torch_like.dtypes import C_TYPES, TITLES
from notevault.frontends.torch_like.number_types import no_truth_values
from notevault.frontends.torch_like.operations.table import (
    FUNCTIONS,
    both,
    guarded,
    operation,
)
from notevault.frontends.torch_like.recording.grad_fn import UNSURE
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


@both("matmul")
def matmul(x: Tensor, y: Tensor, *, out: Tensor | None = None) -> Tensor:
    left, right = x.array.ndim, y.array.ndim
    if not left or not right:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {left}D and {right}D")
    if x.dtype != y.dtype and left == right == 1:
        found = f"{TITLES[x.dtype]} and {TITLES[y.dtype]}"
        raise RuntimeError(f"dot : expected both vectors to have same dtype, but found {found}")
    if x.dtype != y.dtype:
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {C_TYPES[x.dtype]} != {C_TYPES[y.dtype]}"
        )
    _check_shapes(x, y)
    made_by = {(1, 1): "DotBackward0", (2, 2): "MmBackward0", (2, 1): "MvBackward0", (1, 2): "SqueezeBackward4"}
    no_truth_values("dot" if left == right == 1 else "addmm_impl_cpu_", x, y)
    result = operation("matmul", (x, y), made_by.get((left, right), _batched(left, right)))
    if out is not None:
        out.write(result.array)
        return out
    return result


def _batched(left: int, right: int) -> str:
    """The last step of PyTorch's batched product: with one operand folded into a matrix, or both spread."""
    if left <= 2 < right:
        return UNSURE
    return "UnsafeViewBackward0" if left > 2 or right > 2 else ""


def _check_shapes(x: Tensor, y: Tensor) -> None:
    a, b = x.array.shape, y.array.shape
    inner = b[0] if len(b) == 1 else b[-2]
    if a[-1] == inner:
        return
    if len(a) == len(b) == 1:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a[0]}] and src [{b[0]}] to have the same number of elements, "
            f"but got {a[0]} and {b[0]} elements respectively"
        )
    if len(a) == 2 and len(b) == 1:
        raise RuntimeError(f"size mismatch, got input ({a[0]}), mat ({a[0]}x{a[1]}), vec ({b[0]})")
    if len(b) <= 2:
        rows = 1 if len(a) == 1 else x.array.size // a[-1]
        times = f"{b[0]}x{b[1]}" if len(b) == 2 else f"{b[0]}x1"
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({rows}x{a[-1]} and {times})")
    batch = 1
    for length in a[:-2] if len(a) >= len(b) else b[:-2]:
        batch *= length
    raise RuntimeError(
        f"Expected size for first two dimensions of batch2 tensor to be: [{batch}, {a[-1]}] but got: "
        f"[{batch}, {b[-2]}]."
    )


def _product(name: str, dimensions: tuple[int, int]) -> Callable[..., Tensor]:
    def multiply(x: Tensor, y: Tensor, *, out: Tensor | None = None) -> Tensor:
        if (x.array.ndim, y.array.ndim) != dimensions:
            raise RuntimeError(_WRONG[name].format(a=x.array.ndim, b=y.array.ndim))
        result = matmul(x, y, out=out)
        return result if out is not None else Tensor.made(result.operand, f"{name.title()}Backward0")

    return multiply


_WRONG = {
    "mm": "self must be a matrix",
    "mv": "vector + matrix @ vector expected, got {b}, {a}, {b}",
    "dot": "1D tensors expected, but got {a}D and {b}D tensors",
    "bmm": "batch1 must be a 3D tensor",
}
for _name, _dimensions in {"mm": (2, 2), "mv": (2, 1), "dot": (1, 1), "bmm": (3, 3)}.items():
    both(_name)(_product(_name, _dimensions))
both("vdot")(lambda x, y: Tensor.made(FUNCTIONS["dot"](x, y).operand, "VdotBackward0"))


@both("inner")
def inner(x: Tensor, y: Tensor) -> Tensor:
    if x.array.ndim == y.array.ndim == 1:
        return Tensor.made(FUNCTIONS["dot"](x, y).operand, "ViewBackward0")
    if not x.array.ndim or not y.array.ndim:
        return operation("mul", (x, y), "MulBackward0")
    no_truth_values("addmm_impl_cpu_", x, y)
    axes = ((x.array.ndim - 1,), (y.array.ndim - 1,))
    return tensordot(x, y, axes)


def _added(product: str, made_by: str) -> Callable[..., Tensor]:
    def multiply_and_add(x: Tensor, a: Tensor, b: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
        if x.dtype != b.dtype:
            kinds = f"{TITLES[x.dtype]} and {TITLES[b.dtype]}"
            raise RuntimeError(f"self and mat2 must have the same dtype, but got {kinds}")
        inner = FUNCTIONS[product](a, b)
        inner = inner if alpha == 1 else inner * alpha
        return Tensor.made(operation("add", (x if beta == 1 else x * beta, inner), "").operand, made_by)

    return multiply_and_add


for _name, _inner in {"addmm": "mm", "addmv": "mv", "baddbmm": "bmm"}.items():
    both(_name)(_added(_inner, f"{_name.title()}Backward0"))


@both("outer", "ger")
def outer(x: Tensor, y: Tensor) -> Tensor:
    for name, vector in (("self", x), ("vec2", y)):
        if vector.array.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {vector.array.ndim}-D")
    return operation("outer", (x, y), "MulBackward0")


def _of_one_length(subscripts: str, values: Sequence[Tensor]) -> Sequence[Tensor]:
    """The operands, with axes of length 1 repeated where another operand is longer."""
    letters = subscripts.replace(" ", "").partition("->")[0].split(",")
    if "." in subscripts or any(len(own) != x.array.ndim for own, x in zip(letters, values, strict=False)):
        return values
    lengths: dict[str, int] = {}
    for own, x in zip(letters, values, strict=False):
        for letter, length in zip(own, x.array.shape, strict=True):
            lengths[letter] = max(length, lengths.get(letter, 1))
    wanted = [tuple(lengths[letter] for letter in own) for own in letters]
    return [x if x.array.shape == shape else x.expand(*shape) for x, shape in zip(values, wanted, strict=False)]


def einsum(subscripts: str, *operands: Any) -> Tensor:
    values = operands[0] if len(operands) == 1 and isinstance(operands[0], list | tuple) else operands
    if any(value.array.dtype.kind == "b" for value in values):
        raise UnsupportedError("torch.einsum of truth values")
    if len({value.dtype for value in values}) > 1:
        raise UnsupportedError("torch.einsum of different types")
    rearranged = _only_rearranged(subscripts, values)
    if rearranged is not None:
        return values[0].permute(rearranged)  # type: ignore[no-any-return]
    values = list(_of_one_length(subscripts, values))
    made_by = _name_of_sum(subscripts) if len(values) > 1 else "PermuteBackward0"
    return operation("einsum", values, made_by, subscripts=subscripts.replace(" ", ""))


def _name_of_sum(subscripts: str) -> str:
    """PyTorch's last step: a product of matrices, in another shape, where something is summed up."""
    before, arrow, after = subscripts.replace(" ", "").partition("->")
    return "ViewBackward0" if not arrow or set(before) - set(after) - {","} else UNSURE


def _only_rearranged(subscripts: str, values: Sequence[Any]) -> list[int] | None:
    """The order of dimensions, for a subscript that only puts those of one tensor into another order."""
    before, _, after = subscripts.replace(" ", "").partition("->")
    is_order = len(values) == 1 and after and sorted(before) == sorted(after) and len(set(after)) == len(after)
    if not is_order or "." in before or len(before) != values[0].array.ndim:
        return None
    return [before.index(letter) for letter in after]


FUNCTIONS["einsum"] = guarded("torch.einsum", einsum)


@both("kron")
def kron(x: Tensor, y: Tensor) -> Tensor:
    """Every element of x times all of y (for vectors and matrices)."""
    if not (x.array.flags.c_contiguous and y.array.flags.c_contiguous):
        raise UnsupportedError("torch.kron of tensors that are not contiguous")
    if x.array.ndim == y.array.ndim == 1:
        return Tensor.made(operation("mul", (x.unsqueeze(1), y), "").reshape(-1).operand, UNSURE)
    (m, n), (p, q) = x.array.shape, y.array.shape
    blocks = operation("mul", (x.reshape(m, 1, n, 1), y.reshape(1, p, 1, q)), "MulBackward0")
    return Tensor.made(blocks.reshape(m * p, n * q).operand, UNSURE)


@both("tensordot")
def tensordot(x: Tensor, y: Tensor, dims: Any = 2) -> Tensor:
    if x.dtype != y.dtype:
        raise RuntimeError("both inputs should have same dtype")
    no_truth_values("tensordot", x, y)
    if isinstance(dims, int) and x.array.shape[x.array.ndim - dims :] != y.array.shape[:dims]:
        raise UnsupportedError("torch.tensordot of dimensions that do not match")
    return operation("tensordot", (x, y), "ViewBackward0", axes=dims)
