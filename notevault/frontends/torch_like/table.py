"""The table of operations on tensors: functions that are names of `torch`, methods of a tensor, or both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.frontends.torch_like import dtypes, tape
from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.torch_like.tensor import Tensor, as_tensor, mixed

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
    return compute(primitive, [typed(value, dtype) for value in operands], made_by, **parameters)


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


def typed(value: Any, dtype: DType) -> Any:
    if isinstance(value, Tensor):
        return value.cast(dtype).operand
    return np.asarray(value, dtype=dtype.numpy)


def floating(x: Any) -> Tensor:
    """A tensor of floats: whole numbers become float32, as in every function of analysis."""
    given: Tensor = as_tensor(x)
    return given if given.is_floating_point() else given.cast(dtypes.float32)
