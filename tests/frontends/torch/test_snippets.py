"""The imitation of PyTorch prints what PyTorch prints, on short programs as they stand in notes."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notevault.frontends.torch_like.library import modules

SNIPPETS = [
    snippet
    for file in sorted((Path(__file__).parent / "snippets").glob("*.txt"))
    for snippet in re.findall(
        r"^=== (\d+)\n(.*?)^--- prints\n(.*?)(?=\n?^=== |\Z)",
        file.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
]


@contextlib.contextmanager
def imitated() -> Iterator[dict[str, Any]]:
    """The names `torch`, `nn` and `F` from the imitation, even where PyTorch is installed."""
    made = modules()
    made["torch"].set_printoptions(profile="default")
    before = {name: sys.modules.get(name) for name in made}
    sys.modules.update(made)
    try:
        yield {"torch": made["torch"], "nn": made["torch.nn"], "F": made["torch.nn.functional"], "__name__": "note"}
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def printed_by(code: str, names: dict[str, Any]) -> str:
    text = io.StringIO()
    with contextlib.redirect_stdout(text), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(code, "snippet", "exec"), names)
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    return text.getvalue()


@pytest.mark.parametrize(("number", "code", "expected"), SNIPPETS, ids=lambda value: str(value)[:3])
def test_the_imitation_prints_what_pytorch_prints(number: str, code: str, expected: str) -> None:
    with imitated() as names:
        assert printed_by(code, names).strip() == expected.strip()


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed (extra `oracles`)")
@pytest.mark.parametrize(("number", "code", "expected"), SNIPPETS, ids=lambda value: str(value)[:3])
def test_what_is_written_down_is_what_pytorch_prints(number: str, code: str, expected: str) -> None:
    import torch

    torch.set_printoptions(profile="default")
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "__name__": "note"}
    assert printed_by(code, names).strip() == expected.strip()


def test_there_are_enough_snippets() -> None:
    assert len(SNIPPETS) >= 280
    assert len({number for number, _, _ in SNIPPETS}) == len(SNIPPETS)
