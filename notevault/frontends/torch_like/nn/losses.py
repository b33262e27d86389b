"""The losses of `torch.nn.functional`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.frontends.torch_like.dtypes import TITLES, DType
from notevault.frontends.torch_like.number_types import needs_floats, of_one_type, refuse_grad
from notevault.frontends.torch_like.operations import methods
from notevault.frontends.torch_like.operations.methods import compute, named, operation
from notevault.frontends.torch_like.operations.table import typed
from notevault.frontends.torch_like.stated import stated
from notevault.frontends.torch_like.tensor import Tensor, mixed
from notevault.frontends.unsupported import UnsupportedError

LOSSES: dict[str, Callable[..., Any]] = {}
"""What is a loss of `torch.nn.functional`."""


def known(function: Callable[..., Any]) -> Callable[..., Any]:
    LOSSES[function.__name__] = methods.guarded(f"torch.nn.functional.{function.__name__}", function)
    return LOSSES[function.__name__]


def reduced(terms: Tensor, reduction: str, made_by: str | None = None) -> Tensor:
    """The terms of a loss, their mean or their sum."""
    if reduction == "none":
        return terms
    if reduction not in {"mean", "sum"}:
        raise stated(ValueError(f"{reduction} is not a valid value for reduction"))
    result = methods.FUNCTIONS[reduction](terms)
    return named(result, made_by) if made_by else result


def _warn_of_sizes(prediction: Tensor, target: Tensor) -> None:
    if prediction.array.shape != target.array.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({prediction.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=4,
        )


def _spread(x: Tensor, y: Tensor) -> list[Any]:
    """Both in one shape, and in the type that they have in common then."""
    operands = methods.FUNCTIONS["broadcast_tensors"](x, y)
    dtype = mixed(operands)
    return [typed(operand, dtype) for operand in operands]


def _check_result(dtype: DType, prediction: Tensor) -> None:
    """Raises RuntimeError where a loss that has the type of the prediction cannot."""
    if dtype.rank > prediction.dtype.rank:
        raise RuntimeError(f"result type {TITLES[dtype]} can't be cast to the desired output type {_title(prediction)}")


def _huber(  # noqa: PLR0917 - a loss, how its terms are summed up, and its names
    prediction: Tensor, target: Tensor, reduction: str, delta: float, made_by: str, kernel: str
) -> Tensor:
    """The result has the type of the prediction."""
    loss = _regression("huber", made_by, kernel)(prediction, target, reduction, delta=delta)
    _check_result(loss.dtype, prediction)
    if prediction.dtype != target.dtype:
        refuse_grad("nn.functional.huber_loss between types", loss)
    return named(loss.cast(prediction.dtype), made_by) if loss.dtype != prediction.dtype else loss


def _regression(primitive: str, made_by: str, kernel: str | None = None) -> Callable[..., Tensor]:
    def loss(prediction: Tensor, target: Tensor, reduction: str = "mean", *, weight: Any = None, **more: Any) -> Tensor:
        _warn_of_sizes(prediction, target)
        operands = _spread(prediction, target)
        if primitive != "l1":
            needs_floats(f"{kernel or primitive}_cpu", prediction, target)
        if weight is not None:
            terms = compute(primitive, operands, made_by, reduction="none", **more)
            return reduced(terms * weight, reduction)
        return compute(primitive, operands, made_by, reduction=reduction, **more)

    return loss


LOSSES["mse_loss"] = methods.guarded("torch.nn.functional.mse_loss", _regression("mse", "MseLossBackward0"))


@known
def l1_loss(prediction: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    difference = prediction - target  # this and the mean raise, in PyTorch's words, for types that it does not take
    if reduction == "mean":
        methods.FUNCTIONS["mean"](difference)
    made_by = {"mean": "MeanBackward0", "sum": "SumBackward0", "none": "AbsBackward0"}[reduction]
    return _regression("l1", made_by)(prediction, target, reduction)


@known
def huber_loss(prediction: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0) -> Tensor:
    return _huber(prediction, target, reduction, delta, "HuberLossBackward0", "huber")


@known
def smooth_l1_loss(prediction: Tensor, target: Tensor, reduction: str = "mean", beta: float = 1.0) -> Tensor:
    made_by = "SmoothL1LossBackward0"
    if beta == 0:
        return named(l1_loss(prediction, target, reduction), made_by)
    loss = _regression("huber", made_by, "smooth_l1")(prediction, target, reduction, delta=beta)
    return loss if beta == 1.0 else named(loss / beta, made_by)


def _same_sizes(prediction: Tensor, target: Tensor) -> None:
    if prediction.array.shape != target.array.shape:
        raise stated(
            ValueError(
                f"Using a target size ({target.shape}) that is different to the input size ({prediction.shape}) is "
                "deprecated. Please ensure they have the same size."
            )
        )


@known
def binary_cross_entropy(
    prediction: Tensor, target: Tensor, weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    _same_sizes(prediction, target)
    needs_floats("binary_cross_entropy", prediction, target)
    if prediction.dtype != target.dtype:
        raise RuntimeError(f"Found dtype {_title(target)} but expected {_title(prediction)}")
    if not np.all((prediction.array >= 0) & (prediction.array <= 1)):
        raise RuntimeError("all elements of input should be between 0 and 1")
    if not np.all((target.array >= 0) & (target.array <= 1)):
        raise RuntimeError("all elements of target should be between 0 and 1")
    made_by = "BinaryCrossEntropyBackward0"
    return _weighted("bce", prediction, target, weight, reduction, made_by)


def _title(x: Tensor) -> str:
    return TITLES[x.dtype]


def _weighted(  # noqa: PLR0917 - an operation, its operands, and how its terms are summed up
    primitive: str, prediction: Tensor, target: Tensor, weight: Tensor | None, reduction: str, made_by: str
) -> Tensor:
    operands = (prediction.operand, target.operand)
    if weight is None:
        return compute(primitive, operands, made_by, reduction=reduction)
    return reduced(compute(primitive, operands, made_by, reduction="none") * weight, reduction, made_by)


@known
def binary_cross_entropy_with_logits(
    logits: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    if logits.array.shape != target.array.shape:
        raise stated(ValueError(f"Target size ({target.shape}) must be the same as input size ({logits.shape})"))
    needs_floats("log_sigmoid_cpu", logits, target)
    for given in (logits, target):
        _check_result(mixed((logits, target)), given)
    if logits.dtype != target.dtype:
        raise UnsupportedError("torch.nn.functional.binary_cross_entropy_with_logits of different types")
    made_by = "BinaryCrossEntropyWithLogitsBackward0"
    if weight is None and pos_weight is None:
        return _of_pytorchs_numbers(
            compute("bce_logits", (logits.operand, target.operand), made_by, reduction=reduction),
            logits,
            target,
            reduction,
        )
    if pos_weight is None:
        return _weighted("bce_logits", logits, target, weight, reduction, made_by)
    ones, zeros = (Tensor.of(np.full_like(logits.array, value)) for value in (1, 0))
    positive = compute("bce_logits", (logits.operand, ones.array), "", reduction="none")
    negative = compute("bce_logits", (logits.operand, zeros.array), "", reduction="none")
    terms = pos_weight * target * positive + (1 - target) * negative
    return reduced(terms if weight is None else terms * weight, reduction, made_by)


def _of_pytorchs_numbers(loss: Tensor, logits: Tensor, target: Tensor, reduction: str) -> Tensor:
    """The loss with PyTorch's rounding, which shows in the losses of a network that is sure."""
    z, t = logits.array, target.array
    with np.errstate(all="ignore"):
        terms = (1 - t) * z - (np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z))))
    loss.array[...] = terms if reduction == "none" else terms.sum() if reduction == "sum" else terms.mean()
    return loss


def _classes(target: Tensor) -> np.ndarray[Any, Any]:
    return target.array.astype(np.int64) if target.dtype.rank < 2 else target.array


def _of_one_row(logits: Tensor, labels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A single row may have its label in a vector of length 1."""
    if logits.array.ndim == labels.ndim == 1:
        refuse_grad("nn.functional.nll_loss of one row with its label in a vector", logits)
    return labels.reshape(()) if logits.array.ndim == 1 else labels


def _check_labels(logits: Tensor, target: Tensor, ignore: int) -> None:
    if not logits.array.ndim:
        raise UnsupportedError("a loss of classes for a tensor without dimensions")
    count = logits.array.shape[1] if logits.array.ndim > 1 else logits.array.shape[0]
    if logits.array.ndim == 1 and target.array.ndim == 1 and target.array.size != 1:
        size = target.array.size
        raise stated(ValueError(f"For 1D input, 1D target must have size 1, but got target size: {size}"))
    if logits.array.ndim > 1 and target.array.shape[:1] != logits.array.shape[:1]:
        rows = target.array.shape[0] if target.array.ndim else 0
        raise stated(
            ValueError(f"Expected input batch_size ({logits.array.shape[0]}) to match target batch_size ({rows}).")
        )
    if logits.array.ndim == 2 and target.array.ndim != 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if not logits.is_floating_point():
        raise UnsupportedError("a loss of classes for numbers that are no floats")
    if target.dtype.name not in {"int64", "uint8"}:
        raise RuntimeError(f"expected scalar type Long but found {_title(target)}")
    wrong = target.array[((target.array < 0) | (target.array >= count)) & (target.array != ignore)]
    if wrong.size:
        raise IndexError(f"Target {wrong.flat[0]} is out of bounds.")


@known
def cross_entropy(  # noqa: PLR0917 - PyTorch's signature
    logits: Tensor, target: Tensor, weight: Tensor | None = None, size_average: Any = None, ignore_index: int = -100,
    reduce: Any = None, reduction: str = "mean", label_smoothing: float = 0.0,
) -> Tensor:  # fmt: skip
    if size_average is not None or reduce is not None:
        raise UnsupportedError("torch.nn.functional.cross_entropy(size_average, reduce)")
    given = None if weight is None else weight.array
    rows, wanted = logits.operand, _classes(target)
    if target.dtype.rank < 2 and target.array.shape == logits.array.shape:
        found = _title(target)
        raise RuntimeError(f"Expected floating point type for target with class probabilities, got {found}")
    if target.dtype.rank == 2 and not logits.array.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    if target.dtype.rank == 2:
        if target.array.shape != logits.array.shape:
            raise RuntimeError(f"expected target dtype to be Long or Byte, but got {TITLES[target.dtype]}")
        of_one_type("nn.functional.cross_entropy", logits, target)
        if target.requires_grad:
            return _between_distributions(logits, target, given, reduction, label_smoothing)
        made_by = {"mean": "DivBackward1", "sum": "NegBackward0"}.get(reduction, "NegBackward0")
        if label_smoothing:
            count = logits.array.shape[1 if logits.array.ndim > 1 else 0]
            wanted = (wanted * (1 - label_smoothing) + label_smoothing / count).astype(wanted.dtype)
        return compute("cross_entropy", (rows, wanted), made_by, reduction=reduction, weight=given)
    _check_labels(logits, target, ignore_index)
    wanted = _of_one_row(logits, wanted)
    made_by = "NllLoss2DBackward0" if logits.array.ndim > 2 else "NllLossBackward0"
    ignore = ignore_index if np.any(target.array == ignore_index) else None
    if not label_smoothing:
        return compute("cross_entropy", (rows, wanted), made_by, reduction=reduction, weight=given, ignore=ignore)
    if given is not None or ignore is not None or logits.array.ndim != 2:
        raise UnsupportedError("torch.nn.functional.cross_entropy(label_smoothing) with weights or more dimensions")
    count = logits.array.shape[1]
    smooth = np.eye(count)[wanted] * (1 - label_smoothing) + label_smoothing / count
    return compute("cross_entropy", (rows, smooth.astype(logits.array.dtype)), "AddBackward0", reduction=reduction)


def _between_distributions(
    logits: Tensor, target: Tensor, weight: Any, reduction: str, label_smoothing: float
) -> Tensor:
    """Cross-entropy with a gradient for the target too."""
    if weight is not None or label_smoothing:
        raise UnsupportedError("torch.nn.functional.cross_entropy of a target that requires grad, with weights")
    axis = min(logits.array.ndim - 1, 1)
    terms = -methods.total(target * methods.log_softmax(logits, axis), axis)
    if reduction == "none":
        return terms
    summed = methods.total(terms)
    return summed if reduction == "sum" else named(summed / max(terms.array.size, 1), "DivBackward1")


@known
def nll_loss(  # noqa: PLR0917 - PyTorch's signature
    log_probability: Tensor, target: Tensor, weight: Tensor | None = None, size_average: Any = None,
    ignore_index: int = -100, reduce: Any = None, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    if size_average is not None or reduce is not None:
        raise UnsupportedError("torch.nn.functional.nll_loss(size_average, reduce)")
    _check_labels(log_probability, target, ignore_index)
    given = None if weight is None else weight.array
    ignore = ignore_index if np.any(target.array == ignore_index) else None
    labels = _of_one_row(log_probability, _classes(target))
    return compute(
        "nll", (log_probability.operand, labels), "NllLossBackward0", reduction=reduction, weight=given,
        ignore=ignore,
    )  # fmt: skip


@known
def kl_div(  # noqa: PLR0917 - PyTorch's signature
    log_probability: Tensor, target: Tensor, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:  # fmt: skip
    if not (log_probability.is_floating_point() and target.is_floating_point()):
        raise RuntimeError("kl_div: Integral inputs not supported.")
    dtype = mixed((log_probability, target))
    operands = [typed(x, dtype) for x in methods.FUNCTIONS["broadcast_tensors"](log_probability, target)]
    if reduction == "batchmean":
        value = compute("kl_div", operands, "SumBackward0", reduction="sum", log_target=log_target)
        return operation("div", (value, log_probability.array.shape[0]), "DivBackward0")
    made_by = {"mean": "MeanBackward0", "sum": "SumBackward0"}.get(reduction, "SubBackward0")
    return compute("kl_div", operands, made_by, reduction=reduction, log_target=log_target)
