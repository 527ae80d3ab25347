"""Messages about pins, bans and waivers."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import FACT, NUMBER, TEXT, Fact, all_of, message, plural_message

KINDS: Mapping[str, Fact] = {
    "pin": message("pair_decision.pin", "pin (always this coach)")(),
    "ban": message("pair_decision.ban", "ban (never this coach)")(),
    "waive-rank": message("pair_decision.waive_rank", "waiver (lifts the rank rule)")(),
    "waive-country": message(
        "pair_decision.waive_country", "waiver (lifts the country/territory rule)"
    )(),
}
SHORT_KINDS: Mapping[str, Fact] = {
    "pin": message("pair_decision.short_pin", "pin")(),
    "ban": message("pair_decision.short_ban", "ban")(),
    "waive-rank": message("pair_decision.short_waive_rank", "rank waiver")(),
    "waive-country": message("pair_decision.short_waive_country", "country/territory waiver")(),
}
CHOOSE_KIND = message("pair_decision.choose_kind", "choose what to decide about the pair")
NO_SUCH_PERSON = message(
    "pair_decision.no_such_person", "nobody in this list is called {text}", text=TEXT
)
SEVERAL_PEOPLE = message(
    "pair_decision.several_people",
    "several people are called {text}; choose one of {ids}",
    text=TEXT,
    ids=all_of(TEXT),
)
CHOOSE_PERSON = message("pair_decision.choose_person", "choose a person")
REASON_MISSING = message("pair_decision.reason_missing", "enter a reason; a waiver requires one")
IMPOSSIBLE_PIN = message(
    "pair_decision.impossible_pin",
    "this pair cannot be pinned, because every run would then fail: {reasons}",
    reasons=FACT,
)
PINS_ABOVE_CAPACITY = plural_message(
    "pair_decision.pins_above_capacity",
    "other pins already take all of this coach's places ({count})",
    "other pins already take all of this coach's places ({count})",
    count=NUMBER,
)
PIN_NOT_BANNED = message("pair_decision.pin_not_banned", "the pair is pinned; end the pin first")
CANNOT_MEET = message(
    "pair_decision.cannot_meet", "they do not have enough free time in common for all sessions"
)
ALREADY_WAIVED = message(
    "pair_decision.already_waived", "this rule is already waived for this pair"
)
ENDED_BEFORE = message("pair_decision.ended_before", "this decision has already ended")
PIN_HOLDS = message("pair_decision.pin_holds", "every plan includes this pair")
PIN_FAILS = message("pair_decision.pin_fails", "impossible: {reasons}", reasons=FACT)
BAN_HOLDS = message("pair_decision.ban_holds", "without the ban, the pair would be possible")
BAN_IRRELEVANT = message(
    "pair_decision.ban_irrelevant",
    "no effect, because the pair is forbidden anyway: {reasons}",
    reasons=FACT,
)
WAIVER_HOLDS = message(
    "pair_decision.waiver_holds", "lifts this restriction: {reason}", reason=FACT
)
WAIVER_IRRELEVANT = message(
    "pair_decision.waiver_irrelevant", "no effect, because the rule already allows the pair"
)
WAIVER_NOT_ENOUGH = message(
    "pair_decision.waiver_not_enough",
    "not enough, because the pair is forbidden anyway: {reasons}",
    reasons=FACT,
)
GONE = message(
    "pair_decision.gone", "no effect, because the coach or the coachee has left the cycle"
)
