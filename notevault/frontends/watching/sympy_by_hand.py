"""Gradients that a sympy block writes by hand: `grad_w = 2*x*(w*x + b - y)` beside one expression that is the loss."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import sympy

from notevault.frontends.backward.search import Line
from notevault.frontends.claims import Confidence, Finding, Outcome, Verdict
from notevault.frontends.gradients import is_scalar, judge
from notevault.frontends.matrix_mistakes import MAX_ENTRIES, POINTS, UNEXPLAINED, explain_matrix
from notevault.frontends.symbolic.sizes import parts
from notevault.frontends.watching.block import BlockCode, place_of_node
from notevault.frontends.watching.pairing import LOSSES, SURE, explicit_pair, parameter_of
from notevault.frontends.watching.sympy_doubts import bound_twice, tempered

_WHOLE = frozenset({"gradient", "grad", "nabla", "grad_f", "gradient_f", "grad_loss", "gradient_loss", "grad_L"})
"""What the gradient by all variables is called."""

_SAYS_SO = ("grad_", "gradient_", "nabla_")

_ORDERED = ("variables", "vars", "params", "parameters", "theta", "args")
"""What the variables in their order are called."""

_PLAIN = frozenset(
    {
        *("exp", "log", "sin", "cos", "tan", "tanh", "sqrt", "Rational", "Integer", "S", "Abs", "Max", "Min", "sign"),
        *("Matrix", "ImmutableMatrix", "Transpose", "Trace", "Determinant", "Inverse", "inv", "Sum", "Piecewise"),
        *("Heaviside", "Identity", "Product", "det"),
        *("eye", "ones", "zeros", "diag", "trace", "dot", "norm", "transpose", "multiply_elementwise", "applyfunc"),
        *("hadamard_product", "adjugate", "sinh", "cosh"),
    }
)
"""What may be called in a gradient that is written by hand: nothing that differentiates."""


def by_hand(block: BlockCode, namespace: dict[str, Any], taken: Collection[int]) -> Iterator[Finding]:
    """A finding for every gradient that is assigned on lines where none is `taken`."""
    twice = bound_twice(block.source)
    called = [name for name in LOSSES[:SURE] if _is_loss(namespace.get(name))]
    losses = [namespace[name] for name in called]
    names: Collection[str] | None = None
    if not losses and _is_loss(namespace.get("f")):
        called, losses = ["f"], [namespace["f"]]
        names = _WHOLE
    if twice & set(called):
        losses = []  # which of its values a gradient belongs to is not written down
    once = {key: value for key, value in namespace.items() if key not in twice}
    for statement in _assignments(block.source):
        name = statement.targets[0].id  # type: ignore[attr-defined]
        spanned = set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
        value = namespace.get(name)
        if name in twice or spanned & set(taken) or not _is_gradient(value) or _calls(statement.value):
            continue
        verdict = _of_named_function(name, statement, once)
        if verdict is None and len(losses) == 1 and (names is None or name in names or name.startswith(_SAYS_SO)):
            verdict = _verdict(losses[0], name, statement, namespace)
        if verdict is not None:
            verdict = tempered(verdict, name, statement, block.source, namespace)
        if verdict is not None:
            yield place_of_node(statement, block.source).finding("gradient", "sympy", block.source, verdict)


def _of_named_function(name: str, statement: ast.Assign, namespace: dict[str, Any]) -> Verdict | None:
    """The verdict on a gradient whose name says of what it is: `df_dx` beside `f`."""
    functions = {key: value for key, value in namespace.items() if _is_loss(value)}
    for of, function in functions.items():
        known = _parameters(function, namespace)
        if explicit_pair(name, {of, *known}) in {(of, parameter) for parameter in known}:
            (_, parameter) = explicit_pair(name, {of, *known}) or ("", "")
            return _explained(function, known[parameter], statement, namespace)
    return None


def _verdict(loss: Any, name: str, statement: ast.Assign, namespace: dict[str, Any]) -> Verdict | None:
    known = _parameters(loss, namespace)
    if name in _WHOLE:
        return _whole(loss, namespace[name], namespace)
    parameter = parameter_of(name, set(known) - {name})
    return None if parameter is None else _explained(loss, known[parameter], statement, namespace)


def _explained(function: Any, parameter: Any, statement: ast.Assign, namespace: dict[str, Any]) -> Verdict:
    """The verdict on a claim; what is wrong with a matrix is looked for in the line that made it, too."""
    name = statement.targets[0].id  # type: ignore[attr-defined]
    value = namespace[name]
    verdict = judge(function, [parameter], value)
    both = (parameter, value)
    if not all(isinstance(side, sympy.MatrixBase) and 0 < len(side) <= MAX_ENTRIES for side in both):
        return verdict  # a scalar may use its parts many times over: its tree is not to be walked
    scalar = function[0, 0] if isinstance(function, sympy.MatrixBase) else function
    if verdict.outcome is Outcome.VERIFIED or not isinstance(scalar, sympy.Expr) or not scalar.free_symbols:
        return verdict
    why = explain_matrix(scalar, parameter, value, name, Line(statement.value, namespace, _evaluate))
    if why.kind == UNEXPLAINED.kind:
        return verdict
    evidence = {**verdict.evidence, "variable": _name_of(parameter, namespace)}
    if verdict.outcome is Outcome.REFUTED:
        return replace(verdict, reason=why.text, diagnosis=why.kind, evidence=evidence)
    shapes = {"at": {}, "claimed": str(value.shape), "computed": str(parameter.shape)}
    evidence |= {"points": POINTS, "skipped": 0, "counterexample": shapes}
    return Verdict(Outcome.REFUTED, Confidence.NUMERIC, why.text, why.kind, evidence)


def _name_of(matrix: Any, namespace: dict[str, Any]) -> str:
    return next((name for name, value in namespace.items() if value is matrix), "the matrix")


def _evaluate(expression: ast.expr, names: Mapping[str, Any]) -> Any:
    code = compile(ast.fix_missing_locations(ast.Expression(expression)), "<changed>", "eval")
    return eval(code, {**names})  # noqa: S307 - inside the jail, as the block itself


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
    if isinstance(value, sympy.Symbol):
        return False
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
