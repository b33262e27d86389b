"""Grading: every answer that is equivalent to the key is right; nothing that a student types is ever run."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import Expr

from notevault.frontends import infix
from notevault.frontends.comparison import identity
from notevault.frontends.latex.expression import expression
from notevault.frontends.latex.lowering import AbstractError
from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.symbolic.expressions import ExpressionError
from notevault.study.exercises.code import same_code
from notevault.study.model import AnswerKind, Exercise, Part

RELATIVE_TOLERANCE = 5e-3
"""Answers may be rounded to three significant digits."""

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Grade:
    """What became of an answer: which parts are right, and what to tell the student."""

    correct: bool
    parts: Mapping[str, bool]
    feedback: tuple[str, ...]


def grade(exercise: Exercise, answers: Mapping[str, str]) -> Grade:
    """Grade `answers`, given by the labels of the exercise's parts; a part without an answer is wrong."""
    parts = {part.label: is_right(part, answers.get(part.label, "")) for part in exercise.parts}
    if all(parts.values()):
        return Grade(True, parts, ())
    asked = {part.label: part for part in exercise.parts}
    feedback = tuple(
        misconception.feedback
        for misconception in exercise.misconceptions
        if all(
            is_right(replace(asked[label], key=wrong), answers.get(label, ""))
            for label, wrong in misconception.answers.items()
        )
    )
    return Grade(False, parts, feedback)


def is_right(part: Part, answer: str) -> bool:
    """Whether `answer` is equivalent to the part's key."""
    return bool(answer.strip()) and _COMPARE[part.kind](part, answer)


def read_expression(answer: str, names: Collection[str] | None = None) -> Expr | None:
    r"""What a student typed, as plain text (`2x(wx+b-y)`) or as LaTeX (`\frac{1}{2}`); None if it is neither."""
    text = answer.strip().strip("$").strip()
    try:
        return infix.parse(text, names)
    except (infix.ParseError, ExpressionError):
        pass
    try:
        return expression(text)
    except (NotUnderstoodError, AbstractError):
        return None


def _same_number(part: Part, answer: str) -> bool:
    expected, given = _number(part.key), _number(answer)
    if expected is None or given is None:
        return False
    return abs(given - expected) <= RELATIVE_TOLERANCE * abs(expected) + 1e-9


def _number(text: str) -> float | None:
    if _NUMBER.fullmatch(text.strip()):
        return float(text)
    value_ = read_expression(text)
    if value_ is None or not value_.is_number:
        return None
    value = complex(value_.evalf(15))
    return value.real if abs(value.imag) < 1e-12 else None


@lru_cache(maxsize=4096)
def _same_expression(part: Part, answer: str) -> bool:
    """Remembered: the seeds of one exercise differ in their numbers, not in their formulas."""
    names = part.names or None
    expected, given = read_expression(part.key, names), read_expression(answer, names)
    if expected is None or given is None:
        return False
    return identity.equal(expected, given).equal


def _same_text(part: Part, answer: str) -> bool:
    """White space does not matter, and a number may be written in another way (`2` for `2.0`)."""
    expected, given = part.key.split(), answer.split()
    return len(expected) == len(given) and all(map(_same_word, expected, given))


def _same_word(expected: str, given: str) -> bool:
    if expected == given:
        return True
    if _NUMBER.sub("#", expected) != _NUMBER.sub("#", given):
        return False
    pairs = zip(_NUMBER.findall(expected), _NUMBER.findall(given), strict=True)
    return all(abs(float(a) - float(b)) <= 1e-9 * max(1.0, abs(float(a))) for a, b in pairs)


_COMPARE: Mapping[AnswerKind, Callable[[Part, str], bool]] = {
    AnswerKind.NUMBER: _same_number,
    AnswerKind.EXPRESSION: _same_expression,
    AnswerKind.TEXT: _same_text,
    AnswerKind.CODE: lambda part, answer: same_code(part.key, answer),
}
