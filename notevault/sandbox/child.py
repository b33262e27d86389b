"""The child of one request: closes the jail around itself, runs the entry, answers."""

from __future__ import annotations

import os
import resource
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from notevault.sandbox import frames, landlock, limits, linux, seccomp
from notevault.sandbox.jails import Jail
from notevault.sandbox.supervise import OUT_OF_MEMORY, SETUP_FAILED
from notevault.sandbox.view import DEVICES

NOBODY = 65534
ANSWER_FD = 3

Entry = Callable[[Any, Callable[[object], None]], object]
"""What a worker runs: called with the request and with a function that sends a part of the answer ahead."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """How the child is to be closed in; `keeps_reading` when root's own files must stay readable to nobody."""

    jail: Jail
    limits: limits.Limits
    readable: tuple[str, ...]
    scratch: str
    taken_before: int
    keeps_reading: bool


def _arrange_files(out: int, err: int, answer: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    for fd, wanted in ((null, 0), (out, 1), (err, 2), (answer, ANSWER_FD)):
        os.dup2(fd, wanted)
    os.closerange(ANSWER_FD + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    os.set_inheritable(ANSWER_FD, False)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115


def _give_up_root(confinement: Confinement) -> None:
    linux.prctl(linux.PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    limits.limit_processes()
    linux.keep_only(linux.CAP_DAC_READ_SEARCH if confinement.keeps_reading else None)


def _maps_nobody() -> bool:
    """Whether the user namespace knows the user nobody; in one that maps root alone, root has no rights outside."""
    try:
        os.setresgid(-1, NOBODY, -1)
    except OSError:
        return False
    os.setresgid(-1, 0, -1)
    return True


def confine(confinement: Confinement) -> None:
    """Close the jail around the calling process. The order matters: each step takes away what an earlier one needs."""
    jail = confinement.jail
    os.setsid()
    scratch = jail.isolate(confinement.limits, confinement.scratch)
    os.chdir(scratch)
    os.environ["HOME"] = os.environ["TMPDIR"] = scratch
    limits.apply(confinement.limits, confinement.taken_before)
    if not jail.confined:
        return
    version = landlock.restrict(confinement.readable, (scratch,), DEVICES)
    if jail.guards_metadata and version < landlock.TRUNCATE_ABI:
        raise OSError("Landlock is missing")
    if os.getuid() == 0 and _maps_nobody():
        _give_up_root(confinement)
    else:
        linux.keep_only(None)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    linux.prctl(linux.PR_SET_PDEATHSIG, 9)
    seccomp.install(seccomp.program(os.getpid(), metadata=jail.guards_metadata))


def run(confinement: Confinement, pipes: tuple[int, int, int], entry: Entry, request: object, nonce: str) -> NoReturn:
    """Never returns: the process ends with 0 after its answer, else with a code that says why there is none."""
    code = SETUP_FAILED
    try:
        _arrange_files(*pipes)
        confine(confinement)
        code = 1
        answer = entry(request, frames.emitter(ANSWER_FD, nonce, frames.FRAME))
        sys.stdout.flush()
        frames.emitter(ANSWER_FD, nonce, frames.RESULT)(answer)
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    except BaseException:
        # A last resort at the edge of the process: the worker reports stderr together with the exit code.
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)
