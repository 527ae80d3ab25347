"""Messages about goals and commitments."""

from __future__ import annotations

from collections.abc import Mapping

from coach.commitments import CommitmentEvent, CommitmentState
from coach.goals import (
    Area,
    DropReason,
    GoalEvent,
    GoalState,
    NapPillar,
    Proof,
    Rater,
    RatingMoment,
    Reach,
)
from coach.texts.facts import NUMBER, ONE_DECIMAL, Message, message

NO_AGREEMENT = message(
    "goals.no_agreement",
    "make your agreement first; one of you proposes it, and the other agrees to it",
)
CHANGED_MEANWHILE = message(
    "goals.changed_meanwhile",
    "this goal or commitment was changed in the meantime; read it again, then decide",
)
NO_GOAL = message("goals.no_goal", "this pair has no such goal")
NO_COMMITMENT = message("goals.no_commitment", "this pair has no such commitment")
TOO_MANY_GOALS = message(
    "goals.too_many_goals",
    "an agreement can have at most {limit} open goals; finish or drop one first",
    limit=NUMBER,
)
TOO_MANY_COMMITMENTS = message(
    "goals.too_many_commitments", "a pair can have at most {limit} commitments", limit=NUMBER
)
TOO_MUCH_EVIDENCE = message(
    "goals.too_much_evidence",
    "a commitment can have at most {limit} pieces of evidence",
    limit=NUMBER,
)
NOT_POSSIBLE = message(
    "goals.not_possible", "this is not possible at this stage; reload the page to see why"
)
OTHER_AGREES = message(
    "goals.other_agrees", "you wrote this, so the other person has to agree to it"
)
SCALE_MISSING = message(
    "goals.scale_missing", "describe the five possible results of this goal first"
)
RATED_LATER = message(
    "goals.rated_later",
    "you can rate a goal only once work on it has begun, and not after it has been dropped or "
    "handed over",
)
NOT_YOUR_RATING = message(
    "goals.not_your_rating",
    "you can enter only your own rating, or a rating that you have agreed on together",
)
COACHEE_COMMITS = message(
    "goals.coachee_commits", "only the coachee can commit to this, or decide who sees its title"
)
EVIDENCE_NEEDED = message(
    "goals.evidence_needed",
    "first enter evidence that the commitment is done, such as the number of an order",
)
EVIDENCE_IN_FUTURE = message(
    "goals.evidence_in_future", "the date of the document cannot be in the future"
)
NOTHING_TO_SHARE = message(
    "goals.nothing_to_share", "there is nothing to share, or you still work with this coach"
)
NO_NEW_AGREEMENT = message("goals.no_new_agreement", "make an agreement with your new coach first")

AREAS: Mapping[Area, Message] = {
    Area.PERFORMANCE: message("goals.area_performance", "institutional performance"),
    Area.POLICY: message("goals.area_policy", "laws, policies and planning"),
    Area.COMMUNITY: message("goals.area_community", "relations with the community"),
    Area.OVERSIGHT: message("goals.area_oversight", "accountability and oversight"),
    Area.PERSONNEL: message("goals.area_personnel", "personnel"),
    Area.CULTURE: message("goals.area_culture", "institutional culture"),
}
REACHES: Mapping[Reach, Message] = {
    Reach.PERSONAL: message("goals.reach_personal", "my own leadership"),
    Reach.UNIT: message("goals.reach_unit", "my unit"),
    Reach.INSTITUTION: message("goals.reach_institution", "the whole institution"),
}
PILLARS: Mapping[NapPillar, Message] = {
    NapPillar.NONE: message("goals.pillar_none", "none"),
    NapPillar.PARTICIPATION: message("goals.pillar_participation", "participation"),
    NapPillar.PROTECTION: message("goals.pillar_protection", "protection"),
    NapPillar.PREVENTION: message("goals.pillar_prevention", "prevention"),
    NapPillar.RELIEF_RECOVERY: message("goals.pillar_relief_recovery", "relief and recovery"),
    NapPillar.INSTITUTIONAL: message("goals.pillar_institutional", "institutional measures"),
}
PROOFS: Mapping[Proof, Message] = {
    Proof.ORDER: message("goals.proof_order", "an order"),
    Proof.POLICY: message("goals.proof_policy", "a policy or regulation"),
    Proof.SOP: message("goals.proof_sop", "a standing operating procedure"),
    Proof.TRAINING_RECORD: message("goals.proof_training_record", "a training record"),
    Proof.BUDGET_LINE: message("goals.proof_budget_line", "a budget line"),
    Proof.HR_STATISTIC: message("goals.proof_hr_statistic", "a personnel statistic"),
    Proof.SURVEY: message("goals.proof_survey", "a survey"),
    Proof.OTHER: message("goals.proof_other", "something else"),
}
DROP_REASONS: Mapping[DropReason, Message] = {
    DropReason.CHANGE_OF_POST: message("goals.dropped_change_of_post", "change of post"),
    DropReason.NOT_APPROVED: message("goals.dropped_not_approved", "not approved"),
    DropReason.NO_LONGER_RELEVANT: message(
        "goals.dropped_no_longer_relevant", "no longer relevant"
    ),
    DropReason.NO_TIME: message("goals.dropped_no_time", "no time"),
    DropReason.OTHER: message("goals.dropped_other", "other"),
}
GOAL_STATES: Mapping[GoalState, Message] = {
    GoalState.DRAFT: message("goals.state_draft", "draft"),
    GoalState.AGREED: message("goals.state_agreed", "agreed"),
    GoalState.UNDER_WAY: message("goals.state_under_way", "under way"),
    GoalState.REACHED: message("goals.state_reached", "reached"),
    GoalState.PARTLY: message("goals.state_partly", "partly reached"),
    GoalState.NOT_REACHED: message("goals.state_not_reached", "not reached"),
    GoalState.DROPPED: message("goals.state_dropped", "no longer pursued"),
    GoalState.HANDED_OVER: message("goals.state_handed_over", "handed over"),
}
GOAL_EVENTS: Mapping[GoalEvent, Message] = {
    GoalEvent.AGREE: message("goals.event_agree", "Agree to this goal"),
    GoalEvent.START: message("goals.event_start", "Work on it has begun"),
    GoalEvent.REACH: message("goals.event_reach", "Reached"),
    GoalEvent.REACH_PARTLY: message("goals.event_reach_partly", "Partly reached"),
    GoalEvent.MISS: message("goals.event_miss", "Not reached"),
    GoalEvent.REOPEN: message("goals.event_reopen", "Change back to “under way”"),
}
COMMITMENT_STATES: Mapping[CommitmentState, Message] = {
    CommitmentState.PROPOSED: message("commitments.state_proposed", "proposed"),
    CommitmentState.COMMITTED: message("commitments.state_committed", "committed"),
    CommitmentState.UNDER_WAY: message("commitments.state_under_way", "under way"),
    CommitmentState.DONE: message("commitments.state_done", "done"),
    CommitmentState.DROPPED: message("commitments.state_dropped", "no longer pursued"),
    CommitmentState.HANDED_OVER: message("commitments.state_handed_over", "handed over"),
    CommitmentState.CARRIED_OVER: message(
        "commitments.state_carried_over", "carried over to the next cycle"
    ),
}
COMMITMENT_EVENTS: Mapping[CommitmentEvent, Message] = {
    CommitmentEvent.COMMIT: message("commitments.event_commit", "I commit to this"),
    CommitmentEvent.START: message("commitments.event_start", "Work on it has begun"),
    CommitmentEvent.FINISH: message("commitments.event_finish", "It is done"),
    CommitmentEvent.REOPEN: message("commitments.event_reopen", "Change back to “under way”"),
    CommitmentEvent.CARRY_OVER: message(
        "commitments.event_carry_over", "Carry it over to the next cycle"
    ),
}
MOMENTS: Mapping[RatingMoment, Message] = {
    RatingMoment.MID: message("goals.moment_mid", "in the middle of the cycle"),
    RatingMoment.END: message("goals.moment_end", "at the end of the cycle"),
    RatingMoment.MONTH_3: message("goals.moment_month_3", "3 months later"),
    RatingMoment.MONTH_6: message("goals.moment_month_6", "6 months later"),
    RatingMoment.MONTH_12: message("goals.moment_month_12", "12 months later"),
}
RATERS: Mapping[Rater, Message] = {
    Rater.COACHEE: message("goals.rater_coachee", "the coachee"),
    Rater.COACH: message("goals.rater_coach", "the coach"),
    Rater.BOTH: message("goals.rater_both", "both together"),
}
LEVELS: Mapping[int, Message] = {
    -2: message("goals.level_minus_2", "-2: much less than expected"),
    -1: message("goals.level_minus_1", "-1: less than expected"),
    0: message("goals.level_0", "0: as expected"),
    1: message("goals.level_plus_1", "+1: more than expected"),
    2: message("goals.level_plus_2", "+2: much more than expected"),
}
OVERDUE = message("commitments.overdue", "overdue")
COACHEE_DOES_IT = message("commitments.coachee_does_it", "the coachee")
NO_APPROVAL = message("commitments.no_approval", "none")
# i18n: a T score, such as 57.3.
SCORE = message("goals.score", "{score}", score=ONE_DECIMAL)
NO_COACHEE = message("goals.no_coachee", "there is no such coachee in this cycle")
WEIGHT_1 = message("goals.weight_1", "1: less important")
WEIGHT_2 = message("goals.weight_2", "2: important")
WEIGHT_3 = message("goals.weight_3", "3: most important")
GOALS = message("goals.goals", "Goals")
COMMITMENTS = message("goals.commitments", "Commitments")
