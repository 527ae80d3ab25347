"""The English texts of format 1, in which results contained sentences instead of facts.

Results of format 1 were written with these texts, so these texts must not change when the messages
are reworded.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from gettext import NullTranslations

from coach.texts.facts import Displayed
from coach.texts.locales import ENGLISH
from coach.texts.renderer import Renderer

TEXTS: Mapping[str, tuple[str, ...]] = {
    "availability.common": (
        "{count} common time for {sessions}",
        "{count} common times for {sessions}",
    ),
    "availability.none": ("no common time",),
    "ban.banned": ("ruled out by the programme office",),
    "ban.none": ("not ruled out by the programme office",),
    "change.ban_lifted": ("the ban on {coach} lifted",),
    "change.buffer_minutes": (
        "{count} minute between a coach's sessions instead of {before}",
        "{count} minutes between a coach's sessions instead of {before}",
    ),
    "change.coach_free": ("{coach} also free on {weekday} {start}-{end}",),
    "change.coach_free_in_zone": ("{coach} also free on {weekday} {start}-{end} ({zone})",),
    "change.coachee_free": ("{coachee} also free on {weekday} {start}-{end}",),
    "change.coachee_free_in_zone": ("{coachee} also free on {weekday} {start}-{end} ({zone})",),
    "change.cycle_end": ("the cycle ends on {day} instead of {before}",),
    "change.grades_relaxed": (
        "up to {count} grade below the coachee instead of {before} with rank sensitivity relaxed",
        "up to {count} grades below the coachee instead of {before} with rank sensitivity relaxed",
    ),
    "change.grades_standard": (
        "up to {count} grade below the coachee instead of {before} with rank sensitivity standard",
        "up to {count} grades below the coachee instead of {before} with rank sensitivity standard",
    ),
    "change.grades_strict": (
        "up to {count} grade below the coachee instead of {before} with rank sensitivity strict",
        "up to {count} grades below the coachee instead of {before} with rank sensitivity strict",
    ),
    "change.language_level": ("language level {level} instead of {before}",),
    "change.languages_common": ("{languages} count as common in this cycle",),
    "change.max_gap_days": (
        "up to {count} day between sessions instead of {before}",
        "up to {count} days between sessions instead of {before}",
    ),
    "change.max_per_coach_day": (
        "{count} session a day for coaches instead of {before}",
        "{count} sessions a day for coaches instead of {before}",
    ),
    "change.max_per_coach_week": (
        "{count} session a week for coaches instead of {before}",
        "{count} sessions a week for coaches instead of {before}",
    ),
    "change.min_gap_days": (
        "at least {count} day between sessions instead of {before}",
        "at least {count} days between sessions instead of {before}",
    ),
    "change.more_time": ("more time to solve; nothing else",),
    "change.no_share": ("no minimum cross-border share",),
    "change.place": ("one more place with {coach}",),
    "change.prefer_different_country": ("country relation prefer-different instead of different",),
    "change.prefer_same_country": ("country relation prefer-same instead of same",),
    "change.sensitivity_relaxed": ("rank sensitivity relaxed instead of standard for {coachee}",),
    "change.sensitivity_standard": ("rank sensitivity standard instead of strict for {coachee}",),
    "change.sessions_a_day": (
        "{coach} takes {count} session a day",
        "{coach} takes {count} sessions a day",
    ),
    "change.sessions_a_week": (
        "{coach} takes {count} session a week",
        "{coach} takes {count} sessions a week",
    ),
    "change.with_effect": ("{change}: {effect}",),
    "change.without_uniform": ("{coachee} accepts a coach without uniform",),
    "count.coachees": ("{count} coachee", "{count} coachees"),
    "count.coaches": ("{count} coach", "{count} coaches"),
    "count.points": ("{count} point", "{count} points"),
    "count.sessions": ("{count} session", "{count} sessions"),
    "country.any": ("{countries}; this cycle has no preference",),
    "country.both": ("both {country}",),
    "country.different": ("{countries}; this cycle needs different countries/territories",),
    "country.excluded": ("{countries}, a pair that this cycle excludes",),
    "country.prefer_different": (
        "{countries}; this cycle prefers different countries/territories",
    ),
    "country.prefer_same": ("{countries}; this cycle prefers the same country/territory",),
    "country.same": ("{countries}; this cycle needs the same country/territory",),
    "country.two": ("{first} and {second}",),
    "effect.other_one_keeps": ("{coachee} gets a coach, the other one keeps one",),
    "effect.others_keep": (
        "{coachee} gets a coach, {count} other keeps one",
        "{coachee} gets a coach, all {count} others keep one",
    ),
    "effect.placed": ("{coachee} gets a coach",),
    "language.common": ("both offer {language}",),
    "language.group": ("{languages}, which this cycle counts as common",),
    "language.none": ("no common language at level {level} or above",),
    "level.kept": ("kept",),
    "level.placed": ("placed",),
    "level.schedule": ("schedule",),
    "level.total": ("total",),
    "level.worst": ("worst",),
    "move.both_away": ("{coachee} and {coach} not free at the old time",),
    "move.coach_away": ("{coach} not free at the old time",),
    "move.coach_left": ("{coach} is no longer among the coaches",),
    "move.coachee_away": ("{coachee} not free at the old time",),
    "move.coachee_left": ("{coachee} is no longer among the coachees",),
    "move.fewer_places": (
        "{coach} takes {count} coachee, had {before}",
        "{coach} takes {count} coachees, had {before}",
    ),
    "move.needed": ("the places and hours of this coach are needed by others",),
    "move.newcomer": ("had no coach before",),
    "move.no_time": ("not all sessions find a time any more",),
    "move.not_in_cycle": ("the cycle has no session at that time any more",),
    "move.room": ("to place somebody who had no coach before",),
    "move.sessions": (
        "{count} session instead of {before}",
        "{count} sessions instead of {before}",
    ),
    "move.times_around": ("the times around it moved",),
    "preference.choice": ("the coachee's choice number {place}",),
    "preference.none": ("not among the coachee's choices",),
    "preference.unstated": ("the coachee states no preference",),
    "rank.junior": (
        "{coachee_rank} with coach {coach_rank}, {count} grade junior; {allowance}",
        "{coachee_rank} with coach {coach_rank}, {count} grades junior; {allowance}",
    ),
    "rank.not_uniformed": ("a coach in uniform is asked for, this coach is a civilian ({rank})",),
    "rank.relaxed": ("relaxed sensitivity allows {allowed}",),
    "rank.relaxed_none": ("relaxed sensitivity allows none",),
    "rank.same": ("both {rank}",),
    "rank.same_grade": ("{coachee_rank} with coach {coach_rank}, the same grade",),
    "rank.senior": (
        "{coachee_rank} with coach {coach_rank}, {count} grade senior",
        "{coachee_rank} with coach {coach_rank}, {count} grades senior",
    ),
    "rank.standard": ("standard sensitivity allows {allowed}",),
    "rank.standard_none": ("standard sensitivity allows none",),
    "rank.strict": ("strict sensitivity allows {allowed}",),
    "rank.strict_none": ("strict sensitivity allows none",),
    "rank.ungraded": ("{coachee_rank} with coach {coach_rank}; no grade to compare",),
    "refusal.none": ("not refused",),
    "refusal.refused": ("refused by one of the two",),
    "rule.availability": ("availability",),
    "rule.ban": ("ban",),
    "rule.country": ("country",),
    "rule.language": ("language",),
    "rule.objection": ("{rule}: {reason}",),
    "rule.preference": ("preference",),
    "rule.rank": ("rank",),
    "rule.reasons": ("{reasons}",),
    "rule.refusal": ("refusal",),
    "rule.schedule": ("schedule",),
    "rule.topics": ("topics",),
    "rule.unit": ("unit",),
    "run.progress_auditing": ("auditing the result",),
    "run.progress_checking_coaches": ("checking every coach with a place left",),
    "run.progress_evaluating": ("evaluating the rules for {coachees} and {coaches}",),
    "run.progress_level": ("{level}: {value} of at most {bound}",),
    "run.progress_level_started": ("{level}: no plan yet",),
    "run.progress_level_without_bound": ("{level}: {value}",),
    "run.progress_level_without_value": ("{level}: at most {bound}",),
    "run.progress_pairs": (
        "{count} pair passes the rules and can meet",
        "{count} pairs pass the rules and can meet",
    ),
    "run.progress_placed": (
        "{placed} of {count} coachee placed",
        "{placed} of {count} coachees placed",
    ),
    "run.progress_remedies": ("searching for remedies",),
    "run.progress_search_failed": ("a search for remedies failed: {location}",),
    "run.progress_solving_again": ("solving again, number {number}: {progress}",),
    "run.progress_solving_without_pair": ("solving again without this pair",),
    "schedule.too_little_time": ("they have too little free time in common for all sessions",),
    "topics.common": (
        "{common} of {count} topic: {topics}",
        "{common} of {count} topics: {topics}",
    ),
    "topics.none": ("none of the coachee's topics",),
    "topics.unnamed": ("the coachee names no topic",),
    "unit.chain": ("in the coach's chain of command, now or in the last 24 months",),
    "unit.other": ("neither the same unit nor the chain of command",),
    "unit.same": ("the same unit",),
}
"""The text of each message, followed by its plural if there is one, keyed by message code."""


class _Format1Translations(NullTranslations):
    """Translates the current English text of messages into the text of format 1."""

    def pgettext(self, context: str, message: str) -> str:
        """Return the text of the message with the code `context`."""
        return TEXTS.get(context, (message,))[0]

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        """Return the text or the plural of the message with the code `context`."""
        texts = TEXTS.get(context, (msgid1, msgid2))
        return texts[0 if n == 1 else -1]


@cache
def _renderer() -> Renderer:
    return Renderer(ENGLISH, _Format1Translations())


def sentence(shown: Displayed) -> str:
    """Return the text of a fact as it was written in format 1."""
    return _renderer().text(shown)
