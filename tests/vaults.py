"""Makes small vaults for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from notevault.vault import read_vault
from notevault.vault.model import Vault


def write_vault(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write `files` (by path) below `root`, in the order given."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def make_vault(root: Path, files: Mapping[str, str | bytes]) -> Vault:
    """The vault of `files`, read."""
    return read_vault(write_vault(root, files))
