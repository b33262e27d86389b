"""A computation and its derivatives as sympy expressions, and as a student would type them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sympy
from sympy import Expr

from notevault.autodiff import graph
from notevault.frontends.straightline import Computation, evaluate, read
from notevault.frontends.symbolic.engine import gradient, raise_

MOST_OPERATIONS = 60
"""Longer expressions are left as they are: factoring takes time that grows fast."""

_UNTYPABLE = (sympy.Piecewise, sympy.Abs, sympy.sign, sympy.Max, sympy.Min, sympy.Heaviside, sympy.Derivative)


def expression_of(computation: Computation) -> Expr:
    """The output as an expression of the inputs, every step put into the next.

    >>> expression_of(read("p = w*x\\nloss = (p - y)**2", "loss"))
    (w*x - y)**2
    """
    return _expression(computation.source, computation.output)


def derivative_of(computation: Computation, variable: str) -> Expr | None:
    """The derivative of the output by an input, in the shortest of a few equal forms; None where it needs cases.

    >>> derivative_of(read("P = a / (a + b)", "P"), "a")
    b/(a + b)**2
    """
    return _derivative(computation.source, computation.output, variable)


def typed(expression: Expr, computation: Computation) -> str:
    """`expression` as it is typed; its fractions are decimals where the computation is written with decimals.

    >>> typed(sympy.Rational(3, 5) * sympy.Symbol("x"), read("y = 0.3*x**2", "y"))
    '0.6*x'
    """
    if "." in computation.source and not any(_roots(expression)):
        exact = {f: sympy.Float(f, 12) for f in expression.atoms(sympy.Rational) if not f.is_Integer and _is_decimal(f)}
        expression = expression.xreplace(exact)
    if expression.is_Pow and expression.exp.is_Integer and expression.exp < -1:
        return f"1/{1 / expression}"
    return str(sympy.sstr(expression, full_prec=False))


@lru_cache(maxsize=256)
def _expression(source: str, output: str) -> Expr:
    computation = read(source, output)
    result, names = evaluate(computation, dict.fromkeys(computation.inputs, 0.5))
    (expression,) = raise_(graph([result], [names[name] for name in computation.inputs]))
    return expression


@lru_cache(maxsize=1024)
def _derivative(source: str, output: str, variable: str) -> Expr | None:
    function = _expression(source, output)
    found = gradient(function, sympy.Symbol(variable))
    if function.has(*_UNTYPABLE):
        return None
    # the cases of a power at 0 fall away for positive names, and the names themselves are put back
    positive = {symbol: sympy.Symbol(symbol.name, positive=True) for symbol in found.free_symbols}
    found = found.subs(positive).subs({new: old for old, new in positive.items()})
    return None if found.has(*_UNTYPABLE) else min(_forms(found), key=lambda form: len(str(form)))


def _forms(expression: Expr) -> Iterator[Expr]:
    yield expression
    if expression.count_ops() <= MOST_OPERATIONS:
        yield sympy.factor_terms(expression)
        if expression.is_rational_function():
            yield sympy.cancel(expression)
            yield sympy.factor(expression)


def _roots(expression: Expr) -> Iterator[Expr]:
    """The powers whose exponent is a fraction: a root stays a root."""
    return (power for power in expression.atoms(sympy.Pow) if power.exp.is_Rational and not power.exp.is_Integer)


def _is_decimal(fraction: Expr) -> bool:
    """Whether the fraction has a short decimal form."""
    return 10**6 % int(fraction.q) == 0
