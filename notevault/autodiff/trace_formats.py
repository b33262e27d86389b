r"""A trace as a table, as Markdown, LaTeX, Mermaid and SVG.

>>> from notevault.autodiff.tensor import tensor
>>> from notevault.autodiff.backward_pass import trace
>>> w, x = tensor(2.0, "w"), tensor(3.0, "x")
>>> print(as_table(trace(w * x + 1)))
node  operation   value  local derivatives  upstream  contributions  adjoint
----  ----------  -----  -----------------  --------  -------------  -------
w     input       2                                                  3
x     input       3                                                  2
v1    mul(w, x)   6      w: 3, x: 2         1         w: 3, x: 2     1
v2    add(v1, 1)  7      v1: 1              1         v1: 1          1
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape

import numpy as np

from notevault.autodiff.backward_pass import Trace, TraceNode
from notevault.autodiff.naming import tex_name
from notevault.autodiff.primitive import Value

HEADINGS = ("node", "operation", "value", "local derivatives", "upstream", "contributions", "adjoint")
INK, PAPER, WARM, GREY = "#1f2937", "#ffffff", "#b45309", "#6b7280"


def short(value: Value) -> str:
    """A number in at most six digits; an array of up to four numbers in full, else its shape.

    >>> short(np.float64(0.1) + 0.2), short(np.array([1.0, 2.5])), short(np.zeros((3, 4)))
    ('0.3', '[1, 2.5]', '(3, 4) array')
    """
    if value is None:
        return ""
    array = np.asarray(value)
    if array.ndim == 0:
        return f"{array.item():.6g}" if array.dtype.kind in "fiub" else str(array.item())
    if array.ndim == 1 and array.size <= 4 and array.dtype.kind in "fiub":
        return "[" + ", ".join(f"{item:.6g}" for item in array.tolist()) + "]"
    return f"({', '.join(map(str, array.shape))}{',' if array.ndim == 1 else ''}) array"


def tex_value(value: Value) -> str:
    r"""A value as LaTeX, as short as in the table.

    >>> print(tex_value(1e-8), tex_value(np.inf), tex_value(np.array([0.5, -np.inf])), tex_value(np.zeros((2, 3))))
    1 \cdot 10^{-8} \infty [0.5, -\infty] \text{(2, 3) array}
    """
    text = short(value)
    if text.endswith("array"):
        return rf"\text{{{text}}}"
    text = re.sub(r"e([+-]?)0*(\d+)", lambda m: rf" \cdot 10^{{{m.group(1).strip('+')}{m.group(2)}}}", text)
    return text.replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}")


def _call(trace: Trace, node: TraceNode) -> str:
    if not node.parents:
        return node.operation
    return f"{node.operation}({', '.join(trace.nodes[k].label for k in node.parents)})"


def _pairs(trace: Trace, node: TraceNode, values: Sequence[Value | None]) -> str:
    return ", ".join(
        f"{trace.nodes[k].label}: {short(value)}"
        for k, value in zip(node.parents, values, strict=True)
        if value is not None
    )


def rows(trace: Trace) -> list[tuple[str, ...]]:
    """The cells of the table, one row a node; constants have none."""
    found: list[tuple[str, ...]] = []
    for node in trace.nodes:
        if node.operation == "constant":
            continue
        sent = _pairs(trace, node, node.contributions)
        live = zip(node.local_derivatives, node.contributions, strict=True)
        locals_ = _pairs(trace, node, [None if given is None else local.value for local, given in live])
        upstream = short(node.upstream) if node.parents else ""
        found.append((node.label, _call(trace, node), short(node.value), locals_, upstream, sent, short(node.adjoint)))
    return found


def as_table(trace: Trace) -> str:
    """Plain text in columns, forward order."""
    body = rows(trace)
    widths = [max(len(cell) for cell in column) for column in zip(HEADINGS, *body, strict=True)]
    lines = [HEADINGS, tuple("-" * width for width in widths), *body]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def as_markdown(trace: Trace) -> str:
    """A Markdown table, forward order."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *rows(trace)]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    """A cell that no name can leave, and that is no HTML."""
    return text.replace("\\", "\\\\").replace("|", r"\|").replace("<", "&lt;")


def as_latex(trace: Trace) -> str:
    """The backward pass as an `aligned` environment: one chain-rule product for each edge, output first."""
    output = tex_name(trace.output.label)
    lines = [rf"\frac{{\partial {output}}}{{\partial {output}}} &= {tex_value(trace.output.upstream)}"]
    for node in reversed(trace.nodes):
        for parent, local, sent in zip(node.parents, node.local_derivatives, node.contributions, strict=True):
            if sent is None:
                continue
            child, name = tex_name(node.label), tex_name(trace.nodes[parent].label)
            factor = local.latex or "J"
            arrived = tex_value(sent)
            known = "" if local.value is None else f" = {tex_value(node.upstream)} \\cdot {_signed(local.value)}"
            lines.append(
                rf"\frac{{\partial {output}}}{{\partial {name}}} &\mathrel{{+}}= "
                rf"\frac{{\partial {output}}}{{\partial {child}}} \cdot \left({factor}\right){known} = {arrived}"
            )
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _signed(value: Value) -> str:
    number = tex_value(value)
    return f"({number})" if number.startswith("-") or r"\cdot" in number else number


def as_mermaid(trace: Trace) -> str:
    """A Mermaid flowchart: values and adjoints in the nodes, contributions on the edges."""
    lines = ["flowchart LR"]
    for node in trace.nodes:
        text = [node.label, *([_call(trace, node)] if node.parents else []), f"= {short(node.value)}"]
        if node.operation != "constant":
            text.append(f"adjoint {short(node.adjoint)}")
        label = "<br/>".join(escape(part, quote=True) for part in text)
        lines.append(f'    n{node.index}["{label}"]')
    for parent, child, sent in trace.edges():
        lines.append(
            f'    n{parent} -->|"{short(sent)}"| n{child}' if sent is not None else f"    n{parent} --> n{child}"
        )
    return "\n".join(lines)


def _depths(trace: Trace) -> list[int]:
    depths: list[int] = []
    for node in trace.nodes:
        depths.append(1 + max((depths[k] for k in node.parents), default=-1))
    return depths


def as_svg(trace: Trace) -> str:
    """A drawing that stands alone: columns by depth, values in ink, adjoints and contributions in a warm colour."""
    depths = _depths(trace)
    row_of: list[int] = []
    used: dict[int, int] = {}
    for depth in depths:
        row_of.append(used.get(depth, 0))
        used[depth] = row_of[-1] + 1
    width, height = 190 * (max(depths) + 1) + 10, 90 * max(used.values()) + 10
    at = [(10 + 190 * d, 10 + 90 * r) for d, r in zip(depths, row_of, strict=True)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="12">'
    ]
    for parent, child, sent in trace.edges():
        (x1, y1), (x2, y2) = (at[parent][0] + 140, at[parent][1] + 35), (at[child][0], at[child][1] + 35)
        parts.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{GREY}"/>')
        if sent is not None:
            place = f'x="{(x1 + 2 * x2) / 3:.0f}" y="{(y1 + 2 * y2) / 3 - 4:.0f}"'
            parts.append(f'<text {place} fill="{WARM}" text-anchor="middle">{escape(short(sent))}</text>')
    for node, (x, y) in zip(trace.nodes, at, strict=True):
        parts.append(f'<rect x="{x}" y="{y}" width="140" height="70" rx="8" fill="{PAPER}" stroke="{INK}"/>')
        constant = node.operation == "constant"
        adjoint = "" if constant else f"adjoint {short(node.adjoint)}"
        lines = ((node.label, INK), (_call(trace, node), GREY), (f"= {short(node.value)}", INK), (adjoint, WARM))
        for k, (text, colour) in enumerate(lines):
            parts.append(f'<text x="{x + 8}" y="{y + 16 + 16 * k}" fill="{colour}">{escape(text)}</text>')
    return "\n".join([*parts, "</svg>"])


FORMATS: Mapping[str, Callable[[Trace], str]] = {
    "table": as_table,
    "markdown": as_markdown,
    "latex": as_latex,
    "mermaid": as_mermaid,
    "svg": as_svg,
}
