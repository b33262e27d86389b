"""Every row of the operation table against independent derivatives, from its own samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from notevault.autodiff import PRIMITIVES, Primitive, Reals, Sample, Tensor, apply, gradcheck, gradients
from notevault.autodiff.operations.reductions import sum as total

TO_COMPLEX = ("eig", "fft", "ifft")
"""Operations with a complex result of real numbers: their rules are tested in `test_complex`."""


def cases() -> list[Any]:
    return list(_cases())


def _cases() -> Iterator[Any]:
    for name, row in PRIMITIVES.items():
        if not row.differentiable:
            continue
        for number, sample in enumerate(row.samples):
            yield pytest.param(row, sample, id=f"{name}-{number}")


def differentiated(row: Primitive, sample: Sample) -> tuple[Callable[..., Any], list[Any]]:
    """The operation as a function of its differentiable sample operands alone, and those operands."""
    values = sample.values()
    places = [k for k, operand in enumerate(sample.operands) if isinstance(operand, Reals)]

    def function(*chosen: Any) -> Any:
        operands = list(values)
        for place, operand in zip(places, chosen, strict=True):
            operands[place] = operand
        return apply(row.name, *operands, **sample.parameters)

    return function, [values[k] for k in places]


@pytest.mark.parametrize(("row", "sample"), cases())
def test_the_rules_agree_with_differences_in_first_order(row: Primitive, sample: Sample) -> None:
    function, operands = differentiated(row, sample)
    report = gradcheck(function, *operands)
    assert report.ok, str(report)
    assert not report.kinks, "a sample must not lie at a kink"


@pytest.mark.parametrize(("row", "sample"), cases())
def test_the_rules_agree_with_differences_in_second_order(row: Primitive, sample: Sample) -> None:
    function, operands = differentiated(row, sample)

    def slope(*leaves: Tensor) -> Tensor:
        output = function(*leaves)
        weights = np.cos(np.arange(output.size)).reshape(output.shape)
        pulled = gradients(total(output * output * weights), leaves)
        return total(sum_of(pulled))

    def sum_of(parts: tuple[Tensor, ...]) -> Tensor:
        scaled = [total(part * np.sin(1.0 + np.arange(part.size)).reshape(part.shape)) for part in parts]
        whole = scaled[0]
        for part in scaled[1:]:
            whole = whole + part
        return whole

    report = gradcheck(slope, *operands, tolerance=1e-6)
    assert report.ok, str(report)


@pytest.mark.parametrize("row", PRIMITIVES.values(), ids=PRIMITIVES)
def test_a_row_is_complete(row: Primitive) -> None:
    assert row.doc.strip(), "no docstring"
    assert ">>>" in row.doc, "no doctest"
    assert row.latex
    assert row.partials_latex
    assert row.sympy
    assert row.samples or row.name in {"cast", *TO_COMPLEX}
    if row.elementwise:
        assert len(row.partials_latex) == len(row.partials)


OPERATIONS = [
    "add",
    "sub",
    "mul",
    "div",
    "neg",
    "pow",
    "square",
    "reciprocal",
    "abs",
    "sign",
    "mod",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sqrt",
    "rsqrt",
    "cbrt",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "atan2",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "hypot",
    "sinc",
    "sigmoid",
    "relu",
    "leaky_relu",
    "elu",
    "gelu",
    "silu",
    "softplus",
    "softsign",
    "hardtanh",
    "mish",
    "softmax",
    "log_softmax",
    "logsumexp",
    "logaddexp",
    "erf",
    "erfc",
    "maximum",
    "minimum",
    "clip",
    "where",
    "sum",
    "mean",
    "prod",
    "var",
    "std",
    "max",
    "min",
    "norm",
    "cumsum",
    "cumprod",
    "matmul",
    "dot",
    "outer",
    "einsum",
    "tensordot",
    "trace",
    "inv",
    "det",
    "slogdet",
    "solve",
    "cholesky",
    "eigh",
    "diag",
    "tril",
    "triu",
    "reshape",
    "transpose",
    "broadcast",
    "squeeze",
    "concat",
    "stack",
    "split",
    "getitem",
    "gather",
    "set_at",
    "flip",
    "pad",
    "roll",
    "mse",
    "l1",
    "huber",
    "hinge",
    "bce",
    "bce_logits",
    "cross_entropy",
    "nll",
    "kl_div",
    "linear",
    "embedding",
    "conv1d",
    "conv2d",
    "maxpool",
    "avgpool",
    "layernorm",
    "batchnorm",
    "dropout",
    "attention",
]


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_table_has(name: str) -> None:
    assert name in PRIMITIVES
