"""Finding the jail that holds on this machine: each kind is tried, and must withstand an attempt to escape."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from notevault.errors import NotevaultError
from notevault.sandbox.jails import JAILS, PREFERENCE
from notevault.sandbox.limits import Limits
from notevault.sandbox.worker import Worker, WorkerError

_CANARY = "notevault canary"


class NoJailError(NotevaultError):
    """No kind of jail holds on this machine; `why` says for each what is missing."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"no jail holds on this machine: {why}")


@dataclass(frozen=True, slots=True)
class JailReport:
    """The kind of jail that holds, `None` where none does, and why the better ones do not."""

    kind: str | None
    why: str


def _reads(request: dict[str, Any]) -> bool:
    return Path(request["canary"]).read_text(encoding="utf-8") == _CANARY


def _writes_beside(request: dict[str, Any]) -> bool:
    Path(request["folder"], "escaped").write_text("", encoding="utf-8")
    return True


def _changes_mode(request: dict[str, Any]) -> bool:
    os.chmod(request["canary"], 0o600)
    return True


def _writes_packages(_request: dict[str, Any]) -> bool:
    with Path(__file__).open("a", encoding="utf-8"):
        return True


def _signals(request: dict[str, Any]) -> bool:
    os.kill(request["pid"], 0)
    return True


def _forks(_request: dict[str, Any]) -> bool:
    if os.fork() == 0:
        os._exit(0)
    return True


def _opens_inet(_request: dict[str, Any]) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM):
        return True


def _opens_unix(_request: dict[str, Any]) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM):
        return True


_ATTEMPTS: Mapping[str, Callable[[dict[str, Any]], bool]] = {
    "read a file outside": _reads,
    "write a file outside": _writes_beside,
    "change a file's mode": _changes_mode,
    "write into the packages": _writes_packages,
    "signal the parent": _signals,
    "start a process": _forks,
    "open a network socket": _opens_inet,
    "open a local socket": _opens_unix,
}


def attempt_escape(request: dict[str, Any], _emit: Callable[[object], None]) -> list[str]:
    """Run inside the jail: the names of the attempts that succeeded, and `write into the scratch` if that failed."""
    escaped = []
    for name, attempt in _ATTEMPTS.items():
        try:
            if attempt(request):
                escaped.append(name)
        except OSError:
            continue  # held
    try:
        Path("scratch").write_text("", encoding="utf-8")
    except OSError:
        escaped.append("write into the scratch")
    return escaped


def try_jail(kind: str) -> str | None:
    """Why the jail `kind` does not hold here; `None` when it does."""
    missing = JAILS[kind].missing()
    if missing is not None:
        return missing
    with tempfile.TemporaryDirectory(prefix="notevault-") as folder:
        canary = Path(folder, "canary")
        canary.write_text(_CANARY, encoding="utf-8")
        Path(folder).chmod(0o777)  # only the jail may stand in the way
        canary.chmod(0o666)
        request = {"canary": str(canary), "folder": folder, "pid": os.getpid()}
        try:
            with Worker("notevault.sandbox.probing:attempt_escape", limits=Limits(seconds=5), jail=kind) as worker:
                answer = worker.run(request)
        except (WorkerError, OSError) as error:
            return str(error)
    if answer.status != "ok":
        return f"the probe ended with {answer.status}"
    return f"code in it could {', '.join(map(str, answer.result))}" if answer.result else None


@cache
def probe() -> JailReport:
    """The best jail that holds; tried once per process. Where none holds, nothing is to be run."""
    reasons: list[str] = []
    for kind in PREFERENCE:
        reason = try_jail(kind)
        if reason is None:
            return JailReport(kind, "; ".join(reasons))
        reasons.append(f"{kind}: {reason}")
    return JailReport(None, "; ".join(reasons))


def require_jail() -> str:
    """The kind that `probe` found; raises NoJailError where there is none."""
    report = probe()
    if report.kind is None:
        raise NoJailError(report.why)
    return report.kind
