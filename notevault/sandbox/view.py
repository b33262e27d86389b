"""What a jail shows: the system's libraries, this Python, its packages and notevault itself; nothing of the user's."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import notevault

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/localtime")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
SCRATCH = "/scratch"
"""Inside the jail: a private file system. `/tmp` leads there, unless something of the view itself lies below `/tmp`."""

_TEMPORARY = "/tmp"  # noqa: S108  (inside the jail)

_OF_A_PREFIX = ("bin", "lib", "lib64", "pyvenv.cfg")
_PACKAGE_FOLDERS = {"site-packages", "dist-packages"}


@dataclass(frozen=True, slots=True)
class View:
    """`readable` paths exist and do not lie in one another; `links` maps symlinks at the root to their targets."""

    readable: tuple[str, ...]
    links: Mapping[str, str]
    sys_path: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The view as plain data, for the worker."""
        return asdict(self)


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(path.startswith(f"{other}/") for other in kept):
            kept.append(path)
    return tuple(kept)


def _of_python() -> list[str]:
    prefixes = {prefix for given in (sys.prefix, sys.base_prefix) for prefix in (given, os.path.realpath(given))}
    return [os.path.join(prefix, name) for prefix in sorted(prefixes) for name in _OF_A_PREFIX]


def current() -> View:
    """The view that gives the worker the same Python, packages and notevault as the calling process.

    Of the folder that holds notevault only the package is shown: an editable checkout may lie in somebody's home,
    and have notes beside it. A folder of `sys.path` that is not a folder of installed packages is not shown at all.
    """
    package = Path(notevault.__file__).resolve().parent
    installed = [path for path in sys.path if Path(path).name in _PACKAGE_FOLDERS]
    links = {path: os.readlink(path) for path in SYSTEM if os.path.islink(path) and path.count("/") == 1}
    wanted = [path for path in SYSTEM if path not in links] + _of_python() + installed + [str(package)]
    readable = _outermost(os.path.abspath(path) for path in wanted if os.path.exists(path))
    if not any(path.startswith(f"{_TEMPORARY}/") for path in readable):
        links[_TEMPORARY] = SCRATCH
    search = [path for path in sys.path if os.path.isabs(path) and Path(path) != package.parent]
    return View(readable, links, (str(package.parent), *search))


def readable_by_others(view: View) -> bool:
    """Whether a user without any rights could read what the view shows.

    False for a checkout or an environment made with a strict umask; one level below each path is looked at.
    """

    def is_open(mode: int) -> bool:
        wanted = stat.S_IROTH | stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH
        return mode & wanted == wanted

    def levels(path: str) -> Iterable[int]:
        yield os.stat(path).st_mode
        if os.path.isdir(path):
            with os.scandir(path) as entries:
                yield from (entry.stat().st_mode for entry in entries if not entry.is_symlink())

    folders = {path for path in (*view.readable, *view.sys_path) if os.path.exists(path)}
    own = [path for path in folders if not path.startswith(SYSTEM)]
    return all(is_open(mode) for path in own for mode in levels(path))
