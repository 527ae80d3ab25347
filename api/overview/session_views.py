"""One page of a cycle's published sessions, with the delivery status of its emails."""

from __future__ import annotations

from dataclasses import dataclass

from api.cycles.service import CycleHeader, cycle_header
from api.invitations.delivery_status import CycleMail, cycle_mail
from api.lists.query import ListQuery
from api.lists.selection import Selected
from api.rescheduling.open_proposals import OpenProposal, open_proposals
from api.services import Services
from api.session_reports.clarifications import Clarification, clarifications
from api.sessions import schedule
from api.sessions.session_details import SessionDetails
from api.sessions.session_list import (
    ReplyCounts,
    count_replies,
    declined_sessions,
    select_sessions,
)

SHOWN_FIRST = 10


@dataclass(frozen=True, slots=True)
class CycleSessions:
    """One page of a cycle's published sessions, and its emails' delivery status.

    Attributes:
        selected: the ids of the sessions in the requested part of the list.
        sessions: these sessions.
        declined: the first declined sessions.
        declined_count: the total number of declined sessions.
        replies: the numbers of replies to the cycle's confirmed sessions without a record.
        to_clarify: the first sessions that require clarification or action by the office.
        to_clarify_count: the total number of such sessions.
    """

    cycle: CycleHeader
    selected: Selected[str]
    sessions: tuple[SessionDetails, ...]
    declined: tuple[SessionDetails, ...]
    declined_count: int
    replies: ReplyCounts
    mail: CycleMail
    proposals: tuple[OpenProposal, ...]
    to_clarify: tuple[tuple[SessionDetails, Clarification], ...]
    to_clarify_count: int


def cycle_sessions(services: Services, cycle_id: str, query: ListQuery) -> CycleSessions:
    """Return the part of a cycle's published sessions that a query requests.

    Cancelled sessions are included.

    Raises:
        NotFoundError: there is no such cycle.
    """
    now = services.now()
    with services.database.reading() as tx:
        cycle = cycle_header(tx, cycle_id)
        selected = select_sessions(tx, cycle_id, query, now=now)
        to_clarify = clarifications(tx, cycle_id)
        first = to_clarify[:SHOWN_FIRST]
        declined, declined_count = declined_sessions(tx, cycle_id, SHOWN_FIRST)
        shown = (*selected.rows, *declined, *(one.session_id for one in first))
        sessions = schedule.sessions_by_id(tx, cycle_id, list(dict.fromkeys(shown)))
        by_id = {session.id: session for session in sessions}
        return CycleSessions(
            cycle=cycle,
            selected=selected,
            sessions=tuple(by_id[one] for one in selected.rows),
            declined=tuple(by_id[one] for one in declined),
            declined_count=declined_count,
            replies=count_replies(tx, cycle_id),
            mail=cycle_mail(tx, services, cycle_id),
            proposals=open_proposals(tx, cycle_id, now=now),
            to_clarify=tuple((by_id[one.session_id], one) for one in first),
            to_clarify_count=len(to_clarify),
        )
