"""Which name is the gradient of which parameter: `dW`, `grad_w`, `dL_dw`, `w_grad`, `dw1`."""

from __future__ import annotations

import re
from collections.abc import Collection

LOSSES = ("loss", "L", "J", "cost", "error", "E", "mse", "MSE", "l", "C")
"""What a loss is called, the surest name first."""

_LOSS = r"(?:loss|cost|L|J|E|C|l|j|err|error|mse|MSE)"
_PATTERNS = (
    re.compile(rf"d{_LOSS}_?d_?(?P<name>\w+)"),
    re.compile(rf"d_?{_LOSS}_(?:d_?|by_|wrt_)?(?P<name>\w+)"),
    re.compile(r"(?:grad|gradient|g)_(?:wrt_|of_)?(?P<name>\w+)"),
    re.compile(r"(?P<name>\w+)_(?:grad|gradient)"),
    re.compile(r"(?:d|grad|delta_|d_)(?P<name>\w+)"),
)


def parameter_of(gradient: str, names: Collection[str]) -> str | None:
    """The one name among `names` whose gradient is called `gradient`; None when there is none or more than one.

    >>> parameter_of("dL_dW1", {"W1", "b1"}), parameter_of("grad_w", {"w", "b"}), parameter_of("data", {"ata", "x"})
    ('W1', 'w', 'ata')
    >>> parameter_of("dw", {"w", "W"}), parameter_of("dW", {"w", "b"}), parameter_of("delta", {"w"})
    ('w', 'w', None)
    """
    if gradient in names:
        return None
    for pattern in _PATTERNS:
        match = pattern.fullmatch(gradient)
        if match is None:
            continue
        name = match["name"]
        if name in names:
            return name
        other_case = [known for known in names if known.lower() == name.lower()]
        if len(other_case) == 1:
            return other_case[0]
    return None
