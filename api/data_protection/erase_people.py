"""Erasing people of a cycle: what goes, and the tombstones that totals are counted by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import undefer

from api.accounts.rows import CredentialRow
from api.cycles.rows import CycleRow, PersonRow, Side
from api.cycles.service import as_json, cycle_row, policy_of
from api.data_protection.erase_runs import bare_source
from api.data_protection.redaction import ERASED, Gone, names_of, tombstone_code
from api.input_files import NamedFile
from api.mail.rows import CodeRow, MailRow
from api.participants import uploads
from api.participants.service import profile_of
from api.plan_queries.rows import QuestionRow
from api.runs.rows import PlanRow, RunProgressRow, RunRow, RunState
from api.runs.service import RunInput
from api.session_reports.note_rows import NotebookRow, NoteKeyRow
from api.sessions.rows import FeedbackRow, OutboxRow, RecordRow, ReplyRow, SessionRow
from coach.cycle import Cycle
from coach.errors import UnusableInputError
from matching.result import Result

_OPEN = (RunState.QUEUED, RunState.RUNNING)


def erase_people(
    tx: Transaction, cycle_id: str, which: ColumnElement[bool], *, now: datetime
) -> None:
    """Erase those people of a cycle whose row is as `which` says, leaving tombstones.

    Stay: side, country, time zone, sex, year of birth, rank, service and role, attendance and
    ratings, and who was with whom when, under another code. Go: name, address, code, languages,
    times, unit, wishes, every text of theirs, what plans and runs say of them, their names in what
    others wrote of a session with them, links, and every note by or about them with its key. Older
    copies of the database still hold all of it.
    """
    here = (PersonRow.cycle_id == cycle_id, which)
    runs = tx.scalars(
        select(RunRow).where(RunRow.cycle_id == cycle_id).options(undefer(RunRow.input))
    ).all()
    inputs = [RunInput.model_validate_json(run.input) for run in runs]
    rows = tx.scalars(select(PersonRow).where(*here)).all()
    gone = _gone(rows, inputs)
    _erase_rows_of(tx, here, gone)
    _entomb(tx, cycle_id, gone, now)
    for run, work in zip(runs, inputs, strict=True):
        run.input = gone.work(work).model_dump_json()
        if run.failure is not None and gone.speaks(run.failure["detail"]):
            run.failure = run.failure | {"detail": ERASED}
    _erase_from_plans(tx, cycle_id, gone)
    _erase_from_policy(cycle_row(tx, cycle_id), gone)
    tx.flush()


def at_work(tx: Transaction, cycle_id: str) -> str:
    """What is at work on a cycle's people, if anything, and would bring back what is erased."""
    runs = tx.scalar(
        select(func.count()).where(RunRow.cycle_id == cycle_id, RunRow.state.in_(_OPEN))
    )
    asked = tx.scalar(
        select(func.count())
        .select_from(QuestionRow)
        .join(PlanRow, PlanRow.id == QuestionRow.plan_id)
        .where(PlanRow.cycle_id == cycle_id, QuestionRow.state.in_(_OPEN))
    )
    return "a run" if runs else "a question" if asked else ""


def _gone(rows: Sequence[PersonRow], inputs: Sequence[RunInput]) -> Gone:
    codes = {(row.side, row.code): row.code if row.erased_at else tombstone_code() for row in rows}
    names = {*names_of(map(profile_of, rows)), *(row.email for row in rows)}
    for work in inputs:  # frozen before a later list called them otherwise
        for side, people in (
            (Side.COACHEE, work.roster.coachees),
            (Side.COACH, work.roster.coaches),
        ):
            names.update(names_of(one for one in people if (side, one.id) in codes))
    return Gone(codes=codes, names=frozenset(names - {""}))


def _erase_rows_of(tx: Transaction, here: tuple[ColumnElement[bool], ...], gone: Gone) -> None:
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
        delete(OutboxRow).where(OutboxRow.person_id.in_(them)),  # there is nobody to send it to
        delete(CodeRow).where(CodeRow.person_id.in_(them)),
        update(ReplyRow).where(ReplyRow.person_id.in_(them)).values(comment=""),
        update(FeedbackRow).where(FeedbackRow.author_id.in_(them)).values(text=""),
        update(RecordRow)
        .where(RecordRow.session_id.in_(theirs))
        .values(topic="", agreed_actions="", next_step=""),
    ):
        tx.execute(statement, execution_options={"synchronize_session": False})
    with_them = or_(SessionRow.coachee_id.in_(them), SessionRow.coach_id.in_(them))
    said = select(SessionRow.id).where(with_them)
    for record in tx.scalars(select(RecordRow).where(RecordRow.session_id.in_(said))):
        record.topic = gone.text(record.topic)
        record.agreed_actions = gone.text(record.agreed_actions)
        record.next_step = gone.text(record.next_step)
    for feedback in tx.scalars(select(FeedbackRow).where(FeedbackRow.session_id.in_(said))):
        feedback.text = gone.text(feedback.text)
    for reply in tx.scalars(select(ReplyRow).where(ReplyRow.session_id.in_(said))):
        reply.comment = gone.text(reply.comment)


def _entomb(tx: Transaction, cycle_id: str, gone: Gone, now: datetime) -> None:
    """Make rows of theirs tombstones, and have others name them by their codes from now on."""
    for row in tx.scalars(select(PersonRow).where(PersonRow.cycle_id == cycle_id)):
        person = profile_of(row)
        left = gone.person(person)
        if (row.side, row.code) in gone.codes:
            row.code, row.name, row.email = left.id, ERASED, ""
            row.left_at, row.erased_at = row.left_at or now, row.erased_at or now
        if left != person:
            row.profile = left.model_dump(mode="json")


def _erase_from_plans(tx: Transaction, cycle_id: str, gone: Gone) -> None:
    plans = tx.scalars(
        select(PlanRow).where(PlanRow.cycle_id == cycle_id).options(undefer(PlanRow.result))
    ).all()
    for plan in plans:
        result = Result.model_validate_json(plan.result)
        if (left := gone.result(result)) != result:
            plan.result = left.model_dump_json()
    asked = tx.scalars(
        select(QuestionRow)
        .where(QuestionRow.plan_id.in_([plan.id for plan in plans]))
        .options(undefer(QuestionRow.answer))
    )
    for question in asked:
        if gone.speaks(f"{question.answer} {question.latest} {question.failure}"):
            tx.delete(question)
    told = tx.scalars(
        select(RunProgressRow)
        .join(RunRow, RunRow.id == RunProgressRow.run_id)
        .where(RunRow.cycle_id == cycle_id)
    )
    for moment in told:
        if gone.speaks(moment.progress["message"]):
            moment.progress = moment.progress | {"message": ERASED}


def _erase_from_policy(row: CycleRow, gone: Gone) -> None:
    """The file a cycle was read from is kept as far as it still says what the policy is."""
    policy = policy_of(row)
    left = gone.policy_without(policy)
    source = gone.source(row.source)
    row.held_because = gone.text(row.held_because)
    if left != policy:
        row.policy = as_json(left)
    if source != row.source:
        row.source = source if _read(source) == left else bare_source(left)


def _read(source: str) -> Cycle | None:
    try:
        return uploads.read_policy(NamedFile(uploads.CYCLE_FILE, source.encode()))
    except UnusableInputError:
        return None
