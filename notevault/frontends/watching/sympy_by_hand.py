"""Gradients that a sympy block writes by hand: `grad_w = 2*x*(w*x + b - y)` beside one expression that is the loss."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import Any

import sympy

from notevault.frontends.claims import Finding, Outcome, Verdict
from notevault.frontends.gradients import is_scalar, judge
from notevault.frontends.sizes import parts
from notevault.frontends.watching.block import BlockCode, place_of_node
from notevault.frontends.watching.pairing import LOSSES, parameter_of

_WHOLE = frozenset({"gradient", "grad", "nabla", "grad_f", "gradient_f", "grad_loss", "gradient_loss", "grad_L"})
"""What the gradient by all variables is called."""

_ORDERED = ("variables", "vars", "params", "parameters", "theta", "args")
"""What the variables in their order are called."""

_PLAIN = frozenset(
    {
        *("exp", "log", "sin", "cos", "tan", "tanh", "sqrt", "Rational", "Integer", "S", "Abs", "Max", "Min", "sign"),
        *("Matrix", "ImmutableMatrix", "Transpose", "Trace", "Determinant", "Inverse", "inv", "Sum", "Piecewise"),
        *("Heaviside", "symbols", "Symbol", "Identity", "Product", "det"),
    }
)
"""What may be called in a gradient that is written by hand: nothing that differentiates."""


def by_hand(block: BlockCode, namespace: dict[str, Any], taken: Collection[int]) -> Iterator[Finding]:
    """A finding for every gradient that is assigned on lines where none is `taken`."""
    losses = [namespace[name] for name in LOSSES if _is_loss(namespace.get(name))]
    if not losses and _is_loss(namespace.get("f")):
        losses = [namespace["f"]]
        names = _WHOLE
    elif len(losses) == 1:
        names = None
    else:
        return
    for statement in _assignments(block.source):
        name = statement.targets[0].id  # type: ignore[attr-defined]
        spanned = set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
        value = namespace.get(name)
        if spanned & set(taken) or not _is_gradient(value) or _calls(statement.value):
            continue
        if names is not None and name not in names:
            continue
        verdict = _verdict(losses[0], name, value, namespace)
        if verdict is not None:
            yield place_of_node(statement, block.source).finding("gradient", "sympy", block.source, verdict)


def _verdict(loss: Any, name: str, value: Any, namespace: dict[str, Any]) -> Verdict | None:
    known = _parameters(loss, namespace)
    if name in _WHOLE:
        return _whole(loss, value, namespace)
    parameter = parameter_of(name, known)
    return None if parameter is None else judge(loss, [known[parameter]], value)


def _whole(loss: Any, value: Any, namespace: dict[str, Any]) -> Verdict | None:
    """The gradient by all variables, where their order is written down: a list of exactly the loss's names."""
    names = {part for part in parts(loss) if isinstance(part, sympy.Symbol)}
    orders = [list(namespace[name]) for name in _ORDERED if _is_list_of_names(namespace.get(name))]
    fitting = [order for order in orders if set(order) <= names and len(order) == _length(value)]
    if len(fitting) != 1:
        return None
    verdict = judge(loss, fitting, value)
    return None if verdict.outcome is Outcome.INCONCLUSIVE else verdict


def _parameters(loss: Any, namespace: dict[str, Any]) -> dict[str, Any]:
    """What the loss can be differentiated by: its names, and matrices of the block that hold only some of these."""
    names: dict[str, Any] = {}
    inside = set()
    for part in parts(loss):
        if isinstance(part, sympy.Symbol | sympy.MatrixSymbol):
            names[part.name] = part
            inside.add(part)
    matrices = {name: value for name, value in namespace.items() if isinstance(value, sympy.MatrixBase)}
    for name, value in matrices.items():
        if name not in names and _is_list_of_names(value) and set(value) <= inside:
            names[name] = value
    return names


def _is_list_of_names(value: Any) -> bool:
    if not isinstance(value, list | tuple | sympy.MatrixBase):
        return False
    entries = list(value)
    return bool(entries) and all(isinstance(entry, sympy.Symbol) for entry in entries)


def _is_loss(value: Any) -> bool:
    return is_scalar(value) or (isinstance(value, sympy.MatrixExpr | sympy.MatrixBase) and value.shape == (1, 1))


def _is_gradient(value: Any) -> bool:
    return isinstance(value, sympy.Expr | sympy.MatrixBase | sympy.NDimArray) or (
        isinstance(value, list | tuple) and bool(value) and all(isinstance(entry, sympy.Expr) for entry in value)
    )


def _length(value: Any) -> int:
    return len(value) if hasattr(value, "__len__") else 1


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
