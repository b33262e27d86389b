"""The tensor: an array with a type, perhaps a node of the tape, and PyTorch's operators and manners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.frontends.torch_like import dtypes, printing, tape
from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.unsupported import UnsupportedError


class Size(tuple[int, ...]):
    """The shape of a tensor."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    __str__ = __repr__

    def numel(self) -> int:
        return int(np.prod(self, dtype=int))


class Device:
    """A device; there is only the CPU."""

    def __init__(self, name: Any = "cpu", index: int | None = None) -> None:
        text = str(getattr(name, "type", name))
        self.type, _, number = text.partition(":")
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        return (
            f"device(type={self.type!r})" if self.index is None else f"device(type={self.type!r}, index={self.index})"
        )

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))


class GradFn:
    """What `grad_fn` shows: the name of the operation that made a tensor."""

    def __init__(self, name: str) -> None:
        self._name = name

    def name(self) -> str:
        return self._name

    def __repr__(self) -> str:
        return f"<{self._name} object>"


class Tensor:
    """An array that can remember how it was computed."""

    def __init__(self, data: Any = (), requires_grad: bool = False) -> None:
        array = data.array if isinstance(data, Tensor) else np.asarray(data, dtype=np.float32)
        self.array: np.ndarray[Any, Any] = array
        self._node: Node | None = None
        self._made_by: str | None = None
        self._keeps = False
        self.grad: Tensor | None = None
        self._leaf_requires = False
        if requires_grad:
            self.requires_grad = True

    # -- making -----------------------------------------------------------------------------------------------------

    @classmethod
    def of(cls, array: Any, requires_grad: bool = False) -> Tensor:
        """A tensor that holds this very array."""
        made = Tensor.__new__(Tensor)
        made.array = np.asarray(array)
        made._node, made._made_by, made._keeps, made.grad, made._leaf_requires = None, None, False, None, False
        if requires_grad:
            made.requires_grad = True
        return made

    @classmethod
    def made(cls, value: Any, made_by: str) -> Tensor:
        """The result of an operation: an array, or a node of the tape."""
        if not isinstance(value, Node):
            return cls.of(value)
        result = cls.of(value.value)
        result._node, result._made_by = value, made_by
        return result

    @property
    def operand(self) -> Any:
        """What the engine gets: the node when the tensor is being recorded, else the array."""
        if not tape.Mode.recording or not self.requires_grad:
            return self.array
        if self._node is None:
            self._node = tape.leaf(self.array)
            tape.LEAVES[self._node.index] = self
        return self._node

    # -- what it is -------------------------------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        return self._made_by is not None or self._leaf_requires

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and self.array.dtype.kind != "f":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if not value and self._made_by is not None:
            raise RuntimeError("you can only change requires_grad flags of leaf variables.")
        self._leaf_requires = bool(value)
        if not value:
            self._node = None

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        return self._made_by is None

    @property
    def grad_fn(self) -> GradFn | None:
        return None if self._made_by is None else GradFn(self._made_by)

    @property
    def dtype(self) -> DType:
        return dtypes.of(self.array)

    @property
    def shape(self) -> Size:
        return Size(self.array.shape)

    def size(self, dim: int | None = None) -> Any:
        return self.shape if dim is None else self.array.shape[dim]

    @property
    def ndim(self) -> int:
        return self.array.ndim

    def dim(self) -> int:
        return self.array.ndim

    def numel(self) -> int:
        return self.array.size

    def nelement(self) -> int:
        return self.array.size

    def element_size(self) -> int:
        return int(self.array.dtype.itemsize)

    @property
    def device(self) -> Device:
        return Device("cpu")

    @property
    def is_cuda(self) -> bool:
        return False

    def is_floating_point(self) -> bool:
        return bool(self.array.dtype.kind == "f")

    def is_contiguous(self) -> bool:
        return bool(self.array.flags.c_contiguous)

    def __len__(self) -> int:
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __repr__(self) -> str:
        return printing.show(self.array, grad_fn=self._made_by, requires_grad=self.requires_grad)

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        if self.array.ndim == 0 and spec:
            return format(self.array.item(), spec)
        return format(repr(self), spec)

    __hash__ = object.__hash__

    # -- leaving the tape -------------------------------------------------------------------------------------------

    def item(self) -> Any:
        if self.array.size != 1:
            raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
        return self.array.reshape(()).item()

    def tolist(self) -> Any:
        return self.array.tolist()

    def numpy(self) -> np.ndarray[Any, Any]:
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.asarray(self.numpy(), dtype=dtype)

    def detach(self) -> Tensor:
        return Tensor.of(self.array)

    def detach_(self) -> Tensor:
        self._node, self._made_by = None, None
        return self

    @property
    def data(self) -> Tensor:
        return Tensor.of(self.array)

    @data.setter
    def data(self, value: Tensor) -> None:
        self._replace(value.array)

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        return int(self.item())

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise RuntimeError(f"Boolean value of Tensor with {_more_than_one(self.array)} is ambiguous")
        return bool(self.array.reshape(()).item())

    def __iter__(self) -> Iterator[Tensor]:
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return (self.__getitem__(i) for i in range(len(self.array)))

    # -- types and places -------------------------------------------------------------------------------------------

    def cast(self, dtype: DType) -> Tensor:
        """The tensor in another number type."""
        if dtype == self.dtype:
            return self
        if self.requires_grad and dtype.is_floating_point:
            return Tensor.made(tape.run("cast", (self.operand,), {"dtype": dtype.numpy}), "ToCopyBackward0")
        return Tensor.of(self.array.astype(dtype.numpy))

    def to(self, *arguments: Any, **options: Any) -> Tensor:
        result = self
        for argument in (*arguments, *options.values()):
            if isinstance(argument, DType):
                result = result.cast(argument)
            elif isinstance(argument, Tensor):
                result = result.cast(argument.dtype)
            elif isinstance(argument, str | Device) and Device(argument).type != "cpu":
                raise UnsupportedError(f"torch.Tensor.to({str(argument)!r})")
        return result

    def type(self, dtype: DType | None = None) -> Any:
        if dtype is None:
            names = {"float32": "Float", "float64": "Double", "int64": "Long", "int32": "Int", "bool": "Bool"}
            if self.dtype.name not in names:
                raise UnsupportedError(f"torch.Tensor.type of {self.dtype}")
            return f"torch.{names[self.dtype.name]}Tensor"
        return self.cast(dtype)

    def cpu(self) -> Tensor:
        return self

    def cuda(self, *_: Any) -> Tensor:
        raise AssertionError("Torch not compiled with CUDA enabled")

    # -- changing in place ------------------------------------------------------------------------------------------

    def _may_change(self) -> None:
        if self.is_leaf and self.requires_grad and tape.Mode.recording:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")

    def _replace(self, array: np.ndarray[Any, Any]) -> None:
        """New numbers in a leaf; what was recorded before keeps the old ones."""
        self.array = np.asarray(array, dtype=self.array.dtype)
        self._node = None

    def take(self, result: Tensor) -> Tensor:
        """Become the result of an operation, as in-place operations do."""
        self._may_change()
        if result.array.shape != self.array.shape:
            raise RuntimeError(
                f"output with shape {list(self.array.shape)} doesn't match the broadcast shape "
                f"{list(result.array.shape)}"
            )
        if result.dtype.rank > self.dtype.rank:
            raise RuntimeError(
                f"result type {_TITLES[result.dtype.rank]} can't be cast to the desired output type "
                f"{_title(self.dtype)}"
            )
        if result._made_by is not None:
            self.array, self._node, self._made_by = result.array, result._node, result._made_by
        elif self.array.flags.writeable and self._node is None:
            self.array[...] = result.array
        else:
            self._replace(result.array)
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        self._may_change()
        place = plain_index(index)
        given = value.operand if isinstance(value, Tensor) else value
        if isinstance(given, Node) or (self.requires_grad and tape.Mode.recording):
            cast = given if isinstance(given, Node) else np.asarray(given, dtype=self.array.dtype)
            node = tape.run("set_at", (self.operand, cast), {"index": place})
            self.array, self._node, self._made_by = node.value, node, "CopySlices"
            return
        if not self.array.flags.writeable or self._node is not None:
            self._replace(self.array.copy())
        self.array[place] = given

    def retain_grad(self) -> None:
        if self._node is not None:
            tape.LEAVES[self._node.index] = self
            self._keeps = True

    def backward(self, gradient: Tensor | None = None, retain_graph: bool = False, create_graph: bool = False) -> None:
        if create_graph:
            raise UnsupportedError("torch.Tensor.backward(create_graph=True)")
        if not self.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
        if gradient is None and self.array.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        with tape.recording(True):
            node = self.operand
        cotangent = np.ones_like(self.array) if gradient is None else np.asarray(gradient.array, self.array.dtype)
        for leaf, slope in tape.backward(node, cotangent, retain_graph):
            leaf.accumulate(np.asarray(slope.value))

    def accumulate(self, slope: np.ndarray[Any, Any]) -> None:
        """Add to the gradient."""
        slope = slope.astype(self.array.dtype)
        self.grad = Tensor.of(slope.copy() if self.grad is None else self.grad.array + slope)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in {"shape", "array"}:
            raise AttributeError(f"'Tensor' object has no attribute '{name}'")
        raise UnsupportedError(f"torch.Tensor.{name}")


_TITLES = ("Bool", "Long", "Float")


def _title(dtype: DType) -> str:
    return {"float32": "Float", "float64": "Double", "int64": "Long", "int32": "Int", "bool": "Bool"}.get(
        dtype.name, dtype.name
    )


def _more_than_one(array: np.ndarray[Any, Any]) -> str:
    return "more than one value" if array.size else "no values"


def plain_index(index: Any) -> Any:
    """An index without tensors."""
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    if isinstance(index, slice):
        return slice(
            *(int(part) if isinstance(part, Tensor) else part for part in (index.start, index.stop, index.step))
        )
    if isinstance(index, Tensor):
        return index.array[()] if index.array.ndim == 0 and index.array.dtype.kind != "b" else index.array
    return np.asarray(index) if isinstance(index, list) else index


def install(methods: dict[str, Any]) -> None:
    """Add methods to the tensor."""
    for name, method in methods.items():
        setattr(Tensor, name, method)


def as_tensor(value: Any) -> Tensor:
    """A tensor as it is, anything else made into one."""
    if isinstance(value, Tensor):
        return value
    return Tensor.of(np.asarray(value, dtype=dtypes.of_python(value).numpy))


def mixed(operands: Sequence[Any]) -> DType:
    """The type in which an operation on tensors and Python numbers computes."""
    return dtypes.result(
        (operand.dtype, operand.array.ndim) if isinstance(operand, Tensor) else (dtypes.of_python(operand), -1)
        for operand in operands
    )
