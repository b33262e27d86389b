"""Random numbers for imitated libraries. Their own streams cannot be had, so what rests on them cannot be compared."""

from __future__ import annotations

import numpy as np


class _State:
    """The generator, and whether anything has been drawn from it."""

    source = np.random.default_rng(0)
    drawn = False


def generator() -> np.random.Generator:
    """The generator; to ask for it is to use it."""
    _State.drawn = True
    return _State.source


def seed(number: int) -> np.random.Generator:
    """Start again."""
    _State.source = np.random.default_rng(number)
    return _State.source


def drawn() -> bool:
    """Whether random numbers of an imitated library were used since the process started."""
    return _State.drawn
