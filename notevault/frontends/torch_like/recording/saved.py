"""What the backward pass still needs: PyTorch refuses to go backward through numbers that were changed in place.

Of some operations it is known what PyTorch keeps; a change of what another one was computed from is unsupported. So is
one that PyTorch does not notice, through `.data`: its gradient then mixes old numbers and new ones.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.frontends.unsupported import UnsupportedError

Array = np.ndarray[Any, Any]

_KEEP_RESULT = frozenset(
    {"exp", "sqrt", "tanh", "sigmoid", "relu", "softmax", "log_softmax", "reciprocal", "rsqrt"},
)
_ENGINE_KEEPS_OPERAND = frozenset({"relu", "rsqrt"})
"""Of these PyTorch keeps the result, the engine the operand."""
_KEEP_OPERAND = frozenset({"square", "sin", "cos", "log", "abs", "log1p", "log2", "log10"})
_OPERANDS_ONLY = frozenset({"conv1d", "conv2d", "avgpool"})
"""Operations that surely do not keep their result."""
_PRODUCTS = frozenset({"mul", "matmul"})
"""Of a product each factor is kept if the gradient of the other is wanted."""
LINEAR = frozenset(
    {"add", "sub", "neg", "sum", "mean", "reshape", "transpose", "broadcast", "sum_to", "cast", "identity"}
)
"""Operations that need no saved values to go backward."""
_KEEP_NOTHING = LINEAR | frozenset({"getitem", "set_at", "concat", "stack", "squeeze", "split", "flip", "roll"})
_FREE = LINEAR | frozenset(
    {
        *("concat", "stack", "squeeze", "split", "flip", "roll", "tril", "triu", "cumsum", "trace", "diag"),
        *(f"{name}Backward0" for name in ("Round", "Floor", "Ceil", "Trunc", "Sign")),
    }
)


@dataclass(slots=True)
class _Storage:
    """Numbers that several tensors may share, and how often they were changed."""

    owner: weakref.ref[Array]
    version: int = 0
    users: list[_User] = field(default_factory=list)
    copies: list[weakref.ref[Array]] = field(default_factory=list)
    given_out: Array | None = None
    """A copy of the numbers, for those that a numpy array of the note shares: it changes them without a word."""


@dataclass(frozen=True, slots=True)
class _User:
    """A node that keeps the numbers as they were in a version; `is_sure`: so does PyTorch."""

    node: weakref.ref[Node]
    version: int
    name: str | None
    is_sure: bool


_STORAGES: dict[int, _Storage] = {}
_CHANGED: dict[int, Exception] = {}


def _owner(array: Array) -> Array:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _storage(array: Array) -> _Storage:
    owner = _owner(array)
    key = id(owner)
    if key not in _STORAGES:
        _STORAGES[key] = _Storage(weakref.ref(owner))
        weakref.finalize(owner, _STORAGES.pop, key, None)
    return _STORAGES[key]


def _kept(primitive: str, operands: Sequence[Any]) -> tuple[list[int], bool]:
    """The places of the operands that are kept, and whether that is sure."""
    if primitive in _KEEP_OPERAND:
        return [0], True
    if primitive in _PRODUCTS and len(operands) == 2:
        return [k for k in (0, 1) if isinstance(operands[1 - k], Node)], True
    if primitive in _KEEP_RESULT or primitive in _KEEP_NOTHING:
        return [], True
    return list(range(len(operands))), False


def keep(node: Node, primitive: str, arrays: Sequence[Array | None], operands: Sequence[Any]) -> None:
    """Note what a new node keeps; `arrays` are the numbers of the tensors that its operands came from."""
    places, is_sure = _kept(primitive, operands)
    wanted: list[tuple[Array | None, str | None]] = [(arrays[k], None) for k in places]
    if primitive in _KEEP_RESULT:
        wanted.append((node.value, primitive.title().replace("_", "")))
    for array, name in wanted:
        _use(node, array, name, is_sure)
    if primitive in _ENGINE_KEEPS_OPERAND:
        _use(node, arrays[0], None, is_sure=False)
    if not is_sure and primitive not in _OPERANDS_ONLY:
        _use(node, node.value, None, is_sure=False)


def _use(node: Node, array: Array | None, name: str | None, is_sure: bool) -> None:
    if isinstance(array, np.ndarray):
        storage = _storage(array)
        _look_for_changes(storage, _owner(array))
        storage.users.append(_User(weakref.ref(node), storage.version, name, is_sure))


_STEPS_OF_PYTORCH = frozenset({"AddmmBackward0", "MmBackward0", "AddBackward0", "SubBackward0"})
"""Functions of several steps that keep what these steps keep."""
_RESULT_NOT_KEPT = frozenset(
    {
        *("ConvolutionBackward0", "NativeBatchNormBackward0", "NativeLayerNormBackward0", "NativeGroupNormBackward0"),
        *("ViewBackward0", "UnsafeViewBackward0", "MulBackward0", "DivBackward0"),
    }
)


def keep_of_steps(result: Node, made_by: str, operands: Sequence[tuple[Array, Node | None]]) -> None:
    """Note what a function of several steps keeps, which are PyTorch's own only in their result: all, but not surely.

    operands: the numbers of each tensor that it was given, with its node.
    """
    if made_by in _STEPS_OF_PYTORCH:
        return
    last = max((node.index for _, node in operands if node is not None), default=-1)
    steps, new = [result], dict[int, Node]()
    while steps:
        node = steps.pop()
        if node.index > last and node.operands and node.index not in new:
            new[node.index] = node
            steps += [operand for operand in node.operands if isinstance(operand, Node)]
    names = {node.primitive.name for node in new.values() if node.primitive is not None}
    if len(new) > 1 and not names <= _KEEP_NOTHING:
        keep_all(result, *(array for array, _ in operands), *(() if made_by in _RESULT_NOT_KEPT else (result.value,)))


def keep_all(node: Node, *arrays: Array) -> None:
    """Note that PyTorch may keep these numbers, as those of a node."""
    for array in arrays:
        _use(node, array, None, is_sure=False)


def is_free(node: Node) -> bool:
    """Whether PyTorch can go backward through the operation again: it has no tensor to forget."""
    if node.primitive is None or node.primitive.name in _FREE:
        return True
    index = node.parameters.get("index")
    parts = index if isinstance(index, tuple) else (index,)
    return node.primitive.name == "getitem" and not any(isinstance(part, np.ndarray) for part in parts)


def kept_operands(node: Node) -> list[Any]:
    """The operands whose numbers the backward pass uses."""
    if node.primitive is None:
        return []
    name = node.primitive.name
    places = [0] if name in _ENGINE_KEEPS_OPERAND else _kept(name, node.operands)[0]
    return [node.operands[k] for k in places]


def copied(array: Array, copy: Array) -> None:
    """Say that an operation computes with a copy, in another type, of numbers that PyTorch may keep."""
    _storage(array).copies.append(weakref.ref(_owner(copy)))


def give_out(array: Array) -> None:
    """Say that the note has a numpy array of these numbers."""
    _storage(array).given_out = _owner(array).copy()


def _look_for_changes(storage: _Storage, owner: Array) -> None:
    """Find out whether the note has changed numbers through its numpy array; PyTorch does not."""
    if storage.given_out is not None and not np.array_equal(
        storage.given_out, owner, equal_nan=owner.dtype.kind == "f"
    ):
        storage.given_out = owner.copy()
        _forbid(storage, owner, None, unnoticed=True)


def moved(array: Array, target: Array) -> None:
    """Say that the result of an operation was put into the numbers of a tensor, which its node keeps from then on."""
    source = _STORAGES.get(id(_owner(array)))
    if source is not None:
        storage = _storage(target)
        storage.users += [replace(user, version=storage.version) for user in source.users]


def changed(array: Array, maker: str | None, *, unnoticed: bool = False) -> None:
    """Say that the numbers were changed in place, and by which operation if it is recorded.

    unnoticed: through `.data`, where PyTorch goes backward with the new numbers.
    """
    owner = _owner(array)
    storage = _storage(array)
    storage.version += 1
    if storage.given_out is not None:
        storage.given_out = owner.copy()
    _forbid(storage, array, maker, unnoticed=unnoticed)


def _forbid(storage: _Storage, array: Array, maker: str | None, *, unnoticed: bool) -> None:
    """Let the backward pass through those that need the numbers of before raise."""
    for reference in storage.copies:
        copy = reference()
        if copy is not None:
            changed(copy, None, unnoticed=True)
    latest = None if maker is None else maker.removesuffix("Backward0").replace("CopySlices", _COPY_SLICES)
    storage.users = [user for user in storage.users if user.node() is not None]
    for user in storage.users:
        node = user.node()
        if node is None:
            continue
        if node.index not in _CHANGED:
            weakref.finalize(node, _CHANGED.pop, node.index, None)
        _CHANGED[node.index] = (
            RuntimeError(_message(array, user, storage.version, latest))
            if user.is_sure and not unnoticed
            else UnsupportedError("torch: backward after numbers that an operation may need were changed in place")
        )


def _message(array: Array, user: _User, version: int, latest: str | None) -> str:
    kind = {"f": "Float", "i": "Long"}.get(array.dtype.kind, "Float")
    kind = "Double" if array.dtype == np.float64 else kind
    made_by = user.name or latest
    where = f", which is output 0 of {made_by}," if made_by else ""
    return (
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[torch.{kind}Tensor {list(array.shape)}]{where} is at version {version}; expected version "
        f"{user.version} instead. Hint: enable anomaly detection to find the operation that failed to compute its "
        "gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )


_COPY_SLICES = "torch::autograd::CopySlices"


def check(nodes: Sequence[Node]) -> None:
    """Raises RuntimeError, in PyTorch's words, if a node needs numbers that have been changed; or UnsupportedError."""
    for storage, owner in [(one, one.owner()) for one in _STORAGES.values() if one.given_out is not None]:
        if owner is not None:
            _look_for_changes(storage, owner)
    for node in reversed(nodes):
        if node.index in _CHANGED:
            raise _CHANGED[node.index]
