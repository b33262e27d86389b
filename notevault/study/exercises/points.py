"""Points that are pleasant to compute at by hand, and that mean something for what the names stand for."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator

from notevault.frontends.straightline import Computation
from notevault.study.exercises.passes import Pass, is_tidy, run

_SHARES = (0.1, 0.2, 0.25, 0.4, 0.5, 0.75, 0.8)
_POSITIVE = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0)
_COUNT = re.compile(r"[nN](?:_\w+)?|[hmtkiK]")
_BY_NAME: tuple[tuple[re.Pattern[str], tuple[float, ...]], ...] = (
    (re.compile(r"[nN](?:_\w+)?"), (2.0, 3.0, 4.0, 5.0, 8.0, 9.0, 16.0)),
    (re.compile(r"[hmtkiK]"), (1.0, 2.0, 3.0, 4.0, 5.0)),
    (re.compile(r"(?:[pP]|beta_[12]|gamma|precision|recall|accuracy|prob\w*)(?:_\w+)?", re.IGNORECASE), _SHARES),
    (re.compile(r"epsilon|eps"), (0.01, 0.1)),
    (re.compile(r"eta|alpha|lr|learning_rate"), (0.1, 0.2, 0.25, 0.5)),
    (re.compile(r"(?:[sS]|[sS]igma|std|beta|lam|MAD)(?:_\w+)?"), (0.5, 1.0, 2.0, 4.0)),
    (re.compile(r".*(?:complexity|error|loss|price|count|total|cost|median).*", re.IGNORECASE), _POSITIVE),
)
"""What a name usually stands for bounds its value: a size, a step, a probability, a rate, a scale, an amount."""

_WHOLE = tuple(float(n) for n in (-3, -2, -1, 1, 2, 3, 4, 5))
_HALVES = tuple(n / 2 for n in (-3, -2, -1, 1, 2, 3, 4))
_ROUND_OPERATIONS = frozenset({"add", "sub", "mul", "neg", "pow", "square", "abs", "relu"})
TRIES = 200


def is_count(name: str) -> bool:
    """Whether `name` usually stands for a whole number, by which nobody differentiates."""
    return _COUNT.fullmatch(name) is not None


def pleasant(computation: Computation, random_: random.Random) -> Pass | None:
    """The computation at a random point where its numbers are small and its gradient is not zero, if one is found."""
    whole = [_values(name, computation, _WHOLE) for name in computation.inputs]
    halves = [_values(name, computation, _HALVES) for name in computation.inputs]
    for _ in range(TRIES):
        done = _try(computation, [random_.choice(values) for values in whole])
        if done and any(node.operation not in _ROUND_OPERATIONS for node in done.steps):
            done = _try(computation, [random_.choice(values) for values in halves])
        if done and is_tidy(done) and any(done.adjoint(name) for name in computation.inputs):
            return done
    return None


def _try(computation: Computation, draws: list[float]) -> Pass | None:
    try:
        return run(computation, dict(zip(computation.inputs, draws, strict=True)))
    except ArithmeticError:
        return None


def _values(name: str, computation: Computation, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    """The values that `name` may have: what its place in the computation demands, then what its name says."""
    if not is_count(name) and name in _shares(computation):
        return _SHARES
    named = next((values for pattern, values in _BY_NAME if pattern.fullmatch(name)), None)
    if named is None and name in _positive(computation):
        return _POSITIVE
    return named or otherwise


def _shares(computation: Computation) -> set[str]:
    """The names that stand in `1 - p`."""
    found: set[str] = set()
    for node in _nodes(computation):
        match node:
            case ast.BinOp(left=ast.Constant(value=1), op=ast.Sub(), right=ast.Name(id=name)):
                found.add(name)
            case ast.BinOp(left=ast.Constant(value=1), op=ast.Sub(), right=ast.BinOp(left=ast.Name(id=name))):
                found.add(name)
    return found


def _positive(computation: Computation) -> set[str]:
    """The names inside a logarithm, a root or a broken power, and those of a part over its whole, `a / (a + b)`."""
    found: set[str] = set()
    for node in _nodes(computation):
        match node:
            case ast.Call(func=ast.Name(id="log" | "ln" | "sqrt") | ast.Attribute(attr="log" | "sqrt"), args=[inside]):
                found |= _names(inside) if not _has_sum(inside) else set()
            case ast.BinOp(left=base, op=ast.Pow(), right=ast.BinOp() | ast.UnaryOp(operand=ast.BinOp()) as exponent):
                found |= _names(base) | _names(exponent) if _names(exponent) else set()
            case ast.BinOp(left=part, op=ast.Div(), right=ast.BinOp(op=ast.Add()) as total):
                found |= _names(total) if _names(part) & _names(total) and not _has_calls(total) else set()
    return found


def _nodes(computation: Computation) -> Iterator[ast.AST]:
    for step in computation.steps:
        yield from ast.walk(step.expression)


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _has_sum(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Add | ast.Sub) for node in ast.walk(tree))


def _has_calls(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Call) for node in ast.walk(tree))
