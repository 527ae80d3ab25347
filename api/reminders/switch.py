"""Switching the reminders of one cycle off and on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.cycles.service import cycle_row
from api.mail.rows import MailRow, MailState
from api.mail.settings import MailSettings
from api.services import Services
from api.values import FrozenModel


class ReminderSwitch(FrozenModel):
    """Whether the people of a cycle are to get reminders."""

    on: bool


class Reminders(FrozenModel):
    """Whether the people of a cycle get reminders by mail, and when.

    `on` and `off_since` are what a manager has decided for this cycle. `before` is the number of
    days before a session when missing replies are reminded of, `after` the number of days after it
    when a missing record or missing feedback is; both are settings of the whole deployment, and
    `None` if it sends no such reminders.
    """

    on: bool
    off_since: datetime | None
    before: int | None
    after: int | None


def read_reminders(services: Services, cycle_id: str) -> Reminders:
    """Whether the people of a cycle get reminders.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return reminders_of(tx, cycle_id, services.settings.mail)


def reminders_of(tx: Transaction, cycle_id: str, settings: MailSettings) -> Reminders:
    """Whether the people of a cycle get reminders.

    Raises:
        NotFoundError: there is no such cycle.
    """
    off_since = cycle_row(tx, cycle_id).reminders_off_at
    return Reminders(
        on=off_since is None,
        off_since=off_since,
        before=(settings.enabled and settings.remind_reply_days) or None,
        after=(settings.enabled and settings.remind_after_days) or None,
    )


def switch_reminders(services: Services, cycle_id: str, switch: ReminderSwitch) -> Reminders:
    """Switch the reminders of a cycle off or on; idempotent.

    Reminders that wait to be sent are dropped when their turn comes. After reminders are switched
    on again, those that are still due are written again.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.writing() as tx:
        row = cycle_row(tx, cycle_id)
        if switch.on != (row.reminders_off_at is None):
            _apply(tx, row, switch, services.now())
        return reminders_of(tx, cycle_id, services.settings.mail)


def _apply(tx: Transaction, row: CycleRow, switch: ReminderSwitch, now: datetime) -> None:
    off_since = row.reminders_off_at
    row.reminders_off_at = None if switch.on else now
    if off_since is not None:
        dropped_meanwhile = (
            MailRow.cycle_id == row.id,
            MailRow.session_id.is_not(None),
            MailRow.state == MailState.DROPPED,
            MailRow.ended_at >= off_since,
            MailRow.problem == "",  # not one that failed and that the office has sent itself
        )
        tx.execute(delete(MailRow).where(*dropped_meanwhile))
    record_event(tx, f"reminders switched {'on' if switch.on else 'off'}", "cycle", row.id)
