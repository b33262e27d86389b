"""`const_graph`: a function whose recorded program is run again instead of the function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notevault.autodiff import Tensor
from notevault.autodiff.sweep import active, recorded
from notevault.autodiff.tensor import record
from notevault.autodiff.trees import leaves, rebuild
from notevault.frontends.other_libraries.autograd.tape import Run


class _Program:
    """What was computed from the arguments to the output; the rest is constant."""

    def __init__(self, run: Run) -> None:
        self.run = run
        outputs = [y for y in run.outputs if isinstance(y, Tensor)]
        if not outputs:
            raise ValueError("Output is independent of input")
        self.nodes = list(active(recorded(outputs), run.wrt).values())

    def __call__(self, args: Any) -> Any:
        values = dict(zip((x.index for x in self.run.wrt), leaves(args), strict=True))
        for node in self.nodes:
            if node.index not in values and node.primitive is not None:
                operands = [values.get(x.index, x.value) if isinstance(x, Tensor) else x for x in node.operands]
                values[node.index] = record(node.primitive, operands, node.parameters)
        made = [values.get(y.index, y.value) if isinstance(y, Tensor) else y for y in self.run.outputs]
        return rebuild(self.run.output, made)


def const_graph(fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
    """The function with `args` and `kwargs` filled in: called once, and its program run again after that.

    Right only where the function takes the same branches and uses the same outer values at every call.
    """
    program: list[_Program] = []

    def replayed(*rest: Any) -> Any:
        if program:
            return program[0](rest)
        run = Run(lambda given: fun(*args, *given, **kwargs), rest)
        program.append(_Program(run))
        return run.value

    return replayed
