"""sgd, rmsprop and adam of autograd.misc: on containers of arrays, for a gradient function of (x, iteration)."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np

from notevault.frontends.other_libraries.autograd.flattening import flatten

Gradient = Callable[[Any, int], Any]
Rule = Callable[..., Generator[Any, Any, None]]


def _optimizer(rule: Rule) -> Callable[..., Any]:
    """The loop around a rule, which is sent a gradient and yields the step that it makes of it."""

    def optimize(grad: Gradient, x0: Any, callback: Any = None, num_iters: int | None = None, **options: Any) -> Any:
        x, unflatten = flatten(x0)
        steps: Any = rule(len(x), **options)
        next(steps)
        for k in range(num_iters if num_iters is not None else ITERATIONS[rule.__name__]):
            g = flatten(grad(unflatten(x), k))[0]
            if callback:
                callback(unflatten(x), k, unflatten(g))
            x = x + steps.send(g)
        return unflatten(x)

    optimize.__name__ = rule.__name__
    optimize.__doc__ = rule.__doc__
    return optimize


ITERATIONS = {"sgd": 200, "rmsprop": 100, "adam": 100}


@_optimizer
def sgd(size: int, step_size: float = 0.1, mass: float = 0.9) -> Generator[Any, Any, None]:
    """Descent with momentum: v = mass v - (1 - mass) g."""
    velocity: Any = np.zeros(size)
    step: Any = None
    while True:
        g = yield step
        velocity = mass * velocity - (1.0 - mass) * g
        step = step_size * velocity


@_optimizer
def rmsprop(size: int, step_size: float = 0.1, gamma: float = 0.9, eps: float = 1e-8) -> Generator[Any, Any, None]:
    """Descent with each gradient divided by the root of its mean square."""
    square: Any = np.ones(size)
    step: Any = None
    while True:
        g = yield step
        square = gamma * square + (1 - gamma) * g**2
        step = -step_size * g / (np.sqrt(square) + eps)


@_optimizer
def adam(
    size: int, step_size: float = 0.001, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8
) -> Generator[Any, Any, None]:
    """Adam (Kingma and Ba, 2015)."""
    first: Any = np.zeros(size)
    second: Any = np.zeros(size)
    step: Any = None
    k = 0
    while True:
        g = yield step
        k += 1
        first = b1 * first + (1 - b1) * g
        second = b2 * second + (1 - b2) * g**2
        step = -step_size * (first / (1 - b1**k)) / (np.sqrt(second / (1 - b2**k)) + eps)
