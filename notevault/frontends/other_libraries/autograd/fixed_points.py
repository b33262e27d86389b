"""The fixed point of an iteration, differentiated without going back through the iteration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notevault.frontends.other_libraries.autograd.operators import make_vjp
from notevault.frontends.other_libraries.autograd.primitives import defvjp, primitive
from notevault.frontends.other_libraries.autograd.spaces import vspace

Function = Callable[..., Any]


@primitive
def fixed_point(f: Function, a: Any, x0: Any, distance: Function, tol: float) -> Any:
    """x with x = f(a)(x), iterated from x0 until two iterates are no further apart than `tol`."""
    step = f(a)
    before, x = x0, step(x0)
    while distance(x, before) > tol:
        before, x = x, step(x)
    return x


def _pull(ans: Any, f: Function, a: Any, *rest: Any) -> Function:
    """By the implicit function theorem the cotangent is itself a fixed point: u = J_x^T u + g."""

    def adjoint_step(parameters: Any) -> Function:
        a, x, g = parameters
        vjp_x = make_vjp(f(a))(x)[0]
        return lambda u: vspace(x).add(vjp_x(u), g)

    x0, distance, tol = rest
    vjp_a = make_vjp(lambda a, x: f(a)(x))(a, ans)[0]
    return lambda g: vjp_a(fixed_point(adjoint_step, (a, ans, g), vspace(x0).zeros(), distance, tol))


defvjp(fixed_point, None, _pull, None)
