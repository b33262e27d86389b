"""Gradient functions that are difference quotients: how far they are from the derivative is a matter of the step."""

from __future__ import annotations

import ast

_STEPS = frozenset({"h", "eps", "epsilon", "dx", "dt", "delta", "step_size"})


def is_difference_quotient(gradient: ast.FunctionDef, function: ast.FunctionDef) -> bool:
    """Whether the gradient divides, and by a small step or calls the function elsewhere than at its own argument."""
    nodes = list(ast.walk(gradient))
    divides = any(isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) for node in nodes)
    small = any(isinstance(node, ast.Name) and node.id in _STEPS for node in nodes)
    return divides and (small or any(_is_elsewhere(node, function.name) for node in nodes))


def _is_elsewhere(node: ast.AST, function: str) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function
        and any(isinstance(argument, ast.BinOp) for argument in node.args)
    )
