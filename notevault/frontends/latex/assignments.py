"""Definitions that Python code makes (`y = x ** 2`, `z = y.sum()`), as trees of formulas.

Only what numpy and PyTorch write alike is read. A vector of numbers has a known length and the elements x_1, x_2, ….
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import TypeAlias

from notevault.frontends.latex.context import Definition
from notevault.frontends.latex.nodes import Binary, Call, Name, Negative, Node, Number, Power, Vector

MAX_ITEMS = 8
_ARRAYS = frozenset({"tensor", "array", "asarray", "Tensor", "FloatTensor"})
_ELEMENTWISE = frozenset({"exp", "log", "sin", "cos", "tanh", "sigmoid", "relu", "sqrt", "abs"})
_OPERATORS: Mapping[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}

_Value: TypeAlias = "Node | tuple[Node, ...]"


class _NotReadError(Exception):
    """Code that is not read here; the name it defines is then known to be defined otherwise."""


@dataclass(slots=True)
class _Program:
    names: dict[str, _Value]

    def value(self, node: ast.expr) -> _Value:
        rule = _RULES.get(type(node))
        if rule is None:
            raise _NotReadError
        return rule(self, node)

    def name(self, node: ast.Name) -> _Value:
        return self.names.get(node.id, Name(node.id))

    def constant(self, node: ast.Constant) -> _Value:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float) or node.value < 0:
            raise _NotReadError
        text = str(node.value)
        if not text.replace(".", "", 1).isdigit():
            raise _NotReadError
        return Number(text)

    def unary(self, node: ast.UnaryOp) -> _Value:
        if not isinstance(node.op, ast.USub):
            raise _NotReadError
        return _each(Negative, self.value(node.operand))

    def binary(self, node: ast.BinOp) -> _Value:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.Pow):
            return _pairwise(Power, left, right)
        sign = _OPERATORS.get(type(node.op))
        if sign is None:
            raise _NotReadError
        return _pairwise(lambda a, b: Binary(sign, a, b), left, right)

    def call(self, node: ast.Call) -> _Value:
        if not isinstance(node.func, ast.Attribute):
            raise _NotReadError
        name = node.func.attr
        if name in _ARRAYS and len(node.args) == 1:
            return self.array(node.args[0])
        if name in {"sum", "mean"} and not node.keywords:
            items = self.value(node.args[0] if node.args else node.func.value)
            if not isinstance(items, tuple) or len(node.args) > 1:
                raise _NotReadError
            total = reduce(lambda a, b: Binary("+", a, b), items)
            return Binary("/", total, Number(str(len(items)))) if name == "mean" else total
        if name in _ELEMENTWISE and len(node.args) == 1 and not node.keywords:
            return _each(lambda item: Call(Name(name), (item,)), self.value(node.args[0]))
        raise _NotReadError

    def array(self, node: ast.expr) -> _Value:
        if isinstance(node, ast.List):
            items = tuple(self.value(item) for item in node.elts)
            if not 0 < len(items) <= MAX_ITEMS or any(isinstance(item, tuple) for item in items):
                raise _NotReadError
            return tuple(item for item in items if not isinstance(item, tuple))
        return self.value(node)


def _each(operation: Callable[[Node], Node], value: _Value) -> _Value:
    return tuple(operation(item) for item in value) if isinstance(value, tuple) else operation(value)


def _pairwise(operation: Callable[[Node, Node], Node], left: _Value, right: _Value) -> _Value:
    if isinstance(left, tuple) and isinstance(right, tuple):
        if len(left) != len(right):
            raise _NotReadError
        return tuple(operation(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, tuple):
        return tuple(operation(item, right) for item in left if not isinstance(right, tuple))
    if isinstance(right, tuple):
        return tuple(operation(left, item) for item in right)
    return operation(left, right)


_RULES: Mapping[type, Callable[..., _Value]] = {
    ast.Name: _Program.name,
    ast.Constant: _Program.constant,
    ast.UnaryOp: _Program.unary,
    ast.BinOp: _Program.binary,
    ast.Call: _Program.call,
}


def definitions(source: str) -> list[Definition]:
    """The definitions that a block of code makes with assignments at its top level, in their order.

    >>> [d.name.base for d in definitions("x = np.array([1.0, 2.0])\\ny = x ** 2\\nz = y.sum()")]
    ['x', 'x', 'x', 'y', 'z']
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return []
    program = _Program({})
    found: list[Definition] = []
    for statement in tree.body:
        if (
            isinstance(statement, ast.Assign)
            and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)
        ):
            found += _assigned(program, statement.targets[0].id, statement.value)
    return found


def _assigned(program: _Program, name: str, value: ast.expr) -> Iterator[Definition]:
    try:
        read = program.value(value)
    except _NotReadError:
        program.names.pop(name, None)
        yield Definition(Name(name), (), None, 0, from_code=True)
        return
    if isinstance(read, tuple):
        if all(isinstance(item, Number | Negative) for item in read):
            elements = tuple(Name(name, (Number(str(i)),)) for i in range(1, len(read) + 1))
            program.names[name] = elements
            yield from (Definition(e, (), v, 0, from_code=True) for e, v in zip(elements, read, strict=True))
        else:
            program.names[name] = read
        yield Definition(Name(name), (), Vector(read), 0, from_code=True)
    else:
        program.names[name] = Name(name) if isinstance(read, Number) else read
        yield Definition(Name(name), (), read, 0, from_code=True)
