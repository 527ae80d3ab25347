"""People change their own details; list uploads, runs and erasure respect the changes."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.data_protection.subject_access import erase_person
from api.http.principal import AccessRole, Principal
from api.input_files.source import NamedFile
from api.mail.rows import MailKind, MailRow, MailState
from api.own_data.leaving import leave_cycle
from api.own_data.own_details import OwnDetailsInput, read_own_details, save_own_details
from api.participants import rosters, upload
from api.participants.facts import WITHDRAWN
from api.participants.preview.service import preview_lists
from api.participants.rows import ListUndoRow, PersonRow, Side
from api.participants.undo import restore_people, store_undo
from coach.errors import UnusableInputError
from coach.intake.list_comparison import Change
from coach.people import Coachee
from tests.api.both_ways import changed_rows
from tests.api.conftest import NOW, coachees_csv
from tests.api.published import published_sessions

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from conftest import World

    from api.settings import Settings

API = "/api/v1/me/details"
EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)
ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def principal(world: World, cycle_id: str, code: str) -> Principal:
    role = AccessRole.COACHEE if code.startswith("C") else AccessRole.COACH
    return Principal(role, person_id=world.person_id(cycle_id, code), cycle_id=cycle_id)


def save(world: World, cycle_id: str, code: str, **given: str) -> None:
    who = principal(world, cycle_id, code)
    save_own_details(world.services, who, OwnDetailsInput(**given))


def coachee(world: World, cycle_id: str, code: str = "C-1") -> Coachee:
    with world.database.reading() as tx:
        roster = rosters.roster_of(tx, cycle_id)
    return next(one for one in roster.coachees if one.id == code)


def upload_coachees(world: World, cycle_id: str, **changed: Any) -> upload.UploadSummary:  # noqa: ANN401 - values of fields
    """Upload the list of `World.cycle` again, with changed values for the first coachee."""
    fresh = world.cycle()
    with world.database.writing() as tx:
        first, *others = rosters.roster_of(tx, fresh).coachees
        listed = [first.model_copy(update=changed), *others]
        return upload.store_list(tx, cycle_id, Side.COACHEE, listed, now=world.services.now())


def test_saved_details_are_normalised_and_used_by_the_next_run(world: World) -> None:
    cycle_id = world.cycle()
    save(world, cycle_id, "C-1", availability="Mon 9-12\nponedeljak 13:00-14:00", topics="a; b")
    found = read_own_details(world.services, principal(world, cycle_id, "C-1"))
    assert found.availability == "Mon 09:00-12:00; Mon 13:00-14:00"
    used = coachee(world, cycle_id)
    assert "; ".join(map(str, used.availability)) == found.availability
    assert used.topics == ("a", "b")


def test_faults_of_all_fields_are_located_and_nothing_is_changed(world: World) -> None:
    cycle_id = world.cycle()
    before = coachee(world, cycle_id)
    with pytest.raises(UnusableInputError) as refused:
        save(
            world, cycle_id, "C-1",
            availability="Mon 12:00-09:00; Xyz 09:00-10:00", languages="", topics="new",
        )  # fmt: skip
    columns = [fault.column for fault in refused.value.faults]
    assert columns == ["languages", "availability", "availability"]
    assert coachee(world, cycle_id) == before


def test_trail_names_the_changed_fields_and_no_values(world: World) -> None:
    cycle_id = world.cycle()
    save(world, cycle_id, "C-1", refuses="Coach 2", topics="", unavailable="2027-03-08")
    with world.database.reading() as tx:
        query = select(AuditRow).where(AuditRow.action == "own details changed")
        event = tx.scalars(query).one()
        assert event.detail == {"unavailable": "changed", "refuses": "changed"}


def test_people_are_named_by_name_and_the_page_does_not_tell_who_takes_part(world: World) -> None:
    cycle_id = world.cycle()
    written = "COACH 2; K-1; Somebody Else"
    save(world, cycle_id, "C-1", refuses=written, prefers="2 coach; Nobody")
    used = coachee(world, cycle_id)
    assert (used.refuses, used.prefers) == (frozenset({"K-1", "K-2"}), ("K-2",))
    shown = read_own_details(world.services, principal(world, cycle_id, "C-1"))
    assert set(shown.refuses.split("; ")) == set(written.split("; "))


def test_coach_has_no_preferences(world: World) -> None:
    cycle_id = world.cycle()
    with pytest.raises(UnusableInputError, match="cannot state preferences"):
        save(world, cycle_id, "K-1", prefers="Coachee 1")


def test_own_values_stay_when_the_same_list_is_uploaded_again(world: World) -> None:
    cycle_id = world.cycle()
    save(world, cycle_id, "C-1", availability="Fri 10:00-12:00")
    summary = upload_coachees(world, cycle_id)
    assert (summary.changed, summary.unchanged) == (0, 3)
    assert str(coachee(world, cycle_id).availability[0]) == "Fri 10:00-12:00"


def test_a_list_with_another_value_replaces_the_persons_value(world: World) -> None:
    cycle_id = world.cycle()
    save(world, cycle_id, "C-1", availability="Fri 10:00-12:00", topics="own")
    windows = coachee(world, cycle_id, "C-2").availability[:1]
    assert upload_coachees(world, cycle_id, availability=windows).changed == 1
    used = coachee(world, cycle_id)
    assert (used.availability, used.topics) == (windows, ("own",))


def test_undoing_a_list_keeps_what_the_person_has_set_since(world: World) -> None:
    cycle_id = world.cycle()
    save(world, cycle_id, "C-1", topics="first")
    windows = coachee(world, cycle_id, "C-2").availability[:1]
    now = world.services.now()
    with world.database.writing() as tx:
        store_undo(tx, cycle_id, now=now)
    upload_coachees(world, cycle_id, availability=windows, topics=("of the office",))
    save(world, cycle_id, "C-1", languages="sr; en; fr")
    with world.database.writing() as tx:
        undo = tx.get_one(ListUndoRow, cycle_id)
        restore_people(tx, undo, now=now)
    used = coachee(world, cycle_id)
    assert (used.topics, len(used.availability), len(used.languages)) == (("first",), 2, 3)
    assert upload_coachees(world, cycle_id).changed == 0


def test_changed_details_make_a_draft_plan_outdated(world: World) -> None:
    from api.runs.frozen_input import RunInput  # noqa: PLC0415
    from api.runs.outdated import is_outdated  # noqa: PLC0415
    from api.runs.rows import RunRow  # noqa: PLC0415

    cycle_id = world.cycle()
    world.plan(cycle_id, world.result({"C-1": "K-1"}))
    with world.database.reading() as tx:
        run_input = RunInput.model_validate_json(tx.scalars(select(RunRow.input)).one())
        assert not is_outdated(tx, cycle_id, run_input)
    save(world, cycle_id, "C-1", availability="Fri 10:00-12:00")
    with world.database.reading() as tx:
        assert is_outdated(tx, cycle_id, run_input)


def test_erasure_removes_own_values_and_the_name_typed_by_others(world: World) -> None:
    cycle_id = world.cycle()
    save(world, cycle_id, "C-1", refuses="2 Coach; K-1", topics="own")
    save(world, cycle_id, "K-2", topics="secret")
    with world.database.writing() as tx:
        erase_person(tx, world.person_id(cycle_id, "K-2"), now=world.services.now())
    with world.database.reading() as tx:
        rows = {row.id: row for row in tx.scalars(select(PersonRow))}
        erased = next(row for row in rows.values() if row.erased_at)
        assert (erased.listed, erased.profile["topics"]) == (None, [])
        other = rows[world.person_id(cycle_id, "C-1")]
        assert other.profile["refuses"] == ["K-1"]


@pytest.fixture
def verified(
    world: World, serve: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> Any:  # noqa: ANN401 - a generator of tuples
    with serve(world.services_with_mail().settings) as client:
        yield client, [_of(world) for _ in range(2)]


def _of(world: World) -> tuple[str, dict[str, str]]:
    cycle_id = world.cycle()
    secret = world.link(cycle_id, "C-1").secret
    return secret, ORIGIN | {"X-Device-Key": world.device_key(cycle_id, "C-1")}


def test_grid_text_and_json_make_the_same_change(world: World, verified: Any) -> None:  # noqa: ANN401 - see above
    client, ((one, headers), (other, other_headers)) = verified
    for secret, used in ((one, headers), (other, other_headers)):
        assert client.get(f"/p/{secret}/details", headers=used).is_success

    def by_json() -> None:
        bearer = headers | {"Authorization": f"Bearer {one}"}
        body = {"availability": "Mon 09:00-10:00; Tue 09:00-09:30"}
        assert client.patch(API, json=body, headers=bearer).is_success

    def by_grid() -> None:
        cells = {"step": "30", "free": ["mon-0900", "mon-0930", "tue-0900"]}
        path = f"/p/{other}/details/grid"
        assert client.post(path, data=cells, headers=other_headers).is_redirect

    changes = changed_rows(world, by_json)
    assert changes
    assert changes == changed_rows(world, by_grid)


def test_link_alone_shows_and_changes_nothing(verified: Any) -> None:  # noqa: ANN401 - see above
    client, ((secret, _), _) = verified
    bearer = {"Authorization": f"Bearer {secret}"}
    assert client.get(API, headers=bearer).status_code == HTTPStatus.FORBIDDEN
    answer = client.patch(API, json={"topics": "x"}, headers=bearer)
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert client.get(f"/p/{secret}/details", headers=ORIGIN).is_redirect


def test_own_data_is_one_file_with_refusals_and_without_other_people(
    world: World,
    verified: Any,  # noqa: ANN401 - see above
) -> None:
    client, ((secret, headers), _) = verified
    bearer = {"Authorization": f"Bearer {secret}"}
    changed = {"topics": "mine", "refuses": "Coach 2"}
    assert client.patch(API, json=changed, headers=headers | bearer).is_success
    path = f"/p/{secret}/details/data.json"
    assert client.post(path, headers=ORIGIN).status_code == HTTPStatus.FORBIDDEN
    file = client.post(path, headers=headers)
    held = file.json()
    assert file.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert held["profile"]["refuses"] == ["Coach 2"]
    assert held["listed"] == {"topics": [], "refuses": []}
    assert "Coachee 2" not in file.text
    assert client.get("/api/v1/me/data", headers=bearer).status_code == HTTPStatus.FORBIDDEN
    assert client.get("/api/v1/me/data", headers=headers | bearer).json() == held
    with world.database.reading() as tx:
        query = select(AuditRow).where(AuditRow.action == "person exported")
        events = tx.scalars(query).all()
        assert [(one.role, one.actor_id == one.object_id) for one in events] == [
            ("coachee", True)
        ] * 2


def test_leaving_declines_sessions_ends_the_link_and_is_not_undone_by_lists(
    world: World,
    verified: Any,  # noqa: ANN401 - see above
) -> None:
    client, _ = verified
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    bearer = {"Authorization": f"Bearer {world.link(cycle_id, 'C-1').secret}"}
    path, decision = "/api/v1/me/leave", {"leave": True}
    assert client.post(path, json=decision, headers=bearer).status_code == HTTPStatus.FORBIDDEN
    device = {"X-Device-Key": world.device_key(cycle_id, "C-1")}
    undecided = client.post(path, json={}, headers=bearer | device)
    assert undecided.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with world.database.writing() as tx:
        store_undo(tx, cycle_id, now=world.services.now())
    assert client.post(path, json=decision, headers=bearer | device).is_success
    gone = client.get("/api/v1/me/sessions", headers=bearer | device)
    assert gone.status_code == HTTPStatus.UNAUTHORIZED
    sessions = published_sessions(world, cycle_id)
    assert [session.coachee_reply for session in sessions] == ["declined"] * 2
    upload_coachees(world, cycle_id)
    with world.database.writing() as tx:
        restore_people(tx, tx.get_one(ListUndoRow, cycle_id), now=world.services.now())
        assert [one.id for one in rosters.roster_of(tx, cycle_id).coachees] == ["C-2", "C-3"]


def test_a_person_leaves_on_the_page(verified: Any) -> None:  # noqa: ANN401 - see above
    client, ((secret, headers), _) = verified
    path = f"/p/{secret}/details/leave"
    undecided = client.post(path, data={}, headers=headers)
    assert undecided.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "You have left" in client.post(path, data={"leave": "true"}, headers=headers).text
    assert client.get(f"/p/{secret}", headers=headers).status_code == HTTPStatus.NOT_FOUND


def test_page_of_the_cycle_says_who_has_left_since_the_published_plan(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    leave_cycle(world.services, principal(world, cycle_id, "C-1"))
    with world.database.writing() as tx:
        row = tx.get_one(PersonRow, world.person_id(cycle_id, "C-1"))
        row.withdrawn_at = LATER
    assert "Coachee 1" in office.get(f"/cycles/{cycle_id}").text
    with world.database.writing() as tx:
        row = tx.get_one(PersonRow, world.person_id(cycle_id, "C-1"))
        row.withdrawn_at = EARLIER
    assert "Coachee 1" not in office.get(f"/cycles/{cycle_id}").text


def test_others_are_told_at_once_in_one_email_that_somebody_has_left(world: World) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    leave_cycle(world.services_with_mail(), principal(world, cycle_id, "C-1"))
    with world.database.reading() as tx:
        query = select(MailRow).where(MailRow.kind == MailKind.ANSWER_NOTICE)
        told = [(mail.person_id, mail.state) for mail in tx.scalars(query)]
    assert told == [(world.person_id(cycle_id, "K-1"), MailState.WAITING)]


def test_preview_of_lists_shows_changes_of_the_office_only_and_who_has_left(world: World) -> None:
    cycle_id = world.cycle()
    save(world, cycle_id, "C-2", availability="Fri 10:00-12:00")
    leave_cycle(world.services, principal(world, cycle_id, "C-1"))
    changed = coachees_csv(3).replace(b"c3@", b"other@")
    files = {Side.COACHEE: NamedFile("coachees.csv", changed)}
    preview = preview_lists(world.services, cycle_id, files)
    assert preview.review is not None
    assert preview.review.coachees.count(Change.CHANGED) == 1
    warnings = [(one.row, one.message) for one in preview.outcome.warnings]
    assert (2, WITHDRAWN()) in warnings


def test_cells_sent_before_verification_are_carried_and_saved_after_it(
    verified: Any,  # noqa: ANN401 - see above
) -> None:
    client, ((secret, headers), _) = verified
    cells = {"step": "30", "free": ["mon-0900", "tue-0900"]}
    page = client.post(f"/p/{secret}/details/grid", data=cells, headers=ORIGIN)
    assert page.status_code == HTTPStatus.FORBIDDEN
    assert 'value="mon-0900 tue-0900"' in page.text
    again = {"step": "30", "free": "mon-0900 tue-0900"}
    assert client.post(f"/p/{secret}/details/grid", data=again, headers=headers).is_redirect
    shown = client.get(API, headers=headers | {"Authorization": f"Bearer {secret}"}).json()
    assert shown["availability"] == "Mon 09:00-09:30; Tue 09:00-09:30"
