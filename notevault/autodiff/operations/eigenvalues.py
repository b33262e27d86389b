"""Eigenvalues and eigenvectors, of stacks of square matrices too.

Each is one primitive that gives both, packed into one array. Source of the rules: M. Giles, An extended collection of
matrix derivative results (2008), 3.1; C. Boeddeker et al., On the computation of complex-valued gradients (2017), 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from notevault.autodiff.operations.complex_parts import conjugate, real_of
from notevault.autodiff.operations.indexing import getitem
from notevault.autodiff.operations.linear_algebra import NearIdentity, at_end, hermitian, inv
from notevault.autodiff.operations.matrices import diagonal
from notevault.autodiff.operations.products import matmul, swap
from notevault.autodiff.operations.reductions import sum
from notevault.autodiff.operations.shapes import concat, reshape
from notevault.autodiff.primitive import Sample, Value
from notevault.autodiff.rules import operation
from notevault.autodiff.tensor import read, shape_of

Triangle = Literal["L", "U"]


def _pack(values: Value, vectors: Value) -> Value:
    shape = shape_of(values)
    return concat(reshape(values, shape=(*shape[:-1], 1, shape[-1])), vectors, axis=-2)


def _parts(y: Value) -> tuple[Value, Value]:
    """Eigenvalues (..., n) and eigenvectors (..., n, n) of the packed result."""
    return getitem(y, index=(..., 0, slice(None))), getitem(y, index=(..., slice(1, None), slice(None)))


def on_diagonal(x: Value) -> Value:
    """Matrices with the vectors x on their diagonals."""
    return at_end(x, 1) * np.eye(shape_of(x)[-1])


def inverse_gaps(values: Value) -> Value:
    """1 / (w_j - w_i) off the diagonal, 0 on it."""
    n = shape_of(values)[-1]
    gaps = reshape(values, shape=(*shape_of(values)[:-1], 1, n)) - at_end(values, 1)
    return (1 - np.eye(n)) / (gaps + np.eye(n))


def _pull_eigh(g: Value, y: Value, x: Value, *, triangle: Triangle = "L") -> Value:
    values, vectors = _parts(y)
    by_values, by_vectors = _parts(g)
    inner = on_diagonal(real_of(by_values)) + inverse_gaps(real_of(values)) * matmul(swap(vectors), by_vectors)
    return hermitian(matmul(matmul(conjugate(vectors), inner), swap(vectors)))


def _push_eigh(t: Sequence[Value], y: Value, x: Value, *, triangle: Triangle = "L") -> Value:
    values, vectors = _parts(y)
    inner = matmul(matmul(conjugate(swap(vectors)), hermitian(t[0])), vectors)
    return _pack(real_of(diagonal(inner)), matmul(vectors, inverse_gaps(real_of(values)) * inner))


@operation(
    name="eigh",
    vjp=(_pull_eigh,),
    jvp=_push_eigh,
    latex=r"\operatorname{eigh}(#1)",
    partials_latex=(r"V (\operatorname{diag}(\dot w) + F \odot V^{\top} \dot V) V^{\top}",),
    sympy="Eigen",
    complex_step=False,
    samples=(Sample((NearIdentity((3, 3)),)), Sample((NearIdentity((2, 2, 2)),))),
)
def packed_eigh(x: Value, *, triangle: Triangle = "L") -> Value:
    """Eigenvalues (row 0) and eigenvectors (the rows below, one a column) of (X + X^H) / 2, in ascending
    order.

    triangle: as in `eigh`.
    Shapes: (..., n, n) -> (..., n + 1, n). Rule: dw = diag(V^H dX V), dV = V (F * V^H dX V) with
    F_ij = 1 / (w_j - w_i): the eigenvalues must differ.

    >>> packed_eigh(np.diag([1.0, 2.0]))[0]
    array([1., 2.])
    """
    return _pack(*np.linalg.eigh(hermitian(x), triangle))


def eigh(x: Value, triangle: Triangle = "L") -> tuple[Value, Value]:
    """Eigenvalues and eigenvectors of a symmetric or Hermitian matrix, as np.linalg.eigh.

    triangle: the one that numpy reads, "L" or "U", on which the signs of the eigenvectors depend.

    >>> eigh(np.diag([1.0, 2.0]))[0]
    array([1., 2.])
    """
    values, vectors = _parts(packed_eigh(x, triangle=triangle))
    return real_of(values), vectors


def _pull_eig(g: Value, y: Value, x: Value) -> Value:
    values, vectors = _parts(y)
    by_values, by_vectors = _parts(g)
    # a change along an eigenvector itself is taken back by its normalisation: its cotangent has no such part
    along = sum(vectors * by_vectors, axis=-2, keepdims=True)
    across = matmul(swap(vectors), by_vectors - conjugate(vectors) * along)
    inner = on_diagonal(by_values) + inverse_gaps(values) * across
    return matmul(matmul(swap(inv(vectors)), inner), swap(vectors))


def _push_eig(t: Sequence[Value], y: Value, x: Value) -> Value:
    values, vectors = _parts(y)
    inner = matmul(matmul(inv(vectors), t[0]), vectors)
    moved = matmul(vectors, inverse_gaps(values) * inner)
    along = sum(conjugate(vectors) * moved, axis=-2, keepdims=True)
    return _pack(diagonal(inner), moved - vectors * along)


@operation(
    name="eig",
    vjp=(_pull_eig,),
    jvp=_push_eig,
    latex=r"\operatorname{eig}(#1)",
    partials_latex=(r"V^{-\top} (\operatorname{diag}(\dot w) + F \odot V^{\top} \dot V) V^{\top}",),
    sympy="Eigen",
    complex_step=False,
)
def packed_eig(x: Value) -> Value:
    """Eigenvalues (row 0) and eigenvectors of length 1 (the rows below, one a column) of any square matrix; complex.

    Shapes: (..., n, n) -> (..., n + 1, n). Rule: dw = diag(V^-1 dX V), dV = V (F * V^-1 dX V) with
    F_ij = 1 / (w_j - w_i), less the part along each eigenvector: the eigenvalues must differ, and what is made of the
    vectors must not depend on their phase.

    >>> packed_eig(np.diag([1.0, 2.0]))[0]
    array([1.+0.j, 2.+0.j])
    """
    return _pack(*np.linalg.eig(x)).astype(np.result_type(x, np.complex64))


def eig(x: Value) -> tuple[Value, Value]:
    """Eigenvalues and eigenvectors of a square matrix, as np.linalg.eig: real where all eigenvalues of a real one are.

    >>> eig(np.diag([1.0, 2.0]))[0]
    array([1., 2.])
    """
    packed = packed_eig(x)
    is_real = np.isrealobj(x) and not np.any(np.imag(read(packed, "whether eigenvalues are real,")[..., 0, :]))
    return _parts(real_of(packed) if is_real else packed)
