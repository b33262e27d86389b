"""What the families share: the frame of an exercise, and only such misconceptions as really give a wrong answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from notevault.study.cards.make import deck_of
from notevault.study.exercises.grade import grade
from notevault.study.exercises.subject import Subject
from notevault.study.model import AnswerKind, Exercise, Misconception, Part, item_id


def assemble(
    subject: Subject,
    family: str,
    seed: int,
    *,
    difficulty: int,
    prompt: str,
    parts: tuple[Part, ...],
    solution: str,
    misconceptions: Iterable[Misconception] = (),
) -> Exercise:
    """The exercise; a misconception that happens to give the right answer here, or that of another one, is left out."""
    note = subject.note
    if any(part.kind is AnswerKind.NUMBER and _significant(part.key) > 3 for part in parts):
        prompt += "\n\nThree significant digits are enough."
    bare = Exercise(
        item_id(note.path, family, str(seed), prompt), family, seed, difficulty, prompt, parts, solution, (),
        note.path, subject.span, deck_of(note.path),
        tuple(sorted({tag.name for tag in note.tags}, key=str.casefold)), (note.title,),
    )  # fmt: skip
    kept: list[Misconception] = []
    for misconception in misconceptions:
        if {"nan", "inf", "-inf"} & {*misconception.answers.values()}:
            continue
        so_far = grade(replace(bare, misconceptions=tuple(kept)), misconception.answers)
        if not so_far.correct and not so_far.feedback and not _right_where_given(bare, misconception):
            kept.append(misconception)
    return replace(bare, misconceptions=tuple(kept))


def _right_where_given(exercise: Exercise, misconception: Misconception) -> bool:
    parts = grade(exercise, misconception.answers).parts
    return all(parts[label] for label in misconception.answers)


def _significant(number: str) -> int:
    """How many significant digits a number is written with; zeros at the end of a whole number do not count.

    >>> _significant("-0.0183"), _significant("1200"), _significant("3.004")
    (3, 2, 4)
    """
    digits = number.partition("e")[0].lstrip("-")
    return len((digits if "." in digits else digits.rstrip("0")).replace(".", "").lstrip("0"))
