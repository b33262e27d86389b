"""Dual numbers a + b e with e^2 = 0: forward mode as arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Dual:
    """A value and its tangent; both may be any kind of number.

    >>> x = Dual(3.0, 1.0)
    >>> x * x + 2 / x
    Dual(9.666666666666666, 5.777777777777778)
    """

    __slots__ = ("tangent", "value")

    def __init__(self, value: Any, tangent: Any = 0.0) -> None:
        self.value = value
        self.tangent = tangent

    def __repr__(self) -> str:
        return f"Dual({self.value}, {self.tangent})"

    def apply(self, function: Callable[[Any], Any], slope: Callable[[Any, Any], Any]) -> Dual:
        """A function of the number; `slope` gives its derivative from argument and value."""
        value = function(self.value)
        return Dual(value, slope(self.value, value) * self.tangent)

    def __bool__(self) -> bool:
        return bool(self.value) or bool(self.tangent)

    def __add__(self, other: Any) -> Dual:
        other = _dual(other)
        return Dual(self.value + other.value, self.tangent + other.tangent)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dual:
        other = _dual(other)
        return Dual(self.value - other.value, self.tangent - other.tangent)

    def __rsub__(self, other: Any) -> Dual:
        return _dual(other) - self

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.tangent)

    def __mul__(self, other: Any) -> Dual:
        other = _dual(other)
        return Dual(self.value * other.value, self.tangent * other.value + self.value * other.tangent)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        other = _dual(other)
        quotient = self.value / other.value
        return Dual(quotient, (self.tangent - quotient * other.tangent) / other.value)

    def __rtruediv__(self, other: Any) -> Dual:
        return _dual(other) / self

    def __pow__(self, exponent: float) -> Dual:
        slope = exponent * self.value ** (exponent - 1) if exponent != 0 else 0
        return Dual(self.value**exponent, slope * self.tangent)

    def __eq__(self, other: object) -> bool:
        other = _dual(other)
        return bool(self.value == other.value and self.tangent == other.tangent)

    __hash__ = None  # type: ignore[assignment]

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > _dual(other).value)

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < _dual(other).value)


def _dual(number: Any) -> Dual:
    return number if isinstance(number, Dual) else Dual(number)
