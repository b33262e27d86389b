"""What a compiled function must not do: freeze what depends on values, lose a type, mix up names, share its places."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest

from notevault.autodiff import NotCompiledError, TapeCutError, checkpoint, compile, custom_rule, value_and_grad
from notevault.autodiff.operations import relu

X = np.array([1.0, 2.0, 3.0])
Point = namedtuple("Point", "w b")

FROZEN: dict[str, Callable[..., Any]] = {
    "item": lambda x: x * x[0].item(),
    "mask as index": lambda x: x[x > 1.5].sum(),
    "positions": lambda x: x[np.argsort(x)],
    "sort": np.sort,
    "partition": lambda x: np.partition(x, 1),
    "argmax": lambda x: x * np.argmax(x),
    "argmax method": lambda x: x * x.argmax(),
    "isnan": lambda x: np.where(np.isnan(x), 0.0, x),
    "nan_to_num": np.nan_to_num,
    "where of one": lambda x: x[np.where(x > 1.5)],
    "floor_divide": lambda x: np.floor_divide(x, 2) * x,
    "round": lambda x: np.round(x) * x,
    "any": lambda x: x * np.any(x > 2.5),
    "all in a branch": lambda x: x if np.all(x > 0) else -x,
    "inverted mask": lambda x: np.where(~(x > 1.5), x, 0),
    "compress": lambda x: np.compress(x > 1.5, x),
    "take": lambda x: np.take(x, x),
    "cholesky": lambda x: np.linalg.cholesky(np.outer(x, x) + np.eye(3)),
    "real eigenvalues": lambda x: np.linalg.eigvals(np.outer(x, x)),
}


@pytest.mark.parametrize("name", FROZEN)
def test_what_depends_on_values_is_refused_and_not_frozen(name: str) -> None:
    with pytest.raises(TapeCutError):
        compile(FROZEN[name])(X)


def test_positions_that_are_an_argument_are_refused() -> None:
    with pytest.raises(TapeCutError, match="index"):
        compile(lambda x, places: x[places])(X, np.array([0, 1]))


def test_the_larger_number_is_chosen_at_every_call() -> None:
    fast = compile(lambda x: np.fmax(x, 1.5))
    assert fast(X).tolist() == [1.5, 2.0, 3.0]
    assert fast(np.array([np.nan, 2.0, 0.0])).tolist() == [1.5, 2.0, 1.5]


def test_an_array_from_outside_is_read_once_and_kept() -> None:
    scale = np.array([1.0, 2.0, 3.0])
    fast = compile(lambda x: (x * scale * scale).sum(), 0)
    before = fast(X)
    scale[:] = 10.0
    after = fast(X)
    assert before[0] == after[0]
    assert before[1].tolist() == after[1].tolist() == [1.0, 4.0, 9.0]


OF_ONES_OWN = {"checkpoint": checkpoint, "rule": lambda f: custom_rule(f, [lambda g, y, x: g])}


@pytest.mark.parametrize("make", OF_ONES_OWN.values(), ids=OF_ONES_OWN)
def test_an_operation_of_ones_own_is_not_taken_for_a_row_of_its_name(make: Callable[..., Any]) -> None:
    def sin(x: Any) -> Any:
        return x * 100

    with pytest.raises(NotCompiledError, match="custom sin"):
        compile(make(sin))(1.0)


def exp(x: Any) -> Any:
    return np.exp(x) * 1.0


def tanh(x: Any) -> Any:
    return np.tanh(x) * 1.0


CALLED = {"exp": exp, "tanh": tanh, "ufunc": np.sin, "partial": partial(np.multiply, 2.0)}


@pytest.mark.parametrize("function", CALLED.values(), ids=CALLED)
@pytest.mark.parametrize("x", [0.5, X], ids=["number", "array"])
def test_a_function_may_be_called_like_what_it_calls(function: Callable[..., Any], x: Any) -> None:
    np.testing.assert_allclose(compile(function)(x), function(x), rtol=1e-15)


@pytest.mark.parametrize("key", ["lambda", "exp", "np", "engine", "float", "pow", "a'b\n", "layer.0", (1, 2), 3])
@pytest.mark.parametrize("x", [0.5, X], ids=["number", "array"])
def test_parameters_may_be_called_anything(key: Any, x: Any) -> None:
    def loss(p: dict[Any, Any]) -> Any:
        return (np.sinc(p[key]) * abs(np.exp(p[key])) + p["other"] ** 1.5).sum()

    parameters = {key: x, "other": x}
    value, slopes = compile(loss, 0)(parameters)
    expected, exact = value_and_grad(loss)(parameters)
    assert value == pytest.approx(expected)
    assert list(slopes) == list(exact)
    np.testing.assert_allclose(slopes[key], exact[key])


def test_results_keep_their_containers() -> None:
    value, slopes = compile(lambda p: p.w * p.b, 0)(Point(2.0, 3.0))
    assert (value, slopes) == (6.0, Point(3.0, 2.0))
    assert isinstance(slopes, Point)
    assert compile(lambda a: Point(a, [a * 2]))(2.0) == Point(2.0, [4.0])


def test_a_real_number_stays_one_in_the_branch_of_a_whole_one() -> None:
    for make in (float, np.float32):
        fast = compile(lambda x, y: np.where(x > y, x * 1.5, 0) - y, (0, 1))
        for x, y in ((1.0, 0.0), (0.0, 1.0)):
            value, slopes = fast(make(x), make(y))
            kinds = {np.asarray(part).dtype for part in (value, *slopes)}
            assert kinds == {np.asarray(make(x)).dtype}, (x, y, value, slopes)


def test_single_precision_stays_single_precision() -> None:
    x = np.float32(0.5)
    value, slope = compile(lambda x: np.where(x > 0, x * 2, 0) + 1, 0)(x)
    assert (value.dtype, slope.dtype) == (np.float32, np.float32)
    value, slopes = compile(lambda x, y: relu(x) * 0.01, (0, 1))(x, x)
    assert {np.asarray(part).dtype for part in (value, *slopes)} == {np.dtype(np.float32)}


def test_not_a_number_is_not_hidden() -> None:
    assert np.isnan(compile(relu)(float("nan")))
    with np.errstate(all="ignore"):
        power = compile(lambda a, b: a**b)
        assert np.isnan(power(-1.0, 0.5))
        assert (power(-2.0, 3.0), power(2.0, -1.0)) == (-8.0, 0.5)
        whole = compile(lambda x, k: x.sum() * (1 / k) + k**0.5)
        assert np.isinf(whole(X, 0.0))
        assert np.isnan(whole(X, -1.0))


def test_threads_do_not_write_into_each_others_places() -> None:
    fast = compile(lambda a: (np.tanh(a @ a) @ a).sum(), 0)
    rng = np.random.default_rng(0)
    inputs = [rng.standard_normal((60, 60)) / 8 for _ in range(4)]
    expected = [fast(a) for a in inputs]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(25):
            for (value, slope), (exact, by_hand) in zip(pool.map(fast, inputs * 4), expected * 4, strict=True):
                assert value == exact
                assert np.array_equal(slope, by_hand)


def test_programs_of_many_shapes_do_not_pile_up() -> None:
    fast = compile(lambda x: x * 2)
    for n in range(1, 300):
        assert fast(np.ones(n)).sum() == 2 * n
    assert len(fast._ready) == 256


def test_the_sign_of_a_determinant_is_computed_at_every_call() -> None:
    fast = compile(lambda x: np.prod(np.stack(np.linalg.slogdet(np.diag(x)))), argnums=0)
    for x in (X, -X):
        value, slope = fast(x)
        assert value == pytest.approx(np.sign(np.prod(x)) * np.log(6.0))
        assert slope == pytest.approx(np.sign(np.prod(x)) / x)
