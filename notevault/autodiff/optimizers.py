"""Optimisers on flat storage: each is its hyperparameters, its state, and the lines of source that make one step.

The lines work in place on `p` (parameters), `g` (gradient), the state and one scratch array `s`, all of one length. The
factors (1 - beta) of the running averages are moved out of them into the rate, which saves two passes; the update is
the same up to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

Lines = tuple[str, ...]


def _refuse(optimizer: str, **wrong: bool) -> None:
    """ValueError that names the first hyperparameter that is out of its range."""
    for name, is_wrong in wrong.items():
        if is_wrong:
            raise ValueError(f"{optimizer}: {name} is out of its range")


class Optimizer(Protocol):
    """What the training step asks of an optimiser."""

    @property
    def state(self) -> tuple[str, ...]:
        """The names of the arrays that it keeps from step to step, which start at zero."""

    @property
    def constants(self) -> Mapping[str, float]:
        """Names for the numbers in the lines; as arrays without axes they cost 0.5 us less a use."""

    @property
    def before(self) -> Lines:
        """Lines once a step that set constants; `t` counts the steps from 1."""

    @property
    def update(self) -> Lines:
        """Lines that change `p`."""


@dataclass(frozen=True, slots=True)
class SGD:
    """Gradient descent; with momentum m = momentum m + g, and with Nesterov's step g + momentum m.

    Source: Sutskever, Martens, Dahl, Hinton (2013), in PyTorch's form (the rate outside of the momentum).
    """

    rate: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        still = self.nesterov and not self.momentum
        _refuse("SGD", rate=not self.rate >= 0, momentum=not 0 <= self.momentum < 1 or still)

    @property
    def state(self) -> tuple[str, ...]:
        return ("m",) if self.momentum else ()

    @property
    def constants(self) -> Mapping[str, float]:
        return {"rate": self.rate, "momentum": self.momentum}

    @property
    def before(self) -> Lines:
        return ()

    @property
    def update(self) -> Lines:
        if not self.momentum:
            return ("np.multiply(g, rate, out=s)", "np.subtract(p, s, out=p)")
        moved: Lines = ("np.multiply(m, momentum, out=m)", "np.add(m, g, out=m)")
        if not self.nesterov:
            return (*moved, "np.multiply(m, rate, out=s)", "np.subtract(p, s, out=p)")
        ahead: Lines = ("np.multiply(m, momentum, out=s)", "np.add(s, g, out=s)")
        return (*moved, *ahead, "np.multiply(s, rate, out=s)", "np.subtract(p, s, out=p)")


@dataclass(frozen=True, slots=True)
class Adagrad:
    """p -= rate g / (sqrt(v) + epsilon) with v the sum of all g^2. Source: Duchi, Hazan, Singer (2011)."""

    rate: float = 0.01
    epsilon: float = 1e-10

    def __post_init__(self) -> None:
        _refuse("Adagrad", rate=not self.rate >= 0, epsilon=not self.epsilon >= 0)

    @property
    def state(self) -> tuple[str, ...]:
        return ("v",)

    @property
    def constants(self) -> Mapping[str, float]:
        return {"rate": self.rate, "epsilon": self.epsilon}

    @property
    def before(self) -> Lines:
        return ()

    @property
    def update(self) -> Lines:
        return (
            "np.multiply(g, g, out=s)",
            "np.add(v, s, out=v)",
            "np.sqrt(v, out=s)",
            "np.add(s, epsilon, out=s)",
            "np.divide(g, s, out=s)",
            "np.multiply(s, rate, out=s)",
            "np.subtract(p, s, out=p)",
        )


@dataclass(frozen=True, slots=True)
class RMSprop:
    """p -= rate g / (sqrt(v) + epsilon) with v the running mean of g^2. Source: Tieleman, Hinton (2012)."""

    rate: float = 0.01
    decay: float = 0.99
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _refuse("RMSprop", rate=not self.rate >= 0, decay=not 0 <= self.decay < 1, epsilon=not self.epsilon >= 0)

    @property
    def state(self) -> tuple[str, ...]:
        return ("v",)

    @property
    def constants(self) -> Mapping[str, float]:
        root = (1 - self.decay) ** 0.5  # v is kept without its factor 1 - decay
        return {"rate": self.rate / root, "decay": self.decay, "epsilon": self.epsilon / root}

    @property
    def before(self) -> Lines:
        return ()

    @property
    def update(self) -> Lines:
        return (
            "np.multiply(g, g, out=s)",
            "np.multiply(v, decay, out=v)",
            "np.add(v, s, out=v)",
            "np.sqrt(v, out=s)",
            "np.add(s, epsilon, out=s)",
            "np.divide(g, s, out=s)",
            "np.multiply(s, rate, out=s)",
            "np.subtract(p, s, out=p)",
        )


@dataclass(frozen=True, slots=True)
class Adam:
    """p -= rate m^ / (sqrt(v^) + epsilon), with bias-corrected running means of g and g^2.

    Source: Kingma, Ba (2015). `weight_decay` shrinks p by rate * weight_decay first (AdamW: Loshchilov, Hutter 2019).
    """

    rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        betas = {"beta1": not 0 <= self.beta1 < 1, "beta2": not 0 <= self.beta2 < 1}
        _refuse("Adam", rate=not self.rate >= 0, **betas, epsilon=not self.epsilon >= 0)

    @property
    def state(self) -> tuple[str, ...]:
        return ("m", "v")

    @property
    def constants(self) -> Mapping[str, float]:
        shrink = 1 - self.rate * self.weight_decay
        return {"beta1": self.beta1, "beta2": self.beta2, "shrink": shrink, "rate": 0.0, "epsilon": 0.0}

    @property
    def before(self) -> Lines:
        root = (1 - self.beta2) ** 0.5  # m and v are kept without their factors 1 - beta
        return (
            f"correction = (1 - {self.beta2!r}**t) ** 0.5",
            f"rate[...] = {self.rate * (1 - self.beta1) / root!r} * correction / (1 - {self.beta1!r}**t)",
            f"epsilon[...] = {self.epsilon / root!r} * correction",
        )

    @property
    def update(self) -> Lines:
        shrink: Lines = ("np.multiply(p, shrink, out=p)",) if self.weight_decay else ()
        return (
            *shrink,
            "np.multiply(m, beta1, out=m)",
            "np.add(m, g, out=m)",
            "np.multiply(v, beta2, out=v)",
            "np.multiply(g, g, out=s)",
            "np.add(v, s, out=v)",
            "np.sqrt(v, out=s)",
            "np.add(s, epsilon, out=s)",
            "np.divide(m, s, out=s)",
            "np.multiply(s, rate, out=s)",
            "np.subtract(p, s, out=p)",
        )


def AdamW(  # noqa: N802 (the name that it has everywhere)
    rate: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8, weight_decay: float = 0.01
) -> Adam:
    """Adam with decoupled weight decay; the defaults are PyTorch's."""
    return Adam(rate, beta1, beta2, epsilon, weight_decay)
