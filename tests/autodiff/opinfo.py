"""PyTorch's operations in the engine's words: what each OpInfo entry is called here, and how its arguments read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.autodiff import operations as ops
from notevault.autodiff.tensor import shape_of


class LeftOutError(Exception):
    """A sample that asks for something the engine does not have; the message says what."""


def reduction(name: str) -> Callable[..., Any]:
    def call(x, dim=None, keepdim=False, dtype=None):
        axis = tuple(dim) if isinstance(dim, (list, tuple)) else dim
        if axis == () or not shape_of(x):
            axis = None
        return getattr(ops, name)(x, axis=axis, keepdims=keepdim and bool(shape_of(x)))

    return call


def spread(name: str) -> Callable[..., Any]:
    def call(x, *flags, dim=None, unbiased=True, correction=None, keepdim=False):
        unbiased = flags[0] if flags else unbiased
        axis = tuple(dim) if isinstance(dim, (list, tuple)) else dim
        ddof = correction if correction is not None else int(unbiased)
        x, axis, keep = scalar_as_row(x, axis, keepdim)
        return getattr(ops, name)(x, axis=axis if axis != () else None, ddof=ddof, keepdims=keep)

    return call


def scalar_as_row(x, axis, keepdim):
    if shape_of(x):
        return x, axis, keepdim
    return ops.reshape(x, shape=(1,)), None, False


def extreme(name: str) -> Callable[..., Any]:
    """torch.max: of all, along an axis (where PyTorch gives all to one tie), or of two arrays."""

    def call(x, other=None, keepdim=False, dim=None):
        along = getattr(ops, f"a{name}")
        if isinstance(other, (int, type(None))):
            axis = other if dim is None else dim
            return along(x, axis=axis if shape_of(x) else None, keepdims=keepdim and bool(shape_of(x)))
        return getattr(ops, {"max": "maximum", "min": "minimum"}[name])(x, other)

    return call


def scaled(name: str) -> Callable[..., Any]:
    return lambda x, y, alpha=1: getattr(ops, name)(x, y * alpha)


def divide(x, y, rounding_mode=None):
    quotient = ops.div(x, y)
    if rounding_mode is None:
        return quotient
    whole = ops.floor(quotient)
    return whole if rounding_mode == "floor" else ops.where(ops.less(quotient, 0), ops.ceil(quotient), whole)


def fmod(x, y):
    quotient = ops.div(x, y)
    whole = ops.where(ops.less(quotient, 0), ops.ceil(quotient), ops.floor(quotient))
    return x - y * whole


def logsumexp(x, dim, keepdim=False):
    axis = tuple(dim) if isinstance(dim, (list, tuple)) else dim
    return ops.logsumexp(x, axis=axis if axis != () and shape_of(x) else None, keepdims=keepdim and bool(shape_of(x)))


def soft(name: str) -> Callable[..., Any]:
    def call(x, dim, dtype=None):
        return getattr(ops, name)(x, axis=dim) if shape_of(x) else getattr(ops, name)(ops.reshape(x, shape=(1,)))[0]

    return call


def vector_norm(x, ord=2, dim=None, keepdim=False, dtype=None):
    axis = tuple(dim) if isinstance(dim, (list, tuple)) else dim
    keep = keepdim
    if not shape_of(x):
        x, axis, keep = ops.reshape(x, shape=(1,)), None, False
    axis = None if axis == () else axis
    if ord == 2:
        return ops.norm(x, axis=axis, keepdims=keep)
    size = ops.absolute(x)
    if ord in (np.inf, -np.inf):
        return (ops.amax if ord > 0 else ops.amin)(size, axis=axis, keepdims=keep)
    if ord == 0:
        return ops.sum(ops.not_equal(x, 0) * 1.0 + 0 * x, axis=axis, keepdims=keep)
    if ord == 1:
        return ops.sum(size, axis=axis, keepdims=keep)
    if not np.any(plain(x)):
        raise LeftOutError("a p-norm at zero, where it has no derivative")
    return ops.power(ops.sum(ops.power(size, ord), axis=axis, keepdims=keep), 1 / ord)


def norm(x, p="fro", dim=None, keepdim=False, dtype=None):
    if p == "nuc":
        return linalg_norm(x, p, dim, keepdim)
    return vector_norm(x, 2 if p in ("fro", None) else p, dim, keepdim)


def linalg_norm(x, ord=None, dim=None, keepdim=False, dtype=None):
    axes = tuple(dim) if isinstance(dim, (list, tuple)) else dim
    matrix = ord == "nuc" or (
        ord is not None and ((axes is None and len(shape_of(x)) == 2) or (isinstance(axes, tuple) and len(axes) == 2))
    )
    if not matrix or ord == "fro":
        return vector_norm(x, 2 if ord in (None, "fro") else ord, dim, keepdim)
    if ord in ("nuc", 2, -2) and not np.any(plain(x)):
        raise LeftOutError("a norm of singular values at zero, where it has no derivative")
    return np.linalg.norm(x, ord, axes, keepdim)


def cumulative(name: str) -> Callable[..., Any]:
    return lambda x, dim, dtype=None: getattr(ops, name)(x, axis=dim) if shape_of(x) else x * 1.0


def diag_embed(x, offset=0, dim1=-2, dim2=-1):
    n = shape_of(x)[-1] + abs(offset)
    shape = (*shape_of(x)[:-1], n, n)
    k = np.arange(shape_of(x)[-1])
    whole = ops.scatter(x, index=(..., k + max(-offset, 0), k + max(offset, 0)), shape=shape)
    return moved(whole, (-2, -1), (dim1, dim2))


def moved(x, source, destination):
    order = np.moveaxis(np.zeros(tuple(range(len(shape_of(x))))), source, destination).shape
    return ops.transpose(x, axes=order)


def diagonal(x, offset=0, dim1=0, dim2=1):
    n = len(shape_of(x))
    order = [k for k in range(n) if k not in (dim1 % n, dim2 % n)] + [dim1 % n, dim2 % n]
    return ops.diagonal(ops.transpose(x, axes=tuple(order)), k=offset)


def transposed(x, dim0, dim1):
    n = len(shape_of(x))
    if n == 0:
        return ops.identity(x)
    axes = list(range(n))
    axes[dim0], axes[dim1] = axes[dim1], axes[dim0]
    return ops.transpose(x, axes=tuple(axes))


def expand(x, shape):
    own = shape_of(x)
    lead = len(shape) - len(own)
    wanted = tuple(own[k - lead] if n == -1 else n for k, n in enumerate(shape))
    return ops.broadcast(x, shape=wanted)


def squeeze(x, dim=None):
    dims = range(len(shape_of(x))) if dim is None else dim if isinstance(dim, (tuple, list)) else (dim,)
    n = len(shape_of(x))
    dims = {k % n for k in dims} if n else set()
    return ops.reshape(x, shape=tuple(m for k, m in enumerate(shape_of(x)) if m != 1 or k not in dims))


def unsqueeze(x, dim):
    shape = list(shape_of(x))
    shape.insert(dim % (len(shape) + 1), 1)
    return ops.reshape(x, shape=tuple(shape))


def concat(parts, dim=0):
    full = [p for p in parts if shape_of(p) != (0,)]
    return ops.concat(*full, axis=dim) if full else np.zeros(0)


def split_sizes(x, sizes, dim=0):
    if isinstance(sizes, int):
        return ops.split(x, list(range(sizes, shape_of(x)[dim], sizes)), dim)
    return ops.split(x, [int(k) for k in np.cumsum(sizes)[:-1]], dim)


def chunk(x, chunks, dim=0):
    return split_sizes(x, -(-shape_of(x)[dim] // chunks), dim)


def plain(index):
    if isinstance(index, (tuple, list)):
        return type(index)(plain(k) for k in index)
    return np.asarray(index.value) if hasattr(index, "value") else index


def along(x, dim, index):
    whole = [slice(None)] * max(1, len(shape_of(x)))
    whole[dim] = index
    return tuple(whole)


def gather(x, dim, index, sparse_grad=False):
    index = np.asarray(index)
    if not shape_of(x):
        return ops.identity(x) if index.ndim == 0 else ops.getitem(ops.reshape(x, shape=(1,)), index=index)
    if index.size == 0:
        raise LeftOutError("an empty index")
    return ops.gather(x, index=index, axis=dim % len(shape_of(x)))


def index_put(x, indices, values, accumulate=False):
    where = tuple(np.asarray(k) for k in indices)
    if accumulate:
        target = shape_of(np.zeros(shape_of(x))[where])
        return x + ops.scatter(ops.broadcast(values, shape=target), index=where, shape=shape_of(x))
    return ops.set_at(x, values, index=where)


def scatter(x, dim, index, source, reduce=None):
    index = np.asarray(index)
    if reduce is not None:
        raise LeftOutError("scatter with a reduction")
    if index.ndim == 0 or index.size == 0:
        raise LeftOutError("a scalar or empty index")
    grid = list(np.ogrid[tuple(slice(n) for n in index.shape)])
    grid[dim] = index
    if shape_of(source):
        source = ops.getitem(source, index=tuple(slice(n) for n in index.shape))
    return ops.set_at(x, source, index=tuple(grid))


def select_scatter(x, source, dim, index):
    return ops.set_at(x, source, index=along(x, dim, index))


def slice_scatter(x, source, dim=0, start=None, end=None, step=1):
    return ops.set_at(x, source, index=along(x, dim, slice(start, end, step)))


MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(x, widths, mode="constant", value=None):
    pairs = [(widths[k], widths[k + 1]) for k in range(0, len(widths), 2)][::-1]
    full = ((0, 0),) * (len(shape_of(x)) - len(pairs)) + tuple(pairs)
    if mode == "circular" and min(min(pair) for pair in full) < 0:
        raise LeftOutError("a circular padding that crops on the other side")
    return ops.pad(x, widths=full, mode=MODES[mode], value=value or 0.0)


def roll(x, shifts, dims=None):
    if dims is None or dims == ():
        return ops.roll(x, shift=shifts if isinstance(shifts, int) else shifts[0])
    one = isinstance(shifts, int)
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    return ops.roll(x, shift=(shifts,) * len(dims) if one else tuple(shifts), axis=dims)


def reduced(loss: Callable[..., Any]) -> Callable[..., Any]:
    """A loss with weights: element by element here, then weighted and reduced."""

    def call(*args, weight=None, reduction="mean", **others):
        elements = loss(*args, reduction="none", **others)
        if weight is not None:
            elements = elements * weight
        return {"none": lambda x: x, "sum": ops.sum, "mean": ops.mean}[reduction](elements)

    return call


def smooth_l1(x, y, reduction="mean", beta=1.0):
    if beta == 0:
        return ops.l1(x, y, reduction=reduction)
    return ops.huber(x, y, reduction=reduction, delta=beta) / beta


def hinge_embedding(x, y, reduction="mean", margin=1.0):
    gap = margin - x
    missed = ops.where(ops.not_equal(y, 1), ops.where(ops.greater(gap, 0), gap, 0.0), 0.0)
    elements = missed + ops.where(ops.not_equal(y, -1), x, 0.0)
    return {"none": lambda x: x, "sum": ops.sum, "mean": ops.mean}[reduction](elements)


def bce_logits(x, y, weight=None, reduction="mean", pos_weight=None):
    if pos_weight is None:
        return reduced(ops.bce_logits)(x, y, weight=weight, reduction=reduction)
    each = (1 - y) * x + (1 + (pos_weight - 1) * y) * ops.softplus(-x)
    each = each if weight is None else each * weight
    return {"none": lambda x: x, "sum": ops.sum, "mean": ops.mean}[reduction](each)


def classified(loss: Callable[..., Any]) -> Callable[..., Any]:
    def call(x, target, weight=None, reduction="mean", ignore_index=-100, label_smoothing=0.0):
        if label_smoothing:
            raise LeftOutError("label smoothing")
        weight = None if weight is None else plain(weight)
        return loss(x, target, weight=weight, reduction=reduction, ignore=ignore_index)

    return call


def kl_div(x, y, reduction="mean", log_target=False):
    if reduction == "batchmean":
        return ops.kl_div(x, y, reduction="sum", log_target=log_target) / shape_of(x)[0]
    return ops.kl_div(x, y, reduction=reduction, log_target=log_target)


def embedding(weight, index, padding_idx=None, max_norm=None, scale_grad_by_freq=False, **others):
    if padding_idx is not None or max_norm is not None or scale_grad_by_freq:
        raise LeftOutError("embedding options that change the gradient or the table")
    return ops.embedding(weight, index=np.asarray(index))


def convolution(dimensions: int) -> Callable[..., Any]:
    name = f"conv{dimensions}d"

    def call(x, w, bias=None, stride=1, padding=0, dilation=1, groups=1):
        single = len(shape_of(x)) == dimensions + 1
        x = ops.reshape(x, shape=(1, *shape_of(x))) if single else x
        stride, dilation = (v if isinstance(v, int) else tuple(v) for v in (stride, dilation))
        if isinstance(padding, str):
            x, padding = same(x, w, padding, dilation, dimensions), 0
        padding = padding if isinstance(padding, int) else tuple(padding)
        y = getattr(ops, name)(x, w, stride=stride, padding=padding, dilation=dilation, groups=groups)
        if bias is not None:
            y = y + ops.reshape(bias, shape=(1, -1) + (1,) * dimensions)
        return ops.reshape(y, shape=shape_of(y)[1:]) if single else y

    return call


def same(x, w, padding, dilation, dimensions):
    if padding == "valid":
        return x
    dilation = (dilation,) * dimensions if isinstance(dilation, int) else dilation
    totals = [d * (k - 1) for d, k in zip(dilation, shape_of(w)[2:], strict=True)]
    return ops.pad(x, widths=((0, 0), (0, 0), *((t // 2, t - t // 2) for t in totals)))


def pooling(kind: str, dimensions: int) -> Callable[..., Any]:
    def each(value):
        value = (value,) if isinstance(value, int) else tuple(value)
        return value * dimensions if len(value) == 1 else value

    def call(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, **others):
        others.pop("return_indices", None)
        if kind == "avg":
            extra = {"count_padding": others.get("count_include_pad", True), "divisor": others.get("divisor_override")}
            return ops.avgpool(
                x, size=each(kernel_size), stride=None if stride in (None, ()) else each(stride), padding=each(padding),
                ceil=ceil_mode, **extra,
            )  # fmt: skip
        return ops.maxpool(
            x, size=each(kernel_size), stride=None if stride in (None, ()) else each(stride), padding=each(padding),
            dilation=each(dilation), ceil=ceil_mode,
        )  # fmt: skip

    return call


def average(dimensions: int) -> Callable[..., Any]:
    names = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")
    pool = pooling("avg", dimensions)
    return lambda x, *args, **kwargs: pool(x, **{**dict(zip(names, args, strict=False)), **kwargs})


def layer_norm(x, shape, weight=None, bias=None, eps=1e-5):
    weight = np.ones(tuple(shape)) if weight is None else weight
    return ops.layernorm(x, weight, np.zeros(tuple(shape)) if bias is None else bias, eps=eps)


def batch_norm(x, mean, variance, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    if len(shape_of(x)) < 2:
        raise LeftOutError("a batch without a channel axis")
    channels = shape_of(x)[1]
    weight = np.ones(channels) if weight is None else weight
    bias = np.zeros(channels) if bias is None else bias
    if training:
        return ops.batchnorm(x, weight, bias, eps=eps)
    return ops.batchnorm(x, weight, bias, eps=eps, mean=plain(mean), variance=plain(variance))


def dropout(x, p=0.5, training=True, inplace=False):
    if training and 0 < p < 1:
        raise LeftOutError("dropout draws other random numbers")
    return ops.dropout(x, rate=p) if training else ops.identity(x)


def attention(q, k, v, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
    if dropout_p:
        raise LeftOutError("dropout draws other random numbers")
    if enable_gqa:
        raise LeftOutError("grouped queries")
    bias = attn_mask
    if hasattr(bias, "operands"):
        raise LeftOutError("an attention mask that is differentiated")
    if bias is not None and np.asarray(plain(bias)).dtype.kind == "b":
        bias = np.where(plain(bias), 0.0, -np.inf)
    return ops.attention(q, k, v, causal=is_causal, bias=bias, scale=scale)


def matrix_product(a, b):
    return ops.matmul(a, b)


def tensordot(a, b, dims=2):
    if isinstance(dims, int):
        return ops.tensordot(a, b, axes=dims)
    if any(shape_of(a)[i] != shape_of(b)[j] for i, j in zip(*dims, strict=True)):
        raise LeftOutError("a sum over axes of lengths 1 and more")
    return ops.tensordot(a, b, axes=tuple(map(tuple, dims)))


def softplus(x, beta, threshold):
    return ops.where(ops.greater(x * beta, threshold), x, ops.softplus(x, beta=beta))


def clamp(x, low, high):
    if not any(hasattr(bound, "shape") for bound in (low, high)):
        return ops.clip(x, low=low, high=high)
    if low is not None:
        x = ops.where(ops.less(x, low), low, x)
    return x if high is None else ops.where(ops.greater(x, high), high, x)


def solve(a, b, left):
    if not left:
        a, b = moved(a, -1, -2), moved(b, -1, -2) if len(shape_of(b)) > 1 else b
        return moved(ops.solve(a, b), -1, -2)
    if len(shape_of(b)) > 1 and shape_of(b) == shape_of(a)[:-1]:
        return ops.squeeze(ops.solve(a, ops.reshape(b, shape=(*shape_of(b), 1))), axis=-1)
    return ops.solve(a, b)


def eigh(a):
    if not np.allclose(a.value, np.swapaxes(a.value, -1, -2)):
        raise LeftOutError("of a matrix that is not symmetric PyTorch reads one triangle, the engine the mean of both")
    return ops.eigh(a)


def cholesky(a, upper):
    lower = ops.cholesky(a)
    return moved(lower, -1, -2) if upper else lower


def masked_select(x, mask):
    shape = np.broadcast_shapes(shape_of(x), mask.shape)
    return ops.getitem(ops.broadcast(x, shape=shape), index=np.broadcast_to(mask, shape))


def flatten(x, start, end):
    shape = shape_of(x)
    if not shape:
        return ops.reshape(x, shape=(1,))
    n = len(shape)
    start, end = start % n, end % n
    return ops.reshape(x, shape=(*shape[:start], int(np.prod(shape[start : end + 1])), *shape[end + 1 :]))


UNARY = [
    "neg",
    "square",
    "reciprocal",
    "sign",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sqrt",
    "rsqrt",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "sinc",
    "sigmoid",
    "erf",
    "erfc",
]
BINARY = ["mul", "atan2", "hypot", "logaddexp", "maximum", "minimum", "matmul", "dot", "outer"]
ADAPTERS: dict[str, Callable[..., Any]] = {
    **{name: getattr(ops, name) for name in (*UNARY, *BINARY)},
    "nn.functional.softsign": ops.softsign, "nn.functional.mish": ops.mish,
    **{name: reduction(name) for name in ("sum", "mean", "prod")},
    "add": scaled("add"), "sub": scaled("sub"), "div": divide, "true_divide": ops.div, "pow": ops.power,
    "abs": ops.absolute, "sgn": ops.sign, "fmod": fmod, "remainder": ops.mod,
    "nn.functional.relu": lambda x, inplace=False: ops.relu(x),
    "nn.functional.leaky_relu": lambda x, negative_slope=0.01, inplace=False: ops.leaky_relu(x, slope=negative_slope),
    "nn.functional.elu": lambda x, alpha=1.0, inplace=False: ops.elu(x, alpha=alpha),
    "nn.functional.gelu": lambda x, approximate="none": ops.gelu(x, approximate=approximate == "tanh"),
    "nn.functional.silu": lambda x, inplace=False: ops.silu(x),
    "nn.functional.softplus": lambda x, beta=1, threshold=20: softplus(x, beta, threshold),
    "nn.functional.hardtanh": lambda x, min_val=-1.0, max_val=1.0, **o: ops.hardtanh(x, low=min_val, high=max_val),
    "softmax": soft("softmax"), "log_softmax": soft("log_softmax"), "logsumexp": logsumexp,
    "clamp": lambda x, low=None, high=None: clamp(x, low, high),
    "where": lambda x, condition, y: ops.where(plain(condition), x, y),
    "var": spread("var"), "std": spread("std"), "amax": reduction("amax"), "amin": reduction("amin"),
    "max": extreme("max"), "min": extreme("min"), "norm": norm, "linalg.norm": linalg_norm,
    "linalg.vector_norm": vector_norm, "cumsum": cumulative("cumsum"), "cumprod": cumulative("cumprod"),
    "__rmatmul__": lambda a, b: ops.matmul(b, a), "mm": matrix_product, "mv": matrix_product, "bmm": matrix_product,
    "einsum": lambda operands, spec: ops.einsum(spec, *operands),
    "tensordot": tensordot,
    "trace": ops.trace, "linalg.inv": ops.inv, "linalg.det": ops.det, "linalg.slogdet": ops.slogdet,
    "linalg.solve": lambda a, b, left=True: solve(a, b, left),
    "linalg.cholesky": lambda a, upper=False: cholesky(a, upper), "cholesky": lambda a, upper=False: cholesky(a, upper),
    "linalg.eigh": lambda a, UPLO="L": eigh(a),
    "diag": lambda x, k=0: ops.diag(x, k=k), "diagonal": diagonal, "linalg.diagonal": lambda x, **o: diagonal(
        x, o.get("offset", 0), o.get("dim1", -2), o.get("dim2", -1)), "diag_embed": diag_embed,
    "tril": lambda x, k=0: ops.tril(x, k=k), "triu": lambda x, k=0: ops.triu(x, k=k),
    "reshape": lambda x, shape: ops.reshape(x, shape=tuple(shape)), "view": lambda x, shape: ops.reshape(
        x, shape=tuple(shape)), "transpose": transposed, "permute": lambda x, dims: ops.transpose(x, axes=tuple(dims)),
    "t": ops.transpose, "broadcast_to": expand, "expand": expand,
    "squeeze": squeeze, "unsqueeze": unsqueeze, "cat": concat,
    "stack": lambda parts, dim=0: ops.stack(*parts, axis=dim),
    "split": split_sizes, "split_with_sizes": split_sizes, "chunk": chunk,
    "__getitem__": lambda x, index: ops.getitem(x, index=plain(index)), "gather": gather,
    "take": lambda x, index: ops.take(x, plain(index)),
    "index_select": lambda x, dim, index: ops.reshape(x, shape=()) if not shape_of(x)
    else ops.take(x, plain(index), dim),
    "masked_select": lambda x, mask: masked_select(x, plain(mask)),
    "index_put": index_put, "scatter": scatter, "select_scatter": select_scatter, "slice_scatter": slice_scatter,
    "flip": lambda x, dims: ops.flip(x, axis=tuple(dims)) if dims else x, "fliplr": lambda x: ops.flip(x, axis=1),
    "flipud": lambda x: ops.flip(x, axis=0), "nn.functional.pad": pad, "roll": roll,
    "nn.functional.mse_loss": reduced(ops.mse), "nn.functional.l1_loss": reduced(ops.l1),
    "nn.functional.huber_loss": reduced(ops.huber), "nn.functional.smooth_l1_loss": smooth_l1,
    "nn.functional.hinge_embedding_loss": hinge_embedding, "nn.functional.binary_cross_entropy": reduced(ops.bce),
    "nn.functional.binary_cross_entropy_with_logits": bce_logits,
    "nn.functional.cross_entropy": classified(ops.cross_entropy), "nn.functional.nll_loss": classified(ops.nll),
    "nn.functional.kl_div": kl_div, "nn.functional.linear": ops.linear, "nn.functional.embedding": embedding,
    "nn.functional.conv1d": convolution(1), "nn.functional.conv2d": convolution(2),
    "nn.functional.max_pool1d": pooling("max", 1), "nn.functional.max_pool2d": pooling("max", 2),
    "nn.functional.avg_pool1d": average(1), "nn.functional.avg_pool2d": average(2),
    "nn.functional.layer_norm": layer_norm, "nn.functional.batch_norm": batch_norm, "nn.functional.dropout": dropout,
    "nn.functional.scaled_dot_product_attention": attention,
    "movedim": lambda x, source, destination: moved(x, source, destination) if shape_of(x) else x,
    "ravel": lambda x: ops.reshape(x, shape=-1), "flatten": lambda x, start_dim=0, end_dim=-1: flatten(
        x, start_dim, end_dim),
}  # fmt: skip
