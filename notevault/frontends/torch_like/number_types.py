"""What PyTorch says of tensors of a number type that an operation does not take."""

from __future__ import annotations

from typing import Any

import numpy as np

from notevault.frontends.torch_like.dtypes import TITLES
from notevault.frontends.torch_like.stated import stated
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


def needs_floats(kernel: str, *operands: Any) -> None:
    """Raises NotImplementedError, by the name of PyTorch's inner function, if no operand is a tensor of floats."""
    tensors = [operand for operand in operands if isinstance(operand, Tensor)]
    if not tensors:
        raise TypeError("no tensor")
    if not any(x.is_floating_point() for x in tensors):
        refuse(kernel, max(tensors, key=lambda x: (x.dtype.rank, x.array.itemsize)))


def no_truth_values(kernel: str, *operands: Any) -> None:
    """Raises NotImplementedError, by the name of PyTorch's inner function, if all operands are truth values."""
    kinds = {np.asarray(x.array if isinstance(x, Tensor) else x).dtype.kind for x in operands}
    if kinds == {"b"}:
        raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")


def refuse(kernel: str, x: Tensor) -> None:
    """Raises NotImplementedError for the type of x."""
    raise NotImplementedError(f"\"{kernel}\" not implemented for '{TITLES[x.dtype]}'")


def refuse_grad(name: str, *operands: Any) -> None:
    """Raises UnsupportedError where a gradient would be wanted of what is not recorded here."""
    if any(isinstance(operand, Tensor) and operand.requires_grad for operand in operands):
        raise UnsupportedError(f"torch.{name} of a tensor that requires grad")


def of_one_type(name: str, *operands: Tensor) -> None:
    """Raises UnsupportedError for tensors of different types, which PyTorch takes in ways of its own or refuses."""
    if len({operand.dtype for operand in operands}) > 1:
        raise UnsupportedError(f"torch.{name} of different types")


def only_tensors(*operands: Any) -> None:
    """Raises TypeError, for `guarded`, where PyTorch takes tensors only."""
    if not all(isinstance(operand, Tensor) for operand in operands):
        raise TypeError("not a tensor")


def title(value: Any) -> str:
    """The name of a value's class, as PyTorch's messages show it."""
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def needs_tensor(name: str, x: Any) -> None:
    """Raises TypeError if the first operand is no tensor."""
    if not isinstance(x, Tensor):
        raise stated(TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {title(x)}"))
