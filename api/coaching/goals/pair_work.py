"""A pair as seen by one of its two people, with the agreement behind its goals and commitments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.pairs import Pair, open_pair, own_pair, own_side
from api.coaching.agreements.rows import AgreementRow
from api.coaching.agreements.store import agreement_of
from api.coaching.goals import facts
from api.http.principal import Principal
from api.participants.rows import Side
from api.services import Services
from coach.agreements import AgreementState, ClosedAs
from coach.errors import ChangedSinceError, ConflictError, Difference

_IN_FORCE = frozenset({AgreementState.AGREED, AgreementState.ACTIVE, AgreementState.AMENDED})


@dataclass(frozen=True, slots=True)
class PairWork:
    """A pair from the point of view of `side`; `agreement` is `None` if there is none yet."""

    tx: Transaction
    pair: Pair
    agreement: AgreementRow | None
    side: Side
    now: datetime

    @property
    def is_open(self) -> bool:
        """Whether goals and commitments can be changed.

        The pair must have an agreement in force, and must not have ended.
        """
        agreed = self.agreement is not None and self.agreement.state in _IN_FORCE
        return agreed and self.pair.ended is None

    @property
    def can_record(self) -> bool:
        """Whether results of goals and commitments can be recorded.

        Results can still be recorded after completion and, by the coachee, even if the pair has
        ended since.
        """
        completed = self.agreement is not None and self.agreement.closed_as is ClosedAs.COMPLETED
        sees_it = self.pair.ended is None or self.side is Side.COACHEE
        return self.is_open or (completed and sees_it)

    @property
    def agreement_id(self) -> str:
        """The id of the agreement; empty if there is none."""
        return "" if self.agreement is None else self.agreement.id

    @property
    def person_id(self) -> str:
        """The id of the person on `side`."""
        return self.pair.own(self.side).id

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the person on `side`."""
        return ZoneInfo(self.pair.own(self.side).timezone)

    @property
    def today(self) -> date:
        """The current date in the time zone of the person on `side`."""
        return self.now.astimezone(self.zone).date()


def seen_work(tx: Transaction, services: Services, principal: Principal, other_id: str) -> PairWork:
    """Return the pair of the principal and `other_id`, for reading its goals or commitments.

    Raises:
        NotFoundError: the two are not a pair, or the principal may not see the pair.
    """
    pair = own_pair(tx, principal, other_id)
    return PairWork(tx, pair, agreement_of(tx, pair), own_side(principal), services.now())


def open_work(tx: Transaction, services: Services, principal: Principal, other_id: str) -> PairWork:
    """Return the pair of the principal and `other_id`, for changing its goals or commitments.

    Raises:
        NotFoundError: the two are not a pair, or the principal may not see the pair.
        ConflictError: the pair has ended, or has no agreement in force.
    """
    pair = open_pair(tx, principal, other_id)
    work = PairWork(tx, pair, agreement_of(tx, pair), own_side(principal), services.now())
    if not work.is_open:
        raise ConflictError(facts.NO_AGREEMENT())
    return work


def recording_work(
    tx: Transaction, services: Services, principal: Principal, other_id: str
) -> PairWork:
    """Return the pair of the principal and `other_id`, for recording results.

    Raises:
        NotFoundError: the two are not a pair, or the principal may not see the pair.
        ConflictError: the pair has ended without being completed, or has no agreement in force.
    """
    work = seen_work(tx, services, principal, other_id)
    return work if work.can_record else open_work(tx, services, principal, other_id)


def require_version(
    stored: int, seen: int, differences: Callable[[], Iterable[Difference]] = tuple
) -> None:
    """Check that an object has not been changed since a person saw it.

    Raises:
        ChangedSinceError: the object was changed; the error contains the `differences` from the
            stored values.
    """
    if stored != seen:
        raise ChangedSinceError(facts.CHANGED_MEANWHILE(), differences())
