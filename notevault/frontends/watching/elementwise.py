"""Derivatives of activations written as functions: `def sigmoid_derivative(x)` beside `def sigmoid(x)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

import numpy as np

from notevault.autodiff import AutodiffError, Tensor, gradients, tensor
from notevault.frontends.backward.points import Array, agree, array
from notevault.frontends.claims import Confidence, Outcome, Verdict
from notevault.frontends.watching.differences import is_difference_quotient
from notevault.frontends.watching.rerun import Rerun

_DERIVATIVE = re.compile(r"(?P<of>\w+?)_?(?:prime|derivative|deriv)|d_?(?P<function>\w+)")
_UPSTREAM = re.compile(r"d_?[a-zA-Z]\w*|grad\w*|delta\w*|upstream\w*|error\w*")
NEAR = 0.02
_POINTS = (-2.3, -0.7, 0.4, 1.9)


def elementwise_verdicts(rerun: Rerun) -> Iterator[tuple[ast.stmt, Verdict]]:
    """A verdict on each function that by its name is the derivative of another one of a single number.

    Many notes write such a derivative in terms of the function's value (`a * (1 - a)`): both readings are tried.
    """
    for gradient, function in _pairs(rerun.functions):
        verdict = _verdict(rerun, gradient, function)
        returned = [node for node in ast.walk(gradient) if isinstance(node, ast.Return)]
        if verdict is not None and returned:
            yield returned[-1], verdict


def _pairs(functions: Mapping[str, ast.FunctionDef]) -> Iterator[tuple[ast.FunctionDef, ast.FunctionDef]]:
    for name, gradient in functions.items():
        match = _DERIVATIVE.fullmatch(name)
        of = functions.get((match["of"] or match["function"]) if match else "")
        if of is None or of is gradient or _has_remainders(gradient):
            continue
        if _is_of_one(gradient) and _is_of_one(of):
            yield gradient, of


def _has_remainders(function: ast.FunctionDef) -> bool:
    """Whether it takes remainders: then its "prime" is a number."""
    return any(isinstance(node, ast.Mod) for node in ast.walk(function))


def _is_of_one(function: ast.FunctionDef) -> bool:
    """Whether it has one argument, which is no upstream gradient by its name."""
    names = [a.arg for a in function.args.args]
    return len(names) == 1 and not _UPSTREAM.fullmatch(names[0]) and not function.args.vararg


def _verdict(rerun: Rerun, gradient: ast.FunctionDef, function: ast.FunctionDef) -> Verdict | None:
    at = tensor(np.array(_POINTS))
    value, said = _at(rerun, function, at), _at(rerun, gradient, at)
    if value is None or said is None or not _is_elementwise(rerun, function, value):
        return None
    try:
        (slope,) = gradients(value.sum(), [at])
    except AutodiffError:
        return None
    right = array(slope)
    evidence: dict[str, object] = {"points": len(_POINTS), "skipped": 0}
    if agree(array(said), right):
        return Verdict(Outcome.VERIFIED, Confidence.NUMERIC, "", None, evidence)
    of_value = _at(rerun, gradient, tensor(array(value)))
    if of_value is None:
        return None
    if agree(array(of_value), right):
        reason = f"in terms of the value of {function.name}"
        return Verdict(Outcome.VERIFIED, Confidence.NUMERIC, reason, None, evidence)
    if not np.any(right):
        return None  # of a step one takes a slope on purpose: a surrogate gradient, or straight through
    if is_difference_quotient(gradient, function) or np.allclose(array(said), right, rtol=NEAR, atol=NEAR):
        return Verdict(Outcome.INCONCLUSIVE, None, "near the derivative, as a difference quotient is", None, evidence)
    shown = _counterexample(function.args.args[0].arg, array(said), right)
    reason = f"it gives the slope of {function.name} neither from the argument nor from the value"
    evidence = {**evidence, "counterexample": shown}
    return Verdict(Outcome.REFUTED, Confidence.NUMERIC, reason, "not localised", evidence)


def _counterexample(name: str, said: Array, right: Array) -> dict[str, object]:
    worst = int(np.argmax(np.abs(said - right)))
    return {"at": {name: _POINTS[worst]}, "claimed": float(said[worst]), "computed": float(right[worst])}


def _at(rerun: Rerun, function: ast.FunctionDef, x: Tensor) -> Tensor | None:
    """The function of an array, where the engine can follow it and a finite number comes for each."""
    known, value = rerun.enter(function, {function.args.args[0].arg: x})
    if not known or not isinstance(value, Tensor | np.ndarray) or np.shape(array(value)) != x.shape:
        return None
    made = value if isinstance(value, Tensor) else tensor(value)
    return made if np.all(np.isfinite(array(made))) else None


def _is_elementwise(rerun: Rerun, function: ast.FunctionDef, value: Tensor) -> bool:
    """Whether each number decides its own value alone, unlike softmax."""
    first = _at(rerun, function, tensor(np.array(_POINTS[:2])))
    return first is not None and agree(array(first), array(value)[:2])
