"""Every export is well formed and holds the graph."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest

from notevault.graph import FORMATS, build_graph
from notevault.graph.model import TopicGraph
from tests.vaults import make_vault

FILES = {
    'Odd "name" & <more>.md': "Odd is a kind of [[Plain note]] #tag",
    "Plain note.md": 'See [[bell\a]], [[Odd "name" & <more>]].',
    "c.md": "---\ncategory: A, B\n---\nText with [[Plain note]].",
}


@pytest.fixture
def graph(tmp_path: Path) -> TopicGraph:
    return build_graph(make_vault(tmp_path, FILES))


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_a_text_of_whole_lines(graph: TopicGraph, name: str) -> None:
    text = FORMATS[name](graph)
    assert text.endswith("\n")
    assert "Plain note" in text
    assert text == FORMATS[name](graph)


def test_json_has_all_topics_and_edges(graph: TopicGraph) -> None:
    data = json.loads(FORMATS["json"](graph))
    assert data["version"] == 1
    assert [topic["id"] for topic in data["topics"]] == list(graph.topics)
    assert len(data["edges"]) == len(graph.edges)
    assert data["prerequisites"][0]["before"] == "Plain note.md"


def test_graphml_is_read_by_networkx(graph: TopicGraph) -> None:
    read = nx.parse_graphml(FORMATS["graphml"](graph), force_multigraph=True)
    assert len(read) == len(graph.topics)
    assert read.number_of_edges() == len(graph.edges) + len(graph.prerequisites)
    assert read.nodes["c.md"]["title"] == "c"


def test_gexf_has_a_node_for_each_topic_and_an_edge_for_each_tie(graph: TopicGraph) -> None:
    tree = ElementTree.fromstring(FORMATS["gexf"](graph))
    space = {"g": "http://gexf.net/1.3"}
    assert len(tree.findall(".//g:node", space)) == len(graph.topics)
    assert len(tree.findall(".//g:edge", space)) == len(graph.edges) + len(graph.prerequisites)


def test_csv_has_a_line_for_each_tie(graph: TopicGraph) -> None:
    rows = list(csv.DictReader(StringIO(FORMATS["csv"](graph))))
    assert len(rows) == len(graph.edges) + len(graph.prerequisites)
    assert {"source": "c.md", "target": "category:a, b", "kind": "category", "count": "1", "confidence": ""} in rows


def test_dot_quotes_names(graph: TopicGraph) -> None:
    assert '"Odd \\"name\\" & <more>.md" [label=' in FORMATS["dot"](graph)


def test_mermaid_draws_the_prerequisites(graph: TopicGraph) -> None:
    lines = FORMATS["mermaid"](graph).splitlines()
    assert lines[0] == "flowchart LR"
    assert '  t0["Odd #quot;name#quot; & #lt;more#gt;"]' in lines
    assert sum(" --> " in line for line in lines) == len(graph.prerequisites)


def test_canvas_puts_what_comes_first_on_the_left(graph: TopicGraph) -> None:
    data = json.loads(FORMATS["canvas"](graph))
    columns = {node["id"]: node["x"] for node in data["nodes"]}
    assert len(data["edges"]) == len(graph.prerequisites)
    assert all(columns[edge["fromNode"]] < columns[edge["toNode"]] for edge in data["edges"])
