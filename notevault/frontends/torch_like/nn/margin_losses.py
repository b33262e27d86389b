"""Losses of distances, margins and counts, of `torch.nn.functional`."""

from __future__ import annotations

from typing import Any

import numpy as np

from notevault.frontends.torch_like.dtypes import TITLES
from notevault.frontends.torch_like.nn.losses import LOSSES, known, reduced
from notevault.frontends.torch_like.number_types import needs_floats, of_one_type, refuse_grad
from notevault.frontends.torch_like.operations import methods
from notevault.frontends.torch_like.tensor import Tensor, mixed
from notevault.frontends.unsupported import UnsupportedError

__all__ = ["LOSSES"]
"""All losses, with those of `losses`."""


@known
def pairwise_distance(x: Tensor, y: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    return methods.norm(x - y + eps, p, -1, keepdim)


@known
def cosine_similarity(x: Tensor, y: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    x, y = methods.FUNCTIONS["broadcast_tensors"](x, y)
    dtype = mixed((x, y))
    if dtype.rank < 2:
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {TITLES[dtype]}")
    x, y = x.cast(dtype), y.cast(dtype)
    lengths = [methods.clamp(methods.norm(v, 2, dim, True), eps) for v in (x, y)]
    products = (x / lengths[0]) * (y / lengths[1])
    return methods.total(products, dim)


def _hinge(value: Tensor, reduction: str) -> Tensor:
    return reduced(methods.FUNCTIONS["clamp_min"](value, 0), reduction)


@known
def triplet_margin_loss(  # noqa: PLR0917 - PyTorch's signature
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2, eps: float = 1e-6,
    swap: bool = False, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    if swap:
        raise UnsupportedError("torch.nn.functional.triplet_margin_loss(swap=True)")
    near = pairwise_distance(anchor, positive, p, eps)
    return _hinge(margin + near - pairwise_distance(anchor, negative, p, eps), reduction)


@known
def cosine_embedding_loss(x: Tensor, y: Tensor, target: Tensor, margin: float = 0.0, reduction: str = "mean") -> Tensor:
    similarity = cosine_similarity(x, y, x.array.ndim - 1)
    apart = methods.FUNCTIONS["clamp_min"](similarity - margin, 0)
    chosen = methods.FUNCTIONS["where"](methods.FUNCTIONS["eq"](target, 1), 1 - similarity, apart)
    return reduced(chosen, reduction)


@known
def margin_ranking_loss(x: Tensor, y: Tensor, target: Tensor, margin: float = 0.0, reduction: str = "mean") -> Tensor:
    if not x.array.ndim == y.array.ndim == target.array.ndim:
        raise UnsupportedError("torch.nn.functional.margin_ranking_loss of different numbers of dimensions")
    return _hinge(-target * (x - y) + margin, reduction)


@known
def hinge_embedding_loss(x: Tensor, target: Tensor, margin: float = 1.0, reduction: str = "mean") -> Tensor:
    """Of a target that is neither 1 nor -1 both terms count."""
    of_one_type("nn.functional.hinge_embedding_loss", x, target)
    if not x.is_floating_point():
        raise UnsupportedError("torch.nn.functional.hinge_embedding_loss of numbers that are no floats")
    where, apart = methods.FUNCTIONS["where"], methods.FUNCTIONS["clamp_min"](margin - x, 0)
    terms = where(Tensor.of(target.array != 1), apart, 0) + where(Tensor.of(target.array != -1), x, 0)
    return reduced(terms, reduction)


@known
def soft_margin_loss(x: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    of_one_type("nn.functional.soft_margin_loss", x, target)
    needs_floats("soft_margin_loss", x)
    refuse_grad("nn.functional.soft_margin_loss with a target", target)
    if x.array.shape != target.array.shape:
        raise UnsupportedError("torch.nn.functional.soft_margin_loss of different shapes")
    return reduced(
        methods.FUNCTIONS["log1p"](methods.FUNCTIONS["exp"](-target * x)), reduction, "SoftMarginLossBackward0"
    )


@known
def gaussian_nll_loss(  # noqa: PLR0917 - PyTorch's signature
    mean: Tensor, target: Tensor, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Tensor:
    spread = methods.clamp(var, eps)
    terms = 0.5 * (methods.FUNCTIONS["log"](spread) + (mean - target) ** 2 / spread)
    return reduced(terms + 0.5 * float(np.log(2 * np.pi)) if full else terms, reduction)


@known
def poisson_nll_loss(  # noqa: PLR0917 - PyTorch's signature
    rate: Tensor, target: Tensor, log_input: bool = True, full: bool = False, eps: float = 1e-8, reduction: str = "mean"
) -> Tensor:
    if full:
        raise UnsupportedError("torch.nn.functional.poisson_nll_loss(full=True)")
    log, exp = methods.FUNCTIONS["log"], methods.FUNCTIONS["exp"]
    return reduced(exp(rate) - target * rate if log_input else rate - target * log(rate + eps), reduction)


@known
def multi_margin_loss(x: Tensor, target: Tensor, p: int = 1, margin: float = 1.0, reduction: str = "mean") -> Tensor:
    own = x.gather(1, target.unsqueeze(1))
    gaps = methods.FUNCTIONS["clamp_min"](margin - own + x, 0) ** p
    others = Tensor.of((np.arange(x.array.shape[1]) != target.array[:, None]).astype(x.array.dtype))
    return reduced((gaps * others).sum(1) / x.array.shape[1], reduction, "MultiMarginLossBackward0")
