"""Automatic differentiation over numpy: exact, to any order, and with a trace that shows every step.

    tensor.py       Tensor, the tape                 primitive.py    the shape of a row of the operation table
    operations/     the table, one file a group      rules.py        the decorators that make a row
    sweep.py        the backward and forward pass    transforms.py   gradients, grad, jvp, jacobian, hessian,
    ... graph.py        the recorded program, flat       trace.py        the backward pass node by node
    gradcheck.py    the engine against differences   numpy_protocol.py   numpy's functions on tensors

The package imports numpy and nothing else.
"""

from notevault.autodiff import numpy_protocol, operations
from notevault.autodiff.compiler import Compiled, compile
from notevault.autodiff.compiler.training import TrainingStep
from notevault.autodiff.compiler.updates import Updater
from notevault.autodiff.custom import checkpoint, custom_rule
from notevault.autodiff.errors import (
    AutodiffError,
    NotScalarError,
    TapeCutError,
    TapeWriteError,
    UnknownPrimitiveError,
    UnsupportedNumpyError,
)
from notevault.autodiff.gradcheck import GradcheckReport, gradcheck
from notevault.autodiff.graph import Graph, Node, graph
from notevault.autodiff.operations.identities import stop_gradient
from notevault.autodiff.primitive import PRIMITIVES, Domain, Kink, Misconception, Primitive, Reals, Sample
from notevault.autodiff.tensor import Tensor, apply, tensor
from notevault.autodiff.trace import LocalDerivative, Trace, TraceNode, trace
from notevault.autodiff.transforms import grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp

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
    "NotScalarError",
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
