"""Access to personal data is recorded in the audit trail, at most once an hour per object."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from api.app import PERMISSIONS
from api.audit_trail.rows import AuditRow
from api.mail.rows import MailRow
from api.participants.rows import PersonRow
from api.plan_queries import questions
from api.plan_queries.questions import QuestionRequest
from api.plan_queries.rows import QuestionKind
from api.runs.rows import PlanRow
from api.sessions import schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from conftest import World

AUDITED = {route: access for route, access in PERMISSIONS.items() if access.audit_action}


@pytest.fixture
def path_parameters(world: World) -> dict[str, str]:
    """Return a value for every path parameter of the routes."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    person_id = world.person_id(cycle_id, "C-1")
    with world.database.writing() as tx:
        plan_id = tx.scalars(select(PlanRow.id)).first() or ""
        question_request = QuestionRequest(kind=QuestionKind.EXPLAIN, person_id=person_id)
        question = questions.store_question(
            tx, world.services.enqueue, plan_id, question_request, now=world.services.now()
        )
        return {
            "cycle_id": cycle_id,
            "person_id": person_id,
            "human_id": tx.get_one(PersonRow, person_id).human_id or "",
            "session_id": schedule.cycle_schedule(tx, cycle_id)[0].id,
            "message_id": tx.scalars(select(MailRow.id)).first() or "",
            "mail_id": tx.scalars(select(MailRow.id)).first() or "",
            "plan_id": plan_id,
            "question_id": question.id,
            "event_id": "0" * 20,
        }


def _events(world: World) -> list[tuple[str, str, str]]:
    with world.database.reading() as tx:
        rows = tx.scalars(select(AuditRow).order_by(AuditRow.number))
        return [(row.action, row.object_kind, row.object_id) for row in rows]


def test_reading_personal_data_is_recorded_once_an_hour(
    world: World, office: httpx.Client, path_parameters: dict[str, str]
) -> None:
    for (method, path), access in AUDITED.items():
        with world.database.writing() as tx:
            long_ago = world.services.now() - timedelta(hours=2)
            tx.execute(update(AuditRow).values(at=long_ago))
        before = _events(world)
        for _ in range(2):
            office.request(method, path.format(**path_parameters), json={"text": "Coach"})
        (audit_action,) = _events(world)[len(before) :]
        parameter = path.partition("{")[2].partition("}")[0]
        expected = (
            (access.audit_object, "main")
            if access.audit_object
            else (parameter.removesuffix("_id"), path_parameters[parameter])
        )
        assert audit_action == (access.audit_action, *expected), path


def test_repeated_reading_costs_one_query_and_no_write(
    world: World,
    office: httpx.Client,
    path_parameters: dict[str, str],
    count_queries: Callable[[], int],
) -> None:
    path = f"/api/v1/cycles/{path_parameters['cycle_id']}/people"
    office.get(path)
    rows = len(_events(world))
    count_queries()
    office.get(path)
    again = count_queries()
    office.get(path)
    assert count_queries() == again
    assert len(_events(world)) == rows


def test_reading_own_data_is_not_recorded(
    world: World, client: httpx.Client, path_parameters: dict[str, str]
) -> None:
    link = world.link(path_parameters["cycle_id"], "C-1").secret
    before = len(_events(world))
    assert client.get(f"/p/{link}").status_code == HTTPStatus.OK
    assert (
        client.get(f"/p/{link}/sessions/{path_parameters['session_id']}").status_code
        == HTTPStatus.OK
    )
    bearer = {"Authorization": f"Bearer {link}"}
    path = f"/api/v1/sessions/{path_parameters['session_id']}"
    assert client.get(path, headers=bearer).status_code == HTTPStatus.OK
    assert len(_events(world)) == before


def test_reading_with_malformed_identifier_is_not_recorded(
    world: World, office: httpx.Client
) -> None:
    before = len(_events(world))
    for wrong in ("x" * 300, "1", "0123456789abcdef012g"):
        answer = office.get(f"/api/v1/cycles/{wrong}/people")
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert len(_events(world)) == before
