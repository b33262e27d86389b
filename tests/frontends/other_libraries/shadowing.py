"""A plugin for pytest: `import autograd` and `import micrograd` give the imitations, installed libraries or not."""

from __future__ import annotations

import importlib

from notevault.frontends.imitation import Finder
from notevault.frontends.other_libraries import autograd, micrograd

for library in (autograd, micrograd):
    name = library.__name__.rpartition(".")[2]
    finder = Finder(name, library.modules)
    finder.install(first=True)
    if importlib.import_module(name) is not finder.modules[name]:
        raise RuntimeError(f"an installed {name} was imported before its imitation")
