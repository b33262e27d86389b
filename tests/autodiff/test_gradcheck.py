"""The gradient check: it finds what is wrong, and does not find what is not."""

from __future__ import annotations

import numpy as np
import pytest

from notevault.autodiff import OutputError, apply, custom_rule, gradcheck


def biased(scale):
    """The square, with a reverse rule that is wrong where `scale` is not 1."""
    return custom_rule(lambda x: x**2, vjp=[lambda g, y, x: g * 2 * x * scale], jvp=lambda t, y, x: t[0] * 2 * x)


def test_it_names_the_wrong_element() -> None:
    report = gradcheck(biased(np.array([1.0, 1.1, 1.0])), np.array([1.0, 2.0, 3.0]))
    assert not report
    assert report.worst is not None
    assert report.worst.index == (1,)
    assert report.worst.reverse / report.worst.other == pytest.approx(1.1)
    assert "FAILS" in str(report)


def test_a_large_argument_is_checked_along_directions_and_the_wrong_element_is_still_named() -> None:
    assert gradcheck(lambda x: (np.sin(x) * x).sum(), np.linspace(0, 1, 500))
    scale = np.ones(500)
    scale[123] = 1.5
    report = gradcheck(lambda x: biased(scale)(x).sum(), np.linspace(1, 2, 500))
    assert not report
    assert report.worst is not None
    assert report.worst.index == (123,)


def test_a_kink_is_reported_as_a_kink_and_not_as_a_failure() -> None:
    report = gradcheck(lambda x: apply("relu", x).sum(), np.array([-1.0, 0.0, 2.0]))
    assert report
    assert "relu where #1 = 0" in report.kinks[0]


def test_a_number_that_is_no_subgradient_fails_at_a_kink_too() -> None:
    outside = custom_rule(np.abs, vjp=[lambda g, y, x: g * 3.0], jvp=lambda t, y, x: 3.0 * t[0])
    assert not gradcheck(lambda x: outside(x) + apply("relu", x), 0.0)


def test_near_a_kink_one_sided_slopes_decide() -> None:
    assert gradcheck(lambda x: apply("relu", x) ** 2 + abs(x), 0.003)


def test_the_complex_step_is_used_where_every_operation_is_analytic() -> None:
    assert gradcheck(lambda x: np.exp(x) / x, 0.7).methods == ("forward", "complex step")
    assert gradcheck(lambda x: np.exp(x) * abs(x), 0.7).methods == ("forward", "Richardson")


def test_a_function_that_traces_nothing_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="no tensor"):
        gradcheck(lambda x: 3.0, 1.0)


def test_an_error_in_small_derivatives_is_found() -> None:
    def small(g, y, x):
        return -1e-9 * g * np.cos(x)

    rule = custom_rule(lambda x: 1e-9 * np.sin(x), vjp=[small], jvp=lambda t, y, x: small(t[0], y, x))
    report = gradcheck(rule, np.array([0.5, 1.0]))
    assert not report
    assert report.worst is not None
    assert report.worst.error == pytest.approx(2.0, rel=1e-3)
    assert not gradcheck(lambda x: biased(0.5)(x).sum(), np.array([1e-9, -3e-9]))


@pytest.mark.parametrize(
    "rule",
    [
        lambda g, x: -g * 2 * x,
        lambda g, x: g * x,
        lambda g, x: g * 2 * x * (1 + 1e-6),
        lambda g, x: g * np.where(np.arange(4) == 2, x, 2 * x),
        lambda g, x: g * np.where(np.abs(x) > 1.9, 0, 2 * x),
        lambda g, x: g * np.nan * x,
        lambda g, x: g * np.inf,
        lambda g, x: 0 * g,
        lambda g, x: g[::-1] * 2 * x[::-1],
        lambda g, x: g * np.mean(2 * x) * np.ones(4),
    ],
    ids=["sign", "factor", "millionth", "one element", "large inputs", "nan", "inf", "zero", "turned round", "mean"],
)
def test_a_wrong_rule_is_found_also_where_both_modes_agree(rule) -> None:
    wrong = custom_rule(lambda x: x**2, vjp=[lambda g, y, x: rule(g, x)], jvp=lambda t, y, x: rule(t[0], x))
    report = gradcheck(wrong, np.array([0.5, -1.2, 2.0, 0.3]))
    assert not report
    assert report.worst is not None
    assert report.worst.index is not None


RIGHT = {
    "single precision": (lambda x: np.exp(3 * x) * abs(x), np.array([0.5, -1.2], np.float32)),
    "far out": (lambda x: abs(x) ** 2, np.array([5e11, -1.2e12])),
    "close to zero": (lambda x: np.sqrt(abs(x)), np.array([1e-8, 1e-3, -1e-6])),
    "a pole nearby": (lambda x: np.log(np.maximum(x, 1e-12)), np.array([1e-6, 1e-3])),
    "steep": (lambda x: apply("relu", 1e4 * x - 1), np.array([1.05e-4, 2e-4, 0.9e-4])),
    "a jump": (lambda x: np.floor(x) * x, np.array([0.5, 1.0, 2.99])),
    "a curve with a bend": (lambda x: np.sign(x) * x * x, np.array([0.0, 0.5])),
    "a bend of the second order": (lambda x: apply("huber", x, np.zeros(4)), np.array([1.0, -1.0, 0.5, 2.0])),
    "a root": (np.cbrt, np.array([1e-3, 8.0, -27.0])),
    "beside large elements": (lambda x: np.exp(abs(x)), np.array([50.0, 100.0])),
    "a large constant": (lambda x: abs(x) + 1e9, np.array([0.5, -1.2])),
    "a kink of one's own": (lambda x: np.where(x > 0, x, 0.0), np.array([0.0, 1.0])),
    "ties": (lambda x: x.max(), np.array([1.0, 1.0, 0.0])),
    "not finite": (np.log, np.array([0.0, 1.0])),
    "infinitely steep": (np.sqrt, np.array([0.0, 1.0])),
    "rounded away": (lambda x: apply("cross_entropy", x, np.array([0, 1])), 90 * np.array([[1.0, -1.0], [-0.5, 1.0]])),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_rule_is_not_accused(name: str) -> None:
    function, x = RIGHT[name]
    report = gradcheck(function, x)
    assert report.ok, str(report)


def test_where_differences_say_nothing_the_report_says_so() -> None:
    report = gradcheck(np.log, np.array([0.0, 1.0]))
    assert report.unsettled == ("argument 0, index (0,)",)
    assert "not checked by differences: argument 0, index (0,)" in str(report)


def test_arguments_and_outputs_that_cannot_be_checked_are_refused() -> None:
    with pytest.raises(TypeError, match="real arguments"):
        gradcheck(np.abs, 1 + 2j)
    with pytest.raises(OutputError, match="tuple"):
        gradcheck(lambda x: (x, x), 1.0)
