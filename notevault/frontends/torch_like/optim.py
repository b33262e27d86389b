"""Optimisers, with the update rules and the defaults of PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from notevault.frontends.torch_like.tensor import Tensor

Array = np.ndarray[Any, Any]


class Optimizer:
    """Steps for parameters in groups; `change` gives the new value of one parameter."""

    defaults: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, params: Iterable[Any], **options: Any) -> None:
        given = list(params)
        if not given:
            raise ValueError("optimizer got an empty parameter list")
        unknown = set(options) - set(self.defaults)
        if unknown:
            raise TypeError(
                f"{type(self).__name__}.__init__() got an unexpected keyword argument {sorted(unknown)[0]!r}"
            )
        groups = given if isinstance(given[0], dict) else [{"params": given}]
        self.param_groups = [{**self.defaults, **options, **group, "params": list(group["params"])} for group in groups]
        self.state: dict[int, dict[str, Any]] = {}

    def zero_grad(self, set_to_none: bool = True) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = (
                    None if set_to_none or parameter.grad is None else Tensor.of(np.zeros_like(parameter.array))
                )

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    state = self.state.setdefault(id(parameter), {"step": 0})
                    state["step"] += 1
                    slope = parameter.grad.array
                    if group.get("maximize"):
                        slope = -slope
                    parameter._replace(self.change(parameter.array, slope, state, group))
        return loss

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        raise NotImplementedError

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for index, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {index}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join([*lines, ")"])


class SGD(Optimizer):
    """Gradient descent, with momentum."""

    defaults: ClassVar[Mapping[str, Any]] = {
        "lr": 1e-3, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False, "maximize": False,
        "foreach": None, "differentiable": False, "fused": None,
    }  # fmt: skip

    def __init__(self, params: Iterable[Any], lr: float = 1e-3, momentum: float = 0, **options: Any) -> None:
        super().__init__(params, lr=lr, momentum=momentum, **options)

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        if group["weight_decay"]:
            slope = slope + group["weight_decay"] * value
        if group["momentum"]:
            if "buffer" in state:
                state["buffer"] = group["momentum"] * state["buffer"] + (1 - group["dampening"]) * slope
            else:
                state["buffer"] = slope
            slope = slope + group["momentum"] * state["buffer"] if group["nesterov"] else state["buffer"]
        return np.asarray(value - group["lr"] * slope)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015)."""

    defaults: ClassVar[Mapping[str, Any]] = {
        "lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "amsgrad": False, "maximize": False,
        "foreach": None, "capturable": False, "differentiable": False, "fused": None, "decoupled_weight_decay": False,
    }  # fmt: skip
    decoupled = False

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), **options: Any
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, **options)

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        first, second = group["betas"]
        if self.decoupled:
            value = value * (1 - group["lr"] * group["weight_decay"])
        elif group["weight_decay"]:
            slope = slope + group["weight_decay"] * value
        state["mean"] = first * state.get("mean", 0) + (1 - first) * slope
        state["square"] = second * state.get("square", 0) + (1 - second) * slope * slope
        step = state["step"]
        largest = state["square"]
        if group["amsgrad"]:
            largest = state["largest"] = np.maximum(state.get("largest", 0), state["square"])
        below = np.sqrt(largest) / np.sqrt(1 - second**step) + group["eps"]
        return np.asarray(value - (group["lr"] / (1 - first**step)) * state["mean"] / below)


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""

    defaults: ClassVar[Mapping[str, Any]] = {**Adam.defaults, "weight_decay": 1e-2, "decoupled_weight_decay": True}
    decoupled = True


class RMSprop(Optimizer):
    """RMSprop (Hinton's lecture 6e)."""

    defaults: ClassVar[Mapping[str, Any]] = {
        "lr": 1e-2, "momentum": 0, "alpha": 0.99, "eps": 1e-8, "centered": False, "weight_decay": 0, "maximize": False,
        "capturable": False, "foreach": None, "differentiable": False,
    }  # fmt: skip

    def __init__(self, params: Iterable[Any], lr: float = 1e-2, alpha: float = 0.99, **options: Any) -> None:
        super().__init__(params, lr=lr, alpha=alpha, **options)

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        if group["weight_decay"]:
            slope = slope + group["weight_decay"] * value
        rate = group["alpha"]
        state["square"] = rate * state.get("square", 0) + (1 - rate) * slope * slope
        spread = state["square"]
        if group["centered"]:
            state["mean"] = rate * state.get("mean", 0) + (1 - rate) * slope
            spread = spread - state["mean"] ** 2
        scaled = slope / (np.sqrt(spread) + group["eps"])
        if group["momentum"]:
            scaled = state["buffer"] = group["momentum"] * state.get("buffer", 0) + scaled
        return np.asarray(value - group["lr"] * scaled)


class Adagrad(Optimizer):
    """Adagrad (Duchi, Hazan and Singer 2011)."""

    defaults: ClassVar[Mapping[str, Any]] = {
        "lr": 1e-2, "lr_decay": 0, "eps": 1e-10, "weight_decay": 0, "initial_accumulator_value": 0, "foreach": None,
        "maximize": False, "differentiable": False, "fused": None,
    }  # fmt: skip

    def __init__(self, params: Iterable[Any], lr: float = 1e-2, **options: Any) -> None:
        super().__init__(params, lr=lr, **options)

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        if group["weight_decay"]:
            slope = slope + group["weight_decay"] * value
        state["sum"] = state.get("sum", group["initial_accumulator_value"]) + slope * slope
        rate = group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
        return np.asarray(value - rate * slope / (np.sqrt(state["sum"]) + group["eps"]))


OPTIMISERS = {optimiser.__name__: optimiser for optimiser in (Optimizer, SGD, Adam, AdamW, RMSprop, Adagrad)}


class _Scheduler:
    """Changes the learning rate after every epoch."""

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.base = [group["lr"] for group in optimizer.param_groups]
        self.last_epoch = 0

    def rate(self, base: float, epoch: int) -> float:
        raise NotImplementedError

    def step(self) -> None:
        self.last_epoch += 1
        for group, base in zip(self.optimizer.param_groups, self.base, strict=True):
            group["lr"] = self.rate(base, self.last_epoch)

    def get_last_lr(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]


class StepLR(_Scheduler):
    """Times `gamma` every `step_size` epochs."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        super().__init__(optimizer)
        self.step_size, self.gamma = step_size, gamma

    def rate(self, base: float, epoch: int) -> float:
        return base * self.gamma ** (epoch // self.step_size)


class ExponentialLR(StepLR):
    """Times `gamma` every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        super().__init__(optimizer, 1, gamma)


SCHEDULERS = {"StepLR": StepLR, "ExponentialLR": ExponentialLR}
