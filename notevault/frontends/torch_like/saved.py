"""What the backward pass still needs: PyTorch refuses to go backward through numbers that were changed in place.

Only operations of which it is known what PyTorch keeps are watched; about the others nothing is said.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node

Array = np.ndarray[Any, Any]

_KEEP_RESULT = frozenset(
    {"exp", "sqrt", "tanh", "sigmoid", "relu", "softmax", "log_softmax", "reciprocal", "rsqrt"},
)
_KEEP_OPERAND = frozenset({"square", "sin", "cos", "log", "abs", "log1p", "log2", "log10"})
_PRODUCTS = frozenset({"mul", "matmul"})
"""Of a product each factor is kept if the gradient of the other is wanted."""


@dataclass(slots=True)
class _Storage:
    """Numbers that several tensors may share, and how often they were changed."""

    version: int = 0
    users: list[tuple[weakref.ref[Node], int, str | None]] = field(default_factory=list)


_STORAGES: dict[int, _Storage] = {}
_CHANGED: dict[int, str] = {}


def _owner(array: Array) -> Array:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _storage(array: Array) -> _Storage:
    owner = _owner(array)
    key = id(owner)
    if key not in _STORAGES:
        _STORAGES[key] = _Storage()
        weakref.finalize(owner, _STORAGES.pop, key, None)
    return _STORAGES[key]


def _kept(primitive: str, operands: Sequence[Any]) -> list[int]:
    """The places of the operands that are kept."""
    if primitive in _KEEP_OPERAND:
        return [0]
    if primitive in _PRODUCTS and len(operands) == 2:
        return [k for k in (0, 1) if isinstance(operands[1 - k], Node)]
    return []


def keep(node: Node, primitive: str, arrays: Sequence[Array | None], operands: Sequence[Any]) -> None:
    """Note what a new node keeps; `arrays` are the numbers of the tensors that its operands came from."""
    wanted: list[tuple[Array | None, str | None]] = [(arrays[k], None) for k in _kept(primitive, operands)]
    if primitive in _KEEP_RESULT:
        wanted.append((node.value, primitive.title().replace("_", "")))
    for array, name in wanted:
        if isinstance(array, np.ndarray):
            storage = _storage(array)
            storage.users.append((weakref.ref(node), storage.version, name))


def changed(array: Array, maker: str | None) -> None:
    """Say that the numbers were changed in place, and by which operation if it is recorded."""
    storage = _STORAGES.get(id(_owner(array)))
    if storage is None:
        return
    storage.version += 1
    kind = {"f": "Float", "i": "Long"}.get(array.dtype.kind, "Float")
    kind = "Double" if array.dtype == np.float64 else kind
    latest = None if maker is None else maker.removesuffix("Backward0").replace("CopySlices", _COPY_SLICES)
    for user, version, name in storage.users:
        node = user()
        if node is not None:
            made_by = name or latest
            where = f", which is output 0 of {made_by}," if made_by else ""
            if node.index not in _CHANGED:
                weakref.finalize(node, _CHANGED.pop, node.index, None)
            _CHANGED[node.index] = (
                "one of the variables needed for gradient computation has been modified by an inplace operation: "
                f"[torch.{kind}Tensor {list(array.shape)}]{where} is at version {storage.version}; expected version "
                f"{version} instead. Hint: enable anomaly detection to find the operation that failed to compute its "
                "gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False)."
            )


_COPY_SLICES = "torch::autograd::CopySlices"


def check(nodes: Sequence[Node]) -> None:
    """Raises RuntimeError, in PyTorch's words, if a node needs numbers that have been changed."""
    for node in reversed(nodes):
        if node.index in _CHANGED:
            raise RuntimeError(_CHANGED[node.index])
