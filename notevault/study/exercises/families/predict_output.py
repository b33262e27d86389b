"""Say what a code block prints; the key is what it printed when it was run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from tokenize import COMMENT, generate_tokens

from notevault.checks.model import Status
from notevault.study.exercises.build import assemble
from notevault.study.exercises.show import python
from notevault.study.exercises.subject import BlockSubject, Subject
from notevault.study.model import AnswerKind, Exercise, Misconception, Part

FAMILY = "predict-output"
MOST_LINES, MOST_CODE = 4, 25
MOST_CHARACTERS = 120

_RAN = frozenset({Status.RAN, Status.VERIFIED})
_PRINTED = frozenset({"", "text", "txt", "plaintext", "output", "console"})
_NEARBY = 60
_UNPREDICTABLE = re.compile(
    r"\b(?:rand\w*|normal|uniform|shuffle|choice|seed|rng|time|datetime|now|perf_counter|uuid\w*|id|hash|getpid|version|environ|platform|"
    r"sys|memory\w*|getsizeof|timeit|Dropout|manual_seed)\b"
)
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}|\bobject at\b|<[\w.]+ (?:object|at)|/tmp/|tensor\(|Traceback")
_LONG_NUMBER = re.compile(r"\d\.\d{6,}")
_STRING = re.compile(r"[\"'][^\"'\n]*[\"']")


def predict_output(subject: Subject, seed: int) -> Exercise | None:
    """What a short, self-contained block prints."""
    if not isinstance(subject, BlockSubject) or subject.result.status not in _RAN or not _is_fit(subject):
        return None
    if _is_contradicted(subject):
        return None
    output = subject.result.stdout.strip()
    lines = [line.rstrip() for line in output.split("\n") if line.strip()]
    code = _without_answers(subject.block.source)
    prompt = f"This block is from {subject.note.title}. What does it print?\n\n{python(code)}"
    labels = ["output"] if len(lines) == 1 else [f"line {number}" for number in range(1, len(lines) + 1)]
    parts = tuple(Part(label, AnswerKind.TEXT, line) for label, line in zip(labels, lines, strict=True))
    solution = f"It was run, and printed:\n\n```\n{output}\n```"
    return assemble(
        subject,
        FAMILY,
        seed,
        difficulty=1,
        prompt=prompt,
        parts=parts,
        solution=solution,
        misconceptions=_misconceptions(parts),
    )


def _is_fit(subject: BlockSubject) -> bool:
    """Whether a person can work out the output from the code shown, and whether there is something to work out."""
    output, code = subject.result.stdout.strip(), _without_answers(subject.block.source)
    if not output or len(output) > MOST_CHARACTERS or len(output.split("\n")) > MOST_LINES:
        return False
    if len(code.split("\n")) > MOST_CODE or not subject.starts_session or _UNPREDICTABLE.search(code):
        return False
    if _ADDRESS.search(output) or _LONG_NUMBER.search(output):
        return False
    literal = " ".join(_STRING.findall(code))
    return any(word not in literal for word in output.split())


def _is_contradicted(subject: BlockSubject) -> bool:
    """Whether the next block of the note shows, as output, something else than what was printed."""
    end = subject.block.span.end
    after = next((block for block in subject.note.code_blocks if block.span.start >= end), None)
    if after is None or after.language not in _PRINTED:
        return False
    between = subject.note.text[end : after.span.start]
    return len(between) < _NEARBY and "#" not in between and after.source.split() != subject.result.stdout.split()


def _without_answers(code: str) -> str:
    """The code without its comments, which often say what it prints."""
    lines = code.split("\n")
    for token in generate_tokens(StringIO(code).readline):
        if token.type == COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    kept = [bare for bare, line in zip(lines, code.split("\n"), strict=True) if bare.strip() or not line.strip()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept))


def _misconceptions(parts: tuple[Part, ...]) -> Iterator[Misconception]:
    if len(parts) > 1:
        yield Misconception(
            "lines reversed",
            {part.label: other.key for part, other in zip(parts, reversed(parts), strict=True)},
            "These are the right lines in another order: follow the block from its first line.",
        )
