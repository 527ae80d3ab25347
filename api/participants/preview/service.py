"""Use cases for previews: uploading, answering questions, reading, using and discarding."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import undefer

from api.cycles.service import CycleHeader, cycle_header, cycle_row
from api.cycles.versions import Part, require_version
from api.http.principal import Principal
from api.input_files.source import NamedFile
from api.participants import facts
from api.participants.changed_addresses import changing_addresses
from api.participants.preview.compared_lists import compared_lists, forget_compared_lists
from api.participants.preview.outcome import KINDS, ListAnswers, Outcome, UploadedFiles
from api.participants.preview.reading import read_lists
from api.participants.rows import HeaderMappingRow, ListPreviewRow, Side
from api.participants.undo import store_undo
from api.participants.upload import UploadSummary, check_stored_policy, store_list
from api.participants.withdrawn import withdrawn_warnings
from api.services import Services
from api.values import FrozenModel
from coach.errors import (
    ChangedSinceError,
    ConflictError,
    NotFoundError,
    UnusableInputError,
)
from coach.intake.columns import COLUMNS
from coach.intake.list_comparison import ListComparison
from coach.intake.list_review import ListReview

LIFETIME = timedelta(hours=24)
"""How long uploaded lists wait for a decision before they are deleted."""


class PreviewAnswers(FrozenModel):
    """The answers to the questions about uploaded lists."""

    coachees: ListAnswers = ListAnswers()
    coaches: ListAnswers = ListAnswers()

    def by_side(self) -> dict[Side, ListAnswers]:
        """Return the answers, keyed by side."""
        return {Side.COACHEE: self.coachees, Side.COACH: self.coaches}


class Confirmation(FrozenModel):
    """The decision to use the uploaded lists.

    `seen` identifies the version that was shown. `although` must be true if a list is empty, is
    much shorter than before, or lacks most of the earlier people.
    """

    seen: Annotated[str, Field(max_length=64)]
    although: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """Uploaded lists that are awaiting a decision.

    Attributes:
        cycle: the cycle.
        expires_at: when the lists are deleted unless they are used.
        files: the names of the files, keyed by side.
        outcome: the outcome of reading the files.
        review: the comparison with the people currently in the cycle; `None` while there are
            questions.
        seen: identifies the version that is shown. If it changes, the lists have to be reviewed
            again.
    """

    cycle: CycleHeader
    expires_at: datetime
    files: Mapping[Side, str]
    outcome: Outcome
    review: ListReview | None
    seen: str

    @property
    def concerns(self) -> tuple[ListComparison, ...]:
        """The uploaded lists that may be wrong or incomplete."""
        if self.review is None:
            return ()
        brought = {KINDS[side] for side in self.files}
        return tuple(one for one in self.review.lists if one.kind in brought and one.concern)


def preview_lists(
    services: Services,
    cycle_id: str,
    files: UploadedFiles,
    answers: PreviewAnswers | None = None,
) -> Preview:
    """Read one list or both, and store them until a manager decides on them.

    Any lists that are still awaiting a decision are replaced. The people in the cycle do not
    change.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: no file was uploaded.
        UnusableInputError: the files have faults that no answer to a question would resolve. The
            error lists all faults, and the lists are not stored.
    """
    answers = answers or PreviewAnswers()
    if not files:
        raise ConflictError(facts.NO_LIST())
    with services.database.reading() as tx:
        read = read_lists(tx, cycle_id)
    outcome = read(files, answers.by_side())
    now = services.now()
    if answers.coachees.headers or answers.coaches.headers:
        with services.database.writing() as tx:
            _remember_headers(tx, answers)
    if outcome.faults:
        raise UnusableInputError(one.fault() for one in outcome.faults)
    with services.database.writing() as tx:
        tx.execute(delete(ListPreviewRow).where(ListPreviewRow.cycle_id == cycle_id))
        row = ListPreviewRow(
            cycle_id=cycle_id,
            created_at=now,
            expires_at=now + LIFETIME,
            files={side.value: file.name for side, file in files.items()},
            coachees=None,
            coaches=None,
            answers=answers.model_dump(mode="json"),
            outcome=outcome.model_dump(mode="json"),
            lists_version=cycle_row(tx, cycle_id).lists_version,
        )
        if outcome.asks:
            row.coachees, row.coaches = (_content(files.get(side)) for side in Side)
        tx.add(row)
        return _preview(tx, row)


def answer_questions(services: Services, cycle_id: str, answers: PreviewAnswers) -> Preview:
    """Read the uploaded lists again, with answers to the questions about them.

    Earlier answers remain. The meanings of headers are remembered for later files.

    Raises:
        NotFoundError: no lists with questions are awaiting a decision.
        UnusableInputError: there are faults in the files. The questions remain.
    """
    with services.database.reading() as tx:
        row = _waiting(tx, cycle_id, now=services.now())
        content = {Side.COACHEE: row.coachees, Side.COACH: row.coaches}
        names: Mapping[str, str] = row.files
        before = PreviewAnswers.model_validate(row.answers)
    files = {
        side: NamedFile(names[side], stored)
        for side, stored in content.items()
        if stored is not None
    }
    if not files:
        raise NotFoundError(facts.NO_QUESTIONS())
    return preview_lists(services, cycle_id, files, _together(before, answers))


def read_preview(services: Services, cycle_id: str) -> Preview:
    """Return the lists awaiting a decision, compared with the people currently in the cycle.

    Raises:
        NotFoundError: there is no such cycle, or no lists are awaiting a decision.
    """
    with services.database.reading() as tx:
        cycle_header(tx, cycle_id)
        return _preview(tx, _waiting(tx, cycle_id, now=services.now()))


def use_lists(
    services: Services, principal: Principal, cycle_id: str, confirmation: Confirmation
) -> tuple[UploadSummary, ...]:
    """Replace the lists of a cycle with the uploaded ones; return a summary of each.

    People who have a link and whose address changes are notified at both addresses.

    Raises:
        ConfirmFirstError: the lists change the email address of a person, and the user has not
            authenticated recently.
        NotFoundError: no lists are awaiting a decision.
        ChangedSinceError: the lists or the people have changed since they were shown.
        ConflictError: there are questions, or a list has to be confirmed as well.
        UnusableInputError: the policy names people who are no longer in the cycle.
    """
    now = services.now()
    with services.database.writing() as tx:
        row = _waiting(tx, cycle_id, now=now)
        preview = _preview(tx, row)
        if preview.review is None:
            raise ConflictError(facts.QUESTIONS_LEFT())
        if preview.seen != confirmation.seen:
            require_version(tx, cycle_row(tx, cycle_id), Part.LISTS, row.lists_version)
            raise ChangedSinceError(facts.CHANGED_SINCE())
        if preview.concerns and not confirmation.although:
            raise ConflictError(facts.CONFIRM_LISTS())
        store_undo(tx, cycle_id, now=now)
        with changing_addresses(tx, services, principal, cycle_id):
            summaries = tuple(
                store_list(tx, cycle_id, side, people, now=now)
                for side in Side
                if (people := preview.outcome.people(side)) is not None
            )
            check_stored_policy(tx, cycle_id)
        services.people_changed(tx, services, cycle_id)
        tx.delete(row)
    forget_compared_lists()
    return summaries


def discard_lists(services: Services, cycle_id: str) -> None:
    """Delete the lists that are awaiting a decision, if there are any.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.writing() as tx:
        cycle_header(tx, cycle_id)
        tx.execute(delete(ListPreviewRow).where(ListPreviewRow.cycle_id == cycle_id))
    forget_compared_lists()


def _waiting(tx: Transaction, cycle_id: str, *, now: datetime) -> ListPreviewRow:
    row = tx.scalar(
        select(ListPreviewRow)
        .where(ListPreviewRow.cycle_id == cycle_id, ListPreviewRow.expires_at > now)
        .options(
            undefer(ListPreviewRow.coachees),
            undefer(ListPreviewRow.coaches),
        )
    )
    if row is None:
        raise NotFoundError(facts.NOTHING_WAITS())
    return row


def _preview(tx: Transaction, row: ListPreviewRow) -> Preview:
    tx.flush()
    compared = compared_lists(tx, row.cycle_id)
    files = {Side(side): name for side, name in row.files.items()}
    stay_out = tuple(withdrawn_warnings(tx, row.cycle_id, compared.outcome, files))
    outcome = compared.outcome
    outcome = outcome.model_copy(update={"warnings": (*outcome.warnings, *stay_out)})
    seen = f"{compared.seen}{[(one.file, one.row) for one in stay_out]}"
    return Preview(
        cycle=cycle_header(tx, row.cycle_id),
        expires_at=row.expires_at,
        files=files,
        outcome=outcome,
        review=compared.review,
        seen=hashlib.sha256(seen.encode()).hexdigest(),
    )


def _content(file: NamedFile | None) -> bytes | None:
    return None if file is None else file.content


def _together(before: PreviewAnswers, now: PreviewAnswers) -> PreviewAnswers:
    def both(first: ListAnswers, second: ListAnswers) -> ListAnswers:
        return ListAnswers(
            encoding=second.encoding or first.encoding, headers=first.headers | second.headers
        )

    return PreviewAnswers(
        coachees=both(before.coachees, now.coachees), coaches=both(before.coaches, now.coaches)
    )


def _remember_headers(tx: Transaction, answers: PreviewAnswers) -> None:
    """Remember the meanings of headers, except for answers that name no column of the list."""
    for side, answered in answers.by_side().items():
        columns = {"", *(column.name for column in COLUMNS[KINDS[side]])}
        for header, column in answered.headers.items():
            if header and column in columns:
                tx.merge(HeaderMappingRow(kind=KINDS[side].value, header=header, column=column))
