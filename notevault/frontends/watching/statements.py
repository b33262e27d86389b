"""What the statements of a block bind, and which of them change what."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence


def targets_of(statement: ast.stmt) -> list[str]:
    """The plain names that a statement binds or changes."""
    match statement:
        case ast.Assign(targets=targets):
            return [name for target in targets for name in _bound(target)]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return _bound(target)
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
    return []


def _bound(target: ast.expr) -> list[str]:
    """The names that an assignment to `target` binds or changes: `x`, `a, b`, `x[i]`."""
    match target:
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)) | ast.Starred(value=ast.Name(id=name)):
            return [name]
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [name for part in parts for name in _bound(part)]
    return []


def keyed(statement: ast.stmt) -> list[str]:
    """The keys of a dict to which a statement assigns: `grads["W1"] = ...`, `params["W1"] -= ...`."""
    match statement:
        case ast.Assign(targets=targets):
            pass
        case ast.AugAssign(target=target):
            targets = [target]
        case _:
            return []
    return [
        target.slice.value
        for target in targets
        if isinstance(target, ast.Subscript)
        and isinstance(target.value, ast.Name)
        and isinstance(target.slice, ast.Constant)
        and isinstance(target.slice.value, str)
    ]


def statements_of(body: Sequence[ast.stmt], functions: bool = False) -> Iterator[ast.stmt]:
    """The statements of a block and of its loops and conditions; of its functions too where that is asked for."""
    for statement in body:
        yield statement
        inside = isinstance(statement, ast.For | ast.While | ast.If | ast.With)
        if inside or (functions and isinstance(statement, ast.FunctionDef)):
            for part in ("body", "orelse"):
                yield from statements_of(getattr(statement, part, []), functions)


def bound_in(body: Sequence[ast.stmt]) -> list[str]:
    """Every name that the statements may bind."""
    return [name for statement in statements_of(body) for name in targets_of(statement)]


def updates(tree: ast.Module) -> Iterator[tuple[str, ast.operator, ast.expr]]:
    """Steps of descent or ascent: the name (or key) that changes, whether by plus or minus, and what is added."""
    for statement in statements_of(tree.body, functions=True):
        names = [*keyed(statement), *targets_of(statement)]
        if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add | ast.Sub) and names:
            yield names[0], statement.op, statement.value
        elif (
            isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp) and len(statement.targets) == 1
        ):
            step = statement.value
            if isinstance(step.op, ast.Add | ast.Sub) and ast.unparse(step.left) == ast.unparse(statement.targets[0]):
                yield names[0], step.op, step.right


def used_in(expression: ast.AST) -> set[str]:
    """The names and the keys of dicts that an expression reads."""
    names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
    return names | {
        node.slice.value
        for node in ast.walk(expression)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    }
