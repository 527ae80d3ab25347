"""The helper that finds text outside the catalogues."""

from __future__ import annotations

import pytest

from coach.texts.pseudo import pseudo_translation
from tests.pseudo import unaccented, unaccented_in_page


@pytest.mark.parametrize(
    "text",
    [
        pseudo_translation("Save the session note"),
        "C-01, OF-5, CIV, c1@example.org, cycle.toml, Europe/Belgrade, 09:00 (CET, UTC+01:00)",
        "https://example.org/p/abc 0123456789abcdef",
        "sq:C2, en:B1, pins.C-01, sessions.min_gap_days",
        "Ana Marić",
    ],
)
def test_accented_text_and_data_are_not_reported(text: str) -> None:
    assert unaccented(text, ["Ana Marić"]) == []


@pytest.mark.parametrize("text", ["Save", "[Śáṽé it]", "Sáve"])
def test_letters_without_accents_are_reported(text: str) -> None:
    assert unaccented(text) != []


def test_data_is_removed_only_as_whole_words() -> None:
    assert unaccented("Ana saw Analysis", ["Ana"]) == ["saw", "Analysis"]


@pytest.mark.parametrize(
    "page",
    [
        "<p>Save</p>",
        '<p title="Save">1</p>',
        '<a aria-label="Save">1</a>',
        '<input placeholder="Save">',
        '<input type="submit" value="Save">',
        '<td data-label="Save">1</td>',
        "<title>Save</title>",
        "<svg><text>Save</text></svg>",
    ],
)
def test_text_and_attributes_that_people_read_are_checked(page: str) -> None:
    assert unaccented_in_page(page) == ["'Save': Save"]


def test_scripts_values_and_addresses_are_not_checked() -> None:
    page = (
        '<script>let a</script><code>gender-coach</code><a href="/x" data-address="/x">1</a>'
        '<input type="text" value="written">'
    )
    assert unaccented_in_page(page) == []
