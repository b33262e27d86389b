"""Blocks with hand-written gradients as they stand in notes, changes that make them wrong, and other right forms."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SEED = "import numpy as np\nrng = np.random.default_rng(3)\n"
SIGMOID = "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"

CHAIN = frozenset({"missing chain factor", "wrong local derivative"})
KINDS = {
    "sign": frozenset({"sign"}),
    "factor": frozenset({"factor"}),
    "mean": frozenset({"sum for mean"}),
    "chain": CHAIN | {"missing factor"},
    "extra": frozenset({"extra chain factor"}),
    "term": frozenset({"missing term", "missing path"}),
    "spurious": frozenset({"spurious term"}),
    "term sign": frozenset({"sign of a term"}),
    "term factor": frozenset({"factor of a term"}),
    "transposed": frozenset({"transposed"}),
    "swapped": frozenset({"swapped operand"}),
    "local": frozenset({"wrong local derivative"}),
    "sum": frozenset({"missing sum"}),
    "quadratic": frozenset({"missing path", "missing term", "factor of a term", "swapped operand"}),
    "any": frozenset({"missing chain factor", "missing factor", "factor of a term"}),
}
"""What a change does to a gradient, and the diagnoses that name it rightly."""


@dataclass(frozen=True)
class Block:
    """A right block; `wrong` are changes (before, after, what it does), `right` changes that keep it right."""

    name: str
    source: str
    wrong: tuple[tuple[str, str, str], ...]
    right: tuple[tuple[str, str], ...] = ()
    gradients: tuple[str, ...] = field(default=())
    """Names of gradients that are also given the wrong sign and factor, and written in other ways."""


_CHANGE = re.compile(r"- (?P<what>wrong|right): `(?P<before>.+?)` => `(?P<after>.*?)`(?: : (?P<does>.+))?")


def blocks(path: Path, head: str) -> Iterator[Block]:
    """The blocks of a file: a section with a fence, and changes as list items."""
    for section in path.read_text(encoding="utf-8").split("\n## ")[1:]:
        name, _, rest = section.partition("\n")
        source, _, changes = rest.partition("```python\n")[2].partition("```\n")
        found = [match for line in changes.splitlines() if (match := _CHANGE.fullmatch(line))]
        named = re.search(r"- gradients: (.+)", changes)
        yield Block(
            name,
            (head + SIGMOID if "sigmoid(" in source else head) + source,
            tuple((_line(m["before"]), _line(m["after"]), m["does"]) for m in found if m["what"] == "wrong"),
            tuple((_line(m["before"]), _line(m["after"])) for m in found if m["what"] == "right"),
            tuple(named[1].split()) if named else (),
        )


def _line(text: str) -> str:
    return text.replace("\\n", "\n")


def changed(source: str, before: str, after: str) -> str:
    """The source with one piece replaced; it must be there."""
    assert before in source, before
    return source.replace(before, after)


def wrong_blocks(block: Block) -> Iterator[tuple[str, str, frozenset[str]]]:
    """What was done, the wrong source, and the diagnoses that name it."""
    for before, after, what in block.wrong:
        yield f"{before} => {after}", changed(block.source, before, after), KINDS[what]
    for gradient in block.gradients:
        yield f"-{gradient}", _rewritten(block.source, gradient, "-({})"), KINDS["sign"]
        yield f"11*{gradient}", _rewritten(block.source, gradient, "11 * ({})"), KINDS["factor"]
        yield f"{gradient}/13", _rewritten(block.source, gradient, "({}) / 13"), KINDS["factor"]


def right_blocks(block: Block) -> Iterator[tuple[str, str]]:
    """The block itself, and written in other ways."""
    yield "as it stands", block.source
    for before, after in block.right:
        yield f"{before} => {after}", changed(block.source, before, after)
    for gradient in block.gradients:
        for form in ("-(-({}))", "({0}) * 3 / 4 + ({0}) / 4", "({0}) + ({0}) - ({0})", "(2 * ({})) / 2"):
            yield form.format(gradient, 0), _rewritten(block.source, gradient, form)


def _rewritten(source: str, gradient: str, form: str) -> str:
    """The source with the value of a gradient put into a form."""
    found = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == gradient
    ]
    (statement,) = found
    lines = source.split("\n")
    line = lines[statement.lineno - 1]
    value = ast.get_source_segment(source, statement.value)
    assert value is not None
    lines[statement.lineno - 1] = line.replace(value, form.format(value, value))
    return "\n".join(lines)


NUMPY = tuple(blocks(Path(__file__).with_name("numpy_gradients.md"), SEED))
SYMPY = tuple(blocks(Path(__file__).with_name("sympy_gradients.md"), "from sympy import *\n"))
RIGHT = tuple(blocks(Path(__file__).with_name("right_passes.md"), ""))
