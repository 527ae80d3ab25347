"""Labels of the values in applications."""

from __future__ import annotations

from api.enrolment import facts
from coach.people import Service
from coach.texts.facts import Fact


def services() -> tuple[tuple[str, Fact], ...]:
    """Return an empty option, followed by the services with their labels."""
    return (("", facts.NO_SERVICE()), *((one.value, facts.SERVICES[one]()) for one in Service))


def columns() -> tuple[tuple[Fact, str], ...]:
    """Return the labels of the columns of an application, in the order of the page."""
    return tuple((label(), name) for name, label in facts.COLUMNS.items())
