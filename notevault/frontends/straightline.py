"""Straight-line arithmetic in Python source, read (never run) and computed on the engine under its own names.

    prediction = w * x + b
    loss = (prediction - y) ** 2

Only assignments of names, numbers, the arithmetic operators and known functions are read; whatever else a block holds
makes the names that it assigns unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from notevault.autodiff import Tensor, apply, tensor
from notevault.errors import NotevaultError

MAX_SOURCE = 20_000
MAX_DEPTH = 60

OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
FUNCTIONS: Mapping[str, str] = {
    name: name
    for name in (
        "exp",
        "log",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "sigmoid",
        "relu",
        "softplus",
        "abs",
    )
} | {"Abs": "abs", "ln": "log", "atan": "atan", "arctan": "atan"}
CONSTANTS: Mapping[str, float] = {"pi": 3.141592653589793, "E": 2.718281828459045}


class NotStraightLineError(NotevaultError):
    """The source, or the name asked for, is not straight-line arithmetic; the message names what stopped the reader."""


@dataclass(frozen=True, slots=True)
class Step:
    """One assignment, `name = expression`."""

    name: str
    expression: ast.expr

    @property
    def source(self) -> str:
        """The assignment as Python."""
        return f"{self.name} = {ast.unparse(self.expression)}"


@dataclass(frozen=True, slots=True)
class Computation:
    """The steps that lead to `output`, and the names that they use and nothing assigns, in order of appearance."""

    steps: tuple[Step, ...]
    inputs: tuple[str, ...]
    output: str

    @property
    def source(self) -> str:
        """The steps as Python, one a line."""
        return "\n".join(step.source for step in self.steps)


def read(source: str, output: str, before_line: int | None = None) -> Computation:
    """The computation of the variable `output` in `source`, as it stands before the 1-based line `before_line`.

    Raises NotStraightLineError.

    >>> read("p = w*x + b\\nprint(p)\\nloss = (p - y)**2", "loss").inputs
    ('w', 'x', 'b', 'y')
    """
    steps: dict[str, Step] = {}
    for statement in _parse(source).body:
        if before_line is not None and statement.lineno >= before_line:
            break
        for name, expression in _assignments(statement):
            earlier = {used for step in steps.values() for used in _names(step.expression)}
            if name in steps or (expression is not None and name in earlier):
                # a second value for a name: what was computed from the first one can no longer be told apart
                steps = {n: s for n, s in steps.items() if n != name and name not in _names(s.expression)}
            if expression is not None and name not in _names(expression):
                steps[name] = Step(name, expression)
    if output not in steps:
        raise NotStraightLineError(f"no assignment to {output!r} that is plain arithmetic")
    needed = _needed(steps, output)
    used = [name for step in needed for name in _names(step.expression)]
    inputs = dict.fromkeys(name for name in used if name not in steps and name not in CONSTANTS)
    return Computation(tuple(needed), tuple(inputs), output)


def read_expression(text: str, output: str = "L") -> Computation:
    """The computation of a single expression, called `output`; raises NotStraightLineError."""
    tree = _parse(f"{output} = ({text})")
    match tree.body:
        case [ast.Assign(value=value)] if _is_arithmetic(value):
            inputs = dict.fromkeys(name for name in _names(value) if name not in CONSTANTS)
            return Computation((Step(output, value),), tuple(inputs), output)
    raise NotStraightLineError(f"{text!r} is not an arithmetic expression")


def evaluate(computation: Computation, at: Mapping[str, float]) -> tuple[Tensor, dict[str, Tensor]]:
    """The output as a tensor on the tape, and every named tensor; `at` has a value for each input.

    Raises NotStraightLineError where a value is missing.
    """
    missing = [name for name in computation.inputs if name not in at]
    if missing:
        raise NotStraightLineError(f"no value for {', '.join(missing)}")
    values = {name: tensor(float(at[name]), name) for name in computation.inputs}
    for step in computation.steps:
        result = _value(step.expression, values, {})
        values[step.name] = result if isinstance(result, Tensor) else tensor(float(result), step.name)
    return values[computation.output], values


def _parse(source: str) -> ast.Module:
    if len(source) > MAX_SOURCE:
        raise NotStraightLineError("the source is too long")
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotStraightLineError(f"not Python: {error}") from error
    return tree


def _assignments(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a statement assigns, each with its expression where that is arithmetic."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_arithmetic(value):
            yield name, value
        case ast.Assign(targets=[ast.Name() | ast.Tuple()], value=ast.Call(func=function)) if _makes_symbols(function):
            return
        case _:
            stored = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            yield from ((name, None) for name in sorted(stored))


def _makes_symbols(function: ast.expr) -> bool:
    return _called(function) in {"symbols", "Symbol", "var"}


def _called(function: ast.expr) -> str | None:
    """The last name of a called function: `exp` for `exp`, `np.exp` and `math.exp`."""
    match function:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(), attr=name):
            return name
        case _:
            return None


def _is_arithmetic(node: ast.expr, depth: int = 0) -> bool:
    if depth > MAX_DEPTH:
        return False
    match node:
        case ast.Name():
            return True
        case ast.Constant(value=bool()):
            return False
        case ast.Constant(value=int() | float()):
            return True
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return _is_arithmetic(operand, depth + 1)
        case ast.BinOp(left=left, op=op, right=right):
            return type(op) in OPERATORS and _is_arithmetic(left, depth + 1) and _is_arithmetic(right, depth + 1)
        case ast.Call(func=function, args=[argument], keywords=[]):
            return _called(function) in FUNCTIONS and _is_arithmetic(argument, depth + 1)
        case _:
            return False


def _names(node: ast.expr) -> list[str]:
    """The names that an arithmetic expression reads, in the order in which they are written."""
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.UnaryOp(operand=operand):
            return _names(operand)
        case ast.BinOp(left=left, right=right):
            return _names(left) + _names(right)
        case ast.Call(args=[argument]):
            return _names(argument)
        case _:
            return []


def _needed(steps: dict[str, Step], output: str) -> Sequence[Step]:
    wanted = {output}
    for name in reversed(steps):
        if name in wanted:
            wanted.update(_names(steps[name].expression))
    return [step for name, step in steps.items() if name in wanted]


def _value(node: ast.expr, values: Mapping[str, Tensor], known: dict[str, Tensor]) -> Tensor | float:
    """The value of a part of a step; `known` are the operations so far, so that equal parts become one node."""
    match node:
        case ast.Name(id=name):
            return values[name] if name in values else CONSTANTS[name]
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, values, known)
        case ast.UnaryOp(operand=ast.Constant(value=int() | float() as number)):
            return -number
    written = ast.unparse(node)
    if written not in known:
        primitive, operands = _operation(node)
        known[written] = apply(primitive, *(_value(operand, values, known) for operand in operands))
    return known[written]


def _operation(node: ast.expr) -> tuple[str, tuple[ast.expr, ...]]:
    """The primitive that a node applies, and its operands."""
    match node:
        case ast.UnaryOp(operand=operand):
            return "neg", (operand,)
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)], (left, right)
        case ast.Call(func=function, args=[argument]):
            return FUNCTIONS[_called(function) or ""], (argument,)
    raise NotStraightLineError(f"not arithmetic: {ast.unparse(node)}")
