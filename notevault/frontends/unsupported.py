"""What an imitated library raises for a name that it does not have: never a wrong number."""

from __future__ import annotations

from notevault.errors import NotevaultError


class UnsupportedError(NotevaultError):
    """The imitation of a library lacks a part of it; `name` is its full name, `torch.fft.fft`."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)
