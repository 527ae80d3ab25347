"""The rows and columns that an erasure deletes or empties."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Executable, Select, delete, exists, func, or_, select, update

from api.accounts.rows import CredentialRow
from api.coaching.curriculum.rows import SyllabusRow
from api.enrolment.rows import ApplicationRow
from api.mail.rows import MailRow
from api.participants.rows import DeclinedTimeRow, PersonRow
from api.personal_links.rows import OneTimeCodeRow, PersonPasskeyRow, PinRow, VerifiedDeviceRow
from api.plan_queries.rows import QuestionRow
from api.replies.rows import IncomingMailRow
from api.rescheduling.rows import MoveExceptionRow, ProposalRow
from api.session_reports.rows import ErasedNoteRow, NotebookRow, NoteKeyRow
from api.sessions.rows import (
    FeedbackRow,
    RecordRow,
    ReplyHistoryRow,
    ReplyRow,
    SessionActionRow,
    SessionRow,
)


def deletions(
    person_ids: Select[str], in_scope: tuple[ColumnElement[bool], ...]
) -> tuple[Executable, ...]:
    """Return the statements that delete people's rows."""
    return (
        delete(NoteKeyRow).where(
            or_(NoteKeyRow.author_id.in_(person_ids), NoteKeyRow.subject_id.in_(person_ids))
        ),
        delete(NotebookRow).where(NotebookRow.person_id.in_(person_ids)),
        delete(ErasedNoteRow).where(ErasedNoteRow.author_id.in_(person_ids)),
        delete(SessionActionRow).where(
            SessionActionRow.session_id.in_(
                select(SessionRow.id).where(SessionRow.coachee_id.in_(person_ids))
            )
        ),
        delete(SyllabusRow).where(SyllabusRow.coachee_id.in_(person_ids)),
        delete(QuestionRow).where(QuestionRow.person_id.in_(person_ids)),
        delete(CredentialRow).where(CredentialRow.person_id.in_(person_ids)),
        delete(MailRow).where(MailRow.person_id.in_(person_ids)),
        *(
            delete(table).where(table.person_id.in_(person_ids))
            for table in (
                OneTimeCodeRow,
                VerifiedDeviceRow,
                PinRow,
                PersonPasskeyRow,
                DeclinedTimeRow,
            )
        ),
        *(
            delete(table).where(table.session_id.in_(sessions_with(person_ids)))
            for table in (ProposalRow, MoveExceptionRow)
        ),
        delete(ApplicationRow).where(
            exists().where(
                *in_scope,
                ApplicationRow.cycle_id == PersonRow.cycle_id,
                func.lower(ApplicationRow.email) == func.lower(PersonRow.email),
            )
        ),
        delete(IncomingMailRow).where(
            or_(
                IncomingMailRow.person_id.in_(person_ids),
                IncomingMailRow.sender.in_(
                    select(func.lower(PersonRow.email)).where(*in_scope, PersonRow.email != "")
                ),
            )
        ),
    )


def emptied_columns(person_ids: Select[str]) -> tuple[Executable, ...]:
    """Return the statements that clear people's data in the remaining rows."""
    coachee_session_ids = select(SessionRow.id).where(
        SessionRow.coachee_id.in_(person_ids)  # a record is about the coachee
    )
    return (
        update(ReplyRow).where(ReplyRow.person_id.in_(person_ids)).values(comment=""),
        update(ReplyHistoryRow).where(ReplyHistoryRow.person_id.in_(person_ids)).values(comment=""),
        update(FeedbackRow).where(FeedbackRow.author_id.in_(person_ids)).values(text=""),
        update(RecordRow)
        .where(RecordRow.session_id.in_(coachee_session_ids))
        .values(topic="", next_focus=""),
        update(SessionRow)
        .where(or_(SessionRow.coachee_id.in_(person_ids), SessionRow.coach_id.in_(person_ids)))
        .values(place="", join_link="", topic=""),
    )


def sessions_with(person_ids: Select[str]) -> Select[str]:
    """Return a query for the ids of the sessions in which the given people take part."""
    return select(SessionRow.id).where(
        or_(SessionRow.coachee_id.in_(person_ids), SessionRow.coach_id.in_(person_ids))
    )
