"""Functions as layers: activations and losses, each a row that says what the layer shows of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from notevault.frontends.torch_like.nn import functional
from notevault.frontends.torch_like.nn.module import Module, Parameter
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError

F = functional.FUNCTIONS


def _activation(name: str, function: Callable[..., Any], options: Mapping[str, Any], shown: str) -> type[Module]:
    """A layer that applies a function without parameters."""

    def start(self: Module, *arguments: Any, **given: Any) -> None:
        Module.__init__(self)
        if not set(given) <= set(options):
            raise UnsupportedError(f"torch.nn.{name}({', '.join(sorted(set(given) - set(options)))})")
        self.__dict__["options"] = dict(options) | dict(zip(options, arguments, strict=False)) | given

    def forward(self: Module, x: Tensor) -> Any:
        return function(x, **self.options)

    def extra(self: Module) -> str:
        text = shown.format(**self.options)
        return ", ".join(filter(None, [text, "inplace=True" if self.options.get("inplace") else ""]))

    return type(name, (Module,), {"__init__": start, "forward": forward, "extra_repr": extra})


_IN_PLACE: Mapping[str, Any] = {"inplace": False}

ACTIVATIONS: Mapping[str, type[Module]] = {
    name: _activation(name, F[function], options, shown)
    for name, function, options, shown in (
        ("ReLU", "relu", _IN_PLACE, ""),
        ("ReLU6", "relu6", _IN_PLACE, ""),
        ("Sigmoid", "sigmoid", {}, ""),
        ("Tanh", "tanh", {}, ""),
        ("LeakyReLU", "leaky_relu", {"negative_slope": 0.01, "inplace": False}, "negative_slope={negative_slope}"),
        ("ELU", "elu", {"alpha": 1.0, "inplace": False}, "alpha={alpha}"),
        ("CELU", "celu", {"alpha": 1.0, "inplace": False}, "alpha={alpha}"),
        ("SELU", "selu", _IN_PLACE, ""),
        ("GELU", "gelu", {"approximate": "none"}, "approximate='{approximate}'"),
        ("SiLU", "silu", _IN_PLACE, ""),
        ("Mish", "mish", _IN_PLACE, ""),
        ("Softplus", "softplus", {"beta": 1.0, "threshold": 20.0}, "beta={beta}, threshold={threshold}"),
        ("Softsign", "softsign", {}, ""),
        ("Hardtanh", "hardtanh", {"min_val": -1.0, "max_val": 1.0, "inplace": False},
         "min_val={min_val}, max_val={max_val}"),
        ("Hardsigmoid", "hardsigmoid", _IN_PLACE, ""),
        ("Hardswish", "hardswish", _IN_PLACE, ""),
        ("Tanhshrink", "tanhshrink", {}, ""),
        ("Threshold", "threshold", {"threshold": 0.0, "value": 0.0, "inplace": False},
         "threshold={threshold}, value={value}"),
        ("LogSigmoid", "logsigmoid", {}, ""),
        ("GLU", "glu", {"dim": -1}, "dim={dim}"),
    )
}  # fmt: skip


class PReLU(Module):
    """A leaky ReLU whose slope is learned."""

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(Tensor.of(np.full(num_parameters, init, np.float32)))

    def forward(self, x: Tensor) -> Tensor:
        return F["prelu"](x, self.weight)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


def _criterion(name: str, function: Callable[..., Any], *allowed: str) -> type[Module]:
    """A loss as a layer."""

    def start(self: Module, *weights: Any, **options: Any) -> None:
        Module.__init__(self)
        if not set(options) <= {"reduction", *allowed} or len(weights) > 1 or (weights and allowed[:1] != ("weight",)):
            raise UnsupportedError(f"torch.nn.{name} with these arguments")
        given = options | ({"weight": weights[0]} if weights else {})
        self.__dict__["options"] = {key: value for key, value in given.items() if key not in _BUFFERS}
        for key in _BUFFERS & {*allowed}:
            self.register_buffer(key, given.get(key))

    def forward(self: Module, *tensors: Tensor) -> Any:
        buffers = {key: value for key, value in self._buffers.items() if value is not None}
        return function(*tensors, **self.options, **buffers)

    def reduction(self: Module) -> str:
        return str(self.options.get("reduction", "mean"))

    return type(name, (Module,), {"__init__": start, "forward": forward, "reduction": property(reduction)})


_BUFFERS = frozenset({"weight", "pos_weight"})

LOSSES: Mapping[str, type[Module]] = {
    name: _criterion(name, F[function], *allowed)
    for name, function, allowed in (
        ("MSELoss", "mse_loss", ()),
        ("L1Loss", "l1_loss", ()),
        ("CrossEntropyLoss", "cross_entropy", ("weight", "label_smoothing", "ignore_index")),
        ("NLLLoss", "nll_loss", ("weight", "ignore_index")),
        ("BCELoss", "binary_cross_entropy", ("weight",)),
        ("BCEWithLogitsLoss", "binary_cross_entropy_with_logits", ("weight", "pos_weight")),
        ("HuberLoss", "huber_loss", ("delta",)),
        ("SmoothL1Loss", "smooth_l1_loss", ("beta",)),
        ("KLDivLoss", "kl_div", ("log_target",)),
        ("TripletMarginLoss", "triplet_margin_loss", ("margin", "p", "eps")),
        ("CosineEmbeddingLoss", "cosine_embedding_loss", ("margin",)),
        ("MarginRankingLoss", "margin_ranking_loss", ("margin",)),
        ("HingeEmbeddingLoss", "hinge_embedding_loss", ("margin",)),
        ("SoftMarginLoss", "soft_margin_loss", ()),
        ("MultiMarginLoss", "multi_margin_loss", ("p", "margin")),
        ("GaussianNLLLoss", "gaussian_nll_loss", ("full", "eps")),
        ("PoissonNLLLoss", "poisson_nll_loss", ("log_input", "full", "eps")),
    )
}
