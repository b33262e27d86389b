"""Claims in formulas: what is true is verified, what is wrong is refuted, and nothing is guessed."""

from __future__ import annotations

import pytest

from notevault.frontends.claims import Verdict
from notevault.frontends.latex.assignments import definitions
from notevault.frontends.latex.claims import Passage, claims
from notevault.frontends.latex.surroundings import Surroundings

DESCENT = Surroundings(note="Gradient descent minimizes the loss.")
SIGMOID = Surroundings(note="The logistic sigmoid")


def verdicts(*formulas: str, around: Surroundings | None = None) -> list[Verdict]:
    passages = [Passage(latex, around or Surroundings()) for latex in formulas]
    return [placed.finding.verdict for placed in claims(passages)]


def last(*formulas: str, around: Surroundings | None = None) -> Verdict:
    return verdicts(*formulas, around=around)[-1]


LINEAR = (r"f(w, x_i) = w^T x_i", r"L = \sum_{i=1}^{N} (y_i - w^T x_i)^2")
SQUARED = (r"\hat{y} = wx+b", r"L = (\hat{y} - y)^2")
LOGISTIC = (
    r"\sigma(z) = \frac{1}{1+e^{-z}}",
    r"\hat{y} = \sigma(wx+b)",
    r"L = -[y \log \hat{y} + (1-y) \log(1-\hat{y})]",
)
MEAN = (r"MSE = \frac{1}{N}\sum_{i=1}^N (y_i - \hat{y}_i)^2", r"\hat{y}_i = w x_i + b")

TRUE = [
    (r"f(x) = x^3", r"f'(x) = 3x^2"),
    (r"f(x) = x^3", r"\frac{df}{dx} = 3x^2"),
    (r"f(x) = x^3", r"f''(x) = 6x"),
    (r"f(x) = x^3", r"f'(2) = 12"),
    (r"f(x) = x^3", r"\left.\frac{df}{dx}\right|_{x=2} = 12"),
    (r"y = x^2", r"\frac{dy}{dx} = 2x"),
    (r"y = x^2", r"dy/dx = 2x"),
    (r"f(x,y) = x^2 y", r"\nabla f(x,y) = (2xy, x^2)"),
    (r"f(x,y) = x^2 y", r"\frac{\partial^2 f}{\partial x \partial y} = 2x"),
    (r"\frac{d}{dx} \tanh x = 1 - \tanh^2 x",),
    (r"\tanh'(x) = 1 - \tanh^2(x)",),
    (r"\frac{d}{dx} \ln x = \frac1x",),
    (r"\frac{d}{dx} \sqrt[3]{x} = \frac{1}{3\sqrt[3]{x^2}}",),
    (r"[\sin(x)]' = \cos(x)",),
    (r"(e^{ax})' = a e^{ax}",),
    (r"g'(x) = \frac{d}{dx}(e^{x} - e^{-x}) = e^{x} + e^{-x}",),
    (r"\sigma(x) = \frac{1}{1 + e^{-x}}", r"\sigma'(x) = \sigma(x)(1 - \sigma(x))"),
    (r"\sigma(x) = \frac{1}{1 + e^{-x}}", r"\frac{d\sigma}{dx} = \sigma(1 - \sigma)"),
    (r"\sigma_{\text{ReLU}}(x) = \max\{0, x\}", r"\frac{d\sigma}{dx} = \{0, x<0; 1, x>0\}"),
    (
        r"f(x) = \max(0, x)",
        r"f'(x) = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{if } x < 0 \end{cases}",
    ),
    (*SQUARED, r"\frac{\partial L}{\partial w} = 2x(wx+b-y)"),
    (*SQUARED, r"\frac{\partial L}{\partial w} = 2(\hat{y} - y) x"),
    (*SQUARED, r"\frac{\partial L}{\partial \hat{y}} = 2(\hat{y} - y)"),
    (*SQUARED, r"\frac{\partial L}{\partial b} = 2(\hat y - y)"),
    (
        *SQUARED,
        r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial \hat y} \frac{\partial \hat y}{\partial w}",
    ),
    (*LOGISTIC, r"\frac{\partial L}{\partial \hat{y}} = \frac{\hat y - y}{\hat y (1 - \hat y)}"),
    (*LOGISTIC, r"\frac{\partial L}{\partial w} = (\hat y - y) x"),
    (*LINEAR, r"\frac{\partial L}{\partial w_j} = -2 \sum_{i=1}^{N} (y_i - w^T x_i) x_{ij}"),
    (*LINEAR, r"\frac{\partial L}{\partial w} = -2 \sum_{i=1}^{N} (y_i - w^T x_i) x_i"),
    (*MEAN, r"\frac{\partial MSE}{\partial w} = -\frac{2}{N} \sum_{i=1}^N x_i (y_i - (w x_i + b))"),
    (*MEAN, r"\frac{\partial MSE}{\partial \hat{y}_i} = \frac{2}{N}(\hat y_i - y_i)"),
    (r"\frac{\partial (x_1^2 + x_2^2 + x_3^2)}{\partial x_i} = 2x_i",),
    (r"R = \lambda \sum_{j=1}^{d} w_j^2", r"\frac{\partial R}{\partial w_j} = 2 \lambda w_j"),
    (r"R = \|w\|_2^2", r"\frac{\partial R}{\partial w} = 2w"),
    (r"\begin{align} f(x) &= x^2 + 1 \\ f'(x) &= 2x \end{align}",),
    (r"f(x) = x e^{x}, \quad f'(x) = e^{x} + x e^{x}",),
]


@pytest.mark.parametrize("formulas", TRUE, ids=lambda formulas: formulas[-1])
def test_a_true_derivative_is_verified(formulas: tuple[str, ...]) -> None:
    verdict = last(*formulas)
    assert str(verdict.outcome) == "verified", verdict
    assert verdict.confidence is not None
    assert verdict.evidence["points"] > 0


WRONG = [
    (r"f(x) = x^3", r"f'(x) = 3x"),
    (r"f(x) = x^3", r"f'(2) = 11"),
    (r"\frac{d}{dx} \sin(x^2) = \cos(x^2)",),
    (r"(e^{ax})' = e^{ax}",),
    (*SQUARED, r"\frac{\partial L}{\partial w} = 2(wx+b-y)"),
    (*SQUARED, r"\frac{\partial L}{\partial b} = -2(\hat y - y)"),
    (*LOGISTIC, r"\frac{\partial L}{\partial w} = (y - \hat y) x"),
    (*LINEAR, r"\frac{\partial L}{\partial w_j} = 2 \sum_{i=1}^{N} (y_i - w^T x_i) x_{ij}"),
    (*MEAN, r"\frac{\partial MSE}{\partial w} = -2 \sum_{i=1}^N x_i (y_i - (w x_i + b))"),
    (r"\frac{\partial (x_1^2 + x_2^2 + x_3^2)}{\partial x_i} = x_i",),
    (r"f(x) = x^3", r"f'(x) = \frac{d}{dx} x^3 = 2x^2"),
]


@pytest.mark.parametrize("formulas", WRONG, ids=lambda formulas: formulas[-1])
def test_a_wrong_derivative_is_refuted_with_a_counterexample(formulas: tuple[str, ...]) -> None:
    verdict = last(*formulas)
    assert str(verdict.outcome) == "refuted", verdict
    shown = verdict.evidence["counterexample"]
    assert shown["claimed"] != pytest.approx(shown["computed"])


SILENT = [
    ((r"\nabla L(\theta) = \frac{\partial L}{\partial \theta}",), "a definition"),
    ((r"\delta = \frac{\partial L}{\partial z}",), "a definition"),
    ((r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial h} \frac{\partial h}{\partial w}",), "abstract: L"),
    ((r"f'(x) = g(x) h'(x)",), "abstract"),
    ((r"f(x) = x^2", r"f'(x) = 0"), "a condition"),
    ((r"f(x) = x^2", r"f'(x) = 6"), "a condition"),
    ((r"f(x) = x^2", r"f'(x) = \delta x"), "delta is not defined"),
    ((r"f(x) = \int_0^x g(t) dt", r"f'(x) = g(x)"), "not understood"),
    ((r"\frac{d}{dx} x^2 + 3x = 2x + 4",), "how far the derivative reaches"),
    ((r"\frac{\partial h^{l}}{\partial h^{l-1}} = W",), r"not understood: \^"),
    ((r"f(x) = x \pm 1", r"f'(x) = 2"), "not understood"),
    ((r"f(x) = \sqrt{x^2}", r"f'(x) = 1"), "positive"),
    ((r"\frac{d}{dx} \log x = \frac{1}{x \ln 10}",), "base 10"),
    ((r"f(x) = \max(x, ax)", r"f'(x) = \{a, x<0; 1, x>0\}"), "between 0 and 1"),
    ((r"f(x) = x^2", r"f(x) = x^3", r"f'(x) = 2x"), "another definition"),
    ((r"f'(x) \approx 3x",), "not understood|abstract"),
]


@pytest.mark.parametrize(("formulas", "reason"), SILENT, ids=lambda value: str(value)[-40:])
def test_what_is_not_surely_understood_is_left_alone_with_a_reason(formulas: tuple[str, ...], reason: str) -> None:
    import re

    verdict = last(*formulas)
    assert str(verdict.outcome) in {"not-checkable", "inconclusive"}, verdict
    assert re.search(reason, verdict.reason), verdict.reason


def test_a_name_before_a_bracket_is_a_factor_unless_it_is_a_function() -> None:
    assert str(last(r"L = (wx+b-y)^2", r"\frac{dL}{dw} = 2x(wx+b-y)").outcome) == "verified"
    assert str(last(r"x(t) = t^2", r"y = x(t)", r"\frac{dy}{dt} = 2t").outcome) == "verified"


def test_words_that_call_a_formula_wrong_take_the_sting_out_of_it() -> None:
    around = Surroundings(before="A common mistake:")
    assert str(last(r"\frac{d}{dx} x^2 = x", around=around).outcome) == "not-checkable"


def test_a_constant_derivative_is_refuted_where_the_words_say_that_it_is_the_derivative() -> None:
    around = Surroundings(before="so the derivative is")
    assert str(last(r"f(x) = x^2", r"f'(x) = 2", around=around).outcome) == "refuted"


def test_an_equation_to_be_solved_is_no_claim() -> None:
    around = Surroundings(before="Solve the differential equation")
    assert str(last(r"y = x^2", r"y' = 3x", around=around).outcome) == "not-checkable"
    assert str(last(r"y = x^2", r"y' = 3x").outcome) == "refuted"


def test_targets_that_add_up_to_one_are_a_sensible_reading() -> None:
    softmax = (r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}", r"L = -\sum_{k} y_k \log p_k")
    verdict = last(*softmax, r"\frac{\partial L}{\partial z_k} = p_k - y_k")
    assert (str(verdict.outcome), verdict.reason) == (
        "verified",
        "true where all y add up to one, as probabilities do",
    )
    assert str(last(*softmax, r"\frac{\partial L}{\partial z_k} = y_k - p_k").outcome) == "refuted"


def test_a_deviation_is_not_taken_for_the_sigmoid() -> None:
    likelihood = r"\ell(\mu) = -\frac{1}{2\sigma^2}\sum_{i=1}^n (x_i - \mu)^2"
    slope = r"\frac{\partial \ell}{\partial \mu} = \frac{1}{\sigma^2}\sum_{i=1}^n (x_i - \mu)"
    assert str(last(likelihood, slope, around=SIGMOID).outcome) == "verified"


@pytest.mark.parametrize(
    ("formula", "after"),
    [
        (r"\frac{\partial L}{\partial s} = -y", "if the margin is missed, else 0."),
        (r"\frac{\partial L}{\partial s} = -y, \quad ys < 1", ""),
        (r"\frac{\partial L}{\partial s} = -y \text{ if } ys < 1", ""),
        (r"\frac{\partial L}{\partial s} = -y \text{ for missed margins}", ""),
    ],
)
def test_what_holds_under_a_condition_is_not_called_wrong(formula: str, after: str) -> None:
    hinge = r"L = \max(0, 1 - y s)"
    assert str(last(hinge, formula, around=Surroundings(after=after)).outcome) == "not-checkable"
    assert str(last(hinge, r"\frac{\partial L}{\partial s} = -y").outcome) == "refuted"


def test_a_start_value_does_not_make_a_vector() -> None:
    motion = (r"v(t) = v_0 + a t", r"E = \frac{1}{2} m v^2")
    assert str(last(*motion, r"\frac{dE}{dv} = m v").outcome) == "verified"


def test_code_above_a_formula_defines_its_names() -> None:
    made = tuple(definitions("x = torch.tensor([1.0, 2.0])\nz = (x ** 2).sum()"))
    passages = [
        Passage(r"\frac{\partial z}{\partial x_i} = 2x_i", defines=made),
        Passage(r"\frac{dz}{dx} = [2 \times 1.0, 2 \times 2.0] = [2.0, 4.0]"),
        Passage(r"\sum_{i=1}^{2} \frac{\partial z}{\partial x_i} = 2 + 4 = 6"),
    ]
    assert [str(placed.finding.verdict.outcome) for placed in claims(passages)] == ["verified"] * 3


UPDATES = [
    (r"w = w - \alpha \frac{\partial L}{\partial w}", "verified"),
    (r"\theta \leftarrow \theta - \eta \nabla_\theta J(\theta)", "verified"),
    (r"w_{new} = w + \alpha \frac{\partial L}{\partial w}", "refuted"),
    (r"b = b - \alpha \frac{\partial}{\partial w} J(w, b)", "refuted"),
    (r"v = \beta v + \frac{\partial L}{\partial w}", "not-checkable"),
    (r"w = w + \alpha \frac{\partial R}{\partial w}", "not-checkable"),
    (r"\theta = \theta + \alpha \nabla_\theta J(\theta)", "refuted"),
]


@pytest.mark.parametrize(("formula", "outcome"), UPDATES)
def test_a_step_of_descent_subtracts_the_gradient(formula: str, outcome: str) -> None:
    assert str(last(formula, around=DESCENT).outcome) == outcome


def test_a_step_up_an_objective_is_no_mistake_where_no_loss_is_named() -> None:
    around = Surroundings(note="Unlike gradient descent, the objective is followed.")
    assert str(last(r"\theta = \theta + \alpha \nabla_\theta J(\theta)", around=around).outcome) == "not-checkable"


def test_a_step_up_is_no_mistake_where_nobody_speaks_of_descent() -> None:
    rising = r"w = w + \alpha \frac{\partial L}{\partial w}"
    assert str(last(rising).outcome) == "not-checkable"
    ascent = Surroundings(note="Gradient ascent maximizes, gradient descent minimizes.")
    assert str(last(rising, around=ascent).outcome) == "not-checkable"


SUMS = [
    ("3 + 4 = 7", "verified"),
    ("3 + 4 = 8", "refuted"),
    (r"x = 3 \times 4 = 12", "verified"),
    (r"\frac{1}{3} = 0.33", "verified"),
    (r"10 / 3 = 3", "inconclusive"),
    (r"0.33 \times 3 = 1", "inconclusive"),
    ("1,000 + 1 = 1,001", "verified"),
    ("72 + 101 = 1, 2, 0", "refuted"),
    (r"2^{10} = 1024 \approx 10^3", "verified"),
    ("5! = 120", "verified"),
    ("1 + 1 = 10", "not-checkable"),
    (r"\log 100 = 2", "verified"),
    (r"\log 8 = 3", "verified"),
    (r"\sin 30 = 0.5", "verified"),
    (r"\log 100 = 5.5", "refuted"),
]


@pytest.mark.parametrize(("formula", "outcome"), SUMS)
def test_equations_between_numbers_are_computed(formula: str, outcome: str) -> None:
    assert str(last(formula).outcome) == outcome


@pytest.mark.parametrize(
    "formula",
    [
        "0,5 + 0,5 = 1",
        "x = 3",
        "a + b = c",
        "3 = x + 1",
        r"50\% = 0.5",
        r"17 = 2 \pmod 5",
        r"2 \pm 1 = 3",
        "n = 1, 2, 3",
    ],
)
def test_what_is_no_plain_equation_between_numbers_is_left_alone(formula: str) -> None:
    assert [v for v in verdicts(formula) if str(v.outcome) in {"refuted", "verified"}] == []


def test_other_arithmetic_than_that_of_ordinary_numbers_is_left_alone() -> None:
    around = Surroundings(before="On a clock, modulo 12,")
    assert str(last("7 + 8 = 3", around=around).outcome) == "not-checkable"


def test_a_finding_names_its_place_in_the_formula() -> None:
    formula = "\\begin{align}\n f(x) &= x^2 \\\\\n f'(x) &= 3x\n\\end{align}"
    (placed,) = claims([Passage(formula)])
    finding = placed.finding
    assert (finding.line, finding.column, finding.end_line) == (3, 2, 3)
    assert finding.text == "f'(x) &= 3x"


@pytest.mark.parametrize("text", ["{" * 3000, r"\frac" * 500, "x" * 3000, r"\left( " * 200, "=" * 500, r"\sum_" * 100])
def test_no_text_is_too_strange(text: str) -> None:
    assert all(str(v.outcome) != "refuted" for v in verdicts(text, f"f'(x) = {text}"))


@pytest.mark.parametrize(("claimed", "expected"), [("a - y", "verified"), ("y - a", "refuted"), ("a(1-a)", "refuted")])
def test_sigma_is_the_logistic_where_its_value_enters_a_cross_entropy(claimed: str, expected: str) -> None:
    loss = r"L = -[y \log a + (1-y) \log(1-a)]"
    rest = [r"a = \sigma(z)", rf"\frac{{\partial L}}{{\partial z}} = {claimed}"]
    assert [str(p.finding.verdict.outcome) for p in claims([Passage(part) for part in [loss, *rest]])] == [expected]
    other = [Passage(part) for part in [r"L = a^2", *rest]]
    assert [str(p.finding.verdict.outcome) for p in claims(other)] == ["not-checkable"]


FORM = r"f(x) = x^T A x"
FORMS = [
    ([FORM, r"\nabla f(x) = (A + A^T) x"], "", "verified"),
    ([FORM, r"\nabla f(x) = A x + A^\top x"], "", "verified"),
    ([FORM, r"\frac{\partial f}{\partial x} = x^T (A + A^T)"], "", "verified"),
    ([FORM, r"\nabla f(x) = (A - A^T) x"], "", "refuted"),
    ([FORM, r"\nabla f(x) = A x"], "", "refuted"),
    ([FORM, r"\nabla f(x) = 2 A x"], "", "inconclusive"),
    ([FORM, r"\nabla f(x) = 2 A x"], "with A symmetric", "verified"),
    ([FORM, r"\nabla f(x) = A x"], "with A symmetric", "refuted"),
    ([FORM, r"\nabla f(x) = 2 A x"], "A ist symmetrisch", "verified"),
    ([FORM, r"\nabla f(x) = 2 A x"], "A is not symmetric", "inconclusive"),
    ([FORM, r"\nabla f(x) = 2 A x"], "a skew-symmetric A", "inconclusive"),
    ([FORM, r"\nabla f(x) = 2 A x"], "A may be asymmetric", "inconclusive"),
    ([FORM, r"\nabla f(x) = 2 A x"], "a definite integral", "inconclusive"),
    ([FORM, r"\nabla f(x) = 2 A x"], "A is positive definite", "verified"),
    ([r"\nabla_x (x^T I x) = 2 x"], "", "inconclusive"),
    ([r"\nabla_x (x^T Q^T Q x) = 2 x"], "", "inconclusive"),
    ([r"\nabla_x (x^T P^T P x) = 2 P x"], "", "inconclusive"),
    ([r"f(x) = \frac{1}{2} x^T A x - b^T x + c", r"\nabla f(x) = A x - b"], "a symmetric A", "verified"),
    ([r"f(x) = \frac{1}{2} x^T A x - b^T x + c", r"\nabla f(x) = A x + b"], "a symmetric A", "refuted"),
    ([r"f(w) = (Xw - y)^T (Xw - y)", r"\nabla f(w) = 2 X^T (Xw - y)"], "", "verified"),
    ([r"f(w) = (Xw - y)^T (Xw - y)", r"\nabla f(w) = 2 X^T (y - Xw)"], "", "refuted"),
    ([r"\nabla_x (x^T \Sigma x) = 2 \Sigma x"], "a covariance matrix", "verified"),
    ([r"\nabla_X (a^T X b) = a b^T"], "", "not-checkable"),
    ([FORM, r"\nabla f(x) = \frac{1}{2} (A + A^T) x", r"f(x) = \frac{1}{2} x^T A x"], "", "inconclusive"),
    ([r"\nabla_x (x^T A x) = B y"], "", "refuted"),
    ([r"\nabla_x (x^T A x + C) = 2 A x"], "", "not-checkable"),
]  # fmt: skip


@pytest.mark.parametrize(("formulas", "words", "expected"), FORMS)
def test_the_derivative_of_a_quadratic_form_has_the_matrix_and_its_transpose(
    formulas: list[str], words: str, expected: str
) -> None:
    found = claims([Passage(latex, Surroundings(note=words)) for latex in formulas])
    assert [str(placed.finding.verdict.outcome) for placed in found] == [expected]


def test_a_form_called_wrong_is_left_alone() -> None:
    around = Surroundings(before="Students often write ")
    (placed,) = claims([Passage(FORM), Passage(r"\nabla f(x) = A x", around)])
    assert str(placed.finding.verdict.outcome) == "not-checkable"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"\left.\frac{d}{dx} x^2\right|_{x=3} = 6", "verified"),
        (r"\left.\frac{d}{dx} x^2\right|_{x=3} = 9", "refuted"),
        (r"\frac{d}{dx} (x^2 + x) \Big|_{x=3} = 7", "verified"),
        (r"\frac{d}{dx} x \sin x \Big|_{x=0} = 0", "verified"),
        (r"\frac{d}{dx} x \sin x \Big|_{x=0} = 1", "refuted"),
        (r"\frac{d}{dx} (a x^2) \Big|_{a=3} = 6x", "verified"),
    ],
)
def test_an_evaluation_bar_closes_the_derivative_before_it(formula: str, expected: str) -> None:
    assert [str(placed.finding.verdict.outcome) for placed in claims([Passage(formula)])] == [expected]
