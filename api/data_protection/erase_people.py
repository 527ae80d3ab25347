"""Erasing people in a cycle. Tombstones replace their rows, so that totals stay correct."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import undefer

from api.background.rows import TaskState
from api.background.task_failure import erased_failure
from api.coaching.agreements.erasure import erase_agreements
from api.coaching.follow_up.erasure import erase_follow_ups
from api.coaching.goals.erasure import erase_goals
from api.coaching.life.erasure import erase_lives
from api.cycles.rows import CycleRow
from api.cycles.service import as_json, cycle_row, policy_of
from api.cycles.versions import Part, next_version
from api.data_protection.erase_runs import minimal_source
from api.data_protection.erased_rows import deletions, emptied_columns, sessions_with
from api.data_protection.redaction import ERASED, Redactor, names_of, tombstone_code
from api.group_events.erasure import erase_group_events
from api.input_files.policy_file import CYCLE_FILE, parse_policy_file
from api.input_files.source import NamedFile
from api.invitations.outgoing_invitation import without_place
from api.lists.searches import delete_searches
from api.mail.rows import MailRow
from api.participants.humans import forget_humans
from api.participants.rows import PersonRow, Side
from api.participants.service import profile_of
from api.participants.undo import forget_lists
from api.plan_queries.rows import QuestionRow
from api.replies.rows import IncomingMailRow
from api.runs.frozen_input import RunInput
from api.runs.rows import PlanRow, RunProgressRow, RunRow
from api.services import transaction_context
from api.session_reports.notebook_integrity import record_erasure
from api.sessions.rows import (
    FeedbackRow,
    RecordRow,
    ReplyHistoryRow,
    ReplyRow,
    SessionActionRow,
)
from coach.cycle import Cycle
from coach.errors import UnusableInputError
from matching.facts.names import ERASED as ERASED_FACT
from matching.progress import Progress
from matching.result import Result

_OPEN = (TaskState.QUEUED, TaskState.RUNNING)


class WorkInProgress(StrEnum):
    """A kind of work on a cycle that has to end before anyone in the cycle is erased."""

    RUN = "run"
    QUESTION = "question"


def erase_people(
    tx: Transaction, cycle_id: str, condition: ColumnElement[bool], *, now: datetime
) -> None:
    """Erase the people in a cycle whose rows match `condition`, leaving tombstones.

    The following data remains, under a new code: side, country, time zone, sex, year of birth,
    rank, service and role; the values that affect matching (priority, rank sensitivity, whether the
    coach must be in uniform, capacity, session limits); attendance, answers to questions (points
    and choices, not words), pairs with their session times, and times of and replies to group
    events.

    The following data is erased: name, address, code, languages, availability, unit, topics,
    preferred coaches, refusals and chain of command; the person's comments and feedback; the texts
    in the records, agreements, goals and commitments of a coachee, the posts that commitments were
    handed over to, and answers to the fit question; nominations; the assignment of reasons for
    early ends to people; sentences about the person in plans and runs; emails to and from the
    person, and questions about them; links, codes, devices, PIN and passkeys; a coachee's plan of
    modules; all notes by or about the person, with their keys; and the person's row in the
    directory, unless they have another role. Lists awaiting a decision, the data for undoing the
    latest list, and searches are deleted, because they may name the person. In other texts about
    the person's sessions, such as the records that a coach wrote, the person's name is removed.
    Backups still contain all this data.
    """
    in_scope = (PersonRow.cycle_id == cycle_id, condition)
    runs = tx.scalars(
        select(RunRow).where(RunRow.cycle_id == cycle_id).options(undefer(RunRow.input))
    ).all()
    inputs = [RunInput.model_validate_json(run.input) for run in runs]
    rows = tx.scalars(select(PersonRow).where(*in_scope)).all()
    redactor = _redactor_for(rows, inputs)
    _erase_rows_of(tx, in_scope, redactor, now)
    _erase_coaching(tx, cycle_id, in_scope, redactor, now)
    _pseudonymise_rows(tx, cycle_id, redactor, now)
    forget_humans(tx, rows)
    forget_lists(tx, cycle_id)
    delete_searches(tx)
    for run, run_input in zip(runs, inputs, strict=True):
        run.input = redactor.redact_run_input(run_input).model_dump_json()
        if run.failure is not None and redactor.mentions(f"{run.failure}"):
            run.failure = erased_failure(run.failure, ERASED)
    _erase_from_plans(tx, cycle_id, redactor)
    _erase_from_policy(cycle_row(tx, cycle_id), redactor)
    tx.flush()


def work_in_progress(tx: Transaction, cycle_id: str) -> WorkInProgress | None:
    """Return the kind of work in progress that could restore a cycle's erased data, if any."""
    runs = tx.scalar(
        select(func.count()).where(RunRow.cycle_id == cycle_id, RunRow.state.in_(_OPEN))
    )
    open_questions = tx.scalar(
        select(func.count())
        .select_from(QuestionRow)
        .join(PlanRow, PlanRow.id == QuestionRow.plan_id)
        .where(PlanRow.cycle_id == cycle_id, QuestionRow.state.in_(_OPEN))
    )
    if runs:
        return WorkInProgress.RUN
    return WorkInProgress.QUESTION if open_questions else None


def _redactor_for(rows: Sequence[PersonRow], inputs: Sequence[RunInput]) -> Redactor:
    codes = {(row.side, row.code): row.code if row.erased_at else tombstone_code() for row in rows}
    names = {*names_of(map(profile_of, rows)), *(row.email for row in rows)}
    for run_input in inputs:  # may contain names that a later list changed
        for side, people in (
            (Side.COACHEE, run_input.roster.coachees),
            (Side.COACH, run_input.roster.coaches),
        ):
            names.update(names_of(one for one in people if (side, one.id) in codes))
    return Redactor(codes=codes, names=frozenset(names - {""}))


def _erase_rows_of(
    tx: Transaction,
    in_scope: tuple[ColumnElement[bool], ...],
    redactor: Redactor,
    now: datetime,
) -> None:
    tx.flush()
    person_ids = select(PersonRow.id).where(*in_scope)
    record_erasure(tx, transaction_context(tx).keyring, person_ids, now=now)
    for statement in (*deletions(person_ids, in_scope), *emptied_columns(person_ids)):
        tx.execute(statement, execution_options={"synchronize_session": False})
    shared_session_ids = sessions_with(person_ids)
    for mail in tx.scalars(select(MailRow).where(MailRow.session_id.in_(shared_session_ids))):
        mail.content = without_place(mail.content)
    for record in tx.scalars(select(RecordRow).where(RecordRow.session_id.in_(shared_session_ids))):
        record.topic = redactor.redact_text(record.topic)
        record.next_focus = redactor.redact_text(record.next_focus)
    actions = select(SessionActionRow).where(SessionActionRow.session_id.in_(shared_session_ids))
    for action in tx.scalars(actions):
        action.text = redactor.redact_text(action.text)
    for feedback in tx.scalars(
        select(FeedbackRow).where(FeedbackRow.session_id.in_(shared_session_ids))
    ):
        feedback.text = redactor.redact_text(feedback.text)
    _redact_replies(tx, shared_session_ids, redactor)


def _erase_coaching(
    tx: Transaction,
    cycle_id: str,
    in_scope: tuple[ColumnElement[bool], ...],
    redactor: Redactor,
    now: datetime,
) -> None:
    person_ids = select(PersonRow.id).where(*in_scope)
    erase_agreements(tx, cycle_id, person_ids, redactor.redact_text)
    erase_goals(tx, cycle_id, person_ids, redactor.redact_text)
    erase_follow_ups(tx, cycle_id, person_ids, redactor.redact_text, now=now)
    erase_group_events(tx, cycle_id, person_ids, redactor.redact_text, now=now)
    erase_lives(tx, cycle_id, person_ids, redactor.redact_text)


def _redact_replies(tx: Transaction, session_ids: Select[str], redactor: Redactor) -> None:
    for reply in tx.scalars(select(ReplyRow).where(ReplyRow.session_id.in_(session_ids))):
        reply.comment = redactor.redact_text(reply.comment)
    for kept in tx.scalars(
        select(ReplyHistoryRow).where(ReplyHistoryRow.session_id.in_(session_ids))
    ):
        kept.comment = redactor.redact_text(kept.comment)
    for incoming in tx.scalars(
        select(IncomingMailRow).where(IncomingMailRow.session_id.in_(session_ids))
    ):
        incoming.subject = redactor.redact_text(incoming.subject)
        incoming.text = redactor.redact_text(incoming.text)


def _pseudonymise_rows(tx: Transaction, cycle_id: str, redactor: Redactor, now: datetime) -> None:
    """Turn erased people's rows into tombstones, and use the new codes in other people's rows."""
    for row in tx.scalars(select(PersonRow).where(PersonRow.cycle_id == cycle_id)):
        person = profile_of(row)
        redacted = redactor.redact_person(person)
        if (row.side, row.code) in redactor.codes:
            row.code, row.name, row.email = redacted.id, ERASED, ""
            row.left_at, row.erased_at = row.left_at or now, row.erased_at or now
            row.listed = None
        elif row.listed:
            listed = redactor.redact_person(person.model_validate(row.profile | row.listed))
            row.listed = {name: listed.model_dump(mode="json")[name] for name in row.listed}
        if redacted != person:
            row.profile = redacted.model_dump(mode="json")


def _erase_from_plans(tx: Transaction, cycle_id: str, redactor: Redactor) -> None:
    plans = tx.scalars(
        select(PlanRow).where(PlanRow.cycle_id == cycle_id).options(undefer(PlanRow.result))
    ).all()
    for plan in plans:
        result = Result.model_validate_json(plan.result)
        if (redacted := redactor.redact_result(result)) != result:
            plan.result = redacted.model_dump_json()
        _erase_from_label(plan, redactor)
    open_questions = tx.scalars(
        select(QuestionRow)
        .where(QuestionRow.plan_id.in_([plan.id for plan in plans]))
        .options(undefer(QuestionRow.answer))
    )
    for question in open_questions:
        if _concerns_question(redactor, question):
            tx.delete(question)
    progress_rows = tx.scalars(
        select(RunProgressRow)
        .join(RunRow, RunRow.id == RunProgressRow.run_id)
        .where(RunRow.cycle_id == cycle_id)
    )
    for progress_row in progress_rows:
        if redactor.concerns(Progress.model_validate(progress_row.progress).message):
            erased = {"message": ERASED_FACT().to_json()}
            progress_row.progress = progress_row.progress | erased


def _erase_from_label(plan: PlanRow, redactor: Redactor) -> None:
    """Clear a plan's name or comment if it mentions an erased person, and invalidate open forms."""
    name = "" if redactor.mentions(plan.name) else plan.name
    comment = "" if redactor.mentions(plan.comment) else plan.comment
    if (name, comment) != (plan.name, plan.comment):
        plan.name, plan.comment = name, comment
        plan.label_version += 1


def _concerns_question(redactor: Redactor, question: QuestionRow) -> bool:
    """Return whether a question's answer, progress or failure is about an erased person."""
    answer = None if question.answer is None else json.loads(question.answer)
    return redactor.concerns_json([answer, question.latest]) or redactor.mentions(
        str(question.failure)
    )


def _erase_from_policy(row: CycleRow, redactor: Redactor) -> None:
    """Redact a cycle's policy, its cycle file, and the reason for its hold.

    If the redacted cycle file does not yield the redacted policy, it is replaced by a minimal file.
    """
    policy = policy_of(row)
    redacted = redactor.policy_without_mentions(policy)
    source = redactor.redact_cycle_file(row.source)
    row.held_because = redactor.redact_text(row.held_because)
    if redacted != policy:
        row.policy = as_json(redacted)
    if source != row.source:
        row.source = source if _read(source) == redacted else minimal_source(redacted)
        next_version(row, Part.POLICY)  # protects against forms with the earlier text


def _read(source: str) -> Cycle | None:
    try:
        return parse_policy_file(NamedFile(CYCLE_FILE, source.encode())).policy
    except UnusableInputError:
        return None
