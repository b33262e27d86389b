"""The same training steps in each system: a classifier of 784-128-64-10 and a small network of 2-16-16-1."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from measure import Step

from notevault.autodiff import TrainingStep, Updater, operations, value_and_grad
from notevault.autodiff.optimizers import Adam

Array = np.ndarray[Any, np.dtype[Any]]
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
CHUNK = 131072


class Workload:
    """Sizes, data and starting parameters: the same for every system."""

    def __init__(self, sizes: tuple[int, ...], batch: int, classes: bool) -> None:
        rng = np.random.default_rng(0)
        self.sizes, self.batch, self.classes = sizes, batch, classes
        self.x = rng.standard_normal((batch, sizes[0])).astype(np.float32)
        self.labels = rng.integers(0, sizes[-1], batch)
        self.y = rng.standard_normal((batch, 1)).astype(np.float32)
        self.start: dict[str, Array] = {}
        for k, (n, m) in enumerate(itertools.pairwise(sizes), 1):
            self.start[f"w{k}"] = (rng.standard_normal((n, m)) / np.sqrt(n)).astype(np.float32)
            self.start[f"b{k}"] = np.zeros(m, np.float32)

    @property
    def target(self) -> Array:
        return self.labels if self.classes else self.y

    def forward(self, p: Any, x: Any, relu: Callable[[Any], Any], tanh: Callable[[Any], Any]) -> Any:
        """The network: ReLU in the classifier, tanh in the small one."""
        layers = len(self.sizes) - 1
        for k in range(1, layers):
            x = (relu if self.classes else tanh)(x @ p[f"w{k}"] + p[f"b{k}"])
        return x @ p[f"w{layers}"] + p[f"b{layers}"]


def compiled(w: Workload) -> Step:
    """Our compiled training step."""

    def loss(p: Any, x: Any, y: Any) -> Any:
        z = w.forward(p, x, operations.relu, operations.tanh)
        return operations.cross_entropy(z, y) if w.classes else operations.mse(z, y)

    step = TrainingStep(loss, w.start, w.x, w.target, optimizer=Adam(RATE, BETA1, BETA2, EPSILON))
    return lambda: step(w.x, w.target)


def eager(w: Workload) -> Step:
    """Our tape, every step traced anew, and our fused Adam."""

    def loss(p: Any, x: Any, y: Any) -> Any:
        z = w.forward(p, x, operations.relu, operations.tanh)
        return operations.cross_entropy(z, y) if w.classes else operations.mse(z, y)

    run = value_and_grad(loss)
    update = Updater(w.start, Adam(RATE, BETA1, BETA2, EPSILON))

    def step() -> Any:
        value, slopes = run(update.parameters, w.x, w.target)
        update(slopes)
        return value

    return step


def _with_adam(w: Workload, gradient: Callable[[Any], tuple[Any, Any]]) -> Step:
    p = {name: value.copy() for name, value in w.start.items()}
    m = {name: np.zeros_like(value) for name, value in p.items()}
    v = {name: np.zeros_like(value) for name, value in p.items()}
    t = 0

    def step() -> Any:
        nonlocal t
        t += 1
        value, slopes = gradient(p)
        correction = (1 - BETA2**t) ** 0.5
        rate, epsilon = RATE * correction / (1 - BETA1**t), EPSILON * correction
        for name, g in slopes.items():
            m[name] = BETA1 * m[name] + (1 - BETA1) * g
            v[name] = BETA2 * v[name] + (1 - BETA2) * g * g
            p[name] = p[name] - rate * m[name] / (np.sqrt(v[name]) + epsilon)
        return value

    return step


def autograd(w: Workload) -> Step:
    """HIPS/autograd: numpy code, value_and_grad, and Adam in plain numpy as its own examples have it."""
    import autograd as hips
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    rows = np.arange(w.batch)

    def loss(p: Any) -> Any:
        z = w.forward(p, w.x, lambda a: anp.maximum(a, 0), anp.tanh)
        if w.classes:
            return anp.mean(logsumexp(z, axis=1) - z[rows, w.labels])
        return anp.mean((z - w.y) ** 2)

    return _with_adam(w, hips.value_and_grad(loss))


def torch_eager(w: Workload) -> Step:
    """PyTorch, eager, with its fused Adam."""
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)
    p = {name: torch.from_numpy(value.copy()).requires_grad_() for name, value in w.start.items()}
    optimizer = torch.optim.Adam(list(p.values()), lr=RATE, fused=True)
    x, target = torch.from_numpy(w.x), torch.from_numpy(w.target)

    def step() -> Any:
        optimizer.zero_grad(set_to_none=True)
        z = w.forward(p, x, torch.relu, torch.tanh)
        loss = functional.cross_entropy(z, target) if w.classes else functional.mse_loss(z, target)
        loss.backward()
        optimizer.step()
        return loss

    return step


def jax_jit(w: Workload) -> Step:
    """jax, the whole step jitted, buffers donated."""
    import jax
    import jax.numpy as jnp

    def loss(p: Any, x: Any, y: Any) -> Any:
        z = w.forward(p, x, jax.nn.relu, jnp.tanh)
        if w.classes:
            return jnp.mean(jax.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, y[:, None], 1)[:, 0])
        return jnp.mean((z - y) ** 2)

    def update(state: Any, x: Any, y: Any) -> Any:
        p, m, v, t = state
        value, g = jax.value_and_grad(loss)(p, x, y)
        t = t + 1
        correction = jnp.sqrt(1 - BETA2**t)
        rate, epsilon = RATE * correction / (1 - BETA1**t), EPSILON * correction
        m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, g)
        v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, g)
        p = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + epsilon), p, m, v)
        return value, (p, m, v, t)

    run = jax.jit(update, donate_argnums=(0,))
    p = {name: jnp.asarray(value) for name, value in w.start.items()}
    state = (p, jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p), jnp.asarray(0.0, jnp.float32))
    x, target = jnp.asarray(w.x), jnp.asarray(w.target)

    def step() -> Any:
        nonlocal state
        value, state = run(state, x, target)
        return value.block_until_ready()

    return step
