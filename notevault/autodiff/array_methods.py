"""The methods and attributes of an ndarray that tensors have too, as far as they can be differentiated."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from notevault.autodiff.tensor import Tensor


class ArrayMethods:
    """What `Tensor` inherits; each is the primitive of the same name."""

    __slots__ = ()

    @property
    @abstractmethod
    def ndim(self) -> int:
        """How many axes it has."""

    @abstractmethod
    def _step(self, name: str, parameters: Mapping[str, Any]) -> Tensor:
        """Record a primitive of this tensor alone."""

    @abstractmethod
    def _position(self, function: Callable[..., Any], axis: int | None) -> Any:
        """A position in the plain value, which has no derivative."""

    @property
    def T(self) -> Tensor:  # noqa: N802
        return self._step("transpose", {})

    @property
    def mT(self) -> Tensor:  # noqa: N802
        """The transpose of each matrix in a stack."""
        if self.ndim < 2:
            raise ValueError("matrix transpose with ndim < 2 is undefined")
        return self._step("transpose", {"axes": (*range(self.ndim - 2), self.ndim - 1, self.ndim - 2)})

    @property
    def real(self) -> Tensor:
        return self._step("real", {})

    @property
    def imag(self) -> Tensor:
        return self._step("imag", {})

    def conj(self) -> Tensor:
        return self._step("conj", {})

    # numpy's parameters are (axis, dtype, out, ...): by name only, so that no dtype is taken for keepdims

    def sum(self, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        return self._step("sum", {"axis": axis, "keepdims": keepdims})

    def mean(self, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        return self._step("mean", {"axis": axis, "keepdims": keepdims})

    def prod(self, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        return self._step("prod", {"axis": axis, "keepdims": keepdims})

    def max(self, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        return self._step("max", {"axis": axis, "keepdims": keepdims})

    def min(self, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        return self._step("min", {"axis": axis, "keepdims": keepdims})

    def var(self, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Tensor:
        return self._step("var", {"axis": axis, "ddof": ddof, "keepdims": keepdims})

    def std(self, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Tensor:
        return self._step("std", {"axis": axis, "ddof": ddof, "keepdims": keepdims})

    def cumsum(self, axis: int | None = None) -> Tensor:
        return self._step("cumsum", {"axis": axis})

    def argmax(self, axis: int | None = None) -> Any:
        """The position of the largest element, plain: a position has no derivative."""
        return self._position(np.argmax, axis)

    def argmin(self, axis: int | None = None) -> Any:
        """The position of the smallest element, plain."""
        return self._position(np.argmin, axis)

    def dot(self, other: Any) -> Tensor:
        this: Any = self
        product: Tensor = np.dot(this, other)
        return product

    def reshape(self, *shape: Any) -> Tensor:
        wanted = shape[0] if len(shape) == 1 else shape
        return self._step("reshape", {"shape": wanted})

    def ravel(self) -> Tensor:
        return self.reshape(-1)

    flatten = ravel

    def transpose(self, *axes: Any) -> Tensor:
        order = axes[0] if len(axes) == 1 and axes[0] is not None and not isinstance(axes[0], int) else axes
        return self._step("transpose", {"axes": None if order in ((), (None,)) else tuple(order)})

    def squeeze(self, axis: Any = None) -> Tensor:
        return self._step("squeeze", {"axis": axis})

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        this: Any = self
        held: Tensor = np.clip(this, min, max)
        return held

    def astype(self, dtype: Any) -> Tensor:
        return self._step("cast", {"dtype": np.dtype(dtype)})

    def copy(self) -> Tensor:
        return self._step("identity", {})
