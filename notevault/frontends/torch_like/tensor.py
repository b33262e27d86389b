"""The tensor: an array with a type, perhaps a node of the tape, and PyTorch's manners."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.frontends.torch_like import dtypes, printing
from notevault.frontends.torch_like.dtypes import DType
from notevault.frontends.torch_like.places import Device, Size
from notevault.frontends.torch_like.recording import saved, tape, views
from notevault.frontends.torch_like.recording.grad_fn import GradFn, grad_fn
from notevault.frontends.unsupported import UnsupportedError

Array = np.ndarray[Any, Any]

OF_A_VIEW_OF_A_LEAF = "a view of a leaf Variable that requires grad is being used in an in-place operation."


class Tensor:
    """An array that can remember how it was computed.

    `array` may be shared with other tensors, as PyTorch's storages are; a change in place is made in it. `_view` is,
    for a part or another shape of a tensor, that tensor and the way back: what gives it its new node when this one is
    changed on the tape.
    """

    array: Array
    _node: Node | None = None
    _made_by: str | None = None
    _leaf_requires = False
    _view: tuple[Tensor, Callable[[Any], Any]] | None = None
    _seen_from: dict[int, tuple[weakref.ref[Tensor], Callable[[], Tensor] | None]] | None = None
    """What is alive and shares these numbers; each view with what makes it anew."""
    _is_data = False
    """Whether this is the `.data` of a tensor, whose changes PyTorch does not notice."""
    _unrecorded_view = False
    """Whether this is a view, made while nothing was recorded, of a tensor that requires grad."""
    _is_ambiguous = False
    """Whether the numbers of such a view, or of one of several made at once, were changed since: PyTorch refuses it."""
    _origin: Tensor | None = None
    """The tensor whose numbers these are, for what is no longer on its tape."""
    _is_one_of: str | None = None
    """For one of several views that an operation gives at once: its place and that operation."""
    _hooks: dict[int, Callable[[Any], Any]] | None = None
    grad: Tensor | None = None

    def __init__(self, *data: Any, requires_grad: bool = False) -> None:
        if data and all(isinstance(length, int | np.integer) for length in data):
            self.array = np.zeros(data, dtype=np.float32)
        else:
            given = data[0] if data else ()
            self.array = given.array if isinstance(given, Tensor) else np.array(plain_data(given), dtype=np.float32)
        if requires_grad:
            self.requires_grad = True

    # -- making -----------------------------------------------------------------------------------------------------

    @classmethod
    def of(cls, array: Any, requires_grad: bool = False) -> Tensor:
        """A tensor that holds this very array."""
        made = Tensor.__new__(Tensor)
        made.array = np.asarray(array)
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
        if self._is_ambiguous and tape.Mode.recording:
            raise UnsupportedError("torch: a view made under no_grad or one of several, used after a change")
        return self.node if tape.Mode.recording and self.requires_grad else self.array

    @property
    def node(self) -> Node:
        """The node: for a leaf a new one whenever its numbers have changed since."""
        if self._node is None or (self._made_by is None and not _same(self._node.value, self.array)):
            self._node = tape.leaf(self.array)
            tape.LEAVES[self._node.index] = self
            if self._hooks:
                tape.hooks_of(self._node).update(self._hooks)
        elif self._node.value is not self.array and self._made_by is not None and not self._is_current(self._node):
            self._node = tape.renewed(self._node, self.array)
        return self._node

    def _is_current(self, node: Node) -> bool:
        """Whether the node has the numbers of the tensor, which can be those of a leaf that was changed."""
        return _same(np.asarray(node.value), self.array)

    # -- what it is -------------------------------------------------------------------------------------------------

    @property
    def requires_grad(self) -> bool:
        return self._made_by is not None or self._leaf_requires

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value and self.array.dtype.kind != "f":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if not value and self._made_by is not None:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable "
                "in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
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
        return None if self._made_by is None else grad_fn(self._made_by)

    @property
    def dtype(self) -> DType:
        return dtypes.of(self.array)

    @property
    def shape(self) -> Size:
        return Size(self.array.shape)

    @property
    def ndim(self) -> int:
        return self.array.ndim

    @property
    def device(self) -> Device:
        return Device("cpu")

    def is_floating_point(self) -> bool:
        return bool(self.array.dtype.kind == "f")

    def __len__(self) -> int:
        if not self.array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __repr__(self) -> str:
        maker = None if self._made_by is None else grad_fn(self._made_by).name()
        maker = "Invalid" if self._is_ambiguous else maker
        return printing.show(self.array, grad_fn=maker, requires_grad=self.requires_grad)

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        if self.array.ndim == 0 and type(self) is Tensor:
            return format(self.array.item(), spec)
        return object.__format__(self, spec)

    __hash__ = object.__hash__

    # -- leaving the tape -------------------------------------------------------------------------------------------

    def item(self) -> Any:
        if self.array.size != 1:
            raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
        return self.array.reshape(()).item()

    def numpy(self, *, force: bool = False) -> Array:
        if self.requires_grad and tape.Mode.recording and not force:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        saved.give_out(self.array)
        return self.array.view()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self.numpy(), dtype=dtype)

    def __array_wrap__(self, array: Array, context: Any = None, return_scalar: bool = False) -> Tensor:
        return Tensor.of(array)

    def detach(self) -> Tensor:
        shared = Tensor.of(self.array)
        shared._origin = self
        views.note(self, shared)
        return shared

    def detach_(self) -> Tensor:
        if self._view is not None:
            raise UnsupportedError("torch.Tensor.detach_ of a view")
        self._node, self._made_by, self._leaf_requires = None, None, False
        return self

    @property
    def data(self) -> Tensor:
        shared = self.detach()
        shared._is_data = True
        return shared

    @data.setter
    def data(self, value: Tensor) -> None:
        if value.array is not self.array:
            if self._made_by is not None:
                raise UnsupportedError("torch.Tensor.data of a computed tensor, set")
            if self._leaf_requires and value.array.dtype.kind != "f":
                raise RuntimeError(
                    "data set to a tensor that requires gradients must be floating point or complex dtype"
                )
            saved.changed(self.array, None, unnoticed=True)
        self.array = value.array

    def _number(self) -> Any:
        if self.array.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.item()

    def __float__(self) -> float:
        return float(self._number())

    def __int__(self) -> int:
        return int(self._number())

    def __index__(self) -> int:
        if self.array.size != 1 or self.array.dtype.kind not in "iub":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __bool__(self) -> bool:
        if self.array.size != 1:
            count = "more than one value" if self.array.size else "no values"
            raise RuntimeError(f"Boolean value of Tensor with {count} is ambiguous")
        return bool(self.array.reshape(()).item())

    def __iter__(self) -> Iterator[Tensor]:
        if not self.array.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind())

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        if self._made_by is not None:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                "moment.  If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_"
                "norm usage, see https://github.com/pytorch/pytorch/pull/103001"
            )
        copied = type(self).__new__(type(self))
        copied.array, copied._leaf_requires = self.array.copy(), self._leaf_requires
        copied.grad = None if self.grad is None else Tensor.of(self.grad.array.copy())
        return copied

    def cast(self, dtype: DType) -> Tensor:
        """The tensor in another number type."""
        if dtype == self.dtype:
            return self
        if self.requires_grad and dtype.is_floating_point:
            return Tensor.made(tape.run("cast", (self.operand,), {"dtype": dtype.numpy}), "ToCopyBackward0")
        with np.errstate(all="ignore"):
            return Tensor.of(self.array.astype(dtype.numpy))

    # -- changing in place ------------------------------------------------------------------------------------------

    def write(self, numbers: Any) -> None:
        """New numbers, not recorded, for everything that shares these."""
        self._put(numbers)
        is_data = views.is_data(self)
        saved.changed(self.array, None, unnoticed=is_data)
        if not is_data:
            views.rename(views.base_of(self))

    def _put(self, numbers: Any) -> None:
        if self.array.size and any(
            step == 0 and n > 1 for step, n in zip(self.array.strides, self.array.shape, strict=True)
        ):
            raise RuntimeError(
                "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                "location. Please clone() the tensor before performing the operation."
            )
        if not self.array.flags.writeable:
            raise UnsupportedError("torch: a change in place of what is read only here")
        with np.errstate(all="ignore"):
            self.array[...] = numbers

    def become(self, node: Node, made_by: str) -> None:
        """Be the result of a recorded operation from now on; so is the tensor that this is a part of."""
        computed = np.asarray(node.value)
        self._put(computed)
        is_data = views.is_data(self)
        saved.changed(self.array, made_by, unnoticed=is_data)
        saved.moved(computed, self.array)
        self._adopt(node, made_by)
        if not is_data:
            views.rename(views.base_of(self))

    def _adopt(self, node: Node, made_by: str) -> None:
        node.value = self.array
        self._node, self._made_by = node, made_by
        views.renew(self)
        if self._view is not None:
            whole, back = self._view
            whole._adopt(back(node), "CopySlices")

    def before(self) -> Tensor:
        """What the tensor is now, with numbers of its own: the operand of a change in place keeps these."""
        kept = Tensor.of(self.array.copy())
        if isinstance(self.operand, Node):
            kept._node, kept._made_by = tape.renewed(self.operand, kept.array), self._made_by
        return kept

    def may_change(self) -> None:
        """Raises RuntimeError for a leaf whose gradient is wanted."""
        if not tape.Mode.recording:
            return
        if self.is_leaf and self.requires_grad:
            raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
        base = self
        while base._view is not None:
            base = base._view[0]
        if base is not self and base.is_leaf and base.requires_grad:
            raise RuntimeError(OF_A_VIEW_OF_A_LEAF)
        if self._is_one_of is not None and self.requires_grad:
            raise RuntimeError(
                f"Output {self._is_one_of} is a view and is being modified inplace. This view is the output of a "
                "function that returns multiple views. Such functions do not allow the output views to be modified "
                "inplace. You should replace the inplace operation by an out-of-place one."
            )

    if TYPE_CHECKING:  # `install` puts them here

        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __getitem__(self, index: Any) -> Tensor: ...
        def __setitem__(self, index: Any, value: Any) -> None: ...

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in {"shape", "array"}:
            raise AttributeError(f"'Tensor' object has no attribute '{name}'")
        raise UnsupportedError(f"torch.Tensor.{name}")


Tensor.__module__ = "torch"  # so that `print(type(x))` says so


def _same(a: Array, b: Array) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)


def plain_data(data: Any) -> Any:
    """Data without tensors."""
    if isinstance(data, Tensor):
        return data.array
    if isinstance(data, list | tuple):
        return [plain_data(item) for item in data]
    return data


def install(methods: dict[str, Any]) -> None:
    """Add methods to the tensor."""
    for name, method in methods.items():
        setattr(Tensor, name, method)


def as_tensor(value: Any) -> Tensor:
    """A tensor as it is, anything else made into one."""
    if isinstance(value, Tensor):
        return value
    return Tensor.of(np.asarray(value, dtype=dtypes.of_python(value).numpy))


def of_type(value: Any, dtype: DType) -> Tensor:
    """A tensor in a number type; a Python number gets it directly, so that it keeps its decimals."""
    return value.cast(dtype) if isinstance(value, Tensor) else Tensor.of(np.asarray(value, dtype=dtype.numpy))


def mixed(operands: Sequence[Any]) -> DType:
    """The type in which an operation on tensors and Python numbers computes. Raises TypeError for other operands."""
    if any(isinstance(operand, list | tuple | np.ndarray) for operand in operands):
        raise TypeError("neither a tensor nor a number")
    return dtypes.result(
        (operand.dtype, operand.array.ndim) if isinstance(operand, Tensor) else (dtypes.of_python(operand), -1)
        for operand in operands
    )
