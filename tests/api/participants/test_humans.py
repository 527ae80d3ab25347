"""The humans behind the people in cycles: one row each, across roles and cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.data_protection.erase_people import erase_people
from api.input_files.people_file import read_people
from api.participants import upload
from api.participants.humans import join_humans, keep_apart
from api.participants.rosters import roster_of
from api.participants.rows import HumanRow, PersonRow, Side
from coach.intake.columns import PeopleKind
from matching.instance.problem import humans_of

if TYPE_CHECKING:
    from conftest import World

_COACHEE = "id,name,email,country,languages,availability,role,person\n"
_COACH = "id,name,email,country,languages,availability,capacity,person\n"
_ANA = "Ana Đorđević,ana@example.org"
_ANA_CYRILLIC = "Ана Ђорђевић,Ana@example.org"


def _store(world: World, cycle_id: str, coachees: str = "", coaches: str = "") -> None:
    with world.database.writing() as tx:
        for side, kind, header, rows in (
            (Side.COACHEE, PeopleKind.COACHEES, _COACHEE, coachees),
            (Side.COACH, PeopleKind.COACHES, _COACH, coaches),
        ):
            text = header + rows
            people = read_people("list.csv", text.encode(), kind) if rows else ()
            upload.store_list(tx, cycle_id, side, people, now=world.services.now())


def _coachee(code: str, name_and_email: str, person: str = "") -> str:
    return f"{code},{name_and_email},RS,sr,Mon 09:00-16:00,commander,{person}\n"


def _coach(code: str, name_and_email: str, person: str = "") -> str:
    return f"{code},{name_and_email},RS,sr,Mon 09:00-16:00,3,{person}\n"


def _humans(world: World, cycle_id: str) -> dict[str, str | None]:
    with world.database.reading() as tx:
        rows = select(PersonRow).where(PersonRow.cycle_id == cycle_id)
        return {row.code: row.human_id for row in tx.scalars(rows)}


def _directory(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as tx:
        return sorted((row.name, row.email) for row in tx.scalars(select(HumanRow)))


def test_person_with_the_same_address_and_name_has_one_row_over_roles_and_cycles(
    world: World,
) -> None:
    first, second = world.cycle(0, 0), world.cycle(0, 0)
    _store(world, first, _coachee("C-1", _ANA), _coach("K-1", _ANA_CYRILLIC))
    _store(world, second, coaches=_coach("K-9", _ANA))
    humans = {*_humans(world, first).values(), *_humans(world, second).values()}
    assert len(humans) == 1
    assert _directory(world) == [("Ana Đorđević", "ana@example.org")]


def test_people_who_share_an_address_only_are_different_humans(world: World) -> None:
    cycle_id = world.cycle(0, 0)
    _store(world, cycle_id, _coachee("C-1", _ANA) + _coachee("C-2", "Boris,ana@example.org"))
    assert len({*_humans(world, cycle_id).values()}) == 2


def test_humans_whom_a_later_list_describes_as_one_are_merged(world: World) -> None:
    cycle_id = world.cycle(0, 0)
    coaches = _coach("K-1", "A. Djordjevic,other@example.org")
    _store(world, cycle_id, _coachee("C-1", _ANA), coaches)
    assert len(_directory(world)) == 2
    coaches = _coach("K-1", "A. Djordjevic,other@example.org", "P-7")
    _store(world, cycle_id, _coachee("C-1", _ANA, "P-7"), coaches)
    assert len({*_humans(world, cycle_id).values()}) == 1
    assert len(_directory(world)) == 1


@pytest.mark.parametrize(
    ("other", "humans"),
    [
        ("Boris,boris@example.org", 2),  # another office numbers its people as well
        ("Ana Đorđević,new@example.org", 1),
        ("ANA DJORDJEVIC,new@example.org", 1),
        ("Ana Petrović,ana@example.org", 1),
    ],
)
def test_same_person_value_in_another_cycle_needs_the_same_name_or_address(
    world: World, other: str, humans: int
) -> None:
    first, second = world.cycle(0, 0), world.cycle(0, 0)
    _store(world, first, _coachee("C-1", _ANA, "1"))
    _store(world, second, coaches=_coach("K-1", other, "1"))
    assert len({*_humans(world, first).values(), *_humans(world, second).values()}) == humans
    assert len(_directory(world)) == humans


def test_people_merged_by_a_manager_are_one_human_for_the_engine(world: World) -> None:
    cycle_id = world.cycle(0, 0)
    coaches = _coach("K-1", "A. Djordjevic,other@example.org")
    _store(world, cycle_id, _coachee("C-1", _ANA), coaches)
    with world.database.writing() as tx:
        assert not humans_of(roster_of(tx, cycle_id)).in_both_roles
        kept, other = tx.scalars(select(HumanRow).order_by(HumanRow.name.desc()))
        join_humans(tx, kept, other)
        assert humans_of(roster_of(tx, cycle_id)).in_both_roles
    _store(world, cycle_id, _coachee("C-1", _ANA), coaches)
    assert len({*_humans(world, cycle_id).values()}) == 1, "a later list keeps the decision"


def test_humans_who_are_kept_apart_are_not_merged(world: World) -> None:
    cycle_id = world.cycle(0, 0)
    other = "Ana B,b@example.org"
    _store(world, cycle_id, _coachee("C-1", _ANA) + _coachee("C-2", other))
    one_id, other_id = _humans(world, cycle_id).values()
    with world.database.writing() as tx:
        keep_apart(tx, one_id or "", other_id or "", now=world.services.now())
    _store(world, cycle_id, _coachee("C-1", _ANA, "7") + _coachee("C-2", other, "7"))
    assert len({*_humans(world, cycle_id).values()}) == 2


@pytest.mark.parametrize("code", ["C-1", "K-1"])
def test_erased_person_remains_in_the_directory_only_with_another_role(
    world: World, code: str
) -> None:
    first, second = world.cycle(0, 0), world.cycle(0, 0)
    _store(world, first, _coachee("C-1", _ANA), _coach("K-1", "Boris,b@example.org"))
    _store(world, second, _coachee("C-5", "Ana Former,ana@example.org", "x"))
    _store(world, first, _coachee("C-1", _ANA, "x"), _coach("K-1", "Boris,b@example.org"))
    with world.database.writing() as tx:
        erase_people(tx, first, PersonRow.code == code, now=world.services.now())
    expected = (
        ("Ana Former", "ana@example.org") if code == "C-1" else (_ANA.split(",", maxsplit=1)[0],)
    )
    assert [human[0] for human in _directory(world)] == (
        [expected[0], "Boris"] if code == "C-1" else [expected[0]]
    )
    assert None in _humans(world, first).values()
