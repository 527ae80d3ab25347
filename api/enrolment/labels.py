"""Labels of the values in applications."""

from __future__ import annotations

from collections.abc import Mapping

from api.enrolment import facts
from api.web.facts import TERRITORY_ALONE
from coach.people import Service
from coach.texts.facts import Displayed, Fact


def services() -> tuple[tuple[str, Fact], ...]:
    """Return the options for a person's service, as values and labels; the first one is empty."""
    return (("", facts.NO_SERVICE()), *((one.value, facts.SERVICES[one]()) for one in Service))


def shown_cells(cells: Mapping[str, str]) -> dict[str, Displayed]:
    """Return an application's cells for display, with the country's name instead of its code."""
    return {
        name: TERRITORY_ALONE(code=text) if name == "country" else text
        for name, text in cells.items()
    }


def columns() -> tuple[tuple[Fact, str], ...]:
    """Return the labels and names of an application's columns, in the order of the page."""
    return tuple((label(), name) for name, label in facts.COLUMNS.items())
