"""Group events as shown to the programme office: dates, invited people, and replies."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import AwareDatetime

from api.cycles.service import CycleHeader
from api.group_events.entered import GroupEventInput
from api.invitations.delivery_status import CycleMail
from api.participants.person_summary import PersonSummary
from api.values import FrozenModel
from coach.group_events import Audience, GroupEventKind
from coach.sessions import Reply


class GroupDate(FrozenModel):
    """A date of a group event: `[start, end)`, in the event's zone.

    `first_day` and `last_day` are set for an all-day event.
    """

    id: str
    start: AwareDatetime
    end: AwareDatetime
    first_day: date | None
    last_day: date | None
    has_begun: bool


class InvitedPerson(FrozenModel):
    """A person's invitation to a group event on one of its dates.

    Attributes:
        is_invited: false if the person is no longer invited, or the date is cancelled.
        reply: the person's reply; reset to `none` by a change that requires a new reply.
        attended: whether the person attended; `None` if this is not recorded.
        is_sent: false if a message about the invitation is still waiting to be released.
    """

    date_id: str
    person: PersonSummary
    is_invited: bool
    reply: Reply
    comment: str
    replied_at: datetime | None
    attended: bool | None
    is_sent: bool


class GroupEvent(FrozenModel):
    """A group event, as the office sees it; see `GroupEventInput`.

    `minutes` or `days` is the length on the first date; the other is `None`. `invited` is ordered
    by date, side and name.
    """

    id: str
    cycle_id: str
    kind: GroupEventKind
    title: str
    timezone: str
    minutes: int | None
    days: int | None
    dates: tuple[GroupDate, ...]
    place: str
    join_link: str
    audience: Audience
    required: bool
    is_cancelled: bool
    version: int
    invited: tuple[InvitedPerson, ...]


class GroupEventsOfCycle(FrozenModel):
    """A cycle's group events in the order of their first dates, with cancelled events last."""

    cycle: CycleHeader
    events: tuple[GroupEvent, ...]


class GroupEventOfCycle(FrozenModel):
    """A group event with its cycle, and the people who can be selected for it."""

    cycle: CycleHeader
    event: GroupEvent
    mail: CycleMail
    entered: GroupEventInput
    people: tuple[PersonSummary, ...]
