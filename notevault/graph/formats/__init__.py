"""Exports of the topic graph: one file a format, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notevault.graph.formats.canvas import as_canvas
from notevault.graph.formats.csv import as_csv
from notevault.graph.formats.dot import as_dot
from notevault.graph.formats.gexf import as_gexf
from notevault.graph.formats.graphml import as_graphml
from notevault.graph.formats.json import as_json
from notevault.graph.formats.mermaid import as_mermaid
from notevault.graph.model import TopicGraph

FORMATS: Mapping[str, Callable[[TopicGraph], str]] = {
    "json": as_json,
    "graphml": as_graphml,
    "gexf": as_gexf,
    "dot": as_dot,
    "mermaid": as_mermaid,
    "canvas": as_canvas,
    "csv": as_csv,
}
"""A format's name and what writes it; each gives a whole text that ends in a line break."""

__all__ = ["FORMATS"]
