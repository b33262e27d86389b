"""`jax.numpy`: numpy's functions on jax arrays, with jax's types of results."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff import apply, custom_rule
from notevault.frontends.other_libraries import arrays
from notevault.frontends.other_libraries.jax.array import METHODS, Array, plain, wrapped
from notevault.frontends.unsupported import UnsupportedError

NUMPY = "jax.numpy"

_ROUNDED_ONCE = frozenset(
    ("exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "log1p", "expm1", "arctan", "arcsin", "arccos", "power")
)
"""Functions that jax computes to the last digit of a float32: in double precision here, then rounded."""

_NEVER_WEAK = frozenset({"zeros", "ones", "eye", "full", "arange", "linspace", "identity", "logspace"})


@functools.cache
def function(name: str) -> Callable[..., Any]:
    """jax's function of this name: numpy's, on nodes and arrays, its result in jax's types."""
    inner = arrays.named(name, NUMPY, getattr(np, name))

    def call(*arguments: Any, **options: Any) -> Any:
        if name == "reshape" and len(arguments) > 2:
            arguments = (arguments[0], arguments[1:])
        given = [_as_array(plain(argument)) for argument in arguments]
        if name in _ROUNDED_ONCE:
            given = [_widened(value) for value in given]
        try:
            made = wrapped(inner(*given, **{key: plain(value) for key, value in options.items()}))
        except ValueError as error:
            raise _of_shapes(name, arguments) or error from error
        if isinstance(made, Array):
            made.weak = name not in _NEVER_WEAK and _gives_weak(arguments, made)
        return made

    call.__name__ = name
    return call


def _of_shapes(name: str, arguments: Any) -> TypeError | ValueError | None:
    """What jax says of operands whose shapes do not fit."""
    shapes = [argument.shape for argument in arguments if isinstance(argument, Array)]
    if len(shapes) != 2:
        return None
    if name in {"matmul", "dot"}:
        return TypeError(
            f"dot_general requires contracting dimensions to have the same shape, got ({shapes[0][-1]},) and "
            f"({shapes[1][-2 if len(shapes[1]) > 1 else 0]},)."
        )
    return TypeError(f"{name} got incompatible shapes for broadcasting: {shapes[0]}, {shapes[1]}.")


def is_weak(value: Any) -> bool:
    """Whether a value's type gives way to that of arrays."""
    return value.weak if isinstance(value, Array) else isinstance(value, int | float)


def _gives_weak(arguments: Any, made: Array) -> bool:
    """The result is weak where no strong operand has a type of its kind."""
    operands = [argument for argument in arguments if isinstance(argument, Array | int | float | np.ndarray)]
    if not any(is_weak(operand) for operand in operands) or made.dtype.kind == "b":
        return False
    strong = [
        np.asarray(operand.plain if isinstance(operand, Array) else operand)
        for operand in operands
        if not is_weak(operand)
    ]
    return all("biuf".index(array.dtype.kind) < "biuf".index(made.dtype.kind) for array in strong)


def _as_array(value: Any) -> Any:
    return np.float32(value) if isinstance(value, float) else value


def _widened(value: Any) -> Any:
    inner = value.value if isinstance(value, Node) else value
    if np.asarray(inner).dtype != np.float32:
        return value
    wide = np.dtype(np.float64)
    return apply("cast", value, dtype=wide) if isinstance(value, Node) else np.asarray(value, wide)


class Scalar:
    """`jnp.float32`: a type to name, and a function that makes a number of it."""

    def __init__(self, name: str) -> None:
        self.dtype = np.dtype(name)
        self.__name__ = name

    def __call__(self, value: Any) -> Array:
        return Array(np.asarray(plain(value)).astype(self.dtype))

    def __repr__(self) -> str:
        return f"<class 'jax.numpy.{self.__name__}'>"

    def __eq__(self, other: object) -> bool:
        return self.dtype == other

    def __hash__(self) -> int:
        return hash(self.dtype)


def absolute(x: Any) -> Array:
    """jax takes the derivative at 0 to be 1."""
    slope = custom_rule(np.abs, vjp=[lambda g, y, x: g * np.where(_values(x) >= 0, 1, -1).astype(_values(x).dtype)])
    made = Array(slope(_as_array(plain(x))))
    made.weak = is_weak(x)
    return made


def _values(x: Any) -> Any:
    return np.asarray(x.value if isinstance(x, Node) else x)


def array(value: Any, dtype: Any = None, copy: bool = True) -> Array:
    """`jnp.array`; a bare Python number keeps a weak type."""
    made = arrays.array(plain(value))
    if dtype is not None and not isinstance(made, Node):
        made = np.asarray(made, dtype=np.dtype(dtype))
    return Array(made, weak=dtype is None and is_weak(value) and not isinstance(value, bool))


def split(x: Any, sections: Any, axis: int = 0) -> list[Array]:
    given = plain(x)
    length = given.shape[axis]
    edges = np.linspace(0, length, sections + 1).astype(int) if isinstance(sections, int) else [0, *sections, length]
    bounds = [int(edge) for edge in edges]
    return [Array(apply("split", given, start=a, stop=b, axis=axis)) for a, b in pairwise(bounds)]


def median(x: Any, axis: Any = None) -> Array:
    """The middle element, or the mean of the two in the middle."""
    given = plain(x)
    if isinstance(given, Node):
        raise UnsupportedError("jax.numpy.median of a value that is being differentiated")
    return Array(np.asarray(np.median(given, axis=axis)))


def _operator(name: str, reflected: bool) -> Callable[[Array, Any], Any]:
    applied = function(name)

    def operate(self: Array, other: Any) -> Any:
        if not isinstance(other, Array | int | float | np.ndarray | np.generic):
            return NotImplemented
        return applied(other, self) if reflected else applied(self, other)

    return operate


_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power", "matmul": "matmul",
    "mod": "mod", "floordiv": "floor_divide", "and": "logical_and", "or": "logical_or",
}  # fmt: skip
_COMPARISONS = {
    "gt": "greater", "ge": "greater_equal", "lt": "less", "le": "less_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
for _symbol, _name in _OPERATORS.items():
    setattr(Array, f"__{_symbol}__", _operator(_name, reflected=False))
    setattr(Array, f"__r{_symbol}__", _operator(_name, reflected=True))
for _symbol, _name in _COMPARISONS.items():
    setattr(Array, f"__{_symbol}__", _operator(_name, reflected=False))
for _symbol, _function in {"neg": function("negative"), "abs": absolute, "invert": function("logical_not")}.items():
    setattr(Array, f"__{_symbol}__", _function)

_METHOD_NAMES = (
    *("sum", "mean", "max", "min", "prod", "std", "var", "dot", "reshape", "transpose", "ravel", "argmax", "argmin"),
    *("cumsum", "squeeze", "all", "any", "clip", "round", "argsort", "swapaxes", "repeat", "trace"),
)
METHODS |= {name: function(name) for name in _METHOD_NAMES}

_MORE = ("vdot", "floor_divide", "logspace", "greater_equal", "less_equal", "not_equal", "logical_xor", "isinf", "cbrt")
LINALG: Mapping[str, Callable[..., Array]] = {
    "norm": lambda x, axis=None, keepdims=False: Array(apply("norm", plain(x), axis=axis, keepdims=keepdims)),
    "inv": lambda x: Array(apply("inv", plain(x))),
    "det": lambda x: Array(apply("det", plain(x))),
    "solve": lambda a, b: Array(apply("solve", plain(a), plain(b))),
    "cholesky": lambda x: Array(apply("cholesky", plain(x))),
    "eigvalsh": lambda x: Array(np.linalg.eigvalsh(np.asarray(x))),
    "matrix_rank": lambda x: Array(np.asarray(np.linalg.matrix_rank(np.asarray(x)))),
}
"""What is a name of `jax.numpy.linalg`."""

NAMES: Mapping[str, Any] = {
    **{name: function(name) for name in (*arrays.ARITHMETIC, *arrays.SHAPES, *arrays.PLAIN, *_MORE)},
    **{name: getattr(np, name) for name in arrays.CONSTANTS},
    **{name: Scalar(name) for name in ("float32", "float64", "float16", "int32", "int64", "int8", "uint8")},
    "bool_": Scalar("bool"),
    "abs": absolute, "absolute": absolute, "array": array, "asarray": array, "ndarray": Array, "split": split,
    "median": median,
}  # fmt: skip
"""What is a name of `jax.numpy`."""
