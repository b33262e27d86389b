"""The values that a topic graph is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class TopicKind(StrEnum):
    """What a topic stands for."""

    NOTE = "note"
    UNRESOLVED = "unresolved-note"
    TAG = "tag"
    CATEGORY = "category"


class EdgeKind(StrEnum):
    """How two topics are tied."""

    LINK = "link"
    EMBED = "embed"
    TAG = "tag"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Topic:
    """A node of the topic graph.

    `id` is a note's path, else its kind and its name (`tag:calculus`). `rank` is the PageRank over links (the ranks of
    notes and unresolved notes sum to 1; tags and categories have 0). `community` counts from 0, the largest; -1
    outside all. `incoming` and `outgoing` count the notes that link to it, and what it links to.
    """

    id: str
    kind: TopicKind
    title: str
    rank: float = 0.0
    community: int = -1
    incoming: int = 0
    outgoing: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge from a note; `count` is how often it is written."""

    source: str
    target: str
    kind: EdgeKind
    count: int


@dataclass(frozen=True, slots=True)
class Community:
    """Topics that link among themselves more than to others; named after the one with the highest rank."""

    index: int
    title: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """`before` should be understood before `after`; `confidence` is above 0.5 and below 1, `reasons` are sentences."""

    before: str
    after: str
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicGraph:
    """Topics and how they are tied. `topics` is sorted by id, `edges` and `prerequisites` by their ends.

    `dropped` are prerequisites left out because with them a topic would come before itself. `orphans` are notes that
    no link leads to or from. `unresolved` are the unresolved notes, the most wanted first.
    """

    topics: Mapping[str, Topic]
    edges: tuple[Edge, ...]
    communities: tuple[Community, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    dropped: tuple[Prerequisite, ...] = ()
    orphans: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One topic of a study path, why it is there, and how sure that is (1 for the goal itself)."""

    topic: str
    title: str
    reasons: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class StudyPath:
    """What to study in order to understand `topic`, which is the last step.

    `left_out` counts further prerequisites that the limit cut off; `notices` say what else should be known: circles
    that were opened, prerequisites that nobody has written yet.
    """

    topic: str
    steps: tuple[Step, ...]
    left_out: int = 0
    notices: tuple[str, ...] = field(default=())
