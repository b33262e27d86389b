"""The topic graph in the language of Graphviz."""

from __future__ import annotations

import json
from collections.abc import Mapping

from notevault.graph.model import TopicGraph, TopicKind

_SHAPES: Mapping[TopicKind, str] = {
    TopicKind.NOTE: "box",
    TopicKind.UNRESOLVED: "box, style=dashed",
    TopicKind.TAG: "ellipse",
    TopicKind.CATEGORY: "folder",
}


def as_dot(graph: TopicGraph) -> str:
    """Edges as they are written, prerequisites as bold arrows from what comes first."""
    lines = ["digraph topics {", "  rankdir=LR;"]
    for topic in graph.topics.values():
        lines.append(f"  {_quoted(topic.id)} [label={_quoted(topic.title)}, shape={_SHAPES[topic.kind]}];")
    for edge in graph.edges:
        lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [color=gray];")
    for found in graph.prerequisites:
        label = f"{found.confidence:.2f}"
        lines.append(f"  {_quoted(found.before)} -> {_quoted(found.after)} [style=bold, label={_quoted(label)}];")
    return "\n".join((*lines, "}", ""))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
