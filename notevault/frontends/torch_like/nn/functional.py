"""`torch.nn.functional`: activations and layers as functions, with the losses and what works on windows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from notevault.frontends import chance
from notevault.frontends.torch_like.dtypes import TITLES, int32, int64
from notevault.frontends.torch_like.nn.margin_losses import LOSSES
from notevault.frontends.torch_like.nn.windows import WINDOWS
from notevault.frontends.torch_like.number_types import needs_floats, needs_tensor, no_truth_values, of_one_type, refuse
from notevault.frontends.torch_like.operations import methods
from notevault.frontends.torch_like.operations.arithmetic import itself_where_equal
from notevault.frontends.torch_like.operations.inplace import in_place_too
from notevault.frontends.torch_like.operations.methods import compute, named, operation
from notevault.frontends.torch_like.recording.grad_fn import UNSURE
from notevault.frontends.torch_like.stated import stated
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: methods.FUNCTIONS[name] for name in ("sigmoid", "tanh", "softmax", "log_softmax")},
    **LOSSES,
    **WINDOWS,
}
"""What is a name of `torch.nn.functional`."""


Function = TypeVar("Function", bound=Callable[..., Any])


def _known(function: Function) -> Function:
    FUNCTIONS[function.__name__] = methods.guarded(f"torch.nn.functional.{function.__name__}", function)
    return FUNCTIONS[function.__name__]  # type: ignore[return-value]


@_known
@in_place_too
def relu(x: Tensor) -> Tensor:
    result: Tensor = methods.FUNCTIONS["relu"](x)
    return result


@_known
@in_place_too
def relu6(x: Tensor) -> Tensor:
    no_truth_values("hardtanh_cpu", x)
    return operation("hardtanh", (x,), "HardtanhBackward0", low=0, high=6)


@_known
@in_place_too
def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    needs_floats("leaky_relu_cpu", x)
    return operation("leaky_relu", (x,), "LeakyReluBackward0", slope=negative_slope)


@_known
def prelu(x: Tensor, weight: Tensor) -> Tensor:
    of_one_type("nn.functional.prelu", x, weight)
    needs_floats("prelu_cpu", x)
    if not x.array.ndim:
        raise UnsupportedError("torch.nn.functional.prelu of a number without dimensions")
    spread = weight if weight.array.size == 1 else weight.view(1, -1, *(1,) * (x.array.ndim - 2))
    below = methods.FUNCTIONS["clamp_max"](x, 0)
    return named(methods.FUNCTIONS["relu"](x) + spread * below, "PreluKernelBackward0")


@_known
@in_place_too
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    needs_floats("elu_cpu", x)
    return itself_where_equal(x, operation("elu", (x,), "EluBackward0", alpha=alpha))


@_known
@in_place_too
def selu(x: Tensor) -> Tensor:
    """Klambauer et al. 2017, with the constants of that paper."""
    alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
    return named(elu(x, alpha) * scale, "EluBackward0")


@_known
@in_place_too
def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    needs_floats("elu_cpu", x)
    return named(elu(x / alpha) * alpha, "CeluBackward0")


@_known
def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    needs_floats("GeluKernelImpl", x)
    return operation("gelu", (x,), "GeluBackward0", approximate=approximate == "tanh")


@_known
@in_place_too
def silu(x: Tensor) -> Tensor:
    needs_floats("silu_cpu", x)
    return operation("silu", (x,), "SiluBackward0")


@_known
@in_place_too
def mish(x: Tensor) -> Tensor:
    needs_floats("mish_cpu", x)
    return operation("mish", (x,), "MishBackward0")


@_known
def softplus(x: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    needs_floats("softplus_cpu", x)
    is_linear = Tensor.of(x.array * beta > threshold)
    result = operation("softplus", (x,), "SoftplusBackward0", beta=beta)
    return (
        named(methods.FUNCTIONS["where"](is_linear, x, result), "SoftplusBackward0")
        if np.any(is_linear.array)
        else result
    )


@_known
def softsign(x: Tensor) -> Tensor:
    return operation("softsign", (x,), "DivBackward0")


@_known
@in_place_too
def hardtanh(x: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    if not x.is_floating_point():
        raise UnsupportedError("torch.nn.functional.hardtanh of whole numbers")
    return operation("hardtanh", (x,), "HardtanhBackward0", low=min_val, high=max_val)


@_known
@in_place_too
def hardsigmoid(x: Tensor) -> Tensor:
    needs_floats("hardsigmoid_cpu", x)
    part = operation("hardtanh", (x + 3,), "", low=0, high=6)
    return named(part / 6, "HardsigmoidBackward0")


@_known
@in_place_too
def hardswish(x: Tensor) -> Tensor:
    needs_floats("hardswish_cpu", x)
    part = operation("hardtanh", (x + 3,), "", low=0, high=6)
    return named(x * part / 6, "HardswishBackward0")


@_known
def tanhshrink(x: Tensor) -> Tensor:
    return operation("sub", (x, methods.FUNCTIONS["tanh"](x)), "SubBackward0")


@_known
@in_place_too
def threshold(x: Tensor, threshold: float, value: float) -> Tensor:
    no_truth_values("threshold_cpu", x)
    kept = methods.FUNCTIONS["where"](Tensor.of(~(x.array <= threshold)), x, value)
    return named(kept, "ThresholdBackward0")


@_known
def logsigmoid(x: Tensor) -> Tensor:
    needs_floats("log_sigmoid_cpu", x)
    soft = operation("softplus", (operation("neg", (x,), ""),), "", beta=1.0)
    return operation("neg", (soft,), "LogSigmoidBackward0")


@_known
def softmin(x: Tensor, dim: int | None = None) -> Tensor:
    return methods.softmax(-x, dim)


@_known
def glu(x: Tensor, dim: int = -1) -> Tensor:
    needs_floats("glu_cpu", x)
    a, b = x.chunk(2, dim)
    return named(a * methods.FUNCTIONS["sigmoid"](b), "GluBackward0")


@_known
def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    if x.array.shape[-1] != weight.array.shape[-1]:
        rows = x.array.size // x.array.shape[-1]
        shapes = f"{rows}x{x.array.shape[-1]} and {weight.array.shape[1]}x{weight.array.shape[0]}"
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({shapes})")
    if x.dtype != weight.dtype:
        raise RuntimeError(
            f"mat1 and mat2 must have the same dtype, but got {TITLES[x.dtype]} and {TITLES[weight.dtype]}"
        )
    no_truth_values("addmm_impl_cpu_", x, weight)
    transposed = compute("transpose", (weight.operand,), "TBackward0")
    if bias is None:
        if weight.array.ndim == 1:
            return methods.matmul(x, weight)
        made_by = {1: "SqueezeBackward4", 2: "MmBackward0"}.get(x.array.ndim, "UnsafeViewBackward0")
        return operation("matmul", (x, transposed), made_by)
    made_by = "AddmmBackward0" if x.array.ndim == 2 else "ViewBackward0"
    if x.array.ndim > 2 and not bias.is_leaf:
        made_by = UNSURE
    return operation("add", (operation("matmul", (x, transposed), made_by), bias), made_by)


@_known
def bilinear(x: Tensor, y: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    value = methods.FUNCTIONS["einsum"]("...i,oij,...j->...o", x, weight, y)
    return value if bias is None else named(value + bias, "AddBackward0")


@_known
@in_place_too
def dropout(x: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    needs_tensor("dropout", x)
    if not 0 <= p <= 1:
        raise stated(ValueError(f"dropout probability has to be between 0 and 1, but got {p}"))
    if not training or p == 0:
        return x
    return _dropped(x, x.array.shape, p)


def _dropped(x: Tensor, shape: tuple[int, ...], p: float) -> Tensor:
    kept = (chance.generator().random(shape) >= p).astype(x.array.dtype)
    factors = kept / np.asarray(1 - p if p < 1 else 1, x.array.dtype)
    return operation("mul", (x, Tensor.of(np.broadcast_to(factors, x.array.shape))), "MulBackward0")


@_known
@in_place_too
def dropout2d(x: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    if not training or p == 0:
        return x
    return _dropped(x, (*x.array.shape[:2], *(1,) * (x.array.ndim - 2)), p)


@_known
def one_hot(x: Tensor, num_classes: int = -1) -> Tensor:
    if x.dtype.name != "int64":
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if x.array.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    count = int(x.array.max()) + 1 if num_classes < 0 else num_classes
    if x.array.max() >= count:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return Tensor.of(np.eye(count, dtype=np.int64)[x.array])


@_known
def embedding(index: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    if index.dtype not in {int32, int64}:
        raise UnsupportedError("torch.nn.functional.embedding with an index that is not int32 or int64")
    if np.any((index.array < 0) | (index.array >= weight.array.shape[0])):
        raise IndexError("index out of range in self")
    rows = weight
    if padding_idx is not None and weight.requires_grad:
        keep = np.ones((weight.array.shape[0], 1), dtype=bool)
        keep[padding_idx] = False
        rows = methods.FUNCTIONS["where"](Tensor.of(keep), weight, weight.detach())
    return compute("embedding", (rows.operand,), "EmbeddingBackward0", index=index.array)


@_known
def normalize(x: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    length = methods.norm(x, p, dim, keepdim=True)
    return operation("div", (x, methods.clamp(length, min=eps)), "DivBackward0")


@_known
def scaled_dot_product_attention(  # noqa: PLR0917 - PyTorch's signature
    q: Tensor, k: Tensor, v: Tensor, attn_mask: Tensor | None = None, dropout_p: float = 0.0, is_causal: bool = False,
    scale: float | None = None,
) -> Tensor:  # fmt: skip
    if dropout_p:
        raise UnsupportedError("torch.nn.functional.scaled_dot_product_attention(dropout_p)")
    scores = operation("mul", (q @ k.transpose(-2, -1), scale or 1 / math.sqrt(q.array.shape[-1])), "MulBackward0")
    if is_causal:
        attn_mask = Tensor.of(np.tril(np.ones(scores.array.shape[-2:], dtype=bool)))
    if attn_mask is not None and attn_mask.array.dtype.kind == "b":
        scores = methods.masked_fill(scores, Tensor.of(~attn_mask.array), -np.inf)
    elif attn_mask is not None:
        scores = scores + attn_mask
    return operation("matmul", (methods.softmax(scores, -1), v), "ScaledDotProductFlashAttentionForCpuBackward0")


# -- normalisation ----------------------------------------------------------------------------------------------------


@_known
def layer_norm(
    x: Tensor, normalized_shape: Any, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    shape = tuple(normalized_shape)
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
            "normalized_shape = []"
        )
    if x.array.shape[-len(shape) :] != shape:
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [*, {', '.join(map(str, shape))}], but "
            f"got input of size{list(x.array.shape)}"
        )
    if any(part is not None and (part.dtype != x.dtype or part.array.shape != shape) for part in (weight, bias)):
        raise UnsupportedError("torch.nn.functional.layer_norm with a weight of another type or shape")
    if not x.is_floating_point():
        refuse("LayerNormKernelImpl", x)
    _same_types(x, weight, bias)
    ones = np.ones(shape, x.array.dtype)
    gamma = weight if weight is not None else Tensor.of(ones)
    beta = bias if bias is not None else Tensor.of(np.zeros_like(ones))
    return operation("layernorm", (x, gamma, beta), "NativeLayerNormBackward0", eps=eps)


def _same_types(x: Tensor, *parameters: Tensor | None) -> None:
    if any(parameter is not None and parameter.dtype != x.dtype for parameter in parameters):
        raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")


@_known
def rms_norm(x: Tensor, normalized_shape: Any, weight: Tensor | None = None, eps: float | None = None) -> Tensor:
    axes = tuple(range(-len(tuple(normalized_shape)), 0))
    small = float(np.finfo(x.array.dtype).eps) if eps is None else eps
    scaled: Tensor = x * methods.FUNCTIONS["rsqrt"]((x * x).mean(axes, True) + small)
    return scaled if weight is None else methods.mul(scaled, weight)


@_known
def group_norm(
    x: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    n, channels = x.array.shape[:2]
    if channels % num_groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"{list(x.array.shape)} and num_groups={num_groups}"
        )
    grouped = x.reshape(n, num_groups, -1)
    centred = grouped - grouped.mean(-1, True)
    normal = (centred * methods.FUNCTIONS["rsqrt"]((centred**2).mean(-1, True) + eps)).reshape(*x.array.shape)
    return named(_per_channel(normal, weight, bias), "NativeGroupNormBackward0")


@_known
def instance_norm(  # noqa: PLR0917 - PyTorch's signature
    x: Tensor, running_mean: Any = None, running_var: Any = None, weight: Tensor | None = None,
    bias: Tensor | None = None, eps: float = 1e-5, **_: Any,
) -> Tensor:  # fmt: skip
    return named(group_norm(x, x.array.shape[1], weight, bias, eps), "ViewBackward0")


def _per_channel(x: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    shape = (1, -1, *(1,) * (x.array.ndim - 2))
    x = x if weight is None else x * weight.view(*shape)
    return x if bias is None else x + bias.view(*shape)


@_known
def batch_norm(  # noqa: PLR0917 - PyTorch's signature
    x: Tensor, running_mean: Tensor | None, running_var: Tensor | None, weight: Tensor | None = None,
    bias: Tensor | None = None, training: bool = False, momentum: float | None = 0.1, eps: float = 1e-5,
) -> Tensor:  # fmt: skip
    """Over the batch, or by the running averages, which training moves towards the batch."""
    _same_types(x, weight, bias)
    axes = (0, *range(2, x.array.ndim))
    count = x.array.size // x.array.shape[1]
    if training and count == 1:
        raise stated(ValueError(f"Expected more than 1 value per channel when training, got input size {x.shape}"))
    if training:
        mean, spread = x.mean(axes), x.var(axes, unbiased=False)
        for running, fresh, factor in ((running_mean, mean, 1.0), (running_var, spread, count / max(count - 1, 1))):
            if running is not None:
                running.write((1 - (momentum or 0)) * running.array + (momentum or 0) * factor * fresh.array)
    elif running_mean is None or running_var is None:
        raise stated(ValueError("Expected running_mean and running_var to be defined when training=False"))
    else:
        mean, spread = running_mean, running_var
    # scale and shift are multiplied together first, as in PyTorch: the last digits depend on it
    scale = methods.FUNCTIONS["rsqrt"](spread + eps)
    scale = scale if weight is None else scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    return named(_per_channel(x, scale, shift), "NativeBatchNormBackward0")
