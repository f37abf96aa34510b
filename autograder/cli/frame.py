"""What all commands share: examples in their help, results as JSON, and a sentence without a
traceback for an error that a person can fix.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from autograder.errors import BuildError, DeclarationError, Refused

Function = TypeVar("Function", bound=Callable[..., Any])

WRONG, MISUSED, STOPPED = 1, 2, 130
"""The exit codes other than 0: something in the input is wrong, the command line is wrong, and
Ctrl-C.
"""

EXIT_CODES = f"""\b
Exit codes:
  0    everything went well
  {WRONG}    the input is wrong; the last lines say why
  {MISUSED}    the command line is wrong
  {STOPPED}  stopped with Ctrl-C"""


class Commands(click.Group):
    """The commands, in the order in which an assignment needs them. Each ends with one of the
    `EXIT_CODES`.
    """

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, context: click.Context) -> Any:
        """Run a command. Raises `click.ClickException` for errors that a person can fix."""
        try:
            return super().invoke(context)
        except (BuildError, DeclarationError, Refused) as fault:
            raise click.ClickException(str(fault)) from None
        except OSError as fault:
            if fault.filename is None or isinstance(fault, BrokenPipeError):
                raise
            named = fault.filename2 or fault.filename
            raise click.ClickException(f"{named}: {fault.strerror}") from None
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            sys.exit(STOPPED)


class OrdinaryFile(click.Path):
    """A path that is not a folder, pipe or device."""

    def __init__(self, *, exists: bool) -> None:
        super().__init__(exists=exists, dir_okay=False, path_type=Path)

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> Any:
        """The path. Fails for anything that a program would wait at for ever."""
        path = Path(os.fsdecode(super().convert(value, parameter, context)))
        if path.exists() and not path.is_file():
            self.fail(f"{click.format_filename(value)!r} is not a file.", parameter, context)
        return path


def examples(*lines: str) -> str:
    """The examples at the end of a command's help."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def with_json(command: Function) -> Function:
    """Add the option `--json` to a command."""
    option: Callable[[Function], Function] = click.option(
        "--json", "as_json", is_flag=True, help="Print the result as JSON, for a script."
    )
    return option(command)


def print_json(found: object) -> None:
    """Print a result as JSON for a script."""
    click.echo(json.dumps(found, indent=1, ensure_ascii=False))
