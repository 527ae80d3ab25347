from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.folding import folded as folded_name
from coach.humans import same_humans

ANA = ("", "ana@example.org", "Ana Đorđević")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana Đorđević", "ANA ĐORĐEVIĆ"),
        ("Ana Đorđević", "Ана Ђорђевић"),
        ("Ana Đorđević", "Ana Djordjevic"),
        ("Ana Đorđević", "  Ana   Dordevic "),
        ("Živko Ḱosev", "Живко Ќосев"),
        ("Zhivko Kjosev", "Живко Ќосев"),
        ("Njegoš Ljubišić", "Његош Љубишић"),
        ("Ana Kovač-Petrović", "Ana Kovac Petrovic"),
        ("Zoë Müller", "Zoe Muller"),
        ("Gëzim Çela", "GEZIM CELA"),
        ("Алексей Ильин", "Aleksej Ilin"),
    ],
)
def test_names_are_equal_regardless_of_case_accents_and_script(one: str, other: str) -> None:
    assert folded_name(one) == folded_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana Kovač", "Ana Kovačević"),
        ("Ana Kovač", "Anja Kovač"),
        ("Ivan Marić", "Marija Ivanić"),
        ("Петар Илић", "Petra Ilić"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert folded_name(one) != folded_name(other)


@given(st.text(max_size=40))
def test_folding_a_name_twice_or_in_capitals_changes_nothing(name: str) -> None:
    folded = folded_name(name)
    assert folded_name(folded) == folded


def test_same_address_and_name_are_one_human_but_an_equal_address_alone_is_not() -> None:
    numbers = same_humans(
        [ANA, ("", "ANA@example.org ", "Ана Ђорђевић"), ("", "ana@example.org", "Vera Kos")]
    )
    assert numbers == [0, 0, 2]


def test_same_name_alone_is_not_one_human() -> None:
    assert same_humans([ANA, ("", "other@example.org", "Ana Đorđević")]) == [0, 1]


def test_same_value_of_person_is_one_human_and_an_empty_value_is_not() -> None:
    rows = [("P-1", "a@x.org", "A"), ("", "b@x.org", "B"), ("P-1", "c@x.org", "C"), ("", "", "D")]
    assert same_humans(rows) == [0, 1, 0, 3]


def test_rows_of_one_human_are_connected_through_a_third_row() -> None:
    rows = [("P-1", "old@x.org", "Ana Kos"), ANA, ("P-1", "ana@example.org", "Ana Djordjevic")]
    assert same_humans(rows) == [0, 0, 0]


def test_people_without_an_address_are_not_one_human() -> None:
    assert same_humans([("", "", "(erased)"), ("", "", "(erased)")]) == [0, 1]
