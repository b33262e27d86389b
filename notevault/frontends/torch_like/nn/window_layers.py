"""Convolutions, pooling, padding and resizing as layers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from notevault.frontends.torch_like.nn import functional
from notevault.frontends.torch_like.nn.layers import uniform
from notevault.frontends.torch_like.nn.module import Module
from notevault.frontends.torch_like.nn.windows import each
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError

F = functional.FUNCTIONS


class _Convolution(Module):
    """Cross-correlation with learned kernels."""

    dimensions, transposed = 2, False

    def __init__(  # noqa: PLR0917 - PyTorch's signature
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1, bias: bool = True, padding_mode: str = "zeros",
    ) -> None:  # fmt: skip
        super().__init__()
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if padding_mode != "zeros":
            raise UnsupportedError(f"torch.nn.{type(self).__name__}(padding_mode={padding_mode!r})")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation = (
            each(value, self.dimensions) for value in (kernel_size, stride, dilation)
        )
        self.padding = padding if isinstance(padding, str) else each(padding, self.dimensions)
        ends = (in_channels, out_channels // groups) if self.transposed else (out_channels, in_channels // groups)
        bound = 1 / math.sqrt(ends[1] * math.prod(self.kernel_size))
        self.weight = uniform((*ends, *self.kernel_size), bound)
        self.register_parameter("bias", uniform((out_channels,), bound) if bias else None)

    def forward(self, x: Tensor) -> Tensor:
        return F[f"conv{self.dimensions}d"](  # type: ignore[no-any-return]
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        ones, zeros = (1,) * self.dimensions, (0,) * self.dimensions
        parts += [f"padding={self.padding}"] if self.padding != zeros else []
        parts += [f"dilation={self.dilation}"] if self.dilation != ones else []
        parts += [f"groups={self.groups}"] if self.groups != 1 else []
        parts += ["bias=False"] if self.bias is None else []
        return ", ".join(parts)


class Conv1d(_Convolution):
    """In one dimension."""

    dimensions = 1


class Conv2d(_Convolution):
    """In two dimensions."""


class _Transposed(_Convolution):
    """The transpose of a convolution."""

    transposed = True

    def __init__(  # noqa: PLR0917 - PyTorch's signature
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, bias: bool = True, dilation: Any = 1,
    ) -> None:  # fmt: skip
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)
        self.output_padding = each(output_padding, self.dimensions)

    def forward(self, x: Tensor) -> Tensor:
        return F[f"conv_transpose{self.dimensions}d"](  # type: ignore[no-any-return]
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation
        )

    def extra_repr(self) -> str:
        parts = [super().extra_repr()]
        parts += [f"output_padding={self.output_padding}"] if any(self.output_padding) else []
        return ", ".join(parts)


class ConvTranspose1d(_Transposed):
    """In one dimension."""

    dimensions = 1


class ConvTranspose2d(_Transposed):
    """In two dimensions."""


class _Pool(Module):
    """The largest element, or the mean, of every window."""

    dimensions, largest = 2, True

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0, **more: Any) -> None:
        super().__init__()
        if not set(more) <= {"dilation", "ceil_mode", "count_include_pad"}:
            raise UnsupportedError(f"torch.nn.{type(self).__name__}({', '.join(sorted(more))})")
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = stride if stride is not None else kernel_size
        self.__dict__["more"] = more

    def forward(self, x: Tensor) -> Tensor:
        kind = "max" if self.largest else "avg"
        pool = F[f"{kind}_pool{self.dimensions}d"]
        return pool(x, self.kernel_size, self.stride, self.padding, **self.more)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        if self.largest:
            text = f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"
            return f"{text}, dilation={self.more.get('dilation', 1)}, ceil_mode={self.more.get('ceil_mode', False)}"
        size, stride, padding = (
            tuple(each(v, 1)) if self.dimensions == 1 else v for v in (self.kernel_size, self.stride, self.padding)
        )
        return f"kernel_size={size}, stride={stride}, padding={padding}"


class _Adaptive(Module):
    """Pooling to a wanted size."""

    dimensions, largest = 2, True

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, x: Tensor) -> Tensor:
        kind = "max" if self.largest else "avg"
        return F[f"adaptive_{kind}_pool{self.dimensions}d"](x, self.output_size)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class Upsample(Module):
    """Larger, by repeating the nearest element."""

    def __init__(self, size: Any = None, scale_factor: Any = None, mode: str = "nearest") -> None:
        super().__init__()
        self.size, self.mode = size, mode
        self.scale_factor = None if scale_factor is None else float(scale_factor)

    def forward(self, x: Tensor) -> Tensor:
        return F["interpolate"](x, self.size, self.scale_factor, self.mode)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        size = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{size}, mode='{self.mode}'"


class ZeroPad2d(Module):
    """Zeros on every side."""

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = each(padding, 4)

    def forward(self, x: Tensor) -> Tensor:
        return F["pad"](x, self.padding)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return str(self.padding)


WINDOW_LAYERS: Mapping[str, Any] = {
    **{layer.__name__: layer for layer in (Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d, Upsample, ZeroPad2d)},
    **{
        f"{prefix}{kind}Pool{n}d": type(f"{prefix}{kind}Pool{n}d", (base,), {"dimensions": n, "largest": kind == "Max"})
        for prefix, base in (("", _Pool), ("Adaptive", _Adaptive))
        for kind in ("Max", "Avg")
        for n in (1, 2)
    },
}
