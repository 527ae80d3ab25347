"""The office's follow-up page with 1,200 pairs, seven sessions per pair, and all their forms."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import insert, select
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.rows import AgreementRow, FollowUpRow
from api.coaching.goals.rows import CommitmentRow, GoalRow
from api.cycles import service as cycles
from api.database.types import new_id
from api.participants import upload
from api.participants.rows import PersonRow, Side
from api.sessions.rows import FeedbackRow, RecordRow, SessionRow, SessionState
from coach.agreements import AgreementState, ClosedAs
from coach.commitments import CommitmentState
from tests.api.conftest import World, running
from tests.bench.figures import Figure
from tests.bench.instances import UN_WIDE, instance
from tests.bench.page_figures import measured
from tests.force.measuring import SQLITE, deployment

SESSIONS, COMMITMENTS, GOALS = 7, 3, 2
_NOW = datetime.now(UTC)
_FIRST = _NOW - timedelta(days=400)
_TEXTS = dict.fromkeys(("unit_scope", "owner_role", "needs_approval_of", "to_post"), "")
_SHARED = {"area": "policy", "nap_pillar": "none", "nap_reference": "", "version": 1}
_WHEN = {"created_at": _FIRST, "changed_at": _FIRST}


def follow_up_figures() -> Iterator[Figure]:
    """Measure the list of follow-ups, the filtered list, a coachee's page, and the first page."""
    with deployment(SQLITE) as world:
        cycle_id, coachee = _cycle_with_follow_ups(world)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        with running(world.services.settings) as browser:
            browser.headers["Sec-Fetch-Site"] = "same-origin"
            world.sign_in(browser)
            cycle = f"/cycles/{cycle_id}"
            for name, address in {
                "follow-ups of the cycle": f"{cycle}/follow-ups",
                "those that are open": f"{cycle}/follow-ups?state=due",
                "the life of one pair": f"{cycle}/goals/{coachee}",
                "what is to be done": "/",
            }.items():
                yield measured(browser, name, address)


def _cycle_with_follow_ups(world: World) -> tuple[str, str]:
    """Store 1,200 completed pairs with reports, goals and answers; return a cycle and a coachee."""
    roster, cycle = instance(UN_WIDE, seed=1)
    with world.database.writing() as tx:
        cycle_id = cycles.add_cycle(tx, cycle, "", now=_NOW).id
        upload.store_list(tx, cycle_id, Side.COACHEE, roster.coachees, now=_NOW)
        upload.store_list(tx, cycle_id, Side.COACH, roster.coaches, now=_NOW)
        people = select(PersonRow.id).where(PersonRow.cycle_id == cycle_id)
        coachees = list(tx.scalars(people.where(PersonRow.side == Side.COACHEE)))
        coaches = list(tx.scalars(people.where(PersonRow.side == Side.COACH)))
        for number, coachee in enumerate(coachees):
            _store_pair(tx, cycle_id, coachee, coaches[number % len(coaches)], number)
    return cycle_id, coachees[0]


def _store_pair(tx: Transaction, cycle_id: str, coachee: str, coach: str, number: int) -> None:
    agreement = new_id()
    owner = {"cycle_id": cycle_id, "coachee_id": coachee, "coach_id": coach}
    closed = {"state": AgreementState.CLOSED, "closed_as": ClosedAs.COMPLETED}
    dates = {"agreed_at": _FIRST, "closed_at": _NOW - timedelta(days=120)}
    _add(tx, AgreementRow, [{"id": agreement, "version": 3, **owner, **closed, **dates, **_WHEN}])
    _store_sessions(tx, owner, number)
    work = {"agreement_id": agreement, **_SHARED, **_WHEN}
    goal = {"state": "under_way", "written_by": "coachee", "statement": "Any goal", "weight": 1}
    goal |= {"reach": "unit", "scale": {}, "indicator": {}, "verification": "order", "to_post": ""}
    _add(tx, GoalRow, [{"id": new_id(), **work, **goal} for _ in range(GOALS)])
    _add(
        tx,
        CommitmentRow,
        [
            {
                "id": new_id(),
                **work,
                **_TEXTS,
                "title": f"Any commitment {one}",
                "title_shared": one == 0,
                "evidence": [],
                "due": _NOW.date(),
                "state": list(CommitmentState)[(number + one) % len(CommitmentState)],
            }
            for one in range(COMMITMENTS)
        ],
    )
    _add(
        tx,
        FollowUpRow,
        [
            {
                "id": new_id(),
                "cycle_id": cycle_id,
                "agreement_id": agreement,
                "person_id": coachee,
                "side": Side.COACHEE,
                "month": month,
                "due": _NOW.date() + timedelta(days=late),
                "reminders": 0,
                "version": 0,
                "until": _NOW.date() + timedelta(days=90),
                "answered_at": _NOW if number % 3 == 0 and late < 0 else None,
            }
            for month, late in ((3, -30), (6, 60))
        ],
    )


def _store_sessions(tx: Transaction, owner: dict[str, str], number: int) -> None:
    sessions, records, feedback = [], [], []
    for place in range(SESSIONS):
        start = _FIRST + timedelta(days=30 * place, hours=number % 8)
        identifier = new_id()
        sessions.append(
            {
                **owner,
                "id": identifier,
                "uid": f"{number}-{place}@bench",
                "count": SESSIONS,
                "number": place + 1,
                "starts_at": start,
                "sequence": 0,
                "asked_sequence": 0,
                "ends_at": start + timedelta(minutes=90),
                "state": SessionState.CONFIRMED,
                "changed_at": _FIRST,
            }
        )
        of_session = {"session_id": identifier, "attendance": "held", "submitted_at": start}
        records.append(
            {
                **of_session,
                "id": new_id(),
                "author_id": owner["coach_id"],
                "topic": "Any topic",
                "session_date": start.date(),
            }
        )
        author = {"id": new_id(), "author_id": owner["coachee_id"]}
        feedback.append({**of_session, **author, "rating": 4, "text": "Any words"})
    for table, rows in ((SessionRow, sessions), (RecordRow, records), (FeedbackRow, feedback)):
        _add(tx, table, rows)


def _add(tx: Transaction, table: type[Any], rows: list[dict[str, Any]]) -> None:
    tx.execute(insert(table), rows)
