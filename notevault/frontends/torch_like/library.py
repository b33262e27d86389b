"""The modules `torch`, `torch.nn`, `torch.nn.functional`, `torch.optim`, …, each a table of names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from notevault.frontends.imitation import imitation
from notevault.frontends.torch_like import dtypes, printing
from notevault.frontends.torch_like.class_names import name_modules
from notevault.frontends.torch_like.nn import (
    containers,
    functional,
    initial,
    layers,
    module,
    normalization_layers,
    parameter_tools,
    recurrent,
    window_layers,
    wrapped,
)
from notevault.frontends.torch_like.nn.attention import MultiheadAttention
from notevault.frontends.torch_like.operations import creation, methods
from notevault.frontends.torch_like.operations.attributes import STRIDED
from notevault.frontends.torch_like.places import Device, Size
from notevault.frontends.torch_like.recording import backward, function, functional_derivatives, switches, tape
from notevault.frontends.torch_like.tensor import Tensor, mixed
from notevault.frontends.torch_like.training import data, more_optimisers, saving, schedulers
from notevault.frontends.unsupported import UnsupportedError


def _finfo(dtype: dtypes.DType = dtypes.float32) -> Any:
    return _limits(np.finfo(dtype.numpy), ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution"))


def _iinfo(dtype: dtypes.DType) -> Any:
    return _limits(np.iinfo(dtype.numpy), ("bits", "max", "min"))


def _limits(found: Any, names: tuple[str, ...]) -> Any:
    return type("info", (), {name: _number(getattr(found, name)) for name in names})()


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _set_default_dtype(dtype: dtypes.DType) -> None:
    if dtype != dtypes.float32:
        raise UnsupportedError(f"torch.set_default_dtype({dtype!r})")


def _names_of_torch() -> dict[str, Any]:
    return {
        **methods.FUNCTIONS,
        **creation.FUNCTIONS,
        **{dtype.name: dtype for dtype in dtypes.ALL},
        **dtypes.ALIASES,
        "Tensor": Tensor,
        **{
            f"{title}Tensor": lambda values, dtype=dtype: creation.FUNCTIONS["tensor"](values, dtype=dtype)
            for dtype, title in dtypes.TITLES.items()
        },
        "Size": Size,
        "device": Device,
        "dtype": dtypes.DType,
        "strided": STRIDED,
        "no_grad": switches.NoGrad,
        "inference_mode": switches.NoGrad,
        "enable_grad": switches.EnableGrad,
        "set_grad_enabled": switches.SetGradEnabled,
        "is_grad_enabled": lambda: tape.Mode.recording,
        "get_default_dtype": lambda: dtypes.float32,
        "set_default_dtype": _set_default_dtype,
        "result_type": lambda *operands: mixed(operands),
        "promote_types": lambda a, b: dtypes.result([(a, 1), (b, 1)]),
        "finfo": _finfo,
        "iinfo": _iinfo,
        "is_floating_point": lambda x: x.is_floating_point(),
        "set_printoptions": printing.set_options,
        "vmap": functional_derivatives.vmap,
        "save": saving.save,
        "load": saving.load,
        "get_num_threads": lambda: 1,
        "set_num_threads": lambda count: None,
        "use_deterministic_algorithms": lambda mode, **_: None,
        **{name: functional.FUNCTIONS[name] for name in _ALSO_IN_TORCH},
        "pi": math.pi,
        "e": math.e,
        "inf": math.inf,
        "nan": math.nan,
        "newaxis": None,
        "__version__": "2.13.0",
    }


_ALSO_IN_TORCH = (
    "relu", "cosine_similarity", "pairwise_distance", "dropout", "selu", "celu", "prelu", "conv1d", "conv2d",
    "layer_norm", "batch_norm", "group_norm", "embedding", "bilinear",
)  # fmt: skip


def _nn() -> dict[str, Any]:
    """What is a name of `torch.nn`."""
    return {
        **layers.LAYERS, **wrapped.ACTIVATIONS, **wrapped.LOSSES, **window_layers.WINDOW_LAYERS,
        **normalization_layers.NORMALIZATION_LAYERS, **recurrent.RECURRENT,
        "PReLU": wrapped.PReLU, "MultiheadAttention": MultiheadAttention,
        "Module": module.Module, "Parameter": module.Parameter, "Sequential": containers.Sequential,
        "ModuleList": containers.ModuleList, "ModuleDict": containers.ModuleDict,
        "ParameterList": containers.ParameterList,
    }  # fmt: skip


_PARTS: Mapping[str, Mapping[str, Any]] = {
    "nn": _nn(),
    "nn.functional": functional.FUNCTIONS,
    "nn.init": initial.INIT,
    "nn.utils": parameter_tools.NN_UTILS,
    "nn.utils.clip_grad": parameter_tools.NN_UTILS,
    "nn.parameter": {"Parameter": module.Parameter},
    "nn.modules": _nn(),
    "optim": more_optimisers.OPTIMISERS,
    "optim.lr_scheduler": schedulers.SCHEDULERS,
    "autograd": {
        "grad": backward.grad, "backward": backward.backward_of_several, "Function": function.Function,
        "gradcheck": functional_derivatives.gradcheck, "detect_anomaly": switches.Nothing,
        "set_detect_anomaly": switches.Nothing, "no_grad": switches.NoGrad, "enable_grad": switches.EnableGrad,
        "set_grad_enabled": switches.SetGradEnabled,
        "Variable": lambda data, requires_grad=False: Tensor.of(data.array, requires_grad),
    },
    "autograd.functional": functional_derivatives.AUTOGRAD_FUNCTIONAL,
    "autograd.function": {"Function": function.Function},
    "func": functional_derivatives.FUNC,
    "linalg": methods.LINALG,
    "cuda": {
        "is_available": lambda: False, "device_count": lambda: 0, "manual_seed": lambda seed: None,
        "manual_seed_all": lambda seed: None, "empty_cache": lambda: None,
    },
    "backends": {},
    "backends.mps": {"is_available": lambda: False, "is_built": lambda: False},
    "backends.cudnn": {"is_available": lambda: False},
    "utils": {},
    "utils.data": data.DATA,
    "random": {"manual_seed": creation.FUNCTIONS["manual_seed"]},
    "special": {
        **{
            name: methods.FUNCTIONS[name]
            for name in ("erf", "erfc", "expm1", "log1p", "logsumexp", "softmax", "logit")
        },
        "expit": methods.FUNCTIONS["sigmoid"],
    },
    "testing": {},
}  # fmt: skip
"""The parts of the library, and what is a name of each."""

for _part in ("nn", "optim", "optim.lr_scheduler", "utils.data", "autograd"):
    name_modules(_PARTS[_part].items())


def modules() -> dict[str, ModuleType]:
    """Every module of the imitation by its name."""
    made = {"torch": imitation("torch", _names_of_torch())}
    for path, names in _PARTS.items():
        made[f"torch.{path}"] = imitation(f"torch.{path}", names)
    for name, part in made.items():
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(made[parent], last, part)
    return made
