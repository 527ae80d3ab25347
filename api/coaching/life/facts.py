"""Messages about nominations, and about pairs that ended early."""

from __future__ import annotations

from collections.abc import Mapping

from coach.early_ends import EarlyEndReason, Whose
from coach.texts.facts import FACT, Message, message

NO_NOMINATION = message("life.no_nomination", "this nomination does not exist or was removed")
NOT_A_COACHEE = message(
    "life.not_a_coachee", "one of these people is not a coachee in this cycle, or has left"
)
NOMINATED_ALREADY = message(
    "life.nominated_already",
    "one of the chosen coachees has already been nominated; if that nomination is wrong, remove "
    "it first",
)
NOT_YET = message("life.not_yet", "the date of a nomination cannot be in the future")
CHOOSE_A_REASON = message("life.choose_a_reason", "choose a reason")
NO_EARLY_END = message("life.no_early_end", "these two people are not a pair that ended early")
CHANGED_MEANWHILE = message(
    "life.changed_meanwhile",
    "somebody else has recorded a reason in the meantime; compare the two, then save again if "
    "yours should replace it",
)
NOMINATED = message("life.nominated", "Nomination")
IS_NOMINATED = message("life.is_nominated", "nominated")
NOT_NOMINATED = message("life.not_nominated", "not nominated")
REASON = message("life.reason", "Reason")
NOT_RECORDED = message("life.not_recorded", "not recorded")
REASONS: Mapping[EarlyEndReason, Message] = {
    EarlyEndReason.CHANGE_OF_POST: message("life.change_of_post", "change of post"),
    EarlyEndReason.DEPLOYMENT: message("life.deployment", "deployment"),
    EarlyEndReason.TIME: message("life.time", "not enough time"),
    # i18n: deliberately a single reason, so that nobody's illness is recorded.
    EarlyEndReason.HEALTH: message("life.health", "health or family"),
    EarlyEndReason.NOT_A_FIT: message("life.not_a_fit", "not a good fit"),
    EarlyEndReason.OTHER: message("life.other", "other"),
    EarlyEndReason.NONE_GIVEN: message("life.none_given", "no reason given"),
}
WHOSE: Mapping[Whose, Message] = {
    Whose.COACHEE: message("life.of_coachee", "the coachee's"),
    Whose.COACH: message("life.of_coach", "the coach's"),
    Whose.BOTH: message("life.of_both", "both, or neither"),
}
# i18n: a state of a pair, and why: ended early (change of post).
STATE_BECAUSE = message("life.state_because", "{state} ({reason})", state=FACT, reason=FACT)
