"""The observers of a session, in the order in which they are put around its blocks."""

from __future__ import annotations

from collections.abc import Callable

from notevault.frontends.watching.block import Observer
from notevault.frontends.watching.numpy_backward import NumpyBackward
from notevault.frontends.watching.sympy_diff import SympyDiff

OBSERVERS: tuple[Callable[[], Observer], ...] = (SympyDiff, NumpyBackward)
