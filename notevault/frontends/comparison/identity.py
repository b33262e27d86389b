"""Whether two expressions are equal, decided at points: never by rewriting, so that it always ends.

Rational functions are compared exactly (see `rational`). Everything else is computed with 30 digits at random real
points; a difference counts only if it is still there with as many digits as are needed (see `precision`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from notevault.frontends.claims import Confidence
from notevault.frontends.comparison import numbers, rational
from notevault.frontends.comparison.comparing import Comparison
from notevault.frontends.comparison.sampling import Domain, Point
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.programs import Program, TooLargeError, UnknownHeadError, flatten

TRIED = 48


class Answer(StrEnum):
    """The three answers."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Identity:
    """The answer, and what it rests on.

    `points` were compared; `skipped` were left out because a side is not a real number there (`one_sided` of them
    because only one is). `domain` says in words which names were not any real number. `counterexample` is
    `{"at": {name: number}, "claimed": number, "computed": number}` where `claimed` is the second expression's value
    and `computed` the first one's; of several pairs it is one of pair number `pair`.
    """

    answer: Answer
    confidence: Confidence | None = None
    points: int = 0
    skipped: int = 0
    one_sided: int = 0
    largest_error: float = 0.0
    counterexample: Mapping[str, Any] | None = None
    reason: str = ""
    domain: str = ""
    pair: int = 0

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
    return decide(program, Domain(positive, integer, unit), seed=seed)


def decide(program: Program, domain: Domain | None = None, *, seed: int = 0) -> Identity:
    """Whether the outputs of a program are equal in pairs: the first to the second, the third to the fourth."""
    domain = domain or Domain()
    found = _exactly(program, seed) if rational.is_rational(program) else None
    return replace(found or _at_points(program, domain, seed), domain=domain.told(program.symbols))


def _exactly(program: Program, seed: int) -> Identity | None:
    """The answer for rational functions; None when no point decides (then the reals are asked)."""
    agree = rational.agree(program, seed)
    if agree is None:
        return None
    if agree:
        return Identity(Answer.EQUAL, Confidence.EXACT, points=rational.MODULAR_POINTS)
    found = rational.first_difference(program, seed, TRIED)
    if found is None:
        return None
    tried, point, pair, first, second = found
    shown = counterexample(point, claimed=second, computed=first)
    reason = _told_gap(shown, first, second)
    return Identity(Answer.DIFFERENT, Confidence.EXACT, points=tried, counterexample=shown, reason=reason, pair=pair)


def _at_points(program: Program, domain: Domain, seed: int) -> Identity:
    compared = Comparison(program, domain, seed)
    difference = compared.first_difference(TRIED)
    confidence = Confidence.NUMERIC if compared.inexact else Confidence.IDENTITY_TEST
    counts = (compared.compared, compared.skipped, compared.one_sided, compared.largest_error)
    if difference is not None:
        point, pair, first, second = difference
        shown = counterexample(point, claimed=second, computed=first)
        reason = _told_gap(shown, first, second)
        return Identity(Answer.DIFFERENT, confidence, *counts, shown, reason, pair=pair)
    if compared.doubt:
        return Identity(Answer.UNDETERMINED, None, *counts, reason=compared.doubt)
    reason = ""
    if compared.one_sided:
        reason = f"equal where both sides are defined; at {compared.one_sided} points only one is"
    return Identity(Answer.EQUAL, confidence, *counts, reason=reason)


def _told_gap(shown: Mapping[str, Any], first: Any, second: Any) -> str:
    """What the numbers of a counterexample do not show when they are equal in their first digits."""
    return f"the two differ by {float(abs(first - second)):.1e}" if shown["claimed"] == shown["computed"] else ""


def counterexample(point: Point, *, claimed: Any, computed: Any) -> dict[str, Any]:
    """A point and the two values there as plain numbers."""
    at = {symbol.name: _plain_fraction(value) for symbol, value in point.items()}
    return {"at": at, "claimed": numbers.plain(claimed), "computed": numbers.plain(computed)}


def _plain_fraction(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)
