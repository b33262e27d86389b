"""The edges of the topic graph as CSV, one line each, for a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO

from notevault.graph.model import TopicGraph


def as_csv(graph: TopicGraph) -> str:
    """Columns: source, target, kind, count, confidence; prerequisites are lines of the kind "prerequisite"."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("source", "target", "kind", "count", "confidence"))
    writer.writerows((edge.source, edge.target, edge.kind.value, edge.count, "") for edge in graph.edges)
    writer.writerows((found.before, found.after, "prerequisite", "", found.confidence) for found in graph.prerequisites)
    return text.getvalue()
