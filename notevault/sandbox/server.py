"""The worker process: enters the jail, preloads modules, then forks one jailed child per request.

It speaks with its parent over its first two file descriptors, in messages of `frames`: first the set-up, then
requests. It ends when the parent is gone.
"""

from __future__ import annotations

import gc
import importlib
import os
import secrets
import select
import shutil
import signal
import tempfile
import traceback
from dataclasses import dataclass
from typing import IO, Any

from notevault.sandbox import child, frames, limits, supervise
from notevault.sandbox.jails import JAILS, Jail
from notevault.sandbox.view import View, readable_by_others


@dataclass(slots=True)
class Server:
    """A worker whose jail stands and whose modules are loaded."""

    jail: Jail
    view: View
    entry: child.Entry
    meter: limits.Meter
    keeps_reading: bool
    control: IO[bytes]

    def answer(self, request: object, bounds: limits.Limits) -> dict[str, Any]:
        """Run one request in a jailed child, and say what came out."""
        scratch = "" if self.jail.makes_scratch else self._scratch()
        try:
            return self._supervised(request, bounds, scratch)
        finally:
            if scratch:
                shutil.rmtree(scratch, ignore_errors=True)

    def _scratch(self) -> str:
        scratch = tempfile.mkdtemp(prefix="notevault-")
        if os.getuid() == 0:
            os.chown(scratch, child.NOBODY, child.NOBODY)
        return scratch

    def _supervised(self, request: object, bounds: limits.Limits, scratch: str) -> dict[str, Any]:
        nonce = secrets.token_hex(16)
        ends = [os.pipe() for _ in range(3)]
        out, err, answer = (write for _, write in ends)
        confinement = child.Confinement(
            self.jail,
            bounds,
            ("/",) if self.jail.makes_scratch else self.view.readable,
            scratch,
            self.meter.address_space(),
            self.keeps_reading,
        )
        self.jail.before_fork()
        pid = os.fork()
        if pid == 0:
            child.run(confinement, (out, err, answer), self.entry, request, nonce)
        for write in (out, err, answer):
            os.close(write)
        caps = (bounds.output_bytes, bounds.output_bytes, bounds.answer_bytes)
        pipes = {read: supervise.Pipe(cap) for (read, _), cap in zip(ends, caps, strict=True)}
        try:
            stopped = supervise.watch(pid, pipes, bounds, scratch or None, self._abandoned)
        finally:
            supervise.kill_tree(pid)
            _, status, usage = os.wait4(pid, 0)
            for read in pipes:
                os.close(read)
        stdout, stderr, answers = (bytes(pipe.data[: pipe.cap]) for pipe in pipes.values())
        lines = list(frames.read_lines(answers, nonce))
        results = [value for kind, value in lines if kind == frames.RESULT]
        used = usage.ru_utime + usage.ru_stime
        end = stopped or supervise.verdict(status, used, bounds, answered=len(results) == 1)
        return {
            "status": end,
            "setup_failed": os.waitstatus_to_exitcode(status) == supervise.SETUP_FAILED and not stopped,
            "result": results[0] if end == "ok" else None,
            "frames": [value for kind, value in lines if kind == frames.FRAME],
            "stdout": stdout.decode("utf-8", "backslashreplace"),
            "stderr": stderr.decode("utf-8", "backslashreplace"),
        }

    def _abandoned(self) -> bool:
        """Between a request and its answer the parent says nothing: what can be read then is the end of the pipe."""
        return bool(select.select([self.control], [], [], 0)[0])


def _load(name: str) -> child.Entry:
    module, _, function = name.partition(":")
    entry: child.Entry = getattr(importlib.import_module(module), function)
    return entry


def start(setup: dict[str, Any], control: IO[bytes]) -> Server:
    """Enter the jail, then preload: what is imported comes from inside, so that nothing is missing later."""
    jail = JAILS[setup["jail"]]
    given = setup["view"]
    view = View(tuple(given["readable"]), given["links"], tuple(given["sys_path"]))
    # Where the user nobody cannot read a strict checkout, the child keeps root's right to read, and that one alone:
    # all that the jail shows is the system, Python and its packages.
    keeps_reading = os.getuid() == 0 and (jail.kind == "landlock" or not readable_by_others(view))
    jail.detach()
    meter = limits.Meter()
    jail.build(view)
    for module in setup["preload"]:
        importlib.import_module(module)
    entry = _load(setup["entry"])
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page of the preloaded modules
    return Server(jail, view, entry, meter, keeps_reading, control)


def main() -> None:
    """Serve until the parent closes its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is asked too, and decides
    control, reply = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    try:
        server = start(frames.receive(control), control)
    except Exception:
        # Whatever stops the start is the parent's to report: it is sent there as text.
        frames.send(reply, {"ready": False, "why": traceback.format_exc()})
        return
    frames.send(reply, {"ready": True})
    try:
        while True:
            message = frames.receive(control)
            frames.send(reply, server.answer(message["request"], limits.Limits(**message["limits"])))
    except (EOFError, BrokenPipeError):
        return
