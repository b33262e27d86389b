"""How much of the machine one request may use, and the rlimits that hold it to that."""

from __future__ import annotations

import os
from dataclasses import dataclass

_MEBIBYTE = 1 << 20
_OPEN_FILES = 256
_THREADS = 256


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one request.

    `seconds` is processor time; the clock may show three times as much, so that a busy machine changes no verdict.
    `memory_bytes` is address space beyond what the preloaded modules take. `output_bytes` holds for each of stdout
    and stderr, `disk_bytes` for the scratch folder, `answer_bytes` for all JSON that comes back.
    """

    seconds: float = 10.0
    memory_bytes: int = 1024 * _MEBIBYTE
    output_bytes: int = 1 * _MEBIBYTE
    disk_bytes: int = 32 * _MEBIBYTE
    answer_bytes: int = 8 * _MEBIBYTE

    @property
    def clock_seconds(self) -> float:
        """How long a request may take on the clock, sleep and waiting included."""
        return 3 * self.seconds


class Meter:
    """Tells the address space that the process takes; opened while /proc is in sight, of use when it no longer is."""

    def __init__(self) -> None:
        try:
            self._fd: int | None = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._fd = None

    def address_space(self) -> int:
        """In bytes; 0 where the kernel does not say, so that the limit becomes stricter."""
        if self._fd is None:
            return 0
        return int(os.pread(self._fd, 64, 0).split()[0]) * os.sysconf("SC_PAGE_SIZE")


def apply(limits: Limits, taken_before: int) -> None:
    """Set the rlimits of the calling process; `taken_before` is the address space of the preloaded modules."""
    import resource  # absent on Windows, where there is no jail either

    seconds = max(1, round(limits.seconds))
    bounds = (
        (resource.RLIMIT_CPU, (seconds, seconds + 1)),
        (resource.RLIMIT_AS, (taken_before + limits.memory_bytes,) * 2),
        (resource.RLIMIT_FSIZE, (limits.disk_bytes,) * 2),
        (resource.RLIMIT_NOFILE, (_OPEN_FILES,) * 2),
        (resource.RLIMIT_CORE, (0, 0)),
        (resource.RLIMIT_MEMLOCK, (0, 0)),
        (resource.RLIMIT_MSGQUEUE, (0, 0)),
    )
    for kind, (soft, hard) in bounds:
        ceiling = resource.getrlimit(kind)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)  # noqa: PLW2901
        resource.setrlimit(kind, (soft, hard))


def limit_processes() -> None:
    """Bound the number of threads; only where the user of the process is not shared with anything else."""
    import resource

    resource.setrlimit(resource.RLIMIT_NPROC, (_THREADS, _THREADS))
