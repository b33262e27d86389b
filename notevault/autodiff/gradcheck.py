"""The gradient check: the engine's derivative against independent ones, with a report of the worst
element."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from notevault.autodiff.sweep import pull_back, push_forward, recorded
from notevault.autodiff.tensor import Tensor, tensor

COMPLEX_STEP = 1e-30
FIRST_STEP = 1e-2
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Worst:
    """The element where two ways disagree most."""

    argument: int
    index: tuple[int, ...]
    reverse: float
    other: float
    method: str
    error: float


@dataclass(frozen=True, slots=True)
class GradcheckReport:
    """What a gradient check found. `methods`: what the reverse mode was compared with."""

    ok: bool
    tolerance: float
    methods: tuple[str, ...]
    worst: Worst | None
    kinks: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        head = f"gradient check {'holds' if self.ok else 'FAILS'} against {', '.join(self.methods)}"
        if self.worst is not None:
            w = self.worst
            head += (
                f"; worst: argument {w.argument}, index {w.index}: reverse {w.reverse!r}, {w.method} {w.other!r}"
                f" (relative error {w.error:.2e}, tolerance {self.tolerance:.0e})"
            )
        return head + "".join(f"\n  at a kink: {kink}" for kink in self.kinks)


def gradcheck(function: Callable[..., Any], *arguments: Any, tolerance: float = 1e-7) -> GradcheckReport:
    """Compare the reverse mode of `function` (floats and arrays -> one tensor) with forward mode and with
    differences.

    The output may have any shape: a fixed cotangent makes it a scalar. Differences are complex steps where
    every primitive used is analytic, else Richardson-extrapolated central differences.

    >>> from notevault.autodiff.operations.trigonometric import sin
    >>> bool(gradcheck(lambda x: sin(x * x), np.array([0.5, 1.0])))
    True
    """
    leaves = [tensor(argument) for argument in arguments]
    output = function(*leaves)
    if not isinstance(output, Tensor):
        raise TypeError("the function returned no tensor: nothing in it was traced")
    cotangent = _weights(output.shape).astype(np.result_type(output.dtype, np.float64))
    pulled = pull_back([output], [cotangent[()]], leaves, recording=False)
    reverse = [np.zeros(x.shape) if g is None else np.asarray(g) for g, x in zip(pulled, leaves, strict=True)]
    tape = recorded([output])
    analytic = all(node.primitive is None or node.primitive.complex_step for node in tape)
    plain = [np.array(x.value, dtype=np.float64) for x in leaves]
    difference = "complex step" if analytic else "Richardson"
    step = _complex_step if analytic else _richardson
    kinks = tuple(_kinks(tape))
    worst: Worst | None = None
    for k, exact in enumerate(reverse):
        for index in np.ndindex(exact.shape):
            ways = {
                "forward": _forward(output, leaves, cotangent, k, index),
                difference: step(function, plain, cotangent, k, index),
            }
            for method, other in ways.items():
                here = float(exact[index])
                error = abs(here - other) / max(1.0, abs(here), abs(other))
                if worst is None or not error <= worst.error:
                    worst = Worst(k, index, here, other, method, error)
    allowed = tolerance if analytic else max(tolerance, 1e-6)
    ok = worst is None or worst.error <= allowed
    return GradcheckReport(ok or bool(kinks), allowed, ("forward", difference), worst, kinks)


def _weights(shape: tuple[int, ...]) -> Array:
    """A cotangent without symmetry, so that no error cancels: irregular numbers between 0.5 and 1.5."""
    count = int(np.prod(shape, dtype=int))
    return (0.5 + (np.arange(1, count + 1) * 0.7548776662466927) % 1.0).reshape(shape)


def _forward(output: Tensor, leaves: Sequence[Tensor], cotangent: Array, k: int, index: tuple[int, ...]) -> float:
    unit = np.zeros(leaves[k].shape)
    unit[index] = 1.0
    tangents: list[Any] = [None] * len(leaves)
    tangents[k] = unit[()]
    (pushed,) = push_forward([output], leaves, tangents, recording=False)
    return 0.0 if pushed is None else float(np.sum(cotangent * pushed))


def _weighted(function: Callable[..., Any], values: Sequence[Array], cotangent: Array) -> Any:
    with np.errstate(all="ignore"):
        output = function(*(tensor(value) for value in values))
    return np.sum(cotangent * output.value)


def _complex_step(
    function: Callable[..., Any], values: Sequence[Array], cotangent: Array, k: int, index: tuple[int, ...]
) -> float:
    """Im f(x + ih) / h: no subtraction, so h may be so small that the result is exact to rounding."""
    shifted = [value.astype(complex) if j == k else value for j, value in enumerate(values)]
    shifted[k][index] += 1j * COMPLEX_STEP
    return float(np.imag(_weighted(function, shifted, cotangent)) / COMPLEX_STEP)


def _richardson(
    function: Callable[..., Any], values: Sequence[Array], cotangent: Array, k: int, index: tuple[int, ...]
) -> float:
    """Central differences at halved steps, extrapolated (Neville's scheme; Ridders 1982)."""
    estimates: list[float] = []
    for step in (FIRST_STEP / 2**j for j in range(4)):
        ends = []
        for sign in (1.0, -1.0):
            shifted = [value.copy() if j == k else value for j, value in enumerate(values)]
            shifted[k][index] += sign * step
            ends.append(float(np.real(_weighted(function, shifted, cotangent))))
        estimates.append((ends[0] - ends[1]) / (2 * step))
    power = 4.0
    while len(estimates) > 1:
        estimates = [b + (b - a) / (power - 1) for a, b in pairwise(estimates)]
        power *= 4
    return estimates[0]


def _kinks(tape: Sequence[Tensor]) -> Iterator[str]:
    """The nodes that are at a kink, where difference quotients see neither slope."""
    for node in tape:
        if node.primitive is None:
            continue
        for kink in node.primitive.kinks:
            distance = np.asarray(kink.distance(*node.arguments, **node.parameters))
            if distance.size and float(np.min(distance)) < 4 * FIRST_STEP * 1e-3:
                yield f"{node.primitive.name} where {kink.where} (the subgradient is {kink.subgradient})"
