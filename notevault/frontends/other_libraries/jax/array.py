"""The array of jax: it never changes, prints as jax prints it, and is float32 unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff import apply
from notevault.frontends.unsupported import UnsupportedError

_NARROW = {np.dtype(np.float64): np.dtype(np.float32), np.dtype(np.int64): np.dtype(np.int32)}


class Array:
    """An array that never changes; over a node of the engine while something is being differentiated."""

    __array_priority__ = 2000.0

    def __init__(self, value: Any, weak: bool = False) -> None:
        self.node = _narrowed(value)
        self.weak = weak
        """Whether it was made of Python numbers alone, whose type gives way to that of arrays."""

    @property
    def plain(self) -> np.ndarray[Any, Any]:
        """The numbers."""
        return np.asarray(self.node.value if isinstance(self.node, Node) else self.node)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.plain.shape)

    @property
    def ndim(self) -> int:
        return self.plain.ndim

    @property
    def size(self) -> int:
        return self.plain.size

    @property
    def dtype(self) -> Any:
        return self.plain.dtype

    @property
    def T(self) -> Array:  # noqa: N802 - numpy's name
        return Array(self.node.T)

    @property
    def at(self) -> _At:
        return _At(self)

    def _leaves(self) -> np.ndarray[Any, Any]:
        if isinstance(self.node, Node):
            raise TypeError("a value that is being differentiated cannot be turned into a Python number")
        return self.plain

    @property
    def real(self) -> Array:
        return self

    def astype(self, dtype: Any) -> Array:
        wanted = np.dtype(dtype)
        if isinstance(self.node, Node) and wanted.kind == "f":
            return Array(apply("cast", self.node, dtype=wanted))
        return Array(self.plain.astype(wanted))

    def flatten(self) -> Array:
        return Array(apply("reshape", self.node, shape=(-1,)))

    def block_until_ready(self) -> Array:
        return self

    def copy(self) -> Array:
        return Array(self.node, self.weak)

    def item(self) -> Any:
        return self._leaves().item()

    def tolist(self) -> Any:
        return self._leaves().tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.asarray(self._leaves(), dtype=dtype)

    def __float__(self) -> float:
        return float(self._leaves())

    def __int__(self) -> int:
        return int(self._leaves())

    def __index__(self) -> int:
        return int(self._leaves())

    def __bool__(self) -> bool:
        return bool(self._leaves())

    def __len__(self) -> int:
        return len(self.plain)

    def __iter__(self) -> Iterator[Array]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Array:
        places = tuple(plain(part) for part in index) if isinstance(index, tuple) else plain(index)
        return Array(self.node[places])

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(
            "JAX arrays are immutable and do not support in-place item assignment. Instead of x[idx] = y, use "
            "x = x.at[idx].set(y) or another .at[] method: "
            "https://docs.jax.dev/en/latest/_autosummary/jax.numpy.ndarray.at.html"
        )

    def __repr__(self) -> str:
        body = np.array2string(self.plain, separator=", ", prefix="Array(")
        return f"Array({body}, dtype={self.dtype}{', weak_type=True' if self.weak else ''})"

    def __str__(self) -> str:
        return str(self.plain)

    def __format__(self, spec: str) -> str:
        return format(self.plain.item(), spec) if spec else str(self)

    def __hash__(self) -> int:
        raise TypeError("unhashable type: 'jaxlib._jax.ArrayImpl'")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in METHODS:
            return lambda *arguments, **options: METHODS[name](self, *arguments, **options)
        raise UnsupportedError(f"jax.Array.{name}")


METHODS: dict[str, Callable[..., Any]] = {}
"""What is a method of an array; `functions` fills it."""


class _At:
    """`x.at[index].set(value)`."""

    def __init__(self, array: Array, index: Any = None) -> None:
        self.array, self.index = array, index

    def __getitem__(self, index: Any) -> _At:
        return _At(self.array, plain(index))

    def set(self, value: Any) -> Array:
        base = self.array.node if isinstance(self.array.node, Node) else np.array(self.array.node)
        given = plain(value)
        given = given if isinstance(given, Node) else np.asarray(given, self.array.dtype)
        return Array(apply("set_at", base, given, index=self.index))

    def get(self) -> Array:
        return self.array[self.index]

    def add(self, value: Any) -> Array:
        """Added up where a place is named twice, as jax does it."""
        spread = np.broadcast_to(np.asarray(plain(value)), self.array.plain[self.index].shape)
        if isinstance(self.array.node, Node):
            return Array(self.array.node + apply("scatter", spread, index=self.index, shape=self.array.shape))
        made = np.array(self.array.plain)
        np.add.at(made, self.index, spread)
        return Array(made)

    def multiply(self, value: Any) -> Array:
        return self.set(self.array[self.index] * value)

    mul = multiply

    def divide(self, value: Any) -> Array:
        return self.set(self.array[self.index] / value)

    def power(self, value: Any) -> Array:
        return self.set(self.array[self.index] ** value)

    def min(self, value: Any) -> Array:
        return self.set(Array(np.minimum(self.array[self.index].plain, plain(value))))

    def max(self, value: Any) -> Array:
        return self.set(Array(np.maximum(self.array[self.index].plain, plain(value))))

    def __getattr__(self, name: str) -> Any:
        raise UnsupportedError(f"jax.Array.at[].{name}")


def _narrowed(value: Any) -> Any:
    """64-bit results become 32-bit ones, as jax has it by default."""
    inner = value.value if isinstance(value, Node) else value
    wanted = _NARROW.get(np.asarray(inner).dtype)
    if wanted is None:
        return value if isinstance(value, Node) else np.asarray(value)
    return apply("cast", value, dtype=wanted) if isinstance(value, Node) else np.asarray(value, dtype=wanted)


def plain(value: Any) -> Any:
    """The node or array inside; lists and tuples through."""
    if isinstance(value, Array):
        return value.node
    if isinstance(value, list | tuple):
        return rebuilt(value, (plain(item) for item in value))
    return value


def wrapped(value: Any) -> Any:
    """Numbers and arrays as jax arrays; lists, tuples and dicts through."""
    if isinstance(value, dict):
        return {key: wrapped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return rebuilt(value, (wrapped(item) for item in value))
    return Array(value) if isinstance(value, Node | np.ndarray | np.generic | float | int) else value


def unwrapped(value: Any) -> Any:
    """The nodes and arrays inside; lists, tuples and dicts through."""
    if isinstance(value, dict):
        return {key: unwrapped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return rebuilt(value, (unwrapped(item) for item in value))
    return value.node if isinstance(value, Array) else value


def rebuilt(like: Any, items: Any) -> Any:
    """A list, tuple or named tuple of the kind of `like`."""
    return type(like)(*items) if hasattr(like, "_fields") else type(like)(items)
