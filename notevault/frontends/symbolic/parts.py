"""Steps with the operators of numbers, so that engine operations can be written down on them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import sympy

from notevault.frontends.symbolic.building import Builder
from notevault.frontends.symbolic.expressions import Expr


@dataclass(frozen=True, slots=True)
class Part:
    """A step of a builder. What is added to nothing or multiplied by one stays itself."""

    builder: Builder
    step: int

    @property
    def constant(self) -> Fraction | bool | None:
        """The exact number that the step is, if it is one."""
        return self.builder.constants[self.step]

    def _other(self, value: Part | int) -> Part:
        return value if isinstance(value, Part) else Part(self.builder, self.builder.number(sympy.Integer(value)))

    def _apply(self, head: str, *operands: Part) -> Part:
        return Part(self.builder, self.builder.apply(head, *(operand.step for operand in operands)))

    def __add__(self, value: Part | int) -> Part:
        other = self._other(value)
        if self.constant == 0:
            return other
        return self if other.constant == 0 else self._apply("Add", self, other)

    def __mul__(self, value: Part | int) -> Part:
        other = self._other(value)
        for one, two in ((self, other), (other, self)):
            if one.constant == 0:
                return one
            if one.constant == 1:
                return two
        return self._apply("Mul", self, other)

    def __pow__(self, value: Part | int) -> Part:
        other = self._other(value)
        if other.constant == 1:
            return self
        return self._other(1) if other.constant == 0 else self._apply("Pow", self, other)

    def __neg__(self) -> Part:
        return self * -1

    def __sub__(self, value: Part | int) -> Part:
        return self + -self._other(value)

    def __rsub__(self, value: int) -> Part:
        return self._other(value) - self

    def __truediv__(self, value: Part | int) -> Part:
        return self * self._other(value) ** -1

    def __rtruediv__(self, value: int) -> Part:
        return self._other(value) / self

    __radd__, __rmul__ = __add__, __mul__


class Steps:
    """The language of the steps of one builder (see `raising`)."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def apply(self, head: str, *operands: Part) -> Part:
        """A step; its operands are parts of this builder."""
        return Part(self.builder, self.builder.apply(head, *(operand.step for operand in operands)))

    def number(self, value: Expr) -> Part:
        """A number; what is made of numbers (the root of two) has steps of its own."""
        if value.args and not value.is_Number:
            return self.apply(type(value).__name__, *(self.number(operand) for operand in value.args))
        return Part(self.builder, self.builder.number(value))

    def cases(self, yes: Part, condition: Part, no: Part) -> Part:
        """`yes` where the condition holds, else `no`."""
        return self.apply("Piecewise", yes, condition, no, self.number(sympy.true))

    def condition(self, mask: Part) -> Part:
        """The condition that a mask of ones and zeros stands for."""
        step = self.builder.steps[mask.step]
        if step.head == "Piecewise" and len(step.operands) == 4:
            yes, condition, no, _ = (Part(self.builder, operand) for operand in step.operands)
            if (yes.constant, no.constant) == (1, 0):
                return condition
        if isinstance(mask.constant, bool):
            return mask
        return self.apply("Unequality", mask, self.number(sympy.Integer(0)))
