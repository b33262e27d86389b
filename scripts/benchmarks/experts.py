"""What an expert writes by hand in numpy: no tape, `out=` everywhere, parameters and gradients flat, Adam in place.

Two of them. The "expert" sums the bias gradients with np.sum and updates all parameters at once. The "expert with our
tricks" has seen the compiled source: bias gradients as a product with ones, the update in pieces that fit the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from measure import Step
from networks import BETA1, BETA2, CHUNK, EPSILON, RATE, Array, Workload


class FlatAdam:
    """Adam over one flat array, in place, in pieces of the given length."""

    def __init__(self, start: dict[str, Array], piece: int) -> None:
        self.p = np.concatenate([value.reshape(-1) for value in start.values()])
        self.g = np.zeros_like(self.p)
        m, v = np.zeros_like(self.p), np.zeros_like(self.p)
        n = self.p.size
        scratch = np.empty(min(n, piece), self.p.dtype)
        self.pieces = [
            (
                self.p[a : a + piece],
                self.g[a : a + piece],
                m[a : a + piece],
                v[a : a + piece],
                scratch[: min(piece, n - a)],
            )
            for a in range(0, n, piece)
        ]
        self.t = 0

    def views(self, flat: Array, start: dict[str, Array]) -> dict[str, Array]:
        found, at = {}, 0
        for name, value in start.items():
            found[name] = flat[at : at + value.size].reshape(value.shape)
            at += value.size
        return found

    def update(self) -> None:
        self.t += 1
        correction = (1 - BETA2**self.t) ** 0.5
        rate, epsilon = RATE * correction / (1 - BETA1**self.t), EPSILON * correction
        for p, g, m, v, s in self.pieces:
            np.multiply(m, BETA1, out=m)
            np.multiply(g, 1 - BETA1, out=s)
            np.add(m, s, out=m)
            np.multiply(v, BETA2, out=v)
            np.multiply(g, g, out=s)
            np.multiply(s, 1 - BETA2, out=s)
            np.add(v, s, out=v)
            np.sqrt(v, out=s)
            np.add(s, epsilon, out=s)
            np.divide(m, s, out=s)
            np.multiply(s, rate, out=s)
            np.subtract(p, s, out=p)


def _with_sum(g: Array, out: Array) -> None:
    np.sum(g, axis=0, out=out)


def _with_ones(ones: Array) -> Callable[[Array, Array], None]:
    def total(g: Array, out: Array) -> None:
        np.dot(ones, g, out=out)

    return total


def classifier(w: Workload, tricks: bool = False) -> Step:
    """784-128-64-10, ReLU, softmax cross-entropy."""
    adam = FlatAdam(w.start, CHUNK if tricks else 1 << 30)
    p, d = adam.views(adam.p, w.start), adam.views(adam.g, w.start)
    w1, b1, w2, b2, w3, b3 = p.values()
    n, (_, h, k, c) = w.batch, w.sizes
    a1, a2, z = (np.empty((n, size), np.float32) for size in (h, k, c))
    g1, g2 = np.empty_like(a1), np.empty_like(a2)
    on1, on2 = np.empty(a1.shape, bool), np.empty(a2.shape, bool)
    column, rows, ones = np.empty((n, 1), np.float32), np.arange(n), np.ones(n, np.float32)
    x, y = w.x, w.labels
    column_sums = _with_ones(ones) if tricks else _with_sum

    def step() -> Any:
        np.dot(x, w1, out=a1)
        np.add(a1, b1, out=a1)
        np.maximum(a1, 0, out=a1)
        np.dot(a1, w2, out=a2)
        np.add(a2, b2, out=a2)
        np.maximum(a2, 0, out=a2)
        np.dot(a2, w3, out=z)
        np.add(z, b3, out=z)
        np.maximum.reduce(z, axis=1, keepdims=True, out=column)
        np.subtract(z, column, out=z)
        picked = z[rows, y].sum()
        np.exp(z, out=z)
        np.add.reduce(z, axis=1, keepdims=True, out=column)
        loss = (np.log(column).sum() - picked) / n
        np.divide(z, column, out=z)
        z[rows, y] -= 1
        np.multiply(z, np.float32(1 / n), out=z)
        np.dot(a2.T, z, out=d["w3"])
        column_sums(z, d["b3"])
        np.dot(z, w3.T, out=g2)
        np.greater(a2, 0, out=on2)
        np.multiply(g2, on2, out=g2)
        np.dot(a1.T, g2, out=d["w2"])
        column_sums(g2, d["b2"])
        np.dot(g2, w2.T, out=g1)
        np.greater(a1, 0, out=on1)
        np.multiply(g1, on1, out=g1)
        np.dot(x.T, g1, out=d["w1"])
        column_sums(g1, d["b1"])
        adam.update()
        return loss

    return step


def products(w: Workload) -> Step:
    """The matrix products of a step of the classifier and nothing else: no program on the same BLAS is faster."""
    w1, w2, w3 = (w.start[name] for name in ("w1", "w2", "w3"))
    x = w.x
    a1, a2, z = (np.empty((w.batch, size), np.float32) for size in w.sizes[1:])
    g1, g2, d1, d2, d3 = (np.empty_like(like) for like in (a1, a2, w1, w2, w3))

    def step() -> Any:
        np.dot(x, w1, out=a1)
        np.dot(a1, w2, out=a2)
        np.dot(a2, w3, out=z)
        np.dot(a2.T, z, out=d3)
        np.dot(z, w3.T, out=g2)
        np.dot(a1.T, g2, out=d2)
        np.dot(g2, w2.T, out=g1)
        np.dot(x.T, g1, out=d1)

    return step


def regression(w: Workload, tricks: bool = False) -> Step:
    """2-16-16-1, tanh, mean squared error."""
    adam = FlatAdam(w.start, CHUNK if tricks else 1 << 30)
    p, d = adam.views(adam.p, w.start), adam.views(adam.g, w.start)
    w1, b1, w2, b2, w3, b3 = p.values()
    n, (_, h, k, c) = w.batch, w.sizes
    a1, a2, z = (np.empty((n, size), np.float32) for size in (h, k, c))
    g1, g2 = np.empty_like(a1), np.empty_like(a2)
    ones = np.ones(n, np.float32)
    x, y = w.x, w.y
    column_sums = _with_ones(ones) if tricks else _with_sum

    def step() -> Any:
        np.dot(x, w1, out=a1)
        np.add(a1, b1, out=a1)
        np.tanh(a1, out=a1)
        np.dot(a1, w2, out=a2)
        np.add(a2, b2, out=a2)
        np.tanh(a2, out=a2)
        np.dot(a2, w3, out=z)
        np.add(z, b3, out=z)
        np.subtract(z, y, out=z)
        loss = np.vdot(z, z) / n
        np.multiply(z, np.float32(2 / n), out=z)
        np.dot(a2.T, z, out=d["w3"])
        column_sums(z, d["b3"])
        np.dot(z, w3.T, out=g2)
        np.multiply(a2, a2, out=a2)
        np.subtract(1, a2, out=a2)
        np.multiply(g2, a2, out=g2)
        np.dot(a1.T, g2, out=d["w2"])
        column_sums(g2, d["b2"])
        np.dot(g2, w2.T, out=g1)
        np.multiply(a1, a1, out=a1)
        np.subtract(1, a1, out=a1)
        np.multiply(g1, a1, out=g1)
        np.dot(x.T, g1, out=d["w1"])
        column_sums(g1, d["b1"])
        adam.update()
        return loss

    return step
