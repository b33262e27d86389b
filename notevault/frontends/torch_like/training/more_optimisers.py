"""Relatives of Adam and of Adagrad, and L-BFGS; with the table of all optimisers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from notevault.frontends.torch_like.training.optim import SGD, Adagrad, Adam, AdamW, Array, Optimizer, RMSprop
from notevault.frontends.unsupported import UnsupportedError


class Adadelta(Optimizer):
    """Adadelta (Zeiler 2012)."""

    defaults: Mapping[str, Any] = {
        "lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0, "maximize": False, "capturable": False, "foreach": None,
        "differentiable": False,
    }  # fmt: skip

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        rate, eps = group["rho"], group["eps"]
        state["square"] = rate * state.get("square", 0) + (1 - rate) * slope * slope
        moved = np.sqrt(state.get("moved", 0) + eps) / np.sqrt(state["square"] + eps) * slope
        state["moved"] = rate * state.get("moved", 0) + (1 - rate) * moved * moved
        return np.asarray(value - group["lr"] * moved)


class Adamax(Optimizer):
    """Adam with the largest gradient in place of the mean square (Kingma and Ba 2015)."""

    defaults: Mapping[str, Any] = {
        "lr": 2e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "foreach": None, "maximize": False,
        "differentiable": False, "capturable": False,
    }  # fmt: skip

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        first, second = group["betas"]
        state["mean"] = first * state.get("mean", 0) + (1 - first) * slope
        state["largest"] = np.maximum(second * state.get("largest", 0), np.abs(slope) + group["eps"])
        return np.asarray(value - group["lr"] / (1 - first ** state["step"]) * state["mean"] / state["largest"])


class NAdam(Optimizer):
    """Adam with Nesterov's momentum (Dozat 2016)."""

    defaults: Mapping[str, Any] = {
        "lr": 2e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "momentum_decay": 4e-3,
        "decoupled_weight_decay": False, "maximize": False, "foreach": None, "capturable": False,
        "differentiable": False,
    }  # fmt: skip

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        first, second = group["betas"]
        step, decay = state["step"], group["momentum_decay"]
        mu, next_mu = (first * (1.0 - 0.5 * 0.96 ** (k * decay)) for k in (step, step + 1))
        product = state["product"] = state.get("product", 1.0) * mu
        state["mean"] = first * state.get("mean", 0) + (1 - first) * slope
        state["square"] = second * state.get("square", 0) + (1 - second) * slope * slope
        below = np.sqrt(state["square"] / (1 - second**step)) + group["eps"]
        value = value - group["lr"] * (1 - mu) / (1 - product) * slope / below
        return np.asarray(value - group["lr"] * next_mu / (1 - product * next_mu) * state["mean"] / below)


class RAdam(Optimizer):
    """Adam with a rectified start (Liu et al. 2020)."""

    defaults: Mapping[str, Any] = {
        "lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "maximize": False, "foreach": None,
        "capturable": False, "decoupled_weight_decay": False, "differentiable": False,
    }  # fmt: skip

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        first, second = group["betas"]
        step = state["step"]
        state["mean"] = first * state.get("mean", 0) + (1 - first) * slope
        state["square"] = second * state.get("square", 0) + (1 - second) * slope * slope
        mean = state["mean"] / (1 - first**step)
        limit = 2 / (1 - second) - 1
        length = limit - 2 * step * second**step / (1 - second**step)
        if length <= 5:
            return np.asarray(value - group["lr"] * mean)
        rectified = np.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))
        scale = np.sqrt(1 - second**step) / (np.sqrt(state["square"]) + group["eps"])
        return np.asarray(value - group["lr"] * mean * rectified * scale)


class LBFGS(Optimizer):
    """Limited-memory BFGS with fixed steps (Nocedal and Wright 2006, algorithm 7.4), as PyTorch stops it."""

    defaults: Mapping[str, Any] = {
        "lr": 1, "max_iter": 20, "max_eval": None, "tolerance_grad": 1e-7, "tolerance_change": 1e-9,
        "history_size": 100, "line_search_fn": None,
    }  # fmt: skip

    def __init__(self, params: Iterable[Any], lr: float = 1, max_iter: int = 20, **options: Any) -> None:
        super().__init__(params, lr=lr, max_iter=max_iter, **options)
        if self.param_groups[0]["line_search_fn"] is not None:
            raise UnsupportedError("torch.optim.LBFGS(line_search_fn)")
        self._memory: dict[str, Any] = {"pairs": [], "count": 0}

    def _flat_slope(self) -> Array:
        parts = [np.zeros_like(p.array) if p.grad is None else p.grad.array for p in self._parameters()]
        return np.concatenate([part.ravel() for part in parts])

    def _move(self, step: Array) -> None:
        start = 0
        for p in self._parameters():
            p.write(p.array + step[start : start + p.array.size].reshape(p.array.shape))
            start += p.array.size

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        if closure is None:
            raise TypeError("LBFGS.step() missing 1 required positional argument: 'closure'")
        group, memory = self.param_groups[0], self._memory
        most = group["max_eval"] or group["max_iter"] * 5 // 4
        first = closure()
        loss, evaluations, slope = float(first.item()), 1, self._flat_slope()
        if np.abs(slope).max() <= group["tolerance_grad"]:
            return first
        for iteration in range(1, group["max_iter"] + 1):
            direction = self._direction(slope, group["history_size"])
            memory["slope"], before = slope, loss
            memory["count"] += 1
            lr = group["lr"]
            memory["t"] = min(1.0, 1.0 / np.abs(slope).sum()) * lr if memory["count"] == 1 else lr
            along = float(slope @ direction)
            if along > -group["tolerance_change"]:
                break
            memory["direction"] = direction
            self._move(memory["t"] * direction)
            if iteration != group["max_iter"]:
                loss, slope = float(closure().item()), self._flat_slope()
                evaluations += 1
            small = np.abs(direction * memory["t"]).max() <= group["tolerance_change"]
            if iteration == group["max_iter"] or evaluations >= most or small:
                break
            if np.abs(slope).max() <= group["tolerance_grad"] or abs(loss - before) < group["tolerance_change"]:
                break
        return first

    def _direction(self, slope: Array, history: int) -> Array:
        memory = self._memory
        if memory["count"] == 0:
            memory["scale"] = 1.0
            return -slope
        change, moved = slope - memory["slope"], memory["direction"] * memory["t"]
        curvature = float(change @ moved)
        if curvature > 1e-10:
            memory["pairs"] = [*memory["pairs"], (change, moved, 1 / curvature)][-history:]
            memory["scale"] = curvature / float(change @ change)
        q, shares = -slope, []
        for y, s, rho in reversed(memory["pairs"]):
            shares.append(float(s @ q) * rho)
            q = q - shares[-1] * y
        r = q * memory["scale"]
        for (y, s, rho), share in zip(memory["pairs"], reversed(shares), strict=True):
            r = r + s * (share - float(y @ r) * rho)
        return np.asarray(r)


OPTIMISERS = {
    optimiser.__name__: optimiser
    for optimiser in (Optimizer, SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta, Adamax, NAdam, RAdam, LBFGS)
}
