"""What exercises are made from: a computation or a code block of a note, with its place."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from notevault.checks.model import BlockResult
from notevault.diagnostics import Fix, Span
from notevault.frontends.straightline import Computation
from notevault.notes.model import CodeBlock, Note
from notevault.study.exercises.points import is_count

_LOSSES = frozenset({"loss", "Loss", "L", "J", "E", "cost", "Cost", "mse", "MSE"})
_PARAMETER = re.compile(r"(?:w|W|b|theta|beta|weight|bias)(?:_?\d+)?$")


@dataclass(frozen=True, slots=True)
class ComputationSubject:
    """A scalar computation of the note, with the inputs whose derivatives may be asked for.

    These are the variables of the note's verified gradient claims, or all inputs but counts where it states none.
    """

    note: Note
    span: Span
    computation: Computation
    wrt: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Those of `wrt` that look like parameters of a model, where the output looks like a loss."""
        is_chosen = any(name not in self.wrt and not is_count(name) for name in self.computation.inputs)
        is_loss = self.computation.output in _LOSSES or is_chosen
        return tuple(name for name in self.wrt if is_loss and _PARAMETER.match(name))


@dataclass(frozen=True, slots=True)
class BlockSubject:
    """A code block with what became of it; `starts_session` when it needs no block above it."""

    note: Note
    block: CodeBlock
    result: BlockResult
    starts_session: bool

    @property
    def span(self) -> Span:
        """Where the block stands."""
        return self.block.span


Subject = ComputationSubject | BlockSubject


def random_of(subject: Subject, family: str, seed: int) -> random.Random:
    """The generator of one exercise: it depends on nothing but these three."""
    return random.Random(f"{seed}\x1f{family}\x1f{subject.note.path}\x1f{subject.span.start}")  # noqa: S311


def repaired(block: CodeBlock, fix: Fix) -> str:
    """The block's source with `fix` applied; unchanged where the fix reaches out of the block's lines."""
    lines = block.source.split("\n")
    for edit in sorted(fix.edits, key=lambda edit: edit.span.start, reverse=True):
        row = max(i for i, offset in enumerate(block.line_offsets) if offset <= edit.span.start)
        column, width = edit.span.start - block.line_offsets[row], edit.span.end - edit.span.start
        if column + width > len(lines[row]):
            return block.source
        lines[row] = lines[row][:column] + edit.text + lines[row][column + width :]
    return "\n".join(lines)
