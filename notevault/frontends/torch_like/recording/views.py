"""Tensors that share their numbers: what each shows after another one was changed."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from notevault.frontends.torch_like.tensor import Tensor

_CHANGED_BEHIND = "AsStridedBackward0"
"""What PyTorch shows of a recorded view whose numbers were changed through another tensor."""


def note(base: Tensor, part: Tensor, again: Callable[[], Tensor] | None = None) -> None:
    """Note what shares the numbers of a tensor: a view, which `again` makes from what the tensor is by then; or a copy
    that is not on its tape."""
    if base._seen_from is None:
        base._seen_from = {}
    views, key = base._seen_from, id(part)
    views[key] = (weakref.ref(part, lambda _: views.pop(key, None)), again)


def _alive(base: Tensor) -> list[tuple[Tensor, Callable[[], Tensor] | None]]:
    found = [(reference(), again) for reference, again in list((base._seen_from or {}).values())]
    return [(part, again) for part, again in found if part is not None]


def renew(base: Tensor) -> None:
    """The views of a tensor that was changed on the tape see what it is now."""
    for part, again in _alive(base):
        if again is None:
            continue
        fresh = again()
        part._node = fresh._node
        if not np.may_share_memory(part.array, base.array):
            part.array = fresh.array
        part._made_by = None if fresh._node is None else _CHANGED_BEHIND
        renew(part)


def rename(base: Tensor) -> None:
    """Show of the recorded views what PyTorch shows when their numbers were changed behind them."""
    for part, again in _alive(base):
        if again is not None:
            part._made_by = part._made_by and _CHANGED_BEHIND
            part._is_ambiguous = part._unrecorded_view or (part._is_one_of is not None and part.requires_grad)
        rename(part)


def _above(x: Tensor) -> Tensor | None:
    return x._origin if x._view is None else x._view[0]


def base_of(x: Tensor) -> Tensor:
    """The tensor whose numbers these are a view of, or the tensor itself."""
    above = _above(x)
    while above is not None:
        x, above = above, _above(above)
    return x


def is_data(x: Tensor) -> bool:
    """Whether PyTorch does not notice a change of x: it is the `.data` of a tensor, or shares the numbers of one."""
    sharing: Tensor | None = x
    while sharing is not None and not sharing._is_data:
        sharing = _above(sharing)
    return sharing is not None
