"""Guidance cards: a country's rules for coaches to whom someone discloses harm.

A card is written and reviewed by people who know the law of the country. The application ships only
the headings. The application never records who opens a card, because that alone would be a
disclosure.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from coach import guidance_facts as facts
from coach.errors import InvalidValueError

MAX_CARD_AGE_DAYS = 365
"""The number of days after which a card has to be reviewed again."""


def _require_text(text: str) -> str:
    if not text:
        raise InvalidValueError(facts.EMPTY())
    return text


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200),
    AfterValidator(_require_text),
]
Paragraphs = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=4000),
    AfterValidator(_require_text),
]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Harassment(_Table):
    """The rules that apply to harassment and abuse inside the service."""

    who_must_report: Paragraphs
    who_may_report: Paragraphs
    by_when: Paragraphs
    consent_of_the_person: Paragraphs


class GuidanceContact(_Table):
    """A person or office to turn to."""

    name: Line
    reach: Line
    hours: Line


class GuidanceCard(_Table):
    """A country's guidance card, written in `language`.

    Attributes:
        reviewed_on: the date on which someone other than the author last checked the content.
        say_first: words for interrupting people before they disclose more than a coach can keep
            confidential.
        united_nations: the rules that apply if United Nations staff are involved.
    """

    country: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True)]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = "en"
    author: Line
    reviewed_by: Line
    reviewed_on: date
    say_first: Paragraphs
    danger_to_life: Paragraphs
    harassment: Harassment
    united_nations: Paragraphs
    protection_from_reprisal: Paragraphs
    contacts: Annotated[tuple[GuidanceContact, ...], Field(min_length=1, max_length=20)]


def is_due(reviewed_on: date, today: date) -> bool:
    """Return whether a card has to be reviewed again."""
    return (today - reviewed_on).days > MAX_CARD_AGE_DAYS
