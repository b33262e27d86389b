"""Multi-head attention as a layer (Vaswani et al. 2017)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from notevault.frontends.torch_like.nn import functional
from notevault.frontends.torch_like.nn.initial import INIT
from notevault.frontends.torch_like.nn.layers import Linear
from notevault.frontends.torch_like.nn.module import Module, Parameter
from notevault.frontends.torch_like.operations import methods
from notevault.frontends.torch_like.operations.methods import named
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError


class MultiheadAttention(Module):
    """Attention in several heads, each on its part of the features."""

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, batch_first: bool = False
    ) -> None:
        super().__init__()
        if dropout:
            raise UnsupportedError("torch.nn.MultiheadAttention(dropout)")
        if embed_dim % num_heads:
            raise AssertionError("embed_dim must be divisible by num_heads")
        self.embed_dim, self.num_heads, self.batch_first = embed_dim, num_heads, batch_first
        self.in_proj_weight = Parameter(Tensor.of(np.zeros((3 * embed_dim, embed_dim), np.float32)))
        INIT["xavier_uniform_"](self.in_proj_weight)
        zeros = np.zeros(3 * embed_dim, np.float32)
        self.register_parameter("in_proj_bias", Parameter(Tensor.of(zeros)) if bias else None)
        self.out_proj = type("NonDynamicallyQuantizableLinear", (Linear,), {})(embed_dim, embed_dim, bias)

    def forward(  # noqa: PLR0917 - PyTorch's signature
        self, query: Tensor, key: Tensor, value: Tensor, key_padding_mask: Any = None, need_weights: bool = True,
        attn_mask: Tensor | None = None, average_attn_weights: bool = True, is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        if key_padding_mask is not None or query.array.ndim != 3:
            raise UnsupportedError("torch.nn.MultiheadAttention with a padding mask or without a batch")
        given = (query, key, value)
        given = given if self.batch_first else tuple(x.transpose(0, 1) for x in given)
        weights = self.in_proj_weight.chunk(3)
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        q, k, v = (
            self._heads(functional.FUNCTIONS["linear"](x, w, b)) for x, w, b in zip(given, weights, biases, strict=True)
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.embed_dim // self.num_heads)
        if attn_mask is not None and attn_mask.array.dtype.kind == "b":
            scores = methods.masked_fill(scores, attn_mask, -np.inf)
        elif attn_mask is not None:
            scores = scores + attn_mask
        shares = methods.softmax(scores, -1)
        n, length = given[0].array.shape[:2]
        joined = (shares @ v).transpose(1, 2).reshape(n, length, self.embed_dim)
        output = self.out_proj(joined)
        output = (
            named(output, "TransposeBackward0") if self.batch_first else named(output.transpose(0, 1), "ViewBackward0")
        )
        if not need_weights:
            return output, None
        return output, (named(shares.mean(1), "MeanBackward1") if average_attn_weights else shares)

    def _heads(self, x: Tensor) -> Tensor:
        n, length = x.array.shape[:2]
        return x.reshape(n, length, self.num_heads, -1).transpose(1, 2)  # type: ignore[no-any-return]
