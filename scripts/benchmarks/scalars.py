"""Workloads on single numbers: micrograd's moons step, a chain of 10,000 nodes, the Hessian of Rosenbrock's
function."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from measure import Step

from notevault.autodiff import compile, hessian, operations
from notevault.autodiff import scalar as sc

POINTS, HIDDEN, RATE = 100, 16, 0.1
N = 50


def moons_data() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Two interleaved half circles with noise, as sklearn's make_moons draws them."""
    rng = np.random.default_rng(1337)
    angle = np.linspace(0, np.pi, POINTS // 2)
    outer = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    inner = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    x = np.concatenate([outer, inner]) + 0.1 * rng.standard_normal((POINTS, 2))
    y = np.repeat([-1.0, 1.0], POINTS // 2)
    return x, y


def hinge_loss(forward: Callable[[Any], Any], parameters: Any, relu: Callable[[Any], Any]) -> Any:
    """The loss of micrograd's demo: the mean hinge loss and 1e-4 of the squared parameters."""
    x, y = moons_data()
    losses = [relu(1 + -label * forward(point)) for point, label in zip(x.tolist(), y.tolist(), strict=True)]
    data = sum(losses[1:], losses[0]) * (1.0 / len(losses))
    squares = [p * p for p in parameters]
    return data + 1e-4 * sum(squares[1:], squares[0])


def layers_of(parameters: Any) -> list[list[tuple[list[Any], Any]]]:
    """The flat parameters as layers of neurons (weights, bias), in micrograd's order."""
    found, at = [], 0
    for inputs, outputs in ((2, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, 1)):
        neurons = []
        for _ in range(outputs):
            neurons.append((parameters[at : at + inputs], parameters[at + inputs]))
            at += inputs + 1
        found.append(neurons)
    return found


def moons() -> Mapping[str, Step]:
    """The network of micrograd's demo (2-16-16-1, ReLU, 100 points), one step of gradient descent."""
    from micrograd.nn import MLP

    model = MLP(2, [HIDDEN, HIDDEN, 1])
    start = [p.data for p in model.parameters()]

    def step() -> float:
        loss = hinge_loss(model, model.parameters(), lambda v: v.relu())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= RATE * p.grad
        return float(loss.data)

    def shipped() -> float:
        gc.enable()
        return step()

    def without_collector() -> float:
        gc.disable()
        return step()

    def traced(parameters: Any) -> Any:
        layers = layers_of(parameters)

        def forward(point: Any) -> Any:
            values: Any = point
            for depth, layer in enumerate(layers):
                sums = [sum((w * v for w, v in zip(weights, values, strict=True)), bias) for weights, bias in layer]
                values = sums if depth == len(layers) - 1 else [operations.relu(s) for s in sums]
            return values[0]

        return hinge_loss(forward, parameters, operations.relu)

    fast = compile(traced, argnums=0)
    parameters = list(start)

    def compiled() -> float:
        value, slopes = fast(parameters)
        parameters[:] = [p - RATE * g for p, g in zip(parameters, slopes, strict=True)]
        return float(value)

    for p, value in zip(model.parameters(), start, strict=True):
        p.data = value
    ours = [compiled() for _ in range(3)]
    np.testing.assert_allclose(ours, [without_collector() for _ in range(3)], rtol=1e-8)
    gc.enable()
    return {"micrograd, as shipped": shipped, "micrograd, collector off": without_collector, "compiled": compiled}


def chain() -> Mapping[str, Step]:
    """10,000 nodes one after the other: x = 0.999 x + 0.001, 5,000 times, with the derivative by the first x."""

    def links(x: Any) -> Any:
        for _ in range(5000):
            x = x * 0.999 + 0.001
        return x

    return _systems(links, chain_by_hand)


def curve() -> Mapping[str, Step]:
    """10,000 nodes one after the other: x = 0.999 x + 0.001 x^2, 2,500 times, with the derivative by the first x."""

    def links(x: Any) -> Any:
        for _ in range(2500):
            x = x * 0.999 + x * x * 0.001
        return x

    return _systems(links, curve_by_hand)


def chain_by_hand() -> float:
    """What a person writes for the chain."""
    x = 0.5
    for _ in range(5000):
        x = x * 0.999 + 0.001
    slope = 1.0
    for _ in range(5000):
        slope *= 0.999
    return slope


def curve_by_hand() -> float:
    """What a person writes for the curved chain."""
    x = 0.5
    kept = []
    for _ in range(2500):
        kept.append(x)
        x = x * 0.999 + x * x * 0.001
    slope = 1.0
    for value in reversed(kept):
        slope *= 0.999 + 0.002 * value
    return slope


def _systems(links: Callable[[Any], Any], by_hand: Callable[[], float]) -> Mapping[str, Step]:
    import sys

    from micrograd.engine import Value

    def micrograd() -> float:
        gc.disable()
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(100_000)  # micrograd sorts its nodes by recursion
        x = Value(0.5)
        links(x).backward()
        sys.setrecursionlimit(limit)
        return float(x.grad)

    def eager() -> float:
        (x,) = sc.variables(0.5)
        return float(sc.gradient(links(x), [x])[0])

    fast = compile(links, argnums=0)

    def straight() -> float:
        return float(fast(0.5)[1])

    expected = by_hand()
    for other in (micrograd, eager, straight):
        np.testing.assert_allclose(other(), expected, rtol=1e-9)
    gc.enable()
    return {"micrograd, collector off": micrograd, "eager": eager, "straight-line": straight, "hand loop": by_hand}


def rosenbrock() -> Mapping[str, Step]:
    """All second derivatives of Rosenbrock's function of 50 variables."""
    import jax
    import jax.numpy as jnp
    import torch

    torch.set_num_threads(1)
    jax.config.update("jax_enable_x64", True)
    point = np.linspace(-1.0, 1.0, N)

    def f(x: Any) -> Any:
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()

    ours = compile(hessian(f))
    torch_point, jax_point = torch.from_numpy(point), jnp.asarray(point)
    theirs, jitted = torch.func.hessian(f), jax.jit(jax.hessian(f))
    exact = np.asarray(jitted(jax_point))
    np.testing.assert_allclose(ours(point), exact, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(theirs(torch_point).numpy(), exact, rtol=1e-10, atol=1e-10)
    return {
        "torch.func": lambda: theirs(torch_point),
        "jax jit": lambda: jitted(jax_point).block_until_ready(),
        "ours": lambda: ours(point),
    }
