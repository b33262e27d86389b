"""What `notevault.toml` says: which notes are read, which rules are not reported, what is imitated, a seed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from notevault.errors import ConfigurationError

NAME = "notevault.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a vault, each with its default."""

    exclude: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    seed: int = 0
    frontend: str = "when-missing"


def read_settings(root: Path) -> Settings:
    """The settings in `root`, or the defaults. Raises ConfigurationError for a file that cannot be used."""
    file = root / NAME
    if not file.is_file():
        return Settings()
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{NAME} is not valid TOML: {error}") from error
    return Settings(**{key.rpartition(".")[2]: _KEYS[_known(key)](key, value) for key, value in _flat(table)})


def _flat(table: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", inner) for key, inner in value.items())
        else:
            yield name, value


def _known(key: str) -> str:
    if key not in _KEYS:
        raise ConfigurationError(f"{NAME}: there is no setting `{key}`; there are {', '.join(f'`{k}`' for k in _KEYS)}")
    return key


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigurationError(f'{NAME}: `{key}` has to be a list of texts, such as ["templates/*"]')
    return tuple(value)


def _number(key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ConfigurationError(f"{NAME}: `{key}` has to be a whole number")
    return value


FRONTEND = ("always", "when-missing", "never")
"""When PyTorch, JAX and their peers are imitated for the code of notes."""


def _frontend(key: str, value: object) -> str:
    if value not in FRONTEND:
        raise ConfigurationError(f"{NAME}: `{key}` has to be one of {', '.join(map(repr, FRONTEND))}")
    return str(value)


_KEYS: Mapping[str, Callable[[str, object], Any]] = {
    "exclude": _texts,
    "check.ignore": _texts,
    "check.frontend": _frontend,
    "study.seed": _number,
}


def is_excluded(path: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern fits the path or a folder above it; `*` stands for any characters, `/` included.

    >>> is_excluded("templates/daily/Day.md", ["templates/"]), is_excluded("a/Draft 1.md", ["*/Draft*"])
    (True, True)
    """
    return any(
        fnmatchcase(path, pattern.rstrip("/")) or fnmatchcase(path, pattern.rstrip("/") + "/*") for pattern in patterns
    )
