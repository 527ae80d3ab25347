"""Possible duplicates: similar names, and other data that people have in common."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.duplicates import MAX_SUGGESTIONS, Identity, suggest_duplicates
from coach.name_similarity import Words, name_similarity, name_words, similar_names
from coach.people import Sex
from coach.texts.renderer import english

ANA = Identity("Ana Đorđević", "ana@x.org")


def reasons(*people: Identity) -> list[str]:
    """Return the reasons for the only suggestion, which must be about the first two people."""
    suggestions = suggest_duplicates(people)
    assert all((one.first, one.second) == (0, 1) for one in suggestions)
    return [english(reason) for one in suggestions for reason in one.reasons]


def identities(*names: str) -> list[Identity]:
    return [Identity(name, f"p{number}@x.org") for number, name in enumerate(names)]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Ana Đorđević", "Ана Ђорђевић", "the names are the same"),
        ("Ana Đorđević", "DJORDJEVIC, Ana", "the names are the same"),
        ("Ana Đorđević", "Ana Đordžević", "the names differ by 1 letter"),
        ("Ana Đorđević", "Ana Đorđeivć", "the names differ by 1 letter"),
        ("Ana Stojanović", "Ana Stoanoivć", "the names differ by 2 letters"),
        ("Ana Marija Kovač", "Ana Kovač", "one name is a shorter form of the other"),
        ("Ana Kovač-Ilić", "Ana Kovač", "one name is a shorter form of the other"),
        ("Al Hasan", "Alhasan", "the names are the same"),
    ],
)
def test_name_in_another_form_is_suggested(one: str, other: str, reason: str) -> None:
    assert reasons(*identities(one, other))[0].startswith(reason)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana Kovač", "Anja Kovač"),
        ("Ana Kovač", "Ana Kovačević"),
        ("Ivan Horvat", "Ivana Horvat"),
        ("Goce Petrovski", "Goce Petrovska"),
        ("Ana", "Ana Kovač"),
        ("Vera Kos", "Iva Ban"),
        ("", ""),
    ],
)
def test_name_of_somebody_else_is_not_suggested(one: str, other: str) -> None:
    assert reasons(*identities(one, other)) == []


def test_two_common_names_are_not_taken_for_misspellings_of_each_other() -> None:
    names = ["Marko Ilić", "Mirko Ilić"]
    assert len(suggest_duplicates(identities(*names))) == 1
    assert suggest_duplicates(identities(*names, "Marko Kos", "Mirko Ban")) == []


def test_same_address_makes_a_short_form_likely_but_is_no_reason_alone() -> None:
    office = [Identity(name, "office@x.org") for name in ("A. Kovač", "Ana Kovač", "Vera Kos")]
    assert reasons(*office) == [
        "the addresses are the same",
        "one name is a shorter form of the other",
    ]
    assert reasons(Identity("A. Kovač", "a@x.org"), office[1]) == []


def test_same_id_makes_a_short_form_likely_but_is_no_reason_alone() -> None:
    one, other, third = (
        Identity(name, f"{len(name)}@x.org", ids=frozenset({"P-7"}))
        for name in ("E. Kovač", "Ema Kovač", "Vera Kos")
    )
    assert reasons(one, other, third) == [
        "the IDs are the same",
        "one name is a shorter form of the other",
    ]


def test_people_who_certainly_are_one_human_are_not_suggested() -> None:
    assert reasons(ANA, Identity("ANA DJORDJEVIC", "ANA@x.org")) == []
    assert reasons(*(Identity("Ana Kos", f"{one}@x.org", person="P-7") for one in "ab")) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"person": "P-1"}, {"person": "P-2"}),
        ({"birth_year": 1970}, {"birth_year": 1980}),
        ({"sex": Sex.F}, {"sex": Sex.M}),
    ],
)
def test_people_who_certainly_are_different_humans_are_not_suggested(
    first: dict[str, object], second: dict[str, object]
) -> None:
    assert reasons(Identity("Sava Ilić", "a@x.org", **first), Identity("Sava Ilić", "b@x.org"))
    people = [Identity("Sava Ilić", f"{i}@x.org", **one) for i, one in enumerate((first, second))]
    assert reasons(*people) == []


def test_same_birth_year_is_a_further_reason() -> None:
    people = [Identity("Ana Kos", f"{one}@x.org", birth_year=1979) for one in "ab"]
    assert reasons(*people)[1:] == ["both were born in 1979"]


def test_many_people_with_one_name_are_each_suggested_once() -> None:
    found = suggest_duplicates(identities(*["Ana Kos"] * 300))
    assert [(one.first, one.second) for one in found] == [(0, other) for other in range(1, 300)]
    assert len(suggest_duplicates(identities(*["Ana Kos"] * 3_000))) == MAX_SUGGESTIONS


LETTERS = st.text("abm", min_size=4, max_size=7)


@settings(max_examples=50)
@given(st.lists(st.lists(LETTERS, min_size=1, max_size=3).map(" ".join), max_size=8))
def test_every_similar_pair_found_by_comparing_all_pairs_is_found(names: list[str]) -> None:
    words = list(dict.fromkeys(map(name_words, names)))
    found = {frozenset(pair): english(reason) for pair, reason in similar_names(words)}
    in_names = Counter(word for one in words for word in set(one))
    for one, other in combinations(words, 2):
        reason = name_similarity(one, other)
        is_certain = reason is not None and "differ" in english(reason)
        changed = (Counter(one) - Counter(other)) + (Counter(other) - Counter(one))
        if is_certain and any(in_names[word] == 1 for word in changed):
            assert found[frozenset((one, other))] == english(reason)


def test_words_of_a_name_do_not_depend_on_script_or_order() -> None:
    expected: Words = ("dordevic", "vesna")
    assert name_words("Весна Ђорђевић") == name_words("ĐORĐEVIĆ, Vesna") == expected
