"""The parent's side: start a jailed worker, send requests, get answers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import IO, Any, Literal, Self

from notevault.errors import NotevaultError
from notevault.sandbox import frames, view
from notevault.sandbox.jails import JAILS
from notevault.sandbox.limits import Limits

AnswerStatus = Literal["ok", "time", "memory", "output", "disk", "aborted"]

_BOOTSTRAP = "import sys; sys.path[:] = sys.argv[1:]; from notevault.sandbox.server import main; main()"
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": view.SCRATCH,
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "COLUMNS": "80",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "Agg",
    # Two threads of BLAS on a busy machine cost 3 to 10 times what they save, and a fork keeps only one.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}
_GRACE = 5.0
_KEPT = ("LD_LIBRARY_PATH",)  # some builds of Python do not start without it


class WorkerError(NotevaultError):
    """The worker could not start, or died; `why` holds its last words."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"the worker of the jail failed: {why.strip().splitlines()[-1] if why.strip() else 'no word'}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one request.

    `ok` alone has a `result`. `aborted` means that the child ended without a valid answer. `frames` are the values
    that the entry sent ahead; they are there even when the child was stopped later. All of it was made where
    untrusted code ran: check its shape before use.
    """

    status: AnswerStatus
    result: Any = None
    frames: tuple[Any, ...] = field(default=())
    stdout: str = ""
    stderr: str = ""


class Worker:
    """One preloaded process that answers requests, each in a jailed child of its own.

    `entry` is "package.module:function"; the function is called with the request and with an `emit` function, and
    what it returns is the result. `jail` is a kind of `JAILS`. Use it as a context manager. Not for two threads.
    """

    def __init__(
        self, entry: str, preload: Sequence[str] = (), limits: Limits | None = None, *, jail: str | None = None
    ) -> None:
        from notevault.sandbox.probing import require_jail  # which itself needs a Worker to probe

        self._entry = entry
        self._preload = tuple(preload)
        self._limits = limits or Limits()
        self._jail = JAILS[jail if jail is not None else require_jail()]
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        shown = view.current()
        flags = ["-B", "-s", "-P", "-X", "utf8"]
        command = [*self._jail.prefix(shown), sys.executable, *flags, "-c", _BOOTSTRAP, *shown.sys_path]
        environment = _ENVIRONMENT | {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the worker)
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter, or bwrap around it)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            cwd="/",
            start_new_session=True,
        )
        setup = {
            "jail": self._jail.kind,
            "view": shown.as_json(),
            "entry": self._entry,
            "preload": self._preload,
        }
        reply = self._exchange(setup)
        if not reply["ready"]:
            self.close()
            raise WorkerError(reply["why"])

    def _exchange(self, message: object) -> Any:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise WorkerError("the worker is not running; use it in a with statement")
        try:
            frames.send(process.stdin, message)
            return frames.receive(process.stdout)
        except (EOFError, BrokenPipeError):
            why = self._last_words()
            self.close()
            raise WorkerError(why) from None

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "backslashreplace")

    def run(self, request: object, limits: Limits | None = None) -> Answer:
        """Answer one request of JSON data.

        Raises WorkerError when the worker died or the jail could not be closed around the request.
        """
        reply = self._exchange({"request": request, "limits": asdict(limits or self._limits)})
        if reply.pop("setup_failed"):
            raise WorkerError(reply["stderr"])
        return Answer(**reply | {"frames": tuple(reply["frames"])})

    def restart(self) -> None:
        """End the process, if there is one, and start another."""
        self.close()
        self._start()

    def close(self) -> None:
        """End the worker and all that it started."""
        process, self._process = self._process, None
        if process is not None:
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(BrokenPipeError):  # what was not sent yet has no reader any more
                        stream.close()
            try:
                process.wait(_GRACE)  # it sees that nobody listens any more, and tidies up
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._errors is not None:
            self._errors.close()
            self._errors = None
