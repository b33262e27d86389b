"""Tensor: a value that remembers which primitive made it from which operands. Together they are the tape.

A tensor refers to its operands and never the other way round, so the tape has no reference cycles and is
freed as soon as its last output is. Every tensor has a creation number; the order of creation is a
topological order.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import count
from typing import Any, NoReturn

import numpy as np

from notevault.autodiff.array_methods import ArrayMethods
from notevault.autodiff.errors import (
    TapeCutError,
    TapeWriteError,
    UnknownPrimitiveError,
    UnsupportedNumpyError,
)
from notevault.autodiff.numpy_functions.calls import asked_options
from notevault.autodiff.primitive import PRIMITIVES, Primitive, Value

NUMPY_HANDLERS: dict[tuple[Any, str], Callable[..., Any]] = {}
"""(numpy function, way to call it) -> the engine's function with the same signature; see `numpy_functions/`."""


class _Tracing(threading.local):
    """Whether this thread is tracing a function for compilation."""

    refuses_branches = False


_tracing = _Tracing()

_next_index = count().__next__
_NO_PARAMETERS: Mapping[str, Any] = {}


class Tensor(ArrayMethods):
    """A value on the tape: a leaf (see `tensor`), or the result of a primitive on operands.

    value: an ndarray, a numpy scalar, or a Fraction. operands: tensors and plain values; arguments: the
    same, all plain. Operators, numpy's functions and the methods of arrays record; nothing writes. A plain array
    that is an operand is kept, not copied: who writes into it before the derivative is taken changes the derivative.
    """

    __array_priority__ = 1000.0
    __slots__ = ("__weakref__", "arguments", "index", "name", "operands", "parameters", "primitive", "value")

    def __init__(  # noqa: PLR0917 (made once a node: positional arguments are the fastest)
        self,
        value: Value,
        primitive: Primitive | None = None,
        operands: tuple[Value, ...] = (),
        arguments: tuple[Value, ...] = (),
        parameters: Mapping[str, Any] = _NO_PARAMETERS,
        name: str | None = None,
    ) -> None:
        self.value = value
        self.primitive = primitive
        self.operands = operands
        self.arguments = arguments
        self.parameters = parameters
        self.name = name
        self.index = _next_index()

    # what it is

    @property
    def shape(self) -> tuple[int, ...]:
        return shape_of(self.value)

    @property
    def ndim(self) -> int:
        return len(shape_of(self.value))

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        return dtype_of(self.value)

    def item(self) -> Any:
        """The value as a Python number, off the tape; for a tensor of one element."""
        value = read(self, ".item()")
        return value.item() if hasattr(value, "item") else value

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a scalar tensor has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[k] for k in range(len(self)))

    def __bool__(self) -> bool:
        if _tracing.refuses_branches:
            raise TapeCutError("a branch on a traced value", "choose with where(condition, a, b) instead")
        return bool(self.value)

    def __reduce__(self) -> Any:
        """A copy is a leaf of its own: with the number of the original it would be taken for it."""
        if self.primitive is not None:
            raise TapeCutError("a copy of a computed tensor", "copy its .value, or use it as it is")
        return tensor, (self.value, self.name)

    def __repr__(self) -> str:
        label = f", name={self.name!r}" if self.name else ""
        return f"tensor({np.array2string(np.asarray(self.value), separator=', ', prefix='tensor(')}{label})"

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if spec else str(self)

    # what it refuses

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise TapeWriteError("x[index] = value", "x = set_at(x, value, index=index)")

    def __float__(self) -> NoReturn:
        raise TapeCutError("float()", "use np.sin and its like for math.sin; .item() is the number alone")

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TapeCutError("conversion to an ndarray", "join tensors with np.stack; .value is the numbers alone")

    # numpy's protocols: numpy hands its call over when an argument is a tensor

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if options.get("out") is not None:
            raise TapeWriteError(f"np.{ufunc.__name__}(..., out=...)", "the call without out=")
        handler = NUMPY_HANDLERS.get((ufunc, method))
        if handler is None:
            raise UnsupportedNumpyError(f"np.{ufunc.__name__}{'' if method == '__call__' else '.' + method}")
        if options and method == "__call__":
            options = asked_options(options)
            if options:
                raise UnsupportedNumpyError(f"np.{ufunc.__name__} with {next(iter(options))}=")
        return handler(*inputs, **options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if options.get("out") is not None:
            raise TapeWriteError(f"np.{function.__name__}(..., out=...)", "the call without out=")
        handler = NUMPY_HANDLERS.get((function, "__call__"))
        if handler is None:
            raise UnsupportedNumpyError(f"{function.__module__}.{function.__name__}")
        return handler(*args, **options)

    # operators; each is the primitive of the same name

    def __add__(self, other: Any) -> Tensor:
        return _operate("add", self, other)

    def __radd__(self, other: Any) -> Tensor:
        return _operate("add", other, self)

    def __sub__(self, other: Any) -> Tensor:
        return _operate("sub", self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return _operate("sub", other, self)

    def __mul__(self, other: Any) -> Tensor:
        return _operate("mul", self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return _operate("mul", other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return _operate("div", self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return _operate("div", other, self)

    def __mod__(self, other: Any) -> Tensor:
        return _operate("mod", self, other)

    def __rmod__(self, other: Any) -> Tensor:
        return _operate("mod", other, self)

    def __pow__(self, other: Any) -> Tensor:
        return _operate("pow", self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return _operate("pow", other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return _operate("matmul", self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return _operate("matmul", other, self)

    def __neg__(self) -> Tensor:
        return _operate("neg", self)

    def __pos__(self) -> Tensor:
        return self

    def __abs__(self) -> Tensor:
        return _operate("abs", self)

    def __gt__(self, other: Any) -> Tensor:
        return _operate("greater", self, other)

    def __ge__(self, other: Any) -> Tensor:
        return _operate("greater_equal", self, other)

    def __lt__(self, other: Any) -> Tensor:
        return _operate("less", self, other)

    def __le__(self, other: Any) -> Tensor:
        return _operate("less_equal", self, other)

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
        return _operate("equal", self, other)

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return _operate("not_equal", self, other)

    __hash__ = object.__hash__

    def __getitem__(self, index: Any) -> Tensor:
        return self._step("getitem", {"index": plain_index(index)})

    def _step(self, name: str, parameters: Mapping[str, Any]) -> Tensor:
        result: Tensor = record(PRIMITIVES[name], (self,), parameters)
        return result

    def _position(self, function: Callable[..., Any], axis: int | None) -> Any:
        return function(read(self, function.__name__), axis=axis)


_OPERAND_TYPES = (Tensor, np.ndarray, int, float, np.generic, Fraction, complex, list, tuple)


def _operate(name: str, *operands: Any) -> Tensor:
    """What an operator does: record, or let Python ask the other operand."""
    for operand in operands:
        if not isinstance(operand, _OPERAND_TYPES):
            return NotImplemented  # type: ignore[no-any-return]
    result: Tensor = record(PRIMITIVES[name], operands, _NO_PARAMETERS)
    return result


def record(row: Primitive, operands: Sequence[Value], parameters: Mapping[str, Any]) -> Value:
    """Run a row's forward; where an operand is a tensor the result is a tensor on the tape, else plain."""
    arguments = []
    on_tape = False
    for operand in operands:
        if isinstance(operand, Tensor):
            on_tape = True
            arguments.append(operand.value)
        else:
            arguments.append(operand)
    value = row.forward(*arguments, **parameters)
    return Tensor(value, row, tuple(operands), tuple(arguments), parameters) if on_tape else value


def plain_parameters(name: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters of an operation; TapeCutError where one is a tensor, whose gradient would be lost."""
    for key, value in parameters.items():
        if isinstance(value, Tensor):
            raise TapeCutError(
                f"a tensor as {key} of {name}", "only operands are differentiated: write it with them, or give .value"
            )
    return parameters


def apply(name: str, *operands: Value, **parameters: Any) -> Value:
    """Apply the primitive `name`; plain operands alone give a plain result. A parameter must not be a tensor.

    >>> apply("mul", tensor(3.0), 2.0)
    tensor(6.)
    """
    row = PRIMITIVES.get(name)
    if row is None:
        raise UnknownPrimitiveError(name, PRIMITIVES)
    return record(row, operands, plain_parameters(name, parameters))


def tensor(value: Any, name: str | None = None) -> Tensor:
    """A leaf of the tape: a value to differentiate with respect to. TypeError where it holds no numbers.

    Integers and booleans become float64; float32, float64, complex and object arrays keep their type, and a
    Fraction stays exact. An ndarray is shared through a read-only view, not copied.

    >>> tensor([1, 2, 3])
    tensor([1., 2., 3.])
    >>> from fractions import Fraction
    >>> (tensor(Fraction(1, 3)) * 3).value
    Fraction(1, 1)
    """
    if isinstance(value, Tensor):
        value = value.value
    if isinstance(value, Fraction):
        return Tensor(value, name=name)
    array = np.asarray(value)
    if array.dtype.kind in "iub":
        array = array.astype(np.float64)
    elif array.dtype.kind not in "fcO":
        raise TypeError(f"cannot differentiate by values of type {array.dtype}")
    elif array.dtype.kind == "O" and not all(hasattr(item, "__mul__") for item in array.flat):
        raise TypeError(f"cannot differentiate by a {type(value).__name__}: numbers and arrays of numbers are wanted")
    if array.ndim == 0:
        return Tensor(array[()], name=name)
    view = array.view()
    view.setflags(write=False)
    return Tensor(view, name=name)


@contextmanager
def branches_refused() -> Iterator[None]:
    """Within, `if tensor:` is an error: a compiled program would take the same branch at every call."""
    before, _tracing.refuses_branches = _tracing.refuses_branches, True
    try:
        yield
    finally:
        _tracing.refuses_branches = before


def value_of(x: Value) -> Value:
    """The plain value of a tensor; anything else as it is."""
    return x.value if isinstance(x, Tensor) else x


def shape_of(x: Value) -> tuple[int, ...]:
    """The shape of a tensor, array or number."""
    try:
        return x.shape  # type: ignore[no-any-return]
    except AttributeError:
        return np.shape(x) if isinstance(x, (list, tuple)) else ()


def dtype_of(x: Value) -> np.dtype[Any]:
    """The dtype of a tensor, array or number; object for a Fraction."""
    value = value_of(x)
    return value.dtype if hasattr(value, "dtype") else np.asarray(value).dtype


def read(x: Value, what: str) -> Value:
    """The plain value of x, for something that is decided by numbers and not differentiated.

    TapeCutError while a function is traced for compilation: the compiled program would decide the same at every call.
    """
    if not isinstance(x, Tensor):
        return x
    if _tracing.refuses_branches:
        raise TapeCutError(f"{what} of a traced value", "it would be the same at every call: compute it outside")
    return x.value


def plain_index(index: Any) -> Any:
    """An index without tensors: masks and positions select, they are not differentiated.

    Lists and arrays are copied: the backward pass reads them again, when the caller may have changed them.
    """
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    if isinstance(index, list):
        return [plain_index(part) for part in index]
    return index.copy() if isinstance(index, np.ndarray) else read(index, "an index")
