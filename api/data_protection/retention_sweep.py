"""Erasing people in cycles past their retention, and deleting long-expired secrets.

Each cycle is erased in its own transaction. If the sweep is interrupted, a cycle is therefore
erased either completely or not at all, and the next sweep continues with the remaining cycles.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, true
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialRow, FailedSignInRow, SignInFlowRow
from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.cycles.service import as_json, cycle_row, policy_of
from api.cycles.versions import Part, next_version
from api.data_protection.erase_people import WorkInProgress, erase_people, work_in_progress
from api.data_protection.erase_runs import erase_runs, minimal_source, without_people
from api.data_protection.erased_ids import update_list
from api.data_protection.retention_policy import (
    record_erasure_warnings,
    retention_status,
    retention_statuses,
)
from api.database.types import TableRow
from api.enrolment.rows import AddressCodeRow, ApplicationRow, CallRow
from api.lists.rows import SearchRow
from api.mail.rows import MailKind, MailRow
from api.participants.rows import ListPreviewRow, PersonRow
from api.personal_links.rows import OneTimeCodeRow, VerifiedDeviceRow
from api.plan_queries.rows import QuestionRow
from api.runs.rows import PlanRow, RunRow
from api.services import Services
from api.session_reports.rows import NoteRow
from api.values import FrozenModel

RETENTION_JOB = "retention"
_STALE = timedelta(days=30)  # owners can still see expired secrets for this long
_CODES_KEPT = timedelta(days=1)  # until the codes no longer count towards the daily limits
APPLICATIONS_KEPT = timedelta(days=180)
"""How long undecided applications are kept."""


class ErasureScope(FrozenModel):
    """The data that would be erased from a cycle: the number of rows of each kind.

    `work_in_progress` is the kind of work that has to end before the erasure, if any.
    """

    cycle_id: str
    name: str
    work_in_progress: WorkInProgress | None
    counts: dict[str, int]


def warn_and_list_due_cycles(services: Services) -> tuple[str, ...]:
    """Update the warnings of all cycles, and return the ids of the cycles to erase today."""
    days, now = services.settings.retention_days, services.now()
    with services.database.writing() as tx:
        record_erasure_warnings(tx, days, now=now)
        return due_cycles(tx, days, now=now)


def list_due_scopes(services: Services) -> tuple[ErasureScope, ...]:
    """Return the erasure scope of each cycle past its retention period, warned or not."""
    days, now = services.settings.retention_days, services.now()
    with services.database.reading() as tx:
        due = due_cycles(tx, days, now=now, warned=False)
        return tuple(erasure_scope(tx, cycle_id) for cycle_id in due)


def count_stale_secrets(services: Services) -> dict[str, int]:
    """Return the number of secrets of each kind that `delete_stale_secrets` would delete."""
    with services.database.reading() as tx:
        return stale_secrets(tx, now=services.now())


def erase_due_cycle(
    services: Services, cycle_id: str, *, warned: bool = True
) -> ErasureScope | None:
    """Erase all people in a cycle if their erasure is due, and update the list of erased ids.

    See `erase_cycle`.
    """
    days = services.settings.retention_days
    with services.database.writing() as tx:
        erased = erase_cycle(tx, cycle_id, days, now=services.now(), warned=warned)
    if erased is not None:
        update_list(services)
    return erased


def delete_stale_secrets(services: Services) -> dict[str, int]:
    """Delete long-expired secrets, also from the write-ahead log, and return counts by kind."""
    with services.database.writing() as tx:
        deleted = sweep(tx, now=services.now())
    services.database.purge_deleted_data()
    return deleted


def due_cycles(
    tx: Transaction, days: int, *, now: datetime, warned: bool = True
) -> tuple[str, ...]:
    """Return the ids of the cycles to erase today, oldest first.

    If `warned`, only cycles whose warning period has ended are included.
    """
    return tuple(
        status.row.id
        for status in retention_statuses(tx, days, now=now)
        if status.is_due(warned=warned)
    )


def erasure_scope(tx: Transaction, cycle_id: str) -> ErasureScope:
    """Count the rows that would be erased from a cycle.

    Raises:
        NotFoundError: there is no such cycle.
    """
    row = cycle_row(tx, cycle_id)
    people = select(PersonRow.id).where(PersonRow.cycle_id == cycle_id)
    of_cycle = MailRow.cycle_id == cycle_id
    counted: dict[str, tuple[type[TableRow], ColumnElement[bool]]] = {
        "people": (
            PersonRow,
            (PersonRow.cycle_id == cycle_id) & PersonRow.erased_at.is_(None),
        ),
        "notes": (NoteRow, NoteRow.author_id.in_(people)),
        "runs": (RunRow, RunRow.cycle_id == cycle_id),
        "questions": (QuestionRow, QuestionRow.plan_id.in_(_plans(cycle_id))),
        "messages": (MailRow, of_cycle & (MailRow.kind == MailKind.INVITATION)),
        "mails": (MailRow, of_cycle & MailRow.released_at.is_not(None)),
        "secrets": (CredentialRow, CredentialRow.person_id.in_(people)),
    }
    return ErasureScope(
        cycle_id=cycle_id,
        name=row.name,
        work_in_progress=work_in_progress(tx, cycle_id),
        counts={what: _count(tx, table, condition) for what, (table, condition) in counted.items()},
    )


def erase_cycle(
    tx: Transaction, cycle_id: str, days: int, *, now: datetime, warned: bool = True
) -> ErasureScope | None:
    """Erase all people in a cycle and their data, and return the number of rows of each kind.

    Returns `None` if the cycle is no longer due, or if a run or question is in progress.

    Raises:
        NotFoundError: there is no such cycle.
    """
    row = cycle_row(tx, cycle_id)
    if not retention_status(tx, row, days, now=now).is_due(warned=warned):
        return None
    found = erasure_scope(tx, cycle_id)
    if found.work_in_progress:
        return None
    erase_whole_cycle(tx, row, now=now)
    record_event(tx, "cycle erased", "cycle", cycle_id, by=None, **found.counts)
    return found


def erase_whole_cycle(tx: Transaction, row: CycleRow, *, now: datetime) -> None:
    """Erase all people in a cycle and the data about them, without any checks."""
    erase_people(tx, row.id, true(), now=now)
    erase_runs(tx, row.id)
    for statement in (
        delete(QuestionRow).where(QuestionRow.plan_id.in_(_plans(row.id))),
        delete(MailRow).where(MailRow.cycle_id == row.id),
        delete(ApplicationRow).where(ApplicationRow.cycle_id == row.id),
        delete(CallRow).where(CallRow.cycle_id == row.id),
    ):
        tx.execute(statement, execution_options={"synchronize_session": False})
    policy = policy_of(row)
    row.policy, row.source = as_json(without_people(policy)), minimal_source(policy)
    next_version(row, Part.POLICY)  # so that a form opened earlier cannot restore the text
    row.erased_at = row.changed_at = now
    row.erasure_announced_at = None


def stale_secrets(tx: Transaction, *, now: datetime) -> dict[str, int]:
    """Return the number of secrets of each kind that the next sweep would delete."""
    return {what: _count(tx, table, condition) for what, (table, condition) in _stale(now).items()}


def sweep(tx: Transaction, *, now: datetime) -> dict[str, int]:
    """Delete secrets that expired or were revoked at least 30 days ago, and record how many.

    Secrets are links, tokens, browser sessions, codes, verified devices and sign-in flows. Expired
    counts of failed sign-ins, expired searches and uploaded lists, codes for addresses after a day,
    and applications after 180 days are deleted as well. Returns the number of deleted rows of each
    kind.
    """
    found = stale_secrets(tx, now=now)
    if any(found.values()):
        for table, condition in _stale(now).values():
            tx.execute(
                delete(table).where(condition), execution_options={"synchronize_session": False}
            )
        record_event(tx, "ended secrets deleted", "retention", f"{now:%Y-%m-%d}", by=None, **found)
    return found


def _stale(now: datetime) -> dict[str, tuple[type[TableRow], ColumnElement[bool]]]:
    before = now - _STALE
    return {
        "credentials": (
            CredentialRow,
            or_(CredentialRow.expires_at <= before, CredentialRow.revoked_at <= before),
        ),
        "codes": (OneTimeCodeRow, OneTimeCodeRow.expires_at <= before),
        "devices": (
            VerifiedDeviceRow,
            or_(VerifiedDeviceRow.expires_at <= before, VerifiedDeviceRow.revoked_at <= before),
        ),
        "ceremonies": (SignInFlowRow, SignInFlowRow.expires_at <= before),
        "failed_sign_ins": (FailedSignInRow, FailedSignInRow.expires_at <= now),
        "previews": (ListPreviewRow, ListPreviewRow.expires_at <= now),
        "searches": (SearchRow, SearchRow.expires_at <= now),
        "address_codes": (AddressCodeRow, AddressCodeRow.created_at <= now - _CODES_KEPT),
        "applications": (ApplicationRow, ApplicationRow.created_at <= now - APPLICATIONS_KEPT),
    }


def _plans(cycle_id: str) -> Select[str]:
    return select(PlanRow.id).where(PlanRow.cycle_id == cycle_id)


def _count(tx: Transaction, table: type[TableRow], condition: ColumnElement[bool]) -> int:
    return tx.scalar(select(func.count()).select_from(table).where(condition)) or 0
