"""A vault that holds only the seed note of the example vault, and a way to call the command line on it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "vault_example"
SEED = "Backpropagation in Neural Networks.md"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def seed_vault(tmp_path: Path) -> Path:
    folder = tmp_path / "seed"
    folder.mkdir()
    shutil.copy(EXAMPLE / SEED, folder)
    return folder


@pytest.fixture
def notevault() -> Run:
    def run(
        *arguments: object, cwd: Path = ROOT, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "notevault", *map(str, arguments)],
            cwd=cwd,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **(env or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    return run
