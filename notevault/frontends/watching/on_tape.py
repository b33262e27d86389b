"""A note's numpy code in words that the tape knows: writing into arrays, lists made arrays, numbers taken off."""

from __future__ import annotations

import ast
import copy
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from notevault.autodiff import Tensor, apply

S = TypeVar("S", bound=ast.AST)
_NUMPY = frozenset({"np", "numpy"})
_IN_PLACE: Mapping[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
}


def on_tape(tree: S) -> S:
    """The same code, calling WORDS for what a tensor refuses; the names of WORDS must be in reach when it runs."""
    changed: S = _Rewritten().visit(copy.deepcopy(tree))
    return ast.fix_missing_locations(changed)


def _written(x: Any, value: Any, index: Any) -> Any:
    """`x[index] = value`; a new tensor where x or the value is one."""
    if isinstance(x, Tensor) or (isinstance(x, np.ndarray) and isinstance(value, Tensor)):
        return apply("set_at", x, value, index=_plain(index))
    x[_plain(index) if isinstance(x, np.ndarray) else index] = value
    return x


def _plain(index: Any) -> Any:
    """An index without tensors."""
    if isinstance(index, tuple):
        return tuple(_plain(part) for part in index)
    return index.value if isinstance(index, Tensor) else index


def _array(values: Any, *arguments: Any, **options: Any) -> Any:
    """`np.array` of lists in which tensors stand."""
    if isinstance(values, Tensor):
        return values
    if isinstance(values, list | tuple) and _holds_tensor(values):
        return apply("stack", *(_array(value) for value in values))
    return np.array(values, *arguments, **options)


def _holds_tensor(values: Any) -> bool:
    return isinstance(values, Tensor) or (isinstance(values, list | tuple) and any(map(_holds_tensor, values)))


def _number(x: Any) -> Any:
    """`float(x)`, which a tensor outlives."""
    if isinstance(x, Tensor):
        return x.reshape(()) if x.shape else x
    return float(x)


def _item(x: Any, *place: Any) -> Any:
    return _number(x) if isinstance(x, Tensor) and not place else x.item(*place)


def _trace(x: Any, *arguments: Any) -> Any:
    return np.trace(x, *arguments)


def _inner(a: Any, b: Any) -> Any:
    return np.dot(a, b.T if np.ndim(b) > 1 else b)


def _maximum(a: Any, b: Any) -> Any:
    """The larger of two; beside a zero it is relu, whose derivative at 0 is 0, as a mask `z > 0` has it."""
    for x, other in ((a, b), (b, a)):
        if isinstance(x, Tensor) and isinstance(other, int | float) and other == 0:
            return apply("relu", x)
    return np.maximum(a, b)


def _changed(name: str) -> Callable[[Any, Any], Any]:
    in_place, plain = getattr(operator, f"i{name}"), getattr(operator, name)
    return lambda x, value: (plain if isinstance(value, Tensor) else in_place)(x, value)


WORDS: Mapping[str, Callable[..., Any]] = {
    "__tape_written": _written,
    "__tape_dot": np.dot,
    "__tape_array": _array,
    "__tape_number": _number,
    "__tape_item": _item,
    "__tape_trace": _trace,
    "__tape_inner": _inner,
    "__tape_maximum": _maximum,
    **{f"__tape_{name}": _changed(name) for name in _IN_PLACE.values()},
}
"""What rewritten code calls."""

_METHODS = {("dot", 1): "__tape_dot", ("item", 0): "__tape_item", ("trace", 0): "__tape_trace"}
_FUNCTIONS = {
    "array": "__tape_array",
    "asarray": "__tape_array",
    "inner": "__tape_inner",
    "vdot": "__tape_inner",
    "maximum": "__tape_maximum",
    "float64": "__tape_number",
}


class _Rewritten(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A method of an array does not see that its argument is a tensor; `np.array` and `float` do not keep one."""
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if module in _NUMPY:
                word = _FUNCTIONS.get(name)
                special = word is not None and (word == "__tape_array" or not node.keywords)
                return _call(word, [*node.args], node) if word is not None and special else node
            case ast.Attribute(value=value, attr=name) if (name, len(node.args)) in _METHODS and not node.keywords:
                return _call(_METHODS[name, len(node.args)], [value, *node.args], node)
            case ast.Name(id="float") if len(node.args) == 1:
                return _call("__tape_number", node.args, node)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """`x[i] = v` as `x = written(x, v, i)`."""
        self.generic_visit(node)
        match node.targets:
            case [ast.Subscript(value=ast.Name(id=name), slice=index)]:
                return _stored(name, node.value, index, node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """`x += v` and `x[i] += v` without writing into x when v is a tensor."""
        self.generic_visit(node)
        operation = _IN_PLACE.get(type(node.op))
        match node.target:
            case ast.Name(id=name) if operation is not None:
                changed = _call(f"__tape_{operation}", [ast.Name(name, ast.Load()), node.value], node)
                return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], changed), node)
            case ast.Subscript(value=ast.Name(id=name) as owner, slice=index):
                before = ast.Subscript(ast.Name(owner.id, ast.Load()), index, ast.Load())
                return _stored(name, ast.BinOp(before, node.op, node.value), index, node)
        return node


def _call(word: str, arguments: list[ast.expr], like: ast.expr | ast.stmt) -> ast.Call:
    keywords = like.keywords if isinstance(like, ast.Call) and word == "__tape_array" else []
    return ast.copy_location(ast.Call(ast.Name(word, ast.Load()), arguments, keywords), like)


def _stored(name: str, value: ast.expr, index: ast.expr, like: ast.stmt) -> ast.stmt:
    call = _call("__tape_written", [ast.Name(name, ast.Load()), value, _as_value(index)], like)
    return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], call), like)


def _as_value(index: ast.expr) -> ast.expr:
    """An index as an expression: `1:3` is a slice."""
    if isinstance(index, ast.Slice):
        ends = [part or ast.Constant(None) for part in (index.lower, index.upper, index.step)]
        return ast.Call(ast.Name("slice", ast.Load()), ends, [])
    if isinstance(index, ast.Tuple):
        return ast.Tuple([_as_value(part) for part in index.elts], ast.Load())
    return index
