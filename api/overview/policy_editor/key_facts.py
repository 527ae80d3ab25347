"""Labels and hints for the keys of the cycle file."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import Fact, message

LABELS: Mapping[str, Fact] = {
    "cycle.name": message("policy_label.cycle_name", "Name of the cycle")(),
    "cycle.start": message(
        "policy_label.cycle_start", "First day on which a session can take place"
    )(),
    "cycle.end": message("policy_label.cycle_end", "Last day")(),
    "cycle.timezone": message("policy_label.cycle_timezone", "Time zone of the dates")(),
    "cycle.follow_up_months": message(
        "policy_label.cycle_follow_up_months", "Months after which follow-ups are sent"
    )(),
    "cycle.follow_up_coach": message(
        "policy_label.cycle_follow_up_coach", "Ask the coach as well as the coachee"
    )(),
    "sessions.count": message("policy_label.sessions_count", "Sessions per pair")(),
    "sessions.minutes": message(
        "policy_label.sessions_minutes", "Length of a session, in minutes"
    )(),
    "sessions.grid_minutes": message(
        "policy_label.sessions_grid_minutes", "Sessions start every … minutes"
    )(),
    "sessions.min_gap_days": message(
        "policy_label.sessions_min_gap_days", "Minimum days between a pair's sessions"
    )(),
    "sessions.max_gap_days": message(
        "policy_label.sessions_max_gap_days", "Maximum days between a pair's sessions"
    )(),
    "sessions.max_per_coach_day": message(
        "policy_label.sessions_max_per_coach_day", "Maximum sessions per coach per day"
    )(),
    "sessions.max_per_coach_week": message(
        "policy_label.sessions_max_per_coach_week", "Maximum sessions per coach per week"
    )(),
    "sessions.buffer_minutes": message(
        "policy_label.sessions_buffer_minutes",
        "Minimum break between a coach's sessions, in minutes",
    )(),
    "sessions.reschedule_cutoff_hours": message(
        "policy_label.sessions_reschedule_cutoff_hours",
        "Participants can move a session until … hours before it",
    )(),
    "sessions.contracting_minutes": message(
        "policy_label.sessions_contracting_minutes",
        "Length of a contracting session before the first session, in minutes",
    )(),
    "sessions.contracting_gap_days": message(
        "policy_label.sessions_contracting_gap_days",
        "Minimum and maximum days from the contracting session to the first session",
    )(),
    "calendar.public_holidays": message(
        "policy_label.calendar_public_holidays", "Keep public holidays free"
    )(),
    "calendar.blackout": message("policy_label.calendar_blackout", "Days without any sessions")(),
    "calendar.observances": message("policy_label.calendar_observances", "Additional holidays")(),
    "rules.language.minimum_level": message(
        "policy_label.language_minimum_level", "Minimum level of the common language"
    )(),
    "rules.language.groups": message(
        "policy_label.language_groups", "Languages treated as the same"
    )(),
    "rules.country.relation": message(
        "policy_label.country_relation", "A pair's countries/territories"
    )(),
    "rules.country.excluded": message(
        "policy_label.country_excluded", "Countries/territories that are never paired"
    )(),
    "rules.country.minimum_cross_border_share": message(
        "policy_label.country_share", "Minimum share of cross-border pairs"
    )(),
    "rules.rank.strict": message("policy_label.rank_strict", "Maximum grades below (strict)")(),
    "rules.rank.standard": message(
        "policy_label.rank_standard", "Maximum grades below (standard)"
    )(),
    "rules.rank.relaxed": message("policy_label.rank_relaxed", "Maximum grades below (relaxed)")(),
    "rules.repeat.earlier": message("policy_label.repeat_earlier", "Pairs from earlier cycles")(),
    "weights.language": message("policy_label.weight_language", "Weight of language")(),
    "weights.country": message("policy_label.weight_country", "Weight of country/territory")(),
    "weights.rank": message("policy_label.weight_rank", "Weight of rank")(),
    "weights.topics": message("policy_label.weight_topics", "Weight of topics")(),
    "weights.preference": message("policy_label.weight_preference", "Weight of preference")(),
    "weights.availability": message("policy_label.weight_availability", "Weight of availability")(),
    "timetable.rhythm": message("policy_label.timetable_rhythm", "Penalty for uneven gaps")(),
    "timetable.finish": message("policy_label.timetable_finish", "Penalty for finishing late")(),
    "timetable.leave": message(
        "policy_label.timetable_leave", "Penalty for sessions next to days off"
    )(),
    "timetable.slack_days": message(
        "policy_label.timetable_slack_days", "Days to keep free at the end of the cycle"
    )(),
    "timetable.hours": message(
        "policy_label.timetable_hours", "Penalty for sessions outside the preferred times"
    )(),
    "timetable.preferred": message("policy_label.timetable_preferred", "Preferred times")(),
    "timetable.preferred_by": message(
        "policy_label.timetable_preferred_by", "Preferred times of individual coachees"
    )(),
    "objective.levels": message(
        "policy_label.objective_levels", "Matching priorities, in this order"
    )(),
}
"""The label of each key."""

_WEIGHT = message(
    "policy_hint.weight",
    "0 to 100. The rule's points are multiplied by this number. With 0, they do not count.",
)()
_GRADES = message(
    "policy_hint.grades",
    "For coachees with this rank sensitivity, the coach may be at most this many grades lower "
    "(0 to 30).",
)()
_PENALTY = message(
    "policy_hint.penalty",
    "Deducted from the 100 points of a timetable. All penalties together can be at most 100.",
)()
HINTS: Mapping[str, Fact] = {
    "cycle.name": message("policy_hint.cycle_name", "People will see this name in their emails.")(),
    "cycle.start": message(
        "policy_hint.cycle_start",
        "For example, 2027-01-18 or 18.1.2027. No session takes place before this day.",
    )(),
    "cycle.end": message(
        "policy_hint.cycle_end",
        "For example, 2027-07-16 or 16.7.2027. No session takes place after this day.",
    )(),
    "cycle.timezone": message(
        "policy_hint.cycle_timezone",
        "For example, Europe/Belgrade. This time zone determines days, weeks and start times. Each "
        "person sees times in their own time zone.",
    )(),
    "cycle.follow_up_months": message(
        "policy_hint.cycle_follow_up_months",
        "Enter any of 3, 6 and 12, separated by commas. The months are counted from the day on "
        "which a pair finishes. Leave this empty to ask nobody. A change applies only to pairs that"
        " finish from now on.",
    )(),
    "cycle.follow_up_coach": message(
        "policy_hint.cycle_follow_up_coach",
        "The coach will also be asked about the goals.",
    )(),
    "sessions.count": message("policy_hint.sessions_count", "1 to 20 for each coachee.")(),
    "sessions.minutes": message("policy_hint.sessions_minutes", "5 to 1440.")(),
    "sessions.grid_minutes": message(
        "policy_hint.sessions_grid_minutes",
        "Times are counted from midnight. With 30, sessions start on the hour and at half past.",
    )(),
    "sessions.min_gap_days": message(
        "policy_hint.sessions_min_gap_days", "For example, 21 means at least three weeks apart."
    )(),
    "sessions.max_gap_days": message(
        "policy_hint.sessions_max_gap_days", "For example, 42 means at most six weeks apart."
    )(),
    "sessions.max_per_coach_day": message(
        "policy_hint.sessions_max_per_coach_day",
        "The lists can set a different number for a coach.",
    )(),
    "sessions.max_per_coach_week": message(
        "policy_hint.sessions_max_per_coach_week",
        "From Monday to Sunday. The lists can set a different number for a coach.",
    )(),
    "sessions.buffer_minutes": message(
        "policy_hint.sessions_buffer_minutes", "0 allows one session directly after another."
    )(),
    "sessions.reschedule_cutoff_hours": message(
        "policy_hint.sessions_reschedule_cutoff_hours",
        "After that, the programme office decides. A change to this setting takes effect at once, "
        "without a run.",
    )(),
    "sessions.contracting_minutes": message(
        "policy_hint.sessions_contracting_minutes",
        "30 to 45, or 0 for no contracting session. The coach and the coachee use this session to "
        "agree how they will work together. It is not counted as one of the sessions above.",
    )(),
    "sessions.contracting_gap_days": message(
        "policy_hint.sessions_contracting_gap_days",
        "Enter two numbers, such as 7 21 for one to three weeks.",
    )(),
    "calendar.public_holidays": message(
        "policy_hint.calendar_public_holidays",
        "Nobody has a session on a public holiday in their country/territory.",
    )(),
    "calendar.blackout": message(
        "policy_hint.calendar_blackout",
        "Enter one day or range on each line: 2027-05-01, or 2027-04-30..2027-05-03.",
    )(),
    "calendar.observances": message(
        "policy_hint.calendar_observances",
        "People from a country/territory have no sessions on the holidays listed for it. "
        "Enter one country/territory on each line, such as ME: orthodox, islamic.",
    )(),
    "rules.language.minimum_level": message(
        "policy_hint.language_minimum_level",
        "Both people need at least this level. A1 is the lowest, C2 the highest.",
    )(),
    "rules.language.groups": message(
        "policy_hint.language_groups",
        "Enter one group of language codes on each line, such as bs, cnr, hr, sr. Leave this empty "
        "to treat every language as different.",
    )(),
    "rules.country.relation": message(
        "policy_hint.country_relation",
        "The “always” options are conditions. The “preferably” options only award points.",
    )(),
    "rules.country.excluded": message(
        "policy_hint.country_excluded",
        "Enter two codes on each line, such as RS, XK. Each line applies in both directions.",
    )(),
    "rules.country.minimum_cross_border_share": message(
        "policy_hint.country_share", "0 to 1. With 0.3, at least 30 of 100 pairs cross a border."
    )(),
    "rules.rank.strict": _GRADES,
    "rules.rank.standard": _GRADES,
    "rules.rank.relaxed": _GRADES,
    "rules.repeat.earlier": message(
        "policy_hint.repeat_earlier",
        "Whether two people who were a pair before can be a pair again.",
    )(),
    "weights.language": _WEIGHT,
    "weights.country": _WEIGHT,
    "weights.rank": _WEIGHT,
    "weights.topics": _WEIGHT,
    "weights.preference": _WEIGHT,
    "weights.availability": _WEIGHT,
    "timetable.rhythm": _PENALTY,
    "timetable.finish": _PENALTY,
    "timetable.leave": _PENALTY,
    "timetable.slack_days": message(
        "policy_hint.timetable_slack_days",
        "A last session that is closer to the end of the cycle costs points.",
    )(),
    "timetable.hours": _PENALTY,
    "timetable.preferred": message(
        "policy_hint.timetable_preferred",
        "Enter one period on each line, in the coachee's time zone, such as 09:00-12:00 for every "
        "day, or Tue 09:00-12:00. Preferred times have no effect if the penalty above is 0.",
    )(),
    "timetable.preferred_by": message(
        "policy_hint.timetable_preferred_by",
        "These times replace the preferred times above. Enter one coachee on each line, such as "
        "C-01: Wed 13:00-16:00; Thu 09:00-12:00.",
    )(),
    "objective.levels": message(
        "policy_hint.objective_levels",
        "A later line never makes an earlier one worse. The number of people with a coach comes "
        "first, the timetable last.",
    )(),
}
"""The hint of each key."""
