"""Incoming emails as shown to the programme office."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.calendar.facts import group_session
from api.replies import facts
from api.replies.held import HeldAct, IncomingMailView
from api.replies.rows import IncomingState, Reason
from api.web.date_formats import format_local_datetime, format_short_datetime
from api.web.labels import Option
from coach.texts.facts import Displayed, Fact

REASON: dict[Reason, Fact] = {
    Reason.ANSWERED: facts.ANSWERED(),
    Reason.PROPOSED: facts.PROPOSED(),
    Reason.AUTOMATIC: facts.AUTOMATIC(),
    Reason.OLDER: facts.OLDER(),
    Reason.REPEATED: facts.REPEATED(),
    Reason.SESSION_CLOSED: facts.SESSION_CLOSED(),
    Reason.UNKNOWN_SENDER: facts.UNKNOWN_SENDER(),
    Reason.OTHER_SESSION: facts.OTHER_SESSION(),
    Reason.OTHER_ATTENDEE: facts.OTHER_ATTENDEE(),
    Reason.SEVERAL_ATTENDEES: facts.SEVERAL_ATTENDEES(),
    Reason.STALE: facts.STALE(),
    Reason.FUTURE: facts.FUTURE(),
    Reason.TENTATIVE: facts.TENTATIVE(),
    Reason.DELEGATED: facts.DELEGATED(),
    Reason.COUNTER: facts.COUNTER(),
    Reason.NO_SUCH_TIME: facts.NO_SUCH_TIME(),
    Reason.SET_BY_OFFICE: facts.SET_BY_OFFICE(),
    Reason.NO_ANSWER: facts.NO_ANSWER(),
    Reason.WRITTEN: facts.WRITTEN(),
    Reason.BOUNCE: facts.BOUNCE(),
    Reason.UNREADABLE: facts.UNREADABLE(),
    Reason.TOO_LARGE: facts.TOO_LARGE(),
    Reason.TOO_NESTED: facts.TOO_NESTED(),
    Reason.ODD_FILE: facts.ODD_FILE(),
    Reason.ERROR: facts.ERROR(),
}
_OUTCOME = {IncomingState.USED: facts.USED(), IncomingState.IGNORED: facts.IGNORED()}
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class IncomingLine:
    """An incoming email on the programme office's page; times are in UTC.

    Attributes:
        reason: why the email was handled in this way.
        outcome: the decision of the programme office; empty if there is no decision yet.
        session: the session or group event, with its start; empty if it is not known.
        proposed: the time that the email proposes, or empty.
        acts: the possible decisions.
    """

    mail: IncomingMailView
    received: Displayed
    reason: Displayed
    outcome: Displayed
    session: Displayed
    proposed: Displayed
    acts: tuple[Option, ...]


def incoming_line(mail: IncomingMailView) -> IncomingLine:
    """Return an email as shown on the page."""
    reason: Displayed = REASON[mail.reason]
    if mail.other_address:
        reason = facts.WITH_ADDRESS(reason=REASON[mail.reason], address=mail.other_address)
    session: Displayed = ""
    if mail.event is not None and mail.start is not None:
        when = format_short_datetime(mail.start, _UTC)
        session = facts.EVENT(event=group_session(mail.event), when=when)
    elif mail.number is not None and mail.start is not None:
        when = format_short_datetime(mail.start, _UTC)
        session = facts.CONTRACTING(when=when)
        if mail.number:
            session = facts.SESSION(number=mail.number, when=when)
    return IncomingLine(
        mail=mail,
        received=format_short_datetime(mail.received_at, _UTC),
        reason=reason,
        outcome=_OUTCOME.get(mail.state, ""),
        session=session,
        proposed=format_local_datetime(mail.proposed_start, _UTC),
        acts=_acts(mail),
    )


def _acts(mail: IncomingMailView) -> tuple[Option, ...]:
    if mail.state is not IncomingState.HELD:
        return ()
    ignore = Option(HeldAct.IGNORE.value, facts.ACT_IGNORE())
    if not mail.can_be_answered:
        return (ignore,)
    delegated = mail.reason is Reason.DELEGATED
    undecided = mail.reason in {Reason.DELEGATED, Reason.TENTATIVE, Reason.COUNTER}
    accept = facts.ACT_DELEGATE() if delegated else facts.ACT_ACCEPT()
    decline = facts.ACT_ANOTHER_TIME() if undecided else facts.ACT_DECLINE()
    return (Option(HeldAct.ACCEPT.value, accept), Option(HeldAct.DECLINE.value, decline), ignore)
