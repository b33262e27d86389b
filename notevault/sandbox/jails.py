"""The kinds of jail, best first: how each is entered, and what it needs from the kernel."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from notevault.sandbox import landlock, namespaces
from notevault.sandbox.limits import Limits
from notevault.sandbox.view import SCRATCH, View

_BWRAP_MEBIBYTES = 256


def _no_prefix(_view: View) -> list[str]:
    return []


def _nothing() -> None:
    """Nothing to do for this kind of jail."""


def _no_root(_view: View) -> None:
    """The file system stays as it is."""


def _given_scratch(_limits: Limits, scratch: str) -> str:
    return scratch


def _bwrap(view: View) -> list[str]:
    """Namespaces and a read-only root by bubblewrap, around the whole worker."""
    command = [shutil.which("bwrap") or "bwrap", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    command += [f"--unshare-{kind}" for kind in ("ipc", "pid", "net", "uts")]
    if os.getuid() != 0:
        command += ["--unshare-user"]
    else:  # the child of a request gives up root, and its scratch folder is removed after it
        for capability in ("SETUID", "SETGID", "SETPCAP", "CHOWN", "FOWNER", "DAC_OVERRIDE", "DAC_READ_SEARCH", "KILL"):
            command += ["--cap-add", f"CAP_{capability}"]
    command += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", SCRATCH]
    for path, target in view.links.items():
        command += ["--symlink", target, path]
    for path in view.readable:
        command += ["--ro-bind", path, path]
    return [*command, "--remount-ro", "/", "--chdir", SCRATCH]


def _bwrap_available() -> str | None:
    return None if shutil.which("bwrap") else "bwrap is not installed"


def _landlock_available() -> str | None:
    version = landlock.abi()
    if version < landlock.TRUNCATE_ABI:
        return f"Landlock is version {version} here, and {landlock.TRUNCATE_ABI} is needed"
    return None


def _linux() -> str | None:
    return None if sys.platform == "linux" else "a jail needs Linux"


@dataclass(frozen=True, slots=True)
class Jail:
    """One kind of jail.

    `missing` says what the machine lacks for it, `None` when nothing. `prefix` goes before the worker's command;
    `detach` and `build` run once in the worker, `before_fork` in the worker and `isolate` in the child of each
    request (it gives the path of the scratch folder). `confined` is whether Landlock and seccomp are put on top,
    and `guards_metadata` whether they alone stand between the child and the modes and times of the user's files.
    """

    kind: str
    missing: Callable[[], str | None]
    prefix: Callable[[View], list[str]] = _no_prefix
    detach: Callable[[], None] = _nothing
    build: Callable[[View], None] = _no_root
    before_fork: Callable[[], None] = _nothing
    isolate: Callable[[Limits, str], str] = _given_scratch
    makes_scratch: bool = False
    confined: bool = True
    guards_metadata: bool = False


_IN_ORDER = (
    Jail("bwrap", _bwrap_available, prefix=_bwrap),
    Jail(
        "namespaces",
        _linux,
        detach=namespaces.detach,
        build=namespaces.build,
        before_fork=namespaces.before_fork,
        isolate=namespaces.isolate,
        makes_scratch=True,
    ),
    Jail("landlock", _landlock_available, guards_metadata=True),
)
PREFERENCE: tuple[str, ...] = tuple(jail.kind for jail in _IN_ORDER)
"""The kinds that hold, best first."""

UNSAFE = Jail("none", lambda: None, confined=False)
"""No jail at all: rlimits and a scratch folder. Only ever used when it is asked for by name."""

JAILS: Mapping[str, Jail] = {jail.kind: jail for jail in (*_IN_ORDER, UNSAFE)}
