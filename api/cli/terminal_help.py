"""Help and usage errors of commands in the terminal's language.

typer takes some of its texts from `gettext`, through a name in `typer.core` that no setting can
change. Its other texts are constants, which the classes in this module replace. The English texts
are typer's own.
"""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum
from typing import Any, get_args

import typer.core
from typer._click.exceptions import (
    BadOptionUsage,
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
_UNEXPECTED = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)
typer.core._ = _  # type: ignore[attr-defined] # see above


class TerminalCommand(TyperCommand):
    """A command whose help is in the terminal's language."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - private types of typer
        """Write the usage line."""
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Return the `--help` option."""
        return _translated(super().get_help_option(ctx))


class TerminalGroup(TyperGroup):
    """A group of commands whose help is in the terminal's language."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
        """Write the usage line."""
        _write_usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Return the `--help` option."""
        return _translated(super().get_help_option(ctx))


def usage_error(error: UsageError) -> str:
    """Return the lines about an invalid option or argument: the usage, a hint, and the problem.

    Messages from typer that this module does not recognise are shown unchanged.
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
        return facts.INVALID_VALUE(parameter=name, reason=_reason(error))
    return _misused(error) or error.format_message()


def _reason(error: BadParameter) -> Displayed:
    cause = error.__cause__
    if cause is None:
        return error.message
    from pydantic import ValidationError  # noqa: PLC0415 - slow to load, rarely needed

    from coach import validation_facts  # noqa: PLC0415 - as above
    from coach.validation_errors import validation_fact  # noqa: PLC0415 - as above

    if not isinstance(cause, ValidationError):
        return error.message
    for wanted in _types_of(error.param):
        if issubclass(wanted, Enum):
            return validation_facts.NOT_A_CHOICE(choices=[str(one.value) for one in wanted])
        if issubclass(wanted, datetime):
            return validation_facts.NOT_A_DATE()
    return validation_fact(cause.errors(include_url=False)[0])


def _types_of(parameter: Any) -> list[type]:  # noqa: ANN401 - private types of typer
    annotation = parameter.type_descriptor.annotation
    return [one for one in get_args(annotation) or (annotation,) if isinstance(one, type)]


def _misused(error: UsageError) -> Displayed | None:
    """Return the problem with an option or argument that has too many or too few values."""
    if isinstance(error, BadOptionUsage):
        takes_none = error.message == f"Option {error.option_name!r} does not take a value."
        misuse = facts.OPTION_WITH_VALUE if takes_none else facts.OPTION_WITHOUT_VALUE
        return misuse(option=error.option_name)
    unexpected = _UNEXPECTED.fullmatch(error.message)
    return facts.UNEXPECTED_ARGUMENTS(arguments=unexpected[1]) if unexpected else None


def _write_usage(command: Any, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as above
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage: "))


def _translated(option: Any) -> Any:  # noqa: ANN401 - as above
    if option is not None:
        option.help = _("Show this message and exit.")
    return option
