"""A small TensorFlow: it prints what TensorFlow prints, up to the last digit of a float32.

TensorFlow is too large for the extra `oracles`; what it prints was written down from TensorFlow 2.21.0, and is compared
with it again wherever it is installed.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from notevault.checks.compare import agrees
from notevault.frontends.other_libraries.tensorflow.library import modules
from notevault.frontends.unsupported import UnsupportedError
from tests.frontends.other_libraries.test_snippets import form, printed_by

TEXT = (Path(__file__).parent / "tensorflow_snippets.txt").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^=== (\d+)\n(.*?)^--- prints\n(.*?)(?=\n?^=== |\Z)", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def imitated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The imitation in the place of the library."""
    for name, module in modules().items():
        monkeypatch.setitem(sys.modules, name, module)


@pytest.mark.usefixtures("imitated")
@pytest.mark.parametrize(("number", "code", "expected"), SNIPPETS, ids=lambda value: str(value)[:3])
def test_the_imitation_prints_what_tensorflow_prints(number: str, code: str, expected: str) -> None:
    printed = printed_by(code)
    assert agrees(expected, printed), printed
    assert form(printed) == form(expected)


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed (too large)")
@pytest.mark.parametrize(("number", "code", "expected"), SNIPPETS, ids=lambda value: str(value)[:3])
def test_what_is_written_down_is_what_tensorflow_prints(number: str, code: str, expected: str) -> None:
    assert agrees(expected, printed_by(code))


LACKING = [
    ("import tensorflow as tf\ntf.keras.Sequential()", "tensorflow.keras"),
    ("import tensorflow as tf\ntf.math.bessel_i0(1.0)", "tensorflow.math.bessel_i0"),
    ("import tensorflow as tf\ntf.constant(1.0).experimental_ref()", "tensorflow.Tensor.experimental_ref"),
    ("import tensorflow as tf\ntf.constant('text')", "tensorflow.constant of str128"),
    ("import tensorflow as tf\n@tf.function\ndef f(x):\n    print(x)", "tensorflow.function of a function that prints"),
]


@pytest.mark.usefixtures("imitated")
@pytest.mark.parametrize(("code", "name"), LACKING)
def test_what_is_lacking_is_named(code: str, name: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        exec(code, {})
    assert caught.value.name == name
