"""`torch.nn.functional`: activations, losses and layers as functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from notevault.frontends import chance
from notevault.frontends.torch_like import methods
from notevault.frontends.torch_like.methods import compute, operation
from notevault.frontends.torch_like.tensor import Tensor, mixed
from notevault.frontends.unsupported import UnsupportedError

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: methods.FUNCTIONS[name] for name in ("relu", "sigmoid", "tanh", "softmax", "log_softmax")
}
"""What is a name of `torch.nn.functional`."""


Function = TypeVar("Function", bound=Callable[..., Any])


def _known(function: Function) -> Function:
    FUNCTIONS[function.__name__] = function
    return function


@_known
def relu(x: Tensor, inplace: bool = False) -> Tensor:
    return x.take(methods.FUNCTIONS["relu"](x)) if inplace else methods.FUNCTIONS["relu"](x)


@_known
def leaky_relu(x: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    return operation("leaky_relu", (x,), "LeakyReluBackward0", slope=negative_slope)


@_known
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    return operation("elu", (x,), "EluBackward0", alpha=alpha)


@_known
def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    return operation("gelu", (x,), "GeluBackward0", approximate=approximate == "tanh")


@_known
def silu(x: Tensor) -> Tensor:
    return operation("silu", (x,), "SiluBackward0")


@_known
def mish(x: Tensor) -> Tensor:
    return operation("mish", (x,), "MishBackward0")


@_known
def softplus(x: Tensor, beta: float = 1.0) -> Tensor:
    return operation("softplus", (x,), "SoftplusBackward0", beta=beta)


@_known
def softsign(x: Tensor) -> Tensor:
    return operation("softsign", (x,), "DivBackward0")


@_known
def hardtanh(x: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    return operation("hardtanh", (x,), "HardtanhBackward0", low=min_val, high=max_val)


@_known
def logsigmoid(x: Tensor) -> Tensor:
    return operation(
        "neg", (operation("softplus", (operation("neg", (x,), ""),), "", beta=1.0),), "LogSigmoidBackward0"
    )


@_known
def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    if x.array.shape[-1] != weight.array.shape[1]:
        rows = x.array.size // x.array.shape[-1]
        shapes = f"{rows}x{x.array.shape[-1]} and {weight.array.shape[1]}x{weight.array.shape[0]}"
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({shapes})")
    transposed = compute("transpose", (weight.operand,), "TBackward0")
    if bias is None:
        made_by = (
            "MmBackward0" if x.array.ndim == 2 else "SqueezeBackward4" if x.array.ndim == 1 else "UnsafeViewBackward0"
        )
        return operation("matmul", (x, transposed), made_by)
    made_by = "AddmmBackward0" if x.array.ndim == 2 else "ViewBackward0"
    return operation("add", (operation("matmul", (x, transposed), made_by), bias), made_by)


@_known
def dropout(x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    if not training or p == 0:
        return x
    kept = (chance.generator().random(x.array.shape) >= p).astype(x.array.dtype)
    return operation("mul", (x, Tensor.of(kept / np.asarray(max(1 - p, 1e-12), x.array.dtype))), "MulBackward0")


@_known
def one_hot(x: Tensor, num_classes: int = -1) -> Tensor:
    count = int(x.array.max()) + 1 if num_classes < 0 else num_classes
    return Tensor.of(np.eye(count, dtype=np.int64)[x.array])


@_known
def embedding(index: Tensor, weight: Tensor) -> Tensor:
    return compute("embedding", (weight.operand,), "EmbeddingBackward0", index=index.array)


@_known
def normalize(x: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    length = methods.norm(x, p, dim, keepdim=True)
    return operation("div", (x, methods.clamp(length, min=eps)), "DivBackward0")


@_known
def cosine_similarity(x: Tensor, y: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    above = methods.total(methods.mul(x, y), dim)
    below = methods.mul(methods.norm(x, 2, dim), methods.norm(y, 2, dim))
    return operation("div", (above, methods.clamp(below, min=eps)), "SumBackward1")


@_known
def pad(x: Tensor, pad: Any, mode: str = "constant", value: float = 0.0) -> Tensor:
    widths = [(0, 0)] * x.array.ndim
    for i, pair in enumerate(zip(pad[::2], pad[1::2], strict=True)):
        widths[-1 - i] = pair
    return compute("pad", (x.operand,), "ConstantPadNdBackward0", widths=tuple(widths), mode=mode, value=value)


def _pair(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value, value)


@_known
def conv2d(  # noqa: PLR0917 - PyTorch's signature
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    if isinstance(padding, str):
        raise UnsupportedError(f"torch.nn.functional.conv2d(padding={padding!r})")
    batched = x if x.array.ndim == 4 else methods.unsqueeze(x, 0)
    value = operation(
        "conv2d", (batched, weight), "ConvolutionBackward0",
        stride=_pair(stride), padding=_pair(padding), dilation=_pair(dilation), groups=groups,
    )  # fmt: skip
    if bias is not None:
        value = operation("add", (value, bias.view(1, -1, 1, 1)), "ConvolutionBackward0")
    return value if x.array.ndim == 4 else methods.squeeze_at(value, 0)


@_known
def max_pool2d(x: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0) -> Tensor:
    size = _pair(kernel_size)
    return operation(
        "maxpool",
        (x,),
        "MaxPool2DWithIndicesBackward0",
        size=size,
        stride=_pair(stride or size),
        padding=_pair(padding),
    )


@_known
def avg_pool2d(x: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0) -> Tensor:
    size = _pair(kernel_size)
    return operation(
        "avgpool", (x,), "AvgPool2DBackward0", size=size, stride=_pair(stride or size), padding=_pair(padding)
    )


@_known
def layer_norm(
    x: Tensor, shape: Any, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    if len(tuple(shape)) != 1:
        raise UnsupportedError("torch.nn.functional.layer_norm over several dimensions")
    ones = np.ones(tuple(shape), x.array.dtype)
    gamma = weight if weight is not None else Tensor.of(ones)
    beta = bias if bias is not None else Tensor.of(np.zeros_like(ones))
    return operation("layernorm", (x, gamma, beta), "NativeLayerNormBackward0", eps=eps)


@_known
def scaled_dot_product_attention(
    q: Tensor, k: Tensor, v: Tensor, is_causal: bool = False, scale: float | None = None
) -> Tensor:
    scores = operation("mul", (q @ k.transpose(-2, -1), scale or 1 / math.sqrt(q.array.shape[-1])), "MulBackward0")
    if is_causal:
        mask = Tensor.of(np.triu(np.ones(scores.array.shape[-2:], dtype=bool), k=1))
        scores = methods.masked_fill(scores, mask, -np.inf)
    return operation("matmul", (methods.softmax(scores, -1), v), "UnsafeViewBackward0")


# -- losses -----------------------------------------------------------------------------------------------------------


def _loss(primitive: str, made_by: str) -> Callable[..., Tensor]:
    def loss(prediction: Tensor, target: Tensor, *, reduction: str = "mean", **more: Any) -> Tensor:
        dtype = mixed((prediction, target))
        operands = [prediction.cast(dtype).operand, target.cast(dtype).operand]
        return compute(primitive, operands, made_by, reduction=reduction, **more)

    return loss


FUNCTIONS |= {
    "mse_loss": _loss("mse", "MseLossBackward0"),
    "l1_loss": _loss("l1", "MeanBackward0"),
    "binary_cross_entropy": _loss("bce", "BinaryCrossEntropyBackward0"),
    "binary_cross_entropy_with_logits": _loss("bce_logits", "BinaryCrossEntropyWithLogitsBackward0"),
}


@_known
def huber_loss(prediction: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    return _loss("huber", "HuberLossBackward0")(prediction, target, reduction=reduction, delta=delta)


@_known
def smooth_l1_loss(prediction: Tensor, target: Tensor, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    if beta != 1.0:
        raise UnsupportedError("torch.nn.functional.smooth_l1_loss(beta)")
    return _loss("huber", "SmoothL1LossBackward0")(prediction, target, reduction=reduction, delta=1.0)


def _classes(target: Tensor) -> np.ndarray[Any, Any]:
    return target.array.astype(np.int64) if target.dtype.rank < 2 else target.array


@_known
def cross_entropy(  # noqa: PLR0917 - PyTorch's signature
    logits: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    ignore_index: int = -100,
) -> Tensor:
    if label_smoothing or ignore_index != -100:
        raise UnsupportedError("torch.nn.functional.cross_entropy(label_smoothing, ignore_index)")
    if logits.array.ndim > 2:
        raise UnsupportedError("torch.nn.functional.cross_entropy over more than two dimensions")
    given = None if weight is None else weight.array
    rows, wanted = logits.operand, _classes(target)
    if target.dtype.rank == 2:
        return compute("cross_entropy", (rows, wanted), "DivBackward1", reduction=reduction, weight=given)
    return compute("cross_entropy", (rows, wanted), "NllLossBackward0", reduction=reduction, weight=given)


@_known
def nll_loss(log_probability: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean") -> Tensor:
    given = None if weight is None else weight.array
    return compute(
        "nll", (log_probability.operand, _classes(target)), "NllLossBackward0", reduction=reduction, weight=given
    )


@_known
def kl_div(log_probability: Tensor, target: Tensor, reduction: str = "mean", log_target: bool = False) -> Tensor:
    if reduction == "batchmean":
        value = compute("kl_div", (log_probability.operand, target.operand), "", reduction="sum", log_target=log_target)
        return operation("div", (value, log_probability.array.shape[0]), "DivBackward0")
    return compute(
        "kl_div", (log_probability.operand, target.operand), "MeanBackward0", reduction=reduction, log_target=log_target
    )
