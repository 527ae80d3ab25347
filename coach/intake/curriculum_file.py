"""Parses curriculum module files, reporting every fault with its line and key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach import curriculum_facts as facts
from coach.curriculum import Module, contradictions
from coach.errors import InputFault, UnusableInputError
from coach.intake.toml_positions import KeyPath, dotted_key, line_of
from coach.intake.toml_text import parse_toml
from coach.texts.facts import Displayed
from coach.texts.locales import ENGLISH
from coach.validation_errors import validation_fact


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    modules: Annotated[tuple[Module, ...], Field(min_length=1)]


def read_curriculum(file: str, text: str) -> tuple[Module, ...]:
    """Parse the text of a curriculum module file.

    Raises:
        UnusableInputError: the file has faults, which the error lists.
    """
    toml = parse_toml(file, text)
    if toml.tables is None or toml.faults:
        raise UnusableInputError(toml.faults)
    try:
        modules = _File.model_validate(toml.tables).modules
        found = list(_faults(modules))
    except ValidationError as error:
        modules, found = (
            (),
            [
                (detail["loc"], validation_fact(detail))
                for detail in error.errors(include_url=False)
            ],
        )
    if found:
        raise UnusableInputError(
            sorted(
                (
                    InputFault(file, line_of(toml.lines, path), dotted_key(path), message)
                    for path, message in found
                ),
                key=lambda fault: fault.row,
            )
        )
    return modules


def _faults(modules: tuple[Module, ...]) -> Iterator[tuple[KeyPath, Displayed]]:
    for index, field, message in contradictions(modules):
        yield ("modules", index, field), message
    for index, module in enumerate(modules):
        for path, texts in _texts(module):
            if ENGLISH.key not in texts:
                yield ("modules", index, *path), facts.NO_ENGLISH()


def _texts(module: Module) -> Iterator[tuple[KeyPath, Mapping[str, str]]]:
    yield ("title",), module.title
    for number, objective in enumerate(module.objectives):
        yield ("objectives", number, "text"), objective.text
    for number, text in enumerate(module.before):
        yield ("before", number), text
