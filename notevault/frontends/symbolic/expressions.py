"""Sympy expressions as plain JSON data and back, through a white list: nothing is ever evaluated as code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import sympy

from notevault.errors import NotevaultError

Expr: TypeAlias = Any
"""A sympy expression; sympy's own types are too loose to be of help."""

MAX_NODES = 4000
MAX_DIGITS = 400
MAX_EXPONENT = 10_000
MAX_NAME = 100
MAX_EVALUATED = 300
"""A tree with more parts is put together as it stands: sympy's evaluation asks all of it for its assumptions."""


class ExpressionError(NotevaultError):
    """An expression cannot be encoded, or data cannot be decoded; the message says what was in the way."""


_HEADS: tuple[Any, ...] = (
    sympy.Add, sympy.Mul, sympy.Pow, sympy.exp, sympy.log, sympy.Abs, sympy.sign, sympy.Max, sympy.Min,
    sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc, sympy.asin, sympy.acos, sympy.atan, sympy.atan2,
    sympy.sinh, sympy.cosh, sympy.tanh, sympy.coth, sympy.sech, sympy.csch, sympy.asinh, sympy.acosh, sympy.atanh,
    sympy.erf, sympy.erfc, sympy.gamma, sympy.loggamma, sympy.factorial, sympy.floor, sympy.ceiling, sympy.Heaviside,
    sympy.acot, sympy.Mod, sympy.sinc, sympy.frac, sympy.KroneckerDelta, sympy.re, sympy.im, sympy.conjugate, sympy.arg,
    sympy.Piecewise, sympy.functions.elementary.piecewise.ExprCondPair,
    sympy.StrictLessThan, sympy.LessThan, sympy.StrictGreaterThan, sympy.GreaterThan, sympy.Equality, sympy.Unequality,
    sympy.And, sympy.Or, sympy.Not, sympy.Xor, sympy.Tuple,
)  # fmt: skip

HEADS: Mapping[str, Callable[..., Expr]] = {head.__name__: head for head in _HEADS}
"""The functions an encoded expression may apply, by the name sympy gives their class."""

CONSTANTS: Mapping[str, Expr] = {
    "pi": sympy.pi,
    "E": sympy.E,
    "EulerGamma": sympy.EulerGamma,
    "oo": sympy.oo,
    "true": sympy.true,
    "false": sympy.false,
}

_ASSUMPTIONS = ("integer", "positive", "real", "nonnegative", "negative", "nonzero")


def encode(expr: Expr) -> list[list[Any]]:
    """The expression as a list of nodes, operands before what uses them; the last node is the expression.

    A node is `["symbol", name, assumption, …]`, `["rational", "p/q"]`, `["float", digits]`, `["constant", name]` or
    `[head, operand, …]` with the indices of earlier nodes. Raises ExpressionError for anything outside the white list.

    >>> x = sympy.Symbol("x")
    >>> encode(x**2 + 1)
    [['rational', '1'], ['symbol', 'x'], ['rational', '2'], ['Pow', 1, 2], ['Add', 0, 3]]
    """
    nodes: list[list[Any]] = []
    places: dict[tuple[Any, ...], int] = {}
    known: dict[int, int] = {}  # by identity: `==` and `hash` walk a shared part again at every use
    stack = [(_expression(expr), False)]
    while stack:
        part, ready = stack.pop()
        if id(part) in known:
            continue
        if part.args and not getattr(part, "is_Number", False) and not ready:
            stack.append((part, True))
            stack.extend((operand, False) for operand in reversed(part.args))
            continue
        leaf = not part.args or getattr(part, "is_Number", False)
        node = _leaf(part) if leaf else [_head(part), *(known[id(operand)] for operand in part.args)]
        known[id(part)] = places.setdefault(tuple(node), len(nodes))
        if known[id(part)] == len(nodes):
            nodes.append(node)
        if len(nodes) > MAX_NODES:
            raise ExpressionError(f"an expression of more than {MAX_NODES} parts")
    return nodes


def _expression(value: Any) -> Expr:
    found = sympy.sympify(value)
    if not isinstance(found, sympy.Basic):
        raise ExpressionError(f"{type(value).__name__} is not a scalar expression")
    return found


def _head(part: Expr) -> str:
    name = type(part).__name__
    if HEADS.get(name) is not type(part):
        raise ExpressionError(f"{name} is not on the list of functions")
    return name


def _leaf(part: Expr) -> list[Any]:
    if part.is_Symbol:
        assumed = part.assumptions0
        return ["symbol", part.name, *(name for name in _ASSUMPTIONS if assumed.get(name))]
    if part.is_Rational:
        return ["rational", str(part)]
    if part.is_Float:
        return ["float", str(part)]
    for name, constant in CONSTANTS.items():
        if part == constant:
            return ["constant", name]
    raise ExpressionError(f"{type(part).__name__} is not on the list of constants")


def decode(data: object) -> Expr:
    """The expression that `encode` made; raises ExpressionError for anything else.

    >>> decode([["symbol", "x"], ["rational", "2"], ["Pow", 0, 1]])
    x**2
    """
    if not isinstance(data, list) or not 0 < len(data) <= MAX_NODES:
        raise ExpressionError("not an encoded expression")
    parts: list[Expr] = []
    sizes: list[int] = []
    for node in data:
        size = 1
        if isinstance(node, list) and node and node[0] in HEADS:
            size += sum(sizes[place] for place in node[1:] if type(place) is int and 0 <= place < len(sizes))
        parts.append(_decode_node(node, parts, evaluate=size <= MAX_EVALUATED))
        sizes.append(size)
    return parts[-1]


def _decode_node(node: object, parts: list[Expr], *, evaluate: bool) -> Expr:
    match node:
        case ["symbol", str(name), *assumed] if name and len(name) <= MAX_NAME and _are_assumptions(assumed):
            return _symbol(name, [str(assumption) for assumption in assumed])
        case ["rational" | "float" as kind, str(digits)]:
            return _number(kind, digits)
        case ["constant", str(name)] if name in CONSTANTS:
            return CONSTANTS[name]
        case [str(head), *operands] if head in HEADS:
            return _apply(head, [_operand(operand, parts) for operand in operands], evaluate=evaluate)
    raise ExpressionError("not a node of an encoded expression")


def _are_assumptions(assumed: list[Any]) -> bool:
    """Whether all are names of assumptions that may be made."""
    return all(assumption in _ASSUMPTIONS for assumption in assumed)


def _operand(index: object, parts: list[Expr]) -> Expr:
    if type(index) is not int or not 0 <= index < len(parts):
        raise ExpressionError("not an index of an earlier node")
    return parts[index]


def _symbol(name: str, assumed: list[str]) -> Expr:
    try:
        return sympy.Symbol(name, **dict.fromkeys(assumed, True))
    except sympy.core.facts.InconsistentAssumptions as error:
        raise ExpressionError(f"the assumptions on {name} contradict each other") from error


def _number(kind: str, digits: str) -> Expr:
    if len(digits) > MAX_DIGITS or not set(digits) <= {*"0123456789+-./e"}:
        raise ExpressionError("not a number")
    try:
        return sympy.Float(digits) if kind == "float" else sympy.Rational(digits)
    except (ValueError, TypeError, ZeroDivisionError) as error:
        raise ExpressionError(f"not a number: {digits}") from error


def _apply(head: str, operands: list[Expr], *, evaluate: bool) -> Expr:
    if head == "Pow" and len(operands) == 2 and evaluate:
        return power(*operands)
    if not evaluate and not all(isinstance(operand, _kind_of_operands(head)) for operand in operands):
        raise ExpressionError(f"{head} does not take these operands")
    try:
        return applied(head, operands, evaluate=evaluate)
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ExpressionError(f"{head} does not take these operands") from error


def applied(head: str, operands: list[Expr], *, evaluate: bool) -> Expr:
    """A function applied to operands; what is not evaluated stays as it is written."""
    if evaluate or head in {"ExprCondPair", "Tuple"}:
        return HEADS[head](*operands)
    return HEADS[head](*operands, evaluate=False)


def _kind_of_operands(head: str) -> Any:
    """What sympy would have refused by itself, had it evaluated."""
    if head in {"And", "Or", "Not", "Xor"}:
        return sympy.logic.boolalg.Boolean
    if head == "Piecewise":
        return sympy.functions.elementary.piecewise.ExprCondPair
    return sympy.Basic if head in {"ExprCondPair", "Tuple"} else sympy.Expr


def power(base: Expr, exponent: Expr) -> Expr:
    """`base ** exponent`, unless it is a number too large to be multiplied out (sympy would do that at once)."""
    if base.is_number and exponent.is_number:
        size = (
            abs(exponent.p) // exponent.q if exponent.is_Rational else int(min(abs(exponent.evalf()), MAX_EXPONENT + 1))
        )
        digits = len(str(base.p)) + len(str(base.q)) if base.is_Rational else 1
        if base not in (0, 1, -1) and size * digits > MAX_EXPONENT:
            raise ExpressionError("a power too large to be evaluated")
    return base**exponent
