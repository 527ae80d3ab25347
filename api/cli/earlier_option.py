"""The option `--earlier` of `match` and `pairs`, which accepts one or more results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import gettext as _

_OPTION = "--earlier"
_ENDING = ".json"

EarlierOption = Annotated[
    list[Path] | None,
    typer.Option(
        _OPTION,
        metavar="RESULT.json",
        help=_("A result of an earlier cycle, for the `repeat` rule. Can be repeated."),
    ),
]


def with_repeated_option(words: Sequence[str]) -> list[str]:
    """Return the words of a command line, with `--earlier` inserted before each of its values.

    The option can be followed by more than one result. Its first value can have any name; after it,
    only words that end in `.json` are treated as further values.
    """
    expanded: list[str] = []
    is_value = takes_more = False
    for word in words:
        if takes_more and not is_value and not word.startswith("-") and word.endswith(_ENDING):
            expanded.append(_OPTION)
        elif not is_value:
            takes_more = word == _OPTION or word.startswith(f"{_OPTION}=")
        is_value = word == _OPTION and not is_value
        expanded.append(word)
    return expanded
