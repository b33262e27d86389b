"""Programs put together step by step: equal steps are one step, and exact numbers are computed at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy

from notevault.frontends.comparison import numbers
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.steps import Program, Step, TooLargeError, excerpt, reachable

MAX_STEPS = 20_000
MAX_BITS = 4_096
MAX_WRITTEN_BITS = 14_000
"""Python writes out no whole number of more than 4,300 digits."""
"""Exact numbers longer than this are not multiplied out."""


class Builder:
    """A growing list of steps; a step is named by its index."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.constants: list[Fraction | bool | None] = []
        self._index: dict[tuple[Any, ...], int] = {}

    def symbol(self, symbol: Expr) -> int:
        """The step that is a symbol."""
        return self._add(Step("symbol", (), symbol), None)

    def number(self, number: Expr) -> int:
        """The step that is a sympy number, a constant, or a truth value; raises TooLargeError."""
        if number in (sympy.true, sympy.false):
            return self._add(Step("number", (), number), bool(number))
        value = numbers.fraction(number) if number.is_Rational else None
        if value is not None and _bits(value) > MAX_WRITTEN_BITS:
            raise TooLargeError("a number of more than 4,000 digits")
        return self._add(Step("number", (), number), value)

    def apply(self, head: str, *operands: int) -> int:
        """The step that applies a head; a number where all operands are exact ones."""
        if head == "Piecewise":
            return self._piecewise(operands)
        if head in numbers.FRACTIONS:
            known = [self.constants[operand] for operand in operands]
            if known and all(value is not None and _bits(value) <= MAX_BITS for value in known):
                value = numbers.FRACTIONS[head](*known)
                if value is not None and _bits(value) <= MAX_BITS:
                    return self.number(exact_number(value))
        return self._add(Step(head, operands), None)

    def _piecewise(self, flat: Sequence[int]) -> int:
        """Branches that can never be taken fall away."""
        kept: list[int] = []
        for value, condition in zip(flat[::2], flat[1::2], strict=True):
            holds = self.constants[condition]
            if holds is not None and not holds:
                continue
            if holds is not None and not kept:
                return value
            kept += (value, condition)
            if holds is not None:
                break
        return self._add(Step("Piecewise", tuple(kept)), None) if kept else self.number(sympy.nan)

    def _add(self, step: Step, constant: Fraction | bool | None) -> int:
        key = (step.head, step.operands, step.leaf)
        if key not in self._index:
            if len(self.steps) >= MAX_STEPS:
                raise TooLargeError(f"an expression of more than {MAX_STEPS} parts")
            self._index[key] = len(self.steps)
            self.steps.append(step)
            self.constants.append(constant)
        return self._index[key]

    def program(self, outputs: Sequence[int]) -> Program:
        """The program that computes these steps."""
        return excerpt(self.steps, outputs)

    def replaced(self, output: int, places: Mapping[int, int]) -> int:
        """The step `output` with other steps in the place of some that it uses."""
        new: dict[int, int] = {}
        for index in reachable(self.steps, [output]):
            step = self.steps[index]
            if index in places:
                new[index] = places[index]
            elif step.operands:
                new[index] = self.apply(step.head, *(new[operand] for operand in step.operands))
            else:
                new[index] = index
        return new[output]


def exact_number(value: Fraction | bool | int) -> Expr:
    """A truth value or a fraction as sympy has it."""
    if isinstance(value, bool):
        return sympy.true if value else sympy.false
    fraction = Fraction(value)
    return sympy.Rational(fraction.numerator, fraction.denominator)


def _bits(value: Fraction | bool | int) -> int:
    fraction = Fraction(value)
    return fraction.numerator.bit_length() + fraction.denominator.bit_length()
