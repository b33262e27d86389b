"""The trace: numbers, names and its five forms."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from notevault.autodiff import tensor, trace
from notevault.autodiff.backward_pass import Trace
from notevault.autodiff.naming import run_named
from notevault.autodiff.trace_formats import FORMATS, as_latex, as_markdown, as_mermaid, as_svg, as_table


def loss(w, x, b, y):
    y_hat = w * x + b
    return (y_hat - y) ** 2


@pytest.fixture
def steps() -> Trace:
    leaves = [tensor(v) for v in (2.0, 3.0, 1.0, 5.0)]
    output, names = run_named(loss, *leaves)
    return trace(output, leaves, names)


def test_names_come_from_the_variables_of_the_source(steps: Trace) -> None:
    assert [node.label for node in steps.nodes if node.name] == ["w", "x", "b", "y", "y_hat", "loss"]
    assert float(steps.node("y_hat").adjoint) == 4.0


def test_the_table_is_what_a_student_writes_down(steps: Trace) -> None:
    lines = as_table(steps).splitlines()
    assert lines[2].split() == ["w", "input", "2", "12"]
    assert "y_hat  add(v1, b)" in lines[7]
    assert lines[7].split()[-1] == "4"
    assert lines[9].split()[0] == "loss"


def test_markdown_has_one_row_a_node(steps: Trace) -> None:
    lines = as_markdown(steps).splitlines()
    assert len(lines) == 2 + 8
    assert all(line.count("|") == 8 for line in lines)


def test_latex_writes_every_product_of_the_chain_rule(steps: Trace) -> None:
    text = as_latex(steps)
    assert text.count(r"\mathrel{+}=") == 7
    assert r"\frac{\partial \mathrm{loss}}{\partial w} &\mathrel{+}=" in text
    assert r"4 \cdot 3 = 12" in text


def test_mermaid_draws_every_node_and_edge(steps: Trace) -> None:
    text = as_mermaid(steps)
    assert text.startswith("flowchart LR")
    assert text.count("-->") == len(steps.edges())
    assert text.count('["') == len(steps.nodes)


def test_svg_is_well_formed_and_has_a_box_a_node(steps: Trace) -> None:
    root = ElementTree.fromstring(as_svg(steps))
    assert len(root.findall("{http://www.w3.org/2000/svg}rect")) == len(steps.nodes)


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_arrays_are_traced_too(form) -> None:
    x = tensor(np.linspace(0, 1, 6).reshape(2, 3), "x")
    output = (np.tanh(x @ np.ones((3, 2))) ** 2).mean()
    assert form(trace(output)).strip()


def test_a_squared_number_receives_both_contributions() -> None:
    x = tensor(3.0, "x")
    steps = trace(x * x)
    assert [float(c) for c in steps.output.contributions] == [3.0, 3.0]
    assert float(steps.node("x").adjoint) == 6.0


HOSTILE = ['a"b', "<b>|&amp;</b>", "a\nb", "{", "50%", "#1", "`q`", "x]", "end", "naïve", "$x$", r"\theta", "  ", "v1"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_a_format(name: str) -> None:
    steps = trace(tensor(2.0, name) * tensor(3.0, "x") + 1)
    ElementTree.fromstring(as_svg(steps))
    for line in as_mermaid(steps).splitlines()[1:]:
        assert re.fullmatch(r' +n\d+(\["[^"<>]*(<br/>[^"<>]*)*"\]| -->(\|"[^"]*"\|)? n\d+)', line), line
    cells = [re.split(r"(?<!\\)\|", line) for line in as_markdown(steps).splitlines()]
    assert {len(row) for row in cells} == {len(cells[0])}
    assert "<b>" not in as_markdown(steps)
    assert len(as_table(steps).splitlines()) == 6
    text = re.sub(r"\\[{}$%#&]", "", as_latex(steps))
    assert text.count("{") == text.count("}")
    assert not re.search(r"[#%\n]", text.replace("\n\\frac", "").replace("\n\\end", ""))


def test_a_label_that_is_made_up_is_the_name_of_nothing_else() -> None:
    steps = trace(tensor(3.0, "v1") * 2 + tensor(1.0, "v3"))
    labels = [node.label for node in steps.nodes if node.operation != "constant"]
    assert labels == ["v1", "v2", "v3", "v4"]


def test_numbers_are_written_as_tex_writes_them() -> None:
    with np.errstate(divide="ignore"):
        text = as_latex(trace(np.log(tensor(0.0, "x")) * 1e-8))
    assert r"1 \cdot 10^{-8}" in text
    assert r"\infty" in text
    assert "inf" not in text.replace(r"\infty", "")
