"""A layer imports only what stands below it; the engine stands alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "notevault"

LAYERS = (
    "errors",
    "diagnostics",
    "rules",
    "autodiff",
    "sandbox",
    "notes",
    "vault",
    "graph",
    "frontends",
    "checks",
    "study",
    "pipeline",
    "render",
    "export",
    "cli",
)
MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "diagnostics": frozenset(),
    "rules": frozenset({"diagnostics"}),
    "autodiff": frozenset(),
    "sandbox": frozenset({"errors"}),
    "notes": frozenset({"errors", "diagnostics", "rules"}),
    "vault": frozenset({"errors", "diagnostics", "rules", "notes"}),
    "graph": frozenset({"errors", "diagnostics", "rules", "notes", "vault"}),
    "frontends": frozenset({"errors", "autodiff"}),
}
THIRD_PARTY: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "diagnostics": frozenset(),
    "rules": frozenset(),
    "autodiff": frozenset({"numpy"}),
    "sandbox": frozenset(),
    "notes": frozenset({"markdown_it", "yaml"}),
    "vault": frozenset({"rapidfuzz"}),
    "graph": frozenset({"networkx", "numpy"}),
    "frontends": frozenset({"numpy", "sympy", "mpmath"}),
}


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def sources() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if p.parent != PACKAGE or p.stem not in {"__init__", "__main__"})


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            if node.module == "notevault":
                yield from (f"notevault.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_layer_imports_only_what_stands_below_it(path: Path) -> None:
    layer = layer_of(path)
    assert layer in LAYERS, f"{layer} has no place in the order of the layers"
    allowed = MAY_IMPORT.get(layer, frozenset(LAYERS[: LAYERS.index(layer)]))
    for module in imported_modules(path):
        top, _, rest = module.partition(".")
        if top == "notevault":
            target = rest.partition(".")[0]
            assert target in allowed | {layer, "__version__", ""}, f"{path}: {layer} may not import {module}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_layer_uses_only_the_packages_it_is_allowed(path: Path) -> None:
    import sys

    layer = layer_of(path)
    if layer not in THIRD_PARTY:
        return
    for module in imported_modules(path):
        top = module.partition(".")[0]
        assert top == "notevault" or top in sys.stdlib_module_names or top in THIRD_PARTY[layer], f"{path}: {module}"
