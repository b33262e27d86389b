"""Which vault, and which of its notes, a command is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from notevault.errors import NotevaultError, VaultNotFoundError
from notevault.vault.find import find_vault
from notevault.vault.model import Vault
from notevault.vault.read import read_vault


@dataclass(frozen=True, slots=True)
class Target:
    """A vault's folder and the notes of it that are meant (paths relative to it; None means all)."""

    root: Path
    only: tuple[str, ...] | None


def target_of(paths: Sequence[Path], vault: Path | None) -> Target:
    """The vault of `paths`: `vault` if it is given, else the one around them, else the folder itself.

    Raises VaultNotFoundError without paths outside any vault, NotevaultError for a path outside the vault.
    """
    if not paths:
        return Target(vault or find_vault(Path.cwd()), None)
    root = vault or _root_around(paths[0])
    inside = [_relative(path, root) for path in paths]
    return Target(root, None if "." in inside else tuple(inside))


def _root_around(path: Path) -> Path:
    try:
        found = find_vault(path)
    except VaultNotFoundError:
        return path if path.is_dir() else path.parent
    return path if path.is_dir() and found.resolve() == path.resolve() else found


def _relative(path: Path, root: Path) -> str:
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise NotevaultError(f"{path} is not inside the vault {root}") from None


def chosen(vault: Vault, only: tuple[str, ...] | None) -> frozenset[str]:
    """The paths of the notes that `only` names, directly or by a folder around them."""
    if only is None:
        return frozenset(vault.notes)
    notes = frozenset(path for path in vault.notes if any(path == part or path.startswith(part + "/") for part in only))
    if not notes:
        raise NotevaultError(f"no notes at {', '.join(only)}")
    return notes


def open_vault(context: click.Context, argument: Path | None) -> Vault:
    """The vault that a command names by its argument or by `--vault`, read."""
    target = target_of([argument] if argument else [], context.obj)
    return read_vault(target.root)
