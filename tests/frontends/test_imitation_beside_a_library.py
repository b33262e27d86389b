"""An installed library that looks for modules of its own is not answered by its imitation."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from notevault.frontends.imitation import Finder, imitation
from notevault.frontends.unsupported import UnsupportedError

MODULE = "try:\n    from pretended import optional\nexcept ImportError:\n    optional = None\n"


@pytest.fixture
def finder(monkeypatch: pytest.MonkeyPatch) -> Finder:
    made = Finder("pretended", lambda: {"pretended": imitation("pretended", {"one": 1})})
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, made])
    monkeypatch.delitem(sys.modules, "pretended", raising=False)
    return made


def test_a_part_that_an_installed_library_lacks_is_an_import_error(
    finder: Finder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "pretended"
    package.mkdir()
    (package / "__init__.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert importlib.import_module("pretended").optional is None
    monkeypatch.delitem(sys.modules, "pretended")


def test_a_part_that_the_imitation_lacks_is_unsupported(finder: Finder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert importlib.import_module("pretended").one == 1
    with pytest.raises(UnsupportedError, match=r"pretended\.two"):
        importlib.import_module("pretended.two")
    monkeypatch.delitem(sys.modules, "pretended")
