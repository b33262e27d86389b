"""Nodes of the tape in the note's own names: `a1`, `W2 @ h`, `np.sum(W2**2)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from notevault.autodiff import Tensor

_LONGEST = 60
_DEEPEST = 6
_INFIX = {"add": ("+", 1), "sub": ("-", 1), "mul": ("*", 2), "div": ("/", 2), "matmul": ("@", 2), "dot": ("@", 2)}
_SAME = frozenset({"identity", "cast", "sum_to", "broadcast", "reshape", "squeeze"})


class Wording:
    """The names of a block, by the values they stand for."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._tensors: dict[int, str] = {}
        self._arrays: dict[int, str] = {}
        self._held: dict[int, str] = {}
        self._whole: dict[int, str] = {}
        for name, value in names.items():
            if name.startswith("__"):
                continue
            if isinstance(value, Tensor):
                self._tensors.setdefault(value.index, name)
            elif isinstance(value, dict):
                held = {key: part for key, part in value.items() if isinstance(part, Tensor)}
                self._held |= {part.index: f"{name}[{key!r}]".replace("'", '"') for key, part in held.items()}
            elif isinstance(value, np.ndarray):
                self._arrays.setdefault(id(value), name)
            elif isinstance(value, int) and not isinstance(value, bool) and value > 1:
                self._whole.setdefault(value, name)

    def count(self, number: int) -> str | None:
        """The name under which the note holds a whole number."""
        return self._whole.get(number)

    def named(self, value: Any) -> str | None:
        """The name of a value, if it has one."""
        if isinstance(value, Tensor):
            return self._tensors.get(value.index) or value.name or self._held.get(value.index)
        return self._arrays.get(id(value))

    def text(self, value: Any, whole: bool = False) -> str | None:
        """The value as an expression of names; None when that is long. `whole`: not by its own name alone."""
        found = self._text(value, _DEEPEST, whole)[0]
        return found if found is not None and len(found) <= _LONGEST else None

    def _text(self, value: Any, depth: int, whole: bool = False) -> tuple[str | None, int]:
        """The text, and how tightly it binds: 1 a sum, 2 a product, 3 a power, 4 a call or a name."""
        name = None if whole else self.named(value)
        if name is not None:
            return name, 4
        if not isinstance(value, Tensor):
            plain = np.asarray(value)
            number = f"{plain.item():.6g}" if plain.ndim == 0 and plain.dtype.kind in "fiu" else None
            return number, 4 if number is None or not number.startswith("-") else 1
        if value.primitive is None or depth == 0:
            return None, 4
        row, parts = value.primitive.name, value.operands
        if row in _SAME:
            return self._text(parts[0], depth)
        if row in _INFIX and len(parts) == 2:
            sign, binds = _INFIX[row]
            left = self._inside(parts[0], depth, binds)
            right = self._inside(parts[1], depth, binds + 1)
            return (None if left is None or right is None else f"{left} {sign} {right}"), binds
        if row in {"pow", "square"}:
            base = self._inside(parts[0], depth, 4)
            power = self._inside(parts[1], depth, 4) if row == "pow" else "2"
            return (None if base is None or power is None else f"{base}**{power}"), 3
        if row == "transpose":
            inner = self._inside(parts[0], depth, 4)
            return (None if inner is None else f"{inner}.T"), 4
        if row == "neg":
            inner = self._inside(parts[0], depth, 2)
            return (None if inner is None else f"-{inner}"), 1
        inside = [self._text(part, depth - 1)[0] for part in parts]
        shown = [part for part in inside if part is not None]
        return (f"{row}({', '.join(shown)})" if len(shown) == len(inside) else None), 4

    def _inside(self, value: Any, depth: int, binds: int) -> str | None:
        text, own = self._text(value, depth - 1)
        return text if text is None or own >= binds else f"({text})"
