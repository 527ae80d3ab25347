"""A pair's agreement: the subject of their work, their meetings, and the texts that apply."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from coach.feedback import PrintableText, SingleLineText
from coach.sessions import SessionMode
from coach.transitions import Transitions, next_state

MAX_PURPOSE = 300
MIN_FOCUS, MAX_FOCUS = 2, 4


class AgreementState(StrEnum):
    """The state of an agreement.

    `AGREED` becomes `ACTIVE` once the first session has started; `state_at` computes this. While a
    change is awaiting the other person's approval, the agreement is `AMENDED`, and its last agreed
    text applies.
    """

    DRAFT = "draft"
    PROPOSED = "proposed"
    AGREED = "agreed"
    ACTIVE = "active"
    AMENDED = "amended"
    CLOSED = "closed"


class AgreementEvent(StrEnum):
    """An event in an agreement's life cycle."""

    WRITE = "write"
    PROPOSE = "propose"
    AGREE = "agree"
    START = "start"
    AMEND = "amend"
    KEEP = "keep"  # the agreed text stays; the proposed change is withdrawn or refused
    CLOSE = "close"


class ClosedAs(StrEnum):
    """The reason why an agreement is closed."""

    COMPLETED = "completed"
    LEFT = "left"
    REPLACED = "replaced"


_UNDER_WAY: Mapping[AgreementEvent, AgreementState] = {
    AgreementEvent.AMEND: AgreementState.AMENDED,
    AgreementEvent.CLOSE: AgreementState.CLOSED,
}
AGREEMENT_TRANSITIONS: Transitions[AgreementState, AgreementEvent] = {
    AgreementState.DRAFT: {
        AgreementEvent.WRITE: AgreementState.DRAFT,
        AgreementEvent.PROPOSE: AgreementState.PROPOSED,
        AgreementEvent.CLOSE: AgreementState.CLOSED,
    },
    AgreementState.PROPOSED: {
        AgreementEvent.WRITE: AgreementState.DRAFT,
        AgreementEvent.AGREE: AgreementState.AGREED,
        AgreementEvent.CLOSE: AgreementState.CLOSED,
    },
    AgreementState.AGREED: {
        AgreementEvent.START: AgreementState.ACTIVE,
        **_UNDER_WAY,
    },
    AgreementState.ACTIVE: _UNDER_WAY,
    AgreementState.AMENDED: {
        AgreementEvent.AGREE: AgreementState.AGREED,
        AgreementEvent.KEEP: AgreementState.AGREED,
        AgreementEvent.AMEND: AgreementState.AMENDED,
        AgreementEvent.CLOSE: AgreementState.CLOSED,
    },
    AgreementState.CLOSED: {},
}


def state_at(
    stored: AgreementState, first_session: datetime | None, now: datetime
) -> AgreementState:
    """Return the effective state at `now` of an agreement whose stored state is `stored`.

    `first_session` is the start of the pair's first session, or `None` if it has none. Both times
    are aware datetimes.
    """
    if first_session is None or first_session > now:
        return stored
    return next_state(AGREEMENT_TRANSITIONS, stored, AgreementEvent.START) or stored


class Contact(StrEnum):
    """How the coachee and the coach may contact each other between sessions."""

    NONE = "none"
    MAIL = "mail"
    PHONE = "phone"


class Delegates(StrEnum):
    """Whether someone else may attend a session in place of the coachee or together with them."""

    NONE = "none"
    OBSERVER = "observer"
    STAND_IN = "stand_in"


class Fit(StrEnum):
    """A person's opinion after the first session on whether coach and coachee suit each other."""

    GOOD = "good"
    DECIDING = "deciding"
    NOT_GOOD = "not_good"


def _without_repeats(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


ModuleCode = Annotated[str, StringConstraints(min_length=1, max_length=20), SingleLineText]


class AgreementTerms(BaseModel):
    """The terms that a coach and a coachee agree on. `focus` lists module codes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_PURPOSE),
        PrintableText,
    ]
    focus: Annotated[
        tuple[ModuleCode, ...],
        AfterValidator(_without_repeats),
        Field(
            min_length=MIN_FOCUS,
            max_length=MAX_FOCUS,
            json_schema_extra={"minItems": MIN_FOCUS, "maxItems": MAX_FOCUS},
        ),
    ]
    sessions: Annotated[int, Field(ge=1, le=60)]
    mode: SessionMode
    language: Annotated[
        str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})*$", max_length=20)
    ]
    contact: Contact = Contact.NONE
    delegates: Delegates = Delegates.NONE
