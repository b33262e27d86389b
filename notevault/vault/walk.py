"""The files of a vault, in one order whatever the file system gives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from notevault.vault.names import MARKDOWN

BUILD_MARKER = ".notevault-build"
"""A file in each folder that notevault has written, so that it is not read as notes."""


def walk(root: Path) -> tuple[str, ...]:
    """The paths of a vault's files, relative to `root`, with `/`, sorted.

    Left out are hidden files and folders, but a note that is named just `.md`; folders that are symbolic links
    (what they hold inside the vault is found anyway); files that are symbolic links out of the vault; folders that
    notevault has written.
    """
    return tuple(sorted(_files(root)))


def _files(root: Path) -> Iterator[str]:
    inside = root.resolve()
    for folder, folders, names in os.walk(root):
        if BUILD_MARKER in names:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(folder, name)
            if name.startswith(".") and name.casefold() != MARKDOWN:
                continue
            if file.is_symlink() and not (file.is_file() and file.resolve().is_relative_to(inside)):
                continue
            yield file.relative_to(root).as_posix()


def is_note(path: str) -> bool:
    """Whether a file is a note, by its name."""
    return path.casefold().endswith(MARKDOWN)
