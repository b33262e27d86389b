"""Every derivative that a sympy block takes, and those it writes by hand, checked against the engine."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import sympy

from notevault.frontends.claims import Finding, Outcome, Verdict
from notevault.frontends.expressions import Expr
from notevault.frontends.gradients import is_scalar, judge
from notevault.frontends.watching.block import BlockCode, Place, place_of_call, place_of_node
from notevault.frontends.watching.pairing import LOSSES, parameter_of

MAX_CALLS = 40


@dataclass(frozen=True, slots=True)
class _Taken:
    place: Place
    function: Expr
    variables: tuple[Expr, ...]
    result: Expr


class SympyDiff:
    """Watches `diff(expr, x)` and `expr.diff(x)` as they are called from a block's own lines."""

    def __init__(self) -> None:
        self.block: BlockCode | None = None
        self.taken: list[_Taken] = []

    def start(self, namespace: dict[str, Any]) -> None:
        """Put a listener before sympy's two ways to differentiate."""
        sympy.diff = self._listening(sympy.diff)
        sympy.Expr.diff = self._listening(sympy.Expr.diff)

    def before(self, block: BlockCode) -> None:
        """A new block: nothing has been taken in it."""
        self.block = block
        self.taken = []

    def after(self, block: BlockCode, namespace: dict[str, Any]) -> list[Finding]:
        """A finding for every derivative the block took, and for every one it assigned without taking it."""
        self.block = None
        findings = {}
        for taken in self.taken:
            verdict = judge(taken.function, taken.variables, taken.result)
            if verdict.outcome is Outcome.REFUTED:
                # sympy's own answer: a kink where the two choose differently, not a mistake of the note
                verdict = Verdict(Outcome.INCONCLUSIVE, None, "sympy and the engine differ", None, verdict.evidence)
            key = (taken.place, taken.variables)
            if key not in findings or verdict.outcome is not Outcome.VERIFIED:
                findings[key] = taken.place.finding("gradient", "sympy", block.source, verdict)
        return [*findings.values(), *self._by_hand(block, namespace)]

    def _listening(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def listening(expr: Any, *arguments: Any, **options: Any) -> Any:
            block, self.block = self.block, None  # what sympy calls inside is not the block's own
            try:
                result = function(expr, *arguments, **options)
            finally:
                self.block = block
            frame = sys._getframe(1)
            if block is not None and frame.f_code.co_filename == block.filename and len(self.taken) < MAX_CALLS:
                variables = _variables(expr, arguments)
                if variables and is_scalar(expr) and isinstance(result, sympy.Expr):
                    self.taken.append(_Taken(place_of_call(frame, block.source), expr, variables, result))
            return result

        return listening

    def _by_hand(self, block: BlockCode, namespace: dict[str, Any]) -> list[Finding]:
        """Assignments such as `grad_w = 2*x*(w*x + b - y)` beside one expression that is called the loss."""
        found: list[Finding] = []
        losses = [namespace[name] for name in LOSSES if is_scalar(namespace.get(name))]
        if len(losses) != 1:
            return found
        loss = losses[0]
        lines = {taken.place.line for taken in self.taken}
        for statement in _assignments(block.source):
            name = statement.targets[0].id  # type: ignore[attr-defined]
            parameter = parameter_of(name, {str(symbol) for symbol in loss.free_symbols})
            value = namespace.get(name)
            spanned = set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
            if parameter is None or spanned & lines or not isinstance(value, sympy.Expr) or _calls(statement.value):
                continue
            (symbol,) = (symbol for symbol in loss.free_symbols if str(symbol) == parameter)
            place = place_of_node(statement, block.source)
            found.append(place.finding("gradient", "sympy", block.source, judge(loss, symbol, value)))
        return found


def _variables(expr: Any, arguments: tuple[Any, ...]) -> tuple[Expr, ...]:
    """The variables of a call `diff(expr, x, 2, y)` one by one; () when they are not plain symbols and counts."""
    found: list[Expr] = []
    for argument in arguments:
        if isinstance(argument, sympy.Symbol):
            found.append(argument)
        elif isinstance(argument, int | sympy.Integer) and found and 1 <= int(argument) <= 4:
            found += [found[-1]] * (int(argument) - 1)
        else:
            return ()
    if not arguments and is_scalar(expr) and len(expr.free_symbols) == 1:
        return tuple(expr.free_symbols)
    return tuple(found)


def _assignments(source: str) -> list[ast.Assign]:
    return [
        statement
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
    ]


def _calls(value: ast.expr) -> bool:
    """Whether something is called that may itself differentiate: then the value is not written by hand."""
    calls = [node.func for node in ast.walk(value) if isinstance(node, ast.Call)]
    return any(
        (func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")) not in _PLAIN for func in calls
    )


_PLAIN = frozenset(
    {"exp", "log", "sin", "cos", "tan", "tanh", "sqrt", "Rational", "Integer", "S", "Abs", "Max", "sign"}
)
