"""From the tree of a formula to sympy: names bound to definitions, sums written out, vectors as tuples of scalars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sympy

from notevault.errors import NotevaultError
from notevault.frontends import infix
from notevault.frontends.latex.context import Context, Definition
from notevault.frontends.latex.dependence import check_held, is_formula, substitute
from notevault.frontends.latex.nodes import (
    Absolute,
    At,
    Big,
    Binary,
    Call,
    Cases,
    Derivative,
    Name,
    Negative,
    Node,
    Norm,
    Number,
    Power,
    Transpose,
    Vector,
)
from notevault.frontends.latex.shapes import Shapes
from notevault.frontends.latex.symbols import opaque
from notevault.frontends.latex.tokens import NotUnderstoodError
from notevault.frontends.latex.vectors import ARITHMETIC, Value, Vec, length_of, scaled
from notevault.frontends.symbolic.engine import gradient
from notevault.frontends.symbolic.expressions import Expr, ExpressionError, power

MAX_DEPTH = 60


class AbstractError(NotevaultError):
    """A name stands for something that the note does not define, so that nothing can be computed; `name` is it."""

    def __init__(self, name: str, why: str = "") -> None:
        self.name = name
        super().__init__(why or f"abstract: {name} is not defined in the note")


KNOWN: Mapping[str, Callable[..., Expr]] = {**infix.FUNCTIONS, "factorial": sympy.factorial}


@dataclass(frozen=True, slots=True)
class Lowering:
    """One way of reading: `sizes` give lengths numbers, `indices` give indices values, `expand` opens all definitions.

    `argument` is what a function named without its argument is applied to; `logarithm` the base of `\\log`; `degrees`
    whether angles are in degrees; `bare_sigmoid` whether sigma alone is the logistic function of `argument`.
    """

    context: Context
    shapes: Shapes
    sizes: Mapping[str, int] = field(default_factory=dict)
    indices: Mapping[str, int] = field(default_factory=dict)
    expand: bool = False
    argument: Name | None = None
    logarithm: Expr = sympy.E
    degrees: bool = False
    bare_sigmoid: bool = False
    closed: frozenset[str] = frozenset()
    depth: int = 0

    def lower(self, node: Node) -> Value:
        """The value of `node`; raises NotUnderstoodError or AbstractError."""
        if self.depth > MAX_DEPTH:
            raise NotUnderstoodError("a formula", 0, "definitions inside definitions without end")
        try:
            return _RULES[type(node)](replace(self, depth=self.depth + 1), node)
        except ExpressionError as error:
            raise NotUnderstoodError("^", 0, str(error)) from error

    def scalar(self, node: Node) -> Expr:
        """The value of `node`, which must not be a vector."""
        value = self.lower(node)
        if isinstance(value, Vec):
            raise NotUnderstoodError(_shown(node), 0, "a vector where a number is needed")
        return value

    # -- names ----------------------------------------------------------------------------------------------------

    def number(self, node: Number) -> Value:
        return sympy.Rational(node.text)

    def name(self, node: Name) -> Value:
        if not node.indices and node.key in self.indices:
            return sympy.Integer(self.indices[node.key])
        if not node.indices and node.key in self.sizes:
            return sympy.Integer(self.sizes[node.key])
        definition = (
            self.context.find(node) if opaque(node) not in self.closed and node.key not in self.closed else None
        )
        if definition is not None and definition.parameters:
            return self.applied(definition, node)
        if definition is not None and self.expand and not definition.is_value:
            return self.opened(definition, node)
        if node.key == "sigma" and not node.indices and definition is None and self.bare_sigmoid and self.argument:
            return self.lower(Call(node, (self.argument,)))
        if node.key == "pi" and not node.indices:
            return sympy.pi
        if node.key == "e" and not node.indices and definition is None:
            raise NotUnderstoodError("e", 0, "a name or the number e")
        return self.symbols(node)

    def symbols(self, node: Name) -> Value:
        """The symbol of a name; a vector of symbols when indices are left open."""
        places = [self.index(index) for index in node.indices]
        rank = self.shapes.ranks.get(node.key, 0)
        if rank > len(places) + 1:
            raise NotUnderstoodError(_shown(node), 0, "a matrix")
        if rank == len(places) + 1:
            length = self.shapes.length(node.key, rank - 1, self.sizes)
            return Vec(tuple(sympy.Symbol("_".join([node.key, *places, str(i)])) for i in range(1, length + 1)))
        return sympy.Symbol("_".join([node.key, *places]))

    def index(self, node: Node) -> str:
        if isinstance(node, Number):
            return node.text
        if isinstance(node, Name):
            if node.key in self.indices:
                return str(self.indices[node.key])
            if node.key in self.shapes.bound and not node.indices:
                raise NotUnderstoodError(node.key, 0, "an index outside its sum")
            return opaque(node)
        raise NotUnderstoodError("_", 0, "an index that is a formula")

    def opened(self, definition: Definition, used: Name) -> Value:
        if definition.body is None:
            raise AbstractError(used.key, f"the definition of {used.key} was not understood")
        renamed = definition.body
        for before, after in zip(definition.name.indices, used.indices, strict=False):
            if isinstance(before, Name):
                renamed = substitute(renamed, before, after)
        return replace(self, closed=self.closed | {opaque(used)}).lower(renamed)

    def applied(self, definition: Definition, used: Name) -> Value:
        """A function named without its argument: applied to the variable in question."""
        if len(definition.parameters) != 1:
            return self.opened(definition, used)
        return self.lower(Call(used, (self.argument or definition.parameters[0],)))

    # -- calls ----------------------------------------------------------------------------------------------------

    def call(self, node: Call) -> Value:
        name = node.function
        definition = self.context.find(name)
        if definition is None:
            return self.known_call(node)
        if definition.body is None:
            raise AbstractError(name.key, f"the definition of {name.key} was not understood")
        if not definition.parameters and node.primes and not node.arguments:
            return self.primed(definition, node)
        if not definition.parameters:
            if node.primes or not all(isinstance(argument, Name) for argument in node.arguments):
                raise AbstractError(name.key, f"{name.key} is defined without arguments")
            return replace(self, closed=self.closed | {opaque(name)}).lower(definition.body)
        if opaque(name) in self.closed:
            raise NotUnderstoodError(name.key, 0, "defined by itself")
        inside = replace(self, closed=self.closed | {opaque(name)})
        arguments = node.arguments or ((self.argument or definition.parameters[0]),)
        if node.primes:
            if len(definition.parameters) != 1:
                raise NotUnderstoodError(f"{name.key}'", 0, "a prime on a function of several variables")
            return self.differentiated(
                lambda variable: inside.lower(substitute(_body(definition), definition.parameters[0], variable)),
                node.primes,
                self.scalar(arguments[0]),
            )
        if len(arguments) != len(definition.parameters):
            raise NotUnderstoodError(name.key, 0, "called with another number of arguments")
        body = _body(definition)
        fresh = [Name(f"\0{i}") for i in range(len(arguments))]
        for parameter, place in zip(definition.parameters, fresh, strict=True):
            body = substitute(body, parameter, place)
        for place, argument in zip(fresh, arguments, strict=True):
            body = substitute(body, place, argument)
        return inside.lower(body)

    def primed(self, definition: Definition, node: Call) -> Value:
        """`y'` where `y` is defined by a formula in x alone, or in t alone."""
        value = self.opened(definition, definition.name)
        names = set() if isinstance(value, Vec) else {str(symbol) for symbol in value.free_symbols}
        if isinstance(value, Vec) or len(names) != 1 or not names <= {"x", "t"}:
            raise AbstractError(node.function.key, f"{node.function.key} is not defined by a formula in x or t alone")
        (symbol,) = value.free_symbols
        for _ in range(node.primes):
            value = gradient(value, symbol)
        return value

    def known_call(self, node: Call) -> Value:
        name = node.function.key
        if name == "sigma" and self.context.sigmoid:
            name = "sigmoid"
        function = KNOWN.get(name)
        if function is None:
            raise AbstractError(name)
        if node.primes:
            argument = self.scalar(node.arguments[0]) if node.arguments else self.own_argument(name)
            return self.differentiated(lambda variable: function(self.scalar(variable)), node.primes, argument)
        if not node.arguments:
            return function(self.own_argument(name))
        arguments = [self.scalar(argument) for argument in node.arguments]
        if self.degrees and name in {"sin", "cos", "tan"}:
            arguments = [argument * sympy.pi / 180 for argument in arguments]
        if name == "log":
            return sympy.log(arguments[0]) / sympy.log(arguments[1] if len(arguments) == 2 else self.logarithm)
        return function(*arguments)

    def own_argument(self, name: str) -> Expr:
        if self.argument is None:
            raise NotUnderstoodError(name, 0, "a function without its argument")
        return self.scalar(self.argument)

    def differentiated(self, function: Callable[[Name], Value], times: int, at: Expr) -> Expr:
        """The derivative of a function of one variable, at a point."""
        variable = Name("\0t")
        expr = function(variable)
        symbol = sympy.Symbol("\0t")
        if isinstance(expr, Vec):
            raise NotUnderstoodError("'", 0, "the derivative of a vector")
        for _ in range(times):
            expr = gradient(expr, symbol)
        return expr.subs(symbol, at)

    # -- arithmetic -----------------------------------------------------------------------------------------------

    def binary(self, node: Binary) -> Value:
        left, right = self.lower(node.left), self.lower(node.right)
        return ARITHMETIC[node.operator](left, right)

    def negative(self, node: Negative) -> Value:
        return scaled(sympy.Integer(-1), self.lower(node.operand))

    def powered(self, node: Power) -> Value:
        base, exponent = self.lower(node.base), self.scalar(node.exponent)
        if isinstance(base, Vec):
            raise NotUnderstoodError("^", 0, "a power of a vector")
        if base == 0 and exponent.is_negative:
            raise NotUnderstoodError("^", 0, "a division by zero")
        return power(base, exponent)

    def big(self, node: Big) -> Value:
        low = 1 if node.low is None else self.whole(node.low)
        high = self.sizes[f"#{node.index}"] if node.high is None else self.whole(node.high)
        if high - low > 40:
            raise NotUnderstoodError(node.index, 0, "the range of a sum")
        terms = [replace(self, indices={**self.indices, node.index: i}).lower(node.body) for i in range(low, high + 1)]
        if not terms:
            return sympy.Integer(0 if node.kind == "sum" else 1)
        total = terms[0]
        for term in terms[1:]:
            total = ARITHMETIC["+" if node.kind == "sum" else "*"](total, term)
        return total

    def whole(self, node: Node) -> int:
        value = self.scalar(node)
        if not value.is_Integer:
            raise NotUnderstoodError(_shown(node), 0, "the range of a sum")
        return int(value)

    def absolute(self, node: Absolute) -> Value:
        value = self.lower(node.operand)
        return length_of(value, 2) if isinstance(value, Vec) else sympy.Abs(value)

    def norm(self, node: Norm) -> Value:
        value = self.lower(node.operand)
        if not isinstance(value, Vec):
            raise NotUnderstoodError("\\|", 0, "the norm of something not known to be a vector")
        return length_of(value, node.order)

    def vector(self, node: Vector) -> Value:
        return Vec(tuple(self.scalar(item) for item in node.items))

    def transpose(self, node: Transpose) -> Value:
        value = self.lower(node.operand)
        return replace(value, row=not value.row) if isinstance(value, Vec) else value

    def cases(self, node: Cases) -> Value:
        branches = []
        for value, conditions in node.branches:
            holds = [_COMPARE[c.operator](self.scalar(c.left), self.scalar(c.right)) for c in conditions]
            branches.append((self.scalar(value), sympy.And(*holds) if holds else sympy.true))
        return sympy.Piecewise(*branches)

    # -- derivatives ----------------------------------------------------------------------------------------------

    def derivative(self, node: Derivative) -> Value:
        if not node.variables:
            return self.full_gradient(node)
        value = self.function_of(node.function, node.variables[0])
        if not node.partial:
            check_held(value, node.variables[0], self.context)
        for variable in node.variables:
            value = self.by(value, variable)
        return value

    def full_gradient(self, node: Derivative) -> Value:
        """A gradient without its variable: by all the arguments with which the function is defined, in their order."""
        called = node.function.function if isinstance(node.function, Call) else node.function
        definition = self.context.find(called) if isinstance(called, Name) else None
        if definition is None or not definition.parameters:
            raise AbstractError("\\nabla", "abstract: a gradient without its variable")
        opened = Derivative(Call(definition.name, definition.parameters), (), partial=True)
        by_each = [self.lower(replace(opened, variables=(parameter,))) for parameter in definition.parameters]
        if isinstance(node.function, Call) and len(node.function.arguments) == len(definition.parameters):
            places = [self.scalar(parameter) for parameter in definition.parameters]
            at = dict(zip(places, map(self.scalar, node.function.arguments), strict=True))
            by_each = [part if isinstance(part, Vec) else part.subs(at, simultaneous=True) for part in by_each]
        if any(isinstance(part, Vec) for part in by_each):
            raise NotUnderstoodError("\\nabla", 0, "a gradient by vectors")
        return by_each[0] if len(by_each) == 1 else Vec(tuple(by_each))

    def function_of(self, function: Node, variable: Name) -> Value:
        """What is differentiated; the variable itself stays closed, so that one can differentiate by it."""
        inside = replace(self, closed=self.closed | {opaque(variable)}, argument=variable)
        if isinstance(function, Name):
            definition = self.context.find(function)
            if definition is None:
                if function.key in KNOWN or (function.key == "sigma" and self.context.sigmoid):
                    return inside.lower(Call(function, (variable,)))
                raise AbstractError(function.key)
            if len(definition.parameters) == 1 and is_formula(definition.parameters[0], variable, self.context):
                return inside.lower(Call(function, definition.parameters))  # f(x) by t, where x is a formula in t
            if definition.parameters:
                return inside.applied(definition, function)
            return inside.opened(definition, function)
        return inside.lower(function)

    def by(self, value: Value, variable: Name) -> Value:
        at = replace(self, closed=self.closed | {opaque(variable)}).symbols(variable)
        if isinstance(at, Vec):
            if isinstance(value, Vec):
                raise NotUnderstoodError(variable.key, 0, "the derivative of a vector by a vector")
            result: Value = Vec(tuple(_derivative(value, symbol) for symbol in at.items))
            if not any(value.has(symbol) for symbol in at.items):
                raise AbstractError(variable.key, f"the function does not contain {variable.key}")
            return result
        parts = value.items if isinstance(value, Vec) else (value,)
        if not any(part.has(at) for part in parts):
            raise AbstractError(opaque(variable), f"the function does not contain {opaque(variable)}")
        if isinstance(value, Vec):
            return Vec(tuple(_derivative(part, at) for part in parts))
        result = _derivative(value, at)
        opened = self.name(variable) if self.expand else at
        return result if opened == at or isinstance(opened, Vec) else result.subs(at, opened)

    def at(self, node: At) -> Value:
        value = self.lower(node.operand)
        for name, number in node.bindings:
            symbol = self.symbols(name)
            if isinstance(symbol, Vec) or isinstance(value, Vec):
                raise NotUnderstoodError("|", 0, "an evaluation of a vector")
            value = value.subs(symbol, self.scalar(number))
        return value


def _derivative(value: Expr, symbol: Expr) -> Expr:
    return gradient(value, symbol) if value.has(symbol) else sympy.Integer(0)


def _body(definition: Definition) -> Node:
    if definition.body is None:
        raise AbstractError(definition.name.key)
    return definition.body


def _shown(node: Node) -> str:
    return opaque(node) if isinstance(node, Name) else type(node).__name__.lower()


_COMPARE: Mapping[str, Callable[[Expr, Expr], Expr]] = {
    "<": sympy.Lt, ">": sympy.Gt, "<=": sympy.Le, ">=": sympy.Ge, "==": sympy.Eq, "!=": sympy.Ne,
}  # fmt: skip

_RULES: Mapping[type, Callable[..., Value]] = {
    Number: Lowering.number,
    Name: Lowering.name,
    Call: Lowering.call,
    Binary: Lowering.binary,
    Negative: Lowering.negative,
    Power: Lowering.powered,
    Big: Lowering.big,
    Absolute: Lowering.absolute,
    Norm: Lowering.norm,
    Vector: Lowering.vector,
    Transpose: Lowering.transpose,
    Cases: Lowering.cases,
    Derivative: Lowering.derivative,
    At: Lowering.at,
}

Values = Sequence[Value]
