"""Points at which gradients are compared: where the block is, and with its arrays moved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from notevault.autodiff import PRIMITIVES, AutodiffError, Graph, Tensor, graph

Array = np.ndarray[Any, Any]
OTHER_POINTS = 2


def forward(program: Graph) -> dict[str, Callable[..., Any]]:
    """The plain functions that the steps of a program compute."""
    return {
        node.primitive: PRIMITIVES[node.primitive].forward for node in program.nodes if node.primitive in PRIMITIVES
    }


def array(value: Any) -> Array:
    """The plain numbers of a tensor, an array or a number."""
    return np.asarray(value.value if isinstance(value, Tensor) else value)


def core(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without its axes of one."""
    return tuple(length for length in shape if length != 1)


def agree(claimed: Array, computed: Array, size: float = 1.0) -> bool:
    """Whether the claimed gradient is the computed one, up to rounding (of numbers of this size) and axes of one."""
    if claimed.shape != computed.shape:
        if (
            claimed.ndim == computed.ndim
            or claimed.size != computed.size
            or core(claimed.shape) != core(computed.shape)
        ):
            return False
        claimed = claimed.reshape(computed.shape)
    single = np.float32 in {claimed.dtype.type, computed.dtype.type}
    scale = float(np.max(np.abs(computed), initial=0.0))
    allowed = (1e-4 if single else 1e-7) * scale + (1e-6 if single else 1e-12) * max(1.0, size)
    return bool(np.all(np.abs(claimed - computed) <= allowed))


@dataclass(slots=True)
class Points:
    """Values of tensors with the leaves moved: all of them, or the parameters alone.

    Data are only scaled, so that zeros and signs stay what they are; parameters are shifted too.
    """

    leaves: Mapping[str, Tensor]
    parameters: Collection[str]
    data: bool = True
    _moved: dict[int, list[Any]] = field(default_factory=dict)

    def at(self, seed: int, tensors: Sequence[Any]) -> list[Array] | None:
        """The values at one of the moved points; None where the program cannot be replayed there."""
        on_tape = [value for value in tensors if isinstance(value, Tensor)]
        if not on_tape:
            return [array(value) for value in tensors]
        program = graph(on_tape, list(self.leaves.values()))
        if any(_is_masked(node.parameters.get("index")) for node in program.nodes):
            return None  # which elements a mask picks was settled where the block is, and would be stale elsewhere
        try:
            with np.errstate(all="ignore"):
                results = iter(program.replay(self._values(seed), forward(program)))
        except (AutodiffError, ArithmeticError, ValueError, np.linalg.LinAlgError):
            return None
        return [np.asarray(next(results)) if isinstance(value, Tensor) else array(value) for value in tensors]

    def _values(self, seed: int) -> list[Any]:
        if seed not in self._moved:
            source = np.random.default_rng(seed)
            self._moved[seed] = [self._shifted(name, leaf, source)[()] for name, leaf in self.leaves.items()]
        return self._moved[seed]

    def _shifted(self, name: str, leaf: Tensor, source: np.random.Generator) -> Array:
        value = np.asarray(leaf.value)
        stretch, shift = 0.8 + 0.3 * source.random(leaf.shape), 0.05 * source.random(leaf.shape)
        if name in self.parameters:
            return np.asarray(value * stretch + shift, dtype=value.dtype)
        return np.asarray(value * stretch, dtype=value.dtype) if self.data else value

    def same(self, one: Any, other: Any) -> bool:
        """Whether two tensors (or arrays) agree where the block is, and at the moved points where both are finite."""
        here = array(one), array(other)
        if not comparable(*here) or not agree(*here):
            return False
        for seed in range(OTHER_POINTS):
            moved = self.at(seed, [one, other])
            if moved is not None and comparable(moved[0], moved[1]) and not agree(moved[0], moved[1]):
                return False
        return True


def comparable(one: Array, other: Array) -> bool:
    """Whether both are arrays of finite numbers."""
    return all(side.dtype.kind in "fiub" and bool(np.all(np.isfinite(side))) for side in (one, other))


def _is_masked(index: Any) -> bool:
    """Whether an index picks elements by a mask, or by positions that may have been computed."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, np.ndarray | list) for part in parts)
