"""The smallest change of the claimed line that makes it right: an operand turned, a sign, a term, a factor, a name."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np

from notevault.frontends.backward.search import Line
from notevault.frontends.explain import Explanation

MAX_CHANGES = 400
MAX_INLINED = 4


@dataclass(frozen=True, slots=True)
class Change:
    """One node of the line replaced by another."""

    kind: str
    old: ast.expr
    new: ast.expr
    text: str = ""


class Repairable(Protocol):
    """A claim whose line can be changed: the line, whether a value would be right, and how matrices are multiplied."""

    @property
    def name(self) -> str: ...
    @property
    def line(self) -> Line: ...
    @property
    def product(self) -> type[ast.operator]: ...
    def accepts(self, value: Any) -> bool: ...


Changes = Callable[[ast.expr, Any], Iterator[Change]]


def repaired(search: Repairable, changes: Changes) -> Explanation | None:
    """The first of the changes with which the line gives the right gradient."""
    expression = search.line.expression
    if expression is None:
        return None
    whole = inlined(expression, search.line.made_of)
    tried = (change for node in ast.walk(whole) if isinstance(node, ast.expr) for change in changes(node, search))
    for change in islice(tried, MAX_CHANGES):
        value = _value(search, with_replaced(whole, change.old, change.new))
        if value is not None and search.accepts(value):
            text = change.text or f"{ast.unparse(change.new)} belongs where {ast.unparse(change.old)} stands"
            return Explanation(change.kind, text)
    return None


def _value(search: Repairable, expression: ast.expr) -> Any:
    try:
        with np.errstate(all="ignore"):
            return search.line.evaluate(expression, search.line.names)
    except Exception:  # a change may not run at all: then it is not the one
        return None


def inlined(expression: ast.expr, made_of: Mapping[str, ast.expr], depth: int = MAX_INLINED) -> ast.expr:
    """The expression with the values on the way back written out."""
    if depth == 0:
        return expression
    for node in list(ast.walk(expression)):
        if isinstance(node, ast.Name) and node.id in made_of:
            inner = inlined(made_of[node.id], {k: v for k, v in made_of.items() if k != node.id}, depth - 1)
            expression = with_replaced(expression, node, inner)
    return expression


def with_replaced(tree: ast.expr, old: ast.AST, new: ast.AST) -> ast.expr:
    """A copy of the tree with one node replaced; what is not on the way to it is shared."""
    if tree is old:
        return new  # type: ignore[return-value]
    made = copy.copy(tree)
    for name, value in ast.iter_fields(tree):
        if isinstance(value, list):
            setattr(made, name, [with_replaced(v, old, new) if isinstance(v, ast.AST) else v for v in value])  # type: ignore[arg-type]
        elif isinstance(value, ast.AST):
            setattr(made, name, with_replaced(value, old, new))  # type: ignore[arg-type]
    return made


# -- products of matrices -------------------------------------------------------------------------------------------


def operands(node: ast.expr, search: Repairable) -> Iterator[Change]:
    """A product of matrices the other way round, or with one of its operands turned."""
    pair = _factors_of_product(node, search.product)
    if pair is None:
        return
    left, right = pair
    for a, b in (
        (turned(left), right), (left, turned(right)), (right, left), (turned(right), left),
        (right, turned(left)), (turned(right), turned(left)), (turned(left), turned(right)),
    ):  # fmt: skip
        new = _product(node, a, b)
        text = f"the product {ast.unparse(node)} is the other way round: {ast.unparse(new)} belongs there"
        yield Change("swapped operand", node, new, text)


def _factors_of_product(node: ast.expr, product: type[ast.operator]) -> tuple[ast.expr, ast.expr] | None:
    match node:
        case ast.BinOp(left=left, op=sign, right=right) if isinstance(sign, product | ast.MatMult):
            return left, right
        case ast.Call(func=ast.Attribute(attr="dot" | "matmul" | "outer"), args=[left, right]):
            return left, right
        case ast.Call(func=ast.Attribute(value=left, attr="dot"), args=[right]):
            return left, right
    return None


def _product(like: ast.expr, left: ast.expr, right: ast.expr) -> ast.expr:
    """The product of two factors, written as `like` is."""
    match like:
        case ast.Call(func=func, args=[_, _]):
            return ast.Call(func, [left, right], [])
        case ast.Call():
            return ast.Call(ast.Attribute(left, "dot", ast.Load()), [right], [])
        case ast.BinOp(op=sign):
            return ast.BinOp(left, sign, right)
    raise TypeError(f"no product: {ast.unparse(like)}")


def turned(node: ast.expr) -> ast.expr:
    """`x.T` for `x`, and `x` for `x.T`."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


# -- terms ----------------------------------------------------------------------------------------------------------


def terms(node: ast.expr, _: Repairable) -> Iterator[Change]:
    """A sign between two terms, a term too many, and a minus that does not belong."""
    match node:
        case ast.BinOp(left=left, op=(ast.Add() | ast.Sub()) as sign, right=right):
            other = ast.Sub() if isinstance(sign, ast.Add) else ast.Add()
            text = f"the sign of the term {ast.unparse(right)} is wrong"
            yield Change("sign of a term", node, ast.BinOp(left, other, right), text)
            turned_left = ast.BinOp(ast.UnaryOp(ast.USub(), left), sign, right)
            yield Change("sign of a term", node, turned_left, f"the sign of the term {ast.unparse(left)} is wrong")
            yield Change("spurious term", node, left, f"the term {ast.unparse(right)} does not belong there")
            first = right if isinstance(sign, ast.Add) else ast.UnaryOp(ast.USub(), right)
            yield Change("spurious term", node, first, f"the term {ast.unparse(left)} does not belong there")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield Change("sign of a term", node, operand, f"the minus before {ast.unparse(operand)} does not belong")


# -- factors --------------------------------------------------------------------------------------------------------


def factors(node: ast.expr, _: Repairable) -> Iterator[Change]:
    """A factor too many, a power, a number."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for kept, dropped in ((left, right), (right, left)):
                yield Change(_factor_kind(dropped), node, kept, f"the factor {ast.unparse(dropped)} is too much")
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            yield Change(_factor_kind(right), node, left, f"the division by {ast.unparse(right)} is too much")
            inverse = ast.BinOp(left, ast.Mult(), right)
            yield Change("wrong local derivative", node, inverse)
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() | float() as power)):
            yield Change("wrong local derivative", node, left)
            for other in (power + 1, power - 1, -power):
                yield Change("wrong local derivative", node, ast.BinOp(left, ast.Pow(), ast.Constant(other)))
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            for other in (2 * number, number / 2, number + 1, -number):
                text = f"{other} belongs where {number!r} stands"
                yield Change("factor of a term", node, ast.Constant(other), text)
        case ast.Name() | ast.Subscript() | ast.Attribute():
            squared = ast.BinOp(node, ast.Pow(), ast.Constant(2))
            yield Change("wrong local derivative", node, squared)


def _factor_kind(dropped: ast.expr) -> str:
    return "factor" if isinstance(dropped, ast.Constant) else "extra chain factor"


# -- names and axes -------------------------------------------------------------------------------------------------


def names(node: ast.expr, search: Repairable) -> Iterator[Change]:
    """Another array of the same shape, or the wrong axis."""
    match node:
        case ast.Name() | ast.BinOp() | ast.Attribute(attr="T"):
            shape = getattr(_value(search, node), "shape", ())
            for other, value in search.line.names.items() if shape else ():
                made_here = other in search.line.made_of or other == search.name or other.startswith("__")
                if not made_here and getattr(value, "shape", None) == shape and other != ast.unparse(node):
                    text = f"{ast.unparse(node)} stands where {other} belongs"
                    yield Change("swapped operand", node, ast.Name(other, ast.Load()), text)
        case ast.Call(keywords=keywords):
            for keyword in keywords:
                if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
                    for axis in {0, 1} - {keyword.value.value}:
                        text = f"axis={axis} belongs where {ast.unparse(keyword)} stands"
                        yield Change("wrong axis", keyword.value, ast.Constant(axis), text)
