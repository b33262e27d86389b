"""Stated outputs are compared; comments that are not outputs are never taken for outputs."""

from __future__ import annotations

import pytest

from notevault.checks.code import check_note
from notevault.checks.model import Status
from notevault.notes.parse import parse_note
from notevault.sandbox import Worker
from tests.checks.notes import note_of

SYMBOLS = "import sympy as s\nw, x = s.symbols('w x')\n"

AGREE = [
    "print(2 ** 3)  # Output: 8",
    "print(2 ** 3)  # => 8",
    "print(2 ** 3)  # -> 8",
    "print(2 ** 3)  # 8",
    "print(1 / 3)  # 0.33",
    "print(100 * 1.1)  # 110",
    "print(2 / 3)  # 0.66",
    "print(2 / 3)  # 0.67",
    "print(8)  # prints 8",
    "print('Hello')  # prints 'Hello'",
    "print('Hello, World!')  # Output: Hello, World!",
    "print([1, 2, 3])\n# Output: [1, 2, 3]",
    "print([1, 2, 3])\n# Output:\n# [1, 2, 3]",
    "print(1)\nprint(2)\n# Output:\n# 1\n# 2",
    "import numpy as np\nprint(np.array([[1, 2], [3, 4]]))\n# Output:\n# [[1 2]\n#  [3 4]]",
    "import numpy as np\nprint([np.float64(3.0)])  # [3.0]",
    "import numpy as np\nprint(np.arange(3))  # [0, 1, 2]",
    "x = [1, 2]\nx  # [1, 2]",
    "x = 1 + 1  # => 2",
    "for i in range(3):\n    print(i)  # 0 1 2",
    "def f():\n    print(7)  # 7\nf()",
    "print({'a', 'b'})  # {'b', 'a'}",
    "print(list(range(100)))  # [0, 1, 2, ..., 99]",
    ">>> 1 + 1\n2",
    ">>> print('a')\na\n>>> for i in range(2):\n...     print(i)\n0\n1",
    ">>> 1 / 0\nTraceback (most recent call last):\n  ...\nZeroDivisionError: division by zero",
    "print(0.1 + 0.2)  # 0.30000000000000004",
    "print('loss:', 0.25)  # loss: 0.25",
    SYMBOLS + "print(s.diff((w*x)**2, w))  # Output: 2*x**2*w",
    SYMBOLS + "print(w*(w + x))  # Output: w**2 + w*x",
    SYMBOLS + "f = x**2*s.sin(x)\nprint(f.diff(x))\n# 2x*sin(x) + x^2*cos(x)",
    SYMBOLS + "s.hessian(x**2*w, (x, w))  # Matrix([[2*w, 2*x], [2*x, 0]])",
    SYMBOLS + "print(s.diff(x**2, x))  # = 2x",
    "print(1 / 3)  # ≈ 0.33",
    "print([1, 2, 3][1:])\n# [2, 3]",
    "for i in range(3):\n    print(i)\n# 0\n# 1\n# 2",
    "print('a\\nb')\n# a\n# b\nprint(2)",
    "print(type(3))  # <class 'int'>",
    "x = [1, 2]\nprint(x[5])  # Error! list index out of range",
]  # fmt: skip

DISAGREE = [
    "print(2 ** 3)  # Output: 6",
    "print(2 ** 3)  # => 6",
    "print(2 ** 3)  # 6",
    "print(1 / 3)  # 0.34",
    "print([1, 2])  # [1, 3]",
    "print('Hello')  # prints 'Bye'",
    "print(1)\nprint(2)\n# Output:\n# 1\n# 3",
    "print('Sum:', 5)  # Output: Sum: 6",
    "x = [1, 2]\nx  # [1, 3]",
    ">>> 1 + 1\n3",
    ">>> 'a'\n'b'",
    SYMBOLS + "print(s.diff((w*x)**2, w))  # Output: 2*w*x",
    SYMBOLS + "print(s.diff((w*x)**2, w))  # 2*w*x",
    SYMBOLS + "print(s.diff(x**2, x))  # = 3x",
    SYMBOLS + "f = x**2*s.sin(x)\nprint(f.diff(x))\n# 2x*sin(x) - x^2*cos(x)",
    SYMBOLS + "s.hessian(x**2*w, (x, w))  # Matrix([[2*w, 2*x], [2*w, 0]])",
    "print([1, 2, 3][1:])\n# [1, 2]",
    "for i in range(3):\n    print(i)\n# 1\n# 2\n# 3",
    "print(1 < 3 < 2)  # True",
    "import numpy as np\nprint(np.linalg.eigh(np.diag([2.0, 3.0]))[1])  # [[2. 0.] [0. 1.]]",
    "print([-1.0, 2.0])  # [1.0, 2.0]",
    "import numpy as np\nnp.array([1], dtype='int64').dtype  # dtype('int32')",
    "print(type(3))  # <class 'float'>",
    "from collections import Counter\nprint(Counter('aab'))  # Counter({'a': 1, 'b': 2})",
]  # fmt: skip

NOT_OUTPUTS = [
    "print(2 ** 3)  # the cube of two",
    "print(2 ** 3)  # Output the cube",
    "print(2 ** 3)  # Output: a number",
    "print('a')  # 1\nprint('b')  # 2\nprint('c')  # 3",
    "print('a')  # 1",
    "lr = 0.1  # 0.01",
    "x = [1, 2, 3]  # (n,)",
    "print([1.0, 2.0])  # -> (n, 2)",
    "# Output: 5\nx = 3",
    "# Output\nprint(3)",
    "print(3)\n# 4",
    "print([3])\n# [4]\nprint([4])",
    "print(3)  # three\n# [4]",
    "print(6.283)  # ≈ 6",
    "# Print the result: 7\nprint(3)",
    "def f():\n    print(7)  # 8",
    "x = 3\n# Result: 4 rows are left",
    "print(5)  # see [1]",
    "print('loss:', 0.25)  # loss: 0.24",
    "print('a b')  # A B",
    "print(10)  # step 3",
    "print(3.5)  # in seconds",
    "import random\nprint(random.random())  # 0.123",
    "import random\nprint(random.randint(1, 10**9))  # Output: 7",
    "import numpy as np\nprint(np.random.rand())  # Output: 0.5",
    "import numpy as np\nprint(np.random.default_rng().random())  # Output: 0.5",
    "import time\nprint(time.time_ns())  # Output: 1700000000",
    "import datetime\nprint(datetime.datetime.now())  # Output: 2020-01-01",
    "print(id([]))  # Output: 140",
    "import datetime\nprint(datetime.date.today())  # 2020-01-01",
    "from datetime import date\nprint(date.today().year)  # Output: 2020",
    "from time import perf_counter\ns = perf_counter()\nprint(f'{perf_counter() - s:.1f}')  # 1.3",
    "import sys\nprint(sys.version_info[:2])  # (3, 8)",
    "import sys\nprint(sys.getsizeof([]))  # Output: 64",
    "import sys\nprint(sys.argv)  # ['main.py', '3']",
    "import os\nprint(os.cpu_count())  # 1000",
    "import os\nprint(os.listdir('.'))  # ['a.txt', 'b.txt']",
    "from pathlib import Path\nprint(list(Path('.').glob('*.csv')))  # ['a.csv']",
    "import numpy as np\nprint(np.__version__)  # Output: 0.1",
    "import torch\nprint(torch.cuda.is_available())  # True",
    "import torch\nprint(torch.tensor([1.0]))  # Output: tensor([1.], device='cuda:0')",
    "a, b = 257, 257\nprint(a is b)  # Output: 3",
    "import numpy as np\nprint(np.arange(2).nbytes)  # 8",
    "print('a/b' + '/c')  # a/b",
    "import numpy as np\nnp.array([1]).dtype  # dtype('int32')",
    "import numpy as np\nprint(np.linalg.eigh(np.diag([2.0, 3.0]))[1])  # [[-1. 0.] [0. -1.]]",
    SYMBOLS + "print(s.diff((w*x)**2, w))  # 2*w*x*x, or so",
    SYMBOLS + "print(w*x)  # Output: a product",
]  # fmt: skip


@pytest.mark.parametrize("source", AGREE)
def test_an_output_that_agrees_verifies_the_block(runner: Worker, source: str) -> None:
    check = check_note(note_of(source), runner)
    assert check.blocks[0].status is Status.VERIFIED, check.blocks[0].reason
    assert check.diagnostics == ()


@pytest.mark.parametrize("source", DISAGREE)
def test_an_output_that_disagrees_is_a_mismatch(runner: Worker, source: str) -> None:
    check = check_note(note_of(source), runner)
    assert check.blocks[0].status is Status.MISMATCH, check.blocks[0].reason
    assert [d.code for d in check.diagnostics] == ["NV303"]
    assert [c.verdict.outcome.value for c in check.claims if c.kind == "output"].count("refuted") == 1


@pytest.mark.parametrize("source", NOT_OUTPUTS)
def test_what_is_no_output_raises_no_alarm(runner: Worker, source: str) -> None:
    check = check_note(note_of(source), runner)
    # an installed torch that is built for graphics cards does not fit into the jail
    assert check.blocks[0].status in {Status.RAN, Status.VERIFIED, Status.UNSUPPORTED}
    assert check.diagnostics == ()


def test_the_output_of_another_version_is_not_compared(runner: Worker) -> None:
    text = "# Division\n\n{}:\n\n```python\nprint(7 / 2)  # 3\n```\n"
    old, now = (check_note(parse_note("n.md", text.format(said)), runner) for said in ("In Python 2", "In Python"))
    assert [old.blocks[0].status, now.blocks[0].status] == [Status.RAN, Status.MISMATCH]


OPEN = [
    "print(s.diff((w*x)**2, w))  # w**2*x**2",  # what is differentiated
    "f = x**3\nprint(f.diff(x))  # x*x**2",
    "f = x**3\ns.diff(f, x)  # x**3",
    "print(s.diff(x**3, x).subs(x, w + 1))  # 3*w",  # a step on the way
    "print(s.diff(s.diff(x**3, x), x))  # 3*x**2",
    "p = s.Symbol('p', positive=True)\nprint(s.sqrt(p**2))  # sqrt(p**2)*p/sqrt(p**2 + 1)",
    "print(s.diff(x**2, x, 2))  # -> 2*x",
    "print({'b': 1, 'a': 2})  # {'a': 2, 'b': 1}",
]  # fmt: skip


@pytest.mark.parametrize("source", OPEN)
def test_what_may_be_a_remark_is_left_open_and_verifies_no_block(runner: Worker, source: str) -> None:
    check = check_note(note_of(SYMBOLS + source), runner)
    assert [c.verdict.outcome.value for c in check.claims if c.kind == "output"] == ["inconclusive"]
    assert check.blocks[0].status is Status.RAN
    assert check.diagnostics == ()


def test_what_is_made_of_the_date_in_a_block_above_is_not_compared(runner: Worker) -> None:
    made = "from datetime import date\nage = date.today().year - 1900"
    check = check_note(note_of(made, "print(age)  # Output: 120", "years = 7\nprint(years)  # Output: 8"), runner)
    assert [block.status for block in check.blocks] == [Status.RAN, Status.RAN, Status.MISMATCH]


def test_a_module_that_was_asked_for_the_machine_once_may_be_used_for_other_things(runner: Worker) -> None:
    asked = "import numpy as np\nprint(np.__version__)"
    check = check_note(note_of(asked, "print(np.arange(2))  # [0 2]"), runner)
    assert [block.status for block in check.blocks] == [Status.RAN, Status.MISMATCH]


def test_an_output_with_a_seed_is_compared(runner: Worker) -> None:
    source = "import random\nrandom.seed(1)\nprint(random.randint(1, 1))  # Output: 2"
    assert check_note(note_of(source), runner).blocks[0].status is Status.MISMATCH


@pytest.mark.parametrize("between", ["\nOutput:\n", "\n**Output**\n", "\n"])
def test_a_fence_below_states_the_output(runner: Worker, between: str) -> None:
    language = "output" if between == "\n" else ""
    for said, status in (("1\n2", Status.VERIFIED), ("1\n3", Status.MISMATCH)):
        text = f"```python\nprint(1)\nprint(2)\n```\n{between}\n```{language}\n{said}\n```\n"
        assert check_note(parse_note("note.md", text), runner).blocks[0].status is status


@pytest.mark.parametrize("between", ["\n", "\nSo the layers are:\n", "\nThe output layer:\n\nand more\n"])
def test_another_fence_below_states_nothing(runner: Worker, between: str) -> None:
    text = f"```python\nprint(1)\n```\n{between}\n```text\n2\n```\n"
    assert check_note(parse_note("note.md", text), runner).blocks[0].status is Status.RAN
