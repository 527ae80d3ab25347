"""Comparison of lists with earlier lists: by id, by field, and as a whole."""

from __future__ import annotations

import pytest

from coach.availability import WeeklyWindow
from coach.intake.columns import PeopleKind
from coach.intake.list_comparison import Change, ListComparison, compare_list
from coach.intake.list_review import ListedPerson, review_lists
from coach.languages import LanguageSkill
from coach.people import Coach, Coachee, Role, Roster
from coach.texts.renderer import english


def coachee(ident: str, **changes: object) -> Coachee:
    values = {
        "id": ident,
        "name": f"Person {ident}",
        "email": f"{ident}@x.org",
        "country": "SE",
        "languages": (LanguageSkill("en"),),
        "availability": (WeeklyWindow(0, 540, 720),),
        "timezone": "Europe/Stockholm",
        "role": Role.COMMANDER,
    }
    return Coachee(**{**values, **changes})


def coach(ident: str, **changes: object) -> Coach:
    values = coachee(ident).model_dump(exclude_unset=True, exclude={"role"})
    return Coach(**{**values, "capacity": 1, **changes})


def compared(before: int, after: int, *, first: int = 0) -> ListComparison:
    """Compare a list of `before` people with one of `after` people whose ids begin at `first`."""
    people = [coachee(str(number)) for number in range(first, first + after)]
    return compare_list(PeopleKind.COACHEES, people, [coachee(str(one)) for one in range(before)])


def test_default_that_is_written_out_is_not_a_change() -> None:
    (one,) = compare_list(
        PeopleKind.COACHEES, [coachee("C-1", priority=1, prefers=())], [coachee("C-1")]
    ).people
    assert one.change is Change.UNCHANGED


def test_every_changed_field_is_named_with_both_values() -> None:
    after = coachee("C-1", priority=3, refuses=frozenset({"K-2", "K-1"}), uniformed_coach=True)
    (one,) = compare_list(PeopleKind.COACHEES, [after], [coachee("C-1")]).people
    assert [(each.column, each.before, each.after) for each in one.fields] == [
        ("uniformed_coach", "no", "yes"),
        ("priority", "1", "3"),
        ("refuses", "", "K-1; K-2"),
    ]


def test_without_an_earlier_list_everybody_is_new() -> None:
    alone = compare_list(PeopleKind.COACHEES, [coachee("C-1")], None)
    assert ([one.change for one in alone.people], alone.concern) == ([Change.NEW], None)


@pytest.mark.parametrize(
    ("before", "after", "first", "concern"),
    [
        (14, 14, 0, None),
        (14, 10, 0, None),
        (14, 9, 0, "this list has 9 people, but the earlier list has 14; is this list complete?"),
        (3, 0, 0, "the list contains no people; is this the right file?"),
        (0, 5, 0, None),
        (10, 10, 6, "6 of the 10 people in the earlier list are not in this one"),
    ],
)
def test_list_that_may_be_the_wrong_one_is_a_concern(
    before: int, after: int, first: int, concern: str | None
) -> None:
    found = compared(before, after, first=first).concern
    assert (found is None) is (concern is None)
    assert english(found or "").startswith(concern or "")


def test_new_name_or_new_address_alone_is_the_same_person() -> None:
    before = [coachee("C-1"), coachee("C-2"), coachee("C-3")]
    after = [
        coachee("C-1", name="Vera Kos"),
        coachee("C-2", email="v@x.org"),
        coachee("C-3", name="Vera Kos", email="v@x.org"),
    ]
    people = compare_list(PeopleKind.COACHEES, after, before).people
    assert [one.may_be_somebody_else for one in people] == [False, False, True]


def test_person_who_moves_to_the_other_list_is_not_renumbered() -> None:
    same = {"name": "Ana Kos", "email": "ana@x.org"}
    earlier = Roster(coachees=(coachee("C-1", **same),), coaches=())
    now = Roster(coachees=(), coaches=(coach("K-1", **same),))
    assert review_lists(now, earlier).renumbered == ()
    again = Roster(coachees=(coachee("C-2", **same),), coaches=())
    assert review_lists(again, earlier).renumbered == (
        (
            ListedPerson(PeopleKind.COACHEES, "C-1", is_gone=True),
            ListedPerson(PeopleKind.COACHEES, "C-2"),
        ),
    )


def test_people_who_are_gone_are_suggested_for_new_people_only() -> None:
    earlier = Roster(coachees=(coachee("C-1", name="Ana Marija Kos"), coachee("C-2")), coaches=())
    renamed = coachee("C-2", name="Ana Kos", email="C-2@x.org")
    assert review_lists(Roster(coachees=(renamed,), coaches=()), earlier).suggestions == ()
    new = coachee("C-3", name="Ana Kos")
    (one,) = review_lists(Roster(coachees=(new,), coaches=()), earlier).suggestions
    assert (one.first.id, one.second.id, one.second.is_gone) == ("C-3", "C-1", True)
