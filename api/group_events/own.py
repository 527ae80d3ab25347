"""Use cases for people invited to group events: each person sees only their own invitations."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime
from sqlalchemy import Select, select
from sqlalchemy.orm import Session as Transaction

from api.calendar.wording import invitation_file_name
from api.group_events import facts
from api.group_events.replies import store_event_reply
from api.http.principal import Principal
from api.invitations.event_messages import current_reply, latest_event_invitation
from api.invitations.files import CalendarFile
from api.invitations.outgoing_invitation import render_ics
from api.participants.group_rows import GroupEventDateRow, GroupEventRow, GroupInvitationRow
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.replies import ReplyInput
from api.values import FrozenModel
from coach.errors import NotFoundError
from coach.group_events import GroupEventKind
from coach.invitations import Status
from coach.sessions import Reply


class OwnEvent(FrozenModel):
    """A date of a group event to which a person is invited, in the person's time zone.

    Attributes:
        title: the topic of the event, in the office's words.
        first_day: the first day of an all-day event, in the event's zone; otherwise `None`.
        last_day: the last day of an all-day event, in the event's zone; otherwise `None`.
        is_confirmed: false if the date is cancelled, at least for this person.
        reply: the person's reply; reset to `none` by a change that requires a new reply.
        attended: whether the person attended; `None` if this is not recorded, or if the person is
            not verified.
    """

    id: str
    kind: GroupEventKind
    title: str
    start: AwareDatetime
    end: AwareDatetime
    first_day: date | None
    last_day: date | None
    timezone: str
    place: str
    join_link: str
    required: bool
    is_confirmed: bool
    reply: Reply
    comment: str
    attended: bool | None


def read_own_events(services: Services, principal: Principal) -> tuple[OwnEvent, ...]:
    """Return the principal's group events, including past ones, in chronological order."""
    with services.database.reading() as tx:
        return own_events(tx, principal)


def own_events(tx: Transaction, principal: Principal) -> tuple[OwnEvent, ...]:
    """Return the principal's group events; see `read_own_events`."""
    events = events_of_person(tx, principal.person_id or "")
    return tuple(_as_seen(principal, one) for one in events)


def events_of_person(tx: Transaction, person_id: str) -> tuple[OwnEvent, ...]:
    """Return a person's group events in chronological order."""
    rows = tx.execute(
        _query()
        .where(GroupInvitationRow.person_id == person_id)
        .order_by(GroupInvitationRow.starts_at, GroupInvitationRow.id)
    )
    return tuple(_view(*row) for row in rows)


def read_own_event(services: Services, principal: Principal, invitation_id: str) -> OwnEvent:
    """Return one of the principal's group events.

    Raises:
        NotFoundError: the principal has no such invitation.
    """
    with services.database.reading() as tx:
        return _own_view(tx, principal, invitation_id)


def reply_to_event(
    services: Services, principal: Principal, invitation_id: str, given: ReplyInput
) -> OwnEvent:
    """Store the principal's reply to one of their invitations, and return the event.

    Raises:
        NotFoundError: the principal has no such invitation.
        ConflictError: the invitation is cancelled, or the event is over.
    """
    now = services.now()
    with services.database.writing() as tx:
        store_event_reply(tx, own_invitation(tx, principal, invitation_id), given, now=now)
        tx.flush()
        return _own_view(tx, principal, invitation_id)


def own_calendar_file(services: Services, principal: Principal, invitation_id: str) -> CalendarFile:
    """Return the current state of one of the principal's group events as a calendar object.

    Raises:
        NotFoundError: the principal has no such invitation.
    """
    with services.database.reading() as tx:
        row = own_invitation(tx, principal, invitation_id)
        person = tx.get_one(PersonRow, row.person_id)
        uid = tx.get_one(GroupEventDateRow, row.date_id).uid
        outgoing = latest_event_invitation(row, uid, person)
    return CalendarFile(
        name=invitation_file_name(outgoing.message.invitation, ".ics"),
        media_type=f"text/calendar; method={outgoing.message.method}; charset=utf-8",
        content=render_ics(outgoing, services),
    )


def own_invitation(tx: Transaction, principal: Principal, invitation_id: str) -> GroupInvitationRow:
    """Return one of the principal's invitations.

    Raises:
        NotFoundError: the principal has no such invitation.
    """
    row = tx.get(GroupInvitationRow, invitation_id)
    if row is None or principal.person_id is None or row.person_id != principal.person_id:
        raise NotFoundError(facts.NO_SUCH_INVITATION())
    return row


def _own_view(tx: Transaction, principal: Principal, invitation_id: str) -> OwnEvent:
    row = own_invitation(tx, principal, invitation_id)
    return _as_seen(
        principal, _view(*tx.execute(_query().where(GroupInvitationRow.id == row.id)).one())
    )


def _as_seen(principal: Principal, event: OwnEvent) -> OwnEvent:
    """Return an event, hiding the attendance unless the principal is verified."""
    return event if principal.is_verified else event.model_copy(update={"attended": None})


def _query() -> Select[GroupInvitationRow, str, str]:
    return (
        select(GroupInvitationRow, GroupEventRow.title, PersonRow.timezone)
        .join(GroupEventDateRow, GroupEventDateRow.id == GroupInvitationRow.date_id)
        .join(GroupEventRow, GroupEventRow.id == GroupEventDateRow.event_id)
        .join(PersonRow, PersonRow.id == GroupInvitationRow.person_id)
    )


def _view(row: GroupInvitationRow, title: str, timezone: str) -> OwnEvent:
    zone = ZoneInfo(timezone)
    return OwnEvent(
        id=row.id,
        kind=row.kind,
        title=title,
        start=row.starts_at.astimezone(zone),
        end=row.ends_at.astimezone(zone),
        first_day=row.first_day,
        last_day=row.last_day,
        timezone=timezone,
        place=row.place,
        join_link=row.join_link,
        required=row.is_required,
        is_confirmed=row.status is Status.CONFIRMED,
        reply=current_reply(row),
        comment=row.comment,
        attended=row.attended,
    )
