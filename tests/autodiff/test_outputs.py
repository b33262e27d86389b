"""What a function may return and take: nested values, other number types, names of arguments, threads."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from notevault.autodiff import (
    NotScalarError,
    OutputError,
    compile,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    tensor,
    value_and_grad,
    vjp,
)

PARAMETERS = {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 5.0])}


def product(p: dict[str, Any]) -> Any:
    return (p["a"] * p["b"] ** 2).sum()


@pytest.mark.parametrize("returned", [list, tuple, lambda parts: dict(enumerate(parts))], ids=["list", "tuple", "dict"])
def test_a_gradient_of_several_outputs_is_an_error_and_not_zero(returned: Any) -> None:
    with pytest.raises(OutputError, match="return one number"):
        grad(lambda x: returned([x * x, x]))(2.0)


def test_a_forgotten_return_is_an_error_and_an_output_that_depends_on_nothing_has_the_gradient_zero() -> None:
    with pytest.raises(OutputError, match="None"):
        grad(lambda x: None)(2.0)
    with pytest.raises(NotScalarError):
        grad(lambda x: np.ones(3))(2.0)
    assert grad(lambda x: 3.0)(2.0) == 0.0


def test_several_outputs_have_pullbacks_pushforwards_and_jacobians() -> None:
    def f(x: Any) -> Any:
        return {"square": x * x, "rest": [x[0] * x[1], 3.0]}

    x = np.array([2.0, 5.0])
    _, pull = vjp(f, x)
    assert pull({"rest": [1.0, 7.0], "square": np.array([1.0, 0.0])})[0].tolist() == [4.0 + 5.0, 2.0]
    value, pushed = jvp(f, (x,), (np.array([1.0, 0.0]),))
    assert value["rest"][0] == 10.0
    assert (pushed["square"].tolist(), pushed["rest"]) == ([4.0, 0.0], [5.0, 0.0])
    tables = jacobian(f)(x)
    assert tables["square"].tolist() == [[4.0, 0.0], [0.0, 10.0]]
    assert [part.tolist() for part in tables["rest"]] == [[5.0, 2.0], [0.0, 0.0]]


def test_a_nested_argument_has_a_jacobian_and_a_hessian_for_each_leaf() -> None:
    slopes = jacobian(lambda p: p["a"] * p["b"])(PARAMETERS)
    assert slopes["a"].tolist() == [[3.0, 0.0], [0.0, 5.0]]
    table = hessian(product)(PARAMETERS)
    assert table["a"]["b"].tolist() == table["b"]["a"].tolist() == [[6.0, 0.0], [0.0, 10.0]]
    assert table["b"]["b"].tolist() == [[2.0, 0.0], [0.0, 4.0]]
    assert table["a"]["a"].tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_tangents_are_matched_with_their_parameters_by_key() -> None:
    tangent = {"b": np.array([1.0, 0.0]), "a": np.zeros(2)}
    assert jvp(product, (PARAMETERS,), (tangent,))[1] == 2 * 1.0 * 3.0
    turned = hvp(product, (PARAMETERS,), (tangent,))
    assert (turned["a"].tolist(), turned["b"].tolist()) == ([6.0, 0.0], [2.0, 0.0])
    with pytest.raises(ValueError, match="1 tangents for 2"):
        jvp(lambda a, b: a * b, (1.0, 2.0), (1.0,))


def test_arguments_are_counted_from_both_ends_and_named_once() -> None:
    def f(a: Any, b: Any, *, power: int = 2) -> Any:
        return a * b**power

    assert grad(f, -1)(2.0, 3.0) == 12.0
    assert grad(f)(2.0, 3.0, power=3) == 27.0
    with pytest.raises(ValueError, match="twice"):
        grad(f, (0, -2))(2.0, 3.0)
    with pytest.raises(ValueError, match="argument 2"):
        grad(f, 2)(2.0, 3.0)


@pytest.mark.parametrize("value", [None, {1.0}, object()], ids=["None", "set", "object"])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot differentiate by"):
        tensor(value)


def test_a_gradient_has_the_number_type_of_its_argument() -> None:
    x = np.ones(2, np.float32)
    assert grad(lambda x: (x * np.array([1.0, 2.0])).sum())(x).dtype == np.float32
    assert vjp(lambda x: x * 2, x)[1](np.array([1, 0]))[0].dtype == np.float32
    assert jvp(lambda x: x * 2, (x,), (np.array([1, 0]),))[1].dtype == np.float32
    assert hessian(lambda x: 3.0)(np.ones(12, np.float32)).dtype == np.float32
    assert grad(lambda x: (x * np.ones(2)).sum())(np.array([1.0 + 1j, 2.0])).dtype == np.complex128
    assert isinstance(grad(lambda x: x / 3)(Fraction(1, 2)), Fraction)


def test_a_complex_output_of_real_numbers_has_a_jacobian_and_no_gradient() -> None:
    with pytest.raises(OutputError, match="complex"):
        grad(lambda x: x * 1j)(2.0)
    assert jacobian(lambda x: x * x * 1j)(np.array([1.0, 2.0])).tolist() == [[2j, 0], [0, 4j]]
    with pytest.raises(ValueError, match="complex cotangent"):
        vjp(lambda x: x * x, 2.0)[1](1j)
    assert grad(lambda z: z * z)(1 + 2j) == 2 + 4j


def test_nested_derivatives_of_several_threads_do_not_meet() -> None:
    def nested(k: float) -> float:
        return float(grad(lambda a: a * grad(lambda x: a * x * x)(k))(2.0))

    def branching(k: float) -> float:
        return float(value_and_grad(lambda x: x if x > 1 else -x)(k)[0])

    def compiled(k: float) -> float:
        return float(compile(lambda a: a * a + a)(k))

    tasks = [(nested, 8.0), (branching, 1.0), (compiled, 2.0)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as pool:
            for function, factor in tasks * 20:
                for k in (2.0, 3.0):
                    expected = k * k + k if function is compiled else factor * k
                    results = pool.map(function, [k] * 6)
                    assert all(result == expected for result in results)
    finally:
        sys.setswitchinterval(before)
