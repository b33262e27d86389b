"""What comes before what, and why; study paths and the study order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notevault.errors import NoteNotFoundError
from notevault.graph import build_graph, study_order, study_path
from notevault.graph.model import Prerequisite, TopicGraph
from notevault.graph.prerequisites import without_circles
from notevault.vault import read_vault
from tests.shared import SHARED, needs_shared
from tests.vaults import make_vault, write_vault

FILES = {
    "Derivative.md": "A derivative is a slope.",
    "Gradient.md": "The gradient is made of every [[Derivative]] of a function. It is used in [[Descent]].",
    "Descent.md": "Descent is a method that follows the [[Gradient]].\n\n## Related\n- [[Adam]]\n- [[Elsewhere]]",
    "Adam.md": "Adam is a variant of [[Descent]] that divides by a [[running average]].",
    "Elsewhere.md": "Unlike [[Adam]], this is something else. Do you know [[Gradient]]?",
    "Contents.md": "# All\n- [[Derivative]]\n- [[Gradient]]\n- [[Descent]]\n- [[Adam]]\n- [[Elsewhere]]\n",
    "Stated.md": '---\nprerequisites: ["[[Elsewhere]]"]\n---\nText.',
}


def graph_of(tmp_path: Path) -> TopicGraph:
    return build_graph(make_vault(tmp_path, FILES))


def order_of(graph: TopicGraph) -> set[tuple[str, str]]:
    return {(found.before, found.after) for found in graph.prerequisites}


def test_what_a_definition_leans_on_comes_before(tmp_path: Path) -> None:
    order = order_of(graph_of(tmp_path))
    assert {("Derivative.md", "Gradient.md"), ("Gradient.md", "Descent.md"), ("Descent.md", "Adam.md")} <= order


def test_related_contrasted_asked_and_listed_topics_are_no_prerequisites(tmp_path: Path) -> None:
    order = order_of(graph_of(tmp_path))
    assert not {pair for pair in order if pair[1] in {"Contents.md", "Elsewhere.md"}}
    assert ("Elsewhere.md", "Descent.md") not in order


def test_a_stated_prerequisite_counts_most(tmp_path: Path) -> None:
    (found,) = (found for found in graph_of(tmp_path).prerequisites if found.after == "Stated.md")
    assert found.before == "Elsewhere.md"
    assert found.confidence > 0.9
    assert found.reasons == ('"Stated" names "Elsewhere" among its prerequisites.',)


def test_a_study_path_begins_with_the_foundations_and_ends_with_the_goal(tmp_path: Path) -> None:
    path = study_path(graph_of(tmp_path), "Adam.md")
    assert [step.title for step in path.steps] == ["Derivative", "Gradient", "Descent", "Adam"]
    assert path.steps[2].reasons[0] == 'The first sentence of "Adam" defines it by "Descent".'
    assert path.steps[-1].confidence == 1.0
    assert path.notices == ('There is no note "running average" yet, which would come before.',)


def test_a_study_path_says_how_much_its_limit_leaves_out(tmp_path: Path) -> None:
    path = study_path(graph_of(tmp_path), "Adam.md", limit=2)
    assert [step.title for step in path.steps] == ["Descent", "Adam"]
    assert path.left_out == 2


def test_a_study_path_to_nowhere_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoteNotFoundError, match=r"Nowhere\.md"):
        study_path(graph_of(tmp_path), "Nowhere.md")


def test_a_name_without_a_link_is_evidence_too(tmp_path: Path) -> None:
    files = {"Chain Rule.md": "A rule.", "Network.md": "A network is trained by the chain rules of calculus."}
    (found,) = build_graph(make_vault(tmp_path, files)).prerequisites
    assert (found.before, found.after) == ("Chain Rule.md", "Network.md")


def test_two_notes_that_explain_each_other_have_no_order(tmp_path: Path) -> None:
    files = {"Egg.md": "An egg is laid by a [[Hen]].", "Hen.md": "A hen hatches from an [[Egg]]."}
    assert build_graph(make_vault(tmp_path, files)).prerequisites == ()


def test_a_circle_is_opened_at_its_least_certain_link() -> None:
    circle = [Prerequisite("a", "b", 0.9, ()), Prerequisite("b", "c", 0.6, ()), Prerequisite("c", "a", 0.7, ())]
    kept, dropped = without_circles(circle)
    assert [(found.before, found.after) for found in dropped] == [("b", "c")]
    assert len(kept) == 2


def test_a_study_path_says_which_circle_was_opened(tmp_path: Path) -> None:
    files = {
        "Heat.md": "Heat is a form of [[Energy]].",
        "Energy.md": "Energy is a kind of [[Work]].",
        "Work.md": "Work moves something against a [[Heat]].",
    }
    graph = build_graph(make_vault(tmp_path, files))
    assert [(found.before, found.after) for found in graph.dropped] == [("Heat.md", "Work.md")]
    path = study_path(graph, "Heat.md")
    assert [step.title for step in path.steps] == ["Work", "Energy", "Heat"]
    assert path.notices == (
        '"Heat" would come before "Work" too, but that would close a circle; of all in the circle this was the least '
        "certain.",
    )


EDGES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.floats(0.51, 0.99)), max_size=25)


@given(EDGES)
def test_what_is_kept_has_no_circle_and_nothing_is_lost(edges: list[tuple[int, int, float]]) -> None:
    candidates = [Prerequisite(f"{a}", f"{b}", confidence, ()) for a, b, confidence in edges if a != b]
    kept, dropped = without_circles(candidates)
    assert sorted(map(id, (*kept, *dropped))) == sorted(map(id, candidates))
    waiting = {f"{node}" for node in range(7)}
    while free := {node for node in waiting if not any(k.after == node and k.before in waiting for k in kept)}:
        waiting -= free
    assert not waiting


def test_the_study_order_has_every_note_once_and_keeps_every_prerequisite(tmp_path: Path) -> None:
    graph = graph_of(tmp_path)
    order = study_order(graph)
    assert sorted(order) == sorted(FILES)
    for before, after in order_of(graph):
        if before in FILES:
            assert order.index(before) < order.index(after)


def test_the_graph_is_the_same_in_any_hash_seed_and_file_order(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from notevault.graph import *; from notevault.vault import read_vault\n"
        "graph = build_graph(read_vault(Path(sys.argv[1])))\n"
        "sys.stdout.write(FORMATS['json'](graph) + repr(study_order(graph)))"
    )
    outputs = set()
    for seed, files in (("1", FILES), ("2", dict(reversed(FILES.items())))):
        root = write_vault(tmp_path / seed, files)
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        run = subprocess.run([sys.executable, "-c", code, root], env=environment, capture_output=True, check=True)
        outputs.add(run.stdout)
    assert len(outputs) == 1


@needs_shared
def test_the_path_to_a_public_note_is_short_and_each_step_has_a_reason() -> None:
    graph = build_graph(read_vault(SHARED / "vaults" / "data-archive"))
    goal = "categories/machine-learning/Backpropagation.md"
    path = study_path(graph, goal)
    titles = [step.title for step in path.steps]
    assert titles.index("Loss function") < titles.index("Gradient Descent") < titles.index("Backpropagation")
    assert len(titles) <= 12
    assert all(step.reasons for step in path.steps)
