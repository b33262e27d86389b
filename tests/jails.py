"""The kinds of jail that hold on this machine, for tests that are to pass in each of them."""

from __future__ import annotations

from functools import cache

import pytest

from notevault.sandbox.jails import PREFERENCE
from notevault.sandbox.probing import try_jail

SCRIPT = "notevault.sandbox.script:run_script"


@cache
def why_not(kind: str) -> str | None:
    return try_jail(kind)


def need_jail(kind: str) -> None:
    reason = why_not(kind)
    if reason is not None:
        pytest.skip(f"{kind}: {reason}")


KINDS = PREFERENCE
