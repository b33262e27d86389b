"""PyTorch as the oracle: its own samples (OpInfo) of every operation, in float64, in value and two derivatives."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from notevault.autodiff import Tensor, gradients, tensor
from notevault.autodiff import operations as ops
from tests.autodiff.opinfo import ADAPTERS, LeftOutError

torch = pytest.importorskip("torch", reason="the extra `oracles` is not installed: PyTorch is compared with nothing")
pytest.importorskip("expecttest", reason="the extra `oracles` is not installed: PyTorch's samples need expecttest")
pytestmark = pytest.mark.filterwarnings("ignore")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.testing._internal.common_methods_invocations import op_db

TOLERANCE = 1e-9
ABSOLUTE_VALUES = {"linalg.eigh"}
"""Eigenvectors are known up to their sign."""


@dataclass
class Tally:
    """What came of the samples."""

    samples: int = 0
    first: int = 0
    second: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.samples += other.samples
        self.first += other.first
        self.second += other.second
        self.reasons.update(other.reasons)


def numbers_of(output: Any) -> list[Any]:
    parts = output if isinstance(output, (tuple, list)) else [output]
    return list(parts)


def weights(shape: tuple[int, ...], shift: float) -> np.ndarray:
    return np.cos(np.arange(int(np.prod(shape, dtype=int))) + shift).reshape(shape)


class Sides:
    """One sample on both sides: leaves in the same places."""

    def __init__(self, sample: Any) -> None:
        self.torch_leaves: list[Any] = []
        self.leaves: list[Tensor] = []
        self.theirs = [self._theirs(a) for a in (sample.input, *sample.args)]
        self.their_options = {k: self._theirs(v) for k, v in sample.kwargs.items()}
        self.place = 0
        self.ours = [self._ours(a) for a in (sample.input, *sample.args)]
        self.our_options = {k: self._ours(v) for k, v in sample.kwargs.items()}

    def _theirs(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor) and value.requires_grad:
            leaf = value.detach().clone().requires_grad_()
            self.torch_leaves.append(leaf)
            return leaf
        if isinstance(value, (list, tuple)) and any(isinstance(v, torch.Tensor) for v in value):
            return type(value)(self._theirs(v) for v in value)
        return value

    def _ours(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            if value.requires_grad:
                leaf = tensor(self.torch_leaves[len(self.leaves)].detach().numpy().copy())
                self.leaves.append(leaf)
                return leaf
            return value.numpy()[()] if value.dtype != torch.bool or value.ndim else value.numpy()
        if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
            return type(value)(self._ours(v) for v in value)
        return value


def agree(a: Any, b: Any) -> bool:
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return a.shape == b.shape and np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


def floats(parts: list[Any]) -> list[Any]:
    return [p for p in parts if isinstance(p, torch.Tensor) and p.dtype == torch.float64]


def total(parts: list[Any], shift: float) -> Any:
    pieces = [(p * weights(tuple(p.shape), shift + k)).sum() for k, p in enumerate(parts)]
    whole = pieces[0]
    for piece in pieces[1:]:
        whole = whole + piece
    return whole


def total_torch(parts: list[Any], shift: float) -> Any:
    pieces = [(p * torch.from_numpy(np.asarray(weights(tuple(p.shape), shift + k)))).sum() for k, p in enumerate(parts)]
    return sum(pieces[1:], pieces[0])


def compare(op: Any, sample: Any, name: str) -> tuple[bool, bool, str]:
    """Whether value and first derivative agree, whether the second does, and why not."""
    sides = Sides(sample)
    with sdpa_kernel(SDPBackend.MATH):  # the only attention of PyTorch with a second derivative
        theirs = floats(numbers_of(op(*sides.theirs, **sides.their_options)))
    with np.errstate(all="ignore"):
        ours = numbers_of(ADAPTERS[name](*sides.ours, **sides.our_options))[: len(theirs)]
        if name in ABSOLUTE_VALUES:
            theirs, ours = [p.abs() for p in theirs], [ops.absolute(p) for p in ours]
        values = [p.value if isinstance(p, Tensor) else p for p in ours]
        if not all(agree(a, b.numpy(force=True)) for a, b in zip(values, theirs, strict=True)):
            return False, False, "value differs"
        pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if b.requires_grad and isinstance(a, Tensor)]
        if not pairs or not sides.leaves:
            return True, True, ""
        loss = total([a for a, _ in pairs], 0.0)
        torch_loss = total_torch([b for _, b in pairs], 0.0)
        slopes = gradients(loss, sides.leaves)
        torch_slopes = torch.autograd.grad(torch_loss, sides.torch_leaves, create_graph=True, allow_unused=True)
        filled = [
            torch.zeros_like(x) if g is None else g for g, x in zip(torch_slopes, sides.torch_leaves, strict=True)
        ]
        if not all(agree(a.value, b.numpy(force=True)) for a, b in zip(slopes, filled, strict=True)):
            return False, False, "gradient differs"
        curved = total(list(slopes), 0.5)
        torch_curved = total_torch(filled, 0.5)
        if not torch_curved.requires_grad:
            return (
                True,
                all(agree(g.value, np.zeros(g.shape)) for g in gradients(curved, sides.leaves)),
                "second derivative is not zero",
            )
        second = gradients(curved, sides.leaves)
        torch_second = torch.autograd.grad(torch_curved, sides.torch_leaves, allow_unused=True)
        filled = [
            torch.zeros_like(x) if g is None else g for g, x in zip(torch_second, sides.torch_leaves, strict=True)
        ]
        same = all(agree(a.value, b.numpy(force=True)) for a, b in zip(second, filled, strict=True))
        return True, same, "" if same else "second derivative differs"


def tally(op: Any, name: str) -> Tally:
    torch.manual_seed(0)
    result = Tally()
    for sample in op.sample_inputs("cpu", torch.float64, requires_grad=op.supports_autograd):
        result.samples += 1
        try:
            first, second, reason = compare(op, sample, name)
        except LeftOutError as reason_left_out:
            first, second, reason = False, False, str(reason_left_out)
        except np.linalg.LinAlgError as error:
            first, second, reason = False, False, str(error)
        result.first += first
        result.second += second
        if reason and not (first and second):
            result.reasons[f"{name} {op.variant_test_name}: {reason}".replace(" :", ":")] += 1
    return result


ENTRIES = [op for op in op_db if op.name in ADAPTERS and torch.float64 in op.dtypes]
RESULTS: dict[str, Tally] = {}


@pytest.mark.parametrize("op", ENTRIES, ids=lambda op: f"{op.name}.{op.variant_test_name}".rstrip("."))
def test_the_samples_of_pytorch_agree(op: Any) -> None:
    result = tally(op, op.name)
    RESULTS[f"{op.name}.{op.variant_test_name}"] = result
    assert result.samples == result.first + sum(n for r, n in result.reasons.items() if "second" not in r)
    assert not any("differs" in reason and "second" not in reason for reason in result.reasons), result.reasons


def test_nearly_all_samples_agree() -> None:
    if len(RESULTS) < len(ENTRIES):
        pytest.skip("only some of the operations were compared in this run")
    whole = Tally()
    for result in RESULTS.values():
        whole.add(result)
    print(f"\n{whole.samples} samples, {whole.first} agree in value and gradient, {whole.second} in the second order")
    for reason, count in sorted(whole.reasons.items()):
        print(f"{count:5d}  {reason}")
    assert whole.samples >= 2944
    assert whole.first >= 0.951 * whole.samples
    assert whole.second >= 0.95 * whole.samples
