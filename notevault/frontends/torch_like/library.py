"""The modules `torch`, `torch.nn`, `torch.nn.functional`, `torch.optim`, …, each a table of names."""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np

from notevault.frontends.imitation import imitation
from notevault.frontends.torch_like import (
    backward,
    creation,
    dtypes,
    functional,
    layers,
    methods,
    module,
    optim,
    printing,
)
from notevault.frontends.torch_like.tape import Mode, recording
from notevault.frontends.torch_like.tensor import Device, Size, Tensor


def _set_printoptions(  # noqa: PLR0917 - PyTorch's signature
    precision: int | None = None, threshold: float | None = None, edgeitems: int | None = None,
    linewidth: int | None = None, profile: str | None = None, sci_mode: bool | None = None,
) -> None:  # fmt: skip
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
        "sci_mode": sci_mode,
    }
    for name, value in given.items():
        if value is not None:
            setattr(printing.OPTIONS, name, value)


def _names_of_torch() -> dict[str, Any]:
    return {
        **methods.FUNCTIONS,
        **creation.FUNCTIONS,
        **{dtype.name: dtype for dtype in dtypes.ALL},
        **dtypes.ALIASES,
        "Tensor": Tensor,
        "FloatTensor": lambda data: creation.FUNCTIONS["tensor"](data, dtype=dtypes.float32),
        "LongTensor": lambda data: creation.FUNCTIONS["tensor"](data, dtype=dtypes.int64),
        "Size": Size,
        "device": Device,
        "dtype": dtypes.DType,
        "no_grad": backward.NoGrad,
        "inference_mode": backward.NoGrad,
        "enable_grad": backward.EnableGrad,
        "set_grad_enabled": backward.SetGradEnabled,
        "is_grad_enabled": lambda: Mode.recording,
        "get_default_dtype": lambda: dtypes.float32,
        "set_printoptions": _set_printoptions,
        "pi": math.pi,
        "e": math.e,
        "inf": math.inf,
        "nan": math.nan,
        "__version__": "2.13.0",
    }


def _orthogonal_free_init() -> dict[str, Any]:
    """`torch.nn.init`, the parts that are not random."""

    def fill(x: Tensor, value: float) -> Tensor:
        with recording(False):
            x._replace(np.full_like(x.array, value))
        return x

    return {
        "constant_": fill,
        "zeros_": lambda x: fill(x, 0),
        "ones_": lambda x: fill(x, 1),
    }


def modules() -> dict[str, ModuleType]:
    """Every module of the imitation by its name."""
    init = imitation("torch.nn.init", _orthogonal_free_init())
    nn_functional = imitation("torch.nn.functional", functional.FUNCTIONS)
    neural = {
        **layers.LAYERS, **layers.ACTIVATIONS, **layers.LOSSES,
        "Module": module.Module, "Parameter": module.Parameter, "Sequential": module.Sequential,
        "ModuleList": module.ModuleList, "ModuleDict": module.ModuleDict,
        "functional": nn_functional, "init": init,
    }  # fmt: skip
    nn = imitation("torch.nn", neural)
    scheduler = imitation("torch.optim.lr_scheduler", optim.SCHEDULERS)
    optimisers = imitation("torch.optim", {**optim.OPTIMISERS, "lr_scheduler": scheduler})
    autograd = imitation("torch.autograd", {"grad": backward.grad, "Variable": _variable})
    cuda = imitation("torch.cuda", {"is_available": lambda: False, "device_count": lambda: 0})
    linalg = imitation("torch.linalg", {"norm": methods.norm, "det": methods.det, "inv": methods.inverse})
    torch = imitation(
        "torch",
        {
            **_names_of_torch(),
            "nn": nn, "optim": optimisers, "autograd": autograd, "cuda": cuda, "linalg": linalg,
            "backends": imitation("torch.backends", {}),
        },
    )  # fmt: skip
    found = (torch, nn, nn_functional, init, optimisers, scheduler, autograd, cuda, linalg)
    return {made.__name__: made for made in found}


def _variable(data: Tensor, requires_grad: bool = False) -> Tensor:
    return Tensor.of(data.array, requires_grad)
