"""A limit on the time of a piece of code inside the jail: processor time, and three times as much on the clock."""

from __future__ import annotations

import signal
import types
from collections.abc import Iterator
from contextlib import contextmanager

from notevault.checks.recorder import StoppedError

_AGAIN = 0.2  # a block that catches everything is interrupted again and again
_CLOCK_FACTOR = 3


def _stop(_signal: int, _frame: types.FrameType | None) -> None:
    raise StoppedError("time")


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise StoppedError in the body once it has taken `seconds` of processor time."""
    for kind in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(kind, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    signal.setitimer(signal.ITIMER_REAL, _CLOCK_FACTOR * seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
