"""Use cases for the office: listing the pairs that ended early, and recording the reasons.

The office chooses the reason from a closed list. Apart from the office, only a person to whom the
reason belongs can read it, in the export of their own data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import AwareDatetime
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.agreements.pairs import Pair, ended_pairs
from api.coaching.life import facts
from api.coaching.life.reading import Key, lives_of
from api.coaching.life.rows import EarlyEndRow
from api.cycles.service import CycleHeader, cycle_header
from api.services import Services
from api.values import FrozenModel, Identifier
from coach.early_ends import EarlyEndReason, Whose, reason_figures
from coach.errors import ChangedSinceError, Difference, NotFoundError, differing
from coach.pair_life import LifeState


class EarlyEndInput(FrozenModel):
    """The reason why one of a coachee's pairs ended early; `seen` is the displayed version."""

    coach_id: Identifier
    reason: EarlyEndReason
    whose: Whose
    seen: int


class EarlyEnd(FrozenModel):
    """A pair that ended before it was completed.

    Attributes:
        ended_at: when the pair ended, or the current time if this was not recorded.
        reason: the reason; `None` if the office has not recorded it.
        whose: the person or people to whom the reason belongs; `None` if `reason` is `None`.
        suggested: the probable value of `whose`: the person who has left, or else both.
        version: sent back as `seen`.
    """

    coachee_id: str
    coachee: str
    coach_id: str
    coach: str
    ended_at: AwareDatetime
    reason: EarlyEndReason | None
    whose: Whose | None
    suggested: Whose
    version: int


@dataclass(frozen=True, slots=True)
class EarlyEndsPage:
    """A cycle, and its pairs that ended early."""

    cycle: CycleHeader
    pairs: tuple[EarlyEnd, ...]


def list_early_ends(services: Services, cycle_id: str) -> tuple[EarlyEnd, ...]:
    """Return the pairs of a cycle that ended early, latest first.

    Raises:
        NotFoundError: there is no such cycle.
    """
    return read_early_ends_page(services, cycle_id).pairs


def read_early_ends_page(services: Services, cycle_id: str) -> EarlyEndsPage:
    """Return the contents of the office's page; see `list_early_ends`."""
    with services.database.reading() as tx:
        return EarlyEndsPage(cycle_header(tx, cycle_id), _early_ends(tx, services, cycle_id))


def record_reason(
    services: Services, cycle_id: str, person_id: str, given: EarlyEndInput
) -> EarlyEnd:
    """Record why one of a coachee's pairs ended early, replacing any earlier reason.

    Raises:
        NotFoundError: there is no such cycle, or no such pair in it that ended early.
        ChangedSinceError: somebody else has recorded a reason since the page was displayed.
    """
    now = services.now()
    with services.database.writing() as tx:
        cycle_header(tx, cycle_id)
        found = {(one.coachee_id, one.coach_id): one for one in _early_ends(tx, services, cycle_id)}
        shown = found.get((person_id, given.coach_id))
        if shown is None:
            raise NotFoundError(facts.NO_EARLY_END())
        if shown.version != given.seen:
            raise ChangedSinceError(facts.CHANGED_MEANWHILE(), _differences(shown, given))
        row = _rows(tx, cycle_id).get((person_id, given.coach_id))
        if row is None:
            row = EarlyEndRow(
                cycle_id=cycle_id, coachee_id=person_id, coach_id=given.coach_id, version=0
            )
            row.recorded_at = now
            tx.add(row)
        row.reason, row.whose, row.version = given.reason, given.whose, row.version + 1
        record_event(tx, "reason of early end recorded", "person", person_id, version=row.version)
        tx.flush()
        return shown.model_copy(
            update={"reason": row.reason, "whose": row.whose, "version": row.version}
        )


def reasons_of(tx: Transaction, coachee_id: str) -> Mapping[str, EarlyEndReason]:
    """Return the reasons why a coachee's pairs ended early, keyed by coach id."""
    rows = tx.scalars(select(EarlyEndRow).where(EarlyEndRow.coachee_id == coachee_id))
    return {row.coach_id or "": row.reason for row in rows}


def figures_of_all_cycles(tx: Transaction) -> Mapping[EarlyEndReason, int | None]:
    """Return the number of pairs in all cycles that ended for each reason; see `reason_figures`."""
    rows = tx.execute(
        select(EarlyEndRow.id, EarlyEndRow.coachee_id, EarlyEndRow.reason).order_by(
            EarlyEndRow.recorded_at, EarlyEndRow.id
        )
    )
    return reason_figures((coachee or row_id, reason) for row_id, coachee, reason in rows)


def _early_ends(tx: Transaction, services: Services, cycle_id: str) -> tuple[EarlyEnd, ...]:
    pairs, rows = ended_pairs(tx, cycle_id), _rows(tx, cycle_id)
    lives = lives_of(tx, pairs, now=services.now())
    found: list[EarlyEnd] = []
    for pair in pairs:
        key = (pair.coachee.id, pair.coach.id)
        left = [step.since for step in lives[key] if step.state is LifeState.LEFT]
        if pair.coachee.erased_at or pair.coach.erased_at or not left:
            continue
        row = rows.get(key)
        found.append(
            EarlyEnd(
                coachee_id=pair.coachee.id,
                coachee=pair.coachee.name,
                coach_id=pair.coach.id,
                coach=pair.coach.name,
                ended_at=left[0],
                reason=None if row is None else row.reason,
                whose=None if row is None else row.whose,
                suggested=_suggested(pair),
                version=0 if row is None else row.version,
            )
        )
    return tuple(sorted(found, key=lambda one: one.ended_at, reverse=True))


def _suggested(pair: Pair) -> Whose:
    if pair.coachee.left_at and not pair.coach.left_at:
        return Whose.COACHEE
    return Whose.COACH if pair.coach.left_at and not pair.coachee.left_at else Whose.BOTH


def _rows(tx: Transaction, cycle_id: str) -> Mapping[Key, EarlyEndRow]:
    rows = tx.scalars(select(EarlyEndRow).where(EarlyEndRow.cycle_id == cycle_id))
    return {(row.coachee_id or "", row.coach_id or ""): row for row in rows}


def _differences(shown: EarlyEnd, given: EarlyEndInput) -> Sequence[Difference]:
    stored, entered = (
        one.model_dump(mode="json", include={"reason", "whose"}) for one in (shown, given)
    )
    return differing(stored, entered)
