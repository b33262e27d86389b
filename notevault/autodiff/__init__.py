"""Automatic differentiation over numpy: exact, to any order, and with a trace that shows every step.

    tensor.py          Tensor, the tape                primitive.py       the shape of a row of the operation table
    operations/        the table, one file a group     rules.py           the decorators that make a row
    sweep.py           both passes over the tape       transforms.py      gradients, grad, jvp, jacobian, hessian, ...
    calls.py           a function called on leaves     custom.py          rules of one's own, checkpoints
    graph.py           the recorded program, flat      backward_pass.py   trace: the backward pass node by node
    numpy_functions/   numpy's functions on tensors    array_methods.py   ... and the methods of its arrays
    gradient_check.py  the engine against differences  differences.py     derivatives from values alone
    compiler/          from a trace to numpy source    optimizers.py      their steps, as lines of source

The package imports numpy and nothing else. The compiler, the trace and the gradient check are loaded when first asked
for: they are half of the code, and most programs that differentiate need none of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from notevault.autodiff import operations
from notevault.autodiff.custom import checkpoint, custom_rule
from notevault.autodiff.errors import (
    AutodiffError,
    NotCompiledError,
    NotScalarError,
    OutputError,
    TapeCutError,
    TapeWriteError,
    UnknownPrimitiveError,
    UnsupportedNumpyError,
)
from notevault.autodiff.graph import Graph, Node, graph
from notevault.autodiff.numpy_functions import protocol as numpy_protocol
from notevault.autodiff.operations.identities import stop_gradient
from notevault.autodiff.primitive import PRIMITIVES, Domain, Kink, Misconception, Primitive, Reals, Sample
from notevault.autodiff.tensor import Tensor, apply, tensor
from notevault.autodiff.transforms import grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp

if TYPE_CHECKING:
    from notevault.autodiff.backward_pass import LocalDerivative, Trace, TraceNode, trace
    from notevault.autodiff.compiler import Compiled, compile
    from notevault.autodiff.compiler.training import TrainingStep
    from notevault.autodiff.compiler.updates import Updater
    from notevault.autodiff.gradient_check import GradcheckReport, gradcheck

_LATER = {
    name: module
    for module, names in {
        "compiler": ("Compiled", "compile"),
        "compiler.training": ("TrainingStep",),
        "compiler.updates": ("Updater",),
        "backward_pass": ("LocalDerivative", "Trace", "TraceNode", "trace"),
        "gradient_check": ("GradcheckReport", "gradcheck"),
    }.items()
    for name in names
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "PRIMITIVES",
    "AutodiffError",
    "Compiled",
    "Domain",
    "GradcheckReport",
    "Graph",
    "Kink",
    "LocalDerivative",
    "Misconception",
    "Node",
    "NotCompiledError",
    "NotScalarError",
    "OutputError",
    "Primitive",
    "Reals",
    "Sample",
    "TapeCutError",
    "TapeWriteError",
    "Tensor",
    "Trace",
    "TraceNode",
    "TrainingStep",
    "UnknownPrimitiveError",
    "UnsupportedNumpyError",
    "Updater",
    "apply",
    "checkpoint",
    "compile",
    "custom_rule",
    "grad",
    "gradcheck",
    "gradients",
    "graph",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "numpy_protocol",
    "operations",
    "stop_gradient",
    "tensor",
    "trace",
    "value_and_grad",
    "vjp",
]
