"""Inverses, determinants, solutions and decompositions of square matrices, of stacks of them too.

Source of the rules: M. Giles, An extended collection of matrix derivative results (2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from notevault.autodiff.operations.arithmetic import absolute
from notevault.autodiff.operations.complex_parts import conjugate, real_of
from notevault.autodiff.operations.products import matmul, swap
from notevault.autodiff.operations.reductions import sum
from notevault.autodiff.operations.shapes import reshape
from notevault.autodiff.primitive import Domain, Misconception, Reals, Sample, Value
from notevault.autodiff.rules import mask, operation, unbroadcast
from notevault.autodiff.tensor import dtype_of, shape_of


@dataclass(frozen=True, slots=True)
class NearIdentity(Reals):
    """A recipe for matrices that are regular, and positive definite when made symmetric."""

    def array(self, offset: int) -> Value:
        return np.eye(self.shape[-1]) + 0.1 * Reals(self.shape).array(offset)


def at_end(x: Value, axes: int) -> Value:
    """X with `axes` axes of length 1 added at the end."""
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
    return at_end(g * y, 2) * swap(inv(x))


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
    vjp=(lambda g, y, x: at_end(real_of(g), 2) * swap(inv(x)),),
    jvp=lambda t, y, x: real_of(sum(swap(inv(x)) * t[0], axis=(-2, -1))),
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
        return unbroadcast(-(at_end(rhs, 1) * reshape(y, shape=(*shape_of(y)[:-1], 1, shape_of(y)[-1]))), a)
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


def hermitian(x: Value) -> Value:
    """(X + X^H) / 2."""
    return (x + conjugate(swap(x))) * 0.5


def _pull_cholesky(g: Value, y: Value, x: Value) -> Value:
    inverse = inv(y)
    return hermitian(matmul(matmul(swap(inverse), _lower_half(matmul(swap(y), g))), conjugate(inverse)))


def _push_cholesky(t: Sequence[Value], y: Value, x: Value) -> Value:
    inverse = inv(y)
    return matmul(y, _lower_half(matmul(matmul(inverse, hermitian(t[0])), conjugate(swap(inverse)))))


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
    """The lower triangular L with L L^H = (X + X^H) / 2: of a Hermitian matrix, its Cholesky factor.

    Shapes: (..., n, n) -> the same. Rule: dL = L Phi(L^-1 dX L^-H), Phi halves the diagonal and drops what
    is above (Murray, Differentiation of the Cholesky decomposition, 2016).

    >>> cholesky(np.array([[4.0]]))
    array([[2.]])
    """
    return np.linalg.cholesky(hermitian(x))


@mask(
    operands=1,
    latex=r"\operatorname{sign}(\det #1)",
    sympy="sign",
    samples=(Sample((NearIdentity((3, 3)),)), Sample((NearIdentity((2, 2, 2)),))),
)
def det_sign(x: Value) -> Value:
    """1 where the determinant is positive, -1 where it is negative, 0 where it is 0. A mask.

    Shapes: (..., n, n) real -> (...).

    >>> float(det_sign(np.array([[0.0, 1.0], [1.0, 0.0]])))
    -1.0
    """
    return np.linalg.slogdet(x)[0]


def slogdet(x: Value) -> tuple[Value, Value]:
    """The sign of the determinant and the logarithm of its absolute value, as np.linalg.slogdet.

    The sign of a real determinant is constant almost everywhere; that of a complex one is its direction.

    >>> slogdet(np.eye(2))
    (np.float64(1.0), np.float64(0.0))
    """
    if dtype_of(x).kind != "c":
        return det_sign(x), log_abs_det(x)
    whole = det(x)
    return whole / absolute(whole), log_abs_det(x)
