"""The operations on tensors: one table of functions, which are methods and names of `torch` at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.frontends.torch_like import dtypes, tape
from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.torch_like.tensor import Tensor, as_tensor, install, mixed, plain_index
from notevault.frontends.unsupported import UnsupportedError

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""What is a name of `torch`."""

METHODS: dict[str, Any] = {}
"""What is a method of a tensor."""


Function = TypeVar("Function", bound=Callable[..., Any])


def both(*names: str) -> Callable[[Function], Function]:
    """Make a function known under these names, as a function and as a method."""

    def known(function: Function) -> Function:
        for name in names:
            FUNCTIONS[name] = METHODS[name] = function
        return function

    return known


def method(*names: str) -> Callable[[Function], Function]:
    """Make a function known as a method only."""

    def known(function: Function) -> Function:
        METHODS.update(dict.fromkeys(names, function))
        return function

    return known


def operation(primitive: str, operands: Sequence[Any], made_by: str, **parameters: Any) -> Tensor:
    """An engine operation on tensors and numbers, in the type in which PyTorch computes it."""
    dtype = mixed(operands)
    return compute(primitive, [_operand(value, dtype) for value in operands], made_by, **parameters)


def compute(primitive: str, operands: Sequence[Any], made_by: str, **parameters: Any) -> Tensor:
    """An engine operation on operands that already have their type, which the result keeps."""
    try:
        value = tape.run(primitive, operands, parameters)
    except ValueError as error:
        raise _shape_error(operands) or error from error
    floats = {dtype_of(operand) for operand in operands if dtype_of(operand).kind == "f"}
    if len(floats) == 1 and dtype_of(value).kind == "f" and dtype_of(value) not in floats and primitive != "cast":
        value = tape.run("cast", (value,), {"dtype": floats.pop()})
    return Tensor.made(value, made_by)


def dtype_of(value: Any) -> np.dtype[Any]:
    """The numpy type of a node or an array."""
    return np.asarray(value.value if isinstance(value, Node) else value).dtype


def _shape_error(operands: Sequence[Any]) -> RuntimeError | None:
    """What PyTorch says where two shapes cannot be spread over each other; None where that is not the trouble."""
    shapes = [np.shape(operand.value if isinstance(operand, Node) else operand) for operand in operands]
    if len(shapes) != 2:
        return None
    for back, (a, b) in enumerate(zip(reversed(shapes[0]), reversed(shapes[1]), strict=False), start=1):
        if a != b and 1 not in {a, b}:
            at = max(map(len, shapes)) - back
            return RuntimeError(
                f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {at}"
            )
    return None


def _operand(value: Any, dtype: DType) -> Any:
    if isinstance(value, Tensor):
        return value.cast(dtype).operand
    return np.asarray(value, dtype=dtype.numpy)


def floating(x: Any) -> Tensor:
    """A tensor of floats: whole numbers become float32, as in every function of analysis."""
    given: Tensor = as_tensor(x)
    return given if given.is_floating_point() else given.cast(dtypes.float32)


# -- arithmetic -------------------------------------------------------------------------------------------------------


@both("add")
def add(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    return operation("add", (x, y if alpha == 1 else mul(y, alpha)), "AddBackward0")


@both("sub", "subtract")
def sub(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    return operation("sub", (x, y if alpha == 1 else mul(y, alpha)), "SubBackward0")


@both("mul", "multiply")
def mul(x: Any, y: Any) -> Tensor:
    return operation("mul", (x, y), "MulBackward0")


@both("div", "divide", "true_divide")
def div(x: Any, y: Any) -> Tensor:
    operands = [x, y]
    if mixed(operands).rank < 2:
        operands = [floating(x), floating(y)]
    return operation("div", operands, "DivBackward0")


@both("pow")
def power(x: Any, y: Any) -> Tensor:
    if not isinstance(x, Tensor):
        return operation("pow", (x, y), "PowBackward1")
    if mixed((x, y)).rank == 1 and np.any(as_tensor(y).array < 0):
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if isinstance(y, Tensor):
        return operation("pow", (x, y), "PowBackward1")
    if y == 2:
        return (
            operation("square", (x,), "PowBackward0")
            if x.dtype.rank == 2 or isinstance(y, int)
            else power(floating(x), y)
        )
    return operation("pow", (x, y), "PowBackward0")


@both("remainder", "fmod")
def remainder(x: Any, y: Any) -> Tensor:
    return operation("mod", (x, y), "RemainderBackward0")


@both("floor_divide")
def floor_divide(x: Any, y: Any) -> Tensor:
    dtype = mixed((x, y))
    return Tensor.of(np.floor_divide(as_tensor(x).cast(dtype).array, as_tensor(y).cast(dtype).array))


def _comparison(primitive: str) -> Callable[[Any, Any], Tensor]:
    function = {
        "greater": np.greater,
        "greater_equal": np.greater_equal,
        "less": np.less,
        "less_equal": np.less_equal,
        "equal": np.equal,
        "not_equal": np.not_equal,
    }[primitive]

    def compare(x: Any, y: Any) -> Tensor:
        dtype = mixed((x, y))
        return Tensor.of(function(as_tensor(x).cast(dtype).array, as_tensor(y).cast(dtype).array))

    return compare


COMPARISONS = {
    "gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
for _name, _primitive in COMPARISONS.items():
    both(_name)(_comparison(_primitive))
FUNCTIONS["greater"] = METHODS["greater"] = FUNCTIONS["gt"]
FUNCTIONS["less"] = METHODS["less"] = FUNCTIONS["lt"]


def _logical(function: Callable[..., Any]) -> Callable[..., Tensor]:
    return lambda *operands: Tensor.of(function(*(as_tensor(operand).array for operand in operands)))


for _name, _function in {
    "logical_and": np.logical_and, "logical_or": np.logical_or, "logical_not": np.logical_not,
    "isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite, "bitwise_not": np.invert,
    "bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or,
}.items():  # fmt: skip
    both(_name)(_logical(_function))


# -- functions of one number ------------------------------------------------------------------------------------------

_UNARY = {
    **{
        name: name.capitalize()
        for name in (
            *("exp", "log", "sin", "cos", "tan", "tanh", "sigmoid", "sqrt", "log2", "log10", "exp2", "expm1", "rsqrt"),
            *("reciprocal", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "erf", "erfc"),
        )
    },
    "log1p": "Log1P",
}
"""Functions of analysis, with the name of their backward step."""

_SAME_TYPE = {
    "abs": "Abs", "neg": "Neg", "relu": "Relu", "sign": "Sign", "floor": "Floor", "ceil": "Ceil", "square": "Pow",
}  # fmt: skip
"""Functions that keep whole numbers whole."""


def _unary(primitive: str, made_by: str, convert: bool) -> Callable[[Any], Tensor]:
    return lambda x: operation(primitive, (floating(x) if convert else as_tensor(x),), f"{made_by}Backward0")


for _name, _made in _UNARY.items():
    both(_name)(_unary(_name, _made, convert=True))
for _name, _made in _SAME_TYPE.items():
    both(_name)(_unary(_name, _made, convert=False))
for _new, _old in {"absolute": "abs", "negative": "neg", "arccos": "acos", "arcsin": "asin", "arctan": "atan"}.items():
    both(_new)(FUNCTIONS[_old])


@both("round")
def rounded(x: Tensor, *, decimals: int = 0) -> Tensor:
    return Tensor.of(np.round(x.array, decimals))


@both("rad2deg")
def rad2deg(x: Any) -> Tensor:
    return operation("mul", (floating(x), 180 / np.pi), "Rad2DegBackward0")


@both("deg2rad")
def deg2rad(x: Any) -> Tensor:
    return operation("mul", (floating(x), np.pi / 180), "Deg2RadBackward0")


@both("clamp", "clip")
def clamp(x: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    return operation("clip", (x,), "ClampBackward1", low=min, high=max)


@both("maximum")
def maximum(x: Tensor, y: Tensor) -> Tensor:
    return operation("maximum", (x, y), "MaximumBackward0")


@both("minimum")
def minimum(x: Tensor, y: Tensor) -> Tensor:
    return operation("minimum", (x, y), "MinimumBackward0")


@both("atan2")
def atan2(y: Tensor, x: Tensor) -> Tensor:
    return operation("atan2", (y, x), "Atan2Backward0")


@both("where")
def where(condition: Tensor, x: Any = None, y: Any = None) -> Any:
    if x is None:
        return tuple(Tensor.of(index) for index in np.nonzero(condition.array))
    dtype = mixed((x, y))
    return compute("where", (condition.array, _operand(x, dtype), _operand(y, dtype)), "WhereBackward0")


@both("masked_fill")
def masked_fill(x: Tensor, mask: Tensor, value: float) -> Tensor:
    filled = np.asarray(value, dtype=x.array.dtype)
    return compute("where", (mask.array, filled, x.operand), "MaskedFillBackward0")


@both("lerp")
def lerp(x: Tensor, end: Tensor, weight: Any) -> Tensor:
    result = add(x, mul(weight, sub(end, x)))
    return Tensor.made(result.operand, "LerpBackward0")


# -- over axes --------------------------------------------------------------------------------------------------------


def _axis(dim: Any) -> Any:
    return tuple(dim) if isinstance(dim, list | tuple) else dim


def _reduced(primitive: str, x: Tensor, dim: Any, keepdim: bool, made_by: str, **more: Any) -> Tensor:
    version = "0" if dim is None else "1"
    return operation(primitive, (x,), made_by + version, axis=_axis(dim), keepdims=keepdim, **more)


@both("sum")
def total(x: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None, axis: Any = None) -> Tensor:
    x = x.cast(dtype) if dtype is not None else x.cast(dtypes.int64) if x.dtype.rank < 2 else x
    return _reduced("sum", x, axis if dim is None else dim, keepdim, "SumBackward")


@both("mean")
def mean(x: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None, axis: Any = None) -> Tensor:
    x = x if dtype is None else x.cast(dtype)
    if not x.is_floating_point():
        title = "Long" if x.dtype.rank else "Bool"
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {title}"
        )
    return _reduced("mean", x, axis if dim is None else dim, keepdim, "MeanBackward")


@both("prod")
def product(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    return _reduced("prod", x if x.dtype.rank else x.cast(dtypes.int64), dim, keepdim, "ProdBackward")


@both("std")
def std(
    x: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: int | None = None
) -> Tensor:
    dim, unbiased = (None, dim) if isinstance(dim, bool) else (dim, unbiased)
    ddof = int(unbiased) if correction is None else correction
    return operation("std", (x,), "StdBackward0", axis=_axis(dim), keepdims=keepdim, ddof=ddof)


@both("var")
def var(
    x: Tensor, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: int | None = None
) -> Tensor:
    dim, unbiased = (None, dim) if isinstance(dim, bool) else (dim, unbiased)
    ddof = int(unbiased) if correction is None else correction
    return operation("var", (x,), "VarBackward0", axis=_axis(dim), keepdims=keepdim, ddof=ddof)


@both("norm")
def norm(x: Tensor, p: Any = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
    if p in {2, "fro"}:
        return operation("norm", (x,), "LinalgVectorNormBackward0", axis=_axis(dim), keepdims=keepdim)
    if p == 1:
        return _reduced("sum", FUNCTIONS["abs"](x), dim, keepdim, "LinalgVectorNormBackward")
    raise UnsupportedError(f"torch.norm(p={p!r})")


class Extreme(NamedTuple):
    """What `max` and `min` along a dimension give; prints as PyTorch prints it."""

    values: Tensor
    indices: Tensor


def _named(kind: str, values: Tensor, indices: Tensor) -> Extreme:
    names = type(kind, (Extreme,), {"__repr__": lambda self: _show_extreme(kind, self), "__slots__": ()})
    return names(values, indices)  # type: ignore[no-any-return]


def _show_extreme(kind: str, result: Extreme) -> str:
    return f"torch.return_types.{kind}(\nvalues={result.values!r},\nindices={result.indices!r})"


def _extreme(kind: str) -> Callable[..., Any]:
    def extreme(x: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
        if isinstance(dim, Tensor):
            return maximum(x, dim) if kind == "max" else minimum(x, dim)
        if dim is None:
            return operation(kind, (x,), f"{kind.title()}Backward1")
        find = np.argmax if kind == "max" else np.argmin
        found = np.expand_dims(find(x.array, axis=dim), dim)
        values = compute("gather", (x.operand,), f"{kind.title()}Backward0", index=found, axis=dim)
        indices = Tensor.of(found)
        return _named(
            kind,
            *((values, indices) if keepdim else (squeeze_at(values, dim, values._made_by), squeeze_at(indices, dim))),
        )

    return extreme


def squeeze_at(x: Tensor, dim: int, made_by: str | None = None) -> Tensor:
    """Take an axis of length one away."""
    shape = list(x.array.shape)
    del shape[dim]
    return compute("reshape", (x.operand,), made_by or "SqueezeBackward1", shape=tuple(shape))


both("max", "amax")(_extreme("max"))
both("min", "amin")(_extreme("min"))


def _arg(function: Callable[..., Any]) -> Callable[..., Tensor]:
    def find(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
        return Tensor.of(np.asarray(function(x.array, axis=dim, keepdims=keepdim and dim is not None)))

    return find


both("argmax")(_arg(np.argmax))
both("argmin")(_arg(np.argmin))


@both("argsort")
def argsort(x: Tensor, dim: int = -1, descending: bool = False) -> Tensor:
    keys = -x.array if descending else x.array
    return Tensor.of(np.argsort(keys, axis=dim, kind="stable"))


@both("sort")
def sort(x: Tensor, dim: int = -1, descending: bool = False) -> Extreme:
    order = argsort(x, dim, descending)
    return _named("sort", compute("gather", (x.operand,), "SortBackward0", index=order.array, axis=dim), order)


@both("topk")
def topk(x: Tensor, k: int, dim: int = -1, largest: bool = True) -> Extreme:
    order = Tensor.of(np.take(argsort(x, dim, descending=largest).array, range(k), axis=dim))
    return _named("topk", compute("gather", (x.operand,), "TopkBackward0", index=order.array, axis=dim), order)


@both("all")
def all_of(x: Tensor, dim: int | None = None) -> Tensor:
    return Tensor.of(np.all(x.array, axis=dim))


@both("any")
def any_of(x: Tensor, dim: int | None = None) -> Tensor:
    return Tensor.of(np.any(x.array, axis=dim))


@both("cumsum")
def cumsum(x: Tensor, dim: int) -> Tensor:
    return operation("cumsum", (x if x.dtype.rank else x.cast(dtypes.int64),), "CumsumBackward0", axis=dim)


@both("cumprod")
def cumprod(x: Tensor, dim: int) -> Tensor:
    return operation("cumprod", (x,), "CumprodBackward0", axis=dim)


@both("softmax")
def softmax(x: Tensor, dim: int | None = None, dtype: DType | None = None) -> Tensor:
    return operation("softmax", (x if dtype is None else x.cast(dtype),), "SoftmaxBackward0", axis=_implicit(x, dim))


@both("log_softmax")
def log_softmax(x: Tensor, dim: int | None = None) -> Tensor:
    return operation("log_softmax", (x,), "LogSoftmaxBackward0", axis=_implicit(x, dim))


def _implicit(x: Tensor, dim: int | None) -> int:
    return (0 if x.array.ndim in {0, 1, 3} else 1) if dim is None else dim


@both("logsumexp")
def logsumexp(x: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    return operation("logsumexp", (x,), "LogsumexpBackward0", axis=_axis(dim), keepdims=keepdim)


# -- products ---------------------------------------------------------------------------------------------------------


@both("matmul")
def matmul(x: Tensor, y: Tensor) -> Tensor:
    left, right = x.array.ndim, y.array.ndim
    if x.dtype != y.dtype:
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {_c_type(x)} != {_c_type(y)}")
    if left == right == 2 and x.array.shape[1] != y.array.shape[0]:
        shapes = f"{_times(x)} and {_times(y)}"
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({shapes})")
    made_by = {(1, 1): "DotBackward0", (2, 2): "MmBackward0", (2, 1): "MvBackward0", (1, 2): "SqueezeBackward4"}
    return operation("matmul", (x, y), made_by.get((left, right), "UnsafeViewBackward0"))


def _times(x: Tensor) -> str:
    return "x".join(map(str, x.array.shape))


def _c_type(x: Tensor) -> str:
    return {"float32": "float", "float64": "double", "int64": "long", "int32": "int"}.get(x.dtype.name, x.dtype.name)


for _name in ("mm", "mv", "dot", "bmm"):
    both(_name)(
        lambda x, y, made_by={"mm": "Mm", "mv": "Mv", "dot": "Dot", "bmm": "Bmm"}[_name]: operation(
            "matmul", (x, y), f"{made_by}Backward0"
        )
    )


@both("outer")
def outer(x: Tensor, y: Tensor) -> Tensor:
    return operation("outer", (x, y), "MulBackward0")


def einsum(subscripts: str, *operands: Any) -> Tensor:
    values = operands[0] if len(operands) == 1 and isinstance(operands[0], list | tuple) else operands
    made_by = "ViewBackward0" if len(values) > 1 else "PermuteBackward0"
    return operation("einsum", values, made_by, subscripts=subscripts.replace(" ", ""))


FUNCTIONS["einsum"] = einsum


# -- shapes -----------------------------------------------------------------------------------------------------------


def _shape(shape: Sequence[Any]) -> tuple[int, ...]:
    wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    return tuple(int(length) for length in wanted)


def _reshaped(x: Tensor, shape: tuple[int, ...], made_by: str) -> Tensor:
    known = int(np.prod([length for length in shape if length != -1], dtype=int))
    if (-1 not in shape and known != x.array.size) or (-1 in shape and (known == 0 or x.array.size % known)):
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {x.array.size}")
    return compute("reshape", (x.operand,), made_by, shape=shape)


@method("view")
def view(x: Tensor, *shape: Any) -> Tensor:
    if len(shape) == 1 and isinstance(shape[0], DType):
        raise UnsupportedError("torch.Tensor.view(dtype)")
    return _reshaped(x, _shape(shape), "ViewBackward0")


@both("reshape")
def reshape(x: Tensor, *shape: Any) -> Tensor:
    return _reshaped(x, _shape(shape), "ViewBackward0" if x.array.flags.c_contiguous else "UnsafeViewBackward0")


@method("view_as", "reshape_as")
def view_as(x: Tensor, other: Tensor) -> Tensor:
    return _reshaped(x, other.array.shape, "ViewBackward0")


@both("flatten")
def flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    shape = x.array.shape
    end = end_dim % len(shape)
    return _reshaped(x, (*shape[:start_dim], -1, *shape[end + 1 :]), "ViewBackward0")


@both("ravel")
def ravel(x: Tensor) -> Tensor:
    return _reshaped(x, (-1,), "ViewBackward0")


@both("squeeze")
def squeeze(x: Tensor, dim: int | None = None) -> Tensor:
    if dim is None:
        return compute("reshape", (x.operand,), "SqueezeBackward0", shape=tuple(n for n in x.array.shape if n != 1))
    return squeeze_at(x, dim) if x.array.shape[dim] == 1 else x


@both("unsqueeze")
def unsqueeze(x: Tensor, dim: int) -> Tensor:
    return compute("reshape", (x.operand,), "UnsqueezeBackward0", shape=np.expand_dims(x.array, dim).shape)


@both("permute")
def permute(x: Tensor, *dims: Any) -> Tensor:
    return compute("transpose", (x.operand,), "PermuteBackward0", axes=_shape(dims))


@both("transpose", "swapaxes")
def transpose(x: Tensor, dim0: int, dim1: int) -> Tensor:
    axes = list(range(x.array.ndim))
    axes[dim0], axes[dim1] = axes[dim1], axes[dim0]
    return compute("transpose", (x.operand,), "TransposeBackward0", axes=tuple(axes))


@both("t")
def t(x: Tensor) -> Tensor:
    return compute("transpose", (x.operand,), "TBackward0")


@method("expand")
def expand(x: Tensor, *shape: Any) -> Tensor:
    wanted = _shape(shape)
    own = (1,) * (len(wanted) - x.array.ndim) + x.array.shape
    full = tuple(n if length == -1 else length for n, length in zip(own, wanted, strict=True))
    return compute("broadcast", (x.operand,), "ExpandBackward0", shape=full)


@method("expand_as")
def expand_as(x: Tensor, other: Tensor) -> Tensor:
    return expand(x, *other.array.shape)


@method("repeat")
def repeat(x: Tensor, *times: Any) -> Tensor:
    counts = _shape(times)
    spread = (1,) * (len(counts) - x.array.ndim) + x.array.shape
    node = tape.run("reshape", (x.operand,), {"shape": tuple(n for length in spread for n in (1, length))})
    full = tuple(n for count, length in zip(counts, spread, strict=True) for n in (count, length))
    node = tape.run("broadcast", (node,), {"shape": full})
    return compute(
        "reshape", (node,), "RepeatBackward0", shape=tuple(c * n for c, n in zip(counts, spread, strict=True))
    )


def _joined(primitive: str, made_by: str) -> Callable[..., Tensor]:
    def join(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
        return operation(primitive, list(tensors), made_by, axis=dim)

    return join


FUNCTIONS["cat"] = FUNCTIONS["concat"] = _joined("concat", "CatBackward0")
FUNCTIONS["stack"] = _joined("stack", "StackBackward0")


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    return FUNCTIONS["cat"]([x if x.array.ndim > 1 else unsqueeze(x, 0) for x in tensors], dim=0)  # type: ignore[no-any-return]


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    return FUNCTIONS["cat"](tensors, dim=0 if tensors[0].array.ndim == 1 else 1)  # type: ignore[no-any-return]


FUNCTIONS["vstack"], FUNCTIONS["hstack"] = vstack, hstack


@both("split")
def split(x: Tensor, sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    length = x.array.shape[dim]
    parts = [min(sizes, length - at) for at in range(0, length, sizes)] if isinstance(sizes, int) else list(sizes)
    edges = np.cumsum([0, *parts])
    return tuple(
        compute("split", (x.operand,), "SplitBackward0", start=int(a), stop=int(b), axis=dim)
        for a, b in pairwise(edges)
    )


@both("chunk")
def chunk(x: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    return split(x, -(-x.array.shape[dim] // chunks), dim)


@both("flip")
def flip(x: Tensor, *dims: Any) -> Tensor:
    return compute("flip", (x.operand,), "FlipBackward0", axis=_shape(dims))


@both("roll")
def roll(x: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    return compute("roll", (x.operand,), "RollBackward0", shift=shifts, axis=dims)


@both("gather")
def gather(x: Tensor, dim: int, index: Tensor) -> Tensor:
    return compute("gather", (x.operand,), "GatherBackward0", index=index.array, axis=dim)


@both("index_select")
def index_select(x: Tensor, dim: int, index: Tensor) -> Tensor:
    place = (slice(None),) * dim + (index.array,)
    return compute("getitem", (x.operand,), "IndexSelectBackward0", index=place)


@both("masked_select")
def masked_select(x: Tensor, mask: Tensor) -> Tensor:
    return compute("getitem", (x.operand,), "MaskedSelectBackward0", index=mask.array)


@both("tril")
def tril(x: Tensor, diagonal: int = 0) -> Tensor:
    return compute("tril", (x.operand,), "TrilBackward0", k=diagonal)


@both("triu")
def triu(x: Tensor, diagonal: int = 0) -> Tensor:
    return compute("triu", (x.operand,), "TriuBackward0", k=diagonal)


@both("diag")
def diag(x: Tensor, diagonal: int = 0) -> Tensor:
    made_by = "DiagonalBackward0_copy" if x.array.ndim == 2 else "DiagEmbedBackward0"
    return compute("diag", (x.operand,), made_by, k=diagonal)


@both("trace")
def trace(x: Tensor) -> Tensor:
    return compute("trace", (x.operand,), "TraceBackward0")


@both("det")
def det(x: Tensor) -> Tensor:
    return compute("det", (x.operand,), "LinalgDetBackward0")


@both("inverse")
def inverse(x: Tensor) -> Tensor:
    return compute("inv", (x.operand,), "LinalgInvExBackward0")


@both("numel")
def numel(x: Tensor) -> int:
    return x.array.size


@both("clone")
def clone(x: Tensor, **_: Any) -> Tensor:
    if isinstance(x.operand, Node):
        return compute("identity", (x.operand,), "CloneBackward0")
    return Tensor.of(x.array.copy())


@method("contiguous")
def contiguous(x: Tensor) -> Tensor:
    return x if x.array.flags.c_contiguous else clone(x)


@both("allclose")
def allclose(x: Tensor, y: Tensor, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    return bool(np.allclose(x.array, y.array, rtol=rtol, atol=atol))


@both("equal")
def same(x: Tensor, y: Tensor) -> bool:
    return x.array.shape == y.array.shape and bool(np.array_equal(x.array, y.array))


@both("isclose")
def isclose(x: Tensor, y: Tensor, rtol: float = 1e-5, atol: float = 1e-8) -> Tensor:
    return Tensor.of(np.isclose(x.array, y.array, rtol=rtol, atol=atol))


@both("unique")
def unique(x: Tensor) -> Tensor:
    return Tensor.of(np.unique(x.array))


@both("bincount")
def bincount(x: Tensor) -> Tensor:
    return Tensor.of(np.bincount(x.array))


@both("nonzero")
def nonzero(x: Tensor) -> Tensor:
    return Tensor.of(np.argwhere(x.array))


def _getitem(x: Tensor, index: Any) -> Tensor:
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, Tensor | list | np.ndarray) for part in parts):
        made_by = "IndexBackward0"
    else:
        last = parts[-1] if parts else slice(None)
        made_by = (
            "SelectBackward0" if isinstance(last, int) else "UnsqueezeBackward0" if last is None else "SliceBackward0"
        )
    place = plain_index(index)
    for part, length in zip(parts, x.array.shape, strict=False):
        if isinstance(part, int) and not -length <= part < length:
            raise IndexError(f"index {part} is out of bounds for dimension {parts.index(part)} with size {length}")
    return compute("getitem", (x.operand,), made_by, index=place)


def _reflected(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: function(y, x)


def _guarded(function: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    def operator_method(x: Any, y: Any) -> Any:
        if not isinstance(y, Tensor | int | float | bool | np.generic):
            return NotImplemented
        return function(x, y)

    return operator_method


_OPERATORS: Mapping[str, Callable[..., Any]] = {
    "add": add, "sub": sub, "mul": mul, "truediv": div, "pow": power, "mod": remainder, "floordiv": floor_divide,
    "matmul": matmul, "and": FUNCTIONS["bitwise_and"], "or": FUNCTIONS["bitwise_or"],
}  # fmt: skip

_IN_PLACE: Mapping[str, Callable[..., Any]] = {
    "add_": add, "sub_": sub, "mul_": mul, "div_": div, "clamp_": clamp, "pow_": power, "neg_": FUNCTIONS["neg"],
    "exp_": FUNCTIONS["exp"], "sqrt_": FUNCTIONS["sqrt"], "relu_": FUNCTIONS["relu"], "abs_": FUNCTIONS["abs"],
    "masked_fill_": masked_fill, "sigmoid_": FUNCTIONS["sigmoid"], "tanh_": FUNCTIONS["tanh"],
}  # fmt: skip


def _in_place(function: Callable[..., Any]) -> Callable[..., Tensor]:
    def change(x: Tensor, *arguments: Any, **options: Any) -> Tensor:
        x._may_change()
        return x.take(function(x, *arguments, **options))

    return change


def _fill(x: Tensor, value: float) -> Tensor:
    x._may_change()
    x._replace(np.full_like(x.array, value))
    return x


def _copy(x: Tensor, other: Tensor) -> Tensor:
    x._may_change()
    x._replace(np.broadcast_to(other.array, x.array.shape).copy())
    return x


def _zero(x: Tensor) -> Tensor:
    return _fill(x, 0)


METHODS |= {
    **{f"__{name}__": _guarded(function) for name, function in _OPERATORS.items()},
    **{f"__r{name}__": _guarded(_reflected(function)) for name, function in _OPERATORS.items()},
    "__rsub__": _guarded(lambda x, y: operation("sub", (y, x), "RsubBackward1")),
    "__rtruediv__": _guarded(lambda x, y: mul(FUNCTIONS["reciprocal"](x), y)),
    "__rpow__": _guarded(lambda x, y: operation("pow", (y, x), "PowBackward2")),
    **{
        f"__i{name}__": _in_place(function)
        for name, function in _OPERATORS.items()
        if name in {"add", "sub", "mul", "truediv"}
    },
    **{f"__{name}__": _guarded(METHODS[name]) for name in COMPARISONS},
    **{name: _in_place(function) for name, function in _IN_PLACE.items()},
    "__neg__": FUNCTIONS["neg"],
    "__pos__": lambda x: x,
    "__abs__": FUNCTIONS["abs"],
    "__invert__": FUNCTIONS["bitwise_not"],
    "__getitem__": _getitem,
    "T": property(lambda x: compute("transpose", (x.operand,), "PermuteBackward0")),
    "mT": property(lambda x: transpose(x, -2, -1)),
    "fill_": _fill,
    "zero_": _zero,
    "copy_": _copy,
    **{name: (lambda x, dtype=dtype: x.cast(dtype)) for name, dtype in dtypes.ALIASES.items()},
    "bool": lambda x: x.cast(dtypes.bool_),
    "new_zeros": lambda x, *shape: Tensor.of(np.zeros(_shape(shape), x.array.dtype)),
    "new_ones": lambda x, *shape: Tensor.of(np.ones(_shape(shape), x.array.dtype)),
}
install(METHODS)
