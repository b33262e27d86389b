"""The imitation exists only in a session, says what it lacks, and never gives a number for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from notevault.frontends.imitation import Finder, imitation
from notevault.frontends.torch_like.library import modules
from notevault.frontends.unsupported import UnsupportedError


@pytest.fixture(autouse=True)
def as_if_torch_were_not_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Puts the imitation before an installed PyTorch, which would come first."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "torch"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Finder("torch", modules), *sys.meta_path])
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "torch"]:
        del sys.modules[name]


def test_a_block_can_import_torch_where_it_is_not_installed(session: Any) -> None:
    _, printed = session(
        "import torch\nimport torch.nn as nn\nfrom torch import optim\n"
        "x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)\n(x ** 2).sum().backward()\nprint(x.grad)\n"
    )
    assert printed == "tensor([2., 4., 6.])\n"


LACKING = [
    ("import torch\ntorch.fft.fft", "torch.fft"),
    ("import torch\ntorch.tensor([1.0]).bessel()", "torch.Tensor.bessel"),
    ("import torch.distributed", "torch.distributed"),
    ("from torch import compile", "torch.compile"),
    ("from torch.nn import Transformer", "torch.nn.Transformer"),
    ("import torch\ntorch.tensor([1.0], device='cuda')", "torch.device('cuda')"),
    ("import torch.nn.functional as F\nF.ctc_loss", "torch.nn.functional.ctc_loss"),
]


@pytest.mark.parametrize(("code", "name"), LACKING)
def test_what_is_lacking_is_named(session: Any, code: str, name: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        session(code)
    assert caught.value.name == name
    assert str(caught.value) == name


UNNOTICED = [
    "y = (x ** 3).sum()\nx.data.fill_(5.0)",
    "y = (x * x).sum()\nx.data = x.data * 3",
    "y = (x ** 3).sum()\nwith torch.no_grad():\n    x -= 1",
    "y = (x ** 3).sum()\nx.detach().numpy()[0] = 7",
    "y = (x.view(2, 1) ** 3).sum()\nx.data.mul_(2)",
    "t = x * 2\ny = torch.maximum(t, t + 1).sum()\nt.detach()[0] = 7",
]


@pytest.mark.parametrize("change", UNNOTICED)
def test_a_gradient_that_would_mix_old_and_new_numbers_is_unsupported(session: Any, change: str) -> None:
    start = "import torch\nx = torch.tensor([1.0, 2.0], requires_grad=True)\n"
    with pytest.raises(UnsupportedError, match="backward after numbers"):
        session(f"{start}{change}\ny.backward()\n")


def test_an_installed_library_comes_before_its_imitation() -> None:
    finder = Finder("json", lambda: {"json": imitation("json", {"loads": None})})
    before = list(sys.meta_path)
    finder.install()
    try:
        assert sys.meta_path[-1] is finder
        import importlib.util

        spec = importlib.util.find_spec("json")
        assert spec is not None
        assert spec.loader is not finder
    finally:
        sys.meta_path[:] = before


def test_other_names_are_left_to_other_finders() -> None:
    assert Finder("torch", dict).find_spec("torchvision") is None


WAYS = [
    ("import torch\ntorch.flip(torch.ones(2), axis_=3)", "torch.flip with these arguments"),
    ("import torch\ntorch.nn.Embedding(2, 2, max_norm=1.0)", "Embedding with these arguments"),
    ("import torch.nn.functional as F\nF.glu(None, dims=2)", "torch.nn.functional.glu with these arguments"),
    ("import torch\ntorch.tensor([1 + 2j])", "torch.complex128"),
    ("import torch\ntorch.zeros(2, dtype=torch.bfloat16)", "torch.bfloat16"),
    (
        "import torch\nx = torch.ones(1, requires_grad=True)\n(x * 2).grad_fn.next_functions",
        "torch.Tensor.grad_fn.next_functions",
    ),
    (
        "import torch\ntorch.nn.LSTM(1, 1, num_layers=2, dropout=0.5)(torch.ones(1, 1, 1))",
        "torch.nn.LSTM(dropout) while training",
    ),
]


@pytest.mark.parametrize(("code", "name"), WAYS)
def test_a_way_to_call_that_is_lacking_is_named(session: Any, code: str, name: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        session(code)
    assert caught.value.name == name
