"""A formula's tree as Python arithmetic, in the order and the numerals in which its author wrote it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from notevault.frontends.latex.nodes import Absolute, Binary, Call, Name, Negative, Node, Number, Power
from notevault.frontends.latex.symbols import opaque
from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.straightline import CONSTANTS, FUNCTIONS

_OPERATORS: Mapping[str, ast.operator] = {
    "+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "dot": ast.Mult(), "/": ast.Div(),
}  # fmt: skip
_HALF = Binary("/", Number("1"), Number("2"))
_SIGNS = str.maketrans({"+": "_plus_", "-": "_minus_"})


def source(node: Node) -> str:
    r"""The Python of a tree; raises NotUnderstoodError for what is no arithmetic of plain names.

    >>> source(Binary("-", Binary("*", Number("2.1"), Name("x", (Number("1"),))), Power(Name("y"), _HALF)))
    '2.1 * x_1 - sqrt(y)'
    """
    return ast.unparse(_python(node))


def identifier(name: Name) -> str:
    r"""The name as Python writes it: a script L is an `L`, and $\theta_{t+1}$ is one name; raises NotUnderstoodError.

    >>> identifier(Name("theta", label="t+1")), identifier(Name("cal_L"))
    ('theta_t_plus_1', 'L')
    """
    text = opaque(name).removeprefix("cal_").translate(_SIGNS)
    text = "lam" if text == "lambda" else text
    if not re.fullmatch(r"[A-Za-z]\w*", text):
        raise NotUnderstoodError(text, 0, "no plain name")
    return text


def _python(node: Node) -> ast.expr:
    match node:
        case Number(text=text):
            return ast.Constant(int(text) if text.isdigit() else float(text))
        case Name():
            return _named(node)
        case Negative(operand=operand):
            return _negative(operand)
        case Binary(operator=operator, left=left, right=right) if operator in _OPERATORS:
            return ast.BinOp(_python(left), _OPERATORS[operator], _python(right))
        case Power(base=base, exponent=exponent) if exponent == _HALF:
            return _called("sqrt", base)
        case Power(base=base, exponent=exponent):
            return ast.BinOp(_python(base), ast.Pow(), _python(exponent))
        case Absolute(operand=operand):
            return _called("abs", operand)
        case Call(function=function, arguments=(argument,), primes=0) if function.key in FUNCTIONS:
            return _called(function.key, argument)
        case _:
            raise NotUnderstoodError(type(node).__name__, 0, "no arithmetic")


def _named(node: Name) -> ast.expr:
    """A name; one that the reader of Python would take for another constant (`E`) is refused."""
    text = identifier(node)
    if text in FUNCTIONS or (text in CONSTANTS and text != "pi"):
        raise NotUnderstoodError(text, 0, "a name with another meaning")
    return ast.Name(text)


def _negative(operand: Node) -> ast.expr:
    """The sign stands before the first factor: `-a * b`, as it is written."""
    match operand:
        case Binary(operator="*" | "dot" | "/" as operator, left=left, right=right):
            return ast.BinOp(_negative(left), _OPERATORS[operator], _python(right))
        case _:
            return ast.UnaryOp(ast.USub(), _python(operand))


def _called(function: str, argument: Node) -> ast.expr:
    return ast.Call(ast.Name(function), [_python(argument)], [])
