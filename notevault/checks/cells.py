"""Which code blocks of a note are Python that can be run, and in which form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from operator import add

from notevault.checks.ipython import without_commands
from notevault.checks.transcripts import Want, is_transcript, untangle
from notevault.notes.model import CodeBlock, Note

PYTHON = frozenset({"python", "py", "python3", "py3", "ipython", "ipython3", "pycon", "doctest", "pyconsole", "sage"})
_OUTPUT = frozenset({"output", "out", "stdout", "console-output"})
_PLAIN = frozenset({"", "text", "txt", "plaintext", "plain", "console", "terminal"})

_LINE = re.compile(r"\bline (\d{1,6})\b")
_LANGUAGE = re.compile(r"[{\s.]*(?:code-cell\s+)?([a-z0-9_+#-]*)")
_SKIP_WORD = re.compile(r"(?:^|[\s,{:])(?:skip|no-?run|norun|ignore|notest)(?:$|[\s,}=])", re.IGNORECASE)
_SKIP_COMMENT = re.compile(r"^\s*(?:<!--|%%)\s*notevault:\s*skip\b.*(?:-->|%%)\s*$")
_ANNOUNCES_OUTPUT = re.compile(r"^\W*(?:the\s+)?(?:expected\s+|sample\s+|example\s+)?outputs?\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OutputFence:
    """A code block right below that states what the cell prints."""

    text: str
    block: CodeBlock


@dataclass(frozen=True, slots=True)
class Cell:
    """One Python block as it is run: line i of `source` is line i of the block, from column `shifts[i]` on."""

    block: CodeBlock
    language: str
    source: str
    shifts: tuple[int, ...]
    transcript: bool = False
    wants: tuple[Want, ...] = ()
    skip: str | None = None
    output: OutputFence | None = None

    @property
    def line(self) -> int:
        """The line of the opening fence in the note."""
        return self.block.fence_line

    def in_note(self, text: str) -> str:
        """The text with its lines counted in the note: in the jail they are those of the block."""
        return _LINE.sub(lambda match: f"line {self.line + int(match[1])}", text)

    def offset(self, line: int, column: int) -> int:
        """The note offset of a 1-based line and column of what is run."""
        row = min(max(line, 1), len(self.shifts)) - 1 if self.shifts else 0
        return self.block.offset(line, column + (self.shifts[row] if self.shifts else 0))


def language_of(block: CodeBlock) -> str:
    """The language that the info string names, in lower case, without braces and options.

    >>> from notevault.diagnostics import SourceText
    >>> span = SourceText("").span(0, 0)
    >>> [language_of(CodeBlock("", info, "", 1, (0,), span)) for info in ("{python}", "py title='a'", "python:a.py")]
    ['python', 'py', 'python']
    """
    match = _LANGUAGE.match(block.info.lower())
    return match[1] if match else ""


def python_cells(note: Note) -> tuple[Cell, ...]:
    """The Python blocks of `note` in order."""
    return tuple(_cells(note))


def _cells(note: Note) -> Iterator[Cell]:
    for block, following in zip_longest(note.code_blocks, note.code_blocks[1:]):
        language = language_of(block)
        if language not in PYTHON or not block.source.strip():
            continue
        skip = _skip_reason(note, block)
        output = _output_fence(note, block, following)
        if is_transcript(block.source):
            source, shifts, wants = untangle(block.source)
            yield Cell(block, language, source, shifts, True, wants, skip, output)
        else:
            source, margins = _without_margin(block.source)
            source, taken, why = without_commands(source)
            shifts = tuple(map(add, margins, taken))
            yield Cell(block, language, source, shifts, skip=skip or why, output=output)


def _without_margin(source: str) -> tuple[str, tuple[int, ...]]:
    """The source without the spaces that every line of it begins with, as IPython takes what is pasted."""
    lines = source.split("\n")
    margins = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    margin = min(margins, default=0)
    return "\n".join(line[margin:] for line in lines), (margin,) * len(lines)


def _skip_reason(note: Note, block: CodeBlock) -> str | None:
    if _SKIP_WORD.search(block.info):
        return "the info string says skip"
    above = block.fence_line - 1
    if above >= 1 and _SKIP_COMMENT.match(note.source.line(above)):
        return "the comment above says skip"
    return None


def _output_fence(note: Note, block: CodeBlock, following: CodeBlock | None) -> OutputFence | None:
    """The next block, when only blank lines lie between and it is called output, or one line between says so."""
    if following is None or not following.source.strip():
        return None
    between = [line.strip() for line in note.text[block.span.end : following.span.start].split("\n")]
    said = [line for line in between if line.strip("> ")]
    language = language_of(following)
    named = language in _OUTPUT and not said
    announced = language in _OUTPUT | _PLAIN and len(said) == 1 and _ANNOUNCES_OUTPUT.match(said[0])
    return OutputFence(following.source, following) if named or announced else None
