"""Collects data about the life of pairs from the tables in which it was recorded.

The number of queries is the same for any number of pairs in a cycle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.pairs import Pair
from api.coaching.agreements.rows import AgreementRow, FollowUpRow
from api.coaching.life.rows import NominationRow
from api.consent.rows import ConsentKind, ConsentRow
from api.cycles.service import cycle_header
from api.enrolment.rows import CallRow
from api.mail.rows import SENT_STATES, MailKind, MailRow
from api.participants.rows import Side
from api.sessions.rows import SessionRow, SessionState
from coach.agreements import ClosedAs
from coach.pair_life import LifeFacts, LifeStep, life_of

Key = tuple[str, str]
"""The ids of a coachee and a coach."""


@dataclass(slots=True)
class _Found:
    """The data found about all pairs, keyed by pair, coachee or agreement."""

    zone: ZoneInfo
    called: datetime | None = None
    nominated: dict[str, datetime] = field(default_factory=dict)
    invited: dict[str, datetime] = field(default_factory=dict)
    agreements: dict[Key, AgreementRow] = field(default_factory=dict)
    sessions: dict[Key, list[SessionRow]] = field(default_factory=lambda: defaultdict(list))
    matched: dict[Key, datetime] = field(default_factory=dict)
    follow_ups: dict[str, list[FollowUpRow]] = field(default_factory=lambda: defaultdict(list))
    consents: dict[tuple[str, ConsentKind], datetime] = field(default_factory=dict)
    taken_back: dict[str, datetime] = field(default_factory=dict)


def lives_of(
    tx: Transaction, pairs: Sequence[Pair], *, now: datetime
) -> Mapping[Key, tuple[LifeStep, ...]]:
    """Return the states that pairs in one cycle have reached, keyed by coachee and coach ids."""
    if not pairs:
        return {}
    found = _find(tx, pairs)
    return {
        (pair.coachee.id, pair.coach.id): life_of(_facts(pair, found, now), now) for pair in pairs
    }


def _find(tx: Transaction, pairs: Sequence[Pair]) -> _Found:
    cycle_id = pairs[0].cycle_id
    coachees = sorted({pair.coachee.id for pair in pairs})
    found = _Found(ZoneInfo(cycle_header(tx, cycle_id).timezone))
    _find_enrolment(tx, cycle_id, coachees, found)
    for agreement in tx.scalars(
        select(AgreementRow)
        .where(AgreementRow.coachee_id.in_(coachees))
        .order_by(AgreementRow.created_at)
    ):
        found.agreements[agreement.coachee_id, agreement.coach_id] = agreement
    for session in tx.scalars(
        select(SessionRow)
        .where(
            SessionRow.coachee_id.in_(coachees),
            SessionRow.state == SessionState.CONFIRMED,
            SessionRow.number > 0,  # excludes the contracting session
        )
        .order_by(SessionRow.starts_at)
    ):
        found.sessions[session.coachee_id, session.coach_id].append(session)
    _find_invitations(tx, coachees, found)
    for row in tx.scalars(
        select(FollowUpRow)
        .where(FollowUpRow.person_id.in_(coachees), FollowUpRow.side == Side.COACHEE)
        .order_by(FollowUpRow.due)
    ):
        found.follow_ups[row.agreement_id].append(row)
    for consent in tx.scalars(
        select(ConsentRow)
        .where(ConsentRow.person_id.in_(coachees))
        .order_by(ConsentRow.given_at.desc())
    ):
        if consent.revoked_at is None:
            found.consents[consent.person_id, consent.asked] = consent.given_at
        elif consent.asked is ConsentKind.ALUMNI:
            found.taken_back.setdefault(consent.person_id, consent.revoked_at)
    return found


def _find_enrolment(tx: Transaction, cycle_id: str, coachees: Sequence[str], found: _Found) -> None:
    """Find the dates of the call, nominations, and emails that asked people to enrol."""
    found.called = tx.scalar(select(CallRow.created_at).where(CallRow.cycle_id == cycle_id))
    for person_id, day in tx.execute(
        select(NominationRow.person_id, NominationRow.nominated_on).where(
            NominationRow.person_id.in_(coachees)
        )
    ):
        found.nominated[person_id] = datetime.combine(day, time.min, found.zone)
    sent = (
        select(MailRow.person_id, func.min(MailRow.ended_at))
        .where(
            MailRow.person_id.in_(coachees),
            MailRow.kind == MailKind.DETAILS_REQUEST,
            MailRow.state.in_(SENT_STATES),
        )
        .group_by(MailRow.person_id)
    )
    found.invited = {person_id: at for person_id, at in tx.execute(sent) if at is not None}


def _find_invitations(tx: Transaction, coachees: Sequence[str], found: _Found) -> None:
    """Find when each pair was first published, which is when its first invitations were created."""
    query = (
        select(SessionRow.coachee_id, SessionRow.coach_id, func.min(MailRow.created_at))
        .join(MailRow, MailRow.session_id == SessionRow.id)
        .where(SessionRow.coachee_id.in_(coachees), MailRow.kind == MailKind.INVITATION)
        .group_by(SessionRow.coachee_id, SessionRow.coach_id)
    )
    found.matched = {(coachee, coach): at for coachee, coach, at in tx.execute(query)}


def _facts(pair: Pair, found: _Found, now: datetime) -> LifeFacts:
    coachee, key = pair.coachee.id, (pair.coachee.id, pair.coach.id)
    agreement, sessions = found.agreements.get(key), found.sessions[key]
    completed = None
    if agreement is not None and agreement.closed_as is ClosedAs.COMPLETED:
        completed = agreement.closed_at
    follow_ups = [] if agreement is None else found.follow_ups[agreement.id]
    alumnus = found.consents.get((coachee, ConsentKind.ALUMNI))
    taken_back = None if alumnus else found.taken_back.get(coachee)
    ends = (pair.coachee.left_at, pair.coachee.erased_at, taken_back)
    gone = [at for at in ends if at is not None]
    return LifeFacts(
        called=found.called,
        nominated=found.nominated.get(coachee),
        invited=found.invited.get(coachee),
        enrolled=found.consents.get((coachee, ConsentKind.COACHEE)),
        matched=found.matched.get(key),
        contracted=None if agreement is None else agreement.agreed_at,
        session_ends=tuple(session.ends_at for session in sessions),
        first_start=sessions[0].starts_at if sessions else None,
        completed=completed,
        left=_left_at(pair, agreement, found, now),
        follow_ups=tuple(_follow_up_days(follow_ups, found.zone)),
        answerable_until=max(
            (datetime.combine(row.until, time.max, found.zone) for row in follow_ups), default=None
        ),
        alumnus=alumnus,
        gone=min(gone, default=None) if completed else None,
    )


def _left_at(
    pair: Pair, agreement: AgreementRow | None, found: _Found, now: datetime
) -> datetime | None:
    """Return when a pair ended, `now` if this was not recorded, or `None` if it has not ended."""
    if pair.ended is None:
        return None
    coachee, coach = pair.coachee.id, pair.coach.id
    since = found.matched.get((coachee, coach))
    people = (pair.coachee, pair.coach)
    moments = [at for one in people for at in (one.left_at, one.erased_at) if at is not None]
    if agreement is not None and agreement.closed_at is not None:
        moments.append(agreement.closed_at)
    moments += [
        at
        for (of_coachee, other), at in found.matched.items()
        if of_coachee == coachee and other != coach and since is not None and at > since
    ]
    return min(moments, default=now)


def _follow_up_days(rows: Sequence[FollowUpRow], zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the start of each day on which a coachee was or will be asked."""
    for row in rows:
        start = datetime.combine(row.due, time.min, zone)
        if row.ended_at is None or row.ended_at >= start:
            yield start
