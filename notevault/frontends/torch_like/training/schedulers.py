"""`torch.optim.lr_scheduler`: learning rates that change from epoch to epoch, by the formulas of PyTorch."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from notevault.frontends.imitation import Answering
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.torch_like.training.optim import Optimizer


class _Scheduler(metaclass=Answering):
    """`change(lr, base)` gives the next rate of a group from the present one, as PyTorch's chainable forms do."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch + 1
        self._set(self.start)

    def _set(self, rule: Callable[[float, float, int], float]) -> None:
        for number, (group, base) in enumerate(zip(self.optimizer.param_groups, self.base_lrs, strict=True)):
            group["lr"] = rule(group["lr"], base, number)

    def start(self, lr: float, base: float, number: int) -> float:
        """The rate of the first epoch."""
        return lr

    def change(self, lr: float, base: float, number: int) -> float:
        """The rate of the epoch that begins."""
        raise NotImplementedError

    def step(self, epoch: Any = None) -> None:
        self.last_epoch += 1
        self._set(self.change)

    def get_last_lr(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]


class StepLR(_Scheduler):
    """Times `gamma` every `step_size` epochs."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def change(self, lr: float, base: float, number: int) -> float:
        return lr if self.last_epoch % self.step_size else lr * self.gamma


class MultiStepLR(_Scheduler):
    """Times `gamma` at every milestone."""

    def __init__(
        self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones, self.gamma = list(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def change(self, lr: float, base: float, number: int) -> float:
        return float(lr * self.gamma ** self.milestones.count(self.last_epoch))


class ExponentialLR(_Scheduler):
    """Times `gamma` every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def change(self, lr: float, base: float, number: int) -> float:
        return lr * self.gamma


class LambdaLR(_Scheduler):
    """The first rate times a function of the epoch."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Any, last_epoch: int = -1) -> None:
        groups = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * groups
        super().__init__(optimizer, last_epoch)

    def start(self, lr: float, base: float, number: int) -> float:
        return self.change(lr, base, number)

    def change(self, lr: float, base: float, number: int) -> float:
        return float(base * self.lr_lambdas[number](self.last_epoch))


class MultiplicativeLR(LambdaLR):
    """The last rate times a function of the epoch."""

    def start(self, lr: float, base: float, number: int) -> float:
        return lr

    def change(self, lr: float, base: float, number: int) -> float:
        return float(lr * self.lr_lambdas[number](self.last_epoch))


class LinearLR(_Scheduler):
    """From one share of the rate to another, in equal steps."""

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:  # fmt: skip
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def start(self, lr: float, base: float, number: int) -> float:
        return lr * self.start_factor

    def change(self, lr: float, base: float, number: int) -> float:
        if self.last_epoch > self.total_iters:
            return lr
        span = self.end_factor - self.start_factor
        return lr * (1 + span / (self.total_iters * self.start_factor + (self.last_epoch - 1) * span))


class ConstantLR(_Scheduler):
    """A share of the rate for some epochs."""

    def __init__(self, optimizer: Optimizer, factor: float = 1 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def start(self, lr: float, base: float, number: int) -> float:
        return lr * self.factor

    def change(self, lr: float, base: float, number: int) -> float:
        return lr / self.factor if self.last_epoch == self.total_iters else lr


class PolynomialLR(_Scheduler):
    """To zero, as a power of the epochs that are left."""

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def change(self, lr: float, base: float, number: int) -> float:
        if self.last_epoch > self.total_iters:
            return lr
        left, before = (1 - (self.last_epoch - k) / self.total_iters for k in (0, 1))
        return float(lr * (left / before) ** self.power)


class CosineAnnealingLR(_Scheduler):
    """Half a wave of the cosine, down to `eta_min` (Loshchilov and Hutter 2017)."""

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:  # noqa: N803
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def change(self, lr: float, base: float, number: int) -> float:
        now, turn = self.last_epoch, self.T_max
        if (now - 1 - turn) % (2 * turn) == 0:
            return lr + (base - self.eta_min) * (1 - math.cos(math.pi / turn)) / 2
        share = (1 + math.cos(math.pi * now / turn)) / (1 + math.cos(math.pi * (now - 1) / turn))
        return share * (lr - self.eta_min) + self.eta_min


class CosineAnnealingWarmRestarts(_Scheduler):
    """The same, begun again after `T_0` epochs, then `T_mult` times as many."""

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0) -> None:  # noqa: N803
        self.T_i, self.T_mult, self.eta_min, self.T_cur = T_0, T_mult, eta_min, 0
        super().__init__(optimizer)

    def step(self, epoch: Any = None) -> None:
        self.T_cur += 1
        if self.T_cur >= self.T_i:
            self.T_cur, self.T_i = self.T_cur - self.T_i, self.T_i * self.T_mult
        super().step()

    def change(self, lr: float, base: float, number: int) -> float:
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2


class OneCycleLR(_Scheduler):
    """Up to `max_lr` and down again, by cosines (Smith and Topin 2019); the momentum is left as it is."""

    def __init__(  # noqa: PLR0917 - PyTorch's signature
        self, optimizer: Optimizer, max_lr: float, total_steps: int | None = None, epochs: int | None = None,
        steps_per_epoch: int | None = None, pct_start: float = 0.3, div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:  # fmt: skip
        total = total_steps if total_steps is not None else (epochs or 0) * (steps_per_epoch or 0)
        first = max_lr / div_factor
        up = float(pct_start * total) - 1
        self.phases = [(up, first, max_lr), (total - 1, max_lr, first / final_div_factor)]
        super().__init__(optimizer)

    def start(self, lr: float, base: float, number: int) -> float:
        return self.change(lr, base, number)

    def change(self, lr: float, base: float, number: int) -> float:
        begin = 0.0
        for end, low, high in self.phases:
            if self.last_epoch <= end or end == self.phases[-1][0]:
                share = (self.last_epoch - begin) / (end - begin)
                return high + (low - high) / 2.0 * (math.cos(math.pi * share) + 1)
            begin = end
        raise AssertionError("the last phase has no end")


class SequentialLR:
    """One scheduler after the other."""

    def __init__(self, optimizer: Optimizer, schedulers: Sequence[_Scheduler], milestones: Sequence[int]) -> None:
        self.optimizer, self._schedulers, self._milestones = optimizer, list(schedulers), list(milestones)
        self.last_epoch = 0
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"]
        for scheduler in self._schedulers:
            scheduler.last_epoch = 0
        self._schedulers[0]._set(self._schedulers[0].start)

    def step(self) -> None:
        self.last_epoch += 1
        k = bisect_right(self._milestones, self.last_epoch)
        chosen = self._schedulers[k]
        if k > 0 and self._milestones[k - 1] == self.last_epoch:
            for group in self.optimizer.param_groups:
                group["lr"] = group["initial_lr"]
            chosen.last_epoch = 0
            chosen._set(chosen.start)
        else:
            chosen.step()

    def get_last_lr(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]


class ReduceLROnPlateau(metaclass=Answering):
    """Lower when a number has not become better for some epochs."""

    def __init__(  # noqa: PLR0917 - PyTorch's signature
        self, optimizer: Optimizer, mode: str = "min", factor: float = 0.1, patience: int = 10, threshold: float = 1e-4,
        threshold_mode: str = "rel", cooldown: int = 0, min_lr: float = 0, eps: float = 1e-8,
    ) -> None:  # fmt: skip
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.min_lr, self.eps = threshold, threshold_mode, min_lr, eps
        self.cooldown, self.cooldown_counter, self.num_bad_epochs = cooldown, 0, 0
        self.best = math.inf if mode == "min" else -math.inf

    def _better(self, number: float) -> bool:
        margin = self.threshold * (abs(self.best) if self.threshold_mode == "rel" else 1)
        if math.isinf(self.best):
            return number < self.best if self.mode == "min" else number > self.best
        return number < self.best - margin if self.mode == "min" else number > self.best + margin

    def step(self, metrics: Any, epoch: Any = None) -> None:
        number = float(metrics.item() if isinstance(metrics, Tensor) else metrics)
        if self._better(number):
            self.best, self.num_bad_epochs = number, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown_counter - 1, 0
        if self.num_bad_epochs > self.patience:
            for group in self.optimizer.param_groups:
                lower = max(group["lr"] * self.factor, self.min_lr)
                group["lr"] = lower if group["lr"] - lower > self.eps else group["lr"]
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def get_last_lr(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]


SCHEDULERS: Mapping[str, Any] = {
    scheduler.__name__: scheduler
    for scheduler in (
        *(StepLR, MultiStepLR, ExponentialLR, LambdaLR, MultiplicativeLR, LinearLR, ConstantLR, PolynomialLR),
        *(CosineAnnealingLR, CosineAnnealingWarmRestarts, OneCycleLR, SequentialLR, ReduceLROnPlateau),
    )
}
