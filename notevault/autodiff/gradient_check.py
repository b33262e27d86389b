"""The gradient check: reverse mode, forward mode and differences against each other, with a report of the worst."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from notevault.autodiff.nesting import differentiating
from notevault.autodiff.sweep import continued_to_complex, pull_back, push_forward, recorded
from notevault.autodiff.tensor import Tensor, tensor

COMPLEX_STEP = 1e-30
FIRST_STEP = 1e-2
HALVINGS = 4
AT_KINK = 1e-6
NEAR_KINK = 5e-2
"""Nearer than this a central difference may reach over the kink; then one-sided slopes at a tiny step decide."""
ELEMENTS_AT_MOST = 200
"""An argument with more elements is checked along random directions; its elements only if one of those fails."""
DIRECTIONS = 12
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Worst:
    """The element (or direction: index None) where two ways disagree most; `bound`: how exact `other` is known."""

    argument: int
    index: tuple[int, ...] | None
    reverse: float
    other: float
    method: str
    error: float
    bound: float


@dataclass(frozen=True, slots=True)
class GradcheckReport:
    """What a gradient check found. `methods`: what the reverse mode was compared with.

    kinks: the nodes that lie at a kink. There a difference quotient is no derivative: what is checked instead is that
    the engine's number lies between the slopes on both sides.
    """

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
            place = "a random direction" if w.index is None else f"index {w.index}"
            head += (
                f"; worst: argument {w.argument}, {place}: reverse {w.reverse!r}, {w.method} {w.other!r}"
                f" (relative error {w.error:.2e}, tolerance {self.tolerance:.0e})"
            )
        return head + "".join(f"\n  at a kink: {kink}" for kink in self.kinks)


def gradcheck(function: Callable[..., Any], *arguments: Any, tolerance: float = 1e-7, seed: int = 0) -> GradcheckReport:
    """Check the reverse mode of `function` (numbers and arrays -> one tensor) in three independent ways.

    Against forward mode, and against complex steps where every primitive used is analytic, else against
    Richardson-extrapolated central differences with their own error bound. An output of any shape is weighted to a
    scalar by a fixed cotangent. seed: of the random directions that large arguments are checked along.

    >>> from notevault.autodiff.operations import sin
    >>> print(gradcheck(lambda x: sin(x * x), 0.5).methods)
    ('forward', 'complex step')
    """
    check = _Check(function, arguments, tolerance)
    rng = np.random.default_rng(seed)
    for k, x in enumerate(check.plain):
        if x.size <= ELEMENTS_AT_MOST:
            check.elements(k)
            continue
        fine = all(check.direction(k, np.asarray(rng.standard_normal(x.shape)), None) for _ in range(DIRECTIONS))
        if not fine:
            check.elements(k)
    return GradcheckReport(check.ok, tolerance, ("forward", check.difference), check.worst, tuple(check.kinks))


class _Check:
    """One run of the function on leaves, and comparisons along directions."""

    def __init__(self, function: Callable[..., Any], arguments: Sequence[Any], tolerance: float) -> None:
        self.function, self.tolerance = function, tolerance
        self.leaves = [tensor(argument) for argument in arguments]
        self.plain: list[Array] = [np.array(x.value, dtype=np.float64) for x in self.leaves]
        with differentiating(self.leaves):
            output = function(*self.leaves)
        if not isinstance(output, Tensor):
            raise TypeError("the function returned no tensor: nothing in it was traced")
        self.output = output
        self.cotangent = _weights(output.shape)
        pulled = pull_back([output], [self.cotangent[()]], self.leaves, recording=False)
        self.reverse = [
            np.zeros(x.shape) if g is None else np.asarray(g) for g, x in zip(pulled, self.plain, strict=True)
        ]
        tape = recorded([output])
        self.analytic = all(node.primitive is None or node.primitive.complex_step for node in tape)
        self.difference = "complex step" if self.analytic else "Richardson"
        self.kinks = sorted(set(_kinks(tape, AT_KINK)))
        self.near_kink = any(_kinks(tape, NEAR_KINK))
        self.worst: Worst | None = None
        self.ok = True

    def elements(self, k: int) -> None:
        """Compare by every single element of argument k."""
        for index in np.ndindex(self.plain[k].shape):
            unit = np.zeros(self.plain[k].shape)
            unit[index] = 1.0
            self.direction(k, unit, index)

    def direction(self, k: int, unit: Array, index: tuple[int, ...] | None) -> bool:
        """Compare the three derivatives along one direction; whether they agree."""
        exact = float(np.sum(self.reverse[k] * unit))
        difference, bound = self._complex_step(k, unit) if self.analytic else self._richardson(k, unit)
        fine = self._note(k, index, exact, self._forward(k, unit), "forward", 0.0)
        if self.near_kink and not self._close(exact, difference, bound):
            return self._between(k, index, exact, unit) and fine
        return self._note(k, index, exact, difference, self.difference, bound) and fine

    def _close(self, a: float, b: float, bound: float) -> bool:
        return bool(abs(a - b) <= self.tolerance * max(1.0, abs(a), abs(b)) + 10 * bound)

    def _note(  # noqa: PLR0917 (private, and the order is that of the report)
        self, k: int, index: Any, exact: float, other: float, method: str, bound: float
    ) -> bool:
        error = abs(exact - other) / max(1.0, abs(exact), abs(other))
        fine = self._close(exact, other, bound)
        excess = error if not fine else min(error, self.tolerance)
        if self.worst is None or not excess <= self.worst.error:
            self.worst = Worst(k, index, exact, other, method, error, bound)
        self.ok = self.ok and fine
        return fine

    def _between(self, k: int, index: Any, exact: float, unit: Array) -> bool:
        """At a kink: whether the engine's number lies between the slopes on both sides."""
        here = self._value(k, np.zeros(unit.shape))
        step = 1e-7
        sides = sorted(((self._value(k, s * step * unit) - here) / (s * step)) for s in (1.0, -1.0))
        nearest = min(max(exact, sides[0]), sides[1])
        return self._note(k, index, exact, nearest, "slopes on both sides of the kink", 1e-6 * max(1.0, abs(exact)))

    def _forward(self, k: int, unit: Array) -> float:
        tangents: list[Any] = [np.zeros(x.shape)[()] for x in self.plain]
        tangents[k] = unit[()]
        (pushed,) = push_forward([self.output], self.leaves, tangents, recording=False)
        return 0.0 if pushed is None else float(np.sum(self.cotangent * pushed))

    def _value(self, k: int, change: Array) -> Any:
        moved = [x + change if j == k else x for j, x in enumerate(self.plain)]
        with np.errstate(all="ignore"):
            leaves = [tensor(x) for x in moved]
            with differentiating(leaves):
                output = self.function(*leaves)
        return np.sum(self.cotangent * output.value)

    def _complex_step(self, k: int, unit: Array) -> tuple[float, float]:
        """Im f(x + ih) / h: nothing is subtracted, so h may be so small that the result is exact to rounding."""
        with continued_to_complex():
            return float(np.imag(self._value(k, 1j * COMPLEX_STEP * unit)) / COMPLEX_STEP), 0.0

    def _richardson(self, k: int, unit: Array) -> tuple[float, float]:
        """Central differences at halved steps, extrapolated (Neville; Ridders 1982), and the last correction."""
        size = FIRST_STEP / max(1.0, float(np.max(np.abs(unit))))
        steps = [size / 2**j for j in range(HALVINGS)]
        values = [(self._value(k, h * unit), self._value(k, -h * unit)) for h in steps]
        estimates = [float(np.real(a - b)) / (2 * h) for (a, b), h in zip(values, steps, strict=True)]
        noise = float(np.finfo(float).eps * max(abs(np.real(a)) for a, _ in values) / steps[-1])
        power, before = 4.0, estimates[-1]
        while len(estimates) > 1:
            before = estimates[-1]
            estimates = [b + (b - a) / (power - 1) for a, b in pairwise(estimates)]
            power *= 4
        return estimates[0], min(abs(estimates[0] - before) + noise, 1e-4 * max(1.0, abs(estimates[0])))


def _weights(shape: tuple[int, ...]) -> Array:
    """A cotangent without symmetry, so that no error cancels: irregular numbers between 0.5 and 1.5."""
    count = math.prod(shape)
    return (0.5 + (np.arange(1, count + 1) * 0.7548776662466927) % 1.0).reshape(shape)


def _kinks(tape: Sequence[Tensor], distance: float) -> Iterator[str]:
    """The nodes that are nearer than `distance` to a kink."""
    for node in tape:
        if node.primitive is None:
            continue
        for kink in node.primitive.kinks:
            away = np.asarray(kink.distance(*node.arguments, **node.parameters))
            if away.size and float(np.min(away)) < distance:
                yield f"{node.primitive.name} where {kink.where} (the subgradient is {kink.subgradient})"
