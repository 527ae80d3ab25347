"""A coachee's goals, defined by goal attainment scaling.

A goal describes in words what five results would look like, from -2 (much less than expected)
through 0 (as expected) to +2 (much more than expected). Source: Kiresuk, T. J. and Sherman, R. E.
(1968), "Goal attainment scaling: a general method for evaluating comprehensive community mental
health programs", Community Mental Health Journal 4(6), 443-453.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from coach import coaching_facts as facts
from coach.errors import InvalidValueError
from coach.feedback import SingleLineText
from coach.transitions import Transitions

MAX_GOALS = 3
MAX_STATEMENT = 200
MAX_LEVEL_TEXT = 160
MAX_INDICATOR_TEXT = 80
MAX_NAP_REFERENCE = 80
MAX_POST = 120
SCALE_LEVELS = (-2, -1, 0, 1, 2)

AttainmentLevel = Annotated[int, Field(ge=-2, le=2)]
NapReference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=MAX_NAP_REFERENCE),
    SingleLineText,
]
PostName = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_POST), SingleLineText
]
_LevelText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_LEVEL_TEXT), SingleLineText
]
_ShortWord = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=MAX_INDICATOR_TEXT), SingleLineText
]


class Area(StrEnum):
    """The area that a goal or commitment is meant to change.

    The areas are the six themes of DCAF's "Gender Self-Assessment Guide for the Police, Armed
    Forces and Justice Sector" (2011); only the names of the themes are used.
    """

    PERFORMANCE = "performance"
    POLICY = "policy"
    COMMUNITY = "community"
    OVERSIGHT = "oversight"
    PERSONNEL = "personnel"
    CULTURE = "culture"


class Reach(StrEnum):
    """The extent of the change that a goal describes."""

    PERSONAL = "personal"
    UNIT = "unit"
    INSTITUTION = "institution"


class NapPillar(StrEnum):
    """The pillar of a national action plan on UN Security Council resolution 1325."""

    NONE = "none"
    PARTICIPATION = "participation"
    PROTECTION = "protection"
    PREVENTION = "prevention"
    RELIEF_RECOVERY = "relief_recovery"
    INSTITUTIONAL = "institutional"


class Proof(StrEnum):
    """A kind of document that proves a result; the document itself is never stored."""

    ORDER = "order"
    POLICY = "policy"
    SOP = "sop"
    TRAINING_RECORD = "training_record"
    BUDGET_LINE = "budget_line"
    HR_STATISTIC = "hr_statistic"
    SURVEY = "survey"
    OTHER = "other"


class DropReason(StrEnum):
    """The reason why a goal or commitment is no longer pursued."""

    CHANGE_OF_POST = "change_of_post"
    NOT_APPROVED = "not_approved"
    NO_LONGER_RELEVANT = "no_longer_relevant"
    NO_TIME = "no_time"
    OTHER = "other"


class GoalState(StrEnum):
    """The state of a goal."""

    DRAFT = "draft"
    AGREED = "agreed"
    UNDER_WAY = "under_way"
    REACHED = "reached"
    PARTLY = "partly"
    NOT_REACHED = "not_reached"
    DROPPED = "dropped"
    HANDED_OVER = "handed_over"


class GoalEvent(StrEnum):
    """An event in a goal's life cycle."""

    CHANGE = "change"  # its text is changed, so both have to agree again
    AGREE = "agree"
    START = "start"
    REACH = "reach"
    REACH_PARTLY = "reach_partly"
    MISS = "miss"
    REOPEN = "reopen"  # the result was entered by mistake
    DROP = "drop"
    HAND_OVER = "hand_over"


_RESULT_CORRECTED: Mapping[GoalEvent, GoalState] = {GoalEvent.REOPEN: GoalState.UNDER_WAY}
GOAL_TRANSITIONS: Transitions[GoalState, GoalEvent] = {
    GoalState.DRAFT: {
        GoalEvent.CHANGE: GoalState.DRAFT,
        GoalEvent.AGREE: GoalState.AGREED,
        GoalEvent.DROP: GoalState.DROPPED,
    },
    GoalState.AGREED: {
        GoalEvent.CHANGE: GoalState.DRAFT,
        GoalEvent.START: GoalState.UNDER_WAY,
        GoalEvent.DROP: GoalState.DROPPED,
        GoalEvent.HAND_OVER: GoalState.HANDED_OVER,
    },
    GoalState.UNDER_WAY: {
        GoalEvent.CHANGE: GoalState.DRAFT,
        GoalEvent.REACH: GoalState.REACHED,
        GoalEvent.REACH_PARTLY: GoalState.PARTLY,
        GoalEvent.MISS: GoalState.NOT_REACHED,
        GoalEvent.DROP: GoalState.DROPPED,
        GoalEvent.HAND_OVER: GoalState.HANDED_OVER,
    },
    GoalState.REACHED: _RESULT_CORRECTED,
    GoalState.PARTLY: _RESULT_CORRECTED,
    GoalState.NOT_REACHED: _RESULT_CORRECTED,
    GoalState.DROPPED: {},
    GoalState.HANDED_OVER: {},
}
ENDED_STATES = frozenset({GoalState.DROPPED, GoalState.HANDED_OVER})
"""The states in which a goal does not count towards `MAX_GOALS`."""

RATED_STATES = frozenset(
    {GoalState.UNDER_WAY, GoalState.REACHED, GoalState.PARTLY, GoalState.NOT_REACHED}
)
"""The states in which a goal is rated, and counts towards the T score."""


class RatingMoment(StrEnum):
    """The moment at which a goal is rated: mid-cycle, at the end, or months after completion."""

    MID = "mid"
    END = "end"
    MONTH_3 = "month_3"
    MONTH_6 = "month_6"
    MONTH_12 = "month_12"


class Rater(StrEnum):
    """The person who rated a goal; `BOTH` means that coach and coachee agreed on the rating."""

    COACHEE = "coachee"
    COACH = "coach"
    BOTH = "both"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Indicator(_Model):
    """An optional, measurable indicator of whether a goal is reached."""

    name: _ShortWord = ""
    unit: _ShortWord = ""
    baseline: _ShortWord = ""
    target: _ShortWord = ""
    due: date | None = None

    @model_validator(mode="after")
    def _check_name(self) -> Self:
        if not self.name and (self.unit or self.baseline or self.target or self.due):
            raise InvalidValueError(facts.INDICATOR_INCOMPLETE())
        return self


class GoalStatement(_Model):
    """The first part of a goal: the intended change, the area, and how important it is."""

    statement: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_STATEMENT),
        SingleLineText,
    ]
    area: Area
    reach: Reach
    weight: Annotated[int, Field(ge=1, le=3)] = 1


class GoalScale(_Model):
    """The second part of a goal: a description of each result, and the current situation."""

    much_less: _LevelText = ""
    less: _LevelText = ""
    expected: _LevelText = ""
    more: _LevelText = ""
    much_more: _LevelText = ""
    baseline: Annotated[int, Field(ge=-2, le=-1)] = -2

    @model_validator(mode="after")
    def _check_levels(self) -> Self:
        if not (self.much_less and self.expected and self.much_more):
            raise InvalidValueError(facts.SCALE_INCOMPLETE())
        return self

    @property
    def by_level(self) -> dict[int, str]:
        """The texts keyed by level, from -2 to +2; a text may be empty."""
        texts = (self.much_less, self.less, self.expected, self.more, self.much_more)
        return dict(zip(SCALE_LEVELS, texts, strict=True))


class GoalProof(_Model):
    """The third part of a goal: evidence of its achievement, and its place in a national plan."""

    indicator: Indicator = Indicator()
    verification: Proof = Proof.OTHER
    nap_pillar: NapPillar = NapPillar.NONE
    nap_reference: NapReference = ""

    @model_validator(mode="after")
    def _check_nap(self) -> Self:
        check_nap_reference(self.nap_pillar, self.nap_reference)
        return self


def check_nap_reference(pillar: NapPillar, reference: str) -> None:
    """Check that a reference to a national action plan belongs to a pillar.

    Raises:
        InvalidValueError: there is a reference, but no pillar.
    """
    if reference and pillar is NapPillar.NONE:
        raise InvalidValueError(facts.NAP_REFERENCE_WITHOUT_PILLAR())


class Ending(_Model):
    """The reason for dropping a goal or commitment, or the post that takes it over."""

    because: DropReason | None = None
    to_post: PostName = ""

    def check_ending(self, *, drops: bool, hands_over: bool) -> None:
        """Check that the reason and the post are given if, and only if, they are needed.

        Raises:
            InvalidValueError: one of them is missing or superfluous.
        """
        if drops and self.because is None:
            raise InvalidValueError(facts.DROPPED_NEEDS_A_REASON())
        if not drops and self.because is not None:
            raise InvalidValueError(facts.REASON_WITHOUT_DROPPING())
        if hands_over and not self.to_post:
            raise InvalidValueError(facts.HANDED_OVER_NEEDS_A_POST())
        if not hands_over and self.to_post:
            raise InvalidValueError(facts.POST_WITHOUT_HANDING_OVER())


class GoalChange(Ending):
    """A goal event, with the reason or post that the event requires."""

    event: GoalEvent

    @model_validator(mode="after")
    def _check_event(self) -> Self:
        self.check_ending(
            drops=self.event is GoalEvent.DROP, hands_over=self.event is GoalEvent.HAND_OVER
        )
        return self
