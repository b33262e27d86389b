"""Numbers, formulas and tables as an exercise shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from notevault.autodiff import TraceNode
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
