"""The topic graph as JSON: everything that is known of it."""

from __future__ import annotations

import json
from dataclasses import asdict

from notevault.graph.model import TopicGraph

VERSION = 1


def as_data(graph: TopicGraph) -> dict[str, object]:
    """The graph as plain data, with `"version": 1`."""
    return {
        "version": VERSION,
        "topics": [asdict(topic) for topic in graph.topics.values()],
        "edges": [asdict(edge) for edge in graph.edges],
        "communities": [asdict(community) for community in graph.communities],
        "prerequisites": [asdict(found) for found in graph.prerequisites],
        "dropped": [asdict(found) for found in graph.dropped],
        "orphans": list(graph.orphans),
        "unresolved": list(graph.unresolved),
    }


def as_json(graph: TopicGraph) -> str:
    """One object; its keys are the fields of the values in `graph.model`."""
    return json.dumps(as_data(graph), ensure_ascii=False, indent=1) + "\n"
