"""Imitated libraries: modules made of tables of names, found only when nothing else answers to their name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from notevault.frontends.unsupported import UnsupportedError


def imitation(name: str, names: Mapping[str, Any]) -> ModuleType:
    """A module with these names; any other raises UnsupportedError with its full name."""
    made = ModuleType(name)
    made.__path__ = []
    vars(made).update(names)

    def missing(attribute: str) -> Any:
        if attribute.startswith("__") and attribute.endswith("__"):
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        raise UnsupportedError(f"{name}.{attribute}")

    vars(made)["__getattr__"] = missing
    return made


class Finder(MetaPathFinder, Loader):
    """Gives the modules of one library; stands last, so that an installed library comes before its imitation."""

    def __init__(self, library: str, modules: Callable[[], Mapping[str, ModuleType]]) -> None:
        self.library = library
        self._make = modules
        self._modules: Mapping[str, ModuleType] | None = None

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The imitation's module of this name, if it is one of this library."""
        if fullname.partition(".")[0] != self.library:
            return None
        if fullname not in self.modules:
            raise UnsupportedError(fullname)
        return ModuleSpec(fullname, self, is_package=True)

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
