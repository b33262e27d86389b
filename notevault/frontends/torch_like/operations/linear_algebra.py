"""Determinants, inverses, decompositions and norms of matrices: `torch.linalg`, and its names in `torch`."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.frontends.torch_like import dtypes
from notevault.frontends.torch_like.dtypes import TITLES
from notevault.frontends.torch_like.number_types import no_truth_values, of_one_type
from notevault.frontends.torch_like.operations.arithmetic import named
from notevault.frontends.torch_like.operations.products import matmul
from notevault.frontends.torch_like.operations.reductions import norm
from notevault.frontends.torch_like.operations.table import FUNCTIONS, both, compute, function_only, guarded, operation
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError

LINALG: dict[str, Callable[..., Any]] = {}
"""What is a name of `torch.linalg`."""


def _linalg(function: Callable[..., Any]) -> Callable[..., Any]:
    name = function.__name__.rstrip("_")
    LINALG[name] = guarded(f"torch.linalg.{name}", function)
    return LINALG[name]


def _off_the_tape(name: str, x: Tensor) -> np.ndarray[Any, Any]:
    """The numbers, for what has no derivative here. Raises UnsupportedError where one would be wanted."""
    if x.requires_grad:
        raise UnsupportedError(f"torch.linalg.{name} of a tensor that requires grad")
    return x.array


@both("trace")
def trace(x: Tensor) -> Tensor:
    no_truth_values("trace", x)
    if x.array.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {x.array.ndim}")
    x = x if x.is_floating_point() else x.cast(dtypes.int64)
    return compute("trace", (x.operand,), "TraceBackward0")


@both("det")
def det(x: Tensor) -> Tensor:
    _check_square(x, "linalg.det")
    if not x.is_floating_point():
        found = TITLES[x.dtype]
        raise RuntimeError(f"linalg.det: Expected a floating point or complex tensor as input. Got {found}")
    return compute("det", (x.operand,), "LinalgDetBackward0")


@both("logdet")
def logdet(x: Tensor) -> Tensor:
    return FUNCTIONS["log"](compute("det", (x.operand,), ""))  # type: ignore[no-any-return]


@both("inverse")
def inverse(x: Tensor) -> Tensor:
    _check_square(x, "linalg.inv")
    if not x.is_floating_point():
        found = TITLES[x.dtype]
        raise RuntimeError(f"linalg.inv: Expected a floating point or complex tensor as input. Got {found}")
    try:
        return compute("inv", (x.operand,), "LinalgInvExBackward0")
    except np.linalg.LinAlgError as error:
        raise _singular("linalg.inv: The diagonal element", x) from error


def _check_square(x: Tensor, name: str) -> None:
    shape = x.array.shape
    if len(shape) < 2 or shape[-1] != shape[-2]:
        if len(shape) < 2:
            raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
        sizes = " by ".join(map(str, shape[-2:]))
        raise RuntimeError(f"{name}: A must be batches of square matrices, but they are {sizes} matrices")


def _singular(beginning: str, x: Tensor) -> Exception:
    """LAPACK names the pivot that is zero: the rank of the leading columns says which."""
    size = x.array.shape[-1]
    pivot = next((k for k in range(1, size + 1) if np.linalg.matrix_rank(x.array[:, :k]) < k), size)
    message = f"{beginning} {pivot} is zero, the inversion could not be completed because the input matrix is singular."
    error: Exception = type("_LinAlgError", (RuntimeError,), {})(message)
    return error


LINALG |= {"det": FUNCTIONS["det"], "inv": FUNCTIONS["inverse"], "matmul": matmul}


@_linalg
def solve(a: Tensor, b: Tensor) -> Tensor:
    if not a.is_floating_point():
        found = TITLES[a.dtype]
        raise RuntimeError(f"linalg.solve: Expected a floating point or complex tensor as input. Got {found}")
    _check_square(a, "linalg.solve")
    if a.dtype != b.dtype:
        raise RuntimeError(
            "linalg.solve: Expected A and B to have the same dtype, but found A of type "
            f"{TITLES[a.dtype]} and B of type {TITLES[b.dtype]} instead"
        )
    if np.any(np.linalg.cond(a.array.astype(np.float64)) * np.finfo(a.array.dtype).eps > 0.1):
        raise UnsupportedError("torch.linalg.solve of a matrix that is nearly singular")
    return operation("solve", (a, b), "LinalgSolveExBackward0")


@_linalg
def norm_(x: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False) -> Tensor:
    matrix = x.array.ndim == 2 and dim is None
    if matrix and ord in {1, np.inf, -1, -np.inf}:
        sums = FUNCTIONS["sum"](FUNCTIONS["abs"](x), 0 if abs(ord) == 1 else 1)
        return FUNCTIONS["amax" if ord > 0 else "amin"](sums)  # type: ignore[no-any-return]
    if matrix and ord in {2, -2, "nuc"}:
        values = np.linalg.svd(_off_the_tape("norm", x), compute_uv=False)
        return Tensor.of(np.asarray({2: values.max(), -2: values.min(), "nuc": values.sum()}[ord], x.array.dtype))
    return norm(x, 2 if ord is None else ord, dim, keepdim)


@_linalg
def vector_norm(x: Tensor, ord: Any = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
    return norm(x, ord, dim, keepdim)


@_linalg
def matrix_norm(x: Tensor, ord: Any = "fro") -> Tensor:
    return LINALG["norm"](x, ord)  # type: ignore[no-any-return]


@_linalg
def matrix_rank(x: Tensor) -> Tensor:
    return Tensor.of(np.asarray(np.linalg.matrix_rank(x.array)))


@_linalg
def matrix_power(x: Tensor, n: int) -> Tensor:
    if n < 0:
        return matrix_power(inverse(x), -n)  # type: ignore[no-any-return]
    result = Tensor.of(np.eye(x.array.shape[-1], dtype=x.array.dtype))
    for _ in range(n):
        result = matmul(result, x)
    return result


@_linalg
def multi_dot(tensors: Any) -> Tensor:
    result = tensors[0]
    for x in tensors[1:]:
        result = matmul(result, x)
    return result  # type: ignore[no-any-return]


@_linalg
def cholesky(x: Tensor) -> Tensor:
    return compute("cholesky", (x.operand,), "LinalgCholeskyExBackward0")


def _fields(kind: str, **parts: Any) -> Any:
    """Several results by name; prints as PyTorch prints them."""
    make: Any = namedtuple
    base = make(kind, parts)  # the names are known only here

    def show(self: Any) -> str:
        return (
            f"torch.return_types.{kind}(\n" + ",\n".join(f"{n}={v!r}" for n, v in zip(parts, self, strict=True)) + ")"
        )

    shown = type(kind, (base,), {"__repr__": show, "__slots__": ()})
    return shown(*(Tensor.of(np.asarray(value)) for value in parts.values()))


@_linalg
def eigh(x: Tensor) -> Any:
    values, vectors = np.linalg.eigh(_off_the_tape("eigh", x))
    return _fields("linalg_eigh", eigenvalues=values, eigenvectors=vectors)


@_linalg
def eigvalsh(x: Tensor) -> Tensor:
    return Tensor.of(np.linalg.eigvalsh(_off_the_tape("eigvalsh", x)))


@_linalg
def svd(x: Tensor, full_matrices: bool = True) -> Any:
    u, s, v = np.linalg.svd(_off_the_tape("svd", x), full_matrices=full_matrices)
    return _fields("linalg_svd", U=u, S=s, Vh=v)


@_linalg
def svdvals(x: Tensor) -> Tensor:
    return Tensor.of(np.linalg.svd(_off_the_tape("svdvals", x), compute_uv=False))


@_linalg
def qr(x: Tensor, mode: str = "reduced") -> Any:
    q, r = np.linalg.qr(_off_the_tape("qr", x), mode=mode)  # type: ignore[call-overload]
    return _fields("linalg_qr", Q=q, R=r)


@_linalg
def pinv(x: Tensor) -> Tensor:
    return Tensor.of(np.linalg.pinv(_off_the_tape("pinv", x)))


@_linalg
def slogdet(x: Tensor) -> Any:
    sign, logarithm = np.linalg.slogdet(_off_the_tape("slogdet", x))
    return _fields("linalg_slogdet", sign=sign, logabsdet=logarithm)


@_linalg
def lstsq(a: Tensor, b: Tensor) -> Any:
    found = np.linalg.lstsq(_off_the_tape("lstsq", a), _off_the_tape("lstsq", b), rcond=None)[0]
    return _fields("linalg_lstsq", solution=found)


@function_only("svd")
def old_svd(x: Tensor, some: bool = True) -> Any:
    u, s, v = np.linalg.svd(_off_the_tape("svd", x), full_matrices=not some)
    return _fields("svd", U=u, S=s, V=v.T)


for _name, _new in (("pinverse", "pinv"), ("matrix_power", "matrix_power"), ("cholesky", "cholesky")):
    both(_name)(LINALG[_new])


@both("cross")
def cross(x: Tensor, y: Tensor, dim: int | None = None) -> Tensor:
    """The product of vectors with three elements."""
    of_one_type("cross", x, y)
    no_truth_values("cross", x)
    axis = next(k for k, n in enumerate(x.array.shape) if n == 3) if dim is None else dim % x.array.ndim
    ahead = x.roll(-1, axis) * y.roll(-2, axis)
    return named(ahead - x.roll(-2, axis) * y.roll(-1, axis), "LinalgCrossBackward0")


LINALG["cross"] = FUNCTIONS["cross"]


@function_only("cdist")
def cdist(x: Tensor, y: Tensor, p: float = 2.0) -> Tensor:
    for number, rows in enumerate((x, y), start=1):
        if rows.array.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, X{number} got: {rows.array.ndim}D")
        if not rows.is_floating_point():
            raise RuntimeError(f"cdist only supports floating-point dtypes, X{number} got: {TITLES[rows.dtype]}")
    if x.dtype != y.dtype:
        raise UnsupportedError("torch.cdist of different types")
    columns = (x.array.shape[-1], y.array.shape[-1])
    if columns[0] != columns[1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {columns[0]} X2: {columns[1]}")
    differences = x.unsqueeze(-2) - y.unsqueeze(-3)
    return named(norm(differences, p, -1), "CdistBackward0")


@function_only("dist")
def dist(x: Tensor, y: Tensor, p: float = 2) -> Tensor:
    difference = x - y
    if not difference.is_floating_point():
        found = TITLES[difference.dtype]
        raise RuntimeError(f"norm(): input dtype should be either floating point or complex. Got {found} instead.")
    return named(norm(difference, p), "DistBackward0")


@both("matrix_exp")
def matrix_exp(x: Tensor) -> Tensor:
    """Scaling and squaring (Higham 2005): halved until small, a Taylor series, squared back."""
    array = _off_the_tape("matrix_exp", x).astype(np.float64)
    halvings = max(0, int(np.ceil(np.log2(max(np.abs(array).sum(axis=-1).max(), 1e-300)))) + 1)
    small, term = array / 2**halvings, np.eye(array.shape[-1])
    result = term.copy()
    for k in range(1, 20):
        term = term @ small / k
        result = result + term
    for _ in range(halvings):
        result = result @ result
    return Tensor.of(result.astype(x.array.dtype))
