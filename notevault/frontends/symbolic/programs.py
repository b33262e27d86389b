"""Sympy expressions as flat programs (see `steps`): sums, indexed names and matrices as the steps of their entries."""

from __future__ import annotations

from collections.abc import Mapping

from notevault.frontends.symbolic import matrices, sums
from notevault.frontends.symbolic.expressions import Expr
from notevault.frontends.symbolic.flattening import Flattener
from notevault.frontends.symbolic.steps import Program, Step, TooLargeError, UnknownHeadError, UnknownSizeError

__all__ = ["Program", "Step", "TooLargeError", "UnknownHeadError", "UnknownSizeError", "flatten", "flattener"]

_EXPANSIONS = {**sums.EXPANSIONS, **matrices.EXPANSIONS}


def flattener(heads: frozenset[str], sizes: Mapping[Expr, int] | None = None) -> Flattener:
    """A list of steps to which expressions can be added; `sizes` says what names of sizes and indices stand for."""
    return Flattener(heads, _EXPANSIONS, matrices.ARRAYS, sizes)


def flatten(*exprs: Expr, heads: frozenset[str]) -> Program:
    """The program that computes `exprs`; raises UnknownHeadError for a head that is not in `heads`.

    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> program = flatten(x**2, x**2 + 1, heads=frozenset({"Pow", "Add"}))
    >>> len(program.steps), program.symbols
    (5, (x,))
    """
    steps = flattener(heads)
    return steps.builder.program([steps.scalar(expr) for expr in exprs])
