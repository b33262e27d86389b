"""Paths from the parameter to the loss: one left out, one with the wrong sign, one counted by another factor."""

from __future__ import annotations

from collections.abc import Iterator

from notevault.autodiff import Tensor
from notevault.autodiff.sweep import node_cotangents
from notevault.frontends.backward.points import array
from notevault.frontends.backward.search import Search
from notevault.frontends.backward.whole import count_of_mean, ratio
from notevault.frontends.explain import Explanation

MAX_EDGES = 60


def paths(search: Search) -> Explanation | None:
    """The claimed gradient is right but for one of the edges through which the loss depends on the parameter."""
    total = array(search.right)
    for node, user, sent in _edges(search):
        if array(sent).shape != total.shape:
            continue
        found = _fault(search, node, user, sent)
        if found is not None:
            return found
    return None


def _fault(search: Search, node: Tensor, user: Tensor, sent: Tensor) -> Explanation | None:
    missing = search.right - search.claimed
    if array(missing).shape != array(sent).shape:
        return None
    times = ratio(array(missing), array(sent))
    if times is None or times.denominator > 100 or not search.is_claimed(search.right - sent * float(times)):
        return None
    what = search.wording.named(node) or search.parameter
    shown = _shown(search, user)
    if times == 1:
        kind = "missing path"
        return Explanation(kind, f"{what} enters also through {shown}; that path is missing")
    if times == 2:
        return Explanation("sign of a term", f"the sign of the term that comes through {shown} is wrong")
    text = count_of_mean(search, 1 / (1 - times)) if times != 1 else None
    if text is not None:
        return Explanation("sum for mean", f"{text}; this is the term that comes through {shown}")
    if times < 0:
        return Explanation("factor of a term", f"the term that comes through {shown} is {1 - times} times too large")
    return Explanation(
        "factor of a term", f"the term that comes through {shown} must be multiplied by {1 / (1 - times)}"
    )


def _edges(search: Search) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Every edge at a node with several: the node, the one that uses it, and what the edge sends to the parameter."""
    count = 0
    on_way = {node.index: node for node in search.nodes}
    for node in reversed(search.nodes):
        users = search.consumers(node)
        if len(users) < 2:
            continue
        for user, place in users:
            count += 1
            if count > MAX_EDGES:
                return
            sent = _sent(search, user, place, on_way)
            if sent is not None:
                yield node, user, sent if node is search.at else search.through(node, sent)


def _sent(search: Search, user: Tensor, place: int, on_way: dict[int, Tensor]) -> Tensor | None:
    """The cotangent that one operand of a node gets from it."""
    row = user.primitive
    if row is None:
        return None
    above = search.above(user)
    if row.joint_vjp is None:
        rule = row.vjp[place]
        sent = None if rule is None else rule(above, user, *user.operands, **user.parameters)
    else:
        operand = user.operands[place]
        pulled = dict(node_cotangents(user, above, on_way, recording=True))
        sent = pulled.get(operand.index) if isinstance(operand, Tensor) else None
    return sent if isinstance(sent, Tensor) else None


def _shown(search: Search, user: Tensor) -> str:
    """The term of the loss that an edge leads into: as much of it as has a name or can be written shortly."""
    best = search.wording.text(user, whole=True)
    node = user
    while True:
        users = search.consumers(node)
        if len(users) != 1 or users[0][0].primitive is None or users[0][0].primitive.name in {"add", "sub"}:
            break
        node = users[0][0]
        longer = search.wording.text(node, whole=True)
        if longer is None:
            break
        best = longer
    return best or search.wording.named(user) or "another place"
