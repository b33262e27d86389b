"""Random numbers for imitated libraries. Their own streams cannot be had, so what rests on them cannot be compared.

The stream depends on how the session seeded numpy: a session that is run again with another seed draws other numbers,
even after `manual_seed`. What a note prints from them then differs between the two runs, and is not held against it.
"""

from __future__ import annotations

import numpy as np


class _State:
    """The generator of the session, once something asked for it."""

    source: np.random.Generator | None = None


def generator() -> np.random.Generator:
    """The generator."""
    return _State.source if _State.source is not None else seed(0)


def seed(number: int) -> np.random.Generator:
    """Start again from `number`, and from the state of numpy's generator, which is not advanced."""
    session = [int(word) for word in np.random.get_state(legacy=False)["state"]["key"][:4]]
    _State.source = np.random.default_rng([abs(int(number)), *session])
    return _State.source
