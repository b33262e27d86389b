"""On random programs the imitation prints what PyTorch prints, raises where it raises, or names what it lacks."""

from __future__ import annotations

import importlib.util

import pytest

from tests.frontends.torch.random_programs import difference, program, same_numbers, torch_names

SEEDS = range(600)
AT_ONCE = 50

KNOWN = {
    "message": "the text of an error can differ, where both raise one; `test_snippets` holds the ones notes show",
}
"""Kinds of difference that are left, with the reason."""


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed (extra `oracles`)")
@pytest.mark.parametrize("first", SEEDS[::AT_ONCE])
def test_a_random_program_does_what_it_does_in_pytorch(first: int) -> None:
    names = torch_names()
    found = [difference(seed, dict(names))[0] for seed in range(first, first + AT_ONCE)]
    assert [one for one in found if one is not None and one.kind not in KNOWN] == []


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed (extra `oracles`)")
def test_most_lines_are_computed_and_few_are_unsupported() -> None:
    names = torch_names()
    counts = [difference(seed, dict(names))[1] for seed in range(100)]
    lacking = sum(n for seen in counts for kind, n in seen.items() if kind.startswith("unsupported"))
    assert sum(seen["output"] for seen in counts) > 20 * lacking > 0


def test_a_seed_gives_the_same_program() -> None:
    assert program(7) == program(7) != program(8)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("tensor([1.2000, 3.4567])", "tensor([1.2000, 3.4568])", True),
        ("tensor([1.2000, 3.4567])", "tensor([1.2000, 3.4667])", False),
        ("tensor([1., 2.])", "tensor([1., 2.], dtype=torch.float64)", False),
        ("tensor([1, 2])", "tensor([1, 3])", False),
        ("tensor([[1, 2]])", "tensor([1, 2])", False),
        ("tensor(nan)", "tensor(0.)", False),
        ("tensor([-0.,  1.])", "tensor([0., 1.])", True),
    ],
)
def test_prints_are_compared_by_their_numbers(a: str, b: str, same: bool) -> None:
    assert same_numbers(a, b) is same
