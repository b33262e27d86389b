"""Optimisers, with the update rules and the defaults of PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError

Array = np.ndarray[Any, Any]


class Kept(dict[int, Any]):
    """What an optimiser remembers of each parameter, to be loaded again; its names for it are not PyTorch's."""

    def __repr__(self) -> str:
        if self:
            raise UnsupportedError("torch.optim.Optimizer.state_dict()['state']")
        return "{}"

    def __getitem__(self, key: int) -> Any:
        raise UnsupportedError("torch.optim.Optimizer.state_dict()['state']")


class Optimizer:
    """Steps for parameters in groups; `change` gives the new value of one parameter."""

    defaults: Mapping[str, Any] = {}

    def __init__(self, params: Iterable[Any], lr: float | None = None, **options: Any) -> None:
        if lr is not None:
            options["lr"] = lr
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                "torch.FloatTensor"
            )
        given = list(params)
        if not given:
            raise ValueError("optimizer got an empty parameter list")
        unknown = set(options) - set(self.defaults)
        if unknown:
            raise TypeError(
                f"{type(self).__name__}.__init__() got an unexpected keyword argument {sorted(unknown)[0]!r}"
            )
        if options.get("lr", 0) < 0:
            raise ValueError(f"Invalid learning rate: {options['lr']}")
        groups = given if isinstance(given[0], dict) else [{"params": given}]
        self.defaults = {**type(self).defaults, **options}
        self.param_groups: list[dict[str, Any]] = []
        for group in groups:
            self.add_param_group(group)
        for parameter in self._parameters():
            if not parameter.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
        self.state: dict[int, dict[str, Any]] = {}

    def zero_grad(self, set_to_none: bool = True) -> None:
        for parameter in self._parameters():
            if set_to_none or parameter.grad is None:
                parameter.grad = None
            else:
                parameter.grad.write(0)

    def _parameters(self) -> list[Tensor]:
        return [parameter for group in self.param_groups for parameter in group["params"]]

    def add_param_group(self, group: dict[str, Any]) -> None:
        given = group["params"]
        listed = [given] if isinstance(given, Tensor) else list(given)
        self.param_groups.append({"params": listed, **self.defaults, **group} | {"params": listed})

    def state_dict(self) -> dict[str, Any]:
        groups, first = [], 0
        for group in self.param_groups:
            count = len(group["params"])
            options = {key: value for key, value in group.items() if key != "params"}
            groups.append({**options, "params": list(range(first, first + count))})
            first += count
        kept = {k: dict(self.state[id(p)]) for k, p in enumerate(self._parameters()) if id(p) in self.state}
        return {"state": Kept(kept), "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        parameters = self._parameters()
        for group, given in zip(self.param_groups, state_dict["param_groups"], strict=True):
            group.update({key: value for key, value in given.items() if key != "params"})
        self.state = {id(parameters[k]): dict(kept) for k, kept in dict.items(state_dict["state"])}

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
                    parameter.write(self.change(*_decayed(parameter.array, slope, group), state, group))
        return loss

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        raise NotImplementedError

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for index, group in enumerate(self.param_groups):
            lines += [""] * (index > 0) + [f"Parameter Group {index}"]
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join([*lines, ")"])


def _decayed(value: Array, slope: Array, group: Mapping[str, Any]) -> tuple[Array, Array]:
    """Parameter and gradient after weight decay: decoupled it changes the parameter itself, else the gradient."""
    decay = group.get("weight_decay")
    if not decay:
        return value, slope
    if group.get("decoupled_weight_decay"):
        return value * (1 - group["lr"] * decay), slope
    return value, slope + decay * value


class SGD(Optimizer):
    """Gradient descent, with momentum."""

    defaults: Mapping[str, Any] = {
        "lr": 1e-3, "momentum": 0, "dampening": 0, "weight_decay": 0, "nesterov": False, "maximize": False,
        "foreach": None, "differentiable": False, "fused": None,
    }  # fmt: skip

    def __init__(self, params: Iterable[Any], lr: float = 1e-3, momentum: float = 0, **options: Any) -> None:
        super().__init__(params, lr=lr, momentum=momentum, **options)

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        if group["momentum"]:
            if "buffer" in state:
                state["buffer"] = group["momentum"] * state["buffer"] + (1 - group["dampening"]) * slope
            else:
                state["buffer"] = slope
            slope = slope + group["momentum"] * state["buffer"] if group["nesterov"] else state["buffer"]
        return np.asarray(value - group["lr"] * slope)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015)."""

    defaults: Mapping[str, Any] = {
        "lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0, "amsgrad": False, "maximize": False,
        "foreach": None, "capturable": False, "differentiable": False, "fused": None, "decoupled_weight_decay": False,
    }  # fmt: skip

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), **options: Any
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, **options)

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        first, second = group["betas"]
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

    defaults: Mapping[str, Any] = {**Adam.defaults, "weight_decay": 1e-2, "decoupled_weight_decay": True}


class RMSprop(Optimizer):
    """RMSprop (Hinton's lecture 6e)."""

    defaults: Mapping[str, Any] = {
        "lr": 1e-2, "momentum": 0, "alpha": 0.99, "eps": 1e-8, "centered": False, "weight_decay": 0, "maximize": False,
        "capturable": False, "foreach": None, "differentiable": False,
    }  # fmt: skip

    def __init__(self, params: Iterable[Any], lr: float = 1e-2, alpha: float = 0.99, **options: Any) -> None:
        super().__init__(params, lr=lr, alpha=alpha, **options)

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
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

    defaults: Mapping[str, Any] = {
        "lr": 1e-2, "lr_decay": 0, "eps": 1e-10, "weight_decay": 0, "initial_accumulator_value": 0, "foreach": None,
        "maximize": False, "differentiable": False, "fused": None,
    }  # fmt: skip

    def change(self, value: Array, slope: Array, state: dict[str, Any], group: Mapping[str, Any]) -> Array:
        state["sum"] = state.get("sum", group["initial_accumulator_value"]) + slope * slope
        rate = group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"])
        return np.asarray(value - rate * slope / (np.sqrt(state["sum"]) + group["eps"]))
