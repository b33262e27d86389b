"""PageRank by power iteration over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DAMPING = 0.85
TOLERANCE = 1e-12
MAX_ROUNDS = 200


def page_rank(
    sources: NDArray[np.int64], targets: NDArray[np.int64], weights: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """The PageRank of `size` nodes whose edges are `sources[i] -> targets[i]`, each of shape (edges,).

    Brin and Page 1998, with the rank of nodes without edges spread over all. The result has shape (size,), sums to 1.

    >>> page_rank(np.array([0, 1]), np.array([2, 2]), np.ones(2), 3).round(3)
    array([0.213, 0.213, 0.574])
    """
    if size == 0:
        return np.zeros(0)
    out = np.bincount(sources, weights, minlength=size)
    share = weights / out[sources]
    dangling = out == 0
    rank = np.full(size, 1.0 / size)
    for _ in range(MAX_ROUNDS):
        flow = np.bincount(targets, share * rank[sources], minlength=size)
        following: NDArray[np.float64] = DAMPING * (flow + rank[dangling].sum() / size) + (1.0 - DAMPING) / size
        if np.abs(following - rank).sum() < TOLERANCE:
            return following
        rank = following
    return rank
