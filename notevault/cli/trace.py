"""`notevault trace NOTE|EXPR --at …`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import numpy as np

from notevault.autodiff import Tensor, Trace, trace
from notevault.cli.targets import open_vault
from notevault.errors import NotevaultError
from notevault.frontends.straightline import Computation, NotStraightLineError, evaluate, read_expression

PREDICTIONS = frozenset({"prediction", "pred", "y_hat", "yhat", "y_pred"})
LOSSES = frozenset({"loss", "cost", "error"})


@click.command("trace")
@click.argument("what", metavar="NOTE|EXPR")
@click.argument("vault", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--at", required=True, metavar="w=2,x=3", help="The point: a value for every input.")
@click.option("--format", "format_", default="table", show_default=True, help="table, markdown, latex, mermaid or svg.")
@click.pass_context
def command(context: click.Context, what: str, vault: Path | None, at: str, format_: str) -> None:
    """Print the backward pass of an expression, or of the computation that a note differentiates, node by node."""
    from notevault.autodiff.trace_formats import FORMATS

    if format_ not in FORMATS:
        raise click.UsageError(f"no format {format_!r}; there are {', '.join(FORMATS)}")
    computation = _computation(context, what, vault)
    point = _point(at, computation)
    output, names = _evaluated(computation, point)
    shown = trace(output, [names[name] for name in computation.inputs], _symbols(computation, names))
    if format_ == "table":
        click.echo(f"{computation.source}\n")
    click.echo(FORMATS[format_](shown))
    if format_ == "table":
        click.echo("\n" + "\n".join(_results(shown, computation)))


def _evaluated(computation: Computation, point: Mapping[str, float]) -> tuple[Tensor, Mapping[str, Tensor]]:
    with np.errstate(all="ignore"):  # what is not finite is refused below
        output, names = evaluate(computation, point)
    if not np.isfinite(output.value):
        where = ", ".join(f"{name}={value:g}" for name, value in point.items())
        raise click.UsageError(
            f"--at {where}: the value there is {float(output.value):g}; choose a point where it is finite"
        )
    return output, names


def _computation(context: click.Context, what: str, vault: Path | None) -> Computation:
    """The computation of a note where `what` names one, else the expression `what`."""
    path = Path(what)
    if path.suffix == ".md" and path.is_file():
        return _of_note(path.name, path.read_bytes())
    if vault is not None or context.obj is not None or what.endswith(".md"):
        from notevault.vault.find import find_note

        opened = open_vault(context, vault)
        note = find_note(opened, what)
        return _of_note(note.path, (opened.root / note.path).read_bytes())
    try:
        return read_expression(what)
    except NotStraightLineError as error:
        raise click.UsageError(f"{error}, and there is no file of this name") from error


def _of_note(name: str, data: bytes) -> Computation:
    from notevault.checks.computations import computations
    from notevault.notes.encoding import decode
    from notevault.notes.parse import parse_note

    note = parse_note(name, decode(data).text)
    found = next((computation for _, computation in computations(note)), None)
    if found is None:
        broken = any(not _compiles(block.source) for block in note.code_blocks if block.language in {"python", "py"})
        hint = "; a block does not compile ('notevault check' says where)" if broken else ""
        raise NotevaultError(f"no Python block of {name} differentiates plain arithmetic{hint}")
    return found


def _compiles(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def _point(text: str, computation: Computation) -> dict[str, float]:
    point: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        try:
            point[name.strip()] = float(value)
        except ValueError:
            raise click.UsageError(f"--at: {part.strip()!r} is not of the form name=number") from None
    unknown = sorted(set(point) - set(computation.inputs))
    if unknown:
        raise click.UsageError(f"--at: no input {unknown[0]!r}; there are {', '.join(computation.inputs)}")
    missing = [name for name in computation.inputs if name not in point]
    if missing:
        raise click.UsageError(f"--at: no value for {', '.join(missing)}")
    return point


def _symbols(computation: Computation, names: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The names that the trace shows: L for a loss, ŷ for a prediction, also for what `y` is subtracted from."""
    taken = {*computation.inputs}
    shown: dict[str, Tensor] = {}
    for name, value in names.items():
        symbol = "L" if name in LOSSES else "ŷ" if name in PREDICTIONS else name
        shown[name if symbol in taken else symbol] = value
        taken.add(symbol)
    output, target = names[computation.output], names.get("y")
    if target is not None and "ŷ" not in shown:
        for node in _behind(output):
            if node.primitive and node.primitive.name == "sub" and node.operands[1] is target:
                shown["ŷ"] = node.operands[0]
    return {name: value for name, value in shown.items() if isinstance(value, Tensor)}


def _behind(output: Tensor) -> Iterator[Tensor]:
    pending = [output]
    while pending:
        node = pending.pop()
        yield node
        pending += [operand for operand in node.operands if isinstance(operand, Tensor)]


def _results(shown: Trace, computation: Computation) -> Iterator[str]:
    """`L = 4` and the derivatives of the output with respect to all that has a name."""
    output = shown.output.label
    named = [node for node in shown.nodes if node.name and node is not shown.output and node.parents]
    yield ", ".join(f"{node.label} = {float(node.value):g}" for node in [*named, shown.output])
    inputs = [shown.node(name) for name in computation.inputs]
    yield ", ".join(f"∂{output}/∂{node.label} = {float(node.adjoint):g}" for node in [*named, *inputs])
