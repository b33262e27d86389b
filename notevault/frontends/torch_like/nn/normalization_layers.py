"""Normalisation as layers: over the batch, over the features, over groups of channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from notevault.frontends.torch_like.nn import functional
from notevault.frontends.torch_like.nn.module import Module, Parameter
from notevault.frontends.torch_like.stated import stated
from notevault.frontends.torch_like.tensor import Tensor

F = functional.FUNCTIONS


def _learned(module: Module, shape: Any, weight: bool, bias: bool) -> None:
    """A scale of ones and a shift of zeros, or None."""
    ones, zeros = np.ones(shape, np.float32), np.zeros(shape, np.float32)
    module.register_parameter("weight", Parameter(Tensor.of(ones)) if weight else None)
    module.register_parameter("bias", Parameter(Tensor.of(zeros)) if bias else None)


class LayerNorm(Module):
    """Mean 0 and variance 1 over the last dimensions, then scaled and shifted."""

    def __init__(
        self, normalized_shape: Any, eps: float = 1e-5, elementwise_affine: bool = True, bias: bool = True
    ) -> None:
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        _learned(self, self.normalized_shape, elementwise_affine, elementwise_affine and bias)

    def forward(self, x: Tensor) -> Tensor:
        return F["layer_norm"](x, self.normalized_shape, self.weight, self.bias, self.eps)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        affine = f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        return f"{self.normalized_shape}, eps={self.eps}, {affine}"


class RMSNorm(Module):
    """Divided by the root of the mean square (Zhang and Sennrich 2019)."""

    def __init__(self, normalized_shape: Any, eps: float | None = None, elementwise_affine: bool = True) -> None:
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        ones = np.ones(self.normalized_shape, np.float32)
        self.register_parameter("weight", Parameter(Tensor.of(ones)) if elementwise_affine else None)

    def forward(self, x: Tensor) -> Tensor:
        return F["rms_norm"](x, self.normalized_shape, self.weight, self.eps)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """Mean 0 and variance 1 over groups of channels (Wu and He 2018)."""

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError("num_channels must be divisible by num_groups")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        _learned(self, num_channels, affine, affine)

    def forward(self, x: Tensor) -> Tensor:
        return F["group_norm"](x, self.num_groups, self.weight, self.bias, self.eps)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        bias = f", bias={self.bias is not None}"
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}{bias}"


class _BatchNorm(Module):
    """Mean 0 and variance 1 over the batch, then scaled and shifted; running averages when not training."""

    dimensions: tuple[int, ...] = (2, 3)
    names = "2D or 3D"

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1, affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        _learned(self, num_features, affine, affine)
        kept = {
            "running_mean": np.zeros(num_features, np.float32),
            "running_var": np.ones(num_features, np.float32),
            "num_batches_tracked": np.zeros((), np.int64),
        }
        for name, start in kept.items():
            self.register_buffer(name, Tensor.of(start) if track_running_stats else None)

    def forward(self, x: Tensor) -> Tensor:
        if x.array.ndim not in self.dimensions:
            raise stated(ValueError(f"expected {self.names} input (got {x.array.ndim}D input)"))
        if x.array.shape[1] != self.num_features:
            raise RuntimeError(f"running_mean should contain {x.array.shape[1]} elements not {self.num_features}")
        batch = self.training or not self.track_running_stats
        rate = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.write(self.num_batches_tracked.array + 1)
            rate = 1 / int(self.num_batches_tracked.array) if rate is None else rate
        return F["batch_norm"](  # type: ignore[no-any-return]
            x, self.running_mean, self.running_var, self.weight, self.bias, batch, rate, self.eps
        )

    def extra_repr(self) -> str:
        learned = f"affine={self.affine}, bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        return f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, {learned}"


class BatchNorm1d(_BatchNorm):
    """For features, or for signals."""


class BatchNorm2d(_BatchNorm):
    """For images."""

    dimensions, names = (4,), "4D"


NORMALIZATION_LAYERS: Mapping[str, Any] = {
    layer.__name__: layer for layer in (LayerNorm, RMSNorm, GroupNorm, BatchNorm1d, BatchNorm2d)
}
