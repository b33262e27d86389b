"""The command line: one file a command, each a thin wrapper over documented Python calls."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click

from notevault import __version__
from notevault.errors import NotevaultError

COMMANDS = {
    "build": "Check a vault and write cards, exercises, the report and the graph.",
    "check": "Run the code and check the mathematics of notes; print what is wrong.",
    "parse": "Print one note as JSON, everything with its span.",
    "links": "Print every link with its bucket and target.",
    "graph": "Print ranks, communities, orphans and unresolved notes, or export the topic graph.",
    "path": "Print what to study before a topic, in order, with reasons.",
    "trace": "Print a backward pass, node by node.",
    "cards": "List, preview or export flashcards.",
    "exercises": "List, preview or export exercises.",
    "explain": "Print the page of a rule.",
    "init": "Write a commented notevault.toml.",
}


class LazyCommands(click.Group):
    """A group that imports a command's module only when the command is called, so that it starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of the documentation."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command `cmd_name`, imported from its own file."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"notevault.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="notevault %(version)s")
@click.option("--vault", type=click.Path(exists=True, file_okay=False, path_type=Path), help="The folder of notes.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours (default: on a terminal)."
)
@click.pass_context
def app(context: click.Context, vault: Path | None, color: str) -> None:
    """Check the code and the mathematics of Markdown notes, and study what holds."""
    from notevault.cli.terminal import wants_color

    context.color = wants_color(color)
    context.obj = vault


def main() -> None:
    """Run the command line; exits with 0 (clean), 1 (findings), 2 (misuse) or 130 (interrupted)."""
    try:
        sys.exit(app.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except NotevaultError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        if error.filename is None:
            raise
        click.echo(f"error: {error.filename}: {error.strerror}", err=True)
        sys.exit(2)
