"""micrograd: `Value` and its little `nn`, over scalar nodes of the engine."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from notevault.autodiff import Tensor as Node
from notevault.autodiff import gradients, tensor
from notevault.autodiff.sweep import recorded
from notevault.frontends.imitation import imitation
from notevault.frontends.unsupported import UnsupportedError

Operand = Any


class Value:
    """A number that remembers how it was computed; `backward` adds to `grad` of all that it was computed from."""

    def __init__(self, data: Any, _children: Sequence[Value] = (), _op: str = "", label: str = "") -> None:
        self.data = data
        self.grad: Any = 0
        self.label = label
        self._prev = set(_children)
        self._op = _op

    def _made(self, operation: Callable[..., Any], op: str, *others: Value) -> Value:
        made = Value(operation(*(value.data for value in (self, *others))), (self, *others), op)
        made.__dict__["_rule"] = (operation, (self, *others))
        return made

    def __add__(self, other: Operand) -> Value:
        return self._made(lambda a, b: a + b, "+", _value(other))

    def __mul__(self, other: Operand) -> Value:
        return self._made(lambda a, b: a * b, "*", _value(other))

    def __pow__(self, other: Operand) -> Value:
        if not isinstance(other, int | float):
            raise AssertionError("only supporting int/float powers for now")
        return self._made(lambda a: a**other, f"**{other}")

    def relu(self) -> Value:
        from notevault.autodiff.operations import relu

        return self._made(lambda a: relu(a) if isinstance(a, Node) else 0 if a < 0 else a, "ReLU")

    def tanh(self) -> Value:
        return self._elementary("tanh")

    def exp(self) -> Value:
        return self._elementary("exp")

    def log(self) -> Value:
        return self._elementary("log")

    def _elementary(self, name: str) -> Value:
        import math

        from notevault.autodiff import apply

        return self._made(lambda a: apply(name, a) if isinstance(a, Node) else getattr(math, name)(a), name)

    def backward(self) -> None:
        """Differentiate by everything behind this value."""
        nodes: dict[int, Node] = {}
        order = self._order()
        for value in order:
            rule = value.__dict__.get("_rule")
            if rule is None:
                nodes[id(value)] = tensor(float(value.data))
            else:
                operation, operands = rule
                nodes[id(value)] = operation(*(nodes[id(operand)] for operand in operands))
        self.grad = 1
        output = nodes[id(self)]
        reached = {node.index for node in recorded([output])}
        others = [value for value in order if value is not self and nodes[id(value)].index in reached]
        for value, slope in zip(others, gradients(output, [nodes[id(value)] for value in others]), strict=True):
            value.grad = value.grad + slope.item()

    def _order(self) -> list[Value]:
        """This value and those behind it, operands first; without recursion."""
        order: list[Value] = []
        seen: set[int] = set()
        stack = [(self, False)]
        while stack:
            value, ready = stack.pop()
            if ready:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                stack.append((value, True))
                stack.extend((child, False) for child in sorted(value._prev, key=id))
        return order

    def __neg__(self) -> Value:
        return self * -1

    def __radd__(self, other: Operand) -> Value:
        return self.__add__(other)

    def __sub__(self, other: Operand) -> Value:
        return self + (-_value(other))

    def __rsub__(self, other: Operand) -> Value:
        return _value(other) + (-self)

    def __rmul__(self, other: Operand) -> Value:
        return self.__mul__(other)

    def __truediv__(self, other: Operand) -> Value:
        return self * _value(other) ** -1

    def __rtruediv__(self, other: Operand) -> Value:
        return _value(other) * self**-1

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise UnsupportedError(f"micrograd.engine.Value.{name}")


def _value(other: Operand) -> Value:
    return other if isinstance(other, Value) else Value(other)


class Module:
    """What has parameters."""

    def zero_grad(self) -> None:
        for parameter in self.parameters():
            parameter.grad = 0

    def parameters(self) -> list[Value]:
        return []


class Neuron(Module):
    """A weighted sum, perhaps through ReLU."""

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]  # noqa: S311 - weights, not secrets
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Any]) -> Value:
        total = sum((weight * item for weight, item in zip(self.w, x, strict=False)), self.b)
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons side by side."""

    def __init__(self, nin: int, nout: int, **options: Any) -> None:
        self.neurons = [Neuron(nin, **options) for _ in range(nout)]

    def __call__(self, x: Sequence[Any]) -> Any:
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """Layers one after the other."""

    def __init__(self, nin: int, nouts: list[int]) -> None:
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts))]

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"


def modules() -> Mapping[str, ModuleType]:
    """Every module of the imitation by its name."""
    engine = imitation("micrograd.engine", {"Value": Value})
    nn = imitation("micrograd.nn", {"Module": Module, "Neuron": Neuron, "Layer": Layer, "MLP": MLP, "Value": Value})
    whole = imitation("micrograd", {"engine": engine, "nn": nn})
    return {made.__name__: made for made in (whole, engine, nn)}
