"""Whether two values at a point are equal: computed with as many digits as their own computation loses, and more."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from notevault.frontends.comparison import numbers
from notevault.frontends.comparison.sampling import Point
from notevault.frontends.symbolic.steps import Program

DIGITS = 60
MAX_DIGITS = 1_500
_ROUNDS = 4
_MARGIN = 15
_LOG_OF_TWO = 0.30103


class Gap(Enum):
    """What there is between two values."""

    NOTHING = "nothing"
    SOMETHING = "something"
    UNKNOWN = "unknown"


def gap(program: Program, point: Point, pair: int) -> tuple[Gap, Any, Any]:
    """What is between a pair of outputs at a point, and the two values.

    A sum of large terms loses as many digits as they have before the point, and a small divisor as many as it has
    zeros behind it; the digits grow until twice that and 60 more are there. A gap counts if it is larger than what is
    lost and does not change when the digits are doubled.
    """
    digits, lost = DIGITS, 0
    for _ in range(_ROUNDS):
        results = _run(program, point, digits)
        lost = _digits_lost(program, results, digits)
        needed = DIGITS + 2 * lost
        if needed <= digits:
            break
        if needed > MAX_DIGITS:
            return Gap.UNKNOWN, None, None
        digits = needed
    else:
        return Gap.UNKNOWN, None, None
    first, second = _pair(program, results, pair)
    if first is None or second is None:
        return Gap.UNKNOWN, None, None
    context = numbers.reals(digits)[2]
    distance = distance_of(first, second)
    if distance <= context.mpf(10) ** (_MARGIN + lost - digits):
        return Gap.NOTHING, first, second
    first, second = _pair(program, _run(program, point, 2 * digits), pair)
    if first is None or second is None:
        return Gap.UNKNOWN, None, None
    again = distance_of(first, second)
    if abs(again - distance) <= distance / 1000:
        return Gap.SOMETHING, first, second
    return Gap.NOTHING if again <= distance * context.mpf(10) ** -20 else Gap.UNKNOWN, first, second


def distance_of(first: Any, second: Any) -> Any:
    """The difference; truth values are at a distance of one."""
    if isinstance(first, bool) or isinstance(second, bool):
        return int(first != second)
    return abs(first - second)


def _run(program: Program, point: Point, digits: int) -> list[Any]:
    system, number, context = numbers.reals(digits)
    values = {symbol: context.mpf(value.numerator) / value.denominator for symbol, value in point.items()}
    return program.run_all(system, number, values)


def _pair(program: Program, results: Sequence[Any], pair: int) -> tuple[Any, Any]:
    return results[program.outputs[2 * pair]], results[program.outputs[2 * pair + 1]]


def _digits_lost(program: Program, results: Sequence[Any], digits: int) -> int:
    """The digits before the point of the largest value, or the zeros behind it of the smallest that is no noise."""
    exponents = [_exponent(result) for result in results if _is_number(result)]
    if not exponents:
        return 0
    noise = max(*exponents, 0) - int((digits - _MARGIN) / _LOG_OF_TWO)
    surely_small = [
        _exponent(result)
        for step, result in zip(program.steps, results, strict=True)
        if step.head in _NEVER_NOISE and _is_number(result)
    ]
    counted = [exponent for exponent in exponents if exponent >= noise] + surely_small
    return int(max(abs(exponent) for exponent in [*counted, 0]) * _LOG_OF_TWO)


_NEVER_NOISE = frozenset({"number", "symbol", "exp", "erfc"})
"""What is small here is meant to be; a sum may be small because only rounding is left of it."""


def _is_number(result: Any) -> bool:
    return hasattr(result, "man_exp") and bool(result) and result.man_exp[0] != 0


def _exponent(number: Any) -> int:
    """The power of two that is just above a number."""
    mantissa, exponent = number.man_exp
    return int(exponent) + int(mantissa).bit_length()
