"""`check_grads`: what the rules give, against central differences, in random directions and to the second order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

from notevault.frontends.other_libraries.autograd.operators import name_of, unary_to_nary
from notevault.frontends.other_libraries.autograd.spaces import vspace
from notevault.frontends.other_libraries.autograd.tape import make_jvp, make_vjp

Function = Callable[..., Any]

TOL = 1e-6
RTOL = 1e-6
EPS = 1e-6


def scalar_close(a: Any, b: Any) -> Any:
    """Whether two numbers agree absolutely or relatively, to autograd's tolerances."""
    return abs(a - b) < TOL or abs(a - b) / abs(a + b) < RTOL


def make_numerical_jvp(f: Function, x: Any) -> Function:
    """The directional derivative from values on both sides of x."""
    of_x, of_y = vspace(x), vspace(f(x))

    def jvp(v: Any) -> Any:
        ahead = f(of_x.add(x, of_x.scalar_mul(v, EPS / 2)))
        behind = f(of_x.add(x, of_x.scalar_mul(v, -EPS / 2)))
        return of_y.scalar_mul(of_y.add(ahead, of_y.scalar_mul(behind, -1.0)), 1.0 / EPS)

    return jvp


def check_vjp(f: Function, x: Any) -> None:
    """AssertionError unless <v, J^T w> and <w, J v> agree for random v and w."""
    vjp, y = make_vjp(f, x)
    jvp = make_numerical_jvp(f, x)
    of_x, of_y = vspace(x), vspace(y)
    v, w = of_x.randn(), of_y.randn()
    pulled = of_x.covector(vjp(of_y.covector(w)))
    if vspace(pulled) != of_x:
        raise AssertionError(f"a cotangent in {vspace(pulled)} of an argument in {of_x}")
    exact = of_x.inner_prod(v, pulled)
    numeric = of_y.inner_prod(w, jvp(v))
    if not scalar_close(numeric, exact):
        raise AssertionError(
            f"Derivative (VJP) check of {name_of(f)} failed with arg {x}:\nanalytic: {exact}\nnumeric:  {numeric}"
        )


def check_jvp(f: Function, x: Any) -> None:
    """AssertionError unless the tangent in a random direction agrees with differences."""
    jvp, numeric = make_jvp(f, x), make_numerical_jvp(f, x)
    v = vspace(x).randn()
    check_equivalent(jvp(v)[1], numeric(v))


def check_equivalent(x: Any, y: Any) -> None:
    """AssertionError unless two values lie in one space and have the same product with a random vector."""
    of_x, of_y = vspace(x), vspace(y)
    if of_x != of_y:
        raise AssertionError(f"VSpace mismatch:\nx: {of_x}\ny: {of_y}")
    v = of_x.randn()
    if not scalar_close(of_x.inner_prod(x, v), of_x.inner_prod(y, v)):
        raise AssertionError(f"Value mismatch:\nx: {x}\ny: {y}")


@unary_to_nary
def check_grads(f: Function, x: Any, modes: Sequence[str] = ("fwd", "rev"), order: int = 2) -> None:
    """AssertionError where a derivative of f at x, up to `order`, does not agree with differences."""
    if any(mode not in {"fwd", "rev"} for mode in modes):
        raise AssertionError(modes)
    for mode in ("fwd", "rev"):
        if mode not in modes:
            continue
        (check_jvp if mode == "fwd" else check_vjp)(f, x)
        if order > 1:
            slope, v = _derivative(f, x, mode)
            check_grads(slope, (0, 1), modes, order=order - 1)(x, v)


def _derivative(f: Function, x: Any, mode: str) -> tuple[Function, Any]:
    """The first derivative as a function of the point and of the direction, and a direction to try."""

    def pushed(x: Any, v: Any) -> Any:
        return make_jvp(f, x)(v)[1]

    def pulled(x: Any, v: Any) -> Any:
        return make_vjp(f, x)[0](v)

    pushed.__name__, pulled.__name__ = f"jvp_{name_of(f)}", f"vjp_{name_of(f)}"
    return (pushed, vspace(x).randn()) if mode == "fwd" else (pulled, vspace(f(x)).randn())


def combo_check(fun: Function, *args: Any, **kwargs: Any) -> Function:
    """`check_grads` for every combination of the arguments and options that it is given lists of."""

    def check(*choices: Any, **options: Any) -> None:
        for chosen in product(*choices):
            for values in product(*options.values()):
                check_grads(fun, *args, **kwargs)(*chosen, **dict(zip(options, values, strict=True)))

    return check
