"""Commitments: a coachee's promises for their own area, recorded as rows of an action plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from coach import coaching_facts as facts
from coach.errors import InvalidValueError
from coach.feedback import SingleLineText
from coach.goals import Area, Ending, NapPillar, NapReference, Proof, check_nap_reference
from coach.transitions import Transitions

MAX_TITLE = 160
MAX_REFERENCE = 120
MAX_SCOPE = 80
MAX_COMMITMENTS = 20
MAX_EVIDENCE = 10
_FILE_OR_ADDRESS = re.compile(r"://|^\s*(?:[a-z]:)?[\\/]|^data:|^file:", re.IGNORECASE)


class CommitmentState(StrEnum):
    """The state of a commitment."""

    PROPOSED = "proposed"
    COMMITTED = "committed"
    UNDER_WAY = "under_way"
    DONE = "done"
    DROPPED = "dropped"
    HANDED_OVER = "handed_over"
    CARRIED_OVER = "carried_over"


class CommitmentEvent(StrEnum):
    """An event in a commitment's life cycle."""

    CHANGE = "change"  # its text is changed, so the coachee has to commit to it again
    COMMIT = "commit"
    START = "start"
    FINISH = "finish"
    REOPEN = "reopen"  # it was entered as done by mistake
    DROP = "drop"
    HAND_OVER = "hand_over"
    CARRY_OVER = "carry_over"


_ENDINGS: Mapping[CommitmentEvent, CommitmentState] = {
    CommitmentEvent.DROP: CommitmentState.DROPPED,
    CommitmentEvent.HAND_OVER: CommitmentState.HANDED_OVER,
    CommitmentEvent.CARRY_OVER: CommitmentState.CARRIED_OVER,
}
COMMITMENT_TRANSITIONS: Transitions[CommitmentState, CommitmentEvent] = {
    CommitmentState.PROPOSED: {
        CommitmentEvent.CHANGE: CommitmentState.PROPOSED,
        CommitmentEvent.COMMIT: CommitmentState.COMMITTED,
        CommitmentEvent.DROP: CommitmentState.DROPPED,
    },
    CommitmentState.COMMITTED: {
        CommitmentEvent.CHANGE: CommitmentState.PROPOSED,
        CommitmentEvent.START: CommitmentState.UNDER_WAY,
        **_ENDINGS,
    },
    CommitmentState.UNDER_WAY: {
        CommitmentEvent.CHANGE: CommitmentState.PROPOSED,
        CommitmentEvent.FINISH: CommitmentState.DONE,
        **_ENDINGS,
    },
    CommitmentState.DONE: {CommitmentEvent.REOPEN: CommitmentState.UNDER_WAY},
    CommitmentState.DROPPED: {},
    CommitmentState.HANDED_OVER: {},
    CommitmentState.CARRIED_OVER: {},
}
OPEN_STATES = frozenset({CommitmentState.COMMITTED, CommitmentState.UNDER_WAY})
"""The states in which a commitment can be overdue."""


def is_overdue(state: CommitmentState, due: date, today: date) -> bool:
    """Return whether a commitment is open and was due before today."""
    return state in OPEN_STATES and due < today


def _check_reference(reference: str) -> str:
    if _FILE_OR_ADDRESS.search(reference):
        raise InvalidValueError(facts.DOCUMENT_IN_REFERENCE())
    return reference


_Scope = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_SCOPE), SingleLineText
]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(_Model):
    """Evidence that a commitment is done: the kind, number and date of a document."""

    kind: Proof
    reference: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_REFERENCE),
        SingleLineText,
        AfterValidator(_check_reference),
    ]
    day: date


class Commitment(_Model):
    """A promise: the action, the unit it concerns, who is responsible, and the due date.

    Attributes:
        owner_role: the office responsible; empty if it is the coachee.
        needs_approval_of: the office whose approval is required; empty if none is.
    """

    title: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TITLE),
        SingleLineText,
    ]
    unit_scope: _Scope = ""
    owner_role: _Scope = ""
    needs_approval_of: _Scope = ""
    due: date
    area: Area
    nap_pillar: NapPillar = NapPillar.NONE
    nap_reference: NapReference = ""

    @model_validator(mode="after")
    def _check_nap(self) -> Self:
        check_nap_reference(self.nap_pillar, self.nap_reference)
        return self


class CommitmentChange(Ending):
    """A commitment event, with the reason or post that the event requires."""

    event: CommitmentEvent

    @model_validator(mode="after")
    def _check_event(self) -> Self:
        self.check_ending(
            drops=self.event is CommitmentEvent.DROP,
            hands_over=self.event is CommitmentEvent.HAND_OVER,
        )
        return self
