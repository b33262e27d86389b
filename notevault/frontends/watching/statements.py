"""What the statements of a block bind, which of them are gradients, and how the tape can run them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

import numpy as np

from notevault.autodiff import Tensor, apply
from notevault.frontends.watching.pairing import LOSSES, parameter_of

_SET_AT, _DOT = "__set_at", "__dot"


def targets_of(statement: ast.stmt) -> list[str]:
    """The plain names that a statement binds."""
    match statement:
        case ast.Assign(targets=targets):
            return [name for target in targets for name in _bound(target)]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return _bound(target)
    return []


def _bound(target: ast.expr) -> list[str]:
    """The names that an assignment to `target` binds or changes: `x`, `a, b`, `x[i]`."""
    match target:
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)) | ast.Starred(value=ast.Name(id=name)):
            return [name]
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [name for part in parts for name in _bound(part)]
    return []


def on_tape(statement: ast.stmt, names: dict[str, Any]) -> ast.stmt:
    """The statement with what the tape cannot do in its own words: writing into an array, and `array.dot(tensor)`."""
    names |= {_SET_AT: lambda x, v, i: apply("set_at", x, v, index=_plain(i)), _DOT: np.dot}
    changed: ast.stmt = _Dots().visit(_without_writing(copy.deepcopy(statement), names))
    return ast.fix_missing_locations(changed)


class _Dots(ast.NodeTransformer):
    """`x.dot(w)` as `np.dot(x, w)`: a method of an array does not see that its argument is a tensor."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "dot" and len(node.args) == 1:
            if isinstance(node.func.value, ast.Name) and node.func.value.id in {"np", "numpy"}:
                return node
            return ast.copy_location(ast.Call(ast.Name(_DOT, ast.Load()), [node.func.value, *node.args], []), node)
        return node


def _plain(index: Any) -> Any:
    """An index without tensors."""
    if isinstance(index, tuple):
        return tuple(_plain(part) for part in index)
    return index.value if isinstance(index, Tensor) else index


def _without_writing(statement: ast.stmt, names: dict[str, Any]) -> ast.stmt:
    """`x[i] = v` and `x[i] -= v` as `x = set_at(x, v, i)` where x is on the tape."""
    match statement:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=index)], value=value):
            pass
        case ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name), slice=index) as target, op=op, value=added):
            value = ast.BinOp(ast.Subscript(target.value, index, ast.Load()), op, added)
        case _:
            return statement
    if not isinstance(names.get(name), Tensor):
        return statement
    call = ast.Call(ast.Name(_SET_AT, ast.Load()), [ast.Name(name, ast.Load()), value, _as_value(index)], [])
    return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], call), statement)


def _as_value(index: ast.expr) -> ast.expr:
    """An index as an expression: `1:3` is a slice."""
    if isinstance(index, ast.Slice):
        ends = [part or ast.Constant(None) for part in (index.lower, index.upper, index.step)]
        return ast.Call(ast.Name("slice", ast.Load()), ends, [])
    if isinstance(index, ast.Tuple):
        return ast.Tuple([_as_value(part) for part in index.elts], ast.Load())
    return index


def statements_of(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of its loops and conditions, not of its functions."""
    for statement in body:
        yield statement
        for inner in ("body", "orelse"):
            if isinstance(statement, ast.For | ast.While | ast.If | ast.With):
                yield from statements_of(getattr(statement, inner, []))


def pairs_in(tree: ast.Module, before: dict[str, Any]) -> dict[str, str]:
    """Gradient names assigned in the block, each with the parameter it belongs to."""
    assigned = {name for statement in statements_of(tree.body) for name in targets_of(statement)}
    known = assigned | {name for name, value in before.items() if isinstance(value, np.ndarray | float)}
    pairs = {name: parameter_of(name, known - {name}) for name in sorted(assigned)}
    return {
        name: parameter
        for name, parameter in pairs.items()
        if parameter is not None and parameter not in _gradient_names(pairs)
    }


def _gradient_names(pairs: dict[str, str | None]) -> set[str]:
    """The names that are gradients of something themselves."""
    return {name for name, parameter in pairs.items() if parameter is not None}


def loss_in(tree: ast.Module) -> str | None:
    """The only name for a loss that the block assigns."""
    assigned = {name for statement in statements_of(tree.body) for name in targets_of(statement)}
    losses = [name for name in LOSSES if name in assigned]
    return losses[0] if len(losses) == 1 else None


def added_gradients(tree: ast.Module) -> set[str]:
    """The gradients that are added to their parameters: `w += rate * grad_w`, `w = w + rate * grad_w`."""
    found: set[str] = set()
    for statement in statements_of(tree.body):
        added: ast.expr | None = None
        if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
            added = statement.value
        elif (
            isinstance(statement, ast.Assign)
            and isinstance(statement.value, ast.BinOp)
            and isinstance(statement.value.op, ast.Add)
        ):
            added = statement.value.right
        if added is not None:
            found |= {node.id for node in ast.walk(added) if isinstance(node, ast.Name)}
    return found
