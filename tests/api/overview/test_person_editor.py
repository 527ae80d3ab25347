"""Changing one person's data in a list, on a page and through the API."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from api.audit_trail.rows import AuditRow
from api.cycles.service import read_versions
from api.http.principal import SYSTEM, AccessRole, Principal
from api.input_files.source import NamedFile
from api.overview.person_editor.service import EDITED, edit_person, read_person
from api.own_data.office_changes import latest_office_change
from api.participants import upload
from api.participants.own_values import set_own_values
from api.participants.rosters import roster_of
from api.participants.rows import PersonRow, Side
from api.participants.undo import replaced_at
from coach.errors import ChangedSinceError, ConflictError, UnusableInputError
from coach.people import Coach, Coachee
from coach.texts.renderer import english
from tests.api.conftest import ANY_VERSION, coachees_csv, coaches_csv

if TYPE_CHECKING:
    import httpx
    from conftest import World


def edit(world: World, person: str, **cells: str) -> None:
    edit_person(world.services, person, cells, version=None)


def coachee(world: World, cycle_id: str, code: str = "C-1") -> Coachee:
    with world.database.reading() as tx:
        return next(one for one in roster_of(tx, cycle_id).coachees if one.id == code)


def test_data_is_read_like_a_row_of_the_list_and_used_by_the_next_run(world: World) -> None:
    cycle_id = world.cycle()
    person = world.person_id(cycle_id, "C-1")
    edit(
        world,
        person,
        name="Ana Primjer",
        country="Crna Gora",
        languages="crnogorski\nen:B2",
        availability="Mon 9-12\n\nWed 13:00-16:00",
        unavailable="2027-02-01..2027-02-07",
        rank="OF-4",
        topics="ethics; recruitment",
    )
    found = coachee(world, cycle_id)
    assert (found.name, found.country, found.rank.code) == ("Ana Primjer", "ME", "OF-4")
    assert [str(one) for one in found.languages] == ["cnr:C1", "en:B2"]
    assert [str(one) for one in found.availability] == ["Mon 09:00-12:00", "Wed 13:00-16:00"]
    assert found.topics == ("ethics", "recruitment")
    with world.database.reading() as tx:
        row = tx.get_one(PersonRow, person)
        assert row.name == "Ana Primjer"
        assert row.email == "c1@example.org"


def test_faults_are_located_and_nothing_is_stored(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle()
    person = world.person_id(cycle_id, "K-1")
    before = read_person(world.services, person)
    page = f"/people/{person}/edit"
    wrong = {**before.cells, "capacity": "many", "availability": "always", "rank": "OF-99"}
    refused = office.post(page, data=wrong | {"version": str(before.version), "name": ""})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    shown = unescape(refused.text)
    assert re.search(r"<title>\s*Error: ", shown)
    for field in ("name", "capacity", "availability", "rank"):
        assert f'href="#{field}"' in shown, field
        assert f'id="fault-{field}"' in shown, field
    assert ">always</textarea>" in shown
    assert read_person(world.services, person) == before


def test_every_column_that_can_be_edited_is_in_the_form(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle()
    for side, code, model in ((Side.COACHEE, "C-1", Coachee), (Side.COACH, "K-1", Coach)):
        page = office.get(f"/people/{world.person_id(cycle_id, code)}/edit").text
        assert set(EDITED[side]) <= set(model.model_fields)
        for name in EDITED[side]:
            assert f'<label for="{name}">' in page, name
            assert f'id="hint-{name}"' in page, name


def test_own_change_of_the_person_is_not_overwritten_unseen(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    person = world.person_id(cycle_id, "C-1")
    before = read_person(world.services, person)
    with world.database.writing() as tx:
        set_own_values(tx.get_one(PersonRow, person), {"topics": ["ethics"]})
    form = {**before.cells, "unit": "Staff", "version": str(before.version)}
    late = office.post(f"/people/{person}/edit", data=form)
    assert late.status_code == HTTPStatus.CONFLICT
    assert "ethics" in late.text
    assert 'value="Staff"' in late.text
    assert coachee(world, cycle_id).unit == ""
    seen = re.search(r'name="version" value="(\d+)"', late.text)
    assert seen
    assert office.post(f"/people/{person}/edit", data=form | {"version": seen[1]}).is_redirect
    assert (coachee(world, cycle_id).unit, coachee(world, cycle_id).topics) == ("Staff", ())


def test_later_list_keeps_the_edit_unless_the_list_has_changed_there(world: World) -> None:
    cycle_id = world.cycle()
    person = world.person_id(cycle_id, "C-1")
    edit(world, person, rank="OF-3", name="Ana Primjer")

    def upload_again(coachees: bytes) -> None:
        lists = NamedFile("a.csv", coachees), NamedFile("b.csv", coaches_csv())
        upload.upload_lists(world.services, SYSTEM, cycle_id, *lists)

    upload_again(coachees_csv())
    assert coachee(world, cycle_id).rank.code == "OF-3"
    assert coachee(world, cycle_id).name == "Ana Primjer"
    upload_again(coachees_csv().replace(b"OF-5", b"OF-6"))
    assert coachee(world, cycle_id).rank.code == "OF-6"


def test_edit_is_recorded_without_values_and_gives_the_lists_another_version(
    world: World,
) -> None:
    cycle_id = world.cycle()
    person = world.person_id(cycle_id, "C-1")
    before = read_versions(world.services, cycle_id).lists
    edit(world, person, rank="OF-3")
    edit(world, person, rank="OF-3")  # no change
    assert read_versions(world.services, cycle_id).lists == before + 1
    with world.database.reading() as tx:
        (event,) = tx.query(AuditRow).filter_by(action="person edited").all()
        assert (event.object_id, event.detail) == (person, {"rank": "changed"})
        (event,) = tx.query(AuditRow).filter_by(action="list edited").all()
        assert event.detail == {"version": before + 1}
        assert replaced_at(tx, cycle_id) is None


def test_person_who_has_left_is_not_edited(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle()
    person = world.person_id(cycle_id, "C-1")
    with world.database.writing() as tx:
        tx.get_one(PersonRow, person).left_at = world.services.now()
    with pytest.raises(ConflictError):
        edit(world, person, rank="OF-3")
    assert office.get(f"/people/{person}/edit").status_code == HTTPStatus.CONFLICT


def test_person_is_told_on_their_own_page_what_the_office_has_changed(world: World) -> None:
    cycle_id = world.cycle()
    person = world.person_id(cycle_id, "C-1")
    own = Principal(AccessRole.COACHEE, person_id=person)
    assert latest_office_change(world.services, own) is None
    edit(world, person, rank="OF-3", availability="Mon 09:00-12:00")
    told = latest_office_change(world.services, own)
    assert told is not None
    assert "availability and rank" in english(told.line)
    other = Principal(AccessRole.COACHEE, person_id=world.person_id(cycle_id, "C-2"))
    assert latest_office_change(world.services, other) is None


def test_data_is_read_and_changed_by_json_unless_outdated_or_faulty(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    path = f"/api/v1/people/{world.person_id(cycle_id, 'C-1')}/cells"
    read = office.get(path)
    assert read.json()["cells"]["rank"] == "OF-5"
    version = read.headers["etag"]
    changed = office.patch(path, json={"rank": "OF-4"}, headers={"If-Match": version})
    assert changed.json()["cells"]["rank"] == "OF-4"
    assert changed.headers["etag"] != version
    late = office.patch(path, json={"rank": "OF-3"}, headers={"If-Match": version})
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    assert [one["field"] for one in late.json()["differences"]] == ["rank"]
    wrong = office.patch(path, json={"rank": "OF-99"}, headers=ANY_VERSION)
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    other = office.patch(path, json={"email": "x@example.org"}, headers=ANY_VERSION)
    assert other.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_versions_differ_for_different_data(world: World) -> None:
    cycle_id = world.cycle()
    person = world.person_id(cycle_id, "C-1")
    first = read_person(world.services, person).version
    edit(world, person, unit="Staff")
    assert read_person(world.services, person).version != first
    with pytest.raises(ChangedSinceError):
        edit_person(world.services, person, {"unit": "x"}, version=first)
    with pytest.raises(UnusableInputError):
        edit(world, person, country="Atlantis")
