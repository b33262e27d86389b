"""The switches of recording: `no_grad`, `enable_grad`, `set_grad_enabled`, as contexts and as decorators."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from notevault.frontends.torch_like.recording import tape


class _Switch:
    """A context and a decorator that turns recording on or off."""

    on = False

    def __init__(self) -> None:
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(tape.Mode.recording)
        tape.Mode.recording = self.on

    def __exit__(self, *_: object) -> None:
        tape.Mode.recording = self._before.pop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def switched(*arguments: Any, **options: Any) -> Any:
            with tape.recording(self.on):
                return function(*arguments, **options)

        return switched


class NoGrad(_Switch):
    """`torch.no_grad`."""

    def __new__(cls, function: Any = None) -> Any:
        made = super().__new__(cls)
        if not callable(function):
            return made
        _Switch.__init__(made)
        return made(function)

    def __init__(self, mode: Any = None) -> None:
        super().__init__()


class EnableGrad(NoGrad):
    """`torch.enable_grad`."""

    on = True


class SetGradEnabled(_Switch):
    """`torch.set_grad_enabled(mode)`: at once, and as a context."""

    def __init__(self, mode: bool) -> None:
        super().__init__()
        self._before.append(tape.Mode.recording)
        self.on = tape.Mode.recording = bool(mode)

    def __enter__(self) -> None:
        """Recording was already set when the object was made."""


class Nothing(_Switch):
    """A context that changes nothing here: `detect_anomaly`, `set_detect_anomaly`."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()
        self.on = tape.Mode.recording

    def __enter__(self) -> None:
        """Nothing to set."""

    def __exit__(self, *_: object) -> None:
        """Nothing to set back."""
