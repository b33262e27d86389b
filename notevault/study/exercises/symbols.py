"""A computation as one sympy expression."""

from __future__ import annotations

from sympy import Expr

from notevault.autodiff import graph
from notevault.frontends.engine import raise_
from notevault.frontends.straightline import Computation, evaluate


def expression_of(computation: Computation) -> Expr:
    """The output as an expression of the inputs, every step put into the next.

    >>> from notevault.frontends.straightline import read
    >>> expression_of(read("p = w*x\\nloss = (p - y)**2", "loss"))
    (w*x - y)**2
    """
    output, names = evaluate(computation, dict.fromkeys(computation.inputs, 0.5))
    (expression,) = raise_(graph([output], [names[name] for name in computation.inputs]))
    return expression
