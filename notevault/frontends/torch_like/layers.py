"""The layers of `torch.nn`. Their parameters start at random, in PyTorch's ranges but not with PyTorch's numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from notevault.frontends import chance
from notevault.frontends.torch_like import functional, methods
from notevault.frontends.torch_like.methods import operation
from notevault.frontends.torch_like.module import Module, Parameter
from notevault.frontends.torch_like.tensor import Tensor

F = functional.FUNCTIONS


def _uniform(shape: tuple[int, ...], bound: float) -> Parameter:
    return Parameter(Tensor.of(chance.generator().uniform(-bound, bound, shape).astype(np.float32)))


class Linear(Module):
    """`x @ weight.T + bias`."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        bound = 1 / math.sqrt(in_features) if in_features else 0.0
        self.weight = _uniform((out_features, in_features), bound)
        if bias:
            self.bias = _uniform((out_features,), bound)
        else:
            self.register_parameter("bias", None)

    def forward(self, x: Tensor) -> Tensor:
        return F["linear"](x, self.weight, self.bias)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Conv2d(Module):
    """Cross-correlation with learned kernels."""

    def __init__(  # noqa: PLR0917 - PyTorch's signature
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        size = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        self.in_channels, self.out_channels, self.kernel_size = in_channels, out_channels, size
        self.stride, self.padding, self.dilation, self.groups = (
            functional._pair(stride), padding if isinstance(padding, str) else functional._pair(padding),
            functional._pair(dilation), groups,
        )  # fmt: skip
        bound = 1 / math.sqrt(in_channels // groups * size[0] * size[1])
        self.weight = _uniform((out_channels, in_channels // groups, *size), bound)
        if bias:
            self.bias = _uniform((out_channels,), bound)
        else:
            self.register_parameter("bias", None)

    def forward(self, x: Tensor) -> Tensor:
        return F["conv2d"](x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        return (
            text
            + (f", padding={self.padding}" if self.padding != (0, 0) else "")
            + (", bias=False" if self.bias is None else "")
        )


class Embedding(Module):
    """Rows of a learned table."""

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        rows = chance.generator().standard_normal((num_embeddings, embedding_dim)).astype(np.float32)
        self.weight = Parameter(Tensor.of(rows))

    def forward(self, index: Tensor) -> Tensor:
        return F["embedding"](index, self.weight)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"{self.num_embeddings}, {self.embedding_dim}"


class Dropout(Module):
    """Sets elements to zero at random while training."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        self.p, self.inplace = p, inplace

    def forward(self, x: Tensor) -> Tensor:
        return F["dropout"](x, self.p, self.training)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Flatten(Module):
    """All dimensions but the first into one."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Tensor) -> Tensor:
        return methods.flatten(x, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class LayerNorm(Module):
    """Mean 0 and variance 1 over the last dimension, then scaled and shifted."""

    def __init__(self, normalized_shape: Any, eps: float = 1e-5) -> None:
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps = eps
        self.weight = Parameter(Tensor.of(np.ones(self.normalized_shape, np.float32)))
        self.bias = Parameter(Tensor.of(np.zeros(self.normalized_shape, np.float32)))

    def forward(self, x: Tensor) -> Tensor:
        return F["layer_norm"](x, self.normalized_shape, self.weight, self.bias, self.eps)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine=True, bias=True"


class BatchNorm1d(Module):
    """Mean 0 and variance 1 over the batch, then scaled and shifted; running averages when not training."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = Parameter(Tensor.of(np.ones(num_features, np.float32)))
        self.bias = Parameter(Tensor.of(np.zeros(num_features, np.float32)))
        self.register_buffer("running_mean", Tensor.of(np.zeros(num_features, np.float32)))
        self.register_buffer("running_var", Tensor.of(np.ones(num_features, np.float32)))

    running_mean: Tensor
    running_var: Tensor

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            count = x.array.shape[0]
            center, spread = x.array.mean(axis=0), x.array.var(axis=0)
            keep, rate = 1 - self.momentum, self.momentum
            self.running_mean = Tensor.of((keep * self.running_mean.array + rate * center).astype(np.float32))
            unbiased = spread * count / max(count - 1, 1)
            self.running_var = Tensor.of((keep * self.running_var.array + rate * unbiased).astype(np.float32))
            return operation("batchnorm", (x, self.weight, self.bias), "NativeBatchNormBackward0", eps=self.eps)
        scale = Tensor.of(1 / np.sqrt(self.running_var.array + np.float32(self.eps)))
        shifted = operation("sub", (x, self.running_mean), "")
        scaled = operation("mul", (operation("mul", (shifted, scale), ""), self.weight), "")
        return operation("add", (scaled, self.bias), "NativeBatchNormBackward0")

    def extra_repr(self) -> str:
        learned = "affine=True, bias=True, track_running_stats=True"
        return f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, {learned}"


class Softmax(Module):
    """Softmax along a dimension."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        return methods.softmax(x, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """The logarithm of softmax."""

    def forward(self, x: Tensor) -> Tensor:
        return methods.log_softmax(x, self.dim)


class MaxPool2d(Module):
    """The largest element of every window."""

    pool = "max_pool2d"

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding = (
            kernel_size,
            stride if stride is not None else kernel_size,
            padding,
        )

    def forward(self, x: Tensor) -> Tensor:
        return F[self.pool](x, self.kernel_size, self.stride, self.padding)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation=1, ceil_mode=False"
        )


class AvgPool2d(MaxPool2d):
    """The mean of every window."""

    pool = "avg_pool2d"

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class Identity(Module):
    """Nothing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        return x


def _activation(name: str, function: Callable[..., Any], options: Mapping[str, Any], shown: str) -> type[Module]:
    """A layer that applies a function without parameters."""

    def start(self: Module, *arguments: Any, **given: Any) -> None:
        Module.__init__(self)
        self.__dict__["options"] = dict(options) | dict(zip(options, arguments, strict=False)) | given

    def forward(self: Module, x: Tensor) -> Any:
        chosen = {key: value for key, value in self.options.items() if key != "inplace"}
        return function(x, **chosen)

    def extra(self: Module) -> str:
        text = shown.format(**self.options)
        return ", ".join(filter(None, [text, "inplace=True" if self.options.get("inplace") else ""]))

    return type(name, (Module,), {"__init__": start, "forward": forward, "extra_repr": extra})


ACTIVATIONS: Mapping[str, type[Module]] = {
    name: _activation(name, F[function], options, shown)
    for name, function, options, shown in (
        ("ReLU", "relu", {"inplace": False}, ""),
        ("Sigmoid", "sigmoid", {}, ""),
        ("Tanh", "tanh", {}, ""),
        ("LeakyReLU", "leaky_relu", {"negative_slope": 0.01, "inplace": False}, "negative_slope={negative_slope}"),
        ("ELU", "elu", {"alpha": 1.0}, "alpha={alpha}"),
        ("GELU", "gelu", {"approximate": "none"}, "approximate='{approximate}'"),
        ("SiLU", "silu", {}, ""),
        ("Mish", "mish", {}, ""),
        ("Softplus", "softplus", {"beta": 1.0}, "beta={beta}, threshold=20.0"),
        ("Softsign", "softsign", {}, ""),
        ("Hardtanh", "hardtanh", {"min_val": -1.0, "max_val": 1.0}, "min_val={min_val}, max_val={max_val}"),
        ("LogSigmoid", "logsigmoid", {}, ""),
    )
}


def _criterion(name: str, function: Callable[..., Any], *allowed: str) -> type[Module]:
    """A loss as a layer."""

    def start(self: Module, **options: Any) -> None:
        Module.__init__(self)
        if not set(options) <= {"reduction", *allowed}:
            raise TypeError(f"{name} got an unexpected keyword argument")
        self.__dict__["options"] = options

    def forward(self: Module, prediction: Tensor, target: Tensor) -> Any:
        return function(prediction, target, **self.options)

    return type(name, (Module,), {"__init__": start, "forward": forward})


LOSSES: Mapping[str, type[Module]] = {
    name: _criterion(name, F[function], *allowed)
    for name, function, allowed in (
        ("MSELoss", "mse_loss", ()),
        ("L1Loss", "l1_loss", ()),
        ("CrossEntropyLoss", "cross_entropy", ("weight", "label_smoothing", "ignore_index")),
        ("NLLLoss", "nll_loss", ("weight",)),
        ("BCELoss", "binary_cross_entropy", ()),
        ("BCEWithLogitsLoss", "binary_cross_entropy_with_logits", ()),
        ("HuberLoss", "huber_loss", ("delta",)),
        ("SmoothL1Loss", "smooth_l1_loss", ("beta",)),
        ("KLDivLoss", "kl_div", ("log_target",)),
    )
}

LAYERS: Mapping[str, Any] = {
    layer.__name__: layer
    for layer in (
        *(
            Linear,
            Conv2d,
            Embedding,
            Dropout,
            Flatten,
            LayerNorm,
            BatchNorm1d,
            Softmax,
            LogSoftmax,
            MaxPool2d,
            AvgPool2d,
        ),
        Identity,
    )
}
