"""What the engine refuses, and what to do instead. It stands alone, so it has its own base exception."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class AutodiffError(Exception):
    """The base of every exception that the engine raises on purpose."""


class UnknownPrimitiveError(AutodiffError):
    """`name` is not in the operation table."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        near = get_close_matches(name, list(known), n=3)
        hint = f" (did you mean {', '.join(near)}?)" if near else ""
        super().__init__(f"no primitive named {name!r}{hint}")


class TapeWriteError(AutodiffError, TypeError):
    """A traced array was about to be written to: the tape would no longer be the record of what was
    computed."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"{what} would write into an array on the tape; write {instead}")


class TapeCutError(AutodiffError, TypeError):
    """A tensor was about to become a plain number behind the tape's back: its gradient would silently be
    lost."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"{what} would cut the tape; {instead}")


class UnsupportedNumpyError(AutodiffError, TypeError):
    """A numpy function (or a way to call it) that the engine has no derivative for."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{what} has no counterpart among the engine's primitives")


class NotCompiledError(AutodiffError, TypeError):
    """A function that is to be compiled uses an operation that is not in the operation table."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} cannot be compiled: only operations of the table can")


class NotScalarError(AutodiffError, ValueError):
    """A gradient without a cotangent was asked of an output that has more than one element."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        super().__init__(
            f"the output has shape {shape}: a gradient needs a scalar output; give `cotangent`, or use jacobian"
        )


class OutputError(AutodiffError, TypeError):
    """A function returned something that has no gradient."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"the function returned {what}, of which there is no gradient; {instead}")
