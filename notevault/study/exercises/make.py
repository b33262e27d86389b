"""All exercises of a vault."""

from __future__ import annotations

from collections.abc import Collection

from notevault.checks.model import Report
from notevault.study.exercises.families import FAMILIES
from notevault.study.exercises.find import subjects
from notevault.study.model import Exercise
from notevault.vault.model import Vault


def make_exercises(
    vault: Vault, report: Report, seed: int = 0, families: Collection[str] | None = None
) -> tuple[Exercise, ...]:
    """One exercise for each subject and family that fits it, in the order of notes."""
    wanted = [make for name, make in FAMILIES.items() if families is None or name in families]
    made = (make(subject, seed) for subject in subjects(vault, report) for make in wanted)
    return tuple(exercise for exercise in made if exercise is not None)
