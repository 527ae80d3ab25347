"""Adds and removes single waivers in the text of a cycle file, keeping its comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit

from api.input_files.policy_changes import edited_cycle_file

_WAIVERS = "waivers"


def with_waiver(text: str, waiver: Mapping[str, str]) -> str:
    """Append a waiver to the valid cycle file `text`, and return the new text."""

    def add(document: Any) -> None:  # noqa: ANN401 - a TOML document, or a dictionary
        if not document.get(_WAIVERS):
            document.pop(_WAIVERS, None)
            document[_WAIVERS] = [dict(waiver)]
        elif isinstance(document, tomlkit.TOMLDocument):
            table = tomlkit.table()
            table.update(waiver)
            document[_WAIVERS].append(table)
        else:
            document[_WAIVERS].append(dict(waiver))

    return edited_cycle_file(text, add)


def without_waiver(text: str, place: int) -> str:
    """Return a valid cycle file with the waiver at index `place` removed."""

    def remove(document: Any) -> None:  # noqa: ANN401 - as above
        del document[_WAIVERS][place]
        if not document[_WAIVERS]:
            del document[_WAIVERS]

    return edited_cycle_file(text, remove)
