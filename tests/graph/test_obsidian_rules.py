"""The rules of Obsidian that only the topic graph shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from notevault.graph import build_graph
from notevault.graph.model import TopicKind
from tests.vaults import make_vault

RULES = {
    "6": ({"A.md": "# H\n[[#H]]"}, {}),
    "22": ({"A.md": "[[B]] [[b]]", "B.md": ""}, {("A.md", "B.md"): 2}),
    "42": ({"A.md": "[[Ghost]] [[ghost]]"}, {("A.md", "unresolved-note:ghost"): 2}),
    "76": ({"A.md": "#a/b"}, {("A.md", "tag:a"): 1, ("A.md", "tag:a/b"): 1}),
    "75": ({"A.md": "#Deep #deep", "B.md": "#DEEP"}, {("A.md", "tag:deep"): 2, ("B.md", "tag:deep"): 1}),
    "98": ({"A.md": "```mermaid\ngraph TD\nB\nclass B internal-link\n```", "B.md": ""}, {}),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_edges_are_what_the_rule_says(tmp_path: Path, rule: str) -> None:
    files, expected = RULES[rule]
    graph = build_graph(make_vault(tmp_path, files))
    assert {(edge.source, edge.target): edge.count for edge in graph.edges} == expected


def test_rule_75_a_tag_is_shown_as_it_is_first_written(tmp_path: Path) -> None:
    graph = build_graph(make_vault(tmp_path, {"A.md": "#Deep #deep", "B.md": "#DEEP"}))
    assert [topic.title for topic in graph.topics.values() if topic.kind is TopicKind.TAG] == ["Deep"]


def test_rule_46_an_excluded_note_is_not_in_the_graph(tmp_path: Path) -> None:
    files = {"notevault.toml": 'exclude = ["t/*"]', "t/B.md": "[[A]]", "A.md": "[[B]]"}
    graph = build_graph(make_vault(tmp_path, files))
    assert list(graph.topics) == ["A.md"]
    assert graph.edges == ()
