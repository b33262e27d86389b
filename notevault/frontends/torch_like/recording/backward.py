"""Going backward: `y.backward()`, `torch.autograd.grad`, hooks on gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import count, islice
from operator import add
from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff import apply
from notevault.autodiff.sweep import recorded
from notevault.frontends.torch_like.operations.table import METHODS
from notevault.frontends.torch_like.recording import tape
from notevault.frontends.torch_like.recording.grad_fn import UNSURE
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError

_NO_GRAPH = "element 0 of tensors does not require grad and does not have a grad_fn"
_NOT_SCALAR = "grad can be implicitly created only for scalar outputs"


def _cotangent(output: Tensor, given: Any) -> Any:
    if not output.requires_grad:
        raise RuntimeError(_NO_GRAPH)
    if given is None:
        if output.array.size != 1:
            raise RuntimeError(_NOT_SCALAR)
        return np.ones_like(output.array)
    if given.array.shape != output.array.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of {given.shape} and output[0] has a shape of "
            f"{output.shape}."
        )
    return given.cast(output.dtype).operand


def _joined(outputs: Sequence[Tensor], given: Sequence[Any]) -> tuple[Node, Any]:
    """One output with its cotangent; several are weighted and summed into one number."""
    cotangents = [_cotangent(output, one) for output, one in zip(outputs, given, strict=True)]
    with tape.recording(True):
        nodes = [output.operand for output in outputs]
    if len(nodes) == 1:
        return nodes[0], cotangents[0]
    total = nodes[0] * 0
    total = apply("sum", total)
    for node, cotangent in zip(nodes, cotangents, strict=True):
        total = total + apply("sum", node * cotangent)
    return total, np.ones_like(total.value)


def backward(
    x: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """`x.backward()`: the gradients are added to `grad` of the leaves."""
    node, cotangent = _joined([x], [gradient])
    wanted = tape.leaves_behind(node)
    if inputs is not None:
        asked = [inputs] if isinstance(inputs, Tensor) else list(inputs)
        wanted = [leaf for leaf in wanted if any(tape.LEAVES[leaf.index] is one for one in asked)]
    slopes = tape.backward(node, cotangent, wanted, keep=bool(retain_graph) or create_graph, create=create_graph)
    for leaf, slope in zip(wanted, slopes, strict=True):
        owner = tape.LEAVES.get(leaf.index)
        if owner is not None and owner.requires_grad and slope is not None and not owner._unrecorded_view:
            _accumulate(owner, slope)


def _accumulate(owner: Tensor, slope: Any) -> None:
    """Add to `grad`, in place where there is one already."""
    if isinstance(slope, Node):
        made = Tensor.made(slope, "CloneBackward0" if slope.operands else "")
        owner.grad = made if owner.grad is None else Tensor.made((owner.grad + made).operand, "AddBackward0")
        return
    numbers = np.asarray(slope, dtype=owner.array.dtype)
    if owner.grad is None:
        owner.grad = Tensor.of(np.array(np.broadcast_to(numbers, owner.array.shape)))
    else:
        owner.grad.write(owner.grad.array + numbers)


def grad(  # noqa: PLR0917 - PyTorch's signature
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """`torch.autograd.grad`: the derivatives themselves, which can be differentiated again with `create_graph`."""
    if is_grads_batched:
        raise UnsupportedError("torch.autograd.grad(is_grads_batched=True)")
    several = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    wanted = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    given = [grad_outputs] if grad_outputs is None or isinstance(grad_outputs, Tensor) else list(grad_outputs)
    node, cotangent = _joined(several, given if len(given) == len(several) else [None] * len(several))
    if any(not x.requires_grad for x in wanted):
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    nodes = [_nodes_of(x, node) for x in wanted]
    each = tape.backward(
        node, cotangent, [one for some in nodes for one in some], keep=create_graph or bool(retain_graph),
        create=create_graph,
    )  # fmt: skip
    slopes = _summed(iter(each), [len(some) for some in nodes])
    for k, slope in enumerate(slopes):
        if slope is None and not allow_unused and not materialize_grads:
            raise RuntimeError(
                f"The differentiated Tensor at index {k} appears to not have been used in the graph. "
                "Set allow_unused=True if this is the desired behavior."
            )
    zeros = [Tensor.of(np.zeros_like(x.array)) if materialize_grads else None for x in wanted]
    return tuple(
        zero if slope is None else _result(slope, x) for slope, x, zero in zip(slopes, wanted, zeros, strict=True)
    )


def _nodes_of(x: Tensor, output: Node) -> list[Node]:
    """The nodes of a tensor behind an output: a leaf has several where its numbers changed in between."""
    if not x.is_leaf:
        return [x.node]
    return [node for node in tape.leaves_behind(output) if tape.LEAVES[node.index] is x] or [x.node]


def _summed(slopes: Iterator[Any], counts: Sequence[int]) -> list[Any]:
    """The sum of each group of slopes, None where there is none."""
    groups = [[slope for slope in islice(slopes, count) if slope is not None] for count in counts]
    return [reduce(add, group) if group else None for group in groups]


def _result(slope: Any, x: Tensor) -> Tensor:
    if isinstance(slope, Node) and slope.operands:
        return Tensor.made(slope, _made_by(slope))
    numbers = slope.value if isinstance(slope, Node) else slope
    return Tensor.of(np.array(np.broadcast_to(numbers, x.array.shape), dtype=x.array.dtype))


def _made_by(slope: Node) -> str:
    """PyTorch's name of the last step of a derivative, where it is sure; its second derivatives go other ways."""
    name = slope.primitive.name if slope.primitive is not None else ""
    terms = [term for term in slope.operands if isinstance(term, Node)]
    if name in {"chain", "mul"}:
        return "MulBackward0"
    if name != "add":
        return UNSURE
    if len(terms) == 1:
        plain = next(term for term in slope.operands if not isinstance(term, Node))
        return "AddBackward0" if np.any(plain) else _made_by(terms[0])
    inner = recorded([node for term in terms for node in term.operands if isinstance(node, Node)])
    twice = any(node.primitive is not None and node.primitive.name == "chain" for node in inner)
    return UNSURE if twice else "AddBackward0"


def retain_grad(x: Tensor) -> None:
    """Keep the gradient of a tensor that is not a leaf."""
    if not x.requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if x._node is not None:
        tape.LEAVES[x._node.index] = x


_number_of_hook = count().__next__


class Handle:
    """What `register_hook` gives: `remove()` takes the hook away."""

    def __init__(self, hooks: dict[int, Callable[..., Any]], function: Callable[..., Any]) -> None:
        self._hooks, self._key = hooks, _number_of_hook()
        hooks[self._key] = function

    def remove(self) -> None:
        self._hooks.pop(self._key, None)


def register_hook(x: Tensor, hook: Callable[[Tensor], Any]) -> Handle:
    """Call `hook` with the gradient of x; what it gives is used instead."""
    if not x.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")

    def called(slope: Any) -> Any:
        if isinstance(slope, Node):
            raise UnsupportedError("torch.Tensor.register_hook with create_graph=True")
        given = hook(Tensor.of(np.array(slope, dtype=x.array.dtype)))
        return slope if given is None else given.array

    hooks = tape.hooks_of(x.node)
    if x.is_leaf:
        x._hooks = hooks
    return Handle(hooks, called)


def _keeps_grad(x: Tensor) -> bool:
    return not x.is_leaf and x._node is not None and tape.LEAVES.get(x._node.index) is x


METHODS |= {
    "backward": backward,
    "retain_grad": retain_grad,
    "register_hook": register_hook,
    "retains_grad": property(_keeps_grad),
}


def backward_of_several(tensors: Any, grad_tensors: Any = None, retain_graph: bool | None = None) -> None:
    """`torch.autograd.backward`."""
    outputs = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    given = [None] * len(outputs) if grad_tensors is None else list(grad_tensors)
    for k, (output, gradient) in enumerate(zip(outputs, given, strict=True)):
        backward(output, gradient, retain_graph or k + 1 < len(outputs))
