"""Schemathesis requests to every operation: no server errors, no undocumented responses."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select

from api.accounts import tokens, users
from api.app import PERMISSIONS
from api.guidance import service as guidance
from api.http.principal import AccessRole, Principal
from api.mail.rows import MailRow, MailState
from api.participants.rows import PersonRow
from api.plan_queries import questions
from api.plan_queries.questions import QuestionRequest
from api.plan_queries.rows import QuestionKind
from api.sessions import schedule
from api.webhooks import service as webhooks
from api.webhooks.event_types import WebhookEvent
from api.webhooks.service import NewWebhook
from tests.api.conftest import CYCLE_TOML, World
from tests.api.guidance.cards import CARD
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command, deployment, seconds, served

TIMES = 5_000
MUST = "0 server errors, 0 undocumented responses"
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_TAKE_CYCLE_FILES = {"POST /api/v1/cycles", "PUT /api/v1/cycles/{cycle_id}/policy"}
_SHOWN = 12
_ANSWER_SECONDS = 30


@schemathesis.serializer("application/toml")
def _as_it_is(_context: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@dataclass(frozen=True)
class RequestData:
    """Test data for requests: identifiers of existing objects, and a secret for each role."""

    ids: dict[str, str]
    secrets: dict[AccessRole, str]


def measure(times: int, database: str) -> Figure:
    """Send about `times` requests, distributed evenly over all operations.

    An operation that has fewer variants receives fewer requests.
    """
    started = time.monotonic()
    statuses: Counter[int] = Counter()
    wrong: Counter[str] = Counter()
    with deployment(database) as world, served(world, None, "--no-worker") as server:
        address = server.address
        data = _create_request_data(world)
        description = requests.get(f"{address}/api/v1/openapi.json", timeout=_ANSWER_SECONDS).json()
        operations = [
            found.ok() for found in schemathesis.openapi.from_dict(description).get_all_operations()
        ]
        for operation in operations:
            count = -(-times // len(operations))
            _send_requests(operation, data, address, count, statuses, wrong)
    errors = sum(number for status, number in statuses.items() if status >= 500)
    for what, number in wrong.most_common(_SHOWN):
        print(f"    {number} x {what}")  # noqa: T201 - progress output
    counts = ", ".join(f"{number} x {status}" for status, number in sorted(statuses.items()))
    return Figure(
        f"{statuses.total()} requests to {len(operations)} operations, {database}",
        f"{errors} server errors, {wrong.total()} undocumented; "
        f"responses: {counts}, {seconds(started)}",
        MUST,
        not errors and not wrong and statuses.total() >= len(operations),
    )


def _create_request_data(world: World) -> RequestData:
    cycle_id = world.cycle()
    plan_id = world.plan(cycle_id, world.result({"C-2": "K-2"}))
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    manager = world.user_token(AccessRole.MANAGER)
    with world.database.reading() as tx:
        session = schedule.cycle_schedule(tx, cycle_id)[0]
    someone = world.person_id(cycle_id, "C-3")
    with world.database.writing() as tx:
        question_request = QuestionRequest(kind=QuestionKind.EXPLAIN, person_id=someone)
        question = questions.store_question(
            tx, world.services.enqueue, plan_id, question_request, now=world.services.now()
        )
        run = tx.connection().exec_driver_sql("SELECT run_id FROM plans LIMIT 1").scalar_one()
        message, failed, *_ = tx.scalars(select(MailRow)).all()
        failed.state = MailState.FAILED
        message_id, mail_id = message.id, failed.id
        human_id = tx.get_one(PersonRow, someone).human_id or ""
        user_id = users.ensure_user(
            tx, AccessRole.MANAGER.value, AccessRole.MANAGER, now=world.services.now()
        )
        revocable_token = tokens.issue_token(
            tx,
            Principal(AccessRole.MANAGER, user_id=user_id),
            "to be revoked",
            now=world.services.now(),
            lifetime=timedelta(days=1),
        )
    new = NewWebhook(url="https://hr.example.org/", events=frozenset({WebhookEvent.RUN_FINISHED}))
    webhook = webhooks.create_webhook(world.services, new).webhook
    return RequestData(
        ids={
            "cycle_id": cycle_id,
            "plan_id": plan_id,
            "run_id": run,
            "message_id": message_id,
            "mail_id": mail_id,
            "session_id": session.id,
            "question_id": question.id,
            "person_id": someone,  # unused, since a new link revokes the old one
            "human_id": human_id,
            "other_id": world.person_id(cycle_id, "K-1"),  # found by the coachee only
            "credential_id": revocable_token.id,
            "user_id": "0" * 20,  # no such user: a reset would end the sessions of a real one
            "device_id": "0" * 20,
            **dict.fromkeys(("application_id", "proposal_id", "incoming_id", "aide_id"), "0" * 20),
            **dict.fromkeys(("invitation_id", "nomination_id"), "0" * 20),
            **dict.fromkeys(("goal_id", "commitment_id", "follow_up_id", "event_id"), "0" * 20),
            "webhook_id": webhook.id,
            "country": guidance.store_card(world.services, "rs.toml", CARD.encode()).country,
            "module_code": "B1",
            "occasion": "second_session",
            "call": "0" * 43,
        },
        secrets={
            AccessRole.MANAGER: manager,
            AccessRole.AUDITOR: world.user_token(AccessRole.AUDITOR),
            AccessRole.COACHEE: world.link(cycle_id, "C-1").secret,
            AccessRole.COACH: world.link(cycle_id, "K-1").secret,
            AccessRole.ANONYMOUS: "nobody",
        },
    )


def _send_requests(  # noqa: PLR0917 - counters are filled in place
    operation: APIOperation,  # type: ignore[type-arg]
    data: RequestData,
    base_url: str,
    count: int,
    statuses: Counter[int],
    wrong: Counter[str],
) -> None:
    """Send `count` valid and invalid requests to an operation, with and without permission."""
    allowed = sorted(PERMISSIONS[operation.method.upper(), operation.path].roles)
    roles = st.sampled_from([*allowed, *allowed, *AccessRole])
    browser = requests.Session()

    @hypothesis.settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=_cases(operation, data), role=roles)
    def send(case: Case, role: AccessRole) -> None:
        browser.cookies.clear()
        headers = {"Authorization": f"Bearer {data.secrets.get(role, 'nobody')}"}
        answer = case.call(
            base_url=base_url, session=browser, headers=headers, timeout=_ANSWER_SECONDS
        )
        statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=_CHECKS)
        except FailureGroup as group:
            wrong.update(
                f"{operation.label}: {failure.title} ({answer.status_code})"
                for failure in group.exceptions
            )

    send()
    browser.close()


def _cases(operation: APIOperation, data: RequestData) -> st.SearchStrategy[Case]:  # type: ignore[type-arg]
    """Generate requests with existing, random and malformed identifiers."""
    names = [parameter.name for parameter in operation.path_parameters]
    real: dict[str, Any] = {"path_parameters": {name: data.ids[name] for name in names}}
    if operation.label in _TAKE_CYCLE_FILES:
        real |= {"body": CYCLE_TOML.encode(), "media_type": "application/toml"}
    kinds = [operation.as_strategy(**real), operation.as_strategy()]
    if names or operation.query or operation.body:
        kinds.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    return st.one_of(kinds)


if __name__ == "__main__":
    command("Every operation, with Schemathesis", measure, TIMES, DATABASES)
