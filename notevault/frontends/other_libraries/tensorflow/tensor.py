"""TensorFlow's tensors and variables, and how they print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff import apply
from notevault.autodiff import tensor as leaf
from notevault.frontends.unsupported import UnsupportedError

Array = np.ndarray[Any, Any]


class DType:
    """A number type; prints as `<dtype: 'float32'>`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.numpy = np.dtype(name)

    @property
    def as_numpy_dtype(self) -> Any:
        return self.numpy.type

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: '{self.name}'>"

    def __eq__(self, other: object) -> bool:
        return other.name == self.name if isinstance(other, DType) else self.numpy == other

    def __hash__(self) -> int:
        return hash(self.name)


DTYPES = {
    name: DType(name) for name in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")
}


class TensorShape(tuple[int, ...]):
    """The shape of a tensor."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"

    def __str__(self) -> str:
        return str(tuple(self))

    def as_list(self) -> list[int]:
        return list(self)

    @property
    def rank(self) -> int:
        return len(self)


class InvalidArgumentError(Exception):
    """What TensorFlow raises for operands that do not fit together."""


class Recording:
    """How many tapes are recording now: without one, nothing is kept."""

    tapes = 0


class Tensor:
    """An array, over a node of the engine while a tape records; `node` is what the engine gets."""

    __array_priority__ = 3000.0

    def __init__(self, value: Any) -> None:
        self.value: Any = value

    @property
    def node(self) -> Any:
        return self.value if Recording.tapes else self.plain

    @property
    def plain(self) -> Array:
        return np.asarray(self.value.value if isinstance(self.value, Node) else self.value)

    @property
    def shape(self) -> TensorShape:
        return TensorShape(self.plain.shape)

    @property
    def ndim(self) -> int:
        return self.plain.ndim

    @property
    def dtype(self) -> DType:
        return DTYPES[self.plain.dtype.name]

    def numpy(self) -> Any:
        plain = self.plain
        return plain.copy() if plain.ndim else plain[()]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self.plain, dtype=dtype)

    def get_shape(self) -> TensorShape:
        return self.shape

    def __float__(self) -> float:
        return float(self.plain)

    def __int__(self) -> int:
        return int(self.plain)

    def __index__(self) -> int:
        return int(self.plain)

    def __bool__(self) -> bool:
        return bool(self.plain)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("Scalar tensor has no `len()`")
        return len(self.plain)

    def __iter__(self) -> Iterator[Tensor]:
        if not self.ndim:
            raise TypeError("Cannot iterate over a scalar tensor.")
        return (self[k] for k in range(len(self.plain)))

    def __getitem__(self, index: Any) -> Tensor:
        parts = index if isinstance(index, tuple) else (index,)
        places = tuple(part.plain[()] if isinstance(part, Tensor) else part for part in parts)
        if any(isinstance(part, list | np.ndarray) and np.ndim(part) for part in places):
            raise UnsupportedError("tensorflow.Tensor.__getitem__ with a list")
        return Tensor(apply("getitem", self.node, index=places))

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError("'tensorflow.python.framework.ops.EagerTensor' object does not support item assignment")

    def __repr__(self) -> str:
        text = _numbers(self.plain)
        gap = "\n" if "\n" in text else ""
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={gap}{text}>"

    def __str__(self) -> str:
        text = str(self.plain)
        gap = "\n" if "\n" in text else ""
        return f"tf.Tensor({gap}{text}, shape={self.shape}, dtype={self.dtype.name})"

    def __format__(self, spec: str) -> str:
        return format(self.plain[()] if not self.ndim else self.plain, spec) if spec or not self.ndim else str(self)

    __hash__ = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise UnsupportedError(f"tensorflow.Tensor.{name}")


def _numbers(array: Array) -> str:
    return str(array.item()) if array.ndim == 0 else repr(array)


class Variable(Tensor):
    """A tensor that can be assigned to; tapes watch it."""

    def __init__(
        self, initial_value: Any, trainable: bool = True, name: str | None = None, dtype: DType | None = None
    ) -> None:
        super().__init__(np.array(converted(initial_value, dtype).plain))
        self.trainable, self._name = trainable, name or "Variable"
        self.leaves: list[Node] = []
        """The nodes under which it was read since a tape began, the present one last."""

    @property
    def name(self) -> str:
        return f"{self._name}:0"

    @property
    def node(self) -> Any:
        if not Recording.tapes or not self.trainable or self.value.dtype.kind != "f":
            return self.value
        if not self.leaves or self.leaves[-1].value is not self.value:
            self.leaves.append(leaf(self.value))
            self.value = self.leaves[-1].value
        return self.leaves[-1]

    def read_value(self) -> Tensor:
        return Tensor(self.node)

    def assign(self, value: Any, **_: Any) -> Variable:
        new = converted(value, self.dtype)
        if new.shape != self.shape:
            raise ValueError(
                f"Cannot assign value to variable '{self.name}': Shape mismatch.The variable shape {self.shape}, and "
                f"the assigned value shape {new.shape} are incompatible."
            )
        self.value = np.array(new.plain)
        return self

    def assign_add(self, delta: Any, **_: Any) -> Variable:
        return self.assign(Tensor(self.plain + converted(delta, self.dtype).plain))

    def assign_sub(self, delta: Any, **_: Any) -> Variable:
        return self.assign(Tensor(self.plain - converted(delta, self.dtype).plain))

    def __repr__(self) -> str:
        text = _numbers(self.plain)
        gap = "\n" if "\n" in text else ""
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, numpy={gap}{text}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return object.__format__(self, spec) if spec else str(self)


def converted(value: Any, dtype: Any = None) -> Tensor:
    """A tensor as it is, anything else made into one: Python floats are float32, whole numbers int32."""
    if isinstance(value, Tensor):
        if dtype is not None and value.dtype != dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype {value.dtype.name}: {value!r}"
            )
        return value
    if isinstance(value, list | tuple) and _holds_tensor(value):
        return Tensor(apply("stack", *(converted(item, dtype).node for item in value)))
    array = np.asarray(value)
    if dtype is None and not isinstance(value, np.ndarray | np.generic):
        narrow = {"f": np.float32, "i": np.int32, "b": np.bool_}.get(array.dtype.kind)
        if narrow is None:
            raise UnsupportedError(f"tensorflow.constant of {array.dtype.name}")
        return Tensor(array.astype(narrow))
    wanted = np.dtype(getattr(dtype, "numpy", dtype) or array.dtype)
    if array.dtype.kind == "f" and wanted.kind in "iu" and not isinstance(value, np.ndarray):
        raise TypeError(f"Cannot convert {value} to EagerTensor of dtype {wanted.name}")
    return Tensor(np.array(array, dtype=wanted))


def _holds_tensor(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_tensor(item) for item in value)
    return isinstance(value, Tensor)


def of_one_type(operands: tuple[Any, ...], what: str) -> list[Tensor]:
    """The operands as tensors; numbers take the type of the first tensor. Raises InvalidArgumentError for two types."""
    first = next((x for x in operands if isinstance(x, Tensor)), None)
    made = [x if isinstance(x, Tensor) else converted(x, first.dtype if first is not None else None) for x in operands]
    for x in made:
        if x.dtype != made[0].dtype:
            raise InvalidArgumentError(
                f"cannot compute {what} as input #1(zero-based) was expected to be a {_c_name(made[0])} tensor but "
                f"is a {_c_name(x)} tensor [Op:{what}] name: "
            )
    return made


def _c_name(x: Tensor) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(x.dtype.name, x.dtype.name)


def install(operators: dict[str, Callable[..., Any]]) -> None:
    """Give the tensor its operators."""
    for name, function in operators.items():
        setattr(Tensor, name, function)
