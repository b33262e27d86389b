"""Vector spaces: what a derivative by a value of some form consists of, and how it is added, scaled and multiplied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from notevault.autodiff import Tensor
from notevault.autodiff.trees import leaves, rebuild
from notevault.frontends.other_libraries.autograd.tape import can_be_traced, getval
from notevault.frontends.unsupported import UnsupportedError


class VSpace:
    """The space a value lies in. Its operations take plain values and tensors."""

    iscomplex = False

    @classmethod
    def register(cls, value_type: type, vspace_maker: Callable[[Any], Any] | None = None) -> None:
        """A space for a type of the user's own: the engine's tape holds arrays and containers of arrays alone."""
        raise UnsupportedError("autograd.extend.VSpace.register")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}_{vars(self)}"


class ArrayVSpace(VSpace):
    """Real arrays (and numbers) of one shape and type."""

    def __init__(self, value: Any) -> None:
        array = np.asarray(value)
        self.shape = array.shape
        self.dtype = array.dtype

    @property
    def size(self) -> int:
        """The number of real dimensions."""
        return int(np.prod(self.shape, dtype=int))

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def zeros(self) -> Any:
        """The origin."""
        return np.zeros(self.shape, dtype=self.dtype)

    def ones(self) -> Any:
        """The sum of the standard basis."""
        return np.ones(self.shape, dtype=self.dtype)

    units: tuple[complex, ...] = (1.0,)

    def standard_basis(self) -> Iterator[Any]:
        """One array for every real dimension."""
        for place in np.ndindex(*self.shape):
            for unit in self.units:
                vector = self.zeros()
                vector[place] = unit
                yield vector

    def randn(self) -> Any:
        """Normal numbers from numpy's global generator, which autograd uses, so that its seed decides."""
        return np.array(np.random.randn(*self.shape)).astype(self.dtype)

    def add(self, x: Any, y: Any) -> Any:
        """x + y."""
        return x + y

    def scalar_mul(self, x: Any, a: Any) -> Any:
        """x times the real number a."""
        return x * a

    def inner_prod(self, x: Any, y: Any) -> Any:
        """The real inner product."""
        return np.dot(np.ravel(x), np.ravel(y))

    def covector(self, x: Any) -> Any:
        """The cotangent that x stands for, and back."""
        return x


class ComplexArrayVSpace(ArrayVSpace):
    """Complex arrays, as a real space of twice the dimension; cotangents are conjugated, as autograd has them."""

    iscomplex = True
    units = (1.0, 1.0j)

    @property
    def size(self) -> int:
        return 2 * int(np.prod(self.shape, dtype=int))

    def ones(self) -> Any:
        return np.full(self.shape, 1 + 1j, dtype=self.dtype)

    def randn(self) -> Any:
        real = np.array(np.random.randn(*self.shape)).astype(self.dtype)
        return real + 1j * np.array(np.random.randn(*self.shape)).astype(self.dtype)

    def inner_prod(self, x: Any, y: Any) -> Any:
        return np.real(np.dot(np.conj(np.ravel(x)), np.ravel(y)))

    def covector(self, x: Any) -> Any:
        return np.conj(x)


class ContainerVSpace(VSpace):
    """Lists, tuples and dicts of values: the product of the spaces of what they hold."""

    def __init__(self, value: Any) -> None:
        self.shape = rebuild(value, [vspace(leaf) for leaf in leaves(value)])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ContainerVSpace) and self.shape == other.shape

    __hash__ = None

    def _each(self, name: str, *trees: Any) -> list[Any]:
        return [
            getattr(space, name)(*parts) for space, *parts in zip(leaves(self.shape), *map(leaves, trees), strict=True)
        ]

    @property
    def size(self) -> int:
        """The number of real dimensions."""
        return sum(space.size for space in leaves(self.shape))

    def zeros(self) -> Any:
        """The origin."""
        return rebuild(self.shape, self._each("zeros"))

    def ones(self) -> Any:
        """The sum of the standard basis."""
        return rebuild(self.shape, self._each("ones"))

    def randn(self) -> Any:
        """Normal numbers in every part."""
        return rebuild(self.shape, self._each("randn"))

    def standard_basis(self) -> Iterator[Any]:
        """One container for every real dimension."""
        for place, space in enumerate(leaves(self.shape)):
            for vector in space.standard_basis():
                parts = self._each("zeros")
                parts[place] = vector
                yield rebuild(self.shape, parts)

    def add(self, x: Any, y: Any) -> Any:
        """Part by part."""
        return rebuild(self.shape, self._each("add", x, y))

    def scalar_mul(self, x: Any, a: Any) -> Any:
        """Every part times the real number a."""
        return rebuild(self.shape, [part * a for part in leaves(x)])

    def inner_prod(self, x: Any, y: Any) -> Any:
        """The sum of the parts' inner products."""
        return sum(self._each("inner_prod", x, y))

    def covector(self, x: Any) -> Any:
        """Part by part."""
        return rebuild(self.shape, self._each("covector", x))


def vspace(value: Any) -> Any:
    """The space of a value, whether it is traced or not."""
    if isinstance(value, (list, tuple, dict)):
        return ContainerVSpace(value)
    if can_be_traced(value) or isinstance(value, Tensor):
        plain = getval(value)
        return ComplexArrayVSpace(plain) if np.iscomplexobj(plain) else ArrayVSpace(plain)
    raise TypeError(f"Can't find vector space for value {value} of type {type(value)}.")
