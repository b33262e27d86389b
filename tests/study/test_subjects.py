"""Subjects: which formulas and blocks become exercises, in which form, at which values."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from notevault.checks.model import BlockResult, Report, Status
from notevault.diagnostics import Edit, Fix
from notevault.frontends.straightline import read, read_expression
from notevault.notes.parse import parse_note
from notevault.study.exercises import FAMILIES
from notevault.study.exercises.find import subjects
from notevault.study.exercises.points import pleasant
from notevault.study.exercises.subject import BlockSubject, ComputationSubject
from notevault.study.exercises.symbols import derivative_of, typed
from notevault.vault.read import read_vault

NOTHING = Report((), (), ())


def found(tmp_path: Path, *formulas: str) -> list[ComputationSubject]:
    text = "Some words.\n\n" + "\n\n".join(f"$$\n{formula}\n$$" for formula in formulas) + "\n"
    (tmp_path / "Formulas.md").write_text(text, encoding="utf-8")
    return [s for s in subjects(read_vault(tmp_path), NOTHING) if isinstance(s, ComputationSubject)]


@pytest.mark.parametrize(
    ("formula", "source"),
    [
        (r"v_{t+1} = \beta v_t + g_{i-1}", "v_t_plus_1 = beta * v_t + g_i_minus_1"),
        (r"y = 2.1x_1 - 0.5x_2^2", "y = 2.1 * x_1 - 0.5 * x_2 ** 2"),
        (r"e_t = y_t \cdot 2 - \hat{y}_t", "e_t = y_t * 2 - y_hat_t"),
        (
            r"f(x) = \frac{e^{-\frac{(x-\mu)^2}{2\sigma^2}}}{\sigma\sqrt{2\pi}}",
            "f = exp(-(x - mu) ** 2 / (2 * sigma ** 2)) / (sigma * sqrt(2 * pi))",
        ),
        (r"\tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}", "f = (exp(x) - exp(-x)) / (exp(x) + exp(-x))"),
        (r"\mathcal{L} = (y - \hat{y})^2", "L = (y - y_hat) ** 2"),
        (r"R(w) = \lambda w^2", "R = lam * w ** 2"),
    ],
)
def test_a_formula_keeps_its_authors_form(tmp_path: Path, formula: str, source: str) -> None:
    (subject,) = found(tmp_path, formula)
    assert subject.computation.source == source
    assert subject.span.line == 4


@pytest.mark.parametrize(
    "formula",
    [r"s(t) = (x * w)(t) + 1", r"z^{(l)} = w^{(l)} a^{(l-1)} + b^{(l)}", r"a = \sigma{(W x + b)}", "y = E x + 1"],
)
def test_a_formula_that_is_no_arithmetic_of_numbers_is_left_out(tmp_path: Path, formula: str) -> None:
    assert found(tmp_path, formula) == []


def test_the_same_formula_under_other_names_is_one_subject(tmp_path: Path) -> None:
    (subject,) = found(tmp_path, r"s(x) = \frac{1}{1 + e^{-x}}", r"g(z) = \frac{1}{1 + e^{-z}}")
    assert subject.computation.inputs == ("x",)


def test_equal_parts_of_a_computation_are_one_node() -> None:
    done = pleasant(read_expression("(exp(x) - exp(-x)) / (exp(x) + exp(-x))", "f"), random.Random(0))
    assert done is not None
    assert [node.operation for node in done.steps].count("exp") == 2


@pytest.mark.parametrize(
    ("expression", "name", "fits"),
    [
        ("x / sqrt(n)", "n", lambda v: v >= 2 and v == int(v)),
        ("l + h * t", "h", lambda v: v >= 1 and v == int(v)),
        ("(x - mu) / s", "s", lambda v: v > 0),
        ("v / (1 - beta_1 ** 2)", "beta_1", lambda v: 0 < v < 1),
        ("a * x + (1 - a) * y", "a", lambda v: 0 < v < 1),
        ("2 * q - p", "p", lambda v: 0 < v < 1),
        ("error + c * complexity", "error", lambda v: v >= 0),
        ("a / (a + b)", "b", lambda v: v > 0),
        ("2 * q - log(u)", "u", lambda v: v > 0),
    ],
)
def test_a_value_fits_what_the_name_stands_for(expression: str, name: str, fits: object) -> None:
    computation = read_expression(expression)
    for seed in range(20):
        done = pleasant(computation, random.Random(seed))
        assert done is not None
        assert fits(done.at[name])  # type: ignore[operator]


def test_nobody_is_asked_to_differentiate_by_a_count(tmp_path: Path) -> None:
    (subject,) = found(tmp_path, r"z = \frac{x - \mu}{s / \sqrt{n}}")
    assert subject.wrt == ("x", "mu", "s")
    exercise = FAMILIES["backward-table"](subject, 0)
    assert exercise is not None
    assert "n" not in {part.label for part in exercise.parts}


@pytest.mark.parametrize(
    ("source", "output", "variable", "key"),
    [
        ("P = a / (a + b)", "P", "a", "b/(a + b)**2"),
        ("y = 0.3 * x ** 2", "y", "x", "0.6*x"),
        ("y = a * x ** n", "y", "a", "x**n"),
        ("o = p / (1 - p)", "o", "p", "1/(p - 1)**2"),
    ],
)
def test_a_symbolic_key_has_a_simple_form(source: str, output: str, variable: str, key: str) -> None:
    computation = read(source, output)
    derivative = derivative_of(computation, variable)
    assert derivative is not None
    assert typed(derivative, computation) == key


@pytest.mark.parametrize(
    ("expression", "family"),
    [("x + y + z", "backward-table"), ("3 * x + 2 * y", "symbolic-gradient"), ("abs(x - y)", "symbolic-gradient")],
)
def test_a_trivial_or_untypable_exercise_is_not_asked(expression: str, family: str) -> None:
    note = parse_note("Sum.md", "Some words.\n")
    computation = read_expression(expression)
    subject = ComputationSubject(note, note.blocks[0].span, computation, computation.inputs)
    assert FAMILIES[family](subject, 0) is None


def test_the_reason_names_an_operation_on_the_wrong_entry() -> None:
    note = parse_note("Sum.md", "Some words.\n")
    computation = read("p = w*x + b\nloss = (p - y)**2", "loss")
    subject = ComputationSubject(note, note.blocks[0].span, computation, ("w", "b"))
    for seed in range(40):
        exercise = FAMILIES["wrong-entry"](subject, seed)
        assert exercise is not None
        wrong = exercise.parts[0].key
        reason = exercise.solution.split("It is used in `")[1].split("`")[0]
        assert wrong in reason.split(" = ")[1].split()


def block_subject(code: str, edit: str, into: str) -> BlockSubject:
    note = parse_note("Block.md", f"```python\n{code}\n```\n")
    at = note.text.index(edit)
    fix = Fix("mend it", (Edit(note.source.span(at, at + len(edit)), into),), verified=True)
    block = note.code_blocks[0]
    result = BlockResult("Block.md", 1, "python", Status.SYNTAX, "", "", "Block.md", block.span, fix)
    return BlockSubject(note, block, result, True)


def test_the_mended_line_keeps_its_indentation() -> None:
    exercise = FAMILIES["spot-the-defect"](block_subject("if w:\n    loss = (w)2\nprint(1)", ")2", ")**2"), 0)
    assert exercise is not None
    assert exercise.parts[1].key == "    loss = (w)**2"
    assert [dict(wrong.answers) for wrong in exercise.misconceptions] == [{"line": "3"}]


def test_a_defect_that_cannot_be_seen_is_not_asked_for() -> None:
    assert FAMILIES["spot-the-defect"](block_subject("w = 1\n  loss = w", "  loss", "loss"), 0) is None


@pytest.mark.parametrize(("shown", "asked"), [("14", True), ("15", False)])
def test_an_output_that_the_note_shows_otherwise_is_not_asked_for(shown: str, asked: bool) -> None:
    note = parse_note("Block.md", f"```python\nprint(2 * 7)\n```\n\nOutput:\n\n```\n{shown}\n```\n")
    block = note.code_blocks[0]
    result = BlockResult("Block.md", 1, "python", Status.RAN, "", "14\n", "Block.md", block.span)
    exercise = FAMILIES["predict-output"](BlockSubject(note, block, result, True), 0)
    assert (exercise is not None) is asked
