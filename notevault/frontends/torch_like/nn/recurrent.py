"""Recurrent layers and their cells: `nn.RNN`, `nn.LSTM`, `nn.GRU`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from notevault.frontends import chance
from notevault.frontends.torch_like.nn import functional
from notevault.frontends.torch_like.nn.module import Module, Parameter
from notevault.frontends.torch_like.operations import methods
from notevault.frontends.torch_like.operations.methods import named
from notevault.frontends.torch_like.tensor import Tensor
from notevault.frontends.unsupported import UnsupportedError

sigmoid, tanh, stack = (methods.FUNCTIONS[name] for name in ("sigmoid", "tanh", "stack"))
linear = functional.FUNCTIONS["linear"]


def _rnn(x: Tensor, state: Any, weights: tuple[Any, ...], activation: str) -> Any:
    w_ih, w_hh, b_ih, b_hh = weights
    return (methods.FUNCTIONS[activation](linear(x, w_ih, b_ih) + linear(state[0], w_hh, b_hh)),)


def _lstm(x: Tensor, state: Any, weights: tuple[Any, ...], activation: str) -> Any:
    """Hochreiter and Schmidhuber 1997, with a forget gate; the gates stand in the order i, f, g, o."""
    h, c = state
    w_ih, w_hh, b_ih, b_hh = weights
    i, f, g, o = (linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh)).chunk(4, -1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


def _gru(x: Tensor, state: Any, weights: tuple[Any, ...], activation: str) -> Any:
    """Cho et al. 2014; the reset gate stands before the product with the hidden weights, as in PyTorch."""
    (h,) = state
    w_ih, w_hh, b_ih, b_hh = weights
    xr, xz, xn = linear(x, w_ih, b_ih).chunk(3, -1)
    hr, hz, hn = linear(h, w_hh, b_hh).chunk(3, -1)
    update = sigmoid(xz + hz)
    new = tanh(xn + sigmoid(xr + hr) * hn)
    return ((h - new) * update + new,)


class _Recurrent(Module):
    """Cells over a sequence, layer by layer, perhaps in both directions."""

    step: Any = None
    gates, states = 1, 1

    def __init__(  # noqa: PLR0917 - PyTorch's signature
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, batch_first: bool = False,
        dropout: float = 0.0, bidirectional: bool = False, nonlinearity: str = "tanh",
    ) -> None:  # fmt: skip
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout, self.bidirectional = bias, batch_first, dropout, bidirectional
        self.__dict__["nonlinearity"] = nonlinearity
        bound = 1 / math.sqrt(hidden_size)
        for suffix, width in self._suffixes():
            shapes = {"weight_ih": (width,), "weight_hh": (hidden_size,), "bias_ih": (), "bias_hh": ()}
            for name, rest in shapes.items():
                if bias or name.startswith("weight"):
                    drawn = chance.generator().uniform(-bound, bound, (self.gates * hidden_size, *rest))
                    setattr(self, f"{name}_{suffix}", Parameter(Tensor.of(drawn.astype(np.float32))))

    def _suffixes(self) -> list[tuple[str, int]]:
        directions = ("", "_reverse") if self.bidirectional else ("",)
        return [
            (f"l{layer}{direction}", self.input_size if layer == 0 else self.hidden_size * len(directions))
            for layer in range(self.num_layers)
            for direction in directions
        ]

    def _weights(self, suffix: str) -> tuple[Any, ...]:
        return tuple(
            getattr(self, f"{name}_{suffix}") if self.bias or name.startswith("weight") else None
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )

    def forward(self, x: Tensor, start: Any = None) -> Any:
        if self.dropout and self.training and self.num_layers > 1:
            raise UnsupportedError(f"torch.nn.{type(self).__name__}(dropout) while training")
        if x.array.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {x.array.shape[-1]}"
            )
        batched = x.array.ndim == 3
        steps = x if batched else x.unsqueeze(1)
        steps = steps.transpose(0, 1) if self.batch_first and batched else steps
        inputs = [steps[k] for k in range(steps.array.shape[0])]
        directions = 2 if self.bidirectional else 1
        ends: list[Any] = []
        for layer in range(self.num_layers):
            found = []
            for direction in range(directions):
                number = layer * directions + direction
                state = self._start(start, number, steps.array.shape[1], batched, x)
                weights = self._weights(self._suffixes()[number][0])
                made, state = self._run(inputs, state, weights, backwards=direction == 1)
                found.append(made)
                ends.append(state)
            inputs = [_joined(parts) for parts in zip(*found, strict=True)]
        output = named(stack(inputs), "CatBackward0") if directions == 2 else stack(inputs)
        return self._shaped(output, ends, batched)

    def _start(self, start: Any, number: int, batch: int, batched: bool, x: Tensor) -> tuple[Tensor, ...]:
        if start is None:
            zeros = np.zeros((batch, self.hidden_size), x.array.dtype)
            return tuple(Tensor.of(zeros) for _ in range(self.states))
        given = start if isinstance(start, tuple) else (start,)
        return tuple(s[number] if batched else s[number].unsqueeze(0) for s in given)

    def _run(self, rows: Any, state: Any, weights: Any, backwards: bool) -> tuple[list[Tensor], Any]:
        made = []
        for x in reversed(rows) if backwards else rows:
            state = type(self).step(x, state, weights, self.nonlinearity)
            made.append(state[0])
        return (made[::-1] if backwards else made), state

    def _shaped(self, output: Tensor, ends: list[Any], batched: bool) -> Any:
        last = tuple(stack([end[k] for end in ends]) for k in range(self.states))
        if not batched:
            output, last = output.squeeze(1), tuple(part.squeeze(1) for part in last)
        elif self.batch_first:
            made_by = "TransposeBackward1" if isinstance(self, RNN | GRU) else "TransposeBackward0"
            output = named(output.transpose(0, 1), made_by)
        return output, (last if self.states > 1 else last[0])

    def extra_repr(self) -> str:
        parts = [str(self.input_size), str(self.hidden_size)]
        parts += [f"num_layers={self.num_layers}"] if self.num_layers != 1 else []
        for name, usual in (("bias", True), ("batch_first", False), ("dropout", 0.0), ("bidirectional", False)):
            value = getattr(self, name)
            parts += [f"{name}={value}"] if value != usual else []
        return ", ".join(parts)


def _joined(parts: tuple[Tensor, ...]) -> Tensor:
    return parts[0] if len(parts) == 1 else methods.FUNCTIONS["cat"](list(parts), -1)


class RNN(_Recurrent):
    """Elman's network."""

    step = staticmethod(_rnn)


class LSTM(_Recurrent):
    """Long short-term memory."""

    step, gates, states = staticmethod(_lstm), 4, 2


class GRU(_Recurrent):
    """Gated recurrent units."""

    step, gates = staticmethod(_gru), 3


class _Cell(Module):
    """One step."""

    step: Any = None
    gates, states = 1, 1

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh") -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        self.__dict__["nonlinearity"] = nonlinearity
        bound = 1 / math.sqrt(hidden_size)
        shapes = {"weight_ih": (input_size,), "weight_hh": (hidden_size,), "bias_ih": (), "bias_hh": ()}
        for name, rest in shapes.items():
            if bias or name.startswith("weight"):
                drawn = chance.generator().uniform(-bound, bound, (self.gates * hidden_size, *rest))
                setattr(self, name, Parameter(Tensor.of(drawn.astype(np.float32))))
            else:
                self.register_parameter(name, None)

    def forward(self, x: Tensor, state: Any = None) -> Any:
        batched = x.array.ndim == 2
        rows = x if batched else x.unsqueeze(0)
        if state is None:
            zeros = np.zeros((rows.array.shape[0], self.hidden_size), x.array.dtype)
            given: Any = tuple(Tensor.of(zeros) for _ in range(self.states))
        else:
            given = state if isinstance(state, tuple) else (state,)
            given = given if batched else tuple(part.unsqueeze(0) for part in given)
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        made = type(self).step(rows, given, weights, self.nonlinearity)
        made = made if batched else tuple(part.squeeze(0) for part in made)
        return made if self.states > 1 else made[0]

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(_Cell):
    """One step of Elman's network."""

    step = staticmethod(_rnn)


class LSTMCell(_Cell):
    """One step of an LSTM."""

    step, gates, states = staticmethod(_lstm), 4, 2


class GRUCell(_Cell):
    """One step of a GRU."""

    step, gates = staticmethod(_gru), 3


RECURRENT = {layer.__name__: layer for layer in (RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell)}
