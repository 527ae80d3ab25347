"""Erasing people of a cycle: what goes, and the tombstones that totals are counted by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session as Transaction

from api.store.access_rows import CredentialRow
from api.store.confidential_rows import NotebookRow, NoteKeyRow
from api.store.cycle_rows import PersonRow, Side
from api.store.mail_rows import CodeRow, MailRow
from api.store.question_rows import QuestionRow
from api.store.run_rows import RunRow
from api.store.session_rows import FeedbackRow, RecordRow, ReplyRow, SessionRow
from api.workflows.runs import RunInput
from coach.people import Person, Roster

ERASED = "(erased)"
_EMPTY: dict[str, Any] = {
    "name": ERASED,
    "email": "",
    "languages": (),
    "availability": (),
    "unavailable": (),
    "unit": "",
    "refuses": frozenset(),
    "topics": (),
}
_EMPTY_ON_SIDE: dict[Side, dict[str, Any]] = {
    Side.COACHEE: {"prefers": ()},
    Side.COACH: {"chain_of_command": ()},
}
_Codes = set[tuple[Side, str]]


def erase_people(
    tx: Transaction, cycle_id: str, which: ColumnElement[bool], *, now: datetime
) -> None:
    """Erase those people of a cycle whose row is as `which` says, leaving tombstones.

    Stay: side, country, sex, year of birth, rank and service, attendance and ratings. Go: name,
    address, languages, times, unit, wishes, every text, links, and the keys of every note by or
    about them, in older copies of the database as well.
    """
    here = (PersonRow.cycle_id == cycle_id, which)
    rows = tx.scalars(select(PersonRow).where(*here)).all()
    for row in rows:
        row.name, row.email, row.profile = ERASED, "", _without_person(row.side, row.profile)
        row.left_at, row.erased_at = row.left_at or now, row.erased_at or now
    _erase_rows_of(tx, here)
    codes = {(row.side, row.code) for row in rows}
    for run in tx.scalars(select(RunRow).where(RunRow.cycle_id == cycle_id)).all():
        work = RunInput.model_validate_json(run.input)
        run.input = work.model_copy(
            update={"roster": _roster_without(work.roster, codes)}
        ).model_dump_json()


def _erase_rows_of(tx: Transaction, here: tuple[ColumnElement[bool], ...]) -> None:
    tx.flush()
    them = select(PersonRow.id).where(*here)
    theirs = select(SessionRow.id).where(
        SessionRow.coachee_id.in_(them)  # what a coach recorded stays the coachee's
    )
    for statement in (
        delete(NoteKeyRow).where(
            or_(NoteKeyRow.author_id.in_(them), NoteKeyRow.subject_id.in_(them))
        ),
        delete(NotebookRow).where(NotebookRow.person_id.in_(them)),
        delete(QuestionRow).where(QuestionRow.person_id.in_(them)),
        delete(CredentialRow).where(CredentialRow.person_id.in_(them)),
        delete(MailRow).where(MailRow.person_id.in_(them)),
        delete(CodeRow).where(CodeRow.person_id.in_(them)),
        update(ReplyRow).where(ReplyRow.person_id.in_(them)).values(comment=""),
        update(FeedbackRow).where(FeedbackRow.author_id.in_(them)).values(text=""),
        update(RecordRow)
        .where(RecordRow.session_id.in_(theirs))
        .values(topic="", agreed_actions="", next_step=""),
    ):
        tx.execute(statement, execution_options={"synchronize_session": False})


def _without_person(side: Side, profile: dict[str, Any]) -> dict[str, Any]:
    plain = {
        field: sorted(value)
        if isinstance(value, frozenset)
        else list(value)
        if isinstance(value, tuple)
        else value
        for field, value in (_EMPTY | _EMPTY_ON_SIDE[side]).items()
    }
    return profile | plain


def _roster_without(roster: Roster, codes: _Codes) -> Roster:
    """Also in what a run was frozen with; its fingerprint stays as it was."""

    def scrubbed(people: tuple[Any, ...], side: Side) -> tuple[Any, ...]:
        return tuple(_scrub(one, side) if (side, one.id) in codes else one for one in people)

    return Roster(
        coachees=scrubbed(roster.coachees, Side.COACHEE),
        coaches=scrubbed(roster.coaches, Side.COACH),
    )


def _scrub(person: Person, side: Side) -> Person:
    return person.model_copy(update=_EMPTY | _EMPTY_ON_SIDE[side])
