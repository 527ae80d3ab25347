"""Guidance cards: complete cards are read; others are rejected with the line of every fault."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from coach.errors import UnusableInputError
from coach.guidance import GuidanceCard, is_due
from coach.intake.guidance_file import read_guidance
from tests.api.guidance.cards import CARD

TODAY = date(2026, 12, 1)


def read(text: str) -> GuidanceCard:
    return read_guidance("rs.toml", text, {"RS", "SE"}, today=TODAY)


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(UnusableInputError) as refused:
        read(text)
    return [(fault.row, fault.column) for fault in refused.value.faults]


def test_a_complete_card_is_read() -> None:
    card = read(CARD)
    assert (card.country, card.reviewed_on) == ("RS", date(2026, 10, 1))
    assert card.contacts[0].reach == "+381 11 000000"


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('country = "rs"', 'country = "xx"', (1, "country")),
        ('country = "rs"', "", (1, "country")),
        ('author = "Legal department"', 'author = "  "', (3, "author")),
        ("2026-10-01", "2026-12-02", (5, "reviewed_on")),
        ("2026-10-01", '"yesterday"', (5, "reviewed_on")),
        ('"Superiors."', "7", (12, "harassment.who_must_report")),
        ("by_when =", "by_then =", (11, "harassment.by_when")),
        ('hours = "Mon to Fri"', "", (20, "contacts[0].hours")),
        ('language = "en"', 'language = "English"', (2, "language")),
        ('language = "en"', "language = en", (2, "language")),
        ("say_first", "say_last", (6, "say_last")),
    ],
)
def test_a_fault_is_located(before: str, after: str, place: tuple[int, str]) -> None:
    assert before in CARD
    assert place in faults(CARD.replace(before, after, 1))


def test_every_text_of_the_template_has_to_be_filled_in() -> None:
    template = (files("coach") / "data" / "guidance_template.toml").read_text("utf-8")
    empty = {column for _, column in faults(template)}
    required = set(GuidanceCard.model_fields) - {"language", "reviewed_on", "country"}
    assert {column.partition(".")[0].partition("[")[0] for column in empty} == required


def test_a_card_is_due_a_year_after_its_review() -> None:
    assert not is_due(date(2025, 12, 1), TODAY)
    assert is_due(date(2025, 11, 30), TODAY)
