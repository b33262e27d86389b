"""Convolutions, pooling, padding and resizing: the functions of `torch.nn.functional` on images and signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from notevault.frontends.torch_like.operations import methods
from notevault.frontends.torch_like.operations.methods import compute, named, operation
from notevault.frontends.torch_like.operations.table import row_major
from notevault.frontends.torch_like.recording import tape
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError

WINDOWS: dict[str, Callable[..., Any]] = {}
"""What is a name of `torch.nn.functional`."""


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    WINDOWS[function.__name__] = methods.guarded(f"torch.nn.functional.{function.__name__}", function)
    return WINDOWS[function.__name__]


def each(value: Any, dimensions: int) -> tuple[int, ...]:
    """A length for each dimension, from one for all or one for each."""
    if isinstance(value, list | tuple):
        return tuple(value) if len(value) == dimensions else tuple(value) * dimensions
    return (value,) * dimensions


def _check_input(x: Tensor, weight: Tensor, groups: int, dimensions: int) -> None:
    if x.array.ndim not in {dimensions + 1, dimensions + 2}:
        raise RuntimeError(
            f"Expected {dimensions + 1}D (unbatched) or {dimensions + 2}D (batched) input to conv{dimensions}d, but "
            f"got input of size: {list(x.array.shape)}"
        )
    channels = x.array.shape[-dimensions - 1]
    wanted = weight.array.shape[1] * groups
    if channels != wanted:
        batched = x.array.shape if x.array.ndim == dimensions + 2 else (1, *x.array.shape)
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(weight.array.shape)}, expected input{list(batched)} to have "
            f"{wanted} channels, but got {channels} channels instead"
        )


def _check_kernel(x: Tensor, weight: Tensor, padding: tuple[int, ...], dilation: tuple[int, ...]) -> None:
    count = len(padding)
    padded = [n + 2 * p for n, p in zip(x.array.shape[-count:], padding, strict=True)]
    kernel = [(n - 1) * d + 1 for n, d in zip(weight.array.shape[-count:], dilation, strict=True)]
    if any(k > n for k, n in zip(kernel, padded, strict=True)):
        sizes = [" x ".join(map(str, lengths)) for lengths in (padded, kernel)]
        raise RuntimeError(
            f"Calculated padded input size per channel: ({sizes[0]}). Kernel size: ({sizes[1]}). Kernel size can't be "
            "greater than actual input size"
        )


def _convolution(dimensions: int) -> Callable[..., Tensor]:
    def convolve(  # noqa: PLR0917 - PyTorch's signature
        x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
        groups: int = 1,
    ) -> Tensor:  # fmt: skip
        _check_input(x, weight, groups, dimensions)
        steps = each(dilation, dimensions)
        if padding == "valid":
            padding = 0
        elif padding == "same":
            reach = [(n - 1) * d for n, d in zip(weight.array.shape[2:], steps, strict=True)]
            if any(length % 2 for length in reach):
                raise UnsupportedError("torch.nn.functional.conv with padding='same' and an even kernel")
            padding = tuple(length // 2 for length in reach)
        widths = each(padding, dimensions)
        _check_kernel(x, weight, widths, steps)
        batched = x if x.array.ndim == dimensions + 2 else x.unsqueeze(0)
        value = row_major(operation(
            f"conv{dimensions}d", (batched, weight), "ConvolutionBackward0",
            stride=each(stride, dimensions), padding=widths, dilation=steps, groups=groups,
        ))  # fmt: skip
        if bias is not None:
            value = operation("add", (value, bias.view(1, -1, *(1,) * dimensions)), "ConvolutionBackward0")
        return value if batched is x else value.squeeze(0)

    return convolve


for _dimensions in (1, 2):
    WINDOWS[f"conv{_dimensions}d"] = methods.guarded(
        f"torch.nn.functional.conv{_dimensions}d", _convolution(_dimensions)
    )


def _transposed(dimensions: int) -> Callable[..., Tensor]:
    """The transpose of the convolution: every element of x puts the kernel, times itself, into the result."""

    def spread(  # noqa: PLR0917 - PyTorch's signature
        x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, dilation: Any = 1,
    ) -> Tensor:  # fmt: skip
        if groups != 1 or each(dilation, dimensions) != (1,) * dimensions:
            raise UnsupportedError(f"torch.nn.functional.conv_transpose{dimensions}d(groups, dilation)")
        steps, cut, more = (each(value, dimensions) for value in (stride, padding, output_padding))
        kernel = weight.array.shape[2:]
        spread_out = operation("mul", (x, 1), "")
        for axis, step in enumerate(steps, start=2):
            spread_out = _apart(spread_out, axis, step)
        widths = [(0, 0), (0, 0)] + [(k - 1 - c, k - 1 - c + m) for k, c, m in zip(kernel, cut, more, strict=True)]
        padded = compute("pad", (spread_out.operand,), "", widths=tuple(widths))
        axes = tuple(range(2, 2 + dimensions))
        flipped = weight.transpose(0, 1).flip(axes)
        value = row_major(operation(f"conv{dimensions}d", (padded, flipped), "ConvolutionBackward0"))
        if bias is not None:
            value = operation("add", (value, bias.view(1, -1, *(1,) * dimensions)), "ConvolutionBackward0")
        return value

    return spread


def _apart(x: Tensor, axis: int, step: int) -> Tensor:
    """The elements along an axis with zeros between them."""
    if step == 1:
        return x
    shape = list(x.array.shape)
    place = (slice(None),) * axis + (slice(0, (shape[axis] - 1) * step + 1, step),)
    shape[axis] = (shape[axis] - 1) * step + 1
    return Tensor.made(tape.run("scatter", (x.operand,), {"index": place, "shape": tuple(shape)}), "")


for _dimensions in (1, 2):
    WINDOWS[f"conv_transpose{_dimensions}d"] = methods.guarded(
        f"torch.nn.functional.conv_transpose{_dimensions}d", _transposed(_dimensions)
    )


def _pool(primitive: str, dimensions: int, made_by: str) -> Callable[..., Tensor]:
    def pool(
        x: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, **more: Any
    ) -> Tensor:
        if more.pop("return_indices", False):
            raise UnsupportedError(f"torch.nn.functional.{primitive}(return_indices=True)")
        size = each(kernel_size, dimensions)
        if "count_include_pad" in more:
            more["count_padding"] = more.pop("count_include_pad")
        if "dilation" in more:
            more["dilation"] = each(more["dilation"], dimensions)
        steps = each(kernel_size if stride is None else stride, dimensions)
        options = {"size": size, "stride": steps, "padding": each(padding, dimensions), "ceil": ceil_mode, **more}
        return row_major(operation(primitive, (x,), made_by, **options))

    return pool


_POOLS = {
    1: ("SqueezeBackward1", "SqueezeBackward1"),
    2: ("MaxPool2DWithIndicesBackward0", "AvgPool2DBackward0"),
}
for _dimensions, _names in _POOLS.items():
    for _name, _primitive, _made in zip(("max_pool", "avg_pool"), ("maxpool", "avgpool"), _names, strict=True):
        WINDOWS[f"{_name}{_dimensions}d"] = methods.guarded(
            f"torch.nn.functional.{_name}{_dimensions}d", _pool(_primitive, _dimensions, _made)
        )


def _adaptive(dimensions: int, largest: bool) -> Callable[..., Tensor]:
    def pool(x: Tensor, output_size: Any) -> Tensor:
        lengths = x.array.shape[-dimensions:]
        wanted = tuple(n if w is None else w for n, w in zip(lengths, each(output_size, dimensions), strict=True))
        if wanted == (1,) * dimensions and not largest:
            made_by = "MeanBackward1" if dimensions == 2 else "SqueezeBackward1"
            return named(x.mean(tuple(range(-dimensions, 0)), True), made_by)
        if any(n % w for n, w in zip(lengths, wanted, strict=True)):
            raise UnsupportedError("torch.nn.functional.adaptive pooling into unequal parts")
        size = tuple(n // w for n, w in zip(lengths, wanted, strict=True))
        made_by = "AdaptiveMaxPool2DBackward0" if largest else "AdaptiveAvgPool2DBackward0"
        return row_major(operation("maxpool" if largest else "avgpool", (x,), made_by, size=size, stride=size))

    return pool


for _dimensions in (1, 2):
    for _kind, _largest in (("max", True), ("avg", False)):
        _name = f"adaptive_{_kind}_pool{_dimensions}d"
        WINDOWS[_name] = methods.guarded(f"torch.nn.functional.{_name}", _adaptive(_dimensions, _largest))


@_known
def pad(x: Tensor, pad: Any, mode: str = "constant", value: float | None = None) -> Tensor:
    widths = [(0, 0)] * x.array.ndim
    for i, pair in enumerate(zip(pad[::2], pad[1::2], strict=True)):
        widths[-1 - i] = pair
    modes = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    made_by = "ConstantPadNdBackward0" if mode == "constant" else f"{mode.title()}Pad{len(pad) // 2}DBackward0"
    return compute("pad", (x.operand,), made_by, widths=tuple(widths), mode=modes[mode], value=value or 0.0)


@_known
def interpolate(
    x: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Tensor:
    if mode != "nearest":
        raise UnsupportedError(f"torch.nn.functional.interpolate(mode={mode!r})")
    lengths = x.array.shape[2:]
    if size is None:
        factors = scale_factor if isinstance(scale_factor, list | tuple) else (scale_factor,) * len(lengths)
        wanted = tuple(int(n * f) for n, f in zip(lengths, factors, strict=True))
    else:
        wanted = each(size, len(lengths))
    index = np.ix_(*(np.arange(w) * n // w for n, w in zip(lengths, wanted, strict=True)))
    made_by = f"UpsampleNearest{len(lengths)}DBackward0"
    return compute("getitem", (x.operand,), made_by, index=(slice(None), slice(None), *index))


@_known
def unfold(x: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Every window as a column: (n, channels * window, windows)."""
    size, steps, apart, widths = (each(value, 2) for value in (kernel_size, stride, dilation, padding))
    padded = tape.run("pad", (x.operand,), {"widths": ((0, 0), (0, 0), *((w, w) for w in widths))})
    cut = tape.run("windows", (padded,), {"size": size, "stride": steps, "dilation": apart})
    n, channels, rows, columns = (Tensor.made(cut, "").array.shape)[:4]
    order = tape.run("transpose", (cut,), {"axes": (0, 1, 4, 5, 2, 3)})
    shape = (n, channels * size[0] * size[1], rows * columns)
    return compute("reshape", (order,), "Im2ColBackward0", shape=shape)
