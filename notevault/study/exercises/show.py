"""Numbers, formulas and tables as an exercise shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import sympy

from notevault.autodiff import PRIMITIVES, TraceNode
from notevault.study.exercises.passes import Pass

_TEMPLATES: Mapping[str, str] = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "pow": "{} ** {}",
    "neg": "-{}",
}


def number(value: float) -> str:
    """A number as a person writes it, to five significant digits.

    >>> number(4.0), number(-0.25), number(1 / 3)
    ('4', '-0.25', '0.33333')
    """
    text = f"{float(value):.5g}"
    return "0" if text == "-0" else text


def point(at: Mapping[str, float]) -> str:
    """The point as `w = 2, x = 3`."""
    return ", ".join(f"{name} = {number(value)}" for name, value in at.items())


def operation(node: TraceNode, done: Pass) -> str:
    """What a node computes, from the labels of its parents: `v1 + b`."""
    labels = [done.trace.nodes[parent].label for parent in node.parents]
    template = _TEMPLATES.get(node.operation)
    return template.format(*labels) if template else f"{node.operation}({', '.join(labels)})"


def local_formula(node: TraceNode, k: int, done: Pass) -> str:
    """The local derivative of a node by its parent number k in LaTeX: `2 v_{1}`."""
    parents = [done.trace.nodes[parent] for parent in node.parents]
    operands = tuple(_symbol(parent.label) for parent in parents)
    if node.operation == "pow" and k == 0 and parents[1].operation == "constant":
        exponent = float(parents[1].value)
        power = "" if exponent == 2 else f"^{{{number(exponent - 1)}}}"
        return f"{number(exponent)} {operands[0]}{power}"
    return PRIMITIVES[node.operation].local_formula(k, operands, _symbol(node.label))


def _symbol(label: str) -> str:
    """A label in LaTeX.

    >>> _symbol("v1"), _symbol("y_hat"), _symbol("theta_t_plus_1"), _symbol("2")
    ('v_{1}', '\\\\hat{y}', '\\\\theta_{t+1}', '2')
    """
    if not label.isidentifier():
        return label
    accented = re.sub(r"_(hat|bar|tilde|dot)(?=_|$)", r"\1", label)
    written: str = sympy.latex(sympy.Symbol(accented))
    return written.replace(" plus ", "+").replace(" minus ", "-")


def setting(title: str, source: str) -> str:
    """The computation that an exercise is about, with the note it is from."""
    return f"From {title}:\n\n{python(source)}"


def python(code: str) -> str:
    """`code` in a fence."""
    return f"```python\n{code.strip()}\n```"


def rows(header: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header), *body)]
    return "\n".join(lines)


def forward_rows(done: Pass) -> str:
    """The forward table: each node with its operation and value."""
    body = [(node.label, f"`{operation(node, done)}`", number(float(node.value))) for node in done.steps]
    return rows(("node", "operation", "value"), body)


def backward_rows(done: Pass) -> str:
    """The backward table: for each edge upstream gradient times local derivative."""
    return rows(("node", "upstream gradient", "to", "local derivative", "contribution"), list(_edges(done)))


def _edges(done: Pass) -> Iterator[tuple[str, ...]]:
    for node in reversed(done.steps):
        for k, parent in enumerate(node.parents):
            sent = node.contributions[k]
            if sent is None:
                continue
            local = node.local_derivatives[k]
            to = done.trace.nodes[parent].label
            value = float(sent) / float(node.upstream) if local.value is None and node.upstream else local.value
            yield node.label, number(float(node.upstream)), to, number(float(value or 0.0)), number(float(sent))


def sums(done: Pass, names: Sequence[str]) -> str:
    """For each name the contributions that reach it, added up."""
    lines = []
    for name in names:
        index = done.trace.node(name).index
        parts = [float(sent) for parent, _, sent in done.trace.edges() if parent == index and sent is not None]
        total = number(done.adjoint(name))
        added = " + ".join(f"({number(part)})" if part < 0 else number(part) for part in parts)
        lines.append(f"- `{name}`: {added} = {total}" if len(parts) > 1 else f"- `{name}`: {total}")
    return "\n".join(lines)
