"""How things are measured: process-CPU clock, one thread, interleaved rounds, medians."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

Step = Callable[[], Any]
"""One call of what is measured."""


def calls_for(step: Step, seconds: float) -> int:
    """How many calls fill the given time, at least one."""
    start = time.process_time()
    count = 0
    while True:
        step()
        count += 1
        spent = time.process_time() - start
        if spent > seconds:
            return max(1, int(count * seconds / spent))


def medians(steps: Mapping[str, Step], rounds: int = 25, seconds: float = 0.02) -> dict[str, float]:
    """Microseconds a call of each, the median over interleaved rounds; each is warmed up first.

    The collector is off while measuring, except in steps that turn it on themselves.
    """
    counts = {}
    for name, step in steps.items():
        step()
        step()
        counts[name] = calls_for(step, seconds)
    samples: dict[str, list[float]] = {name: [] for name in steps}
    collecting = gc.isenabled()
    for _ in range(rounds):
        for name, step in steps.items():
            gc.collect()
            gc.disable()
            start = time.process_time()
            for _ in range(counts[name]):
                step()
            samples[name].append((time.process_time() - start) / counts[name] * 1e6)
            gc.enable()
    if not collecting:
        gc.disable()
    return {name: statistics.median(values) for name, values in samples.items()}
