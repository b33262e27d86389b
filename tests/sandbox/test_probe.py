"""The jail is tried before it is used, and where none holds nothing runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from notevault.sandbox import NoJailError, Worker, jails, probe
from notevault.sandbox.probing import try_jail


@pytest.fixture
def _fresh_probe() -> Iterator[None]:
    probe.cache_clear()
    yield
    probe.cache_clear()


def test_a_jail_that_does_not_hold_is_found_out() -> None:
    reason = try_jail("none")
    assert reason is not None
    assert "write a file outside" in reason
    assert "open a network socket" in reason


@pytest.mark.usefixtures("_fresh_probe")
def test_without_a_jail_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {kind: dataclasses.replace(jail, missing=lambda: "taken away") for kind, jail in jails.JAILS.items()}
    monkeypatch.setattr("notevault.sandbox.probing.JAILS", broken)
    report = probe()
    assert report.kind is None
    with pytest.raises(NoJailError, match="taken away"):
        Worker("notevault.sandbox.script:run_script")


@pytest.mark.usefixtures("_fresh_probe")
def test_a_jail_that_fails_gives_way_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    if try_jail("landlock") is not None:
        pytest.skip("Landlock does not hold here")
    others = {k: dataclasses.replace(jails.JAILS[k], missing=lambda: "taken away") for k in ("bwrap", "namespaces")}
    monkeypatch.setattr("notevault.sandbox.probing.JAILS", {**jails.JAILS, **others})
    assert probe().kind == "landlock"


def test_a_jail_that_cannot_be_entered_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe runs the real thing: a prefix that fails is a jail that does not hold."""
    fails = dataclasses.replace(jails.JAILS["landlock"], prefix=lambda _view: ["/bin/false"])
    monkeypatch.setattr("notevault.sandbox.probing.JAILS", {**jails.JAILS, "landlock": fails})
    monkeypatch.setattr("notevault.sandbox.worker.JAILS", {**jails.JAILS, "landlock": fails})
    assert try_jail("landlock") is not None
