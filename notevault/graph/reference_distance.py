"""Reference distance (RefD): who presupposes whom, judged by the neighbours of both.

Liang, Wu, Huang and Giles, "Measuring Prerequisite Relations Among Concepts", EMNLP 2015: when most of what A refers to
refers to B, and little of what B refers to refers to A, then B comes before A.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReferenceDistance:
    """How many of the `neighbours` that a topic links to refer to the other topic; both ways."""

    forward: int
    neighbours: int
    backward: int
    back_neighbours: int

    @property
    def value(self) -> float:
        """Between -1 and 1; positive when the second topic comes before the first."""
        return self.forward / max(self.neighbours, 1) - self.backward / max(self.back_neighbours, 1)


def reference_distance(links: Mapping[str, Set[str]], topic: str, other: str) -> ReferenceDistance:
    """The reference distance of `topic` and `other`, each neighbour weighing the same; `links` are the outgoing ones.

    >>> links = {"Adam": {"Momentum", "SGD"}, "Momentum": {"Gradient"}, "SGD": {"Gradient"}, "Gradient": set()}
    >>> reference_distance(links, "Adam", "Gradient").value
    1.0
    """
    near, back = links.get(topic, frozenset()), links.get(other, frozenset())
    forward = sum(other in links.get(neighbour, frozenset()) for neighbour in near if neighbour != other)
    backward = sum(topic in links.get(neighbour, frozenset()) for neighbour in back if neighbour != topic)
    return ReferenceDistance(forward, len(near - {other}), backward, len(back - {topic}))
