"""Exercises from the notes' own computations and code: seeded, worked out, graded without running answers."""

from notevault.study.exercises.families import FAMILIES
from notevault.study.exercises.grade import Grade, grade
from notevault.study.exercises.make import make_exercises

__all__ = ["FAMILIES", "Grade", "grade", "make_exercises"]
