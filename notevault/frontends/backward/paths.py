"""Paths from the parameter to the loss: one left out, one with the wrong sign, one counted by another factor."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import chain
from typing import Any

from notevault.autodiff import Tensor, apply, gradients
from notevault.autodiff.sweep import node_cotangents, recorded
from notevault.frontends.backward.points import array
from notevault.frontends.backward.search import Search
from notevault.frontends.backward.whole import count_of_mean, ratio
from notevault.frontends.explain import Explanation

MAX_EDGES = 60


def paths(search: Search) -> Explanation | None:
    """The claimed gradient is right but for one of the edges through which the loss depends on the parameter."""
    total = array(search.right)
    for node, user, sent, users in chain(_addends(search), _edges(search)):
        if array(sent).shape != total.shape or array(search.claimed).shape != total.shape:
            continue
        found = _fault(search, node, user, sent) or _repeated(search, node, user, sent, users)
        if found is not None:
            return found
    return _all_alike(search)


def _fault(search: Search, node: Tensor, user: Tensor, sent: Tensor) -> Explanation | None:
    """One path left out, turned round, or counted by another factor."""
    times = ratio(array(search.right) - array(search.claimed), array(sent))
    if times is None or times.denominator > 100 or not search.is_claimed(search.right - sent * float(times)):
        return None
    shown = _shown(search, user)
    if times == 1:
        return _missing(search, node, shown)
    if times == 2:
        return Explanation("sign of a term", f"the sign of the term that comes through {shown} is wrong")
    text = count_of_mean(search, 1 / (1 - times))
    if text is not None:
        return Explanation("sum for mean", f"{text}; this is the term that comes through {shown}")
    if times < 0:
        return Explanation("factor of a term", f"the term that comes through {shown} is {1 - times} times too large")
    more = 1 / (1 - times)
    return Explanation("factor of a term", f"the term that comes through {shown} must be multiplied by {more}")


def _missing(search: Search, node: Tensor, shown: str) -> Explanation:
    what = search.wording.named(node) or search.parameter
    return Explanation("missing path", f"{what} enters also through {shown}; that path is missing")


def _repeated(search: Search, node: Tensor, user: Tensor, sent: Tensor, users: int) -> Explanation | None:
    """One path alone, or counted as often as there are paths, as if they were all the same."""
    if node is not search.at or users == 0:
        return None
    if search.is_claimed(sent):
        text = f"{search.parameter} enters {users} times, and only the path through {_shown(search, user)} is there"
        return Explanation("missing path", text)
    if not search.is_claimed(sent * float(users)):
        return None
    text = (
        f"{search.parameter} enters {users} times, and the path through {_shown(search, user)} stands for all of them"
    )
    return Explanation("missing path", text)


def _all_alike(search: Search) -> Explanation | None:
    """All paths of one form left out, as through the states of a recurrent network."""
    alike: dict[tuple[Any, ...], list[Tensor]] = {}
    for user in search.nodes:
        if user.primitive is not None and user is not search.at:
            for place, operand in enumerate(user.operands):
                if isinstance(operand, Tensor) and operand is not search.at:
                    others = tuple(id(o) for k, o in enumerate(user.operands) if k != place)
                    alike.setdefault((user.primitive.name, place, *others), []).append(user)
    for (_, place, *_), users in alike.items():
        if 2 <= len(users) <= MAX_EDGES:
            (cut,) = gradients(without(search.loss, users, place), [search.at])
            if array(cut).shape == array(search.claimed).shape and search.is_claimed(cut):
                shown = search.wording.text(users[0], whole=True) or search.wording.text(users[-1], whole=True)
                where = (
                    f"what comes through {shown} and those like it" if shown else "what comes through earlier states"
                )
                return Explanation("missing path", f"{where} is missing")
    return None


def has_penalty(search: Search) -> bool:
    """Whether one of the paths brings a multiple of the parameter itself: the loss has its own weight decay."""
    at = array(search.at)
    return any(
        node is search.at and ratio(array(sent), at) is not None
        for node, _, sent, _ in _edges(search)
        if array(sent).shape == at.shape
    )


def without(output: Tensor, users: Sequence[Tensor], place: int) -> Tensor:
    """The output computed again, with one operand of each of the users held fixed."""
    made: dict[int, Any] = {}
    chosen = {user.index for user in users}
    for node in recorded([output]):
        operands = [made.get(o.index, o) if isinstance(o, Tensor) else o for o in node.operands]
        if node.index in chosen:
            operands[place] = apply("stop_gradient", operands[place])
        fresh = any(new is not old for new, old in zip(operands, node.operands, strict=True))
        if node.primitive is not None and fresh:
            made[node.index] = apply(node.primitive.name, *operands, **node.parameters)
    result = made.get(output.index, output)
    return result if isinstance(result, Tensor) else Tensor(result)


def _addends(search: Search) -> Iterator[tuple[Tensor, Tensor, Tensor, int]]:
    """The terms of sums in which the parameter stands in more than one, as `_edges` has them (with no users)."""
    on_way = {node.index: node for node in search.nodes}
    for node in search.nodes:
        if node is search.at or node.primitive is None or node.primitive.name not in {"add", "sub"}:
            continue
        parts = [(o, k) for k, o in enumerate(node.operands) if isinstance(o, Tensor) and o.index in on_way]
        for operand, place in parts if len(parts) > 1 else ():
            sent = _sent(search, node, place, on_way)
            if sent is not None and sent.shape == operand.shape:
                yield search.at, operand, search.through(operand, sent), 0


def _edges(search: Search) -> Iterator[tuple[Tensor, Tensor, Tensor, int]]:
    """Every edge at a node with several: the node, its user, what it sends to the parameter, how many there are."""
    count = 0
    on_way = {node.index: node for node in search.nodes}
    for node in reversed(search.nodes):
        users: dict[int, list[tuple[Tensor, int]]] = {}
        for user, place in search.consumers(node):
            users.setdefault(user.index, []).append((user, place))
        if len(users) < 2:
            continue
        for places in users.values():
            count += 1
            if count > MAX_EDGES:
                return
            parts = [_sent(search, user, place, on_way) for user, place in places]
            sent = reduce(operator.add, [part for part in parts if part is not None], 0.0)
            if isinstance(sent, Tensor):
                yield node, places[0][0], sent if node is search.at else search.through(node, sent), len(users)


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
    """The term of the loss that an edge leads into: as much of it as can be written shortly, up to where paths meet."""
    best = search.wording.text(user, whole=True)
    on_way = {node.index for node in search.nodes}
    node = user
    while True:
        users = search.consumers(node)
        if len(users) != 1 or users[0][0].primitive is None or users[0][0].primitive.name in {"add", "sub"}:
            break
        parent = users[0][0]
        meets = any(isinstance(o, Tensor) and o is not node and o.index in on_way for o in parent.operands)
        longer = None if meets else search.wording.text(parent, whole=True)
        if longer is None:
            break
        best, node = longer, parent
    return best or search.wording.named(user) or "another place"
