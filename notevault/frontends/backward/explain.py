"""The searches for the fault of a claimed gradient, from the smallest change to the largest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from notevault.autodiff import AutodiffError
from notevault.frontends.backward import lines
from notevault.frontends.backward.paths import paths
from notevault.frontends.backward.points import core
from notevault.frontends.backward.search import Search
from notevault.frontends.backward.targets import targets_left_out
from notevault.frontends.backward.terms import terms_inside
from notevault.frontends.backward.units import local_derivatives
from notevault.frontends.backward.values import value_factors
from notevault.frontends.backward.whole import missing_sum, sign_or_factor, transposed
from notevault.frontends.explain import Explanation

Step = Callable[[Search], Explanation | None]

STEPS: tuple[Step, ...] = (
    transposed,
    sign_or_factor,
    missing_sum,
    targets_left_out,
    partial(lines.repaired, changes=lines.operands),
    paths,
    local_derivatives,
    partial(lines.repaired, changes=lines.terms),
    value_factors,
    terms_inside,
    partial(local_derivatives, scaled=True),
    partial(lines.repaired, changes=lines.factors),
    partial(lines.repaired, changes=lines.names),
)


def explain_arrays(search: Search) -> Explanation:
    """The smallest change that makes the claimed gradient right at all points.

    Where nothing fits with all arrays moved, the parameters alone are moved: a gradient may be right for the data of
    the note only, such as rows of probabilities.
    """
    for data in (True, False):
        chosen = replace_points(search, data)
        for step in STEPS:
            try:
                with np.errstate(all="ignore"):
                    found = step(chosen)
            except (AutodiffError, ArithmeticError, np.linalg.LinAlgError):
                continue  # one search may leave the domain of the note's functions; the others may not
            if found is not None:
                return found
    claimed, right = search.here
    if claimed.size != right.size or core(claimed.shape) != core(right.shape):
        text = f"{search.name} has the shape {claimed.shape}, {search.parameter} the shape {right.shape}"
        return Explanation("shape", text)
    return Explanation("not localised", "wrong, not localised to one term or factor")


def replace_points(search: Search, data: bool) -> Search:
    """The same search with data moved, or not."""
    points = replace(search.points, data=data, _moved={})
    return replace(search, points=points)
