"""Imitated libraries: modules made of tables of names, found only when nothing else answers to their name."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType
from typing import Any

from notevault.frontends.unsupported import UnsupportedError


def imitation(name: str, names: Mapping[str, Any]) -> ModuleType:
    """A module with these names; any other raises UnsupportedError with its full name."""
    made = ModuleType(name)
    made.__path__ = []
    vars(made).update({key: _answering(f"{name}.{key}", value) for key, value in names.items()})

    def missing(attribute: str) -> Any:
        if attribute.startswith("__") and attribute.endswith("__"):
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        raise UnsupportedError(f"{name}.{attribute}")

    vars(made)["__getattr__"] = missing
    return made


def _answering(name: str, value: Any) -> Any:
    """A function that raises UnsupportedError for arguments that it does not take; the library may take them."""
    if not isinstance(value, FunctionType):
        return value

    @functools.wraps(value)
    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return value(*arguments, **options)
        except TypeError as error:
            if takes(value, arguments, options):
                raise
            raise UnsupportedError(f"{name} with these arguments") from error

    return call


def takes(function: Any, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> bool:
    """Whether a function can be called like this."""
    try:
        inspect.signature(function).bind(*arguments, **options)
    except TypeError:
        return False
    return True


class Answering(type):
    """For classes of an imitated library: arguments that they do not take are unsupported, not an error of the note."""

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        try:
            return super().__call__(*arguments, **options)
        except TypeError as error:
            of_a_note = not cls.__module__.startswith(("notevault.", "torch."))  # imitated ones name PyTorch's modules
            if of_a_note or takes(cls.__init__, (None, *arguments), options):  # type: ignore[misc]
                raise
            raise UnsupportedError(f"{cls.__name__} with these arguments") from error


class Finder(MetaPathFinder, Loader):
    """Gives the modules of one library; stands last, so that an installed library comes before its imitation."""

    def __init__(self, library: str, modules: Callable[[], Mapping[str, ModuleType]]) -> None:
        self.library = library
        self._make = modules
        self._modules: Mapping[str, ModuleType] | None = None

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The imitation's module of this name, if it is one of this library.

        An installed library that is loaded tries modules of its own that may be missing; these are not ours to judge.
        """
        if fullname.partition(".")[0] != self.library or not self._stands_for(sys.modules.get(self.library)):
            return None
        if fullname not in self.modules:
            raise UnsupportedError(fullname)
        return ModuleSpec(fullname, self, is_package=True)

    def _stands_for(self, loaded: ModuleType | None) -> bool:
        return loaded is None or (loaded.__spec__ is not None and loaded.__spec__.loader is self)

    @property
    def modules(self) -> Mapping[str, ModuleType]:
        """The modules by name, made when first asked for."""
        if self._modules is None:
            self._modules = self._make()
        return self._modules

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module itself."""
        return self.modules[spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing left to run."""

    def install(self, first: bool = False) -> None:
        """Begin to answer to the library's name: last of all, or before an installed one."""
        sys.meta_path.insert(0 if first else len(sys.meta_path), self)
