"""Random programs for PyTorch and its imitation; `python -m` this FIRST LAST shows where their outcomes differ."""

from __future__ import annotations

import collections
import contextlib
import io
import math
import random
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from notevault.frontends.unsupported import UnsupportedError
from tests.frontends.torch import templates
from tests.frontends.torch.test_snippets import imitated


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a line did: it printed, it raised an error, or it needed something that the imitation lacks."""

    line: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """The first line at which the two disagree; `kind` is numbers, grad_fn, error (one raises only) or message."""

    seed: int
    kind: str
    line: str
    expected: str
    got: str


def program(seed: int) -> list[str]:
    """A short program: some tensors, some operations, printed, and mostly a backward pass."""
    choose = random.Random(seed)
    if choose.random() < 0.15:
        return templates.whole_program(choose)
    lines, names = [], []
    for name in "xyz"[: choose.randint(1, 3)]:
        lines.append(f"{name} = {templates.literal_tensor(choose)}")
        names.append(name)
    leaves = list(names)
    for k in range(choose.randint(2, 7)):
        a, b = choose.choice(names), choose.choice(names)
        if choose.random() < 0.12:
            lines += [choose.choice(templates.CHANGES).format(a=a, b=b), *(f"print({name})" for name in names)]
            continue
        table = templates.UNARY if choose.random() < 0.6 else templates.BINARY
        lines += [f"t{k} = {choose.choice(table).format(a=a, b=b)}", f"print(t{k})"]
        names.append(f"t{k}")
    if choose.random() < 0.7:
        lines += choose.choice(templates.ENDINGS).format(last=names[-1], leaf=choose.choice(leaves)).splitlines()
        lines += [f"print({leaf}.grad)" for leaf in leaves]
    return lines


def outcomes(lines: Sequence[str], names: dict[str, Any]) -> Iterator[Outcome]:
    """Run line by line; after an error the next line runs, after something that is lacking none does."""
    for line in lines:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(compile(line, "program", "exec"), names)
            except UnsupportedError as error:
                yield Outcome(line, "unsupported", str(error))
                return
            except Exception as error:
                yield Outcome(line, "error", f"{type(error).__name__}: {error}")
                continue
        yield Outcome(line, "output", printed.getvalue())


NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]?\d+)?")
GRAD_FN = re.compile(r",\s+grad_fn=<\w+>|,\s+requires_grad=True")


def same_numbers(a: str, b: str, tolerance: float = 5e-5) -> bool:
    """Whether two prints show the same, each number within its last digit."""
    if _layout(a) != _layout(b):
        return False
    if "float16" in a:
        tolerance = 2e-3
    return all(_close(x, y, tolerance) for x, y in zip(NUMBER.findall(a), NUMBER.findall(b), strict=True))


def _layout(text: str) -> list[str]:
    return NUMBER.sub("#", text).replace("[ ", "[").split()


def _close(a: str, b: str, tolerance: float) -> bool:
    """Within the last digit of float32 for numbers of about 1; the sign of a zero depends on the order of a sum."""
    x, y = float(a), float(b)
    digits = min(len(text.partition("e")[0].partition(".")[2]) for text in (a, b))
    last_digit = 1.01 * 10.0**-digits if digits and "e" not in a + b else 5e-5
    return math.isclose(x, y, rel_tol=tolerance, abs_tol=max(last_digit, tolerance))


def difference(seed: int, torch_names: dict[str, Any]) -> tuple[Difference | None, collections.Counter[str]]:
    """The first difference on the program of a seed, in more than a message if there is one, and what the lines did."""
    lines, seen = program(seed), collections.Counter[str]()
    expected = list(outcomes(lines, torch_names))
    with imitated() as names:
        got = list(outcomes(lines, names))
    for ours in got:
        seen[f"unsupported: {ours.text}" if ours.kind == "unsupported" else ours.kind] += 1
    found = None
    for theirs, ours in zip(expected, got, strict=False):
        kind = _kind(theirs, ours)
        if kind is not None and (found is None or kind != "message"):
            found = Difference(seed, kind, ours.line, theirs.text, ours.text)
            if kind != "message":
                break
        if theirs.kind == "error" and not re.match(r"t\d = |print", ours.line):
            break  # a change that fails may have been made in part
    return found, seen


def _kind(theirs: Outcome, ours: Outcome) -> str | None:
    if ours.kind == "unsupported" or (theirs.kind == ours.kind and theirs.text == ours.text):
        return None
    if theirs.kind != ours.kind:
        return "error"
    if ours.kind == "error":
        return "message"
    if same_numbers(theirs.text, ours.text):
        return None
    same = same_numbers(GRAD_FN.sub("", theirs.text), GRAD_FN.sub("", ours.text))
    return "grad_fn" if same else "numbers"


def torch_names() -> dict[str, Any]:
    """The names that a program uses, from PyTorch itself."""
    import torch

    torch.set_printoptions(profile="default")
    return {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}


def main(first: int, last: int) -> None:
    """Show the differences of a range of seeds, by kind."""
    counts, kinds = collections.Counter[str](), collections.Counter[str]()
    for seed in range(first, last):
        found, seen = difference(seed, torch_names())
        counts.update(seen)
        if found is not None:
            kinds[found.kind] += 1
            print(seed, found.kind, "|", found.line, "| torch:", repr(found.expected), "| here:", repr(found.got))
    print(dict(kinds), {kind: n for kind, n in counts.items() if ":" not in kind})
    print([(kind, n) for kind, n in counts.most_common() if ":" in kind])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
