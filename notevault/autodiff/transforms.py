"""Derivatives of functions: gradients, grad, value_and_grad, vjp, jvp, jacobian, hessian, hvp.

Given plain numbers and arrays they return plain numbers and arrays; given tensors they record, and what they
return is on the tape and can be differentiated again, to any order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.nesting import RUNNING, uses_outer_variables
from notevault.autodiff.primitive import Value
from notevault.autodiff.rules import row_of
from notevault.autodiff.sparsity import colours, hessian_pattern
from notevault.autodiff.sweep import as_shape_of, pull_back, push_forward, unit_cotangent, zeros_like
from notevault.autodiff.tensor import Tensor, record, shape_of, tensor
from notevault.autodiff.trees import leaves, rebuild

Positions = int | tuple[int, ...]
SMALL = 8
"""Below this size a Hessian is not worth a look at its sparsity."""


def gradients(output: Tensor, wrt: Sequence[Tensor], cotangent: Any = None) -> tuple[Tensor, ...]:
    """The derivative of a scalar output by each of `wrt`, as tensors on the tape; zeros where no path leads.

    cotangent: of the output's shape; needed when the output is no scalar. Raises NotScalarError without it.

    >>> x = tensor(3.0)
    >>> (slope,) = gradients(x * x * x, [x])
    >>> slope, gradients(slope, [x])
    (tensor(27.), (tensor(18.),))
    """
    start = unit_cotangent(output) if cotangent is None else as_shape_of(cotangent, output)
    pulled = pull_back([output], [start], wrt, recording=True)
    return tuple(_on_tape(g, w) for g, w in zip(pulled, wrt, strict=True))


def _on_tape(g: Value, like: Tensor) -> Tensor:
    if isinstance(g, Tensor):
        return g
    return Tensor(zeros_like(like) if g is None else g)


class _Call:
    """One call of a function on fresh leaves in the place of the chosen arguments."""

    def __init__(self, function: Callable[..., Any], positions: Positions, arguments: Sequence[Any]) -> None:
        self.positions = (positions,) if isinstance(positions, int) else positions
        self.trees = [arguments[k] for k in self.positions]
        flat = [leaves(tree) for tree in self.trees]
        self.counts = [len(part) for part in flat]
        chosen = [leaf for part in flat for leaf in part]
        others = (a for k, a in enumerate(arguments) if k not in self.positions)
        self.recording = any(isinstance(leaf, Tensor) for leaf in chosen) or any(
            isinstance(leaf, Tensor) for argument in others for leaf in leaves(argument)
        )
        self.wrt = [_fresh(leaf) for leaf in chosen]
        filled = list(arguments)
        for k, part in zip(self.positions, self._parts(self.wrt), strict=True):
            filled[k] = part
        RUNNING.append(self.wrt)
        try:
            self.output = function(*filled)
        finally:
            RUNNING.pop()
        if RUNNING and not self.recording and isinstance(self.output, Tensor):
            self.recording = uses_outer_variables([self.output])

    def _parts(self, values: Sequence[Value]) -> list[Any]:
        """Values for the fresh leaves, in the form of each chosen argument."""
        parts, start = [], 0
        for tree, count in zip(self.trees, self.counts, strict=True):
            parts.append(rebuild(tree, values[start : start + count]))
            start += count
        return parts

    def form(self, values: Sequence[Value], single: bool) -> Any:
        """Values for the fresh leaves, as one argument or as a tuple of arguments."""
        parts = self._parts(values)
        return parts[0] if single else tuple(parts)

    def pull(self, cotangent: Value | None = None) -> list[Value]:
        output = self.output
        if not isinstance(output, Tensor):
            return [zeros_like(w) for w in self.wrt]
        start = unit_cotangent(output) if cotangent is None else as_shape_of(cotangent, output)
        recording = self.recording or isinstance(cotangent, Tensor)
        pulled = pull_back([output], [start], self.wrt, recording=recording)
        return [zeros_like(w) if g is None else g for g, w in zip(pulled, self.wrt, strict=True)]

    def push(self, tangents: Sequence[Value]) -> Value:
        output = self.output
        if not isinstance(output, Tensor):
            return zeros_like(output)
        recording = self.recording or any(isinstance(t, Tensor) for t in tangents)
        (pushed,) = push_forward([output], self.wrt, tangents, recording=recording)
        return zeros_like(output) if pushed is None else pushed

    def value(self) -> Any:
        return self.output.value if isinstance(self.output, Tensor) and not self.recording else self.output


def _fresh(leaf: Any) -> Tensor:
    """A new node to differentiate by; that of a tensor stays connected to it, for higher orders."""
    if isinstance(leaf, Tensor):
        alias: Tensor = record(row_of("identity"), (leaf,), {})
        return alias
    return tensor(leaf)


def _writable(slopes: Sequence[Value], cotangent: Value = None) -> list[Value]:
    """The arrays as the caller's own, to be changed in place: copies of those that share memory, also with `cotangent`.

    A sum sends one cotangent to all of its terms, and the cotangent of a sum is one number seen from many places.
    """
    owners = {id(_owner(cotangent))}
    own: list[Value] = []
    for slope in slopes:
        shared = isinstance(slope, np.ndarray) and (not slope.flags.writeable or id(_owner(slope)) in owners)
        own.append(slope.copy() if shared else slope)
        owners.add(id(_owner(own[-1])))
    return own


def _owner(array: Value) -> Any:
    """The array whose memory a view looks into; the array itself where it is none."""
    base = getattr(array, "base", None)
    return array if base is None else base


def value_and_grad(function: Callable[..., Any], argnums: Positions = 0) -> Callable[..., tuple[Any, Any]]:
    """A function that returns f(*args) and its gradient by the arguments at `argnums`, in their form.

    >>> value_and_grad(lambda w: (w * w).sum())(np.array([1.0, 2.0]))
    (np.float64(5.0), array([2., 4.]))
    """

    def call(*arguments: Any) -> tuple[Any, Any]:
        run = _Call(function, argnums, arguments)
        return run.value(), run.form(_writable(run.pull()), isinstance(argnums, int))

    return call


def grad(function: Callable[..., Any], argnums: Positions = 0) -> Callable[..., Any]:
    """A function that returns the gradient of f by the arguments at `argnums`.

    >>> cube = lambda x: x * x * x
    >>> float(grad(cube)(2.0)), float(grad(grad(cube))(2.0)), float(grad(grad(grad(cube)))(2.0))
    (12.0, 12.0, 6.0)
    """
    both = value_and_grad(function, argnums)
    return lambda *arguments: both(*arguments)[1]


def vjp(function: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(*primals), and the function that takes a cotangent of it to the cotangents of the primals.

    >>> y, pull = vjp(lambda a, b: a * b, 2.0, 3.0)
    >>> pull(1.0)
    (np.float64(3.0), np.float64(2.0))
    """
    run = _Call(function, tuple(range(len(primals))), primals)
    return run.value(), lambda cotangent: run.form(_writable(run.pull(cotangent), cotangent), single=False)


def jvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(*primals), and its derivative in the direction of the tangents.

    >>> jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 0.0))
    (np.float64(6.0), np.float64(3.0))
    """
    run = _Call(function, tuple(range(len(primals))), primals)
    flat = [leaf for tree in tangents for leaf in leaves(tree)]
    return run.value(), run.push([as_shape_of(t, w) for t, w in zip(flat, run.wrt, strict=True)])


def hvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of a scalar function of one argument, times a vector: forward over reverse.

    >>> hvp(lambda x: (x**3).sum(), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    array([6., 0.])
    """
    return jvp(grad(function), primals, tangents)[1]


def jacobian(function: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """A function that returns the derivative of every output element by every element of one argument.

    Shape: that of the output, then that of the argument. Row by row in reverse mode when the output is not
    larger than the argument, else column by column in forward mode.

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    def call(*arguments: Any) -> Any:
        run = _Call(function, argnum, arguments)
        (x,) = run.wrt
        output = run.output
        shape = (*shape_of(output), *x.shape)
        out_size = math.prod(shape_of(output))
        if out_size <= x.size:
            rows = [run.pull(unit)[0] for unit in _units(output)]
            return _stacked(rows, shape)
        columns = [run.push([unit]) for unit in _units(x)]
        return _stacked(columns, (*x.shape, *shape_of(output)), last_first=len(x.shape))

    return call


def _units(like: Value) -> list[Value]:
    """The standard basis of the space that `like` is in."""
    shape = shape_of(like)
    if not shape:
        return [zeros_like(like) + 1]
    size = math.prod(shape)
    return list(np.eye(size, dtype=zeros_like(like).dtype).reshape(size, *shape))


def _stacked(parts: Sequence[Value], shape: tuple[int, ...], last_first: int = 0) -> Value:
    joined = record(row_of("stack"), parts, {}) if parts else np.zeros(shape)
    table = record(row_of("reshape"), (joined,), {"shape": shape})
    if not last_first:
        return table[()] if not shape and not isinstance(table, Tensor) else table
    axes = (*range(last_first, len(shape)), *range(last_first))
    return record(row_of("transpose"), (table,), {"axes": axes})


def hessian(function: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """A function that returns all second derivatives of a scalar function by one argument.

    Shape: that of the argument twice. Where the tape shows that most of them are zero, columns that share no row are
    found together: a banded Hessian takes as many products as its band is wide.

    >>> hessian(lambda x: (x**3).sum())(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    dense = jacobian(grad(function, argnum), argnum)

    def call(*arguments: Any) -> Any:
        x = arguments[argnum]
        size = math.prod(shape_of(x))
        if size < SMALL or isinstance(x, (list, dict)):
            return dense(*arguments)
        run = _Call(function, argnum, arguments)
        if not isinstance(run.output, Tensor):
            return np.zeros(shape_of(x) * 2)
        (leaf,) = run.wrt
        pattern = hessian_pattern(run.output, leaf)
        groups = np.array(colours(pattern))
        if 2 * (int(groups.max()) + 1) > size:
            return dense(*arguments)
        return _banded(run, leaf, pattern, groups)

    return call


def _banded(run: _Call, leaf: Tensor, pattern: np.ndarray[Any, Any], groups: np.ndarray[Any, Any]) -> Value:
    """The Hessian from one product for each colour: its entry (i, j) stands at place i of the product of j's colour."""
    (slope,) = gradients(run.output, [leaf])
    products = []
    for colour in range(int(groups.max()) + 1):
        seed = (groups == colour).astype(leaf.dtype).reshape(leaf.shape)
        (product,) = pull_back([slope], [seed], [leaf], recording=run.recording)
        products.append(record(row_of("reshape"), (zeros_like(leaf) if product is None else product,), {"shape": -1}))
    rows, columns = np.nonzero(pattern)
    compressed = record(row_of("concat"), products, {})
    entries = record(row_of("getitem"), (compressed,), {"index": groups[columns] * leaf.size + rows})
    flat = {"index": rows * leaf.size + columns, "shape": (leaf.size**2,)}
    return record(row_of("reshape"), (record(row_of("scatter"), (entries,), flat),), {"shape": leaf.shape * 2})
