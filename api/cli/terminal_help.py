"""Help and usage errors of commands in the language of the terminal.

typer takes some of its words from `gettext`, through a name in `typer.core`, and has no setting for
it; the others are constants, which the classes here replace. Their texts are typer's own.
"""

from __future__ import annotations

from typing import Any

import typer.core
from typer._click.exceptions import (
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperCommand, TyperGroup

from api.cli import facts
from api.cli.output import gettext as _
from api.cli.output import render
from coach.texts.facts import Displayed

_OF_GETTEXT = (
    *(_("Arguments"), _("Options"), _("Commands"), _("required"), _("Missing command.")),
    # i18n: the default value of an option.
    _("default: {default}"),
    # i18n: `!r` puts the name in quotation marks; keep it.
    _("No such command {name!r}."),
)
typer.core._ = _  # type: ignore[attr-defined] # see above


class TerminalCommand(TyperCommand):
    """A command whose help is in the language of the terminal."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - private types of typer
        """Write the usage line."""
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Return the option `--help`."""
        return _translated(super().get_help_option(ctx))


class TerminalGroup(TyperGroup):
    """A group of commands whose help is in the language of the terminal."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the usage line."""
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Return the option `--help`."""
        return _translated(super().get_help_option(ctx))


def usage_error(error: UsageError) -> str:
    """Return the lines about a wrong option or argument: the usage, a hint, and what is wrong.

    typer's own messages about a value, and in rarer cases, are shown unchanged.
    """
    if isinstance(error, NoArgsIsHelpError):
        return error.message
    problem = render(facts.USAGE_ERROR(problem=_problem(error)))
    if error.ctx is None:
        return problem
    command = f"{error.ctx.command_path} {error.ctx.help_option_names[0]}"
    return f"{error.ctx.get_usage()}\n{render(facts.TRY_HELP(command=command))}\n\n{problem}"


def _problem(error: UsageError) -> Displayed:
    if isinstance(error, NoSuchOption):
        if error.possibilities:
            possible = sorted(error.possibilities)
            return facts.NO_SUCH_OPTION_BUT(option=error.option_name, possible=possible)
        return facts.NO_SUCH_OPTION(option=error.option_name)
    if isinstance(error, BadParameter) and error.param is not None:
        name = error.param.get_error_hint()
        if isinstance(error, MissingParameter):
            return facts.MISSING_PARAMETER(parameter=name)
        return facts.INVALID_VALUE(parameter=name, reason=error.message)
    return error.format_message()


def _write_usage(command: Any, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage: "))


def _translated(option: Any) -> Any:  # noqa: ANN401 - as above
    if option is not None:
        option.help = _("Show this message and exit.")
    return option
