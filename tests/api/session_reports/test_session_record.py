"""The shared record of a session: attendance, modules, actions, and requests to the office."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import inspect, select

from api.audit_trail.rows import AuditRow
from api.data_protection import subject_access
from api.http.urls import API
from api.overview.to_do import ToDoKind, read_to_do
from api.sessions import schedule
from api.sessions.rows import RecordRow, SessionActionRow, SessionRow

if TYPE_CHECKING:
    import httpx
    from conftest import World

RECORD: dict[str, Any] = {
    "session_date": "2026-11-20",
    "attendance": "held",
    "minutes": 85,
    "mode": "online",
    "modules_covered": ["B1", "B2"],
    "actions": [
        {"text": "Read the study", "owner": "coachee", "due": "2027-01-20"},
        {"text": "Send the handbook", "owner": "office"},
    ],
    "next_focus": "Stereotypes",
    "ask_office": "material",
}
FORM = {
    "attendance": "held",
    "session_date": "2026-11-20",
    "minutes": "85",
    "mode": "online",
    "modules_covered": ["B1", "B2"],
    "actions.0.text": "Read the study",
    "actions.0.owner": "coachee",
    "actions.0.due": "2027-01-20",
    "actions.0.state": "open",
    "actions.2.text": "Send the handbook",
    "actions.2.owner": "office",
    "next_focus": "Stereotypes",
    "ask_office": "material",
    "private": "",
}


class Meeting:
    """The first session of C-1 and K-1, with the access of everyone involved."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cycle_id = world.cycle()
        world.published(self.cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
        with world.database.writing() as tx:
            begun = world.services.now() - timedelta(days=2)
            first = select(SessionRow).where(SessionRow.number == 1)
            for row in tx.scalars(first.where(SessionRow.cycle_id == self.cycle_id)):
                row.starts_at, row.ends_at = begun, begun + timedelta(minutes=90)
            tx.flush()
            sessions = schedule.cycle_schedule(tx, self.cycle_id)
        self.session = next(one for one in sessions if one.coachee.code == "C-1")
        self.url = f"{API}/sessions/{self.session.id}"
        self.links = {
            code: world.link(self.cycle_id, code).secret for code in ("C-1", "K-1", "K-2")
        }
        self.keys = {code: world.device_key(self.cycle_id, code) for code in self.links}

    def as_(self, code: str) -> dict[str, str]:
        """Return the headers with which a person calls the API."""
        return {"Authorization": f"Bearer {self.links[code]}", "X-Device-Key": self.keys[code]}

    def page(self, code: str, last: str = "") -> str:
        """Return the URL of a person's page for the session."""
        return f"/p/{self.links[code]}/sessions/{self.session.id}{last}"

    def device(self, code: str) -> dict[str, str]:
        """Return the header that identifies a person's verified device."""
        return {"X-Device-Key": self.keys[code]}

    def to_do(self) -> dict[ToDoKind, int]:
        """Return the number of the office's tasks about records, keyed by kind."""
        kinds = (ToDoKind.ATTENDANCE_DIFFERS, ToDoKind.ASKED_OFFICE)
        found = read_to_do(self.world.services)
        return {one.kind: one.count for one in found if one.kind in kinds}


@pytest.fixture
def meeting(world: World) -> Meeting:
    """Return the first session of a new cycle, which has taken place."""
    return Meeting(world)


def test_record_has_what_was_covered_and_agreed_for_everybody_who_may_read_it(
    meeting: Meeting, office: httpx.Client, client: httpx.Client
) -> None:
    saved = client.put(f"{meeting.url}/record", json=RECORD, headers=meeting.as_("K-1"))
    assert saved.is_success, saved.text
    record = saved.json()
    assert record["actions"] == [
        {"text": "Read the study", "owner": "coachee", "due": "2027-01-20", "state": "open"},
        {"text": "Send the handbook", "owner": "office", "due": None, "state": "open"},
    ]
    assert record | RECORD | {"actions": record["actions"]} == record
    for headers in (meeting.as_("C-1"), {}):
        assert client.get(f"{meeting.url}/record", headers=headers).json() == record
    page = office.get(f"/sessions/{meeting.session.id}").text
    assert "B2: Stereotypes and prejudice" in page
    assert "Send the handbook" in page


def test_coach_fills_in_the_form_and_finds_it_again(meeting: Meeting, client: httpx.Client) -> None:
    page, device = meeting.page("K-1", "/note"), meeting.device("K-1")
    empty = client.get(page, headers=device).text
    assert 'name="minutes"\n           value="90"' in empty or 'value="90"' in empty
    assert "Sex, gender" in empty
    saved = client.post(page, data=FORM, headers=device)
    assert saved.status_code == HTTPStatus.SEE_OTHER, saved.text
    record = client.get(f"{meeting.url}/record", headers=meeting.as_("C-1")).json()
    assert [one["text"] for one in record["actions"]] == ["Read the study", "Send the handbook"]
    assert record["modules_covered"] == ["B1", "B2"]
    again = client.get(page, headers=device).text
    assert 'value="Send the handbook"' in again
    assert "done" in again
    changed = FORM | {"actions.0.state": "done", "actions.2.text": ""}
    client.post(page, data=changed, headers=device)
    record = client.get(f"{meeting.url}/record", headers=meeting.as_("C-1")).json()
    assert [(one["text"], one["state"]) for one in record["actions"]] == [
        ("Read the study", "done")
    ]
    assert record["version"] == 2


def test_open_actions_of_earlier_sessions_are_listed_beside_the_form(
    meeting: Meeting, client: httpx.Client
) -> None:
    record = RECORD | {
        "actions": [{"text": "Read the study"}, {"text": "Call the office", "state": "done"}]
    }
    client.put(f"{meeting.url}/record", json=record, headers=meeting.as_("K-1"))
    with meeting.world.database.reading() as tx:
        sessions = schedule.cycle_schedule(tx, meeting.cycle_id)
    (later,) = (one for one in sessions if one.coachee.code == "C-1" and one.number == 2)
    page = f"/p/{meeting.links['K-1']}/sessions/{later.id}/note"
    shown = client.get(page, headers=meeting.device("K-1")).text
    assert f'href="{meeting.page("K-1", "/note")}">Read the study</a>' in shown
    assert "Call the office" not in shown
    own = client.get(meeting.page("K-1", "/note"), headers=meeting.device("K-1")).text
    assert "Still open from earlier sessions" not in own
    another = Meeting(meeting.world).page("K-1", "/note")
    assert "Read the study" not in client.get(another).text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"attendance": ""}, "attendance"),
        ({"minutes": "601"}, "minutes"),
        ({"modules_covered": ["X9"]}, "modules_covered"),
        ({"modules_covered": []}, "topic"),
        ({"attendance": "cancelled"}, "topic"),
        ({"attendance": "held.coach"}, "topic"),
        ({"actions.2.text": "x" * 161}, "actions.2.text"),
        ({"actions.2.due": "tomorrow"}, "actions.2.due"),
        ({"next_focus": "x" * 201}, "next_focus"),
    ],
)
def test_fault_is_shown_beside_its_field_and_nothing_is_saved(
    meeting: Meeting, client: httpx.Client, changed: dict[str, Any], field: str
) -> None:
    page, device = meeting.page("K-1", "/note"), meeting.device("K-1")
    answer = client.post(page, data=FORM | changed, headers=device)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'id="fault-{field}"' in answer.text
    assert "Read the study" in answer.text
    missing = client.get(f"{meeting.url}/record", headers=meeting.as_("K-1"))
    assert missing.status_code == HTTPStatus.NOT_FOUND


def test_long_text_of_an_earlier_version_is_kept_but_no_new_one_is_accepted(
    meeting: Meeting, client: httpx.Client
) -> None:
    long = "The coachee writes to the office.\n" * 9
    record = RECORD | {"actions": [{"text": long.strip()}]}
    refused = client.put(f"{meeting.url}/record", json=record, headers=meeting.as_("K-1"))
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    client.put(f"{meeting.url}/record", json=RECORD, headers=meeting.as_("K-1"))
    with meeting.world.database.writing() as tx:
        tx.scalars(select(SessionActionRow)).all()[0].text = long.strip()
    kept = client.put(f"{meeting.url}/record", json=record, headers=meeting.as_("K-1"))
    assert kept.json()["actions"][0]["text"] == long.strip()


def test_other_coach_and_coachee_write_no_record(meeting: Meeting, client: httpx.Client) -> None:
    for code, status in (("K-2", HTTPStatus.NOT_FOUND), ("C-1", HTTPStatus.FORBIDDEN)):
        answer = client.put(f"{meeting.url}/record", json=RECORD, headers=meeting.as_(code))
        assert answer.status_code == status


def test_manager_sees_both_sides_if_they_differ_until_it_is_clarified(
    meeting: Meeting, office: httpx.Client, client: httpx.Client
) -> None:
    missed = {"session_date": "2026-11-20", "attendance": "no_show", "absent": "coachee"}
    client.put(f"{meeting.url}/record", json=missed, headers=meeting.as_("K-1"))
    assert meeting.to_do() == {}
    reported = {"attendance": "no_show", "absent": "coach"}
    given = client.put(f"{meeting.url}/feedback", json=reported, headers=meeting.as_("C-1"))
    assert given.is_success, given.text
    assert meeting.to_do() == {ToDoKind.ATTENDANCE_DIFFERS: 1}
    listed = office.get(f"/cycles/{meeting.cycle_id}/sessions").text
    shown = office.get(f"/sessions/{meeting.session.id}").text
    for page in (listed, shown):
        assert "No, the coachee did not come" in page
        assert "No, the coach did not come" in page
    office.post(f"/sessions/{meeting.session.id}/attendance/clarified")
    assert meeting.to_do() == {}
    assert "Mark as clarified" not in office.get(f"/sessions/{meeting.session.id}").text
    client.put(f"{meeting.url}/feedback", json=reported, headers=meeting.as_("C-1"))
    assert meeting.to_do() == {}, "an identical record creates no task"
    late = {"attendance": "cancelled"}
    client.put(f"{meeting.url}/feedback", json=late, headers=meeting.as_("C-1"))
    assert meeting.to_do() == {ToDoKind.ATTENDANCE_DIFFERS: 1}
    client.put(
        f"{meeting.url}/record",
        json=missed | {"attendance": "cancelled", "absent": None},
        headers=meeting.as_("K-1"),
    )
    assert meeting.to_do() == {}
    other = client.get(f"{meeting.url}/feedback", headers=meeting.as_("K-1"))
    assert other.status_code == HTTPStatus.FORBIDDEN


def test_request_to_the_office_is_to_do_until_it_is_answered(
    meeting: Meeting, office: httpx.Client, client: httpx.Client
) -> None:
    for _ in range(2):
        client.put(f"{meeting.url}/record", json=RECORD, headers=meeting.as_("K-1"))
    assert meeting.to_do() == {ToDoKind.ASKED_OFFICE: 1}
    assert (
        "The coach has asked you for: Material"
        in office.get(f"/cycles/{meeting.cycle_id}/sessions").text
    )
    for _ in range(2):
        answered = office.post(f"{meeting.url}/record/answered")
        assert answered.status_code == HTTPStatus.NO_CONTENT
    assert meeting.to_do() == {}
    again = client.put(f"{meeting.url}/record", json=RECORD, headers=meeting.as_("K-1")).json()
    assert again["answered"]
    new = RECORD | {"ask_office": "talk"}
    assert not client.put(f"{meeting.url}/record", json=new, headers=meeting.as_("K-1")).json()[
        "answered"
    ]
    assert meeting.to_do() == {ToDoKind.ASKED_OFFICE: 1}
    with meeting.world.database.reading() as tx:
        events = tx.scalars(select(AuditRow.action).where(AuditRow.action == "request answered"))
        assert len(events.all()) == 1


def test_covered_modules_are_seen_in_the_plan_and_keep_an_own_module_from_deletion(
    meeting: Meeting, office: httpx.Client, client: httpx.Client
) -> None:
    own = {
        "code": "C1",
        "title": {"en": "Our own module"},
        "level": "basic",
        "order": 20,
        "minutes": 45,
        "objectives": [{"text": {"en": "Know it"}}, {"text": {"en": "Do it"}}],
    }
    office.post(f"{API}/modules", json=own)
    covered = RECORD | {"modules_covered": ["C1", "B1"]}
    client.put(f"{meeting.url}/record", json=covered, headers=meeting.as_("K-1"))
    (pair, other) = office.get(f"{API}/cycles/{meeting.cycle_id}/curriculum").json()["pairs"]
    assert (pair["coachee"], pair["covered"]) == ("Coachee 1", 2)
    assert other["covered"] == 0
    assert office.delete(f"{API}/modules/C1").status_code == HTTPStatus.CONFLICT
    client.headers.pop("Authorization")
    page = client.get(f"/p/{meeting.links['C-1']}/curriculum", headers=meeting.device("C-1")).text
    assert page.count(">covered<") == 1
    plan = client.get(meeting.page("K-1", "/modules"), headers=meeting.device("K-1")).text
    assert "covered in session 1" in plan


def test_erasure_removes_texts_of_a_record_with_the_coachee_and_names_with_the_coach(
    meeting: Meeting, client: httpx.Client
) -> None:
    record = RECORD | {
        "session_date": "2026-11-20",
        "actions": [{"text": "Coach 1 writes to Coachee 1"}],
        "next_focus": "What Coach 1 has found",
    }
    client.put(f"{meeting.url}/record", json=record, headers=meeting.as_("K-1"))
    services = meeting.world.services
    later = services.now() + timedelta(days=400)
    report = subject_access.export_person(services, meeting.session.coachee.id)
    assert report.records[0].actions[0].text == "Coach 1 writes to Coachee 1"
    with services.database.writing() as tx:
        subject_access.erase_person(tx, meeting.session.coach.id, now=later)
    with services.database.reading() as tx:
        assert tx.scalars(select(SessionActionRow.text)).all() == ["(erased) writes to Coachee 1"]
        assert tx.scalars(select(RecordRow.next_focus)).all() == ["What (erased) has found"]
    with services.database.writing() as tx:
        subject_access.erase_person(tx, meeting.session.coachee.id, now=later)
    with services.database.reading() as tx:
        assert tx.scalars(select(SessionActionRow)).all() == []
        assert tx.scalars(select(RecordRow.next_focus)).all() == [""]
        assert tx.scalars(select(RecordRow.minutes)).all() == [85]


def test_no_column_of_a_record_says_whether_something_was_disclosed() -> None:
    assert {column.key for column in inspect(RecordRow).columns} == {
        *("id", "session_id", "author_id", "session_date", "attendance", "absent", "minutes"),
        *("mode", "topic", "next_focus", "ask_office", "settled_at", "answered_at"),
        *("version", "submitted_at"),
    }
