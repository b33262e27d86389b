"""TensorFlow's functions on tensors: one table of arithmetic, sums over axes, shapes, products and activations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff import apply
from notevault.frontends.other_libraries.tensorflow.tensor import (
    DTYPES,
    DType,
    InvalidArgumentError,
    Tensor,
    Variable,
    converted,
    install,
    of_one_type,
)
from notevault.frontends.unsupported import UnsupportedError

_UNARY: Mapping[str, str] = {
    **{name: name for name in (
        "square", "sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "sigmoid", "abs", "sign", "floor", "reciprocal",
        "rsqrt", "log1p", "expm1", "sinh", "cosh", "asin", "acos", "atan", "erf", "softplus", "relu",
    )},
    "negative": "neg",
    "ceil": "ceil",
    "log_sigmoid": "log_sigmoid",
}  # fmt: skip
"""TensorFlow's functions of one number, and the engine's."""

_BINARY: Mapping[str, tuple[str, str]] = {
    "add": ("add", "AddV2"), "subtract": ("sub", "Sub"), "multiply": ("mul", "Mul"), "divide": ("div", "RealDiv"),
    "pow": ("pow", "Pow"), "maximum": ("maximum", "Maximum"), "minimum": ("minimum", "Minimum"),
    "floormod": ("mod", "FloorMod"), "atan2": ("atan2", "Atan2"),
}  # fmt: skip

_COMPARISONS: Mapping[str, Callable[..., Any]] = {
    "equal": np.equal, "not_equal": np.not_equal, "greater": np.greater, "greater_equal": np.greater_equal,
    "less": np.less, "less_equal": np.less_equal, "logical_and": np.logical_and, "logical_or": np.logical_or,
}  # fmt: skip

_REDUCTIONS: Mapping[str, str] = {
    "reduce_sum": "sum", "reduce_mean": "mean", "reduce_max": "max", "reduce_min": "min", "reduce_prod": "prod",
    "reduce_logsumexp": "logsumexp", "reduce_std": "std", "reduce_variance": "var",
}  # fmt: skip


_ROUNDED_ONCE = frozenset({
    "exp", "log", "sin", "cos", "tan", "tanh", "sigmoid", "softplus", "softmax", "log_softmax", "bce_logits", "erf",
})  # fmt: skip
"""Functions that TensorFlow computes to about the last digit of a float32: in double precision here, then rounded."""


def _is_single(node: Any) -> bool:
    return bool(np.asarray(node.value if isinstance(node, Node) else node).dtype == np.float32)


def computed(primitive: str, *operands: Any, like: Tensor | None = None, **parameters: Any) -> Tensor:
    """An engine operation, its result in the type of `like`, by default the first operand."""
    nodes = [x.node if isinstance(x, Tensor) else x for x in operands]
    if primitive in _ROUNDED_ONCE:
        nodes = [apply("cast", node, dtype=np.dtype(np.float64)) if _is_single(node) else node for node in nodes]
    try:
        with np.errstate(all="ignore"):
            value = apply(primitive, *nodes, **parameters)
    except ValueError as error:
        shapes = [str(list(x.shape)).replace(" ", "") for x in operands if isinstance(x, Tensor)]
        raise InvalidArgumentError(f"Incompatible shapes: {' vs. '.join(shapes)}") from error
    first = next(x for x in operands if isinstance(x, Tensor)) if like is None else like
    kind = first.plain.dtype
    if isinstance(value, Node):
        return Tensor(value if value.dtype == kind else apply("cast", value, dtype=kind))
    return Tensor(np.asarray(value).astype(kind))


def _unary(name: str, primitive: str) -> Callable[..., Tensor]:
    def function(x: Any, name: Any = None) -> Tensor:
        return computed(primitive, converted(x))

    return function


def log_sigmoid(x: Any) -> Tensor:
    given = converted(x)
    return computed("neg", computed("softplus", computed("neg", given)))


def _binary(primitive: str, op: str) -> Callable[..., Tensor]:
    def function(x: Any, y: Any, name: Any = None) -> Tensor:
        a, b = of_one_type((x, y), op)
        if primitive == "div" and a.plain.dtype.kind in "iu":
            a, b = cast(a, DTYPES["float64"]), cast(b, DTYPES["float64"])
        return computed(primitive, a, b)

    return function


def _comparison(function: Callable[..., Any]) -> Callable[..., Tensor]:
    def compare(x: Any, y: Any, name: Any = None) -> Tensor:
        a, b = of_one_type((x, y), function.__name__.title())
        return Tensor(np.asarray(function(a.plain, b.plain)))

    return compare


def _reduction(primitive: str) -> Callable[..., Tensor]:
    def reduce(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: Any = None) -> Tensor:
        x = converted(input_tensor)
        if primitive == "mean" and x.plain.dtype.kind in "iu":  # TensorFlow divides whole numbers downwards
            total = np.sum(x.plain, axis=axis, keepdims=keepdims)
            return Tensor(np.asarray(total // (x.plain.size // max(np.size(total), 1)), x.plain.dtype))
        return computed(primitive, x, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keepdims)

    return reduce


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _unary(name, primitive) for name, primitive in _UNARY.items() if name != "log_sigmoid"},
    **{name: _binary(primitive, op) for name, (primitive, op) in _BINARY.items()},
    **{name: _comparison(function) for name, function in _COMPARISONS.items()},
    **{name: _reduction(primitive) for name, primitive in _REDUCTIONS.items()},
    "log_sigmoid": log_sigmoid,
}
"""The functions, by name; which modules they are names of is in `library`."""


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    FUNCTIONS[function.__name__.rstrip("_")] = function
    return function


@_known
def cast(x: Any, dtype: Any, name: Any = None) -> Tensor:
    given = converted(x)
    wanted = dtype if isinstance(dtype, DType) else DTYPES[np.dtype(dtype).name]
    if given.dtype == wanted:
        return given
    if wanted.numpy.kind == "f" and isinstance(given.node, Node):
        return Tensor(apply("cast", given.node, dtype=wanted.numpy))
    return Tensor(given.plain.astype(wanted.numpy))


@_known
def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, name: Any = None) -> Tensor:
    x, y = of_one_type((a, b), "MatMul")
    x = _swapped(x) if transpose_a else x
    y = _swapped(y) if transpose_b else y
    if x.ndim < 2 or y.ndim < 2:
        shapes = f"{str(list(x.shape)).replace(' ', '')}, {str(list(y.shape)).replace(' ', '')}"
        raise InvalidArgumentError(f"In[0] and In[1] has different ndims: {shapes} [Op:MatMul] name: ")
    if x.shape[-1] != y.shape[-2]:
        sizes = f"In[0]: {_shown(x)}, In[1]: {_shown(y)}"
        raise InvalidArgumentError(f"Matrix size-incompatible: {sizes} [Op:MatMul] name: ")
    return computed("matmul", x, y)


def _shown(x: Tensor) -> str:
    return str(list(x.shape)).replace(" ", "")


def _swapped(x: Tensor) -> Tensor:
    return computed("transpose", x, axes=(*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


@_known
def tensordot(a: Any, b: Any, axes: Any, name: Any = None) -> Tensor:
    x, y = of_one_type((a, b), "Tensordot")
    return computed("tensordot", x, y, axes=axes)


@_known
def einsum(equation: str, *inputs: Any) -> Tensor:
    return computed("einsum", *of_one_type(inputs, "Einsum"), subscripts=equation.replace(" ", ""))


@_known
def transpose(a: Any, perm: Any = None, name: Any = None) -> Tensor:
    return computed("transpose", converted(a), axes=None if perm is None else tuple(perm))


@_known
def reshape(tensor: Any, shape: Any, name: Any = None) -> Tensor:
    x = converted(tensor)
    wanted = tuple(int(n) for n in (shape.plain if isinstance(shape, Tensor) else np.atleast_1d(shape)))
    try:
        return Tensor(apply("reshape", x.node, shape=wanted))
    except ValueError as error:
        raise InvalidArgumentError(
            f"Input to reshape is a tensor with {x.plain.size} values, but the requested shape has "
            f"{int(np.prod(wanted))} [Op:Reshape]"
        ) from error


@_known
def expand_dims(input: Any, axis: int, name: Any = None) -> Tensor:
    x = converted(input)
    return computed("reshape", x, shape=np.expand_dims(x.plain, axis).shape)


@_known
def squeeze(input: Any, axis: Any = None, name: Any = None) -> Tensor:
    return computed("squeeze", converted(input), axis=tuple(axis) if isinstance(axis, list) else axis)


@_known
def concat(values: Any, axis: int, name: Any = None) -> Tensor:
    return computed("concat", *of_one_type(tuple(values), "ConcatV2"), axis=axis)


@_known
def stack(values: Any, axis: int = 0, name: Any = None) -> Tensor:
    return computed("stack", *of_one_type(tuple(values), "Pack"), axis=axis)


@_known
def unstack(value: Any, num: Any = None, axis: int = 0) -> list[Tensor]:
    x = converted(value)
    return [x[(slice(None),) * (axis % x.ndim) + (k,)] for k in range(x.shape[axis])]


@_known
def gather(params: Any, indices: Any, axis: int = 0) -> Tensor:
    x = converted(params)
    return computed("getitem", x, index=(slice(None),) * (axis % x.ndim) + (converted(indices).plain,))


@_known
def tile(input: Any, multiples: Any) -> Tensor:
    x = converted(input)
    index = np.ix_(*(np.tile(np.arange(n), int(m)) for n, m in zip(x.shape, np.asarray(multiples), strict=True)))
    return computed("getitem", x, index=index)


@_known
def broadcast_to(input: Any, shape: Any) -> Tensor:
    return computed("broadcast", converted(input), shape=tuple(shape))


@_known
def where(condition: Any, x: Any = None, y: Any = None, name: Any = None) -> Tensor:
    chosen = converted(condition)
    if x is None:
        return Tensor(np.argwhere(chosen.plain))
    a, b = of_one_type((x, y), "SelectV2")
    return computed("where", chosen.plain, a, b, like=a)


@_known
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: Any = None) -> Tensor:
    return computed("clip", converted(t), low=clip_value_min, high=clip_value_max)


@_known
def argmax(input: Any, axis: int = 0, output_type: Any = None, name: Any = None) -> Tensor:
    return Tensor(
        np.asarray(np.argmax(converted(input).plain, axis=axis), dtype=getattr(output_type, "numpy", np.int64))
    )


@_known
def argmin(input: Any, axis: int = 0, output_type: Any = None, name: Any = None) -> Tensor:
    return Tensor(
        np.asarray(np.argmin(converted(input).plain, axis=axis), dtype=getattr(output_type, "numpy", np.int64))
    )


@_known
def cumsum(x: Any, axis: int = 0) -> Tensor:
    return computed("cumsum", converted(x), axis=axis)


@_known
def round_(x: Any, name: Any = None) -> Tensor:
    return Tensor(np.round(converted(x).plain))


@_known
def squared_difference(x: Any, y: Any, name: Any = None) -> Tensor:
    return computed("square", FUNCTIONS["subtract"](x, y))


@_known
def stop_gradient(input: Any, name: Any = None) -> Tensor:
    return Tensor(converted(input).plain)


@_known
def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool | None = None) -> Tensor:
    if ord not in {"euclidean", 2, "fro"}:
        raise UnsupportedError(f"tensorflow.norm(ord={ord!r})")
    return computed("norm", converted(tensor), axis=axis, keepdims=bool(keepdims))


@_known
def add_n(inputs: Any) -> Tensor:
    total = inputs[0]
    for x in inputs[1:]:
        total = total + x
    return total  # type: ignore[no-any-return]


@_known
def reduce_all(input_tensor: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    return Tensor(np.asarray(np.all(converted(input_tensor).plain, axis=axis, keepdims=keepdims)))


@_known
def reduce_any(input_tensor: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    return Tensor(np.asarray(np.any(converted(input_tensor).plain, axis=axis, keepdims=keepdims)))


def _operator(name: str, reflected: bool) -> Callable[[Tensor, Any], Any]:
    function = FUNCTIONS[name]
    return (lambda self, other: function(other, self)) if reflected else function


def _floor_divide(x: Any, y: Any) -> Tensor:
    a, b = of_one_type((x, y), "FloorDiv")
    return Tensor(np.floor_divide(a.plain, b.plain))


def _elementwise_equal(x: Tensor, y: Any) -> Any:
    return FUNCTIONS["equal"](x, y)


FUNCTIONS["floordiv"] = _floor_divide
_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "pow", "mod": "floormod",
    "matmul": "matmul", "floordiv": "floordiv", "and": "logical_and", "or": "logical_or",
}  # fmt: skip
install(
    {
        **{f"__{symbol}__": _operator(name, reflected=False) for symbol, name in _OPERATORS.items()},
        **{f"__r{symbol}__": _operator(name, reflected=True) for symbol, name in _OPERATORS.items()},
        **{
            f"__{symbol}__": _operator(name, reflected=False)
            for symbol, name in (
                ("lt", "less"), ("le", "less_equal"), ("gt", "greater"), ("ge", "greater_equal"), ("eq", "equal"),
                ("ne", "not_equal"),
            )
        },
        "__neg__": FUNCTIONS["negative"],
        "__abs__": FUNCTIONS["abs"],
        "__invert__": lambda x: Tensor(~x.plain),
    }
)  # fmt: skip

__all__ = ["FUNCTIONS", "Variable", "computed"]
