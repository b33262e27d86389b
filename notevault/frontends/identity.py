"""Whether two expressions are equal, decided at points: never by rewriting, so that it always ends.

Rational functions are compared exactly, modulo a prime (Schwartz and Zippel: two different polynomials of degree d
agree at a random point of a field of p elements with probability at most d / p). Everything else is computed with 30
digits at random real points; a difference counts only if it is still there with 60 digits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import islice
from typing import Any

from notevault.frontends import numbers
from notevault.frontends.claims import Confidence
from notevault.frontends.expressions import Expr
from notevault.frontends.programs import Program, TooLargeError, UnknownHeadError, flatten
from notevault.frontends.sampling import Point, points

WANTED = 12
TRIED = 48
ENOUGH = 4
MAX_DEGREE = 2**20
MODULAR_POINTS = 3


class Answer(StrEnum):
    """The three answers."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Identity:
    """The answer, and what it rests on.

    `points` were compared; `skipped` were left out because a side is not a real number there (`one_sided` of them
    because only one is). `counterexample` is `{"at": {name: number}, "claimed": number, "computed": number}` where
    `claimed` is the second expression's value and `computed` the first one's.
    """

    answer: Answer
    confidence: Confidence | None = None
    points: int = 0
    skipped: int = 0
    one_sided: int = 0
    largest_error: float = 0.0
    counterexample: Mapping[str, Any] | None = None
    reason: str = ""

    @property
    def equal(self) -> bool:
        """Whether the answer is "equal"."""
        return self.answer is Answer.EQUAL

    @property
    def different(self) -> bool:
        """Whether the answer is "different"."""
        return self.answer is Answer.DIFFERENT


def equal(
    a: Expr,
    b: Expr,
    *,
    positive: Collection[str] = (),
    integer: Collection[str] = (),
    unit: Collection[str] = (),
    seed: int = 0,
) -> Identity:
    """Whether `a` and `b` have the same value at all real points where both are defined.

    Names in `positive`, `integer` and `unit` (between 0 and 1) only take such values.

    >>> import sympy
    >>> x, w = sympy.symbols("x w")
    >>> str(equal((x + w) ** 2, x**2 + 2 * x * w + w**2).answer)
    'equal'
    >>> equal(3 * x**2, 3 * x).counterexample
    {'at': {'x': 2}, 'claimed': 6, 'computed': 12}
    >>> equal(sympy.log(x**2), 2 * sympy.log(x)).reason
    'equal where both sides are defined; at 3 points only one is'
    """
    try:
        program = flatten(a, b, heads=numbers.HEADS)
    except (UnknownHeadError, TooLargeError) as error:
        return Identity(Answer.UNDETERMINED, reason=str(error))
    if _is_rational_function(program):
        decided = _decide_exactly(program, seed)
        if decided is not None:
            return decided
    return _Comparison(
        program, points(program.symbols, positive=positive, integer=integer, unit=unit, seed=seed)
    ).decide()


def _is_rational_function(program: Program) -> bool:
    """Only +, * and small whole powers of exact numbers: then a fraction of polynomials of bounded degree."""
    degrees: list[int] = []
    for step in program.steps:
        degree = _degree(program, step.head, step.operands, degrees)
        if step.head == "number" and not step.leaf.is_Rational:
            return False
        if degree is None or degree > MAX_DEGREE:
            return False
        degrees.append(degree)
    return True


def _degree(program: Program, head: str, operands: tuple[int, ...], degrees: list[int]) -> int | None:
    """A bound for the degree of numerator and denominator of one step; None when it is no fraction of polynomials."""
    if head in {"symbol", "number"}:
        return int(head == "symbol")
    if head in {"Add", "Mul"}:
        return sum(degrees[operand] for operand in operands)
    if head == "Pow":
        exponent = program.steps[operands[1]].leaf
        if exponent is not None and exponent.is_Integer and abs(exponent) <= MAX_DEGREE:
            return degrees[operands[0]] * abs(int(exponent))
    return None


def _decide_exactly(program: Program, seed: int) -> Identity | None:
    """The answer for two rational functions; None when no point decides (then the reals are asked)."""
    agreed = 0
    for point in islice(points(program.symbols, seed=seed), 4 * MODULAR_POINTS):
        residues = {symbol: _spread(value) for symbol, value in point.items()}
        first, second = program.run(numbers.MODULAR, numbers.residue, residues)
        if first is None or second is None:
            continue
        if first != second:
            return _different_fractions(program, seed)
        agreed += 1
        if agreed == MODULAR_POINTS:
            return Identity(Answer.EQUAL, Confidence.EXACT, points=agreed)
    return None


def _spread(value: Fraction) -> int:
    """A residue far from the small numbers that appear in formulas; different fractions give different ones."""
    return (value.numerator * 1_000_003**3 + value.denominator * 998_244_353) % numbers.PRIME


def _different_fractions(program: Program, seed: int) -> Identity | None:
    """A counterexample in exact fractions, the simplest point first."""
    for tried, point in enumerate(islice(points(program.symbols, seed=seed), TRIED)):
        first, second = program.run(numbers.FRACTIONS, numbers.fraction, point)
        if first is not None and second is not None and first != second and numbers.shown(first, second):
            shown = _counterexample(point, claimed=second, computed=first)
            return Identity(Answer.DIFFERENT, Confidence.EXACT, points=tried + 1, counterexample=shown)
    return None


class _Comparison:
    """Two expressions, compared point by point with many digits."""

    def __init__(self, program: Program, tried: Iterator[Point]) -> None:
        self.program = program
        self.points = tried
        self.inexact = any(step.head == "number" and step.leaf.is_Float for step in program.steps)
        self.compared = self.skipped = self.one_sided = 0
        self.largest_error = 0.0

    def decide(self) -> Identity:
        for point in islice(self.points, TRIED if self.program.symbols else 1):
            found = self._compare(point)
            if found is not None:
                return found
            if self.compared == WANTED:
                break
        if self.compared < (ENOUGH if self.program.symbols else 1):
            reason = f"both sides are real numbers at only {self.compared} of {self.compared + self.skipped} points"
            return self._answer(Answer.UNDETERMINED, None, reason=reason)
        reason = ""
        if self.one_sided:
            reason = f"equal where both sides are defined; at {self.one_sided} points only one is"
        return self._answer(Answer.EQUAL, self._confidence(), reason=reason)

    def _confidence(self) -> Confidence:
        return Confidence.NUMERIC if self.inexact else Confidence.IDENTITY_TEST

    def _answer(self, answer: Answer, confidence: Confidence | None, **more: Any) -> Identity:
        return Identity(answer, confidence, self.compared, self.skipped, self.one_sided, self.largest_error, **more)

    def _values(self, point: Point, digits: int) -> tuple[Any, Any]:
        system, number, context = numbers.reals(digits)
        values = {s: context.mpf(v.numerator) / v.denominator for s, v in point.items()}
        first, second = self.program.run(system, number, values)
        return first, second

    def _compare(self, point: Point) -> Identity | None:
        first, second = self._values(point, 30)
        if first is None or second is None:
            self.skipped += 1
            self.one_sided += (first is None) != (second is None)
            return None
        self.compared += 1
        error = _relative(first, second)
        if error <= (1e-9 if self.inexact else 1e-22):
            self.largest_error = max(self.largest_error, float(error))
            return None
        first, second = self._values(point, 60)
        if first is None or second is None or _relative(first, second) <= (1e-9 if self.inexact else 1e-40):
            return None
        if not numbers.shown(first, second):
            self.skipped += 1
            return None
        return self._answer(
            Answer.DIFFERENT, self._confidence(), counterexample=_counterexample(point, claimed=second, computed=first)
        )


def _relative(first: Any, second: Any) -> Any:
    """The difference relative to the larger of the two; absolute below one."""
    if isinstance(first, bool) or isinstance(second, bool):
        return 0 if first == second else 1
    return abs(first - second) / (1 + max(abs(first), abs(second)))


def _counterexample(point: Point, *, claimed: Any, computed: Any) -> dict[str, Any]:
    at = {symbol.name: _plain_fraction(value) for symbol, value in point.items()}
    return {"at": at, "claimed": numbers.plain(claimed), "computed": numbers.plain(computed)}


def _plain_fraction(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)
