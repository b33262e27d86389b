"""Sympy expressions on the engine and recorded programs as sympy expressions: sympy itself never differentiates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from notevault.autodiff import Graph
from notevault.frontends.symbolic.differentiating import LOWERED_HEADS, as_float, differentiate, run
from notevault.frontends.symbolic.expressions import MAX_EVALUATED, Expr, applied
from notevault.frontends.symbolic.programs import Program, flatten, flattener
from notevault.frontends.symbolic.raising import RAISED_PRIMITIVES, Expressions, exact, raising
from notevault.frontends.symbolic.raising_arrays import RAISE_ARRAYS

__all__ = [
    "LOWERED_HEADS",
    "RAISED_PRIMITIVES",
    "derivatives",
    "exact",
    "expressions",
    "gradient",
    "lower",
    "raise_",
    "readable",
]


def lower(expr: Expr, symbols: Mapping[str, Any]) -> Any:
    """The value of `expr` on the engine, with the tensors (or numbers) that `symbols` gives for its names.

    Raises UnknownHeadError for a function that the engine does not have, KeyError for a name that is not given.

    >>> from notevault.autodiff import tensor
    >>> x = sympy.Symbol("x")
    >>> lower(x**2 + 1, {"x": tensor(3.0)})
    tensor(10.)
    """
    program = flatten(expr, heads=LOWERED_HEADS)
    (output,) = run(program, as_float, {symbol: symbols[symbol.name] for symbol in program.symbols})
    return output


@lru_cache(maxsize=4096)
def gradient(expr: Expr, symbol: Expr) -> Expr:
    """The derivative of `expr` by `symbol` as the engine computes it, as a sympy expression.

    >>> x, w = sympy.symbols("x w")
    >>> gradient(sympy.tanh(w * x), w)
    x*(1 - tanh(w*x)**2)
    """
    (result,) = derivatives(expr, [symbol])
    return result


def derivatives(expr: Expr, symbols: Sequence[Expr]) -> list[Expr]:
    """The derivatives of `expr` by each of `symbols`, from one backward pass."""
    steps = flattener(LOWERED_HEADS)
    output, places = steps.scalar(expr), [steps.scalar(symbol) for symbol in symbols]
    (slopes,) = differentiate(steps.builder, [output], places)
    return expressions(steps.builder.program(slopes))


def expressions(program: Program) -> list[Expr]:
    """The outputs of a program as sympy expressions."""
    sizes = program.tree_sizes()
    parts: list[Expr] = []
    for step, size in zip(program.steps, sizes, strict=True):
        operands = [parts[operand] for operand in step.operands]
        parts.append(step.leaf if not operands else _applied(step.head, operands, evaluate=size <= MAX_EVALUATED))
    return [parts[output] for output in program.outputs]


def _applied(head: str, operands: list[Expr], *, evaluate: bool) -> Expr:
    if head == "Piecewise":
        operands = list(zip(operands[::2], operands[1::2], strict=True))
    return applied(head, operands, evaluate=evaluate)


def readable(expr: Expr) -> Expr:
    """The expression without the branches that hold at single points only, for a person to read.

    >>> x = sympy.Symbol("x")
    >>> readable(sympy.Piecewise((0, sympy.Eq(x, 0)), (x * x**2, True)))
    x**3
    """
    return expr.replace(
        lambda part: isinstance(part, sympy.Piecewise) and all(_at_points(c) for _, c in part.args[:-1]),
        lambda part: part.args[-1][0],
    )


def _at_points(condition: Expr) -> bool:
    """Whether a condition holds on a set without inner points."""
    if isinstance(condition, sympy.And):
        return any(_at_points(part) for part in condition.args)
    return isinstance(condition, sympy.Equality)


def raise_(recorded: Graph, inputs: Sequence[Expr] | None = None) -> list[Expr]:
    """The outputs of a recorded program as sympy expressions of its inputs (symbols of their names by default).

    An array among the inputs stands for the object array of its entries' symbols, and so does one of the outputs.

    >>> from notevault.autodiff import graph, tensor
    >>> x = tensor(2.0, name="x")
    >>> raise_(graph([x * x + 1], [x]))
    [x**2 + 1]
    """
    if inputs is None:
        inputs = [
            _symbols(recorded.nodes[i].name or f"x{i}", np.shape(recorded.nodes[i].value)) for i in recorded.inputs
        ]
    scalar = all(np.ndim(node.value) == 0 for node in recorded.nodes)
    return recorded.replay(list(inputs), raising(Expressions()) if scalar else RAISE_ARRAYS)


def _symbols(name: str, shape: tuple[int, ...]) -> Any:
    """A symbol, or an array of symbols named by their places."""
    if not shape:
        return sympy.Symbol(name)
    places = [", ".join(map(str, place)) for place in np.ndindex(shape)]
    return np.array([sympy.Symbol(f"{name}[{place}]") for place in places], dtype=object).reshape(shape)
