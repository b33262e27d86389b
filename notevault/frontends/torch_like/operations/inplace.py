"""Operations that change a tensor in place: `add_`, `x[i] = …`, `fill_`, `copy_`, …"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.frontends import chance
from notevault.frontends.torch_like.dtypes import TITLES
from notevault.frontends.torch_like.number_types import refuse_grad, title
from notevault.frontends.torch_like.operations.arithmetic import add, clamp, div, masked_fill, mul, power, sub
from notevault.frontends.torch_like.operations.indices import check_parts, is_number, parts_of, plain_index
from notevault.frontends.torch_like.operations.overlap import refuse_overlap
from notevault.frontends.torch_like.operations.rounding import floor_divide
from notevault.frontends.torch_like.operations.selecting import scatter, scatter_add
from notevault.frontends.torch_like.operations.table import FUNCTIONS, METHODS, guarded, method
from notevault.frontends.torch_like.recording import tape
from notevault.frontends.torch_like.recording.grad_fn import UNSURE
from notevault.frontends.torch_like.stated import stated
from notevault.frontends.torch_like.tensor import OF_A_VIEW_OF_A_LEAF, Tensor, plain_data
from notevault.frontends.unsupported import UnsupportedError


def take(x: Tensor, result: Tensor) -> Tensor:
    """Let x become the result of an operation. Raises RuntimeError, in PyTorch's words, where it cannot."""
    x.may_change()
    if result.array.shape != x.array.shape:
        raise RuntimeError(
            f"output with shape {list(x.array.shape)} doesn't match the broadcast shape {list(result.array.shape)}"
        )
    if result.dtype.rank > x.dtype.rank:
        raise RuntimeError(
            f"result type {TITLES[result.dtype]} can't be cast to the desired output type {TITLES[x.dtype]}"
        )
    if result._made_by is not None and result._node is not None:
        x.become(result.cast(x.dtype).node, result._made_by)
    else:
        x.write(result.array)
    return x


def in_place(function: Callable[..., Any]) -> Callable[..., Tensor]:
    """The operation that puts its result into its first operand."""

    def change(x: Tensor, *arguments: Any, **options: Any) -> Tensor:
        x.may_change()
        if function is not masked_fill:  # which reads its value before it writes
            refuse_overlap(x.array, (*arguments, *options.values()))
        return take(x, function(x.before() if tape.Mode.recording else x, *arguments, **options))

    return change


_OTHER_IN_PLACE = frozenset({"leaky_relu", "elu", "selu", "celu", "threshold"})
"""Functions whose backward step has another name where the result is put into the operand."""


def in_place_too(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function with PyTorch's last parameter, `inplace`: whether the result is put into the operand."""
    signature = inspect.signature(function)
    last = inspect.Parameter("inplace", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=False)
    whole = signature.replace(parameters=[*signature.parameters.values(), last])

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Tensor:
        given = whole.bind(*arguments, **options).arguments
        x, inplace = given.pop("x"), given.pop("inplace", False)
        if not inplace:
            return function(x, **given)
        changed = in_place(lambda x: function(x, **given))(x)
        if function.__name__ in _OTHER_IN_PLACE and changed._made_by is not None:
            changed._made_by = changed._made_by.replace("Backward0", "Backward1")
        return changed

    return call


IN_PLACE_OPERATORS = {"add": add, "sub": sub, "mul": mul, "truediv": div, "pow": power, "floordiv": floor_divide}
_METHODS: dict[str, Callable[..., Any]] = {
    "add": add, "sub": sub, "mul": mul, "div": div, "pow": power, "clamp": clamp, "clip": clamp,
    "masked_fill": masked_fill, "scatter": scatter, "scatter_add": scatter_add,
    **{name: FUNCTIONS[name] for name in (
        "neg", "exp", "log", "sqrt", "relu", "abs", "sigmoid", "tanh", "floor", "ceil", "round", "square",
        "reciprocal", "tril", "triu", "sin", "cos", "lerp", "addcmul", "addcdiv", "rsqrt", "erf",
    )},
}  # fmt: skip
METHODS |= {f"{name}_": guarded(f"torch.Tensor.{name}_", in_place(function)) for name, function in _METHODS.items()}
METHODS |= {
    f"__i{name}__": guarded(f"torch.Tensor.__i{name}__", in_place(function))
    for name, function in IN_PLACE_OPERATORS.items()
}


@method("__setitem__")
def setitem(x: Tensor, index: Any, value: Any) -> None:
    parts = parts_of(index)
    _may_change_at(x, parts)
    check_parts(x, parts)
    place = plain_index(parts if len(parts) > 1 else parts[0]) if parts else ()
    if not isinstance(value, Tensor | int | float | np.integer):
        raise stated(TypeError(f"can't assign a {title(value)} to a torch.{TITLES[x.dtype]}Tensor"))
    if isinstance(value, Tensor):
        _refuse_overlap_at(x, place, value)
        value = (value if x.is_floating_point() else value.detach()).cast(x.dtype)
    given = value.operand if isinstance(value, Tensor) else np.asarray(value)
    if isinstance(given, Node) or (x.requires_grad and tape.Mode.recording):
        cast = given if isinstance(given, Node) else np.asarray(given, dtype=x.array.dtype)
        x.become(tape.run("set_at", (x.operand, cast), {"index": place}), _name_of_change(x, parts))
        return
    numbers = x.array.copy()
    try:
        numbers[place] = given
    except ValueError as error:
        raise _does_not_fit(x, place, given) from error
    x.write(numbers)


def _refuse_overlap_at(x: Tensor, place: Any, value: Tensor) -> None:
    target = x.array[place] if np.may_share_memory(x.array, value.array) else None
    if isinstance(target, np.ndarray):
        refuse_overlap(target, (value,))


def _may_change_at(x: Tensor, parts: tuple[Any, ...]) -> None:
    """Raises RuntimeError for a leaf whose gradient is wanted: for a view of it, where the index takes a view first."""
    takes_view = any(
        is_number(part) or part is None or (isinstance(part, slice) and part != slice(None)) for part in parts
    )
    if takes_view and x.is_leaf and x.requires_grad and tape.Mode.recording:
        raise RuntimeError(OF_A_VIEW_OF_A_LEAF)
    x.may_change()


def _name_of_change(x: Tensor, parts: tuple[Any, ...]) -> str:
    selects = any(isinstance(part, int) or (isinstance(part, slice) and part != slice(None)) for part in parts)
    return "CopySlices" if selects and all(isinstance(part, int | slice) or part is ... for part in parts) else UNSURE


def _does_not_fit(x: Tensor, place: Any, given: Any) -> RuntimeError:
    target = x.array[place].shape
    return RuntimeError(
        f"shape mismatch: value tensor of shape {list(np.shape(given))} cannot be broadcast to indexing result of "
        f"shape {list(target)}"
        if isinstance(place, np.ndarray)
        else f"expand(torch.FloatTensor{{{list(np.shape(given))}}}, size={list(target)}): the number of sizes provided "
        f"({len(target)}) must be greater or equal to the number of dimensions in the tensor ({np.ndim(given)})"
        if np.ndim(given) > len(target)
        else f"The expanded size of the tensor ({target[-1]}) must match the existing size ({np.shape(given)[-1]}) at "
        f"non-singleton dimension {len(target) - 1}.  Target sizes: {list(target)}.  "
        f"Tensor sizes: {list(np.shape(given))}"
    )


def _set_all(x: Tensor, numbers: Any, made_by: str) -> Tensor:
    """Every element anew, from numbers without a gradient."""
    x.may_change()
    if tape.Mode.recording and x.requires_grad:
        constant = np.array(np.broadcast_to(numbers, x.array.shape), dtype=x.array.dtype)
        node = tape.run("mul", (x.operand, np.zeros((), x.array.dtype)), {})
        x.become(tape.run("add", (node, constant), {}), made_by)
    else:
        x.write(numbers)
    return x


@method("fill_")
def fill(x: Tensor, value: Any) -> Tensor:
    refuse_grad("Tensor.fill_ with a value", value)
    return _set_all(x, plain_data(value), UNSURE if isinstance(value, Tensor) else "FillBackward2")


@method("zero_")
def zero(x: Tensor) -> Tensor:
    return _set_all(x, 0, "ZeroBackward0")


@method("copy_")
def copy(x: Tensor, other: Tensor, non_blocking: bool = False) -> Tensor:
    x.may_change()
    refuse_overlap(x.array, (other,))
    other = other.cast(x.dtype)
    if isinstance(other.operand, Node):
        spread = tape.run("broadcast", (other.operand,), {"shape": x.array.shape})
        replaced = tape.run("set_at", (x.operand, spread), {"index": ...}) if x.requires_grad else spread
        x.become(replaced, "CopyBackwards")
        return x
    return _set_all(x, other.array, "CopyBackwards")


@method("fill_diagonal_")
def fill_diagonal(x: Tensor, value: float) -> Tensor:
    numbers = x.array.copy()
    np.fill_diagonal(numbers, value)
    return _set_all(x, numbers, "FillDiagonalBackward0")


@method("index_fill_")
def index_fill(x: Tensor, dim: int, index: Tensor, value: float) -> Tensor:
    x[(slice(None),) * (dim % x.array.ndim) + (index,)] = value
    x._made_by = x._made_by and "IndexFillBackward0"
    return x


@method("index_add_")
def index_add(x: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    refuse_grad("Tensor.index_add_", x, source)
    numbers = x.array.copy()
    place: Any = (slice(None),) * (dim % x.array.ndim) + (index.array,)
    np.add.at(numbers, place, source.array)
    return take(x, Tensor.of(numbers))


@method("t_")
def transpose_in_place(x: Tensor) -> Tensor:
    _refuse_recorded(x)
    if x.array.ndim > 2:
        raise RuntimeError(f"t_() expects a tensor with <= 2 dimensions, but self is {x.array.ndim}D")
    x.array = x.array.T
    return x


@method("squeeze_")
def squeeze_in_place(x: Tensor, dim: int | None = None) -> Tensor:
    return _other_shape(x, np.squeeze(x.array, axis=dim).shape)


@method("unsqueeze_")
def unsqueeze_in_place(x: Tensor, dim: int) -> Tensor:
    return _other_shape(x, np.expand_dims(x.array, dim).shape)


@method("resize_")
def resize(x: Tensor, *shape: int) -> Tensor:
    return _other_shape(x, shape)


def _other_shape(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    _refuse_recorded(x)
    x.array = x.array.reshape(shape)
    return x


def _refuse_recorded(x: Tensor) -> None:
    if x.requires_grad:
        raise UnsupportedError("another shape, in place, for a tensor that requires grad")


# -- at random --------------------------------------------------------------------------------------------------------


@method("uniform_")
def uniform(x: Tensor, low: float = 0.0, high: float = 1.0, *, generator: Any = None) -> Tensor:
    return _set_all(x, chance.generator().uniform(low, high, x.array.shape), "UniformBackward0")


@method("normal_")
def normal(x: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Tensor:
    return _set_all(x, mean + std * chance.generator().standard_normal(x.array.shape), "NormalBackward0")


@method("bernoulli_")
def bernoulli(x: Tensor, p: float = 0.5, *, generator: Any = None) -> Tensor:
    return _set_all(x, chance.generator().random(x.array.shape) < p, "BernoulliBackward0")


@method("random_")
def whole(x: Tensor, low: int, high: int | None = None, *, generator: Any = None) -> Tensor:
    first, last = (0, low) if high is None else (low, high)
    return _set_all(x, chance.generator().integers(first, last, x.array.shape), "RandomBackward0")
