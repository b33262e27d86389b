"""Sympy expressions as flat programs: one list of steps, evaluated in any number system without recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from notevault.errors import NotevaultError
from notevault.frontends.expressions import Expr

MAX_STEPS = 20_000

System = Mapping[str, Callable[..., Any]]
"""A number system: a head's name to a function on values. `None` as a value means "not defined here"."""


class UnknownHeadError(NotevaultError):
    """An expression holds a function that no number system here knows; `head` is its name."""

    def __init__(self, head: str) -> None:
        self.head = head
        super().__init__(f"the function {head} is not known")


class TooLargeError(NotevaultError):
    """An expression is larger than what is looked at."""


@dataclass(frozen=True, slots=True)
class Step:
    """One application of `head` to the results of earlier steps; a leaf has its number or symbol as `leaf`."""

    head: str
    operands: tuple[int, ...]
    leaf: Expr = None


@dataclass(frozen=True, slots=True)
class Program:
    """The steps that compute `outputs` (indices of steps) from the values of `symbols` (sorted by name)."""

    steps: tuple[Step, ...]
    outputs: tuple[int, ...]
    symbols: tuple[Expr, ...]

    @property
    def heads(self) -> frozenset[str]:
        """The names of the functions the program applies."""
        return frozenset(step.head for step in self.steps)

    def run(self, system: System, number: Callable[[Expr], Any], values: Mapping[Expr, Any]) -> list[Any]:
        """The values of the outputs; `number` turns a sympy number or constant into a value of the system."""
        results = self.run_all(system, number, values)
        return [results[output] for output in self.outputs]

    def run_all(self, system: System, number: Callable[[Expr], Any], values: Mapping[Expr, Any]) -> list[Any]:
        """The values of all steps, in their order."""
        results: list[Any] = []
        for step in self.steps:
            if step.head == "symbol":
                results.append(values[step.leaf])
            elif step.head == "number":
                results.append(number(step.leaf))
            elif step.head == "Piecewise" and "Piecewise" not in system:
                results.append(_first_that_holds([results[operand] for operand in step.operands]))
            else:
                operands = [results[operand] for operand in step.operands]
                undefined = any(operand is None for operand in operands)
                results.append(None if undefined else system[step.head](*operands))
        return results


def _first_that_holds(flat: Sequence[Any]) -> Any:
    """The value of the first branch whose condition holds; a branch that is not taken may be undefined."""
    for value, condition in zip(flat[::2], flat[1::2], strict=True):
        if condition is None:
            return None
        if condition:
            return value
    return None


def flatten(*exprs: Expr, heads: frozenset[str]) -> Program:
    """The program that computes `exprs`; raises UnknownHeadError for a head that is not in `heads`.

    >>> x = sympy.Symbol("x")
    >>> program = flatten(x**2, x**2 + 1, heads=frozenset({"Pow", "Add"}))
    >>> len(program.steps), program.symbols
    (5, (x,))
    """
    index: dict[Expr, int] = {}
    steps: list[Step] = []
    symbols: set[Expr] = set()
    stack = [(sympy.sympify(expr), False) for expr in reversed(exprs)]
    while stack:
        part, ready = stack.pop()
        if part in index:
            continue
        if part.is_Symbol:
            symbols.add(part)
            step = Step("symbol", (), part)
        elif not part.args or part.is_Number:
            _check_constant(part)
            step = Step("number", (), part)
        elif ready:
            step = Step(_head_of(part, heads), tuple(index[operand] for operand in _operands(part)))
        else:
            _head_of(part, heads)
            stack.append((part, True))
            stack.extend((operand, False) for operand in reversed(_operands(part)))
            continue
        index[part] = len(steps)
        steps.append(step)
        if len(steps) > MAX_STEPS:
            raise TooLargeError(f"an expression of more than {MAX_STEPS} parts")
    outputs = tuple(index[sympy.sympify(expr)] for expr in exprs)
    return Program(
        tuple(steps), outputs, tuple(sorted(symbols, key=lambda symbol: (symbol.name, str(symbol.assumptions0))))
    )


def _operands(part: Expr) -> tuple[Expr, ...]:
    if isinstance(part, sympy.Piecewise):
        return tuple(operand for pair in part.args for operand in pair.args)
    return tuple(part.args)


def _head_of(part: Expr, heads: frozenset[str]) -> str:
    head = type(part).__name__
    if head not in heads or isinstance(part, sympy.core.function.AppliedUndef):
        raise UnknownHeadError(head)
    return head


def _check_constant(part: Expr) -> None:
    if part in (sympy.true, sympy.false):
        return
    if not (part.is_number and part.is_real and part.is_finite):
        raise UnknownHeadError(str(part))
