"""Watching the child of one request: its pipes, the clock, the disk; and saying how it ended."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from notevault.sandbox.limits import Limits

OUT_OF_MEMORY = 97
"""The exit code of a child whose memory ran out before it could answer."""
SETUP_FAILED = 98
"""The exit code of a child whose jail could not be closed; nothing of the request was run."""

_TICK = 0.05
_CHUNK = 1 << 16


@dataclass(slots=True)
class Pipe:
    """What has come out of one pipe, up to `cap` bytes."""

    cap: int
    data: bytearray = field(default_factory=bytearray)

    def take(self, fd: int) -> bool:
        """Read what is there; False at the end."""
        chunk = os.read(fd, _CHUNK)
        self.data += chunk
        return bool(chunk)

    @property
    def full(self) -> bool:
        """Whether more came than is allowed."""
        return len(self.data) > self.cap


def _folder_bytes(path: str) -> int:
    def sizes(folder: str) -> Iterator[int]:
        for base, _folders, names in os.walk(folder):
            for name in names:
                try:
                    yield os.lstat(os.path.join(base, name)).st_blocks * 512
                except FileNotFoundError:
                    continue  # removed since it was listed

    return sum(sizes(path))


def kill_tree(pid: int) -> None:
    """Kill the child and all of its process group; a process that has ended already is left alone."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def watch(
    pid: int, pipes: Mapping[int, Pipe], limits: Limits, scratch: str | None, abandoned: Callable[[], bool]
) -> str | None:
    """Wait until the child has ended or must be stopped; gives the limit it hit, if one.

    `scratch` is looked at when nothing else bounds its size. `abandoned` says that nobody waits for the answer.
    """
    ended = os.pidfd_open(pid)
    open_pipes = dict(pipes)
    deadline = time.monotonic() + limits.clock_seconds
    try:
        while True:
            ready = select.select([ended, *open_pipes], [], [], _TICK)[0]
            for fd in set(ready) - {ended}:
                if not open_pipes[fd].take(fd):
                    del open_pipes[fd]
            if any(pipe.full for pipe in pipes.values()):
                return "output"
            if ready == [ended]:
                return None  # and nothing is left in the pipes
            if time.monotonic() > deadline or abandoned():
                return "time"
            if scratch is not None and _folder_bytes(scratch) > limits.disk_bytes:
                return "disk"
    finally:
        os.close(ended)


def verdict(status: int, seconds_used: float, limits: Limits, *, answered: bool) -> str:
    """What the end of a child says: the exit status of wait4 and the processor time it took."""
    code = os.waitstatus_to_exitcode(status)
    if code == OUT_OF_MEMORY:
        return "memory"
    if code == -signal.SIGXFSZ:
        return "disk"
    if code == -signal.SIGXCPU:
        return "time"
    if code == -signal.SIGKILL:
        return "time" if seconds_used >= limits.seconds - _TICK else "memory"
    return "ok" if code == 0 and answered else "aborted"
