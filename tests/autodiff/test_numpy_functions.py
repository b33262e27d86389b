"""numpy's functions on tensors: the value is numpy's own, and the derivative agrees with differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from notevault.autodiff import Tensor, apply, grad, gradcheck, tensor
from notevault.autodiff.numpy_functions import composed as numpy_composed
from notevault.autodiff.numpy_functions import fourier as numpy_fourier
from notevault.autodiff.numpy_functions import linear_algebra as numpy_linear_algebra
from notevault.autodiff.numpy_functions import rearranging as numpy_rearranging
from notevault.autodiff.trees import leaves

A = np.array([[1.3, -0.4, 2.1], [0.2, 3.4, -1.7], [-2.6, 0.9, 4.2]])
B = np.array([[0.5, 1.1], [-0.7, 2.3], [1.9, -0.2]])
V = np.array([0.7, -1.2, 2.5])
POSITIVE = A @ A.T + np.eye(3)

CALLS: dict[str, Callable[..., Any]] = {
    "tile": lambda a: np.tile(a, (2, 1)),
    "repeat": lambda a: np.repeat(a, [1, 0, 2], axis=1),
    "rot90": np.rot90,
    "flipud": np.flipud,
    "fliplr": np.fliplr,
    "diagonal": lambda a: np.diagonal(a, 1),
    "array_split": lambda a: np.array_split(a, 2, axis=1),
    "hsplit": lambda a: np.hsplit(a, [1]),
    "vsplit": lambda a: np.vsplit(a, 3),
    "dsplit": lambda a: np.dsplit(a[..., None], 1),
    "resize": lambda a: np.resize(a, (4, 4)),
    "delete": lambda a: np.delete(a, 1, axis=0),
    "compress": lambda a: np.compress([True, False, True], a, axis=1),
    "moveaxis": lambda a: np.moveaxis(a[..., None], 0, -1),
    "rollaxis": lambda a: np.rollaxis(a[..., None], 2),
    "column_stack": lambda a: np.column_stack([a, V]),
    "dstack": lambda a: np.dstack([a, A]),
    "atleast_1d": lambda a: np.atleast_1d(a[0, 0]),
    "atleast_2d": lambda a: np.atleast_2d(a[0]),
    "atleast_3d": np.atleast_3d,
    "sort": lambda a: np.sort(a, 0),
    "partition": lambda a: np.partition(a, 1),
    "append": lambda a: np.append(a, V),
    "deg2rad": np.deg2rad,
    "radians": np.radians,
    "rad2deg": np.rad2deg,
    "degrees": np.degrees,
    "float_power": lambda a: np.float_power(a * a + 1, 1.5),
    "logaddexp2": lambda a: np.logaddexp2(a, V),
    "fmax": lambda a: np.fmax(a, np.array([0.0, np.nan, 1.0])),
    "fmin": lambda a: np.fmin(a, np.array([0.0, np.nan, 1.0])),
    "real_if_close": lambda a: np.real_if_close(a + 0j),
    "nan_to_num": np.nan_to_num,
    "linspace": lambda a: np.linspace(a[0], a[1], 4),
    "diff": lambda a: np.diff(a, n=2, axis=0),
    "gradient": lambda a: np.gradient(a, 0.5, 2.0),
    "kron": lambda a: np.kron(a, B),
    "inner": lambda a: np.inner(a, V),
    "dot": lambda a: np.dot(a[None], A[None]),
    "vdot": lambda a: np.vdot(a, A),
    "cross": lambda a: np.cross(a, V),
    "select": lambda a: np.select([A > 2, A > 0], [a, a * a], default=1.0),
    "trace": lambda a: np.trace(a, 1),
    "ptp": lambda a: np.ptp(a, axis=0),
    "full_like": lambda a: np.full_like(a, a[0, 0]),
    "norm": lambda a: np.linalg.norm(a, 3, axis=0),
    "inv": np.linalg.inv,
    "det": np.linalg.det,
    "solve": lambda a: np.linalg.solve(a, V),
    "pinv": lambda a: np.linalg.pinv(a[:, :2]),
    "slogdet": lambda a: np.linalg.slogdet(a)[1],
    "cholesky": lambda a: np.linalg.cholesky(a @ a.T + np.eye(3)),
    "eigh": lambda a: np.linalg.eigh(a + a.T)[0],
    "eigvalsh": lambda a: np.linalg.eigvalsh(a + a.T),
    "eig": lambda a: np.real(np.linalg.eig(a @ a.T)[0]),
    "eigvals": lambda a: np.abs(np.linalg.eigvals(a)),
    "svd": lambda a: np.linalg.svd(a)[0],
    "matrix_power": lambda a: np.linalg.matrix_power(a, -2),
    "fft": lambda a: np.abs(np.fft.fft(a, 5, axis=0)),
    "ifft": lambda a: np.abs(np.fft.ifft(a, 2, norm="ortho")),
    "rfft": lambda a: np.imag(np.fft.rfft(a, norm="forward")),
    "irfft": lambda a: np.fft.irfft(a, 5),
    "fft2": lambda a: np.real(np.fft.fft2(a)),
    "ifft2": lambda a: np.real(np.fft.ifft2(a)),
    "fftn": lambda a: np.imag(np.fft.fftn(a, axes=(0,))),
    "ifftn": lambda a: np.real(np.fft.ifftn(a, s=(2, 4), axes=(0, 1))),
    "rfft2": lambda a: np.real(np.fft.rfft2(a)),
    "rfftn": lambda a: np.real(np.fft.rfftn(a, norm="ortho")),
    "irfft2": np.fft.irfft2,
    "irfftn": np.fft.irfftn,
    "fftshift": np.fft.fftshift,
    "ifftshift": lambda a: np.fft.ifftshift(a, axes=0),
}
"""A call of every function that is made of others, by numpy's name."""

TABLES = (numpy_composed, numpy_fourier, numpy_linear_algebra, numpy_rearranging)


def test_every_function_is_called() -> None:
    named = {function.__name__ for table in TABLES for function in table.FUNCTIONS}
    assert named == CALLS.keys()


@pytest.mark.parametrize("name", CALLS)
def test_the_value_is_that_of_numpy(name: str) -> None:
    made, expected = leaves(CALLS[name](tensor(A))), leaves(CALLS[name](A))
    assert len(made) == len(expected)
    for ours, plain in zip(made, expected, strict=True):
        assert isinstance(ours, Tensor)
        assert ours.shape == np.shape(plain)
        np.testing.assert_allclose(ours.value, plain, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", CALLS)
def test_the_derivative_agrees_with_differences(name: str) -> None:
    def flat(a: Any) -> Any:
        return np.concatenate([np.ravel(part) for part in leaves(CALLS[name](a))])

    report = gradcheck(flat, A)
    assert report.ok, str(report)


@pytest.mark.parametrize("order", ["nuc", 2, -2])
def test_norms_of_matrices(order: Any) -> None:
    assert np.linalg.norm(tensor(A), order).value == pytest.approx(np.linalg.norm(A, order))
    assert gradcheck(lambda a: np.linalg.norm(a, order), A).ok
    stack = np.stack([A, A + 1, 2 * A, A - 1])
    for axes, keepdims in (((1, 2), False), ((2, 0), True), ((-1, 1), True)):
        expected = np.linalg.norm(stack, order, axes, keepdims)
        assert np.linalg.norm(tensor(stack), order, axes, keepdims).value == pytest.approx(expected)


@pytest.mark.parametrize("order", [1, np.inf, -np.inf, 2, 4])
def test_norms_of_vectors(order: Any) -> None:
    assert np.linalg.norm(tensor(V), order).value == pytest.approx(np.linalg.norm(V, order))
    assert gradcheck(lambda v: np.linalg.norm(v, order), V).ok


@pytest.mark.parametrize("triangle", ["L", "U"])
def test_of_a_matrix_that_is_not_symmetric_one_triangle_is_read(triangle: Any) -> None:
    values, vectors = np.linalg.eigh(tensor(A), triangle)
    expected = np.linalg.eigh(A, triangle)
    np.testing.assert_allclose(values.value, expected[0])
    np.testing.assert_allclose(vectors.value, expected[1])
    np.testing.assert_allclose(np.linalg.cholesky(tensor(np.tril(POSITIVE))).value, np.linalg.cholesky(POSITIVE))


def test_masks_are_joined_and_inverted() -> None:
    def inside(v: Any) -> Any:
        return (v[(v > 0) & (v < 1)].sum() + v[~(v > 0)].sum()) * (v[(v > 2) | (v < -1)].sum())

    assert inside(tensor(V)).value == pytest.approx(inside(V))
    with pytest.raises(TypeError):
        tensor(V) & tensor(V)
    with pytest.raises(TypeError):
        ~tensor(V)


def test_a_method_is_the_function() -> None:
    x = tensor(A)
    assert x.trace().value == pytest.approx(np.trace(A))
    assert (x.swapaxes(0, 1).value == A.T).all()
    assert (x.argsort() == A.argsort()).all()
    assert grad(lambda a: a.take([0, 0]).sum())(V).tolist() == [2.0, 0.0, 0.0]


def test_what_is_put_in_the_place_of_infinities_is_constant() -> None:
    slopes = grad(lambda v: np.nan_to_num(v + np.array([0.0, np.inf, np.nan]), posinf=5.0).sum())(V)
    assert slopes.tolist() == [1.0, 0.0, 0.0]


def test_rounding_makes_a_constant() -> None:
    np.testing.assert_allclose(grad(lambda v: (np.round(v) * v).sum())(V), np.round(V))


def test_einsum_takes_the_numbers_of_axes() -> None:
    made = np.einsum(tensor(A), [0, 1], tensor(B), [1, 2], [0, 2])
    np.testing.assert_allclose(made.value, A @ B)
    assert isinstance(apply("identity", made), Tensor)
