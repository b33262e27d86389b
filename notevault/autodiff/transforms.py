"""Derivatives of functions: gradients, grad, value_and_grad, vjp, jvp, jacobian, hessian, hvp.

Given plain numbers and arrays they return plain numbers and arrays; given tensors they record, and what they
return is on the tape and can be differentiated again, to any order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.calls import Call, Positions, numbers_of
from notevault.autodiff.primitive import Value
from notevault.autodiff.rules import row_of
from notevault.autodiff.sparsity import colours, hessian_pattern
from notevault.autodiff.sweep import COMPLEX, like_value_of, pull_back, refuse_complex, unit_cotangent, zeros_like
from notevault.autodiff.tensor import Tensor, record, shape_of
from notevault.autodiff.trees import BRANCHES, leaves_like, rebuild

SMALL = 8
"""Below this size a Hessian is not worth a look at its sparsity."""


def gradients(output: Tensor, wrt: Sequence[Tensor], cotangent: Any = None) -> tuple[Tensor, ...]:
    """The derivative of a scalar output by each of `wrt`, as tensors on the tape; zeros where no path leads.

    cotangent: of the output's shape; needed when the output is no scalar. Raises NotScalarError without it.

    >>> from notevault.autodiff.tensor import tensor
    >>> x = tensor(3.0)
    >>> (slope,) = gradients(x * x * x, [x])
    >>> slope, gradients(slope, [x])
    (tensor(27.), (tensor(18.),))
    """
    if cotangent is None:
        refuse_complex(output, wrt)
    start = unit_cotangent(output) if cotangent is None else like_value_of(output, cotangent)
    pulled = pull_back([output], [start], wrt, recording=True)
    return tuple(_on_tape(g, w) for g, w in zip(pulled, wrt, strict=True))


def _on_tape(g: Value, like: Tensor) -> Tensor:
    if isinstance(g, Tensor):
        return g
    return Tensor(zeros_like(like) if g is None else g)


def _writable(slopes: Sequence[Value], given: Sequence[Value] = ()) -> list[Value]:
    """The arrays as the caller's own, to be changed in place: copies of those that share memory, also with `given`.

    A sum sends one cotangent to all of its terms, and the cotangent of a sum is one number seen from many places.
    """
    owners = {id(_owner(cotangent)) for cotangent in given}
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

    Arguments may be nested lists, tuples and dicts of numbers and arrays. Raises NotScalarError where f returns more
    than one number, OutputError where it returns a container, a complex number of real arguments, or no number.

    >>> value_and_grad(lambda w: (w * w).sum())(np.array([1.0, 2.0]))
    (np.float64(5.0), array([2., 4.]))
    """

    def call(*arguments: Any, **options: Any) -> tuple[Any, Any]:
        run = Call(function, argnums, arguments, options)
        slopes = run.form(_writable(run.gradient()))
        return run.value(), slopes

    return call


def grad(function: Callable[..., Any], argnums: Positions = 0) -> Callable[..., Any]:
    """A function that returns the gradient of f by the arguments at `argnums`.

    >>> cube = lambda x: x * x * x
    >>> float(grad(cube)(2.0)), float(grad(grad(cube))(2.0)), float(grad(grad(grad(cube)))(2.0))
    (12.0, 12.0, 6.0)
    """
    both = value_and_grad(function, argnums)
    return lambda *arguments, **options: both(*arguments, **options)[1]


def vjp(function: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(*primals), and the function that takes a cotangent of it to the cotangents of the primals.

    Primals and output may be nested; a cotangent has the output's form, and dicts are matched by key.

    >>> y, pull = vjp(lambda a, b: a * b, 2.0, 3.0)
    >>> pull(1.0)
    (np.float64(3.0), np.float64(2.0))
    """
    run = Call(function, range(len(primals)), primals, {})

    def pull(cotangent: Any) -> tuple[Any, ...]:
        given = leaves_like(cotangent, run.output)
        slopes: tuple[Any, ...] = run.form(_writable(run.pull(run.outputs, given), given))
        return slopes

    return run.value(), pull


def jvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(*primals), and its derivative in the direction of the tangents: one a primal, each in its form.

    >>> jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 0.0))
    (np.float64(6.0), np.float64(3.0))
    """
    run = Call(function, range(len(primals)), primals, {})
    pushed = run.push(run.outputs, run.tangents_like(tangents))
    return run.value(), rebuild(run.output, pushed)


def hvp(function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of a scalar function of one argument, times a vector: forward over reverse.

    >>> hvp(lambda x: (x**3).sum(), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    array([6., 0.])
    """
    return jvp(grad(function), primals, tangents)[1]


def jacobian(function: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """A function that returns the derivative of every output element by every element of one argument.

    Shape: that of the output, then that of the argument. Row by row in reverse mode when the output is not larger than
    the argument, else, and where real numbers give complex ones, column by column in forward mode. A nested output or
    argument gives a table for each leaf: in the form of the output, and within it in that of the argument.

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    def call(*arguments: Any, **options: Any) -> Any:
        run = Call(function, argnum, arguments, options)
        return rebuild(run.output, [run.form(_tables(run, output)) for output in run.outputs])

    return call


def _tables(run: Call, output: Any) -> list[Value]:
    """The derivative of one output by every leaf of the argument."""
    shape = shape_of(output)
    if not isinstance(output, Tensor):
        kind = numbers_of(output).dtype
        return [np.zeros((*shape, *x.shape), np.result_type(kind, x.dtype)) for x in run.wrt]
    turned = output.dtype in COMPLEX and any(x.dtype not in COMPLEX for x in run.wrt)
    if turned or output.size > sum(x.size for x in run.wrt):
        return [_by_columns(run, output, k) for k in range(len(run.wrt))]
    rows = [run.pull([output], [unit]) for unit in _units(output)]
    return [_stacked([row[k] for row in rows], (*shape, *x.shape), x) for k, x in enumerate(run.wrt)]


def _by_columns(run: Call, output: Tensor, k: int) -> Value:
    zeros = [zeros_like(x) for x in run.wrt]
    x = run.wrt[k]
    columns = [run.push([output], [*zeros[:k], unit, *zeros[k + 1 :]])[0] for unit in _units(x)]
    table = _stacked(columns, (*x.shape, *output.shape), output)
    axes = (*range(x.ndim, x.ndim + output.ndim), *range(x.ndim))
    return record(row_of("transpose"), (table,), {"axes": axes}) if axes else table


def _units(like: Value) -> list[Value]:
    """The standard basis of the space that `like` is in."""
    shape = shape_of(like)
    if not shape:
        return [zeros_like(like) + 1]
    size = math.prod(shape)
    return list(np.eye(size, dtype=zeros_like(like).dtype).reshape(size, *shape))


def _stacked(parts: Sequence[Value], shape: tuple[int, ...], like: Tensor) -> Value:
    joined = record(row_of("stack"), parts, {}) if parts else np.zeros(shape, like.dtype)
    table = record(row_of("reshape"), (joined,), {"shape": shape})
    return table[()] if not shape and not isinstance(table, Tensor) else table


def hessian(function: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """A function that returns all second derivatives of a scalar function by one argument.

    Shape: that of the argument twice; a nested argument gives a table for each pair of leaves. Where the tape shows
    that most of them are zero, columns that share no row are found together: a banded Hessian takes as many products as
    its band is wide.

    >>> hessian(lambda x: (x**3).sum())(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    dense = jacobian(grad(function, argnum), argnum)

    def call(*arguments: Any, **options: Any) -> Any:
        x = arguments[argnum]
        if isinstance(x, BRANCHES) or math.prod(shape_of(x)) < SMALL:
            return dense(*arguments, **options)
        run = Call(function, argnum, arguments, options)
        output = run.scalar()
        (leaf,) = run.wrt
        if output is None:
            return np.zeros(leaf.shape * 2, leaf.dtype)
        pattern = hessian_pattern(output, leaf)
        groups = np.array(colours(pattern))
        if 2 * (int(groups.max()) + 1) > leaf.size:
            return dense(*arguments, **options)
        return _banded(run, leaf, pattern, groups)

    return call


def _banded(run: Call, leaf: Tensor, pattern: np.ndarray[Any, Any], groups: np.ndarray[Any, Any]) -> Value:
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
