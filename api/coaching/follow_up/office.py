"""The programme office's view of the follow-ups of a cycle.

Everything is read in a fixed number of queries, because a cycle can have over a thousand pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.audit_trail.log import record_event
from api.coaching.agreements.follow_ups import dates_of
from api.coaching.agreements.rows import AgreementRow, FollowUpRow
from api.coaching.follow_up import facts
from api.coaching.follow_up.rows import PostQuestionRow
from api.coaching.goals.rows import CommitmentRow
from api.cycles.service import CycleHeader, cycle_header, cycle_row, policy_of
from api.http import urls
from api.lists.query import Filter, ListDefinition, ListQuery
from api.lists.selection import RowAccess, Selected, select_rows
from api.participants.rows import PersonRow, Side
from api.personal_links.follow_up_links import end_of_day, ensure_follow_up_link
from api.services import Services
from api.values import FrozenModel
from api.web.labels import Option
from coach.commitments import CommitmentState
from coach.errors import ConflictError, NotFoundError
from coach.folding import folded
from coach.follow_up import MONTHS, FollowUpState, PostOutcome, follow_up_state

FOLLOW_UP_LIST = ListDefinition(
    sorts=("due", "name"),
    filters=(
        Filter(
            "state",
            facts.STATE(),
            tuple(Option(state.value, words()) for state, words in facts.STATES.items()),
        ),
        Filter(
            "month",
            facts.MONTH_LABEL(),
            tuple(Option(str(month), facts.MONTH(count=month)) for month in MONTHS),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ListedFollowUp:
    """The fields of a follow-up that are read for the whole list."""

    id: str
    agreement_id: str
    person_id: str
    side: Side
    coachee_id: str
    coachee: str
    coach: str
    month: int
    due: date
    state: FollowUpState
    asked_at: datetime | None
    reminders: int
    opened_at: datetime | None
    answered_at: datetime | None


class OfficeFollowUp(FrozenModel):
    """A pair's follow-up, as shown to the programme office.

    `commitments` is the number of the pair's commitments in each state, `titles` are the titles of
    commitments that the coachee has shared, and `posts` are the outcomes reported by the posts that
    have taken over commitments, with `None` for a post that has not answered.
    """

    id: str
    side: Side
    coachee_id: str
    coachee: str
    coach: str
    month: int
    due: date
    state: FollowUpState
    asked_at: datetime | None
    reminders: int
    opened_at: datetime | None
    answered_at: datetime | None
    commitments: dict[CommitmentState, int]
    titles: tuple[str, ...]
    posts: tuple[PostOutcome | None, ...]


@dataclass(frozen=True, slots=True)
class OfficePage:
    """One page of a cycle's follow-ups, and the total number of follow-ups in each state.

    `is_asked` is true if pairs that finish from now on will be asked.
    """

    cycle: CycleHeader
    is_asked: bool
    selected: Selected[ListedFollowUp]
    follow_ups: tuple[OfficeFollowUp, ...]
    counts: Mapping[FollowUpState, int]


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A person's link for follow-ups, which the office sends by other means."""

    cycle: CycleHeader
    name: str
    address: str


FOLLOW_UP_ACCESS: RowAccess[ListedFollowUp] = RowAccess(
    texts=lambda row: (row.coachee, row.coach),
    keys={
        "due": lambda row: (row.due, folded(row.coachee)),
        "name": lambda row: (folded(row.coachee), row.due),
    },
    conditions={
        "state": lambda row, state: row.state == state,
        "month": lambda row, month: str(row.month) == month,
    },
    identify=lambda row: row.id,
)


def list_follow_ups(services: Services, cycle_id: str) -> tuple[OfficeFollowUp, ...]:
    """Return the follow-ups of a cycle, sorted by due date.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        cycle = cycle_header(tx, cycle_id)
        rows = listed_follow_ups(tx, cycle, now=services.now())
        return _with_commitments(tx, sorted(rows, key=FOLLOW_UP_ACCESS.keys["due"]))


def read_office_page(services: Services, cycle_id: str, query: ListQuery) -> OfficePage:
    """Return the page of a cycle's follow-ups that a list query selects.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        cycle = cycle_header(tx, cycle_id)
        rows = listed_follow_ups(tx, cycle, now=services.now())
        selected = select_rows(rows, query, FOLLOW_UP_ACCESS)
        counts: dict[FollowUpState, int] = defaultdict(int)
        for row in rows:
            counts[row.state] += 1
        is_asked = bool(policy_of(cycle_row(tx, cycle_id)).cycle.follow_up_months)
        shown = _with_commitments(tx, selected.rows)
        return OfficePage(cycle, is_asked, selected, shown, counts)


def show_link(services: Services, cycle_id: str, follow_up_id: str) -> ShownLink:
    """Return the link of the person who is asked; the question then counts as asked.

    Raises:
        NotFoundError: there is no such follow-up in the cycle, or the person has left.
        ConflictError: the question is not open.
    """
    now = services.now()
    with services.database.writing() as tx:
        cycle = cycle_header(tx, cycle_id)
        row = tx.get(FollowUpRow, follow_up_id)
        person = None if row is None else tx.get_one(PersonRow, row.person_id)
        if row is None or row.cycle_id != cycle_id or person is None or person.left_at:
            raise NotFoundError(facts.NOT_IN_CYCLE())
        zone = ZoneInfo(cycle.timezone)
        state = follow_up_state(dates_of(row, zone), now.astimezone(zone).date())
        if state is FollowUpState.WAITING:
            raise ConflictError(facts.NOT_OPEN_YET(day=row.due))
        if state is not FollowUpState.DUE:
            raise ConflictError(facts.NO_LINK_NEEDED())
        link = ensure_follow_up_link(
            tx, services.keyring, person.id, until=end_of_day(row.until, zone), now=now
        )
        row.asked_at = row.asked_at or now
        record_event(tx, "follow-up link shown", "follow-up", row.id)
        page = urls.person_follow_up(services.keyring.link_secret(link.id), row.id)
        return ShownLink(cycle, person.name, services.settings.base_url + page)


def listed_follow_ups(
    tx: Transaction, cycle: CycleHeader, *, now: datetime
) -> list[ListedFollowUp]:
    """Return a cycle's follow-ups; unanswered ones count as ended once the person has left."""
    zone = ZoneInfo(cycle.timezone)
    today = now.astimezone(zone).date()
    rows = []
    for row, coachee_id, coachee, coach, has_left in tx.execute(_follow_ups(cycle.id)):
        state = follow_up_state(dates_of(row, zone), today)
        if has_left and state is not FollowUpState.ANSWERED:
            state = FollowUpState.ENDED
        rows.append(
            ListedFollowUp(
                id=row.id,
                agreement_id=row.agreement_id,
                person_id=row.person_id,
                side=row.side,
                coachee_id=coachee_id,
                coachee=coachee,
                coach=coach,
                month=row.month,
                due=row.due,
                state=state,
                asked_at=row.asked_at,
                reminders=row.reminders,
                opened_at=row.opened_at,
                answered_at=row.answered_at,
            )
        )
    return rows


def count_unanswered(now: datetime) -> Select[str, int]:
    """Select the number of open follow-ups, by cycle, that were not sent or needed a reminder."""
    person = aliased(PersonRow)
    return (
        select(FollowUpRow.cycle_id, func.count())
        .join(person, person.id == FollowUpRow.person_id)
        .where(
            FollowUpRow.answered_at.is_(None),
            FollowUpRow.ended_at.is_(None),
            FollowUpRow.due <= now.date(),
            FollowUpRow.until >= now.date(),
            or_(FollowUpRow.asked_at.is_(None), FollowUpRow.reminders > 0),
            person.left_at.is_(None),
        )
        .group_by(FollowUpRow.cycle_id)
    )


def _follow_ups(cycle_id: str) -> Select[FollowUpRow, str, str, str, bool]:
    coachee, coach, asked = aliased(PersonRow), aliased(PersonRow), aliased(PersonRow)
    return (
        select(FollowUpRow, coachee.id, coachee.name, coach.name, asked.left_at.is_not(None))
        .join(AgreementRow, AgreementRow.id == FollowUpRow.agreement_id)
        .join(coachee, coachee.id == AgreementRow.coachee_id)
        .join(coach, coach.id == AgreementRow.coach_id)
        .join(asked, asked.id == FollowUpRow.person_id)
        .where(FollowUpRow.cycle_id == cycle_id)
        .order_by(FollowUpRow.due, FollowUpRow.id)
    )


def _with_commitments(
    tx: Transaction, rows: Iterable[ListedFollowUp]
) -> tuple[OfficeFollowUp, ...]:
    """Add the office's view of the pairs' commitments to follow-ups."""
    rows = tuple(rows)
    counts: dict[str, dict[CommitmentState, int]] = defaultdict(lambda: defaultdict(int))
    titles: dict[str, list[str]] = defaultdict(list)
    posts: dict[str, list[PostOutcome | None]] = defaultdict(list)
    query = (
        select(
            CommitmentRow.agreement_id,
            CommitmentRow.state,
            CommitmentRow.title,
            CommitmentRow.title_shared,
            PostQuestionRow.id,
            PostQuestionRow.outcome,
        )
        .outerjoin(PostQuestionRow, PostQuestionRow.commitment_id == CommitmentRow.id)
        .where(CommitmentRow.agreement_id.in_({row.agreement_id for row in rows}))
        .order_by(CommitmentRow.due, CommitmentRow.id)
    )
    for agreement, state, title, shared, question, outcome in tx.execute(query):
        counts[agreement][state] += 1
        if shared and title:
            titles[agreement].append(title)
        if question is not None:
            posts[agreement].append(outcome)
    return tuple(
        OfficeFollowUp(
            **{name: getattr(row, name) for name in _SHARED},
            commitments=dict(counts[row.agreement_id]),
            titles=tuple(titles[row.agreement_id]),
            posts=tuple(posts[row.agreement_id]),
        )
        for row in rows
    )


_SHARED = tuple(
    name for name in OfficeFollowUp.model_fields if name in ListedFollowUp.__dataclass_fields__
)
