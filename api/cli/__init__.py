"""The command line: a table of commands, the modules that implement them, and one exit point.

Only the module of the selected command is imported, so that `check` does not load the web server
and `--help` loads nothing.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Annotated, Any

import typer
from typer._click.exceptions import UsageError

from api.cli import facts
from api.cli.command_clock import COMMAND_CLOCK
from api.cli.command_table import COMMANDS, DETAILS
from api.cli.earlier_option import with_repeated_option
from api.cli.output import echo, render
from api.cli.output import gettext as _
from api.cli.terminal_help import TerminalCommand, TerminalGroup, usage_error
from api.quick_imports import import_countries_when_needed
from coach.errors import DomainError, UnusableInputError

_SERVERS = frozenset({"serve", "worker"})
_GARBAGE_THRESHOLD = 500_000  # allocations between collections; Python's default is 700
SERVER_GARBAGE_THRESHOLD = 10_000  # a page of a large cycle allocates some 100,000 objects
DEBUG_VARIABLE = "GENDER_COACH_DEBUG"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command, and exit with its exit code."""
    COMMAND_CLOCK.restart()
    _replace_unprintable_characters()
    # Starting a thread for each core takes longer than all of our linear algebra.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is imported
    import_countries_when_needed()
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = next((word for word in given if not word.startswith("-")), None)
    if command in _SERVERS:
        gc.set_threshold(SERVER_GARBAGE_THRESHOLD)
    else:  # other commands end soon, and keep most of what they allocate
        gc.set_threshold(_GARBAGE_THRESHOLD)
        atexit.register(gc.freeze)  # otherwise Python searches all of it for garbage when it exits
    try:
        application = build_application(command)
        code = application(
            with_repeated_option(given), prog_name="gender-coach", standalone_mode=False
        )
    except DomainError as error:
        sys.exit(_report_error(error))
    except UsageError as error:
        sys.stdout.flush()
        print(usage_error(error), file=sys.stderr)  # noqa: T201 - error messages belong on stderr
        sys.exit(error.exit_code)
    except typer.Abort:
        echo(facts.ABORTED(), err=True)
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the outermost handler
        sys.exit(_report_internal_error(error))
    sys.exit(code)


def build_application(command: str | None) -> typer.Typer:
    """Build the application. Only `command` is loaded; other commands appear in the help."""
    app = typer.Typer(
        cls=TerminalGroup,
        help=_("Match coachees with coaches and schedule their sessions, with proofs and reasons."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={
            "help_option_names": ["-h", "--help"],
            "color": False if os.environ.get("NO_COLOR") else None,
        },
    )
    app.callback()(_general_options)
    for name, (target, summary) in COMMANDS.items():
        run = _load_command(target) if name == command else _not_selected
        details = DETAILS.get(name)
        if isinstance(run, typer.Typer):  # a group of commands
            app.add_typer(run, name=name, help=summary)
            continue
        app.command(
            name, cls=TerminalCommand, help=f"{summary}\n\n{details}" if details else summary
        )(run)
    return app


def _replace_unprintable_characters() -> None:
    """Print `?` for characters that the terminal cannot display, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _load_command(target: str) -> Callable[..., Any] | typer.Typer:
    module, _, function = target.partition(":")
    loaded: Callable[..., Any] | typer.Typer = getattr(importlib.import_module(module), function)
    return loaded


def _print_version(given: bool) -> None:
    if given:
        typer.echo(f"gender-coach {metadata.version('gender-coach')}")
        raise typer.Exit


def _general_options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help=_("Print the version and exit."),
        ),
    ] = False,
) -> None:
    """Declare the options that precede a command; their callbacks handle them."""


def _not_selected() -> None:
    raise AssertionError("a command was called that had not been loaded")


def _report_error(error: DomainError) -> int:
    from api.error_mapping import error_type_of  # noqa: PLC0415 - it loads the engine, which takes a second

    if isinstance(error, UnusableInputError):
        lines = [fault.line(render(fault.message)) for fault in error.faults]
    else:
        lines = [render(error.shown)]
    sys.stdout.flush()
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201 - error messages belong on stderr
    return error_type_of(error).exit_code


def _report_internal_error(error: Exception) -> int:
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error)
    else:
        described = f"{type(error).__name__}: {error}"
        echo(facts.INTERNAL_ERROR(error=described, variable=DEBUG_VARIABLE), err=True)
    from api.error_mapping import EXIT_INTERNAL_ERROR  # noqa: PLC0415 - as above

    return EXIT_INTERNAL_ERROR
