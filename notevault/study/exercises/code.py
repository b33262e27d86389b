"""Whether two lines of Python say the same; they are parsed, never run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

import sympy
from sympy import Expr

from notevault.frontends.comparison import identity
from notevault.frontends.symbolic.expressions import power

MAX_LENGTH = 500

_BINARY: Mapping[type[ast.operator], Callable[[Expr, Expr], Expr]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: power,
}


def same_code(key: str, answer: str) -> bool:
    """Whether both are the same statement, or assignments of equal arithmetic to the same name.

    >>> same_code("loss = (p - y)**2", "loss=(y-p)*(y-p)")
    True
    >>> same_code("loss = (p - y)**2", "loss = (p - y)*2")
    False
    """
    expected, given = _statement(key), _statement(answer)
    if expected is None or given is None:
        return False
    if ast.dump(expected) == ast.dump(given):
        return True
    match expected, given:
        case ast.Assign(targets=[target], value=value), ast.Assign(targets=[other], value=other_value):
            return ast.dump(target) == ast.dump(other) and _equal(value, other_value)
        case _:
            return False


def _statement(line: str) -> ast.stmt | None:
    if len(line) > MAX_LENGTH:
        return None
    try:
        body = ast.parse(line.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0] if len(body) == 1 else None


def _equal(one: ast.expr, other: ast.expr) -> bool:
    first, second = _arithmetic(one), _arithmetic(other)
    return first is not None and second is not None and identity.equal(first, second).equal


def _arithmetic(node: ast.expr) -> Expr | None:
    """The expression of names, numbers and the five operators; None for anything else."""
    match node:
        case ast.Name(id=name):
            return sympy.Symbol(name)
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return sympy.Rational(str(value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _arithmetic(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            a, b = _arithmetic(left), _arithmetic(right)
            return None if a is None or b is None else _BINARY[type(op)](a, b)
        case _:
            return None
