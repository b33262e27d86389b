"""`tf.GradientTape`: what is computed inside is kept, and can be differentiated."""

from __future__ import annotations

from typing import Any

import numpy as np

from notevault.autodiff import Tensor as Node
from notevault.autodiff import gradients
from notevault.autodiff import tensor as leaf
from notevault.autodiff.sweep import recorded
from notevault.frontends.other_libraries.tensorflow.tensor import Recording, Tensor, Variable
from notevault.frontends.unsupported import UnsupportedError

_ONCE = "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)"


class GradientTape:
    """Records what is computed inside its `with`, from variables and from what it watches."""

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        if not watch_accessed_variables:
            raise UnsupportedError("tensorflow.GradientTape(watch_accessed_variables=False)")
        self._persistent, self._used = persistent, False
        self._first: int | None = None
        self._last: int | None = None

    def __enter__(self) -> GradientTape:
        Recording.tapes += 1
        self._first = leaf(0.0).index
        return self

    def __exit__(self, *_: object) -> None:
        Recording.tapes -= 1
        self._last = leaf(0.0).index

    def watch(self, tensor: Any) -> None:
        """Keep what is computed from a tensor, or from those in a list."""
        for x in tensor if isinstance(tensor, list | tuple) else [tensor]:
            if isinstance(x, Variable):
                continue
            if x.plain.dtype.kind != "f":
                continue  # TensorFlow warns, and its gradient is None
            x.value = x.value * 1 if isinstance(x.value, Node) else leaf(x.plain.copy())

    def _keeps(self, node: Node) -> bool:
        return self._first is not None and self._first < node.index and (self._last is None or node.index < self._last)

    def _nodes(self, source: Any) -> list[Node]:
        """The nodes under which a source was used inside."""
        if isinstance(source, Variable):
            return source.leaves
        if isinstance(source, Tensor) and isinstance(source.value, Node) and self._keeps(source.value):
            return [source.value]
        return []

    def _use(self) -> None:
        if self._used and not self._persistent:
            raise RuntimeError(_ONCE)
        self._used = True

    def gradient(self, target: Any, sources: Any, output_gradients: Any = None) -> Any:
        """The derivatives of the sum of the target by every source; None where it does not depend on it."""
        self._use()
        return self._shaped(target, sources, output_gradients)

    def _shaped(self, target: Any, sources: Any, weights: Any) -> Any:
        if isinstance(sources, dict):
            return {key: self._shaped(target, source, weights) for key, source in sources.items()}
        if isinstance(sources, list | tuple):
            return type(sources)(self._shaped(target, source, weights) for source in sources)
        targets = target if isinstance(target, list | tuple) else [target]
        found = [one for one in (self._one(t, sources, weights) for t in targets) if one is not None]
        if not found:
            return None
        total = found[0]
        for one in found[1:]:
            total = total + one
        return Tensor(total if Recording.tapes else np.asarray(total.value if isinstance(total, Node) else total))

    def _one(self, target: Any, source: Any, weights: Any) -> Any:
        output = target.leaves[-1] if isinstance(target, Variable) and target.leaves else target.value
        if not isinstance(output, Node) or not (isinstance(target, Variable) or self._keeps(output)):
            return None
        behind = {node.index for node in recorded([output])}
        nodes = [node for node in self._nodes(source) if node.index in behind]
        if not nodes:
            return None
        cotangent = np.ones_like(output.value) if weights is None else np.asarray(weights, dtype=output.dtype)
        total: Any = None
        for slope in gradients(output, nodes, cotangent=cotangent):
            total = slope if total is None else total + slope
        return total

    def jacobian(self, target: Any, sources: Any, **_: Any) -> Any:
        """The derivatives of every element of the target, of shape target.shape + source.shape."""
        self._use()
        if isinstance(sources, list | tuple):
            return [self._rows(target, source) for source in sources]
        return self._rows(target, sources)

    def _rows(self, target: Any, source: Any) -> Any:
        rows = []
        for place in np.ndindex(*target.shape):
            one = np.zeros(target.shape)
            one[place] = 1
            rows.append(self._one(target, source, one))
        if not rows or rows[0] is None:
            return None
        plain = [np.asarray(row.value if isinstance(row, Node) else row) for row in rows]
        if Recording.tapes:
            raise UnsupportedError("tensorflow.GradientTape.jacobian inside another tape")
        return Tensor(np.stack(plain).reshape(*target.shape, *source.shape))

    def watched_variables(self) -> Any:
        raise UnsupportedError("tensorflow.GradientTape.watched_variables")

    def stop_recording(self) -> Any:
        raise UnsupportedError("tensorflow.GradientTape.stop_recording")
