"""Values on the way back that have no gradient's name (`error`, `delta`): where wrong gradients come from."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from notevault.autodiff import Tensor, gradients
from notevault.autodiff.sweep import active, recorded
from notevault.frontends.backward.points import agree, array
from notevault.frontends.backward.whole import ratio
from notevault.frontends.backward.wording import Wording
from notevault.frontends.watching.claimed import Claimed
from notevault.frontends.watching.rerun import Assigned

MAX_TRIED = 60


def blamed(history: Sequence[Assigned], wrong: Sequence[Claimed], others: Sequence[Claimed]) -> list[Claimed]:
    """The first value for which the wrong gradients that use it are right, as a claim of its own.

    It is the gradient by that node on the way to the loss for which this holds, up to a factor that later lines bring.
    Not to blame is a value from which a gradient is computed that is not wrong, nor one that lacks only a factor: the
    later lines may have been meant to bring it.
    """
    found: list[Claimed] = []
    entries = {id(claim.entry) for claim in (*wrong, *others)}
    for claim in wrong:
        for entry in _between(history, claim):
            if id(entry) in entries:
                continue
            if any(other.made is not entry.value and rests_on(other.made, entry.value) for other in others):
                continue
            users = [other for other in wrong if rests_on(other.made, entry.value)]
            held = _held(entry, claim, users)
            if held is not None:
                found.append(held)
                entries.add(id(entry))
                break
    return found


def scale_brought(claim: Claimed, node: Tensor, value: Tensor) -> Fraction | None:
    """The number k with which the claimed gradient is what follows from k times `value` as the gradient by `node`."""
    (given,) = gradients(node, [claim.at], cotangent=value)
    said, follows = array(claim.value), array(given)
    if said.shape != follows.shape or not np.any(follows):
        return None
    right_here, right_there = gradients(claim.loss, [claim.at, node])
    (instead,) = gradients(node, [claim.at], cotangent=value - right_there)
    if agree(said, array(right_here) + array(instead)):
        return Fraction(1)  # other paths, that do not come through the node, are right
    return ratio(said, follows)


def rests_on(value: object, other: Tensor) -> bool:
    """Whether a value was computed from another."""
    return isinstance(value, Tensor) and any(node is other for node in recorded([value]))


def _between(history: Sequence[Assigned], claim: Claimed) -> Iterator[Assigned]:
    """The named values from which the claimed gradient is computed and the loss is not, the first first."""
    if not isinstance(claim.made, Tensor):
        return
    made_of = {node.index for node in recorded([claim.value])} - {node.index for node in recorded([claim.loss])}
    for entry in history:
        value = entry.value
        between = isinstance(value, Tensor) and value.index in made_of and value is not claim.made
        if between and value.shape and isinstance(entry.statement, ast.Assign):
            yield entry


def _held(entry: Assigned, claim: Claimed, users: Sequence[Claimed]) -> Claimed | None:
    """The claim that the value is the gradient by a node, if the wrong ones follow from it and it is wrong itself."""
    on_way = active(recorded([claim.loss]), [claim.at])
    value: Tensor = entry.value
    nodes = [node for node in on_way.values() if node.shape == value.shape and node is not claim.at]
    for node in nodes[:MAX_TRIED]:
        times = scale_brought(claim, node, value)
        if times is None or times < 0 or any(scale_brought(user, node, value) != times for user in users):
            continue
        (right,) = gradients(claim.loss, [node])
        lacks = ratio(array(value), array(right))
        if lacks is None or lacks < 0:
            return Claimed(entry.name, _name(entry, node), entry, node, claim.loss, claim.of, scale=float(times))
    return None


def _name(entry: Assigned, node: Tensor) -> str:
    names = [name for name, value in entry.names.items() if value is node and not name.startswith("__")]
    return names[0] if names else Wording(entry.names).text(node) or "the value before"
