"""`graph.html`: the neighbourhood of a topic and its study path, in one file that needs no network."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from notevault.graph import study_path
from notevault.graph.model import Step, TopicGraph, TopicKind

MOST_REASONS = 2

_SHOWN = frozenset({TopicKind.NOTE, TopicKind.UNRESOLVED})


def graph_page(graph: TopicGraph) -> str:
    """The page with the graph's notes and unresolved notes as data."""
    template = files("notevault.export").joinpath("graph.html").read_text(encoding="utf-8")
    return template.replace("/*DATA*/", _embedded(_data(graph)))


def _data(graph: TopicGraph) -> dict[str, Any]:
    topics = [topic for topic in graph.topics.values() if topic.kind in _SHOWN]
    place = {topic.id: index for index, topic in enumerate(topics)}
    top = max((topic.rank for topic in topics), default=0.0) or 1.0
    pairs = {(place[e.source], place[e.target]) for e in graph.edges if e.source in place and e.target in place}
    paths = {topic.id: study_path(graph, topic.id).steps for topic in topics}
    return {
        "topics": [
            {
                "id": topic.id,
                "title": topic.title,
                "kind": topic.kind.value,
                "rank": round(topic.rank / top, 4),
                "community": topic.community,
            }
            for topic in topics
        ],
        "edges": sorted(pair for pair in pairs if pair[0] != pair[1]),
        "paths": {id_: [_step(step) for step in steps] for id_, steps in paths.items() if len(steps) > 1},
    }


def _step(step: Step) -> tuple[str, str]:
    return step.topic, " ".join(step.reasons[:MOST_REASONS])


def _embedded(data: dict[str, Any]) -> str:
    """JSON that cannot end the script element it stands in, whatever the titles hold."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
