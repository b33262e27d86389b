"""The prerequisites as a JSON Canvas, which Obsidian opens: notes in columns, foundations on the left."""

from __future__ import annotations

import json
from collections import defaultdict

from notevault.graph.model import TopicGraph, TopicKind

WIDTH, HEIGHT = 320, 80
GAP = 60


def as_canvas(graph: TopicGraph) -> str:
    """One node for every topic that has a prerequisite or is one; a note's node opens the note."""
    columns: dict[int, int] = defaultdict(int)
    nodes: list[dict[str, object]] = []
    levels = _levels(graph)
    names = {id_: f"topic-{number}" for number, id_ in enumerate(sorted(levels))}
    for id_ in sorted(levels, key=lambda id_: (levels[id_], -graph.topics[id_].rank, id_)):
        topic, level = graph.topics[id_], levels[id_]
        place = {"x": level * (WIDTH + 2 * GAP), "y": columns[level] * (HEIGHT + GAP)}
        columns[level] += 1
        content = (
            {"type": "file", "file": id_} if topic.kind is TopicKind.NOTE else {"type": "text", "text": topic.title}
        )
        nodes.append({"id": names[id_], **place, "width": WIDTH, "height": HEIGHT, **content})
    edges = [
        {
            "id": f"edge-{number}",
            "fromNode": names[found.before],
            "fromSide": "right",
            "toNode": names[found.after],
            "toSide": "left",
        }
        for number, found in enumerate(graph.prerequisites)
    ]
    return json.dumps({"nodes": nodes, "edges": edges}, ensure_ascii=False, indent=1) + "\n"


def _levels(graph: TopicGraph) -> dict[str, int]:
    """For each topic in a prerequisite the length of the longest chain before it."""
    after: dict[str, list[str]] = defaultdict(list)
    missing: dict[str, int] = defaultdict(int)
    for found in graph.prerequisites:
        after[found.before].append(found.after)
        missing[found.before] += 0
        missing[found.after] += 1
    levels = {id_: 0 for id_ in sorted(missing) if not missing[id_]}
    waiting = list(levels)
    for id_ in waiting:
        for following in after[id_]:
            levels[following] = max(levels.get(following, 0), levels[id_] + 1)
            missing[following] -= 1
            if not missing[following]:
                waiting.append(following)
    return levels
