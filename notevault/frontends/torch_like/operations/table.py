"""The table of operations on tensors: functions that are names of `torch`, methods of a tensor, or both."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from notevault.autodiff import AutodiffError
from notevault.autodiff import Tensor as Node
from notevault.frontends.torch_like import dtypes
from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.torch_like.number_types import needs_tensor
from notevault.frontends.torch_like.recording import saved, tape, views
from notevault.frontends.torch_like.tensor import Tensor, as_tensor, mixed
from notevault.frontends.unsupported import UnsupportedError

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""What is a name of `torch`."""

METHODS: dict[str, Any] = {}
"""What is a method of a tensor."""

Function = TypeVar("Function", bound=Callable[..., Any])


def guarded(name: str, function: Function) -> Function:
    """The function, where a call that it does not understand is unsupported, not an error of the note.

    PyTorch's names of the first two operands, `input` and `other`, are taken too.
    """

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        if "input" in options:
            arguments = (options.pop("input"), *arguments)
        if "other" in options:
            arguments = (*arguments, options.pop("other"))
        before = [(x.array, x._node) for x in arguments if isinstance(x, Tensor)] if tape.Mode.recording else []
        try:
            result = function(*arguments, **options)
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, AutodiffError) as error:
            if "stated" in error.__dict__ or type(error) is IndexError:
                raise
            raise UnsupportedError(f"{name} with these arguments") from error
        if before and isinstance(result, Tensor) and result._node is not None and result is not arguments[0]:
            saved.keep_of_steps(result._node, result._made_by or "", before)
        return result

    return call  # type: ignore[return-value]


_TAKE_NUMBERS = frozenset(
    {"pow", "float_power", "remainder", "where", "mul", "add", "sub", "div", "result_type", "full_like"}
)


def _of_a_tensor(name: str, function: Function) -> Function:
    """The function under its name in `torch`, which refuses what is not a tensor as PyTorch does."""

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        if arguments and isinstance(arguments[0], bool | int | float | list | tuple | np.ndarray):
            needs_tensor(name, arguments[0])
        return function(*arguments, **options)

    return call  # type: ignore[return-value]


def both(*names: str) -> Callable[[Function], Function]:
    """Make a function known under these names, as a function and as a method."""

    def known(function: Function) -> Function:
        safe = guarded(f"torch.{names[0]}", function)
        for name in names:
            METHODS[name] = safe
            FUNCTIONS[name] = safe if name in _TAKE_NUMBERS else _of_a_tensor(name, safe)
        return safe

    return known


def method(*names: str) -> Callable[[Function], Function]:
    """Make a function known as a method only."""

    def known(function: Function) -> Function:
        safe = guarded(f"torch.Tensor.{names[0]}", function)
        METHODS.update(dict.fromkeys(names, safe))
        return safe

    return known


def function_only(*names: str) -> Callable[[Function], Function]:
    """Make a function known as a name of `torch` only."""

    def known(function: Function) -> Function:
        safe = guarded(f"torch.{names[0]}", function)
        FUNCTIONS.update(dict.fromkeys(names, safe))
        return safe

    return known


def numpy_names(function: Function) -> Function:
    """The function, which also takes numpy's `axis` for `dim` and `keepdims` for `keepdim`, as PyTorch's do."""

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        for numpy_name, name in (("axis", "dim"), ("keepdims", "keepdim")):
            if numpy_name in options:
                options[name] = options.pop(numpy_name)
        return function(*arguments, **options)

    return call  # type: ignore[return-value]


_NOT_OF_TRUTH_VALUES = frozenset({"sub", "neg", "abs", "matmul", "dot", "outer", "var", "std"})


def operation(primitive: str, operands: Sequence[Any], made_by: str, **parameters: Any) -> Tensor:
    """An engine operation on tensors and numbers, in the type in which PyTorch computes it."""
    if not any(isinstance(operand, Tensor) for operand in operands):
        raise TypeError("no tensor")
    dtype = mixed(operands)
    if not dtype.rank and primitive in _NOT_OF_TRUTH_VALUES:
        raise UnsupportedError(f"torch: {primitive} of truth values")
    return compute(primitive, [typed(value, dtype) for value in operands], made_by, **parameters)


def compute(primitive: str, operands: Sequence[Any], made_by: str, **parameters: Any) -> Tensor:
    """An engine operation on operands that already have their type, which the result keeps."""
    return Tensor.made(_own(_computed(primitive, operands, **parameters), operands), made_by)


def _own(value: Any, operands: Sequence[Any]) -> Any:
    """The numbers of a result, as its own: numpy gives some results as views, which a change would go through."""
    numbers = value.value if isinstance(value, Node) else value
    given = [operand.value if isinstance(operand, Node) else operand for operand in operands]
    if not isinstance(numbers, np.ndarray) or not any(np.may_share_memory(numbers, array) for array in given):
        return value
    if not isinstance(value, Node):
        return numbers.copy(order="K")
    value.value = numbers.copy(order="K")
    return value


def _computed(primitive: str, operands: Sequence[Any], **parameters: Any) -> Any:
    try:
        value = tape.run(primitive, operands, parameters)
    except np.exceptions.AxisError as error:
        raise out_of_range(error.axis or 0, error.ndim or 0) from error
    except ValueError as error:
        raise shape_error(operands) or error from error
    floats = {dtype_of(operand) for operand in operands if dtype_of(operand).kind == "f"}
    if len(floats) == 1 and dtype_of(value).kind == "f" and dtype_of(value) not in floats and primitive != "cast":
        value = tape.run("cast", (value,), {"dtype": floats.pop()})
    return value


def view(primitive: str, x: Tensor, made_by: str, back: Callable[[Any], Any], **parameters: Any) -> Tensor:
    """A tensor that shares its numbers with x: what changes one in place changes the other."""

    def seen() -> Tensor:
        made = Tensor.made(_computed(primitive, (x.operand,), **parameters), made_by)
        apart = made._node is not None and (x._node is None or x._node.value is not x.array)
        if made._node is None or apart:  # the node of a leaf has a copy, the view sees the leaf itself
            made.array = np.asarray(_computed(primitive, (x.array,), **parameters))
        if made.array.size == x.array.size == 1:  # the engine gives a number without axes as a copy
            made.array = x.array.reshape(made.array.shape)
            if made._node is not None and not apart:
                made._node.value = made.array
        if made._node is not None and apart:
            tape.SEEN[made._node.index] = made
        return made

    result = seen()
    result._view = (x, back)
    result._unrecorded_view = result._leaf_requires = x.requires_grad and result._node is None
    views.note(x, result, seen)
    return result


def row_major(x: Tensor) -> Tensor:
    """With its elements in row-major order in memory, as PyTorch has it where numpy promises none."""
    x.array = np.array(x.array, order="C", copy=not x.array.flags.c_contiguous or None)
    if x._node is not None:
        x._node.value = x.array
    return x


def out_of_range(axis: int, ndim: int) -> IndexError:
    """What PyTorch says of a dimension that a tensor does not have."""
    low, high = (-ndim, ndim - 1) if ndim else (-1, 0)
    return IndexError(f"Dimension out of range (expected to be in range of [{low}, {high}], but got {axis})")


def dtype_of(value: Any) -> np.dtype[Any]:
    """The numpy type of a node or an array."""
    return np.asarray(value.value if isinstance(value, Node) else value).dtype


def shape_error(operands: Sequence[Any]) -> RuntimeError | None:
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


def typed(value: Any, dtype: DType) -> Any:
    if isinstance(value, Tensor):
        cast = value.cast(dtype)
        if cast is not value:
            saved.copied(value.array, cast.array)
        return cast.operand
    return np.asarray(value, dtype=dtype.numpy)


def floating(x: Any) -> Tensor:
    """A tensor of floats: whole numbers become float32, as in every function of analysis."""
    given: Tensor = as_tensor(x)
    return given if given.is_floating_point() else given.cast(dtypes.float32)
