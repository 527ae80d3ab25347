"""Figures on the reasons for early ends do not reveal why any single pair ended."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from coach.answer_figures import MIN_PEOPLE
from coach.early_ends import EarlyEndReason, reason_figures

REASONS = {
    "P": EarlyEndReason.CHANGE_OF_POST,
    "T": EarlyEndReason.TIME,
    "O": EarlyEndReason.OTHER,
}
PAIRS = some.lists(
    some.tuples(some.text("abcdef", min_size=1, max_size=2), some.sampled_from(EarlyEndReason)),
    max_size=40,
)


def _shown(letters: str) -> dict[str, int]:
    """Return the figures for pairs that ended for the given reasons, one letter per pair."""
    figures = reason_figures((str(place), REASONS[one]) for place, one in enumerate(letters))
    return {one: figures[reason] or 0 for one, reason in REASONS.items() if figures[reason]}


@pytest.mark.parametrize(
    ("letters", "shown"),
    [
        ("PPPPTTTT", {}),
        ("PPPPTPTTTT", {"P": 5, "T": 5}),
        ("PPPPOPTTTT", {"P": 5}),
        ("PPPPOPPTTTTTOOO", {"P": 6}),  # four of the others could be found by subtracting
        ("PPPPPT", {}),
        ("P" * 20, {}),
    ],
)
def test_a_reason_is_shown_over_five_pairs_if_nothing_follows_about_fewer(
    letters: str, shown: dict[str, int]
) -> None:
    assert _shown(letters) == shown


def test_one_coachee_with_several_pairs_counts_as_one_person() -> None:
    post, time = EarlyEndReason.CHANGE_OF_POST, EarlyEndReason.TIME
    same = [("C-1", post)] * 6 + [(f"C-{number}", time) for number in range(2, 12)]
    assert reason_figures(same)[post] is None


@settings(max_examples=40)
@given(PAIRS)
def test_figures_never_tell_of_fewer_than_five(pairs: list[tuple[str, EarlyEndReason]]) -> None:
    figures = reason_figures(pairs)
    shown = {reason: number for reason, number in figures.items() if number is not None}
    assert set(figures) == set(EarlyEndReason)
    for reason in shown:
        assert len({person for person, why in pairs if why is reason}) >= MIN_PEOPLE
    assert len(shown) != 1 or sum(shown.values()) < len(pairs)
