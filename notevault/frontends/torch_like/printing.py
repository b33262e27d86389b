"""Tensors shown as PyTorch shows them: four decimals, one width for all numbers, 80 columns, long ones shortened."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from notevault.frontends.torch_like import dtypes


@dataclass(slots=True)
class Options:
    """What `torch.set_printoptions` changes."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


OPTIONS = Options()


class _Style:
    """The way in which all numbers of one array are written."""

    def __init__(self, array: np.ndarray[Any, Any]) -> None:
        self.floating = array.dtype.kind == "f"
        self.whole, self.scientific, self.width = True, False, 1
        if not self.floating:
            self.width = max([1, *(len(str(value)) for value in array.ravel().tolist())])
            return
        used = array[np.isfinite(array) & (array != 0)]
        if used.size == 0:
            return
        magnitudes = np.abs(used.astype(np.float64))
        low, high = float(magnitudes.min()), float(magnitudes.max())
        self.whole = bool(np.all(used == np.ceil(used)))
        self.scientific = high / low > 1000.0 or high > 1.0e8 or low < 1.0e-4
        if OPTIONS.sci_mode is not None:
            self.scientific = OPTIONS.sci_mode
        extra = int(self.whole and not self.scientific)
        self.width = max([1, *(len(self._digits(value)) + extra for value in used.tolist())])

    def _digits(self, value: float) -> str:
        if self.scientific:
            return f"{value:.{OPTIONS.precision}e}"
        return f"{value:.0f}" if self.whole else f"{value:.{OPTIONS.precision}f}"

    def show(self, value: Any) -> str:
        """One number, padded to the common width."""
        if not self.floating:
            text = str(value)
        else:
            text = self._digits(value)
            if self.whole and not self.scientific and math.isfinite(value):
                text += "."
        return text.rjust(self.width)


def _vector(array: np.ndarray[Any, Any], indent: int, shorten: bool, style: _Style) -> str:
    per_line = max(1, (OPTIONS.linewidth - indent) // (style.width + 2))
    values = array.tolist()
    edge = OPTIONS.edgeitems
    if shorten and len(values) > 2 * edge:
        shown = [*map(style.show, values[:edge]), " ...", *map(style.show, values[-edge:])]
    else:
        shown = [style.show(value) for value in values]
    lines = [", ".join(shown[i : i + per_line]) for i in range(0, len(shown), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _nested(array: np.ndarray[Any, Any], indent: int, shorten: bool, style: _Style) -> str:
    if array.ndim == 0:
        return style.show(array.item())
    if array.ndim == 1:
        return _vector(array, indent, shorten, style)
    edge = OPTIONS.edgeitems
    rows = [_nested(row, indent + 1, shorten, style) for row in _edges(array, edge if shorten else len(array))]
    if shorten and len(array) > 2 * edge:
        rows.insert(edge, "...")
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(rows) + "]"


def _edges(array: np.ndarray[Any, Any], edge: int) -> list[np.ndarray[Any, Any]]:
    return list(array) if len(array) <= 2 * edge else [*array[:edge], *array[-edge:]]


def _summary(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The elements that a shortened array shows."""
    edge = OPTIONS.edgeitems
    for axis, length in enumerate(array.shape):
        if length > 2 * edge:
            array = np.take(array, [*range(edge), *range(length - edge, length)], axis=axis)
    return array


def show(
    array: np.ndarray[Any, Any], *, prefix: str = "tensor(", grad_fn: str | None = None, requires_grad: bool = False
) -> str:
    """The text of a tensor.

    >>> print(show(np.array([2.0, 4.0, 6.0], dtype=np.float32)))
    tensor([2., 4., 6.])
    >>> print(show(np.array(0.5, dtype=np.float64), grad_fn="MulBackward0"))
    tensor(0.5000, dtype=torch.float64, grad_fn=<MulBackward0>)
    """
    dtype = dtypes.of(array)
    suffixes = []
    usual = dtype in {dtypes.float32, dtypes.int64, dtypes.bool_}
    if array.size == 0:
        if array.ndim != 1:
            suffixes.append(f"size={array.shape}")
        if dtype is not dtypes.float32:
            suffixes.append(f"dtype={dtype!r}")
        body = "[]"
    else:
        if not usual:
            suffixes.append(f"dtype={dtype!r}")
        shorten = array.size > OPTIONS.threshold
        style = _Style(_summary(array) if shorten else array)
        body = _nested(array, len(prefix), shorten, style)
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    return _with_suffixes(prefix + body, suffixes, len(prefix))


def _with_suffixes(text: str, suffixes: list[str], indent: int) -> str:
    """The suffixes behind the numbers, each on a new line where the line would become too long."""
    parts = [text]
    last = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if last + len(suffix) + 2 > OPTIONS.linewidth:
            parts.append(",\n" + " " * indent + suffix)
            last = indent + len(suffix)
        else:
            parts.append(", " + suffix)
            last += len(suffix) + 2
    return "".join(parts) + ")"


def set_options(  # noqa: PLR0917 - PyTorch's signature
    precision: int | None = None, threshold: float | None = None, edgeitems: int | None = None,
    linewidth: int | None = None, profile: str | None = None, sci_mode: bool | None = None,
) -> None:  # fmt: skip
    """`torch.set_printoptions`; without `sci_mode` the numbers decide again."""
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    wanted = _PROFILES[profile.lower()] if profile is not None else {}
    for name, value in (wanted | {key: value for key, value in given.items() if value is not None}).items():
        setattr(OPTIONS, name, value)
    OPTIONS.sci_mode = sci_mode


_PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}
