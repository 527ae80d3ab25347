"""The directory: search, possible duplicates and decisions about them, and addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.input_files.people_file import read_people
from api.mail.rows import MailKind, MailRow
from api.participants import upload
from api.participants.rows import PersonRow, Side
from api.people import addresses, directory, duplicates
from api.people.directory import DirectorySearch
from api.people.duplicates import DuplicateDecision
from api.personal_links.email_change import NewAddress
from coach.errors import ConflictError, NotFoundError
from coach.intake.columns import PeopleKind

if TYPE_CHECKING:
    from conftest import World

    from api.services import Services

_HEADER = "id,name,email,country,languages,availability,capacity\n"
AFTER = datetime(2027, 8, 1, tzinfo=UTC)


def _store(world: World, cycle_id: str, *names: str) -> None:
    rows = "".join(
        f"K-{n},{name},k{n}@example.org,RS,sr,Mon 09:00-16:00,3\n"
        for n, name in enumerate(names, 1)
    )
    people = read_people("coaches.csv", (_HEADER + rows).encode(), PeopleKind.COACHES)
    with world.database.writing() as tx:
        upload.store_list(tx, cycle_id, Side.COACH, people, now=world.services.now())


@pytest.fixture
def cycle_id(world: World) -> str:
    """Return the id of a cycle with three coaches, two of whom have similar names."""
    cycle_id = world.cycle(0, 0)
    _store(world, cycle_id, "Ana Đorđević", "Ana Djordjevicc", "Boris Kos")
    return cycle_id


def _names(services: Services, text: str) -> list[str]:
    found = directory.search_directory(services, DirectorySearch(text=text))
    return [entry.name for entry in found.entries]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ђорђевић", ["Ana Đorđević", "Ana Djordjevicc"]),
        ("kos bor", ["Boris Kos"]),
        ("k3@example", ["Boris Kos"]),
        ("K-2", ["Ana Djordjevicc"]),
        ("nobody", []),
        ("", ["Ana Đorđević", "Ana Djordjevicc", "Boris Kos"]),
    ],
)
@pytest.mark.usefixtures("cycle_id")
def test_search_finds_names_addresses_and_ids_in_any_script(
    world: World, text: str, names: list[str]
) -> None:
    assert sorted(_names(world.services, text)) == sorted(names)


def test_search_returns_the_requested_page(world: World) -> None:
    _store(world, world.cycle(0, 0), *(f"Coach {n:03}" for n in range(1, 53)))
    page = directory.search_directory(world.services, DirectorySearch(page=2))
    assert (page.found, page.page, page.pages) == (52, 2, 2)
    assert [entry.name for entry in page.entries] == ["Coach 051", "Coach 052"]


@pytest.mark.parametrize("same", [True, False])
def test_suggested_duplicate_is_decided_once(world: World, cycle_id: str, *, same: bool) -> None:
    (duplicate,), count = duplicates.read_duplicates(world.services)
    assert (count, {duplicate.one.name, duplicate.other.name}) == (
        1,
        {"Ana Đorđević", "Ana Djordjevicc"},
    )
    decision = DuplicateDecision(one_id=duplicate.other.id, other_id=duplicate.one.id, same=same)
    decided = duplicates.decide(world.services, decision)
    assert len(decided.roles) == (2 if same else 1)
    _store(world, cycle_id, "Ana Đorđević", "Ana Djordjevicc", "Boris K. Kos")
    assert duplicates.read_duplicates(world.services) == ((), 0)
    assert len(_names(world.services, "")) == (2 if same else 3)
    with world.database.reading() as tx:
        recorded = set(tx.scalars(select(AuditRow.action)))
    assert ("people joined" if same else "people kept apart") in recorded


def test_separated_role_has_a_row_of_its_own_and_is_not_suggested_again(
    world: World, cycle_id: str
) -> None:
    (duplicate,), _ = duplicates.read_duplicates(world.services)
    decision = DuplicateDecision(one_id=duplicate.one.id, other_id=duplicate.other.id, same=True)
    duplicates.decide(world.services, decision)
    separated = duplicates.separate(world.services, world.person_id(cycle_id, "K-2"))
    assert (separated.name, separated.email) == ("Ana Djordjevicc", "k2@example.org")
    assert [role.code for role in separated.roles] == ["K-2"]
    assert duplicates.read_duplicates(world.services) == ((), 0)
    with pytest.raises(ConflictError):
        duplicates.separate(world.services, world.person_id(cycle_id, "K-2"))


def test_decision_about_a_person_who_is_gone_is_refused(world: World, cycle_id: str) -> None:
    (duplicate,), _ = duplicates.read_duplicates(world.services)
    decision = DuplicateDecision(one_id=duplicate.one.id, other_id=duplicate.other.id, same=True)
    duplicates.decide(world.services, decision)
    with pytest.raises(NotFoundError):
        duplicates.decide(world.services, decision)
    assert len(_names(world.services, "")) == 2
    assert cycle_id


def _change(services: Services, person_id: str) -> str:
    """Change a person's address in the directory; return their address in the cycle."""
    with services.database.reading() as tx:
        human_id = tx.get_one(PersonRow, person_id).human_id or ""
    new = NewAddress(address="new@example.org")
    entry = addresses.change_address(services, human_id, new)
    assert entry.email == "new@example.org"
    with services.database.reading() as tx:
        return tx.get_one(PersonRow, person_id).email


def test_new_address_reaches_open_cycles_and_is_announced_at_both(
    world: World, cycle_id: str
) -> None:
    person_id = world.person_id(cycle_id, "K-3")
    assert _change(world.services_with_mail(), person_id) == "new@example.org"
    with world.database.reading() as tx:
        mails = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.ADDRESS_NOTICE))
        notified = {(mail.content or {})["address"] for mail in mails}
    assert notified == {"k3@example.org", "new@example.org"}


def test_new_address_does_not_reach_a_cycle_that_has_ended(world: World, cycle_id: str) -> None:
    later = replace(world.services_with_mail(), now=lambda: AFTER)
    assert _change(later, world.person_id(cycle_id, "K-3")) == "k3@example.org"
