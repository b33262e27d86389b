"""The topic graph of a small vault: nodes, edges, ranks, communities, orphans, unresolved notes."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notevault.graph import build_graph
from notevault.graph.model import EdgeKind, TopicKind
from notevault.graph.rank import page_rank
from tests.vaults import make_vault

FILES = {
    "Adam.md": "---\ncategory: ML\ntags: [ml/optimisation]\n---\nAdam has [[Momentum]], [[Momentum|it]] and [[SGD]].",
    "Momentum.md": "See [[Adam]], [[Momentum]] and [[Nesterov]]. ![[Adam]]",
    "Other.md": "[[nesterov]] #ML/Optimisation",
    "Alone.md": "Nothing here.",
    "External.md": "[site](https://example.org) and ![[picture.png]]",
}


def test_links_are_counted_and_a_link_to_itself_is_left_out(tmp_path: Path) -> None:
    graph = build_graph(make_vault(tmp_path, FILES))
    edges = {(edge.source, edge.target, edge.kind): edge.count for edge in graph.edges}
    assert edges["Adam.md", "Momentum.md", EdgeKind.LINK] == 2
    assert edges["Momentum.md", "Adam.md", EdgeKind.LINK] == 1
    assert edges["Momentum.md", "Adam.md", EdgeKind.EMBED] == 1
    assert ("Momentum.md", "Momentum.md", EdgeKind.LINK) not in edges


def test_tags_categories_and_unresolved_notes_are_topics(tmp_path: Path) -> None:
    graph = build_graph(make_vault(tmp_path, FILES))
    kinds = {id_: topic.kind for id_, topic in graph.topics.items() if topic.kind is not TopicKind.NOTE}
    assert kinds == {
        "category:ml": TopicKind.CATEGORY,
        "tag:ml": TopicKind.TAG,
        "tag:ml/optimisation": TopicKind.TAG,
        "unresolved-note:nesterov": TopicKind.UNRESOLVED,
        "unresolved-note:sgd": TopicKind.UNRESOLVED,
    }
    assert graph.unresolved == ("unresolved-note:nesterov", "unresolved-note:sgd")
    assert graph.topics["unresolved-note:nesterov"].incoming == 2


def test_orphans_are_the_notes_that_no_link_touches(tmp_path: Path) -> None:
    assert build_graph(make_vault(tmp_path, FILES)).orphans == ("Alone.md", "External.md")


def test_ranks_sum_to_one_and_tags_have_none(tmp_path: Path) -> None:
    graph = build_graph(make_vault(tmp_path, FILES))
    assert sum(topic.rank for topic in graph.topics.values()) == pytest.approx(1.0)
    assert graph.topics["tag:ml"].rank == 0.0


def test_communities_hold_every_linked_topic_once(tmp_path: Path) -> None:
    graph = build_graph(make_vault(tmp_path, FILES))
    members = [id_ for community in graph.communities for id_ in community.members]
    assert sorted(members) == sorted(id_ for id_, topic in graph.topics.items() if topic.community >= 0)
    assert len(members) == len(set(members))
    assert "Alone.md" not in members


def test_a_vault_without_notes_has_an_empty_graph(tmp_path: Path) -> None:
    graph = build_graph(make_vault(tmp_path, {}))
    assert not graph.topics
    assert not graph.edges


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 3)), max_size=30))
def test_page_rank_is_what_networkx_computes(edges: list[tuple[int, int, int]]) -> None:
    oracle = nx.MultiDiGraph()
    oracle.add_nodes_from(range(8))
    oracle.add_weighted_edges_from(edges)
    from networkx.algorithms.link_analysis.pagerank_alg import _pagerank_python

    expected = _pagerank_python(oracle, alpha=0.85, tol=1e-13, max_iter=1000)
    columns = np.array(edges, dtype=np.int64).reshape(-1, 3)
    found = page_rank(columns[:, 0], columns[:, 1], columns[:, 2].astype(float), 8)
    assert found == pytest.approx([expected[node] for node in range(8)], abs=1e-8)
