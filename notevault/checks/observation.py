"""Inside the jail: the observers of `frontends` around the blocks of a session."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any

from notevault.checks.execution import Execution
from notevault.checks.outcome import Outcome, State
from notevault.checks.recorder import StoppedError
from notevault.checks.timer import time_limit
from notevault.frontends.claims import Finding, Outcome as Decision, Verdict
from notevault.frontends.observers import OBSERVERS, BlockCode, Observer
