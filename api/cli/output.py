"""What commands print: facts, in the language of the terminal, and the text of their help.

The language is settled when this module is loaded, because help texts are built when the module of
a command is loaded.
"""

from __future__ import annotations

import typer

from api.texts.terminal_language import terminal_renderer
from coach.texts.facts import Displayed

TEXTS = terminal_renderer()
"""The renderer for everything that a command prints."""


def gettext(message: str) -> str:
    """Return a help text in the terminal's language; imported as `_`."""
    return TEXTS.translations.gettext(message)


def render(shown: Displayed, *, indent: int = 0) -> str:
    """Return the sentence of a fact, with `indent` spaces before it."""
    return " " * indent + TEXTS.text(shown)


def echo(shown: Displayed, *, indent: int = 0, err: bool = False) -> None:
    """Print the sentence of a fact, with `indent` spaces before it; if `err`, to stderr."""
    typer.echo(render(shown, indent=indent), err=err)
