"""Which module of autograd has which name."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from notevault.autodiff import Tensor
from notevault.frontends.imitation import imitation
from notevault.frontends.other_libraries.autograd import (
    checking,
    fixed_points,
    flattening,
    graphs,
    numpy_names,
    operators,
    optimizers,
    primitives,
    spaces,
    tape,
)

OPERATORS = (
    *("checkpoint", "deriv", "elementwise_grad", "grad", "grad_and_aux", "grad_named", "hessian"),
    *("hessian_tensor_product", "holomorphic_grad", "jacobian", "make_ggnvp", "make_hvp", "make_jvp", "make_vjp"),
    *("multigrad_dict", "tensor_jacobian_product", "value_and_grad"),
)
RULES = ("defjvp", "defjvp_argnum", "defjvp_argnums", "defvjp", "defvjp_argnum", "defvjp_argnums")
CHECKS = ("check_grads", "check_vjp", "check_jvp", "check_equivalent", "combo_check", "scalar_close")
CONTAINERS = {
    "isinstance": lambda x, kind: builtins.isinstance(tape.getval(x), kind),
    "type": lambda x: type(tape.getval(x)),
    # a container holds its tensors on this tape, so Python's own will do
    "tuple": tuple,
    "list": list,
    "dict": dict,
}


def _quick_grad_check(fun: Any, arg0: Any, extra_args: Any = (), kwargs: Any = None, **_: Any) -> None:
    def of_first(x: Any) -> Any:
        return fun(x, *extra_args, **(kwargs or {}))

    checking.check_grads(of_first, modes=["rev"], order=1)(arg0)


def _names(module: ModuleType, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(module, name) for name in names}


def _extending() -> list[ModuleType]:
    """What extensions import."""
    of_spaces = _names(spaces, ("VSpace", "vspace"))
    rules = _names(primitives, RULES)
    tracing = {"Box": Tensor} | _names(primitives, ("primitive", "notrace_primitive", "register_notrace"))
    core = rules | of_spaces | _names(primitives, ("primitive_vjps", "primitive_jvps", "def_linear"))
    core |= _names(tape, ("make_vjp", "make_jvp"))
    core["primitive"] = core["primitive_with_deprecation_warnings"] = primitives.primitive_with_deprecation_warnings
    return [
        imitation("autograd.core", core),
        imitation("autograd.tracer", tracing | _names(tape, ("isbox", "getval"))),
        imitation("autograd.extend", rules | of_spaces | tracing),
        imitation("autograd.builtins", CONTAINERS),
        imitation("autograd.wrap_util", {"unary_to_nary": operators.unary_to_nary}),
        imitation("autograd.util", {"quick_grad_check": _quick_grad_check}),
        imitation("autograd.test_util", _names(checking, CHECKS)),
    ]


def _misc() -> list[ModuleType]:
    parts = [
        imitation("autograd.misc.flatten", _names(flattening, ("flatten", "flatten_func"))),
        imitation("autograd.misc.optimizers", _names(optimizers, ("sgd", "rmsprop", "adam"))),
        imitation("autograd.misc.fixed_points", {"fixed_point": fixed_points.fixed_point}),
        imitation("autograd.misc.tracers", {"const_graph": graphs.const_graph}),
    ]
    names = {part.__name__.rpartition(".")[2]: part for part in parts}
    whole = imitation("autograd.misc", names | {"flatten": flattening.flatten, "const_graph": graphs.const_graph})
    return [*parts, whole]


def modules() -> Mapping[str, ModuleType]:
    """Every module of the imitation by its name."""
    inner = [*numpy_names.modules(), *_extending(), *_misc()]
    names = _names(operators, OPERATORS) | CONTAINERS
    names |= {made.__name__.removeprefix("autograd."): made for made in inner if made.__name__.count(".") == 1}
    names["hessian_vector_product"] = operators.hessian_tensor_product
    names["vector_jacobian_product"] = operators.tensor_jacobian_product
    names["primitive"] = primitives.primitive_with_deprecation_warnings
    whole = imitation("autograd", names)
    return {made.__name__: made for made in (whole, *inner)}
