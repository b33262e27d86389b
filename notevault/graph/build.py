"""Builds the topic graph of a vault."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from notevault.graph.communities import communities
from notevault.graph.model import Community, Edge, EdgeKind, Topic, TopicGraph, TopicKind
from notevault.graph.prerequisites import prerequisites
from notevault.graph.rank import page_rank
from notevault.graph.topics import topics_and_edges
from notevault.vault.model import Vault

LINKS = frozenset({EdgeKind.LINK, EdgeKind.EMBED})


def build_graph(vault: Vault) -> TopicGraph:
    """The topic graph of a vault, with ranks, communities, prerequisites, orphans and unresolved notes."""
    topics, edges = topics_and_edges(vault)
    links = tuple(edge for edge in edges if edge.kind in LINKS)
    groups = _communities(topics, links)
    topics = _described(topics, links, groups)
    kept, dropped = prerequisites(vault, topics, edges)
    unresolved = [topic for topic in topics.values() if topic.kind is TopicKind.UNRESOLVED]
    unresolved.sort(key=lambda topic: (-topic.incoming, topic.id))
    return TopicGraph(
        topics=topics,
        edges=edges,
        communities=_named(topics, groups),
        prerequisites=kept,
        dropped=dropped,
        orphans=tuple(
            id_
            for id_, topic in topics.items()
            if topic.kind is TopicKind.NOTE and not topic.incoming and not topic.outgoing
        ),
        unresolved=tuple(topic.id for topic in unresolved),
    )


def _communities(topics: dict[str, Topic], links: tuple[Edge, ...]) -> list[tuple[str, ...]]:
    ids = list(topics)
    index = {id_: position for position, id_ in enumerate(ids)}
    found = communities(len(ids), [(index[edge.source], index[edge.target], float(edge.count)) for edge in links])
    return [tuple(ids[member] for member in members) for members in found]


def _described(topics: dict[str, Topic], links: tuple[Edge, ...], groups: list[tuple[str, ...]]) -> dict[str, Topic]:
    """The topics with rank, community and the number of their links."""
    linkable = [id_ for id_, topic in topics.items() if topic.kind in {TopicKind.NOTE, TopicKind.UNRESOLVED}]
    index = {id_: position for position, id_ in enumerate(linkable)}
    ranks = page_rank(
        np.array([index[edge.source] for edge in links], dtype=np.int64),
        np.array([index[edge.target] for edge in links], dtype=np.int64),
        np.array([edge.count for edge in links], dtype=np.float64),
        len(linkable),
    )
    pairs = {(edge.source, edge.target) for edge in links}
    incoming, outgoing = Counter(target for _, target in pairs), Counter(source for source, _ in pairs)
    community = {id_: number for number, members in enumerate(groups) for id_ in members}
    return {
        id_: replace(
            topic,
            rank=float(ranks[index[id_]]) if id_ in index else 0.0,
            community=community.get(id_, -1),
            incoming=incoming[id_],
            outgoing=outgoing[id_],
        )
        for id_, topic in topics.items()
    }


def _named(topics: dict[str, Topic], groups: list[tuple[str, ...]]) -> tuple[Community, ...]:
    named = []
    for number, members in enumerate(groups):
        best = min(members, key=lambda id_: (topics[id_].kind is not TopicKind.NOTE, -topics[id_].rank, id_))
        named.append(Community(number, topics[best].title, members))
    return tuple(named)
