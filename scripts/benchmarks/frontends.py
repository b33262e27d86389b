"""The sympy frontend and the identity test against sympy: scripts/bench frontends [WORKLOAD…]. One thread, CPU clock.

A gradient is measured from the loss as a sympy expression to its value at 1,000 points. Both systems start with
sympy's cache empty, as a formula that is met for the first time does. A figure that misses its target is marked.
"""

from __future__ import annotations

import platform
import statistics
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy
from measure import medians
from sympy.core.cache import clear_cache

from notevault.autodiff import gradients, tensor
from notevault.frontends.comparison.identity import equal
from notevault.frontends.symbolic.engine import derivatives, lower

Points = Mapping[str, Any]
"""The values of each symbol at all points, by its name."""

POINTS = 1_000
ROUNDS = 9

w, b, x, y, k, u, v = sympy.symbols("w b x y k u v", real=True)
SEED_LOSS = (w * x + b - y) ** 2
P = 1 / (1 + sympy.exp(-(w * x + b)))

FORMULAS = (
    (SEED_LOSS, w),
    ((w * x + b - y) ** 4 + k * w**2, w),
    ((x**2 + 1) / (x - 3), x),
    (P, w),
    (P * (1 - P), w),
    (-(y * sympy.log(P) + (1 - y) * sympy.log(1 - P)), w),
    ((v * sympy.tanh(u * x + b) - y) ** 2, u),
    (sympy.log(1 + sympy.exp(-y * (w * x + b))), w),
    (sympy.sin(w * x) * sympy.cos(b * x), x),
    (x**2 * sympy.exp(-k * x), x),
    (sympy.sqrt(1 + k * x**2), x),
    (x * sympy.tanh(sympy.log(1 + sympy.exp(x))), x),
    (sympy.exp(sympy.sin(x)), x),
    (w * sympy.exp(-k * x) * sympy.cos(v * x), x),
)


def sample(loss: Any) -> Points:
    """Values of the loss's symbols at the points."""
    rng = np.random.default_rng(0)
    return {str(symbol): rng.uniform(-0.5, 0.5, POINTS) for symbol in sorted(loss.free_symbols, key=str)}


def ours(loss: Any, symbol: Any, at: Points) -> Any:
    """The loss on the engine at all points at once, and one backward pass."""
    leaves = {name: tensor(values) for name, values in at.items()}
    (slope,) = gradients(lower(loss, leaves), [leaves[str(symbol)]], np.ones(POINTS))
    return slope.value


def theirs(loss: Any, symbol: Any, at: Points) -> Any:
    """Sympy's derivative, compiled with common subexpressions shared, at the same points."""
    compiled = sympy.lambdify(list(at), sympy.diff(loss, symbol), "numpy", cse=True)
    return compiled(*at.values())


WAYS = {"ours": ours, "sympy diff + lambdify": theirs}


def first_met(way: Callable[[Any, Any, Points], Any], loss: Any, symbol: Any, at: Points) -> Callable[[], Any]:
    """A step in which sympy remembers nothing of the step before."""

    def step() -> Any:
        clear_cache()
        return way(loss, symbol, at)

    return step


def marked(value: float, bound: float) -> str:
    """The target of a figure, and whether it is missed."""
    return f"(target at most {bound:g}){'' if value <= bound else '  MISSED'}"


def seed() -> None:
    """The loss of the example vault's note on backpropagation."""
    at = sample(SEED_LOSS)
    np.testing.assert_allclose(ours(SEED_LOSS, w, at), theirs(SEED_LOSS, w, at), rtol=1e-9)
    compare("the loss", SEED_LOSS, w, bound=0.2)


def compare(what: str, loss: Any, symbol: Any, bound: float | None = None) -> None:
    """Print both times and their ratio."""
    at = sample(loss)
    steps = {name: first_met(way, loss, symbol, at) for name, way in WAYS.items()}
    times = medians(steps, rounds=ROUNDS)
    for name, microseconds in times.items():
        print(f"  {name:28s} {microseconds:14,.1f} us")
    ratio = times["ours"] / times["sympy diff + lambdify"]
    print(
        f"  {what}, ours / sympy diff + lambdify: {ratio:.4f}  {'' if bound is None else marked(ratio, bound)}".rstrip()
    )


def identity() -> None:
    """The engine's gradient against sympy's derivative, expanded: equal, in another form."""
    milliseconds = []
    for loss, symbol in FORMULAS:
        (slope,) = derivatives(loss, [symbol])
        other = sympy.expand(sympy.diff(loss, symbol))
        answer = equal(slope, other)
        if not answer.equal:
            raise AssertionError(f"{slope} and {other}: {answer}")
        times = medians({"equal": lambda slope=slope, other=other: equal(slope, other)}, rounds=5, seconds=0.005)
        milliseconds.append(times["equal"] / 1e3)
    median = statistics.median(milliseconds)
    print(f"  {len(FORMULAS)} pairs of formulas, worst {max(milliseconds):.2f} ms")
    print(f"  identity test, median: {median:.2f} ms  {marked(median, 5.0)}")


def swelling(layers: int, tanh: Callable[[Any], Any], at: Mapping[str, Any]) -> Any:
    """f = tanh(w f + b) f + f, `layers` times from x: each layer uses the one before three times."""
    f = at["x"]
    for _ in range(layers):
        f = tanh(at["w"] * f + at["b"]) * f + f
    return f


# without assumptions: for real names sympy itself takes seconds to write down nine layers, and does not end with ten
SWELL_NAMES = {name: sympy.Symbol(name) for name in "wbx"}
SWELL_SECONDS = 1.0
SWELL_LAYERS = 10
PATIENCE = 0.5
"""Sympy is given one more layer as long as the last one took fewer seconds; a layer takes about eight times as many."""


def swell() -> None:
    """Ten layers: written down, differentiated and evaluated at all points; sympy on as many as it can."""
    at = {name: np.random.default_rng(place).uniform(-0.5, 0.5, POINTS) for place, name in enumerate("wbx")}

    def whole(way: Callable[[Any, Any, Points], Any], layers: int) -> Callable[[], Any]:
        return first_met(
            lambda _, symbol, at: way(swelling(layers, sympy.tanh, SWELL_NAMES), symbol, at), None, SWELL_NAMES["w"], at
        )

    nudged = at | {"w": at["w"] + 1e-30j}
    expected = swelling(SWELL_LAYERS, np.tanh, nudged).imag / 1e-30
    np.testing.assert_allclose(whole(ours, SWELL_LAYERS)(), expected, rtol=1e-9)
    layers, seconds = 0, 0.0
    while seconds < PATIENCE:
        layers += 1
        steps = {"ours": whole(ours, layers), "theirs": whole(theirs, layers)}
        times = medians(steps, rounds=3)
        seconds = times["theirs"] / 1e6
        ratio = times["ours"] / times["theirs"]
        print(f"  {layers} layers, ours {times['ours'] / 1e6:.4f} s, sympy {seconds:.4f} s, ratio {ratio:.4f}")
    took = medians({"ours": whole(ours, SWELL_LAYERS)}, rounds=ROUNDS)["ours"] / 1e6
    print(f"  {SWELL_LAYERS} layers, ours: {took:.4f} s  {marked(took, SWELL_SECONDS)}".rstrip())


WORKLOADS: Mapping[str, Callable[[], None]] = {"seed": seed, "swell": swell, "identity": identity}


def main(names: list[str]) -> int:
    """Run the named workloads, or all."""
    unknown = [name for name in names if name not in WORKLOADS]
    if unknown:
        print(f"no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}", file=sys.stderr)
        return 2
    print(
        f"{platform.machine()}, Python {platform.python_version()}, sympy {sympy.__version__}, numpy {np.__version__}"
    )
    for name in names or WORKLOADS:
        print(f"\n{name}")
        WORKLOADS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
