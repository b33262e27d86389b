"""The standard output of a block in the jail: what was printed, and by which line."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field


class StoppedError(BaseException):
    """A block went over a limit; no `except Exception` of the block may catch it. `limit` says which."""

    def __init__(self, limit: str) -> None:
        self.limit = limit
        super().__init__(limit)


@dataclass(slots=True)
class Printed:
    """A piece of output with the lines of the block that were running, innermost first."""

    lines: tuple[int, ...]
    text: str


@dataclass(slots=True)
class Recorder(io.TextIOBase):
    """A text stream that remembers which lines of `filename` wrote what, up to `limit` characters."""

    filename: str
    limit: int
    pieces: list[Printed] = field(default_factory=list)
    size: int = 0
    encoding: str = "utf-8"

    def writable(self) -> bool:
        """It can be written."""
        return True

    def write(self, text: str) -> int:
        """Remember `text`; raises StoppedError when there is too much."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.size += len(text)
        if self.size > self.limit:
            raise StoppedError("output")
        self.pieces.append(Printed(self._running(), text))
        return len(text)

    def _running(self) -> tuple[int, ...]:
        lines = []
        frame = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_filename == self.filename:
                lines.append(frame.f_lineno)
            frame = frame.f_back  # type: ignore[assignment]
        return tuple(lines)

    def text(self) -> str:
        """All that was printed."""
        return "".join(piece.text for piece in self.pieces)

    def from_lines(self, lines: Iterable[int]) -> str:
        """What was printed while one of `lines` was running."""
        wanted = set(lines)
        return "".join(piece.text for piece in self.pieces if wanted.intersection(piece.lines))
