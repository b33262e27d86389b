"""Find the defect of a code block and mend it: the note's own defect, with the repair that was seen to run."""

from __future__ import annotations

from notevault.checks.model import Status
from notevault.study.exercises.build import assemble
from notevault.study.exercises.code import same_code
from notevault.study.exercises.show import python
from notevault.study.exercises.subject import BlockSubject, Subject, repaired
from notevault.study.model import AnswerKind, Exercise, Misconception, Part

FAMILY = "spot-the-defect"


def spot_the_defect(subject: Subject, seed: int) -> Exercise | None:
    """Which line does not compile, and what it should say."""
    if not isinstance(subject, BlockSubject) or subject.result.status is not Status.SYNTAX:
        return None
    fix = subject.result.fix
    if fix is None or not fix.verified:
        return None
    before, after = subject.block.source.split("\n"), repaired(subject.block, fix).split("\n")
    changed = [row for row, (old, new) in enumerate(zip(before, after, strict=False)) if old != new]
    if len(before) != len(after) or len(changed) != 1:
        return None
    row, key = changed[0], after[changed[0]].rstrip()
    if before[row].strip() == key.strip() or not same_code(key, key):
        return None
    numbered = "\n".join(f"{number:>3}  {line}".rstrip() for number, line in enumerate(before, start=1))
    prompt = (
        f"This block of {subject.note.title} does not compile. Which line is wrong, and what should it say?\n\n"
        f"```text\n{numbered}\n```"
    )
    parts = (
        Part("line", AnswerKind.NUMBER, str(row + 1)),
        Part("corrected line", AnswerKind.CODE, key),
    )
    solution = (
        f"Line {row + 1} reads `{before[row].strip()}`. {fix.description[0].upper()}{fix.description[1:]}:\n\n"
        f"{python(after[row])}\n\nWith this line the block compiles and runs."
    )
    line_below = Misconception(
        "line below",
        {"line": str(row + 2)},
        "That is the line after the defect; a parser often notices an error only when it has gone past it.",
    )
    return assemble(
        subject,
        FAMILY,
        seed,
        difficulty=1,
        prompt=prompt,
        parts=parts,
        solution=solution,
        misconceptions=[line_below] if row + 1 < len(before) else [],
    )
