"""Exercises: every worked solution grades as right, every named misconception as wrong, with its feedback."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notevault.checks.model import BlockResult, Status
from notevault.diagnostics import Edit, Fix
from notevault.frontends.straightline import read, read_expression
from notevault.notes.model import Note
from notevault.notes.parse import parse_note
from notevault.study.exercises import FAMILIES, grade
from notevault.study.exercises.subject import BlockSubject, ComputationSubject, Subject
from notevault.study.model import Exercise

SEEDS = 200

COMPUTATIONS = {
    "squared error": (read("p = w*x + b\nloss = (p - y)**2", "loss"), ("w", "b")),
    "two paths": (read_expression("x**2*y + sin(y)"), ("x", "y")),
    "bell": (read_expression("exp(-a*x**2)"), ("x",)),
    "logarithm": (read_expression("log(1 + x**2)"), ("x",)),
}
DEFECT = """\
```python
y = 3
w = 2
loss = (w - y)2
print(loss)
```
"""
PRINTS = """\
```python
total = 0
for k in (1, 2, 3):
    total = total + k * k
    print(k, total)
```
"""


def computation_subject(name: str) -> ComputationSubject:
    note = parse_note("Backprop.md", "Some words.\n")
    computation, wrt = COMPUTATIONS[name]
    return ComputationSubject(note, note.blocks[0].span, computation, wrt)


def block_subject(text: str, status: Status, stdout: str = "", fix: Fix | None = None) -> BlockSubject:
    note = parse_note("Block.md", text)
    block = note.code_blocks[0]
    result = BlockResult("Block.md", 1, "python", status, "", stdout, "Block.md", block.span, fix)
    return BlockSubject(note, block, result, True)


def defect_subject() -> BlockSubject:
    note: Note = parse_note("Block.md", DEFECT)
    at = note.text.index(")2") + 1
    return block_subject(
        DEFECT, Status.SYNTAX, fix=Fix("insert `**`", (Edit(note.source.span(at, at), "**"),), verified=True)
    )


SUBJECTS: dict[str, Subject] = {
    **{name: computation_subject(name) for name in COMPUTATIONS},
    "defect": defect_subject(),
    "prints": block_subject(PRINTS, Status.RAN, "1 1\n2 5\n3 14\n"),
}


def made(family: str, seeds: int = SEEDS) -> list[Exercise]:
    exercises = (FAMILIES[family](subject, seed) for subject in SUBJECTS.values() for seed in range(seeds))
    return [exercise for exercise in exercises if exercise is not None]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_worked_solution_is_right_and_a_misconception_is_wrong_with_its_feedback(family: str) -> None:
    exercises = made(family)
    assert len(exercises) >= SEEDS
    for exercise in exercises:
        assert grade(exercise, {part.label: part.key for part in exercise.parts}).correct, exercise
        for misconception in exercise.misconceptions:
            result = grade(exercise, misconception.answers)
            assert not result.correct
            assert misconception.feedback in result.feedback, exercise


@pytest.mark.parametrize("family", FAMILIES)
def test_the_key_stands_in_the_worked_solution_and_not_in_the_question(family: str) -> None:
    for exercise in made(family, 5):
        last = exercise.parts[-1].key
        assert last in exercise.solution
        assert f"= {last}\n" not in exercise.prompt


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_gives_the_same_exercise(family: str) -> None:
    assert made(family, 3) == made(family, 3)


@pytest.mark.parametrize("family", ["forward-table", "backward-table", "optimiser-step", "wrong-entry"])
def test_another_seed_gives_other_numbers(family: str) -> None:
    prompts = {exercise.prompt for exercise in made(family, 20)}
    assert len(prompts) >= 15


@pytest.mark.parametrize(
    "answer",
    ["2x(wx+b-y)", "2*x*(b + w*x - y)", "2wx^2 + 2bx - 2xy", r"2x \left( w x + b - y \right)", "-2x(y - b - wx)"],
)
def test_every_equivalent_formula_is_right(answer: str) -> None:
    computation, _ = COMPUTATIONS["squared error"]
    note = parse_note("Backprop.md", "Some words.\n")
    subject = ComputationSubject(note, note.blocks[0].span, computation, ("w",))
    exercise = FAMILIES["symbolic-gradient"](subject, 0)
    assert exercise is not None
    assert grade(exercise, {"derivative": answer}).correct


HUGE = "9" * 400 + "**" + "9" * 400


@pytest.mark.parametrize("answer", ["", "2x", "import os", "x" * 5000, "2*(", "__import__('os')", HUGE])
def test_a_wrong_or_hostile_answer_is_wrong_and_nothing_more(answer: str) -> None:
    exercise = FAMILIES["symbolic-gradient"](SUBJECTS["squared error"], 0)
    assert exercise is not None
    assert not grade(exercise, {"derivative": answer}).correct


@pytest.mark.parametrize("answer", ["12", "12.0", "24/2", r"\frac{24}{2}", "1.2e1", "2*6", "12.01"])
def test_every_equivalent_number_is_right(answer: str) -> None:
    exercise = FAMILIES["forward-table"](SUBJECTS["squared error"], 0)
    assert exercise is not None
    part = replace(exercise.parts[0], key="12")
    assert grade(replace(exercise, parts=(part,)), {part.label: answer}).correct


def test_a_defect_can_be_mended_in_any_equal_way() -> None:
    exercise = FAMILIES["spot-the-defect"](SUBJECTS["defect"], 0)
    assert exercise is not None
    for line in ("loss = (w - y)**2", "loss=(w-y)*(w-y)", "loss = (y - w) ** 2"):
        assert grade(exercise, {"line": "3", "corrected line": line}).correct
    assert not grade(exercise, {"line": "3", "corrected line": "loss = (w - y)*2"}).correct


def test_white_space_and_number_forms_do_not_matter_in_an_output() -> None:
    exercise = FAMILIES["predict-output"](SUBJECTS["prints"], 0)
    assert exercise is not None
    answers = {"line 1": " 1  1", "line 2": "2 5.0", "line 3": "3 14"}
    assert grade(exercise, answers).correct
    assert not grade(exercise, {**answers, "line 3": "3 15"}).correct
