"""The gradient check: reverse mode, forward mode and differences against each other, with a report of the worst."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from notevault.autodiff.differences import EPS, Array, central, finer, line, sides
from notevault.autodiff.errors import OutputError
from notevault.autodiff.nesting import differentiating
from notevault.autodiff.sweep import continued_to_complex, pull_back, push_forward, recorded
from notevault.autodiff.tensor import Tensor, tensor
from notevault.autodiff.trees import BRANCHES

COMPLEX_STEP = 1e-30
FIRST_STEP = 1e-2
LOOSE = 3e-4
"""A difference that is not known better than to this part of itself confirms nothing."""
CLEARLY = 100
"""A number is wrong where it lies so many bounds from a difference."""
AT_KINK = 1e-6
ELEMENTS_AT_MOST = 200
"""An argument with more elements is checked along random directions; its elements only if one of those fails."""
DIRECTIONS = 12


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
    the engine's number lies between the slopes on both sides. unsettled: places of which differences say nothing,
    because the function is not finite there, or jumps, or changes by less than rounding; they are no failures.
    """

    ok: bool
    tolerance: float
    methods: tuple[str, ...]
    worst: Worst | None
    kinks: tuple[str, ...]
    unsettled: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        head = f"gradient check {'holds' if self.ok else 'FAILS'} against {', '.join(self.methods)}"
        if self.worst is not None:
            w = self.worst
            head += (
                f"; worst: {_place(w.argument, w.index)}: reverse {w.reverse!r}, {w.method} {w.other!r}"
                f" (relative error {w.error:.2e}, tolerance {self.tolerance:.0e})"
            )
        head += "".join(f"\n  at a kink: {kink}" for kink in self.kinks)
        return head + "".join(f"\n  not checked by differences: {place}" for place in self.unsettled)


def _place(argument: int, index: tuple[int, ...] | None) -> str:
    return f"argument {argument}, {'a random direction' if index is None else f'index {index}'}"


def gradcheck(function: Callable[..., Any], *arguments: Any, tolerance: float = 1e-7, seed: int = 0) -> GradcheckReport:
    """Check the reverse mode of `function` (numbers and arrays -> one tensor) in three independent ways.

    Against forward mode, and against complex steps where every primitive used is analytic, else against
    Richardson-extrapolated central differences with their own error bound. Forward mode is left out where a rule of
    one's own has none for it. An output of any shape is weighted to a
    scalar by a fixed cotangent. All of it in double precision, also where the arguments have another one.

    tolerance: of the error, as a part of the derivative; derivatives below the largest number that was computed (but at
    most 1) are measured by that number. seed: of the random directions that large arguments are checked along. Raises
    TypeError for complex arguments and where nothing was traced.

    >>> from notevault.autodiff.operations import sin
    >>> print(gradcheck(lambda x: sin(x * x), 0.5).methods)
    ('forward', 'complex step')
    """
    with np.errstate(all="ignore"):  # what is not finite is reported
        check = _Check(function, arguments, tolerance)
        rng = np.random.default_rng(seed)
        for k, x in enumerate(check.plain):
            if x.size <= ELEMENTS_AT_MOST:
                check.elements(k)
                continue
            fine = all(check.direction(k, np.asarray(rng.standard_normal(x.shape)), None) for _ in range(DIRECTIONS))
            if not fine:
                check.elements(k)
    methods = ("forward", check.difference) if check.has_forward else (check.difference,)
    return GradcheckReport(check.ok, tolerance, methods, check.worst, tuple(check.kinks), tuple(check.unsettled))


class _Check:
    """One run of the function on leaves, and comparisons along directions."""

    def __init__(self, function: Callable[..., Any], arguments: Sequence[Any], tolerance: float) -> None:
        self.function, self.tolerance = function, tolerance
        self.plain = [_in_double(argument) for argument in arguments]
        self.leaves = [tensor(x) for x in self.plain]
        with differentiating(self.leaves):
            output = function(*self.leaves)
        if isinstance(output, BRANCHES):
            raise OutputError(f"a {type(output).__name__}", "return one array")
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
        self.unit = min(1.0, _largest([*(n.value for n in tape if n.primitive is not None), *self.reverse]))
        self.inner = min(1.0, _largest(self.plain))
        self.has_forward = self._has_forward()
        self.worst: Worst | None = None
        self.unsettled: list[str] = []
        self.ok = True

    def elements(self, k: int) -> None:
        """Compare by every single element of argument k."""
        for index in np.ndindex(self.plain[k].shape):
            unit = np.zeros(self.plain[k].shape)
            unit[index] = 1.0
            self.direction(k, unit, index)

    def direction(self, k: int, unit: Array, index: tuple[int, ...] | None) -> bool:
        """Compare the three derivatives along one direction; whether they agree."""
        exact = float(np.sum(self.reverse[k] * unit, where=unit != 0))
        forward = self._forward(k, unit) if self.has_forward else exact
        rounding = EPS * self.inner
        fine = (exact == forward or exact != exact) or self._note(  # noqa: PLR0124 (NaN alone differs from itself)
            k, index, exact, forward, "forward", rounding
        )
        if self.analytic and math.isfinite(exact):
            difference = self._complex_step(k, unit)
            if math.isfinite(difference):
                return self._note(k, index, exact, difference, self.difference, rounding) and fine
        return self._against_values(k, index, exact, unit) and fine

    def _against_values(self, k: int, index: Any, exact: float, unit: Array) -> bool:
        """Compare with differences; where these disagree, with finer ones and with the slopes on both sides."""
        longest = float(np.max(np.abs(unit)))
        size = FIRST_STEP * max(1.0, float(np.max(np.abs(self.plain[k] * unit))) / longest) / longest
        f = line(partial(self._weighted, k, unit), size, self.inner)
        found, settled = central(f, size), True
        if not self._close(exact, found.value, found.bound):
            found, settled = finer(f, found)
        if self._close(exact, found.value, found.bound):
            return self._note(k, index, exact, found.value, "Richardson", found.bound)
        slopes = sides(f)
        if any(low <= exact <= high for low, high in slopes):
            return True
        if slopes and math.isfinite(exact):
            nearest = min(slopes[0], key=lambda slope: abs(slope - exact))
            return self._note(k, index, exact, nearest, "slopes on both sides of the kink", 0.0)
        if settled and not abs(exact - found.value) <= CLEARLY * found.bound:
            return self._note(k, index, exact, found.value, "Richardson", found.bound)
        self.unsettled.append(_place(k, index))
        return True

    def _close(self, a: float, b: float, bound: float) -> bool:
        """Whether the engine's number is the other one, which is known to within the bound."""
        largest = max([self.unit, *(abs(x) for x in (a, b) if math.isfinite(x))])
        near = abs(a - b) <= self.tolerance * largest + 3 * bound
        return bool(a == b or (near and bound <= LOOSE * largest))

    def _note(  # noqa: PLR0917 (private, and the order is that of the report)
        self, k: int, index: Any, exact: float, other: float, method: str, bound: float
    ) -> bool:
        error = abs(exact - other) / max(self.unit, abs(exact), abs(other))
        fine = self._close(exact, other, bound)
        excess = error if not fine else min(error, self.tolerance)
        if self.worst is None or not excess <= self.worst.error:
            self.worst = Worst(k, index, exact, other, method, error, bound)
        self.ok = self.ok and fine
        return fine

    def _has_forward(self) -> bool:
        try:
            push_forward([self.output], self.leaves, [np.zeros(x.shape)[()] for x in self.plain], recording=False)
        except NotImplementedError:  # what a rule of one's own raises that was given no JVP
            return False
        return True

    def _forward(self, k: int, unit: Array) -> float:
        tangents: list[Any] = [np.zeros(x.shape)[()] for x in self.plain]
        tangents[k] = unit[()]
        (pushed,) = push_forward([self.output], self.leaves, tangents, recording=False)
        return 0.0 if pushed is None else float(np.sum(self.cotangent * pushed))

    def _value(self, k: int, change: Array) -> Any:
        """The weighted output where argument k is changed."""
        moved = [x + change if j == k else x for j, x in enumerate(self.plain)]
        leaves = [tensor(x) for x in moved]
        with differentiating(leaves):
            output = self.function(*leaves)
        return self.cotangent * output.value

    def _weighted(self, k: int, unit: Array, distance: float) -> Array:
        return np.real(np.asarray(self._value(k, distance * unit)))

    def _complex_step(self, k: int, unit: Array) -> float:
        """Im f(x + ih) / h: nothing is subtracted, so h may be so small that the result is exact to rounding."""
        with continued_to_complex():
            return float(np.imag(np.sum(self._value(k, 1j * COMPLEX_STEP * unit))) / COMPLEX_STEP)


def _in_double(argument: Any) -> Array:
    array = np.asarray(argument)
    if array.dtype.kind == "c":
        raise TypeError("gradcheck takes real arguments; give the real and the imaginary part as two")
    return np.array(array, dtype=np.float64)


def _largest(arrays: Sequence[Any]) -> float:
    """The largest finite absolute value; 1 where all are zero."""
    sizes = [np.abs(np.asarray(array, dtype=complex)).reshape(-1) for array in arrays]
    finite = [float(np.max(size, where=np.isfinite(size), initial=0.0)) for size in sizes]
    return max(finite, default=0.0) or 1.0


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
