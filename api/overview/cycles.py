"""Cycles with their numbers of people, runs and plans."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session as Transaction

from api.background.rows import TaskState
from api.cycles.rows import CycleRow
from api.cycles.service import CycleHeader, add_cycle, cycle_row, header_of, policy_of
from api.cycles.versions import CycleVersions, Part, require_version, versions_of
from api.database.existing_row import no_such_row
from api.files.upload_limits import MAX_CYCLE_FILE_BYTES
from api.http.principal import SYSTEM, Principal
from api.input_files.policy_changes import cycle_file_of
from api.input_files.policy_file import CYCLE_FILE, PolicyFile, parse_policy_file
from api.input_files.source import NamedFile
from api.participants import policy as participants_policy
from api.participants.countries import is_from
from api.participants.rows import PersonRow, Side
from api.runs.rows import PlanRow, PlanState, RunRow
from api.services import Services
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.errors import Difference
from matching.rematching.comparison import compare_policies


class CycleSummary(CycleHeader):
    """A cycle with its published plan and the numbers of its coachees and coaches."""

    coachees: int
    coaches: int
    published_plan_id: str | None
    created_at: datetime


class CycleOverview(FrozenModel):
    """The state of a cycle. `open_run_id` is the queued or running run, if there is one.

    `versions` contains the versions of its policy, lists and published plan; send them back in
    `If-Match`.
    """

    summary: CycleSummary
    policy: Cycle
    open_run_id: str | None
    latest_run_id: str | None
    draft_plan_ids: tuple[str, ...]
    versions: CycleVersions


class PolicyText(FrozenModel):
    """A cycle file as edited on its page. `version` belongs to the text that the page showed."""

    text: Annotated[str, Field(max_length=MAX_CYCLE_FILE_BYTES)]
    version: Annotated[int, Field(ge=0)]


class CycleFileText(FrozenModel):
    """A cycle, with the text and the version of its cycle file."""

    cycle: CycleHeader
    text: str
    version: int


def create_cycle(services: Services, file: NamedFile) -> CycleSummary:
    """Create a cycle from a cycle file.

    Raises:
        UnusableInputError: the file is invalid. The error lists all faults.
    """
    parsed = parse_policy_file(file)
    policy = parsed.policy
    with services.database.writing() as tx:
        added = add_cycle(tx, policy, parsed.text, now=services.now())
        return summary_of(tx, added.id)


def create_cycle_from_settings(
    services: Services, settings: Mapping[str, JsonValue]
) -> CycleSummary:
    """Create a cycle from settings given as nested tables, and generate its cycle file.

    Raises:
        UnusableInputError: settings are invalid. The error lists all faults.
    """
    return create_cycle(services, cycle_file_of(settings))


def check_settings(settings: Mapping[str, JsonValue]) -> None:
    """Check settings for a new cycle without creating the cycle.

    Raises:
        UnusableInputError: settings are invalid. The error lists all faults.
    """
    parse_policy_file(cycle_file_of(settings)).policy  # noqa: B018 - raises


def replace_policy(
    services: Services, cycle_id: str, file: NamedFile, *, version: int | None = None
) -> CycleSummary:
    """Replace a cycle's policy. Existing plans keep the policy they were made with.

    The file is checked against the people in the cycle in the transaction that stores it. `version`
    is the policy version on which the file is based; `None` disables the check.

    Raises:
        ChangedSinceError: the policy has a different version, and nothing was changed.
        NotFoundError: there is no such cycle.
        UnusableInputError: the file is invalid, and nothing was changed. The error lists all
            faults.
    """
    return _replace_policy(services, cycle_id, parse_policy_file(file), version)


def change_policy(
    services: Services,
    cycle_id: str,
    changes: Mapping[str, JsonValue],
    *,
    version: int | None = None,
) -> CycleSummary:
    """Change settings of a cycle's policy, preserving the comments in the cycle file.

    `version` is the policy version on which the changes are based; `None` disables the check.

    Raises:
        ChangedSinceError: the policy has a different version, and nothing was changed.
        NotFoundError: there is no such cycle.
        ConflictError: the cycle file is incomplete, because people were erased.
        UnusableInputError: the changed policy is invalid, and nothing was changed. The error lists
            all faults, with their lines in the changed file.
    """
    with services.database.writing() as tx:
        require_version(tx, cycle_row(tx, cycle_id), Part.POLICY, version)
        participants_policy.change_policy(tx, cycle_id, changes, now=services.now())
        return summary_of(tx, cycle_id)


def edit_policy(services: Services, cycle_id: str, edited: PolicyText) -> CycleSummary:
    """Replace a cycle's policy with an edited cycle file; see `replace_policy`.

    Raises:
        ChangedSinceError: the policy has changed since it was shown.
    """
    text = edited.text.replace("\r\n", "\n")  # the line endings of text areas (HTML standard)
    parsed = parse_policy_file(NamedFile(CYCLE_FILE, text.encode()))
    return _replace_policy(services, cycle_id, parsed, edited.version)


def _replace_policy(
    services: Services, cycle_id: str, file: PolicyFile, version: int | None
) -> CycleSummary:
    policy = file.policy  # raises if the file has faults
    with services.database.writing() as tx:
        row = cycle_row(tx, cycle_id)
        require_version(
            tx, row, Part.POLICY, version, lambda: policy_differences(policy_of(row), policy)
        )
        participants_policy.replace_policy(tx, cycle_id, file, now=services.now())
        return summary_of(tx, cycle_id)


def policy_differences(stored: Cycle, submitted: Cycle) -> tuple[Difference, ...]:
    """Return the differences between the stored and the submitted policy, one per key."""
    return tuple(
        Difference(one.key, one.before, one.after) for one in compare_policies(stored, submitted)
    )


def read_cycle_file(services: Services, cycle_id: str) -> CycleFileText:
    """Return a cycle and the text of its cycle file, with its comments.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        row = cycle_row(tx, cycle_id)
        return CycleFileText(cycle=header_of(row), text=row.source, version=row.policy_version)


def list_cycles(services: Services, principal: Principal = SYSTEM) -> tuple[CycleSummary, ...]:
    """Return the cycles that a user may see, newest first, with the numbers of visible people."""
    with services.database.reading() as tx:
        visible = all_summaries(tx, principal.countries)
        return tuple(each for each in visible if principal.sees_cycle(each.id))


def read_overview(services: Services, cycle_id: str) -> CycleOverview:
    """Return the state of a cycle: its policy, any unfinished run, and its draft plans.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return overview_of(tx, cycle_id)


def all_summaries(
    tx: Transaction, countries: Collection[str] | None = None
) -> tuple[CycleSummary, ...]:
    """Return all cycles, newest first, counting people from `countries` (all if `None`)."""
    cycles = select(CycleRow).order_by(CycleRow.created_at.desc(), CycleRow.id)
    return _summaries(tx, cycles, countries)


def summary_of(tx: Transaction, cycle_id: str) -> CycleSummary:
    """Return the summary of one cycle.

    Raises:
        NotFoundError: there is no such cycle.
    """
    found = _summaries(tx, select(CycleRow).where(CycleRow.id == cycle_id))
    if not found:
        raise no_such_row(cycle_id, "cycle")
    return found[0]


def overview_of(tx: Transaction, cycle_id: str) -> CycleOverview:
    """Return the state of one cycle.

    Raises:
        NotFoundError: there is no such cycle.
    """
    summary = summary_of(tx, cycle_id)
    runs = tx.execute(
        select(RunRow.id, RunRow.state)
        .where(RunRow.cycle_id == cycle_id)
        .order_by(RunRow.requested_at.desc(), RunRow.id)
    ).all()
    drafts = tx.scalars(
        select(PlanRow.id)
        .where(PlanRow.cycle_id == cycle_id, PlanRow.state == PlanState.DRAFT)
        .order_by(PlanRow.created_at.desc(), PlanRow.id)
    )
    row = cycle_row(tx, cycle_id)
    return CycleOverview(
        summary=summary,
        policy=policy_of(row),
        open_run_id=next((run.id for run in runs if not TaskState(run.state).is_final), None),
        latest_run_id=runs[0].id if runs else None,
        draft_plan_ids=tuple(drafts),
        versions=versions_of(row),
    )


def _summaries(
    tx: Transaction, cycles: Select[CycleRow], countries: Collection[str] | None = None
) -> tuple[CycleSummary, ...]:
    """Return summaries of the cycles selected by a statement, using three queries."""
    rows = tx.scalars(cycles).all()
    ids = [row.id for row in rows]
    counts = {
        (cycle_id, side): number
        for cycle_id, side, number in tx.execute(
            select(PersonRow.cycle_id, PersonRow.side, func.count())
            .where(
                PersonRow.cycle_id.in_(ids),
                is_from(PersonRow, countries),
                or_(  # erased people still count
                    PersonRow.left_at.is_(None), PersonRow.left_at == PersonRow.erased_at
                ),
            )
            .group_by(PersonRow.cycle_id, PersonRow.side)
        )
    }
    published = {
        plan.cycle_id: plan.id
        for plan in tx.execute(
            select(PlanRow.cycle_id, PlanRow.id).where(
                PlanRow.cycle_id.in_(ids), PlanRow.state == PlanState.PUBLISHED
            )
        )
    }
    return tuple(
        CycleSummary(
            **header_of(row).model_dump(),
            coachees=counts.get((row.id, Side.COACHEE), 0),
            coaches=counts.get((row.id, Side.COACH), 0),
            published_plan_id=published.get(row.id),
            created_at=row.created_at,
        )
        for row in rows
    )
