"""Subject access: reporting the data stored about a person, and erasing the person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.passkeys import PasskeyView
from api.accounts.rows import CredentialRow
from api.audit_trail.log import record_event
from api.coaching.life.export import (
    ReportedEarlyEnd,
    ReportedNomination,
    early_ends_of,
    nomination_of,
)
from api.consent.given import GivenConsent, consents_given_by
from api.data_protection import facts
from api.data_protection.erase_people import WorkInProgress, erase_people, work_in_progress
from api.data_protection.erased_ids import update_list
from api.data_protection.reported_access import (
    ReportedAide,
    ReportedDevice,
    aides_of,
    devices_of,
)
from api.data_protection.reported_coaching import ReportedCoaching, coaching_of
from api.data_protection.reported_plans import ReportedPlan, plan_of
from api.data_protection.reported_replies import (
    ReportedMail,
    ReportedProposal,
    ReportedReply,
    mails_from,
    proposals_of,
    replies_of,
)
from api.group_events.export import ReportedEvents, reported_events
from api.http.principal import Principal
from api.mail.rows import MailKind, MailRow
from api.participants.declined_times import declined_times
from api.participants.rows import PersonRow, Side
from api.participants.service import person_row
from api.people.directory import DirectoryEntry, entry_of
from api.personal_links.person_passkeys import person_passkeys_of
from api.personal_links.rows import PinRow
from api.services import Services
from api.session_reports.feedback import FeedbackView, feedback_view
from api.session_reports.records import RecordView, records_of
from api.session_reports.rows import NoteRow
from api.sessions.rows import FeedbackRow, SessionRow, SessionState
from api.sessions.schedule import person_schedule
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel
from coach.errors import ConflictError, NotFoundError
from coach.sessions import Reply, SessionMode

_WORK_IN_PROGRESS = {
    WorkInProgress.RUN: facts.RUN_IN_PROGRESS(),
    WorkInProgress.QUESTION: facts.QUESTION_IN_PROGRESS(),
}


class ReportedSession(FrozenModel):
    """One of the person's sessions, without data about the other participant."""

    number: int
    start: datetime
    end: datetime
    state: SessionState
    mode: SessionMode | None
    place: str
    topic: str
    my_reply: str
    my_comment: str


class ReportedNote(FrozenModel):
    """A note written by the person, without its text, which only the person can read."""

    session_id: str
    version: int
    written_at: datetime


class SubjectAccessReport(FrozenModel):
    """The data stored about a person, without data about other people.

    Reports for the programme office omit some of it; see `subject_access_report`.

    `profile` contains the person's details, as uploaded by the office or changed by the person;
    `listed` contains the office's values of the fields that the person has changed. `address` is
    the person's current email address, which the person may have changed since the upload.
    `directory` is the person's row in the directory, with their roles in all cycles; it is `None`
    after they have been erased.
    """

    code: str
    side: Side
    address: str
    profile: dict[str, Any]
    listed: dict[str, Any]
    left_at: datetime | None
    sessions: tuple[ReportedSession, ...]
    proposals: tuple[ReportedProposal, ...]
    declined_times: tuple[tuple[datetime, datetime], ...]
    replies: tuple[ReportedReply, ...]
    group_events: ReportedEvents
    emails_received: tuple[ReportedMail, ...]
    records: tuple[RecordView, ...]
    feedback: tuple[FeedbackView, ...]
    plan_of_modules: ReportedPlan | None
    consents: tuple[GivenConsent, ...]
    nomination: ReportedNomination | None
    early_ends: tuple[ReportedEarlyEnd, ...]
    coaching: ReportedCoaching
    notes_written: tuple[ReportedNote, ...]
    links_made_at: tuple[datetime, ...]
    aides: tuple[ReportedAide, ...]
    devices_verified: tuple[ReportedDevice, ...]
    pin_set_at: datetime | None
    passkeys: tuple[PasskeyView, ...]
    messages_sent: int
    directory: DirectoryEntry | None


def find_person(services: Services, ident: str, cycle_id: str = "") -> str:
    """Return a person's internal id, given either that id or the person's id in the spreadsheet.

    Raises:
        NotFoundError: no person, or no person in the given cycle, has this id.
        ConflictError: several people have this id.
    """
    query = select(PersonRow.id, PersonRow.cycle_id).where(
        or_(PersonRow.code == ident, PersonRow.id == ident)
    )
    if cycle_id:
        query = query.where(PersonRow.cycle_id == cycle_id)
    with services.database.reading() as tx:
        found = tx.execute(query).all()
    if not found:
        raise NotFoundError(facts.PERSON_NOT_FOUND(id=ident))
    if len(found) > 1:
        cycles = sorted(row.cycle_id for row in found)
        raise ConflictError(facts.SEVERAL_PEOPLE(id=ident, cycles=cycles))
    identifier: str = found[0].id
    return identifier


def export_person(services: Services, person_id: str) -> SubjectAccessReport:
    """Return the report about a person and record the export in the audit trail.

    Raises:
        NotFoundError: there is no such person.
    """
    with services.database.writing() as tx:
        return subject_access_report(tx, person_id)


def export_own_data(services: Services, principal: Principal) -> SubjectAccessReport:
    """Return the report about the requesting person, with their refusals, and record the export."""
    with services.database.writing() as tx:
        return subject_access_report(tx, principal.person_id or "", to_person=True)


def erase_one_person(services: Services, person_id: str) -> None:
    """Erase a person, including from the write-ahead log, and update the list of erased ids.

    See `erase_person`.
    """
    with services.database.writing() as tx:
        erase_person(tx, person_id, now=services.now())
    update_list(services)
    services.database.purge_deleted_data()


def subject_access_report(
    tx: Transaction, person_id: str, *, to_person: bool = False
) -> SubjectAccessReport:
    """Return the report about a person, and record the export in the audit trail.

    With `to_person`, the report also contains the person's refusals, which must not be disclosed to
    the people refused, and the texts of their agreements, goals and commitments, which the office
    must not see.

    Raises:
        NotFoundError: there is no such person.
    """
    row = person_row(tx, person_id)
    sessions = person_schedule(tx, person_id).sessions
    session_ids = [session.id for session in sessions]
    record_event(tx, "person exported", "person", person_id)
    return SubjectAccessReport(
        code=row.code,
        side=row.side,
        address=row.email,
        profile=_without_refusals(row.profile, keep=to_person),
        listed=_without_refusals(row.listed or {}, keep=to_person),
        left_at=row.left_at,
        sessions=tuple(_reported_session(session, row.side) for session in sessions),
        proposals=proposals_of(tx, person_id),
        declined_times=declined_times(tx, [person_id]).get(person_id, ()),
        replies=replies_of(tx, person_id),
        group_events=reported_events(tx, person_id),
        emails_received=mails_from(tx, person_id),
        records=records_of(tx, session_ids),
        feedback=tuple(
            feedback_view(given)
            for given in tx.scalars(select(FeedbackRow).where(FeedbackRow.author_id == person_id))
        ),
        plan_of_modules=plan_of(tx, person_id),
        consents=consents_given_by(tx, person_id),
        nomination=nomination_of(tx, person_id),
        early_ends=early_ends_of(tx, row.side, person_id),
        coaching=coaching_of(tx, row.side, person_id) if to_person else ReportedCoaching(),
        notes_written=_notes_written_by(tx, person_id),
        links_made_at=tuple(
            tx.scalars(select(CredentialRow.created_at).where(CredentialRow.person_id == person_id))
        ),
        aides=aides_of(tx, person_id),
        devices_verified=devices_of(tx, person_id),
        pin_set_at=tx.scalar(select(PinRow.set_at).where(PinRow.person_id == person_id)),
        passkeys=person_passkeys_of(tx, person_id),
        messages_sent=_message_count(tx, person_id),
        directory=None if row.human_id is None else entry_of(tx, row.human_id),
    )


def _without_refusals(values: dict[str, Any], *, keep: bool) -> dict[str, Any]:
    return {field: value for field, value in values.items() if keep or field != "refuses"}


def _message_count(tx: Transaction, person_id: str) -> int:
    query = select(func.count()).where(
        MailRow.person_id == person_id, MailRow.kind == MailKind.INVITATION
    )
    return tx.scalar(query) or 0


def _reported_session(session: SessionDetails, side: Side) -> ReportedSession:
    coachee = side is Side.COACHEE
    return ReportedSession(
        number=session.number,
        start=session.start,
        end=session.end,
        state=session.state,
        mode=session.mode,
        place=session.place,
        topic=session.topic,
        my_reply=(session.coachee_reply if coachee else session.coach_reply) or Reply.NONE,
        my_comment=session.coachee_comment if coachee else session.coach_comment,
    )


def _notes_written_by(tx: Transaction, person_id: str) -> tuple[ReportedNote, ...]:
    return tuple(
        ReportedNote(session_id=note.session_id, version=note.version, written_at=note.written_at)
        for note in tx.scalars(select(NoteRow).where(NoteRow.author_id == person_id))
    )


def erase_person(tx: Transaction, person_id: str, *, now: datetime) -> None:
    """Erase a person, leaving a tombstone so that totals stay correct; see `erase_people`.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: the person has future sessions, or a run or question is in progress.
    """
    row = person_row(tx, person_id)
    _refuse_with_future_sessions(tx, person_id, now)
    if work := work_in_progress(tx, row.cycle_id):
        raise ConflictError(_WORK_IN_PROGRESS[work])
    erase_people(tx, row.cycle_id, PersonRow.id == person_id, now=now)
    record_event(tx, "person erased", "person", person_id)


def _refuse_with_future_sessions(tx: Transaction, person_id: str, now: datetime) -> None:
    coming = tx.scalar(
        select(SessionRow.id)
        .where(
            or_(SessionRow.coachee_id == person_id, SessionRow.coach_id == person_id),
            SessionRow.state == SessionState.CONFIRMED,
            SessionRow.ends_at > now,
        )
        .limit(1)
    )
    if coming is not None:
        raise ConflictError(facts.FUTURE_SESSIONS())
