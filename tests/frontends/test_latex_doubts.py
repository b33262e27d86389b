"""Right notes that look wrong, and wrong ones that look right: what the words and the definitions around decide."""

from __future__ import annotations

import pytest

from notevault.frontends.latex.claims import Passage, claims
from notevault.frontends.latex.surroundings import Surroundings


def outcomes(*formulas: str, around: Surroundings | None = None) -> list[tuple[str, str]]:
    passages = [Passage(latex, around or Surroundings()) for latex in formulas]
    return [(str(p.finding.verdict.outcome), p.finding.verdict.reason) for p in claims(passages)]


@pytest.mark.parametrize(
    ("formulas", "expected"),
    [
        ((r"V = \frac43\pi r^3", r"\frac{dV}{dr} = 4\pi r^2"), "verified"),
        ((r"V = \frac43\pi r^3", r"\frac{dV}{dr} = 3\pi r^2"), "refuted"),
        ((r"U = \frac12kx^2", r"\frac{dU}{dx} = kx"), "verified"),
        ((r"U = \frac12kx^2", r"\frac{dU}{dx} = 2kx"), "refuted"),
        ((r"\frac{d}{dx} \frac12 \sqrt3 x^{10} = 5\sqrt3 x^9",), "verified"),
        ((r"\frac{d}{dx} x^10 = 10x^9",), "verified"),
        ((r"\frac{d}{dx} \sqrt12 x = 12",), "not-checkable"),
        ((r"\frac{\mathrm{d}}{\mathrm{d}x} x^3 = 3x^2",), "verified"),
        ((r"\frac{\mathrm{d}}{\mathrm{d}x} x^3 = 2x^2",), "refuted"),
        ((r"\frac{d}{dx} \text{sech}\,x = -\text{sech}\,x \tanh x",), "not-checkable"),
        ((r"\frac{\partial}{\partial A} \text{tr}(AB) = B^T",), "not-checkable"),
        ((r"\frac{\partial}{\partial A} tr(AB) = B^T",), "not-checkable"),
        ((r"\frac{d}{dx} \mathrm{Re}(e^{ix}) = -\sin x",), "not-checkable"),
        ((r"\frac{d}{dx} \operatorname{sen}(2x) = 2\cos(2x)",), "not-checkable"),
        ((r"f(x) = x^2", r"x = 2t", r"\frac{df}{dt} = 8t"), "verified"),
        ((r"f(x) = x^2", r"x = 2t", r"\frac{df}{dt} = 4t"), "refuted"),
        ((r"Q = 100 - 2P", r"R = PQ", r"\frac{dR}{dQ} = 50 - Q"), "not-checkable"),
        ((r"f(x,y) = x^2 y", r"\frac{\partial^2 f}{\partial x \partial y} = 2y"), "refuted"),
        ((r"f(x) = \sqrt{x}", r"f'(2) = 0.354"), "verified"),
        ((r"f(x) = \sqrt{x}", r"f'(2) = 0.364"), "refuted"),
        ((r"a = 2", r"f(x) = a x^2", r"f'(x) = 4x"), "inconclusive"),
        ((r"a = 2", r"f(x) = a x^2", r"f'(x) = 5x"), "refuted"),
        ((r"x = r\cos\theta", r"r = \sqrt{x^2+y^2}", r"\frac{\partial r}{\partial x} = \cos\theta"), "inconclusive"),
    ],
)
def test_a_formula_is_read_as_it_is_set(formulas: tuple[str, ...], expected: str) -> None:
    assert outcomes(*formulas)[-1][0] == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"\frac{d}{dx}x^2 = 2x = 10", "verified"),
        (r"\frac{d}{dx}x^2 = 2x = 12", "not-checkable"),
        (r"\frac{d}{dx}x^2 = 2x = 0", "verified"),
    ],
)
def test_a_chain_is_verified_only_with_every_link(formula: str, expected: str) -> None:
    assert outcomes("x = 5", formula)[-1][0] == expected


def test_a_number_at_the_end_of_a_chain_is_a_value_at_a_point() -> None:
    around = Surroundings(before="The derivative at 2 is ")
    assert outcomes("y = x^2 + x", r"\frac{dy}{dx} = 2x + 1 = 2(2) + 1 = 5", around=around)[-1][0] == "not-checkable"
    assert outcomes("y = x^2 + x", r"\frac{dy}{dx} = 5", around=around)[-1][0] == "refuted"


def test_what_is_left_out_of_a_verified_chain_is_said() -> None:
    assert outcomes(r"\frac{d}{dx}x^2 = 2x = 0") == [("verified", "one part of it; another is a condition")]


@pytest.mark.parametrize(("power", "expected"), [(3, "verified"), (4, "refuted")])
def test_a_row_that_goes_on_from_a_derivative_is_judged(power: int, expected: str) -> None:
    rows = rf"\begin{{aligned}} f(x) &= (3x+1)^4 \\ f'(x) &= 4(3x+1)^3 \cdot 3 \\ &= 12(3x+1)^{power} \end{{aligned}}"
    assert [outcome for outcome, _ in outcomes(rows)] == ["verified", expected]


WRONG = r"\frac{d}{dx} \sin(2x) = \cos(2x)"


@pytest.mark.parametrize(
    "around",
    [
        Surroundings(before="Students often write", after=", but this forgets the chain rule."),
        Surroundings(above="Careful! Do not write:"),
        Surroundings(before="Is ", after="? No! It is not."),
        Surroundings(before="Suppose for contradiction that "),
        Surroundings(before="~~", after="~~"),
        Surroundings(before="The rule does **not** say "),
        Surroundings(before="Options: (a) "),
        Surroundings(before="- B) ", above="What is the derivative?"),
        Surroundings(above="Students often write", after="but they forget the chain rule."),
        Surroundings(before="❌ "),
        Surroundings(before="| ", after=" | no |"),
        Surroundings(before="Beachte: ", after=" ist falsch."),
        Surroundings(before="Un error común es escribir "),
    ],
)
def test_a_wrong_formula_that_the_words_take_back_is_no_news(around: Surroundings) -> None:
    assert outcomes(WRONG)[0][0] == "refuted"
    assert outcomes(WRONG, around=around)[0][0] == "not-checkable"


@pytest.mark.parametrize(
    "around",
    [
        Surroundings(before="We have several options here. The derivative is "),
        Surroundings(before="Beware of large steps. The derivative is "),
        Surroundings(before="Do not forget the chain rule: "),
        Surroundings(before="a) "),
        Surroundings(above="The error of the model", before="La función de error: "),
    ],
)
def test_words_that_take_nothing_back_excuse_no_wrong_formula(around: Surroundings) -> None:
    assert outcomes(WRONG, around=around)[0][0] == "refuted"


def test_a_value_that_was_measured_is_an_approximation() -> None:
    around = Surroundings(before="Sanity check: numerically ")
    assert outcomes("f(x) = x^2", "f'(3) = 6.0001", around=around) == [("inconclusive", "an approximation")]
    assert outcomes("f(x) = x^2", "f'(3) = 6.0001")[0][0] == "refuted"


def test_a_function_of_another_section_may_be_another_function() -> None:
    first, second = Surroundings(section=("A",)), Surroundings(section=("B",))

    def claimed(latex: str, around: Surroundings) -> str:
        (placed,) = claims([Passage("f(x) = x^2", first), Passage(latex, around)])
        return str(placed.finding.verdict.outcome)

    assert claimed(r"f'(x) = \sec^2 x", first) == "refuted"
    assert claimed(r"f'(x) = \sec^2 x", second) == "inconclusive"
    assert claimed("f'(x) = x", second) == "refuted"  # a missing factor: it is that function
