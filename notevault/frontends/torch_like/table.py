"""The table of operations on tensors: functions that are names of `torch`, methods of a tensor, or both."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from notevault.autodiff import AutodiffError
from notevault.autodiff import Tensor as Node
from notevault.frontends.torch_like import dtypes, tape
from notevault.frontends.torch_like.dtypes import DType
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
        try:
            return function(*arguments, **options)
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, AutodiffError) as error:
            if "stated" in error.__dict__ or type(error) is IndexError:
                raise
            raise UnsupportedError(f"{name} with these arguments") from error

    return call  # type: ignore[return-value]


_TAKE_NUMBERS = frozenset({"pow", "float_power", "remainder", "where", "mul", "add", "result_type", "full_like"})


def _of_a_tensor(name: str, function: Function) -> Function:
    """The function under its name in `torch`, which refuses what is not a tensor as PyTorch does."""

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        if arguments and isinstance(arguments[0], bool | int | float | list | tuple | np.ndarray):
            kind = type(arguments[0])
            shown = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {shown}")
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


_COPIES = frozenset({"flip", "diag", "diagonal_copy"})
"""Operations whose result shares nothing with its operand in PyTorch, and does in numpy."""

_NOT_OF_TRUTH_VALUES = frozenset({"sub", "neg", "abs", "matmul", "dot", "outer", "var", "std"})


def operation(primitive: str, operands: Sequence[Any], made_by: str, **parameters: Any) -> Tensor:
    """An engine operation on tensors and numbers, in the type in which PyTorch computes it."""
    dtype = mixed(operands)
    if not dtype.rank and primitive in _NOT_OF_TRUTH_VALUES:
        raise UnsupportedError(f"torch: {primitive} of truth values")
    return compute(primitive, [typed(value, dtype) for value in operands], made_by, **parameters)


def compute(primitive: str, operands: Sequence[Any], made_by: str, **parameters: Any) -> Tensor:
    """An engine operation on operands that already have their type, which the result keeps."""
    try:
        value = tape.run(primitive, operands, parameters)
    except np.exceptions.AxisError as error:
        raise out_of_range(error.axis or 0, error.ndim or 0) from error
    except ValueError as error:
        raise shape_error(operands) or error from error
    if primitive in _COPIES and isinstance(value, np.ndarray):
        value = value.copy()
    floats = {dtype_of(operand) for operand in operands if dtype_of(operand).kind == "f"}
    if len(floats) == 1 and dtype_of(value).kind == "f" and dtype_of(value) not in floats and primitive != "cast":
        value = tape.run("cast", (value,), {"dtype": floats.pop()})
    return Tensor.made(value, made_by)


def view(primitive: str, x: Tensor, made_by: str, back: Callable[[Any], Any], **parameters: Any) -> Tensor:
    """A tensor that shares its numbers with x: what changes one in place changes the other."""

    def seen() -> Tensor:
        return compute(primitive, (x.operand,), made_by, **parameters)

    result = seen()
    if result._node is None and result.array.ndim == 0 and not np.shares_memory(result.array, x.array):
        result.array = _element(x.array, primitive, parameters)
    result._view = (x, back)
    x.seen_as(result, seen)
    return result


def _element(array: np.ndarray[Any, Any], primitive: str, parameters: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    """One element as a part of its array: numpy gives a number, which shares nothing."""
    if primitive != "getitem":
        return array.reshape(())
    index = parameters["index"]
    return array[(*index, ...) if isinstance(index, tuple) else (index, ...)]


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
        return value.cast(dtype).operand
    return np.asarray(value, dtype=dtype.numpy)


def floating(x: Any) -> Tensor:
    """A tensor of floats: whole numbers become float32, as in every function of analysis."""
    given: Tensor = as_tensor(x)
    return given if given.is_floating_point() else given.cast(dtypes.float32)
