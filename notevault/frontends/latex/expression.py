"""One LaTeX expression by itself, outside any note."""

from __future__ import annotations

from notevault.frontends.latex.context import Context
from notevault.frontends.latex.lowering import Lowering
from notevault.frontends.latex.parser import parse
from notevault.frontends.latex.shapes import shapes
from notevault.frontends.latex.symbols import Vocabulary
from notevault.frontends.symbolic.expressions import Expr


def expression(latex: str) -> Expr:
    r"""The expression that `latex` denotes; raises NotUnderstoodError, or AbstractError for a name without a value.

    >>> expression(r"2x \left( w x + b - y \right)")
    2*x*(b + w*x - y)
    """
    node = parse(latex)
    return Lowering(Context(Vocabulary()), shapes([node], ())).scalar(node)
