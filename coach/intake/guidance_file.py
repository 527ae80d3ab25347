"""Reads guidance cards from TOML, and reports every fault with its line."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from pydantic import ValidationError

from coach import guidance_facts as facts
from coach.errors import InputFault, UnusableInputError
from coach.guidance import GuidanceCard
from coach.intake.toml_positions import KeyPath, dotted_key, line_of
from coach.intake.toml_text import parse_toml
from coach.texts.facts import Displayed
from coach.validation_errors import validation_fact


def read_guidance(file: str, text: str, countries: Collection[str], *, today: date) -> GuidanceCard:
    """Parse the text of a guidance card file.

    `countries` contains the known country codes, in upper case.

    Raises:
        UnusableInputError: the file has faults, which the error lists.
    """
    parsed = parse_toml(file, text)
    faults = list(parsed.faults)
    card = None

    def add(path: KeyPath, message: Displayed) -> None:
        faults.append(InputFault(file, line_of(parsed.lines, path), dotted_key(path), message))

    if parsed.tables is not None:
        try:
            card = GuidanceCard.model_validate(parsed.tables)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                add(detail["loc"], validation_fact(detail))
    if card is not None and card.country not in countries:
        add(("country",), facts.NOT_A_COUNTRY(text=card.country))
    if card is not None and card.reviewed_on > today:
        add(("reviewed_on",), facts.REVIEWED_LATER())
    if card is None or faults:
        raise UnusableInputError(sorted(faults, key=lambda one: one.row))
    return card
