"""The package as a whole: what it imports, what it promises, what its pages show."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import notevault.autodiff
from notevault.autodiff import PRIMITIVES
from notevault.autodiff import operations as ops


def test_the_engine_imports_numpy_and_nothing_else() -> None:
    script = """
import sys
import numpy
before = set(sys.modules)
import notevault.autodiff
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(new - set(sys.stdlib_module_names) - {"notevault", "numpy"}))
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_what_most_programs_do_not_need_is_loaded_when_it_is_asked_for() -> None:
    script = """
import sys
import notevault.autodiff as ad
late = ["notevault.autodiff.compiler", "notevault.autodiff.backward_pass", "notevault.autodiff.gradient_check"]
print([name in sys.modules for name in late])
ad.compile, ad.trace, ad.gradcheck
print([name in sys.modules for name in late])
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.split("\n")[:2] == ["[False, False, False]", "[True, True, True]"]


def test_every_name_of_the_package_is_there() -> None:
    for name in notevault.autodiff.__all__:
        assert hasattr(notevault.autodiff, name)
    for name in ops.__all__:
        assert callable(getattr(ops, name))


WITH_SHAPES = [row for row in PRIMITIVES.values() if row.differentiable and row.name not in ("getitem", "cast")]


@pytest.mark.parametrize("row", WITH_SHAPES, ids=lambda row: row.name)
def test_the_page_of_an_operation_shows_its_shapes_and_its_rule(row) -> None:
    assert "Shapes" in row.doc, row.name
    assert "Rule" in row.doc or "Source" in row.doc, row.name


@pytest.mark.parametrize("row", PRIMITIVES.values(), ids=PRIMITIVES)
def test_a_formula_names_only_operands_that_there_are(row) -> None:
    arity = max((len(sample.operands) for sample in row.samples), default=1)
    texts = [row.latex, *row.partials_latex, *(m.wrong for m in row.misconceptions)]
    for text in texts:
        assert all(int(digit) <= arity for digit in re.findall(r"#(\d)", text)), text
        assert text.count("{") == text.count("}"), text


def test_a_misconception_is_not_the_rule() -> None:
    for row in PRIMITIVES.values():
        for misconception in row.misconceptions:
            assert misconception.wrong != row.partials_latex[misconception.operand], row.name
