"""jax: `jax.numpy` and the transforms, on arrays that print as jax prints them (float32 unless told otherwise)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from notevault import autodiff
from notevault.autodiff import Tensor as Node
from notevault.autodiff import apply
from notevault.frontends import chance
from notevault.frontends.imitation import imitation
from notevault.frontends.other_libraries import arrays
from notevault.frontends.unsupported import UnsupportedError

NUMPY = "jax.numpy"
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
        places = tuple(_plain(part) for part in index) if isinstance(index, tuple) else _plain(index)
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
        if name in _METHODS:
            return lambda *arguments, **options: _function(name)(self, *arguments, **options)
        raise UnsupportedError(f"jax.Array.{name}")


_METHODS = frozenset(
    [
        *(
            "sum",
            "mean",
            "max",
            "min",
            "prod",
            "std",
            "var",
            "dot",
            "reshape",
            "transpose",
            "ravel",
            "argmax",
            "argmin",
        ),
        *("cumsum", "squeeze", "all", "any", "clip", "round"),
    ]
)


class _At:
    """`x.at[index].set(value)`."""

    def __init__(self, array: Array, index: Any = None) -> None:
        self.array, self.index = array, index

    def __getitem__(self, index: Any) -> _At:
        return _At(self.array, _plain(index))

    def set(self, value: Any) -> Array:
        base = self.array.node if isinstance(self.array.node, Node) else np.array(self.array.node)
        return Array(apply("set_at", base, np.asarray(_plain(value), self.array.dtype), index=self.index))

    def add(self, value: Any) -> Array:
        return self.set(_plain(self.array[self.index] + value))

    def multiply(self, value: Any) -> Array:
        return self.set(_plain(self.array[self.index] * value))


def _narrowed(value: Any) -> Any:
    """64-bit results become 32-bit ones, as jax has it by default."""
    inner = value.value if isinstance(value, Node) else value
    wanted = _NARROW.get(np.asarray(inner).dtype)
    if wanted is None:
        return value if isinstance(value, Node) else np.asarray(value)
    return apply("cast", value, dtype=wanted) if isinstance(value, Node) else np.asarray(value, dtype=wanted)


def _plain(value: Any) -> Any:
    """The node or array inside; lists and tuples through."""
    if isinstance(value, Array):
        return value.node
    if isinstance(value, list | tuple):
        return type(value)(_plain(item) for item in value)
    return value


def _wrapped(value: Any) -> Any:
    """Numbers and arrays as jax arrays; lists, tuples and dicts through."""
    if isinstance(value, dict):
        return {key: _wrapped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_wrapped(item) for item in value)
    return Array(value) if isinstance(value, Node | np.ndarray | np.generic | float | int) else value


def _unwrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unwrapped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_unwrapped(item) for item in value)
    return value.node if isinstance(value, Array) else value


@functools.cache
def _function(name: str) -> Callable[..., Any]:
    inner = arrays.named(name, NUMPY, getattr(np, name))

    def call(*arguments: Any, **options: Any) -> Any:
        if name == "reshape" and len(arguments) > 2:
            arguments = (arguments[0], arguments[1:])
        plain = [_as_array(_plain(argument)) for argument in arguments]
        if name in _ROUNDED_ONCE:
            plain = [_widened(value) for value in plain]
        made = _wrapped(inner(*plain, **{key: _plain(value) for key, value in options.items()}))
        if isinstance(made, Array):
            made.weak = all(_is_weak(argument) for argument in arguments)
        return made

    return call


_ROUNDED_ONCE = frozenset(
    ("exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "log1p", "expm1", "arctan", "arcsin", "arccos", "power")
)
"""Functions that jax computes to the last digit of a float32: in double precision here, then rounded."""


def _widened(value: Any) -> Any:
    inner = value.value if isinstance(value, Node) else value
    if np.asarray(inner).dtype != np.float32:
        return value
    return (
        apply("cast", value, dtype=np.dtype(np.float64)) if isinstance(value, Node) else np.asarray(value, np.float64)
    )


def _is_weak(value: Any) -> bool:
    return value.weak if isinstance(value, Array) else isinstance(value, int | float)


def _as_array(value: Any) -> Any:
    return np.float32(value) if isinstance(value, float) else value


def _operator(name: str, reflected: bool) -> Callable[[Array, Any], Any]:
    function = _function(name)

    def operate(self: Array, other: Any) -> Any:
        if not isinstance(other, Array | int | float | np.ndarray | np.generic):
            return NotImplemented
        return function(other, self) if reflected else function(self, other)

    return operate


for _symbol, _name in {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power", "matmul": "matmul",
    "mod": "mod",
}.items():  # fmt: skip
    setattr(Array, f"__{_symbol}__", _operator(_name, reflected=False))
    setattr(Array, f"__r{_symbol}__", _operator(_name, reflected=True))
for _symbol in ("gt", "ge", "lt", "le", "eq", "ne"):
    _compare = {
        "gt": "greater",
        "ge": "greater_equal",
        "lt": "less",
        "le": "less_equal",
        "eq": "equal",
        "ne": "not_equal",
    }
    setattr(Array, f"__{_symbol}__", _operator(_compare[_symbol], reflected=False))
for _symbol, _name in {"neg": "negative", "abs": "abs"}.items():
    setattr(Array, f"__{_symbol}__", _function(_name))


def _transform(transform: Callable[..., Any]) -> Callable[..., Any]:
    """A transform of the engine for functions on jax arrays."""

    def transformed(function: Callable[..., Any], argnums: Any = 0, **options: Any) -> Callable[..., Any]:
        if options:
            raise UnsupportedError(f"jax.grad({next(iter(options))})")
        weak: list[Any] = []

        def on_nodes(*nodes: Any) -> Any:
            given = _wrapped(list(nodes))
            for argument, flag in zip(given, weak, strict=True):
                if isinstance(argument, Array):
                    argument.weak = flag
            return _unwrapped(function(*given))

        inner = transform(on_nodes, argnums)

        @functools.wraps(function)
        def call(*arguments: Any) -> Any:
            weak[:] = [_is_weak(argument) for argument in arguments]
            try:
                made = _wrapped(inner(*(_float32(_unwrapped(_sorted(argument))) for argument in arguments)))
            except autodiff.NotScalarError as error:
                shape = f"Output had shape: {error.shape}."
                raise TypeError(f"Gradient only defined for scalar-output functions. {shape}") from error
            if isinstance(made, Array) and isinstance(argnums, int):
                made.weak = weak[argnums] and not made.ndim
            return made

        return call

    return transformed


def _sorted(value: Any) -> Any:
    """Dicts in the order of their keys, as jax flattens them."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return type(value)(_sorted(item) for item in value)
    return value


def _float32(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _float32(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_float32(item) for item in value)
    return np.float32(value) if isinstance(value, float) else value


def vmap(function: Callable[..., Any], in_axes: Any = 0, out_axes: int = 0) -> Callable[..., Any]:
    """The function over the first axis of its arguments (or none, where `in_axes` says None)."""
    if out_axes != 0:
        raise UnsupportedError("jax.vmap(out_axes)")

    def call(*arguments: Any) -> Any:
        axes = in_axes if isinstance(in_axes, list | tuple) else (in_axes,) * len(arguments)
        if any(axis not in {0, None} for axis in axes):
            raise UnsupportedError("jax.vmap(in_axes)")
        length = next(len(a) for a, axis in zip(arguments, axes, strict=True) if axis == 0)
        rows = [
            function(*(a[i] if axis == 0 else a for a, axis in zip(arguments, axes, strict=True)))
            for i in range(length)
        ]
        if rows and isinstance(rows[0], tuple):
            return tuple(_function_stack([row[k] for row in rows]) for k in range(len(rows[0])))
        return _function_stack(rows)

    return call


def _function_stack(rows: list[Any]) -> Array:
    return Array(apply("stack", *(_plain(row) for row in rows)))


def jit(function: Callable[..., Any] | None = None, **_: Any) -> Any:
    """The function itself: it computes the same, slower."""
    return function if function is not None else lambda inner: inner


def _random() -> dict[str, Any]:
    def key(seed: int) -> Array:
        return Array(np.array([0, seed], dtype=np.uint32))

    def split(key_: Any, num: int = 2) -> Array:
        return Array(chance.generator().integers(0, 2**32, (num, 2)).astype(np.uint32))

    return {
        "PRNGKey": key,
        "key": key,
        "split": split,
        "normal": lambda key_, shape=(): Array(np.asarray(chance.generator().standard_normal(shape))),
        "uniform": lambda key_, shape=(), minval=0.0, maxval=1.0: Array(
            np.asarray(chance.generator().uniform(minval, maxval, shape))
        ),
        "randint": lambda key_, shape, minval, maxval: Array(chance.generator().integers(minval, maxval, shape)),
    }


def _jax_nn() -> dict[str, Any]:
    def engine(name: str, **fixed: Any) -> Callable[..., Any]:
        return lambda x, **options: Array(apply(name, _plain(x), **fixed, **options))

    return {
        "relu": engine("relu"),
        "sigmoid": engine("sigmoid"),
        "tanh": engine("tanh"),
        "softplus": engine("softplus"),
        "silu": engine("silu"),
        "gelu": engine("gelu", approximate=True),
        "softmax": lambda x, axis=-1: Array(apply("softmax", _plain(x), axis=axis)),
        "log_softmax": lambda x, axis=-1: Array(apply("log_softmax", _plain(x), axis=axis)),
        "one_hot": lambda x, num_classes: Array(np.eye(num_classes, dtype=np.float32)[np.asarray(_plain(x))]),
    }


def modules() -> Mapping[str, ModuleType]:
    """Every module of the imitation by its name."""
    names: dict[str, Any] = {name: _function(name) for name in (*arrays.ARITHMETIC, *arrays.SHAPES, *arrays.PLAIN)}
    names |= {name: getattr(np, name) for name in (*arrays.CONSTANTS, "float32", "float64", "int32", "int64", "bool_")}
    names["array"] = names["asarray"] = lambda value, dtype=None: Array(_typed(arrays.array(_plain(value)), dtype))
    names["ndarray"] = Array
    names["linalg"] = imitation("jax.numpy.linalg", {"norm": lambda x: Array(apply("norm", _plain(x)))})
    as_numpy = imitation(NUMPY, names)
    random, nn = imitation("jax.random", _random()), imitation("jax.nn", _jax_nn())
    whole = imitation(
        "jax",
        {
            "grad": _transform(autodiff.grad),
            "value_and_grad": _transform(autodiff.value_and_grad),
            "jacfwd": _transform(autodiff.jacobian),
            "jacrev": _transform(autodiff.jacobian),
            "jacobian": _transform(autodiff.jacobian),
            "hessian": _transform(autodiff.hessian),
            "jit": jit,
            "vmap": vmap,
            "numpy": as_numpy,
            "random": random,
            "nn": nn,
            "Array": Array,
        },
    )
    return {made.__name__: made for made in (whole, as_numpy, random, nn, names["linalg"])}


def _typed(value: Any, dtype: Any) -> Any:
    return value if dtype is None or isinstance(value, Node) else np.asarray(value, dtype=dtype)
