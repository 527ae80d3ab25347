"""Badges and form options for goals and commitments."""

from __future__ import annotations

from api.coaching.agreements.labels import options
from api.coaching.goals import facts
from api.web.labels import Badge, Option
from api.web.shown_forms import words_of
from coach.commitments import CommitmentState
from coach.goals import GoalState

_GOAL_TONES = {
    GoalState.DRAFT: "warn",
    GoalState.REACHED: "good",
    GoalState.PARTLY: "good",
    GoalState.NOT_REACHED: "bad",
}
_COMMITMENT_TONES = {
    CommitmentState.PROPOSED: "warn",
    CommitmentState.DONE: "good",
}
OVERDUE = Badge(facts.OVERDUE(), "bad")
AREA_OPTIONS = options(facts.AREAS)
REACH_OPTIONS = options(facts.REACHES)
PILLAR_OPTIONS = options(facts.PILLARS)
PROOF_OPTIONS = options(facts.PROOFS)
DROP_OPTIONS = options(facts.DROP_REASONS)
MOMENT_OPTIONS = options(facts.MOMENTS)
WEIGHT_OPTIONS = (
    Option("1", facts.WEIGHT_1()),
    Option("2", facts.WEIGHT_2()),
    Option("3", facts.WEIGHT_3()),
)
BASELINE_OPTIONS = tuple(Option(str(level), facts.LEVELS[level]()) for level in (-2, -1))
LEVEL_OPTIONS = tuple(Option(str(level), words()) for level, words in facts.LEVELS.items())
GOAL_WORDS = words_of(
    area=AREA_OPTIONS,
    reach=REACH_OPTIONS,
    weight=WEIGHT_OPTIONS,
    baseline=BASELINE_OPTIONS,
    verification=PROOF_OPTIONS,
    nap_pillar=PILLAR_OPTIONS,
)


def goal_badge(state: GoalState) -> Badge:
    """Return the badge for the state of a goal."""
    return Badge(facts.GOAL_STATES[state](), _GOAL_TONES.get(state, ""))


def commitment_badge(state: CommitmentState) -> Badge:
    """Return the badge for the state of a commitment."""
    return Badge(facts.COMMITMENT_STATES[state](), _COMMITMENT_TONES.get(state, ""))
