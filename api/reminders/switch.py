"""Switches a cycle's reminders on and off."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.cycles.service import cycle_row
from api.mail.rows import REMINDER_KINDS, MailRow, MailState
from api.mail.settings import MailSettings
from api.services import Services
from api.values import FrozenModel


class ReminderSwitch(FrozenModel):
    """A request to switch a cycle's reminders on or off."""

    on: bool


class Reminders(FrozenModel):
    """The reminders of a cycle: whether they are on, and when they are sent.

    Attributes:
        on: whether reminders are turned on for this cycle.
        off_since: when a manager turned reminders off; `None` if reminders are on.
        of_session: how many days before a session its participants receive a reminder; `None` if
            this deployment sends no such reminders.
        before: how many days before a session people are reminded to reply; `None` if this
            deployment sends no such reminders.
        after: how many days after a session people are reminded to submit a record or feedback;
            `None` if this deployment sends no such reminders.
    """

    on: bool
    off_since: datetime | None
    of_session: int | None
    before: int | None
    after: int | None


def read_reminders(services: Services, cycle_id: str) -> Reminders:
    """Return whether and when people in a cycle receive reminders.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return reminders_of(tx, cycle_id, services.settings.mail)


def reminders_of(tx: Transaction, cycle_id: str, settings: MailSettings) -> Reminders:
    """Return whether and when people in a cycle receive reminders.

    Raises:
        NotFoundError: there is no such cycle.
    """
    off_since = cycle_row(tx, cycle_id).reminders_off_at
    return Reminders(
        on=off_since is None,
        off_since=off_since,
        of_session=(settings.enabled and settings.remind_session_days) or None,
        before=(settings.enabled and settings.remind_reply_days) or None,
        after=(settings.enabled and settings.remind_after_days) or None,
    )


def switch_reminders(services: Services, cycle_id: str, switch: ReminderSwitch) -> Reminders:
    """Switch a cycle's reminders on or off, and return the new setting; idempotent.

    Waiting reminders are cancelled when their delivery is due. If reminders are turned on again,
    cancelled reminders that are still due are created again.

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
        cancelled_meanwhile = (
            MailRow.cycle_id == row.id,
            MailRow.kind.in_(REMINDER_KINDS),
            MailRow.state == MailState.CANCELLED,
            MailRow.ended_at >= off_since,
        )
        tx.execute(delete(MailRow).where(*cancelled_meanwhile))
    record_event(tx, f"reminders switched {'on' if switch.on else 'off'}", "cycle", row.id)
