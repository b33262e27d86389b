"""numpy's functions on tensors in every way to call them: the value is numpy's, or the error names what is missing."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from notevault.autodiff import TapeCutError, Tensor, UnsupportedNumpyError, apply, grad, gradients, tensor
from notevault.autodiff import operations as ops

A = np.array([[1.3, -0.4, 2.1], [0.2, 3.4, -1.7]])
ROW = np.array([-1.0, 0.5, 2.0])

CALLS: dict[str, Callable[..., Any]] = {
    "dtype by place": lambda a: np.mean(a, 0, float),
    "keepdims by place": lambda a: np.sum(a, 1, None, None, True),
    "keepdims of max by place": lambda a: np.max(a, -1, None, True),
    "ddof by place": lambda a: np.var(a, 0, None, None, 1),
    "correction": lambda a: np.std(a, axis=0, correction=1),
    "out=None": lambda a: np.sum(a, axis=0, out=None),
    "defaults of a ufunc": lambda a: np.add(a, ROW, where=True, casting="same_kind", dtype=None),
    "reduce by place": lambda a: np.add.reduce(a, 1, None, None, True),
    "reduce of a type": lambda a: np.add.reduce(a, axis=0, dtype=np.float32),
    "running sum of a type": lambda a: np.cumsum(a, 0, dtype=np.float32),
    "order C": lambda a: np.reshape(a, (3, 2), order="C"),
    "concatenate flat": lambda a: np.concatenate([a, A], axis=None),
    "names": lambda a: np.vstack(tup=[np.real(val=a), np.copy(a=a), np.split(ary=a, indices_or_sections=2)[0]]),
    "take along the last axis": lambda a: np.take_along_axis(a, np.argsort(A, -1)),
    "take along none": lambda a: np.take_along_axis(a, np.array([0, 5]), None),
    "axes as a list": lambda a: np.expand_dims(a, [0, -1]),
    "an order of products": lambda a: np.einsum("ij,kj->ik", a, A, optimize=True),
    "bounds by their newer names": lambda a: np.clip(a, min=-0.5, max=0.5),
    "bounds that are tensors": lambda a: np.clip(ROW, a, a + 1),
    "a lower bound alone": lambda a: np.clip(ROW, a, None),
    "one norm": lambda a: np.linalg.norm(a, 1),
    "largest row": lambda a: np.linalg.norm(a, np.inf),
    "parts": lambda a: (a * (1 + 2j)).real + (a * 2j).imag + a.conj() + a.mT.mT,
    "double precision at least": lambda a: np.float_power(a * a + 1, 1.5),
    "single precision kept": lambda a: np.linspace(a[0, 0].astype(np.float32), 1, 3),
    "clip method": lambda a: a.clip(max=0.3),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_has_numpys_value_and_the_gradient_of_differences(name: str) -> None:
    call = CALLS[name]
    expected = np.asarray(call(A))
    found = call(tensor(A))
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(found.value, expected, rtol=1e-6)
    weight = np.cos(np.arange(expected.size)).reshape(expected.shape)
    slope = grad(lambda a: np.sum(call(a) * weight))(A)
    single = expected.dtype == np.float32
    step = 1e-2 if single else 1e-6
    for index in np.ndindex(A.shape):
        unit = np.zeros(A.shape)
        unit[index] = step
        difference = np.sum((call(A + unit) - call(A - unit)) * weight) / (2 * step)
        assert slope[index] == pytest.approx(difference, abs=1e-3 if single else 1e-7)


REFUSED: dict[str, tuple[Callable[..., Any], str]] = {
    "where of a ufunc": (lambda a: np.add(a, 1, where=A > 0), "np.add with where="),
    "type of a ufunc": (lambda a: np.add(a, 1, dtype=np.float32), "np.add with dtype="),
    "where of a sum": (lambda a: np.sum(a, where=A > 0), "numpy.sum with where="),
    "start of a reduction": (lambda a: np.add.reduce(a, initial=1.0), "np.add.reduce with initial="),
    "order": (lambda a: np.reshape(a, (3, 2), order="F"), "numpy.reshape with order="),
    "pad": (lambda a: np.pad(a, 1, "symmetric"), "mode='symmetric'"),
    "norm of counts": (lambda a: np.linalg.norm(a[0], 0), "ord=0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_is_named(name: str) -> None:
    call, message = REFUSED[name]
    with pytest.raises(UnsupportedNumpyError, match=message):
        call(tensor(A))


def test_a_type_in_the_place_of_keepdims_is_no_keepdims() -> None:
    for method in ("sum", "mean", "prod", "max", "min"):
        with pytest.raises(TypeError, match="positional"):
            getattr(tensor(A), method)(0, float)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: ops.leaky_relu(t * ROW, slope=t),
        lambda t: ops.huber(t * ROW, ROW, delta=t),
        lambda t: apply("clip", ROW, low=t),
        lambda t: np.pad(t * ROW, 1, constant_values=t),
        lambda t: ops.dropout(ROW, rate=t),
    ],
)
def test_a_tensor_as_a_parameter_is_refused_because_its_gradient_would_be_lost(call: Callable[[Tensor], Any]) -> None:
    with pytest.raises(TapeCutError, match="only operands are differentiated"):
        grad(lambda t: np.sum(call(t)))(0.5)


def test_an_index_that_is_changed_later_was_read_where_it_was_written() -> None:
    def f(x: Any) -> Any:
        places, total = np.array([0]), 0.0
        for k in range(3):
            places[0] = k
            total = total + x[places].sum() * (k + 1)
        return total

    assert grad(f)(np.ones(3)).tolist() == [1.0, 2.0, 3.0]


def test_a_copy_of_a_leaf_is_another_leaf() -> None:
    w = tensor(3.0, "w")
    for twin in (copy.copy(w), copy.deepcopy(w), pickle.loads(pickle.dumps(w))):
        assert (twin.value, twin.name) == (3.0, "w")
        slopes = gradients(w * twin, [w, twin])
        assert [slope.value for slope in slopes] == [3.0, 3.0]
        assert gradients(w * w * twin, [w])[0].value == 18.0
    with pytest.raises(TapeCutError, match="copy"):
        copy.deepcopy(w * 2)
