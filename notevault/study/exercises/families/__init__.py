"""The families of exercises: one file each, a function from a subject and a seed to an exercise, or None."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notevault.study.exercises.families.backward_table import backward_table
from notevault.study.exercises.families.forward_table import forward_table
from notevault.study.exercises.families.optimiser_step import optimiser_step
from notevault.study.exercises.families.predict_output import predict_output
from notevault.study.exercises.families.spot_the_defect import spot_the_defect
from notevault.study.exercises.families.symbolic_gradient import symbolic_gradient
from notevault.study.exercises.families.wrong_entry import wrong_entry
from notevault.study.exercises.subject import Subject
from notevault.study.model import Exercise

Family = Callable[[Subject, int], Exercise | None]

FAMILIES: Mapping[str, Family] = {
    "forward-table": forward_table,
    "backward-table": backward_table,
    "wrong-entry": wrong_entry,
    "symbolic-gradient": symbolic_gradient,
    "optimiser-step": optimiser_step,
    "spot-the-defect": spot_the_defect,
    "predict-output": predict_output,
}
"""In the order of difficulty in which a study session would take them."""
