"""Tables for proposals to move a session, and for moves outside the rules."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow

MAX_PROBLEMS_LENGTH = 400


class ProposalState(StrEnum):
    """The state of a proposal."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"  # the session was moved
    REFUSED = "refused"  # by the other participant or the programme office
    WITHDRAWN = "withdrawn"  # by the participant who made it
    EXPIRED = "expired"  # the session was changed or has started before anybody decided


class ProposalSource(StrEnum):
    """The origin of a proposal."""

    PAGE = "page"
    MAIL = "mail"  # a counter-proposal of a calendar (iTIP COUNTER)


class ProposalRow(IdentifiedRow):
    """A participant's proposal to have a session at another time.

    Attributes:
        session_id: the session.
        person_id: the participant who made the proposal.
        aide_id: the link of the aide who made the proposal on their behalf, if any; the link may
            have been deleted.
        starts_at: the proposed start.
        moves: the later sessions that would move as well: numbers and new starts.
        source: whether the proposal was made on a page or by email.
        comment: the participant's words, for the programme office.
        sequence: the session's sequence when the proposal was made; if it has changed since, the
            proposal has expired.
        created_at: when the proposal was made.
        decided_at: when the proposal was confirmed, refused, withdrawn or closed as expired.
    """

    __tablename__ = "proposals"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    aide_id: Mapped[str | None] = mapped_column(ForeignKey("credentials.id", ondelete="SET NULL"))
    starts_at: Mapped[datetime]
    moves: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    source: Mapped[ProposalSource] = mapped_column(EnumString(ProposalSource))
    comment: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int]
    state: Mapped[ProposalState] = mapped_column(
        EnumString(ProposalState), default=ProposalState.PROPOSED
    )
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class MoveExceptionRow(IdentifiedRow):
    """A move to a time outside the rules, allowed by the programme office.

    Attributes:
        session_id: the session.
        starts_at: the new start of the session.
        problems: the codes of the rules that the new time violates, separated by spaces.
        reason: the reason why the office has allowed the move.
        allowed_at: when the office allowed the move.
    """

    __tablename__ = "move_exceptions"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    starts_at: Mapped[datetime]
    problems: Mapped[str] = mapped_column(String(MAX_PROBLEMS_LENGTH))
    reason: Mapped[str] = mapped_column(Text)
    allowed_at: Mapped[datetime]


TABLES: tuple[type[TableRow], ...] = (ProposalRow, MoveExceptionRow)
