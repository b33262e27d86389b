"""micrograd, autograd and jax as notes use them: the imitations print what the libraries print."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from notevault.checks.compare import agrees
from notevault.frontends.other_libraries import autograd, jax, micrograd
from notevault.frontends.unsupported import UnsupportedError

SNIPPETS = [
    snippet
    for name in ("snippets.txt", "jax_snippets.txt")
    for snippet in re.findall(
        r"^=== (\d+)\n(.*?)^--- prints\n(.*?)(?=\n?^=== |\Z)",
        (Path(__file__).parent / name).read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
]
LIBRARIES = {"autograd": autograd, "jax": jax, "micrograd": micrograd}


@contextlib.contextmanager
def imitated() -> Iterator[None]:
    """The imitations in the place of the libraries."""
    made = {name: module for library in LIBRARIES.values() for name, module in library.modules().items()}
    before = {name: sys.modules.get(name) for name in made}
    sys.modules.update(made)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def printed_by(code: str) -> str:
    text = io.StringIO()
    with contextlib.redirect_stdout(text), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(code, "snippet", "exec"), {"__name__": "note"})
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    return text.getvalue()


@pytest.mark.parametrize(("number", "code", "expected"), SNIPPETS, ids=lambda value: str(value)[:3])
def test_the_imitation_prints_what_the_library_prints(number: str, code: str, expected: str) -> None:
    with imitated():
        printed = printed_by(code)
    assert agrees(expected, printed), printed  # up to the last digit of a float32
    assert form(printed) == form(expected)


def form(text: str) -> str:
    """The text without its white space, with a mark for every number."""
    return "".join(re.sub(r"[\d.]+", "#", text).split())


@pytest.mark.parametrize(("number", "code", "expected"), SNIPPETS, ids=lambda value: str(value)[:3])
def test_what_is_written_down_is_what_the_library_prints(number: str, code: str, expected: str) -> None:
    library = next(name for name in LIBRARIES if name in code)
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed (extra `oracles`)")
    assert printed_by(code).strip() == expected.strip()


LACKING = [
    ("import jax\njax.pmap", "jax.pmap"),
    ("import jax\njax.nn.one_hot([0], 2, axis=0)", "jax.nn.one_hot with these arguments"),
    ("import jax\njax.custom_jvp", "jax.custom_jvp"),
    ("import jax\njax.jit(lambda x: print(x))", "jax.jit of a function that prints"),
    ("import jax.numpy as jnp\njnp.fft", "jax.numpy.fft"),
    ("from autograd import grad\nimport autograd.numpy as np\ngrad(lambda x: np.i0(x))(0.5)", "autograd.numpy.i0"),
    ("import autograd\nautograd.vmap", "autograd.vmap"),
    ("from micrograd.engine import Value\nValue(1.0).sigmoid()", "micrograd.engine.Value.sigmoid"),
]


@pytest.mark.parametrize(("code", "name"), LACKING)
def test_what_is_lacking_is_named(code: str, name: str) -> None:
    with imitated(), pytest.raises(UnsupportedError) as caught:
        exec(code, {})
    assert caught.value.name == name


def test_a_long_chain_of_values_needs_no_recursion() -> None:
    value = micrograd.Value(1.0)
    start = value
    for _ in range(5000):
        value = value + 1
    value.backward()
    assert start.grad == 1.0
