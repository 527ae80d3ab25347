"""Prints facts and help texts of commands in the terminal's language.

The language is determined when this module is imported, because help texts are created when the
module of a command is imported.
"""

from __future__ import annotations

from collections.abc import Iterable

import typer

from api.texts.terminal_language import terminal_renderer
from coach.errors import InputFault
from coach.intake.facts import WARNING
from coach.texts.facts import Displayed

TEXTS = terminal_renderer()
"""The renderer for everything that a command prints."""


def gettext(message: str) -> str:
    """Return a help text in the terminal's language; imported as `_`."""
    return TEXTS.translations.gettext(message)


def render(shown: Displayed, *, indent: int = 0) -> str:
    """Return the text of a fact, indented by `indent` spaces."""
    return " " * indent + TEXTS.text(shown)


def echo(shown: Displayed, *, indent: int = 0, err: bool = False) -> None:
    """Print the text of a fact, indented by `indent` spaces, to stdout or, if `err`, to stderr."""
    typer.echo(render(shown, indent=indent), err=err)


def print_warnings(warnings: Iterable[InputFault]) -> None:
    """Print warnings about input files to stderr, in the same format as errors."""
    for warning in warnings:
        typer.echo(warning.line(render(WARNING(message=warning.message))), err=True)
