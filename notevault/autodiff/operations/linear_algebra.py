"""Inverses, determinants, solutions and decompositions of square matrices, of stacks of them too.

Source of the rules: M. Giles, An extended collection of matrix derivative results (2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from notevault.autodiff.operations.indexing import getitem
from notevault.autodiff.operations.matrices import diagonal
from notevault.autodiff.operations.products import matmul, swap
from notevault.autodiff.operations.reductions import sum
from notevault.autodiff.operations.shapes import concat, reshape
from notevault.autodiff.primitive import Domain, Misconception, Reals, Sample, Value
from notevault.autodiff.rules import operation, unbroadcast
from notevault.autodiff.tensor import shape_of


@dataclass(frozen=True, slots=True)
class NearIdentity(Reals):
    """A recipe for matrices that are regular, and positive definite when made symmetric."""

    def array(self, offset: int) -> Value:
        return np.eye(self.shape[-1]) + 0.1 * Reals(self.shape).array(offset)


def _at_end(x: Value, axes: int) -> Value:
    """x with `axes` axes of length 1 added at the end."""
    return reshape(x, shape=(*shape_of(x), *(1,) * axes))


def _regular(x: Value) -> Any:
    return np.abs(np.linalg.det(x)) > 0


REGULAR = Domain(r"\det #1 \neq 0", _regular)


def _pull_inv(g: Value, y: Value, x: Value) -> Value:
    return -matmul(matmul(swap(y), g), swap(y))


@operation(
    vjp=(_pull_inv,),
    jvp=lambda t, y, x: -matmul(matmul(y, t[0]), y),
    latex="#1^{-1}",
    partials_latex=(r"-#1^{-\top} \cdot #1^{-\top}",),
    sympy="Inverse",
    domain=REGULAR,
    misconceptions=(
        Misconception("scalar rule", 0, "-#1^{-2}", "matrices do not commute: the inverse stands on both sides"),
    ),
    samples=(Sample((NearIdentity((3, 3)),)), Sample((NearIdentity((2, 2, 2)),))),
)
def inv(x: Value) -> Value:
    """The inverse of a square matrix.

    Shapes: (..., n, n) -> the same. Rule: dY = -Y dX Y.

    >>> inv(np.array([[2.0]]))
    array([[0.5]])
    """
    return np.linalg.inv(x)


def _pull_det(g: Value, y: Value, x: Value) -> Value:
    return _at_end(g * y, 2) * swap(inv(x))


def _push_det(t: Sequence[Value], y: Value, x: Value) -> Value:
    return y * sum(swap(inv(x)) * t[0], axis=(-2, -1))


@operation(
    vjp=(_pull_det,),
    jvp=_push_det,
    latex=r"\det #1",
    partials_latex=(r"\det(#1)\, #1^{-\top}",),
    sympy="Determinant",
    domain=REGULAR,
    misconceptions=(
        Misconception("transpose missing", 0, r"\det(#1)\, #1^{-1}", "the gradient is the transposed adjugate"),
    ),
    samples=(Sample((NearIdentity((3, 3)),)), Sample((NearIdentity((2, 2, 2)),))),
)
def det(x: Value) -> Value:
    """The determinant.

    Shapes: (..., n, n) -> (...). Rule: d det(X) = det(X) tr(X^-1 dX) (Jacobi); the matrix must be regular.

    >>> float(det(2 * np.eye(2)))
    4.0
    """
    return np.linalg.det(x)


@operation(
    name="slogdet",
    vjp=(lambda g, y, x: _at_end(g, 2) * swap(inv(x)),),
    jvp=lambda t, y, x: sum(swap(inv(x)) * t[0], axis=(-2, -1)),
    latex=r"\ln |\det #1|",
    partials_latex=(r"#1^{-\top}",),
    sympy="LogAbsDeterminant",
    domain=REGULAR,
    complex_step=False,
    samples=(Sample((NearIdentity((3, 3)),)), Sample((NearIdentity((2, 2, 2)),))),
)
def log_abs_det(x: Value) -> Value:
    """The logarithm of the determinant's absolute value, without overflow: the second value of
    np.linalg.slogdet.

    Shapes: (..., n, n) -> (...). Rule: dy = tr(X^-1 dX); the sign, the first value, is a constant.

    >>> round(float(log_abs_det(np.eye(2))), 6)
    0.0
    """
    return np.linalg.slogdet(x)[1]


def _pull_matrix(g: Value, y: Value, a: Value, b: Value) -> Value:
    rhs = solve(swap(a), g)
    if len(shape_of(b)) == 1:
        return unbroadcast(-(_at_end(rhs, 1) * reshape(y, shape=(*shape_of(y)[:-1], 1, shape_of(y)[-1]))), a)
    return unbroadcast(-matmul(rhs, swap(y)), a)


def _pull_right_side(g: Value, y: Value, a: Value, b: Value) -> Value:
    return unbroadcast(solve(swap(a), g), b)


def _push_solve(t: Sequence[Value], y: Value, a: Value, b: Value) -> Value:
    change = -matmul(t[0], y) if t[0] is not None else 0
    return solve(a, change if t[1] is None else t[1] + change)


@operation(
    vjp=(_pull_matrix, _pull_right_side),
    jvp=_push_solve,
    latex="#1^{-1} #2",
    partials_latex=(r"-#1^{-\top} \cdot #y^{\top}", r"#1^{-\top} \cdot"),
    sympy="LinearSolve",
    domain=Domain(r"\det #1 \neq 0", lambda a, b: _regular(a)),
    samples=(
        Sample((NearIdentity((3, 3)), Reals((3,)))),
        Sample((NearIdentity((3, 3)), Reals((3, 2)))),
        Sample((NearIdentity((2, 3, 3)), Reals((2, 3, 1)))),
    ),
)
def solve(a: Value, b: Value) -> Value:
    """The solution X of A X = B.

    Shapes: (..., n, n), (n,) or (..., n, k) -> that of B. Rule: dX = A^-1 (dB - dA X).

    >>> solve(np.array([[2.0]]), np.array([4.0]))
    array([2.])
    """
    return np.linalg.solve(a, b)


def _lower_half(x: Value) -> Value:
    """The lower triangle, the diagonal halved."""
    n = shape_of(x)[-1]
    return x * (np.tri(n) - 0.5 * np.eye(n))


def _symmetric(x: Value) -> Value:
    return (x + swap(x)) * 0.5


def _pull_cholesky(g: Value, y: Value, x: Value) -> Value:
    inverse = inv(y)
    return _symmetric(matmul(matmul(swap(inverse), _lower_half(matmul(swap(y), g))), inverse))


def _push_cholesky(t: Sequence[Value], y: Value, x: Value) -> Value:
    inverse = inv(y)
    return matmul(y, _lower_half(matmul(matmul(inverse, _symmetric(t[0])), swap(inverse))))


def _positive(x: Value) -> Any:
    return np.linalg.eigvalsh((x + np.swapaxes(x, -1, -2)) / 2).min(axis=-1) > 0


@operation(
    vjp=(_pull_cholesky,),
    jvp=_push_cholesky,
    latex=r"\operatorname{cholesky}(#1)",
    partials_latex=(r"#y^{-\top} \Phi(#y^{\top} \cdot) #y^{-1}",),
    sympy="CholeskyFactor",
    domain=Domain(r"#1 \succ 0", _positive),
    complex_step=False,
    samples=(Sample((NearIdentity((3, 3)),)), Sample((NearIdentity((2, 2, 2)),))),
)
def cholesky(x: Value) -> Value:
    """The lower triangular L with L L^T = (X + X^T) / 2: of a symmetric matrix, its Cholesky factor.

    Shapes: (..., n, n) -> the same. Rule: dL = L Phi(L^-1 dX L^-T), Phi halves the diagonal and drops what
    is above (Murray, Differentiation of the Cholesky decomposition, 2016).

    >>> cholesky(np.array([[4.0]]))
    array([[2.]])
    """
    return np.linalg.cholesky((x + np.swapaxes(x, -1, -2)) / 2)


def _eigen_parts(y: Value) -> tuple[Value, Value]:
    """Eigenvalues (..., n) and eigenvectors (..., n, n) of the packed result."""
    return getitem(y, index=(..., 0, slice(None))), getitem(y, index=(..., slice(1, None), slice(None)))


def _inverse_gaps(values: Value) -> Value:
    """1 / (w_j - w_i) off the diagonal, 0 on it."""
    n = shape_of(values)[-1]
    gaps = reshape(values, shape=(*shape_of(values)[:-1], 1, n)) - _at_end(values, 1)
    return (1 - np.eye(n)) / (gaps + np.eye(n))


def _pull_eigh(g: Value, y: Value, x: Value) -> Value:
    values, vectors = _eigen_parts(y)
    by_values, by_vectors = _eigen_parts(g)
    inner = _at_end(by_values, 1) * np.eye(shape_of(x)[-1]) + _inverse_gaps(values) * matmul(swap(vectors), by_vectors)
    return _symmetric(matmul(matmul(vectors, inner), swap(vectors)))


def _push_eigh(t: Sequence[Value], y: Value, x: Value) -> Value:
    values, vectors = _eigen_parts(y)
    inner = matmul(matmul(swap(vectors), _symmetric(t[0])), vectors)
    change = diagonal(inner)
    n = shape_of(x)[-1]
    first = reshape(change, shape=(*shape_of(change)[:-1], 1, n))
    return concat(first, matmul(vectors, _inverse_gaps(values) * inner), axis=-2)


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
def packed_eigh(x: Value) -> Value:
    """Eigenvalues (row 0) and eigenvectors (the rows below, one a column) of (X + X^T) / 2, in ascending
    order.

    Shapes: (..., n, n) -> (..., n + 1, n). Rule: dw = diag(V^T dX V), dV = V (F * V^T dX V) with
    F_ij = 1 / (w_j - w_i): the eigenvalues must differ.

    >>> packed_eigh(np.diag([1.0, 2.0]))[0]
    array([1., 2.])
    """
    values, vectors = np.linalg.eigh((x + np.swapaxes(x, -1, -2)) / 2)
    return np.concatenate([values[..., None, :], vectors], axis=-2)


def eigh(x: Value) -> tuple[Value, Value]:
    """Eigenvalues and eigenvectors of a symmetric matrix, as np.linalg.eigh.

    >>> eigh(np.diag([1.0, 2.0]))[0]
    array([1., 2.])
    """
    return _eigen_parts(packed_eigh(x))


def slogdet(x: Value) -> tuple[Value, Value]:
    """The sign of the determinant (a constant) and the logarithm of its absolute value, as np.linalg.slogdet.

    >>> slogdet(np.eye(2))
    (np.float64(1.0), np.float64(0.0))
    """
    plain = x.value if hasattr(x, "value") else x
    return np.linalg.slogdet(plain)[0], log_abs_det(x)
