"""The shape of a row of the operation table: all that is known of one differentiable operation."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

Value = Any
"""What a rule computes with: a Tensor when its work is recorded, else a plain ndarray, numpy scalar or
Fraction."""

Rule = Callable[..., Value]

_GOLDEN_RATIO = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Reals:
    """A recipe for a sample operand: numbers that fill (low, high) evenly, in no simple ratio and without
    ties."""

    shape: tuple[int, ...] = ()
    low: float = -2.0
    high: float = 2.0

    def array(self, offset: int) -> Value:
        """The numbers; another `offset` gives other numbers of the same range."""
        count = math.prod(self.shape)
        fractions = (np.arange(1, count + 1) * _GOLDEN_RATIO + 0.347 * offset + 0.113) % 1.0
        return (self.low + (self.high - self.low) * fractions).reshape(self.shape)[()]


@dataclass(frozen=True, slots=True)
class Sample:
    """Operands (recipes, or plain values that are not differentiated) and parameters to try an operation
    on."""

    operands: tuple[Any, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> tuple[Value, ...]:
        """The operands as arrays, the same at every call."""
        return tuple(
            o.array(k) if isinstance(o, Reals) else o() if callable(o) else o for k, o in enumerate(self.operands)
        )


@dataclass(frozen=True, slots=True)
class Domain:
    """Where an operation is real and finite: `condition` for a reader (LaTeX), `holds(*operands)` for a
    program."""

    condition: str
    holds: Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Kink:
    """Where an operation is continuous and not differentiable, and which subgradient the engine takes
    there."""

    where: str
    """The set of points, in LaTeX."""
    subgradient: str
    """The choice, in words."""
    distance: Callable[..., Value]
    """How far the operands are from it, element by element; 0 means at it."""


@dataclass(frozen=True, slots=True)
class Misconception:
    """A wrong local derivative that people really write; `wrong` is its LaTeX with `#1`, `#2` for the
    operands."""

    name: str
    operand: int
    wrong: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """One row of the table.

    Rules are written in engine operations, so that what they compute can be differentiated again; given plain
    arrays instead of tensors they compute plain arrays.
    """

    name: str
    forward: Callable[..., Value]
    """`forward(*operands, **parameters)` on plain values."""
    vjp: Any
    """`vjp[k](g, y, *operands, **parameters)`: the cotangent of operand k, or None where it has none."""
    jvp: Rule
    """`jvp(tangents, y, *operands, **parameters)`: the tangent of the output; a tangent may be None for
    zero."""
    latex: str
    """The operation in LaTeX; `#1`, `#2` stand for the operands."""
    joint_vjp: Rule | None = None
    """In the place of `vjp`, for rules that share work: `joint_vjp(g, y, *operands, **parameters)`, all cotangents."""
    partials_latex: tuple[str, ...] = ()
    """The local derivative by each operand in LaTeX; `#y` stands for the output."""
    partials: tuple[Any, ...] = ()
    """Elementwise operations only: `partials[k](y, *operands, **parameters)`, or the constants 1 and -1."""
    sympy: str | None = None
    """The name of the counterpart in sympy, if there is one."""
    domain: Domain | None = None
    """None: every real."""
    kinks: tuple[Kink, ...] = ()
    complex_step: bool = True
    """Whether `forward` is analytic, so that Im f(x + ih) / h is the derivative."""
    code: str | None = None
    """numpy source with `{0}`, `{1}` for the operands and `{out}` for a buffer of the output's shape."""
    misconceptions: tuple[Misconception, ...] = ()
    samples: tuple[Sample, ...] = ()
    differentiable: bool = True
    """False for masks and indices (greater, argmax, ...): no cotangent passes."""
    doc: str = ""

    @property
    def elementwise(self) -> bool:
        """Whether output element i depends on element i of each (broadcast) operand alone."""
        return bool(self.partials)

    def formula(self, operands: tuple[str, ...], output: str = "y") -> str:
        """The operation in LaTeX with `operands` filled in."""
        return fill(self.latex, operands, output)

    def local_formula(self, operand: int, operands: tuple[str, ...], output: str = "y") -> str:
        """The local derivative by one operand in LaTeX with `operands` filled in."""
        if not self.partials_latex:
            return ""
        template = self.partials_latex[min(operand, len(self.partials_latex) - 1)]
        return fill(template, operands, output)


def fill(template: str, operands: tuple[str, ...], output: str = "y") -> str:
    r"""Put names into a LaTeX template, in which `#1`, `#2` are operands, `#*` is all of them, `#y` the
    output.

    >>> print(fill(r"\frac{#1}{#2}", ("a", "b")))
    \frac{a}{b}
    """

    def name(match: re.Match[str]) -> str:
        key = match.group(1)
        if key == "y":
            return output
        if key == "*":
            return ", ".join(operands)
        return operands[int(key) - 1] if int(key) <= len(operands) else r"\cdot"

    return re.sub(r"#([1-9*y])", name, template)


_ROWS: dict[str, Primitive] = {}

PRIMITIVES: Mapping[str, Primitive] = MappingProxyType(_ROWS)
"""The operation table: every primitive by its name."""


def register(row: Primitive) -> Primitive:
    """Add a row to the table; a name is given once."""
    if row.name in _ROWS:
        raise ValueError(f"two primitives named {row.name!r}")
    _ROWS[row.name] = row
    return row
