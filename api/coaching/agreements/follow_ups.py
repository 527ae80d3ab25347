"""The follow-ups of an agreement, created when its pair is completed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.agreements.rows import AgreementRow, FollowUpRow, SentQuestionRow
from api.cycles.service import cycle_row, policy_of
from api.participants.rows import Side
from coach.follow_up import FollowUpDates, answerable_until, follow_up_dates


def open_follow_ups(tx: Transaction, agreement: AgreementRow, *, now: datetime) -> None:
    """Create a completed pair's follow-ups according to its cycle's policy."""
    dates = policy_of(cycle_row(tx, agreement.cycle_id)).cycle
    completed = now.astimezone(dates.zone).date()
    asked = {Side.COACHEE: agreement.coachee_id}
    if dates.follow_up_coach:
        asked[Side.COACH] = agreement.coach_id
    planned = follow_up_dates(completed, dates.follow_up_months)
    for side, person_id in asked.items():
        for month, due in planned:
            tx.add(
                FollowUpRow(
                    cycle_id=agreement.cycle_id,
                    agreement_id=agreement.id,
                    person_id=person_id,
                    side=side,
                    month=month,
                    due=due,
                    until=answerable_until(completed, dates.follow_up_months),
                )
            )
    if planned:
        record_event(
            tx, "follow-ups planned", "agreement", agreement.id, questions=len(planned) * len(asked)
        )


def dates_of(row: SentQuestionRow, zone: ZoneInfo) -> FollowUpDates:
    """Return the dates of a question, in its cycle's time zone."""
    return FollowUpDates(
        due=row.due,
        until=row.until,
        asked=None if row.asked_at is None else row.asked_at.astimezone(zone).date(),
        reminded=None if row.reminded_at is None else row.reminded_at.astimezone(zone).date(),
        reminders=row.reminders,
        answered=row.answered_at is not None,
        ended=row.ended_at is not None,
    )
