"""What to study, in which order: before one topic, and over a whole vault."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from heapq import heapify, heappop, heappush

from notevault.errors import NoteNotFoundError
from notevault.graph.model import Prerequisite, Step, StudyPath, TopicGraph, TopicKind

LIMIT = 12
FAINT = 0.2
"""A chain of prerequisites is followed as long as the product of its confidences is above this."""

WANTED = 0.55
"""From this strength on, a prerequisite that nobody has written yet is worth a notice."""


def study_path(graph: TopicGraph, topic: str, limit: int = LIMIT) -> StudyPath:
    """The study path to `topic` (a note's path), of at most `limit` steps, what others rest on first.

    Raises `NoteNotFoundError` when the graph has no such topic.
    """
    if topic not in graph.topics:
        raise NoteNotFoundError(topic)
    before = _by_after(graph.prerequisites)
    strength = _strengths(before, topic)
    written = [found for found in strength if graph.topics[found].kind is TopicKind.NOTE]
    written.sort(key=lambda found: (-strength[found], -graph.topics[found].rank, found))
    chosen = set(written[:limit])
    why = {found.before: found for found in _deciding(graph, chosen)}
    steps = [
        Step(found, graph.topics[found].title, why[found].reasons, why[found].confidence)
        if found in why
        else Step(found, graph.topics[found].title, (f'"{graph.topics[found].title}" is the goal.',), 1.0)
        for found in _ordered(graph, chosen)
    ]
    return StudyPath(topic, tuple(steps), len(written) - len(chosen), tuple(_notices(graph, chosen, strength)))


def study_order(graph: TopicGraph) -> tuple[str, ...]:
    """Every note once, no note before a prerequisite of it; one community after the other where that is possible."""
    return tuple(_ordered(graph, [id_ for id_, topic in graph.topics.items() if topic.kind is TopicKind.NOTE]))


def _by_after(prerequisites: Collection[Prerequisite]) -> Mapping[str, list[Prerequisite]]:
    before: dict[str, list[Prerequisite]] = defaultdict(list)
    for found in prerequisites:
        before[found.after].append(found)
    return before


def _strengths(before: Mapping[str, list[Prerequisite]], topic: str) -> dict[str, float]:
    """For the topic and all that comes before it: the confidence of the surest chain between the two."""
    strength: dict[str, float] = {}
    waiting = [(-1.0, topic)]
    while waiting:
        negative, found = heappop(waiting)
        if found in strength:
            continue
        strength[found] = -negative
        for step in before.get(found, ()):
            if step.before not in strength and -negative * step.confidence > FAINT:
                heappush(waiting, (negative * step.confidence, step.before))
    return strength


def _deciding(graph: TopicGraph, chosen: Collection[str]) -> list[Prerequisite]:
    """For each chosen topic the surest prerequisite that it is for another chosen one, the surest last."""
    inside = [found for found in graph.prerequisites if found.before in chosen and found.after in chosen]
    return sorted(inside, key=lambda found: (found.confidence, found.after))


def _ordered(graph: TopicGraph, chosen: Collection[str]) -> list[str]:
    """The chosen topics in an order that keeps every prerequisite."""
    inside = frozenset(chosen)
    following: dict[str, list[str]] = defaultdict(list)
    missing = dict.fromkeys(inside, 0)
    for found in graph.prerequisites:
        if found.before in inside and found.after in inside:
            following[found.before].append(found.after)
            missing[found.after] += 1

    def turn(id_: str) -> tuple[bool, int, float, str]:
        topic = graph.topics[id_]
        return topic.community < 0, topic.community, -topic.rank, id_

    ready = [turn(id_) for id_, count in missing.items() if not count]
    heapify(ready)
    order: list[str] = []
    while ready:
        id_ = heappop(ready)[-1]
        order.append(id_)
        for after in following[id_]:
            missing[after] -= 1
            if not missing[after]:
                heappush(ready, turn(after))
    return order


def _notices(graph: TopicGraph, chosen: Collection[str], strength: Mapping[str, float]) -> list[str]:
    titles = {id_: topic.title for id_, topic in graph.topics.items()}
    circles = [
        f'"{titles[found.before]}" would come before "{titles[found.after]}" too, but that would close a circle; '
        "of all in the circle this was the least certain."
        for found in graph.dropped
        if found.before in chosen and found.after in chosen
    ]
    unwritten = sorted(
        titles[id_]
        for id_, certainty in strength.items()
        if graph.topics[id_].kind is TopicKind.UNRESOLVED and certainty >= WANTED
    )
    return circles + [f'There is no note "{title}" yet, which would come before.' for title in unwritten]
