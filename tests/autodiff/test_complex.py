"""Complex values: a cotangent g stands for the change Re(g dy), and every rule is held against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from notevault.autodiff import PRIMITIVES, Primitive, Reals, Sample, apply, tensor
from notevault.autodiff.operations import absolute, eig, eigh, fft, ifft, svd
from notevault.autodiff.operations.reductions import sum as total
from notevault.autodiff.sweep import pull_back, push_forward

STEP = 1e-6

REAL_ONLY = frozenset(
    """
    mod cbrt atan2 hypot erf erfc gelu softplus softsign mish logaddexp l1 huber bce_logits layernorm batchnorm
""".split()
)
"""Operations that have no meaning, or no rule, for complex numbers: they may refuse them."""

UP_TO_A_PHASE = frozenset({"eigh", "svd"})
"""Complex vectors come with an arbitrary phase: what is differentiated must not depend on it."""


def numbers(shape: tuple[int, ...], seed: int, scale: float = 1.0) -> Any:
    generator = np.random.default_rng(seed)
    return scale * (generator.standard_normal(shape) + 1j * generator.standard_normal(shape))


def check(function: Callable[..., Any], *operands: Any) -> None:
    """Pullback and pushforward of a function of complex arrays, against its values on both sides."""
    leaves = [tensor(x) for x in operands]
    output = function(*leaves)
    directions = [numbers(np.shape(x), seed + 1) for seed, x in enumerate(operands)]
    weight = numbers(output.shape, 99)
    weight = weight if np.iscomplexobj(output.value) else weight.real
    ahead, behind = (
        function(*(x + sign * STEP / 2 * v for x, v in zip(operands, directions, strict=True))) for sign in (1, -1)
    )
    difference = (ahead - behind) / STEP
    pulled = pull_back([output], [weight], leaves, recording=False)
    exact = sum(np.real(np.sum(v * g)) for v, g in zip(directions, pulled, strict=True) if g is not None)
    assert exact == pytest.approx(np.real(np.sum(weight * difference)), rel=1e-5, abs=1e-6)
    (pushed,) = push_forward([output], leaves, directions, recording=False)
    np.testing.assert_allclose(np.zeros(output.shape) if pushed is None else pushed, difference, rtol=1e-5, atol=1e-6)


def cases() -> list[Any]:
    return [
        pytest.param(row, sample, id=f"{name}-{k}")
        for name, row in PRIMITIVES.items()
        if row.differentiable and name not in UP_TO_A_PHASE
        for k, sample in enumerate(row.samples)
    ]


def on_complex_operands(row: Primitive, sample: Sample) -> tuple[Callable[..., Any], list[Any]]:
    """The operation on its differentiable operands alone, and those moved off the real line."""
    values = sample.values()
    places = [k for k, operand in enumerate(sample.operands) if isinstance(operand, Reals)]

    def function(*chosen: Any) -> Any:
        operands = list(values)
        for place, operand in zip(places, chosen, strict=True):
            operands[place] = operand
        return apply(row.name, *operands, **sample.parameters)

    return function, [values[k] + 0.3j * numbers(np.shape(values[k]), k + 10).real for k in places]


@pytest.mark.parametrize(("row", "sample"), cases())
def test_a_rule_holds_for_complex_operands_or_refuses_them(row: Primitive, sample: Sample) -> None:
    function, operands = on_complex_operands(row, sample)
    try:
        check(function, *operands)
    except TypeError:
        assert row.name in REAL_ONLY, f"{row.name} refuses complex operands"


def projectors(vectors: Any) -> Any:
    """v v^H of every column, which no phase changes."""
    columns = np.swapaxes(vectors, -1, -2)
    return np.einsum("...ki,...kj->...kij", columns, np.conj(columns))


DECOMPOSITIONS: dict[str, Callable[[Any], Any]] = {
    "eigh values": lambda x: eigh(x)[0],
    "eigh vectors": lambda x: projectors(eigh(x)[1]),
    "eig values": lambda x: eig(x)[0],
    "eig vectors": lambda x: projectors(eig(x)[1]),
    "singular values": lambda x: svd(x, full_matrices=False)[1],
    "left vectors": lambda x: projectors(svd(x, full_matrices=False)[0]),
    "right vectors": lambda x: projectors(np.conj(np.swapaxes(svd(x, full_matrices=False)[2], -1, -2))),
    "left and right together": lambda x: svd(x, full_matrices=False)[0] @ svd(x, full_matrices=False)[2],
}
"""What is unique of each decomposition, of complex matrices."""


@pytest.mark.parametrize("name", DECOMPOSITIONS)
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)], ids=str)
def test_what_is_unique_of_a_decomposition_is_differentiated(name: str, shape: tuple[int, ...]) -> None:
    check(DECOMPOSITIONS[name], numbers(shape, 5) + np.diag([1.0, 3.0, 6.0]))


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (2, 4, 3)], ids=str)
@pytest.mark.parametrize("name", ["singular values", "left vectors", "right vectors", "left and right together"])
def test_singular_vectors_of_oblong_matrices(name: str, shape: tuple[int, ...]) -> None:
    check(DECOMPOSITIONS[name], numbers(shape, 6))


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("transform", [fft, ifft], ids=["fft", "ifft"])
def test_fourier_transforms_are_linear(transform: Callable[..., Any], axis: int) -> None:
    check(lambda x: transform(x, axis=axis), numbers((3, 4), 7))
    check(lambda x: absolute(transform(x, axis=axis)), numbers((3, 4), 8))


def test_a_real_matrix_may_have_complex_eigenvalues() -> None:
    turn = np.array([[0.3, -2.0, 0.1], [1.0, 0.4, 0.2], [0.0, 0.5, 3.0]])
    x = tensor(turn)
    values, vectors = eig(x)
    assert np.iscomplexobj(values.value)
    assert np.iscomplexobj(vectors.value)
    check(lambda x: total(absolute(eig(x)[0])), turn + 0j)
    assert not np.iscomplexobj(eig(tensor(np.diag([1.0, 2.0])))[0].value)
