"""The audit trail as shown to managers and auditors."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from api.audit_trail import log as audit
from api.audit_trail import verification
from api.audit_trail.job import create_verification_handler
from api.audit_trail.rows import AuditRow
from api.audit_trail.trail_status import trail_status
from api.background.job_type import JobContext, WorkerShutdownError
from api.http.principal import AccessRole
from api.participants.rows import HumanRow

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from conftest import World

API = "/api/v1/audit"


@pytest.fixture
def acted(world: World) -> World:
    """Return a world with an event by a person and an event about a person."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    world.link(cycle_id, "C-3")
    world.notes_key(cycle_id, "K-1")
    return world


@pytest.fixture
def by(client: httpx.Client, acted: World) -> Callable[..., httpx.Response]:
    """Return a function that sends requests as a user with a given role."""

    def ask(role: AccessRole, path: str, **filters: Any) -> httpx.Response:  # noqa: ANN401
        bearer = {"Authorization": f"Bearer {acted.user_token(role)}"}
        return client.get(path, params=filters or None, headers=bearer)

    return ask


def test_an_auditor_sees_pseudonyms_instead_of_people(
    acted: World, by: Callable[..., httpx.Response]
) -> None:
    cycle_id = by(AccessRole.AUDITOR, "/api/v1/cycles").json()[0]["id"]
    people = [acted.person_id(cycle_id, code) for code in ("C-1", "C-2", "C-3", "K-1", "K-2")]
    for path in ("/audit", API):
        page = by(AccessRole.AUDITOR, path).text
        for word in (*people, "Coachee 1", "Coach 1", "example.org"):
            assert word not in page, (path, word)
        assert re.search(r"P-[A-Z2-7]{5}-[A-Z2-7]{5}", page)
    managers = by(AccessRole.MANAGER, API).text
    assert people[2] in managers


def test_an_auditor_can_follow_one_pseudonym(by: Callable[..., httpx.Response]) -> None:
    entries = by(AccessRole.AUDITOR, API, action="notes begun on a device").json()
    pseudonym = entries[0]["object_id"]
    followed = by(AccessRole.AUDITOR, API, object_id=pseudonym).json()
    assert {one["object_id"] for one in followed} == {pseudonym}
    assert "notes begun on a device" in {one["action"] for one in followed}
    assert by(AccessRole.AUDITOR, API, object_id="P-AAAAA-AAAAA").json() == []


def test_an_auditor_can_follow_the_pseudonym_of_a_human_in_the_directory(
    acted: World, by: Callable[..., httpx.Response]
) -> None:
    with acted.database.writing() as tx:
        human_id = tx.scalars(select(HumanRow.id)).first()
        assert human_id is not None
        audit.record_event(tx, "people kept apart", "human", human_id)
    (entry,) = by(AccessRole.AUDITOR, API, object_kind="human").json()
    assert human_id not in entry["object_id"]
    assert by(AccessRole.AUDITOR, API, object_id=entry["object_id"]).json() == [entry]


def test_the_landing_page_of_an_auditor_has_statistics(by: Callable[..., httpx.Response]) -> None:
    first = by(AccessRole.AUDITOR, "/")
    assert first.headers["location"] == "/audit"
    page = by(AccessRole.AUDITOR, "/audit").text
    assert "Cycle statistics" in page
    assert 'data-label="Sessions">4<' in page
    assert "Cycle statistics" not in by(AccessRole.MANAGER, "/audit").text


def test_each_filter_selects_its_events(acted: World, by: Callable[..., httpx.Response]) -> None:
    with acted.database.writing() as tx:
        long_ago = acted.services.now() - timedelta(days=40)
        tx.execute(update(AuditRow).where(AuditRow.number <= 2).values(at=long_ago))
    day, today = long_ago.date(), acted.services.now().date()
    numbers = [one["number"] for one in by(AccessRole.MANAGER, API, until=day).json()]
    assert numbers == [2, 1]
    recent = by(AccessRole.MANAGER, API, since=today - timedelta(days=1), until=today).json()
    assert min(one["number"] for one in recent) == 3
    other = acted.cycle()
    cycle_id = by(AccessRole.MANAGER, API, action="plan published").json()[0]
    of_cycle = by(AccessRole.MANAGER, API, cycle_id=other).json()
    assert {one["object_id"] for one in of_cycle} == {other}
    assert cycle_id not in of_cycle
    plans = by(AccessRole.MANAGER, API, object_kind="plan").json()
    assert {one["object_kind"] for one in plans} == {"plan"}


@pytest.mark.parametrize(
    "wrong", [{"since": "yesterday"}, {"before": "x"}, {"before": "0"}, {"action": "a\0"}]
)
def test_an_invalid_filter_is_refused(
    by: Callable[..., httpx.Response], wrong: dict[str, str]
) -> None:
    assert by(AccessRole.MANAGER, API, **wrong).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert by(AccessRole.MANAGER, "/audit", **wrong).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_links_to_other_pages_keep_the_filters(
    acted: World, by: Callable[..., httpx.Response]
) -> None:
    with acted.database.writing() as tx:
        for _ in range(150):
            audit.record_event(tx, "test", "cycle", "x")
    page = by(AccessRole.MANAGER, "/audit", action="test").text
    assert page.count('data-label="When"') == 100
    (older,) = re.findall(r'href="(/audit\?[^"]*before=\d+)">Older', page)
    rest = by(AccessRole.MANAGER, older.replace("&amp;", "&")).text
    assert rest.count('data-label="When"') == 50
    assert ">Older<" not in rest
    assert ">Newest<" in rest


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    acted: World, by: Callable[..., httpx.Response], count_queries: Callable[[], int]
) -> None:
    by(AccessRole.AUDITOR, "/audit")
    acted.user_token(AccessRole.AUDITOR)
    count_queries()
    by(AccessRole.AUDITOR, "/audit")
    few = count_queries()
    with acted.database.writing() as tx:
        for number in range(90):
            audit.record_event(tx, "test", "person", f"{number:020x}")
    count_queries()
    by(AccessRole.AUDITOR, "/audit")
    assert count_queries() == few


def test_the_page_shows_the_last_daily_check_without_running_one(
    acted: World, by: Callable[..., httpx.Response]
) -> None:
    assert "has not been checked yet" in by(AccessRole.AUDITOR, "/audit").text
    verify = create_verification_handler(JobContext(acted.services, "worker@1"))
    verify("2026-12-01")
    assert "The audit trail is intact" in by(AccessRole.AUDITOR, "/audit").text
    with acted.database.writing() as tx:
        tx.execute(update(AuditRow).where(AuditRow.number == 2).values(role="coach"))
    assert "The audit trail is intact" in by(AccessRole.AUDITOR, "/audit").text
    verify("2026-12-02")
    assert "The audit trail is broken" in by(AccessRole.AUDITOR, "/audit").text
    assert by(AccessRole.AUDITOR, f"{API}/report").json()["last_check"]["first_broken"] == 2


def test_a_check_is_stopped_by_a_worker_shutdown(
    acted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "_PAGE", 1)
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(WorkerShutdownError):
        create_verification_handler(JobContext(acted.services, "worker@1", stopping))("2026-12-01")
    with acted.database.reading() as tx:
        assert trail_status(tx).last_check is None


def test_the_head_is_downloaded_as_a_file(acted: World, by: Callable[..., httpx.Response]) -> None:
    kept = by(AccessRole.AUDITOR, f"{API}/head")
    assert kept.headers["content-disposition"].startswith("attachment")
    head = re.search(r"^head ([0-9a-f]{64})$", kept.text, re.MULTILINE)
    assert head is not None
    with acted.database.reading() as tx:
        assert verification.verify(tx, acted.services.keyring, head[1]).head_known is True
