"""Messages that mark pairs in a plan: bans, waivers, and preferences that outweighed a rule."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, TEXT, all_of, message, plural_message

# i18n: a rule was lifted for this pair, such as: rank waived
WAIVED = message("pair_mark.waived", "{rule} waived", rule=FACT)
# i18n: the coachee prefers this coach, although other rules give no points.
WISHED = message("pair_mark.wished", "preference outweighed {rules}", rules=all_of(FACT))
BANNED = message("pair_mark.banned", "ban: {coach}", coach=TEXT)
BANNED_ANYWAY = message(
    "pair_mark.banned_anyway", "ban without effect: {coach} (forbidden anyway)", coach=TEXT
)
WAIVER_UNUSED = message(
    "pair_mark.waiver_unused", "waiver not used: {rule}, {coach}", rule=FACT, coach=TEXT
)
OVERRODE = message(
    "pair_mark.overrode",
    "{coachee} and {coach}: {marks}",
    coachee=TEXT,
    coach=TEXT,
    marks=all_of(FACT),
)
OVERRIDDEN_PAIRS = plural_message(
    "pair_mark.overridden_pairs",
    "In {count} pair, a waiver or a preference outweighed a rule",
    "In {count} pairs, a waiver or a preference outweighed a rule",
    count=NUMBER,
)
