"""The layers of `torch.nn`. Their parameters start at random, in PyTorch's ranges but not with PyTorch's numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from notevault.frontends import chance
from notevault.frontends.torch_like.nn import functional
from notevault.frontends.torch_like.nn.module import Module, Parameter
from notevault.frontends.torch_like.operations import methods
from notevault.frontends.torch_like.tensor import Tensor

F = functional.FUNCTIONS


def uniform(shape: tuple[int, ...], bound: float) -> Parameter:
    """A parameter between -bound and bound."""
    return Parameter(Tensor.of(chance.generator().uniform(-bound, bound, shape).astype(np.float32)))


class Linear(Module):
    """`x @ weight.T + bias`."""

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        bound = 1 / math.sqrt(in_features) if in_features else 0.0
        self.weight = uniform((out_features, in_features), bound)
        if bias:
            self.bias = uniform((out_features,), bound)
        else:
            self.register_parameter("bias", None)
        if dtype is not None:
            self.to(dtype)

    def reset_parameters(self) -> None:
        bound = 1 / math.sqrt(self.in_features)
        for parameter in self.parameters():
            parameter.write(chance.generator().uniform(-bound, bound, parameter.array.shape))

    def forward(self, x: Tensor) -> Tensor:
        return F["linear"](x, self.weight, self.bias)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    """`x1 @ weight @ x2 + bias`."""

    def __init__(self, in1_features: int, in2_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        bound = 1 / math.sqrt(in1_features)
        self.weight = uniform((out_features, in1_features, in2_features), bound)
        self.register_parameter("bias", uniform((out_features,), bound) if bias else None)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return F["bilinear"](x, y, self.weight, self.bias)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        features = f"in1_features={self.in1_features}, in2_features={self.in2_features}"
        return f"{features}, out_features={self.out_features}, bias={self.bias is not None}"


class Embedding(Module):
    """Rows of a learned table."""

    def __init__(
        self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None, _weight: Any = None
    ) -> None:
        super().__init__()
        self.num_embeddings, self.embedding_dim, self.padding_idx = num_embeddings, embedding_dim, padding_idx
        rows = chance.generator().standard_normal((num_embeddings, embedding_dim)).astype(np.float32)
        if padding_idx is not None:
            rows[padding_idx] = 0
        self.weight = Parameter(Tensor.of(rows) if _weight is None else _weight)

    @classmethod
    def from_pretrained(cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None) -> Embedding:
        rows, width = embeddings.array.shape
        made = cls(rows, width, padding_idx, embeddings)
        made.weight.requires_grad = not freeze
        return made

    def forward(self, index: Tensor) -> Tensor:
        return F["embedding"](index, self.weight, self.padding_idx)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"


class Dropout(Module):
    """Sets elements to zero at random while training."""

    function = "dropout"

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def forward(self, x: Tensor) -> Tensor:
        return F[self.function](x, self.p, self.training)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout2d(Dropout):
    """Sets whole channels to zero."""

    function = "dropout2d"


class Dropout1d(Dropout2d):
    """The same for signals."""


class Flatten(Module):
    """All dimensions but the first into one."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Tensor) -> Tensor:
        return methods.flatten(x, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One dimension into several."""

    def __init__(self, dim: int, unflattened_size: Any) -> None:
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, x: Tensor) -> Tensor:
        return x.unflatten(self.dim, self.unflattened_size)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


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


class Softmin(Softmax):
    """Softmax of the negative."""

    def forward(self, x: Tensor) -> Tensor:
        return methods.softmax(-x, self.dim)


class Identity(Module):
    """Nothing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()

    def forward(self, x: Any) -> Any:
        return x


class CosineSimilarity(Module):
    """The cosine of the angle between two vectors."""

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return F["cosine_similarity"](x, y, self.dim, self.eps)  # type: ignore[no-any-return]


class PairwiseDistance(Module):
    """The length of the difference."""

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return F["pairwise_distance"](x, y, self.norm, self.eps, self.keepdim)  # type: ignore[no-any-return]


LAYERS: Mapping[str, Any] = {
    layer.__name__: layer
    for layer in (
        *(Linear, Bilinear, Embedding, Dropout, Dropout1d, Dropout2d, Flatten, Unflatten, Softmax, LogSoftmax, Softmin),
        *(Identity, CosineSimilarity, PairwiseDistance),
    )
}  # fmt: skip
