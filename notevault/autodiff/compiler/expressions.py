"""Python expressions for single numbers: what is written with operators, what as a function, with few parentheses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

TERNARY, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Expression:
    """Source text and how strongly its outermost operator binds."""

    text: str
    binds: int = ATOM

    def within(self, least: int) -> str:
        """The text, in parentheses where the surroundings bind stronger than `least` allows."""
        return self.text if self.binds >= least else f"({self.text})"


# name: (template, binding of the result, binding that each operand must have)
OPERATORS: Mapping[str, tuple[str, int, tuple[int, ...]]] = {
    "add": ("{0} + {1}", SUM, (SUM, SUM)),
    "sub": ("{0} - {1}", SUM, (SUM, PRODUCT)),
    "mul": ("{0} * {1}", PRODUCT, (PRODUCT, SIGN)),
    "div": ("{0} / {1}", PRODUCT, (PRODUCT, SIGN)),
    "mod": ("{0} % {1}", PRODUCT, (PRODUCT, SIGN)),
    "neg": ("-{0}", SIGN, (SIGN,)),
    "pow": ("{0}**{1}", POWER, (ATOM, SIGN)),
    "square": ("{0} * {0}", PRODUCT, (SIGN,)),
    "reciprocal": ("1 / {0}", PRODUCT, (SIGN,)),
    "greater": ("{0} > {1}", COMPARISON, (SUM, SUM)),
    "greater_equal": ("{0} >= {1}", COMPARISON, (SUM, SUM)),
    "less": ("{0} < {1}", COMPARISON, (SUM, SUM)),
    "less_equal": ("{0} <= {1}", COMPARISON, (SUM, SUM)),
    "equal": ("{0} == {1}", COMPARISON, (SUM, SUM)),
    "not_equal": ("{0} != {1}", COMPARISON, (SUM, SUM)),
    "where": ("{1} if {0} else {2}", TERNARY, (COMPARISON, COMPARISON, TERNARY)),
    "relu": ("0.0 if {0} <= 0 else {0}", TERNARY, (SUM,)),
    "sign": ("({0} > 0) - ({0} < 0)", SUM, (SUM,)),
    "abs": ("abs({0})", ATOM, (TERNARY,)),
}
FUNCTIONS = {
    "exp": "exp", "log": "log", "log2": "log2", "log10": "log10", "log1p": "log1p", "expm1": "expm1", "sqrt": "sqrt",
    "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin", "acos": "acos", "atan": "atan", "atan2": "atan2",
    "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "asinh": "asinh", "acosh": "acosh", "atanh": "atanh",
    "erf": "erf", "erfc": "erfc", "hypot": "hypot",
}  # fmt: skip
"""Primitives that the module `math` has under a name of its own."""


def can_be_written(op: str) -> bool:
    """Whether a primitive on single numbers has a Python expression."""
    return op in OPERATORS or op in FUNCTIONS


def write(op: str, operands: Sequence[Expression]) -> Expression:
    """The expression of a primitive.

    >>> a, b = Expression("a"), Expression("b")
    >>> write("mul", [write("add", [a, b]), write("neg", [b])]).text
    '(a + b) * -b'
    """
    if op in FUNCTIONS:
        return Expression(f"{FUNCTIONS[op]}({', '.join(operand.text for operand in operands)})")
    if op == "pow" and not operands[1].text.lstrip("-").isdecimal():
        # Python's own ** of a negative number to a broken power is complex; that of `math` is an error, as 1 / 0 is
        return Expression(f"pow({operands[0].text}, {operands[1].text})")
    template, binds, least = OPERATORS[op]
    return Expression(template.format(*(o.within(n) for o, n in zip(operands, least, strict=True))), binds)


def returned(value: Any, text: str) -> str:
    """A constant that is returned: of its own type, where in a formula `text` will do (2 for 2.0).

    >>> returned(np.float64(10.0), "10"), returned(np.float64(0.5), "0.5")
    ('10.0', '0.5')
    """
    plain = value.item() if isinstance(value, np.generic) else value
    return repr(plain) if isinstance(plain, (bool, float)) and np.isfinite(plain) else text


def number(value: float) -> Expression:
    """A constant; whole numbers without a decimal point.

    >>> number(2.0).text, number(-0.5).text
    ('2', '-0.5')
    """
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 (NaN alone differs from itself)
        return Expression(f'float("{value}")')
    text = repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
    return Expression(text, SIGN if value < 0 else ATOM)
