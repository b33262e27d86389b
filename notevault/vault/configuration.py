"""What `notevault.toml` says about which notes are read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from notevault.errors import ConfigurationError

NAME = "notevault.toml"


def read_excludes(root: Path) -> tuple[str, ...]:
    """The patterns of `exclude = […]`, or none. Raises `ConfigurationError` for a file that cannot be used."""
    file = root / NAME
    if not file.is_file():
        return ()
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{NAME} is not valid TOML: {error}") from error
    patterns = table.get("exclude", [])
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise ConfigurationError(f'{NAME}: `exclude` has to be a list of patterns, such as ["templates/*"]')
    return tuple(patterns)


def is_excluded(path: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern fits the path or a folder above it; `*` stands for any characters, `/` included.

    >>> is_excluded("templates/daily/Day.md", ["templates/"]), is_excluded("a/Draft 1.md", ["*/Draft*"])
    (True, True)
    """
    return any(
        fnmatchcase(path, pattern.rstrip("/")) or fnmatchcase(path, pattern.rstrip("/") + "/*") for pattern in patterns
    )
