"""Names for the nodes of a trace, taken from the variables of the source that computed them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from notevault.autodiff.tensor import Tensor


def run_named(function: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[Any, dict[str, Any]]:
    """Call the function, and return its result with its local variables at the end, for `trace(..., names=...)`.

    Leaves among the arguments that have no name get that of the parameter. What is returned on the spot is named after
    the function.

    >>> from notevault.autodiff.tensor import tensor
    >>> def loss(w, x):
    ...     y_hat = w * x
    ...     return y_hat * y_hat
    >>> output, names = run_named(loss, tensor(2.0), tensor(3.0))
    >>> sorted(names)
    ['loss', 'w', 'x', 'y_hat']
    """
    code = function.__code__
    seen: dict[str, Any] = {}

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event == "return" and frame.f_code is code:
            seen.update(frame.f_locals)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        result = function(*arguments, **named)
    finally:
        sys.setprofile(before)
    if isinstance(result, Tensor) and not any(value is result for value in seen.values()):
        seen[function.__name__.replace("<lambda>", "result")] = result
    return result, seen
