"""np.fft on tensors: every transform is made of `fft` and `ifft` along one axis, of cutting and of padding."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from notevault.autodiff.numpy_functions.rearranging import selecting
from notevault.autodiff.tensor import apply, shape_of

Function = Callable[..., Any]
Norm = str | None

FORWARD: dict[Norm, Callable[[int], float]] = {
    None: lambda n: 1.0,
    "backward": lambda n: 1.0,
    "ortho": lambda n: 1 / math.sqrt(n),
    "forward": lambda n: 1 / n,
}
"""What the sum of a transform of length n is multiplied with, by numpy's name of the normalisation."""


def _along(x: Any, axis: int, start: int | None, stop: int | None, step: int | None = None) -> Any:
    return x[(*(slice(None),) * (axis % len(shape_of(x))), slice(start, stop, step))]


def _of_length(x: Any, n: int, axis: int) -> Any:
    """x cut off, or filled up with zeros, to length n along one axis."""
    have = shape_of(x)[axis]
    if n <= have:
        return x if n == have else _along(x, axis, None, n)
    widths = [(0, 0)] * len(shape_of(x))
    widths[axis] = (0, n - have)
    return np.pad(x, widths)


def _fft(a: Any, n: int | None = None, axis: int = -1, norm: Norm = None) -> Any:
    length = shape_of(a)[axis] if n is None else n
    made = apply("fft", _of_length(a, length, axis), axis=axis)
    return made if norm in (None, "backward") else made * FORWARD[norm](length)


def _ifft(a: Any, n: int | None = None, axis: int = -1, norm: Norm = None) -> Any:
    length = shape_of(a)[axis] if n is None else n
    made = apply("ifft", _of_length(a, length, axis), axis=axis)
    return made if norm in (None, "backward") else made / FORWARD[norm](length)


def _rfft(a: Any, n: int | None = None, axis: int = -1, norm: Norm = None) -> Any:
    length = shape_of(a)[axis] if n is None else n
    return _along(_fft(a, length, axis, norm), axis, None, length // 2 + 1)


def _irfft(a: Any, n: int | None = None, axis: int = -1, norm: Norm = None) -> Any:
    length = 2 * (shape_of(a)[axis] - 1) if n is None else n
    half = _of_length(a, length // 2 + 1, axis)
    # the other half of the spectrum of a real signal: the conjugates, backward, without the first (and the middle)
    rest = np.flip(np.conj(_along(half, axis, 1, length - length // 2)), axis)
    return np.real(_ifft(np.concatenate([half, rest], axis=axis), length, axis, norm))


def _lengths(a: Any, s: Sequence[int] | None, axes: Sequence[int] | None) -> list[tuple[int, int | None]]:
    """The axes to transform, each with the length that is wished for."""
    if axes is None:
        axes = range(-len(s), 0) if s is not None else range(-len(shape_of(a)), 0)
    wished = [None] * len(axes) if s is None else [None if n == -1 else n for n in s]
    return list(zip(axes, wished, strict=True))


def _over(one: Function, a: Any, pairs: Sequence[tuple[int, int | None]], norm: Norm) -> Any:
    for axis, n in reversed(pairs):
        a = one(a, n, axis, norm)
    return a


def _many(one: Function, axes_of: tuple[int, ...] | None) -> Function:
    """fft2, fftn, ifft2, ifftn."""
    return lambda a, s=None, axes=axes_of, norm=None: _over(one, a, _lengths(a, s, axes), norm)


def _real_many(axes_of: tuple[int, ...] | None) -> Function:
    def call(a: Any, s: Any = None, axes: Any = axes_of, norm: Norm = None) -> Any:
        *pairs, (axis, n) = _lengths(a, s, axes)
        return _over(_fft, _rfft(a, n, axis, norm), pairs, norm)

    return call


def _inverse_real_many(axes_of: tuple[int, ...] | None) -> Function:
    def call(a: Any, s: Any = None, axes: Any = axes_of, norm: Norm = None) -> Any:
        *pairs, (axis, n) = _lengths(a, s, axes)
        return _irfft(_over(_ifft, a, pairs, norm), n, axis, norm)

    return call


LAST_TWO = (-2, -1)

FUNCTIONS: dict[Function, Function] = {
    np.fft.fft: _fft, np.fft.ifft: _ifft, np.fft.rfft: _rfft, np.fft.irfft: _irfft,
    np.fft.fft2: _many(_fft, LAST_TWO), np.fft.ifft2: _many(_ifft, LAST_TWO),
    np.fft.fftn: _many(_fft, None), np.fft.ifftn: _many(_ifft, None),
    np.fft.rfft2: _real_many(LAST_TWO), np.fft.rfftn: _real_many(None),
    np.fft.irfft2: _inverse_real_many(LAST_TWO), np.fft.irfftn: _inverse_real_many(None),
    np.fft.fftshift: selecting(np.fft.fftshift), np.fft.ifftshift: selecting(np.fft.ifftshift),
}  # fmt: skip
