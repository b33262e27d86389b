"""Singular values, and the pseudoinverse, of stacks of matrices too.

Source of the rules: J. Townsend, Differentiating the singular value decomposition (2016); Z. Wan and S. Zhang,
Automatic differentiation for complex valued SVD (2019); G. Golub and V. Pereyra, The differentiation of
pseudo-inverses (1973).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from notevault.autodiff.operations.complex_parts import conjugate, imag, is_complex, real_of
from notevault.autodiff.operations.eigenvalues import inverse_gaps, on_diagonal
from notevault.autodiff.operations.indexing import getitem
from notevault.autodiff.operations.linear_algebra import NearIdentity, at_end
from notevault.autodiff.operations.matrices import diagonal
from notevault.autodiff.operations.products import matmul, swap
from notevault.autodiff.operations.shapes import concat, reshape
from notevault.autodiff.primitive import Reals, Sample, Value
from notevault.autodiff.rules import operation
from notevault.autodiff.tensor import shape_of


def _flat(x: Value) -> Value:
    return reshape(x, shape=(*shape_of(x)[:-2], shape_of(x)[-2] * shape_of(x)[-1]))


def _pack(u: Value, s: Value, vh: Value) -> Value:
    return concat(_flat(u), s, _flat(vh), axis=-1)


def _parts(y: Value, x: Value) -> tuple[Value, Value, Value]:
    """u (..., m, k), s (..., k) and vh (..., k, n) of the packed result for x (..., m, n), k = min(m, n)."""
    *stack, m, n = shape_of(x)
    k = min(m, n)
    u = getitem(y, index=(..., slice(0, m * k)))
    s = getitem(y, index=(..., slice(m * k, m * k + k)))
    vh = getitem(y, index=(..., slice(m * k + k, None)))
    return reshape(u, shape=(*stack, m, k)), real_of(s), reshape(vh, shape=(*stack, k, n))


def _adjoint(x: Value) -> Value:
    return conjugate(swap(x))


def _over(x: Value, s: Value) -> Value:
    """Every column divided by its singular value."""
    return x / reshape(s, shape=(*shape_of(s)[:-1], 1, shape_of(s)[-1]))


def _pull_svd(g: Value, y: Value, x: Value) -> Value:
    u, s, vh = _parts(y, x)
    by_u, by_s, by_vh = _parts(g, x)
    gaps = inverse_gaps(s * s)
    from_u = matmul(swap(u), by_u)
    from_v = matmul(conjugate(vh), _adjoint(by_vh))
    row, column = reshape(s, shape=(*shape_of(s)[:-1], 1, shape_of(s)[-1])), at_end(s, 1)
    inner = on_diagonal(by_s) + gaps * ((from_u - _adjoint(from_u)) * row + (from_v - _adjoint(from_v)) * column)
    if is_complex(x):
        inner = inner + on_diagonal(imag(diagonal(from_u - from_v)) / (2 * s)) * 1j
    left = matmul(conjugate(u), inner) + _over(by_u - matmul(conjugate(u), from_u), s)
    outside = by_vh - matmul(matmul(by_vh, swap(vh)), conjugate(vh))
    return matmul(left, conjugate(vh)) + matmul(_over(conjugate(u), s), outside)


def _push_svd(t: Sequence[Value], y: Value, x: Value) -> Value:
    u, s, vh = _parts(y, x)
    v = _adjoint(vh)
    inner = matmul(matmul(_adjoint(u), t[0]), v)
    gaps = inverse_gaps(s * s)
    row, column = reshape(s, shape=(*shape_of(s)[:-1], 1, shape_of(s)[-1])), at_end(s, 1)
    turn_u = gaps * (inner * row + column * _adjoint(inner))
    turn_v = gaps * (column * inner + _adjoint(inner) * row)
    if is_complex(inner):
        phase = on_diagonal(imag(diagonal(inner)) / (2 * s)) * 1j
        turn_u, turn_v = turn_u + phase, turn_v - phase
    ahead, back = matmul(t[0], v), matmul(_adjoint(t[0]), u)
    du = matmul(u, turn_u) + _over(ahead - matmul(u, matmul(_adjoint(u), ahead)), s)
    dv = matmul(v, turn_v) + _over(back - matmul(v, matmul(vh, back)), s)
    return _pack(du, real_of(diagonal(inner)), _adjoint(dv))


@operation(
    name="svd",
    vjp=(_pull_svd,),
    jvp=_push_svd,
    latex=r"\operatorname{svd}(#1)",
    partials_latex=(r"U (\operatorname{diag}(\dot s) + \ldots) V^{\top}",),
    sympy="SingularValues",
    complex_step=False,
    samples=(Sample((Reals((3, 2)),)), Sample((Reals((2, 3)),)), Sample((NearIdentity((2, 2, 2)),))),
)
def packed_svd(x: Value) -> Value:
    """The thin singular value decomposition X = U diag(s) V^H: U, s and V^H flattened, one after the other.

    Shapes: (..., m, n) -> (..., m k + k + k n) with k = min(m, n). Rule: ds = diag(U^H dX V); the singular values must
    differ and not be 0, and of complex matrices what is made of U and V must not depend on the phases of their columns.

    >>> packed_svd(np.diag([2.0, 1.0]))[4:6]
    array([2., 1.])
    """
    return _pack(*np.linalg.svd(x, full_matrices=False))


def svd(x: Value, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """U, s and V^H, or s alone, as np.linalg.svd; whole U and V of square matrices only.

    >>> svd(np.diag([2.0, 1.0]), compute_uv=False)
    array([2., 1.])
    """
    if full_matrices and compute_uv and shape_of(x)[-1] != shape_of(x)[-2]:
        raise NotImplementedError("np.linalg.svd with full_matrices=True: the added vectors have no derivative")
    u, s, vh = _parts(packed_svd(x), x)
    return (u, s, vh) if compute_uv else s


def _outside(x: Value, y: Value) -> tuple[Value, Value]:
    """I - X Y and I - Y X: what X and what Y do not reach."""
    *_, m, n = shape_of(x)
    return np.eye(m) - matmul(x, y), np.eye(n) - matmul(y, x)


def _pull_pinv(g: Value, y: Value, x: Value) -> Value:
    left, right = _outside(x, y)
    back = _adjoint(g)
    by_left = matmul(matmul(conjugate(left), back), matmul(conjugate(y), swap(y)))
    by_right = matmul(matmul(swap(y), conjugate(y)), matmul(back, conjugate(right)))
    return by_left + by_right - matmul(matmul(swap(y), g), swap(y))


def _push_pinv(t: Sequence[Value], y: Value, x: Value) -> Value:
    left, right = _outside(x, y)
    back = _adjoint(t[0])
    by_left = matmul(matmul(matmul(y, _adjoint(y)), back), left)
    by_right = matmul(matmul(right, back), matmul(_adjoint(y), y))
    return by_left + by_right - matmul(matmul(y, t[0]), y)


@operation(
    vjp=(_pull_pinv,),
    jvp=_push_pinv,
    latex="#1^{+}",
    partials_latex=(r"-#1^{+\top} \cdot #1^{+\top} + \ldots",),
    sympy="PseudoInverse",
    complex_step=False,
    samples=(Sample((Reals((3, 2)),)), Sample((Reals((2, 3)),)), Sample((NearIdentity((2, 2, 2)),))),
)
def pinv(x: Value) -> Value:
    """The pseudoinverse Y of X (Moore and Penrose).

    Shapes: (..., m, n) -> (..., n, m). Rule: dY = -Y dX Y + Y Y^H dX^H (I - X Y) + (I - Y X) dX^H Y^H Y, where the rank
    does not change.

    >>> pinv(np.array([[2.0], [0.0]]))
    array([[0.5, 0. ]])
    """
    return np.linalg.pinv(x)
