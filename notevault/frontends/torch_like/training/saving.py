"""`torch.save` and `torch.load`: into the memory and files of the session, not in PyTorch's file format."""

from __future__ import annotations

import copy
from typing import Any

_KEPT: dict[Any, Any] = {}
"""What was saved, by the path, or by the object that was written to."""


def _key(file: Any) -> Any:
    return id(file) if hasattr(file, "write") else str(file)


def save(value: Any, file: Any) -> None:
    """Keep a copy. A file is opened, so that a session that may not write says so."""
    if hasattr(file, "write"):
        file.write(b"notevault")
    else:
        with open(file, "wb") as opened:
            opened.write(b"notevault")
    _KEPT[_key(file)] = (file, copy.deepcopy(value))


def load(file: Any, map_location: Any = None, *, weights_only: bool = True) -> Any:
    """What was saved before, in this session. Raises FileNotFoundError for anything else."""
    if _key(file) not in _KEPT:
        raise FileNotFoundError(2, "No such file or directory", str(file))
    return copy.deepcopy(_KEPT[_key(file)][1])
