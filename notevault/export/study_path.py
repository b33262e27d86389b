"""`study-path.md`: every note in an order in which it can be understood."""

from __future__ import annotations

from collections import defaultdict

from notevault.graph import study_order
from notevault.graph.model import Prerequisite, TopicGraph, TopicKind

MOST_REASONS = 2


def study_path_markdown(graph: TopicGraph) -> str:
    """The order over the whole vault, with the surest reasons why a note stands where it stands."""
    before: defaultdict[str, list[Prerequisite]] = defaultdict(list)
    for prerequisite in graph.prerequisites:
        before[prerequisite.after].append(prerequisite)
    lines = [
        "# Study path",
        "",
        "Every note stands after the notes that it seems to rest on. The reasons are inferred from links and wording.",
        "",
    ]
    for number, topic in enumerate(study_order(graph), start=1):
        lines.append(f"{number}. **{graph.topics[topic].title}**")
        surest = sorted(_written(before[topic], graph), key=lambda found: (-found.confidence, found.before))
        lines += [f"    - {found.reasons[0]}" for found in surest[:MOST_REASONS]]
    return "\n".join(lines) + "\n"


def _written(found: list[Prerequisite], graph: TopicGraph) -> list[Prerequisite]:
    return [prerequisite for prerequisite in found if graph.topics[prerequisite.before].kind is TopicKind.NOTE]
