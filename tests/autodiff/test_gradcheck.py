"""The gradient check: it finds what is wrong, and does not find what is not."""

from __future__ import annotations

import numpy as np
import pytest

from notevault.autodiff import apply, custom_rule, gradcheck


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
