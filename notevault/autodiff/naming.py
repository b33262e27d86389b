"""Names for the nodes of a trace, taken from the variables of the source that computed them, and how TeX writes
them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType
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
    code = _code_of(function)
    seen: dict[str, Any] = {}

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if event == "return" and code is not None and frame.f_code is code:
            seen.update(frame.f_locals)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        result = function(*arguments, **named)
    finally:
        sys.setprofile(before)
    if isinstance(result, Tensor) and not any(value is result for value in seen.values()):
        seen[name_of(function).replace("<lambda>", "result")] = result
    return result, seen


def name_of(function: Callable[..., Any]) -> str:
    """What a callable is called: its own name, or that of its class."""
    name: str = getattr(function, "__name__", type(function).__name__)
    return name


def _code_of(function: Callable[..., Any]) -> CodeType | None:
    """The code whose variables are those of the function; None for one in C, or made of another one."""
    own = getattr(function, "__code__", None)
    of_class: Any = type(function).__call__
    code = getattr(of_class, "__code__", None) if own is None else own
    return code if isinstance(code, CodeType) else None


SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"$<$", ">": r"$>$",
}  # fmt: skip
"""What TeX takes for more than a letter, and how it is written."""


def tex_name(label: str) -> str:
    r"""A label as LaTeX: `v1` is v_{1}, `y_hat` is \hat{y}, other names of several letters stand upright.

    A label that is LaTeX already (it has a backslash, and its braces are paired) stays; what else would break the
    formula is escaped.

    >>> tex_name("v12"), tex_name("y_hat"), tex_name("loss"), tex_name("w")
    ('v_{12}', '\\hat{y}', '\\mathrm{loss}', 'w')
    >>> print(tex_name(r"\theta_1"), tex_name("50% {a}"))
    \theta_1 \text{50\% \{a\}}
    """
    is_tex = "\\" in label and label.count("{") == label.count("}")
    if not (is_tex or label.isidentifier()) and any(sign in "{}$&#%<>" for sign in label):
        return rf"\text{{{''.join(SIGNS.get(sign, sign) for sign in label)}}}"
    if is_tex:
        return label
    if label.endswith("_hat") and len(label) == 5:
        return rf"\hat{{{label[0]}}}"
    head = label.rstrip("0123456789")
    if len(head) == 1 and head != label:
        return f"{head}_{{{label[1:]}}}"
    name = label.replace("_", r"\_")
    return name if len(label) == 1 or not label.isidentifier() else rf"\mathrm{{{name}}}"
