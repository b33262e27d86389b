"""Where the public vaults are, if they are: beside the checkout, or where NOTEVAULT_SHARED says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("NOTEVAULT_SHARED", Path(__file__).resolve().parents[2] / "shared"))

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public vaults are not beside this checkout (../shared)"
)


def vault(name: str) -> Path:
    """The folder of the public vault `name`."""
    return SHARED / "vaults" / name
