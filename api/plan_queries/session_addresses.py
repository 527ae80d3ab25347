"""Finds the address of a page for each session of a plan."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.http import urls
from api.plans.plan_details import PlanSummary
from api.runs.rows import PlanState
from api.sessions.rows import SessionRow


def session_addresses(
    tx: Transaction, plan: PlanSummary, uids: Mapping[str, str], person_ids: Mapping[str, str]
) -> dict[str, str]:
    """Return the address of a page for each session of a plan, keyed by uid.

    In a published plan, this is the session's own page; in other plans, it is the page of the
    session's coachee. `uids` maps the uid of each session to its coachee's id in the list, and
    `person_ids` maps these ids to those of the coachees' rows.
    """
    if plan.state is PlanState.PUBLISHED:
        rows = select(SessionRow.uid, SessionRow.id).where(
            SessionRow.cycle_id == plan.cycle_id, SessionRow.uid.in_(list(uids))
        )
        return {uid: urls.session(session_id) for uid, session_id in tx.execute(rows)}
    return {
        uid: urls.plan_person(plan.id, person_ids[code])
        for uid, code in uids.items()
        if code in person_ids
    }
