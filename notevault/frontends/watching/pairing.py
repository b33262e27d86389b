"""Which name is the gradient of which parameter: `dW`, `grad_w`, `dL_dw`, `w_grad`, `dw1`, `delta2`."""

from __future__ import annotations

import re
from collections.abc import Collection

LOSSES = (
    *("loss", "L", "J", "cost", "error", "E", "mse", "MSE", "l", "C", "total_loss", "loss_value", "nll", "objective"),
    *("obj", "f", "F", "total", "train_loss", "loss_val", "cost_value", "ce", "bce", "value", "q", "Q", "phi", "s"),
)
"""What a loss is called, the surest name first."""

SURE = 14
"""So many of LOSSES say by themselves that they name one; the others are losses only beside a gradient that says so."""

_LOSS = r"(?:total_loss|loss|cost|L|J|E|C|l|j|err|error|mse|MSE|nll|obj|objective|f|F)"
_PATTERNS = (
    re.compile(rf"d{_LOSS}_?(?:d|by|wrt)_?(?P<name>\w+)"),
    re.compile(rf"d_?{_LOSS}_(?:d_?|by_|wrt_)?(?P<name>\w+)"),
    re.compile(r"(?:grad|gradient|g|nabla)_(?:wrt_|of_|loss_|L_)?(?P<name>\w+)"),
    re.compile(r"(?P<name>\w+)_(?:grad|gradient|g)"),
    re.compile(r"(?:d|g|grad|delta_|d_|del_|nabla)(?P<name>\w+)"),
    re.compile(r"(?P<name>\w+)_(?:delta|bar)"),
)
_DELTA = re.compile(r"(?:delta|d)_?(?P<layer>\d)|delta_?(?P<place>o|out|output|h|hidden)")
_BEFORE_ACTIVATION = ("z", "Z", "net", "net_", "z_", "Z_", "s", "in_", "u")

BARE = frozenset(
    {"grad", "gradient", "g", "grads", "nabla", "dloss", "dL", "dJ", "df", "grad_f", "grad_loss", "grad_L"}
)
"""Names that say gradient and not of what: the parameter is the one that is updated with it, or the only one."""


def parameter_of(gradient: str, names: Collection[str]) -> str | None:
    """The one name among `names` whose gradient is called `gradient`; None when there is none or more than one.

    >>> parameter_of("dL_dW1", {"W1", "b1"}), parameter_of("grad_w", {"w", "b"}), parameter_of("data", {"ata", "x"})
    ('W1', 'w', 'ata')
    >>> parameter_of("dw", {"w", "W"}), parameter_of("dW", {"w", "b"}), parameter_of("delta", {"w"})
    ('w', 'w', None)
    >>> parameter_of("delta2", {"z1", "z2", "W2"}), parameter_of("dAdx", {"A", "x"})
    ('z2', None)
    """
    if gradient in names or gradient.startswith("__"):
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
    delta = _DELTA.fullmatch(gradient)
    if delta is not None:
        places = [before + (delta["layer"] or delta["place"]) for before in _BEFORE_ACTIVATION]
        return next((place for place in places if place in names), None)
    return None


def explicit_pair(gradient: str, names: Collection[str]) -> tuple[str, str] | None:
    """What is differentiated and by what, where the name says both: `df_dx`, `dqdA`.

    >>> explicit_pair("df_dx", {"f", "x"}), explicit_pair("dqdA", {"q", "A"}), explicit_pair("dW", {"W"})
    (('f', 'x'), ('q', 'A'), None)
    """
    for start, end in _cuts(gradient):
        if start in names and end in names:
            return start, end
    return None


def _cuts(gradient: str) -> list[tuple[str, str]]:
    """Every way to read a name as d…d…."""
    if not gradient.startswith("d"):
        return []
    rest = gradient[1:]
    return [
        (rest[:at].strip("_"), rest[at + 1 :].strip("_"))
        for at in range(1, len(rest) - 1)
        if rest[at] == "d" and rest[:at].strip("_")
    ]
