"""np.linalg on tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.autodiff.errors import UnsupportedNumpyError
from notevault.autodiff.operations import eig, eigh, slogdet, svd
from notevault.autodiff.operations.eigenvalues import Triangle
from notevault.autodiff.operations.linear_algebra import hermitian
from notevault.autodiff.tensor import apply, read, shape_of

Function = Callable[..., Any]


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    of_matrix = len(shape_of(x)) > 1 if axis is None else isinstance(axis, tuple) and len(axis) == 2
    if ord is None or (ord == 2 and not of_matrix) or (ord == "fro" and of_matrix):
        return apply("norm", x, axis=axis, keepdims=keepdims)
    if of_matrix:
        return _matrix_norm(x, ord, axis, keepdims)
    return _vector_norm(x, ord, axis, keepdims)


def _vector_norm(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    size = np.abs(x)
    if ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        raise UnsupportedNumpyError("np.linalg.norm with ord=0")
    if ord == 1:
        return np.sum(size, axis=axis, keepdims=keepdims)
    return np.sum(size**ord, axis=axis, keepdims=keepdims) ** (1.0 / ord)


def _matrix_norm(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    axes = (0, 1) if axis is None else axis
    matrices = np.moveaxis(x, axes, (-2, -1))
    if ord in (1, -1, np.inf, -np.inf):  # the largest (smallest) sum of a column, of a row
        sums = np.sum(np.abs(matrices), axis=-2 if abs(ord) == 1 else -1)
        found = (np.max if ord > 0 else np.min)(sums, axis=-1)
    elif ord in _OF_SINGULAR_VALUES:
        found = _OF_SINGULAR_VALUES[ord](svd(matrices, compute_uv=False), axis=-1)
    else:
        raise UnsupportedNumpyError(f"np.linalg.norm of a matrix with ord={ord!r}")
    return np.expand_dims(found, tuple(sorted(k % len(shape_of(x)) for k in axes))) if keepdims else found


_OF_SINGULAR_VALUES: dict[Any, Function] = {"nuc": np.sum, 2: np.max, -2: np.min}


def _completed(x: Any, UPLO: str = "L") -> Any:  # noqa: N803 (numpy's name)
    """The Hermitian matrix that numpy sees when it reads one triangle only; a Hermitian x as it is."""
    plain = read(x, "the symmetry of a matrix, which np.linalg asks for,")
    if np.array_equal(plain, np.conj(np.swapaxes(plain, -1, -2))):
        return x
    return triangle_completed(x, UPLO)


def triangle_completed(x: Any, UPLO: str = "L") -> Any:  # noqa: N803
    """The Hermitian matrix made of one triangle of x."""
    half = np.tril(x) if UPLO.upper() == "L" else np.triu(x)
    return 2 * hermitian(half) - np.real(half) * np.eye(shape_of(x)[-1])


def _cholesky(a: Any, *, upper: bool = False) -> Any:
    factor = apply("cholesky", _completed(a, "U" if upper else "L"))
    return np.conj(np.swapaxes(factor, -1, -2)) if upper else factor


def _eigh(a: Any, UPLO: Triangle = "L") -> Any:  # noqa: N803
    return eigh(_completed(a, UPLO), UPLO)


def _matrix_power(a: Any, n: int) -> Any:
    if n < 0:
        return _matrix_power(np.linalg.inv(a), -n)
    power = np.eye(shape_of(a)[-1])
    for _ in range(n):
        power = power @ a
    return power


FUNCTIONS: dict[Function, Function] = {
    np.linalg.norm: _norm,
    np.linalg.inv: lambda a: apply("inv", a), np.linalg.det: lambda a: apply("det", a),
    np.linalg.solve: lambda a, b: apply("solve", a, b), np.linalg.pinv: lambda a: apply("pinv", a),
    np.linalg.slogdet: slogdet, np.linalg.cholesky: _cholesky,
    np.linalg.eigh: _eigh, np.linalg.eigvalsh: lambda *args: _eigh(*args)[0],
    np.linalg.eig: eig, np.linalg.eigvals: lambda a: eig(a)[0],
    np.linalg.svd: svd, np.linalg.matrix_power: _matrix_power,
}  # fmt: skip
