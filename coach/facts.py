"""Domain messages about invalid cycle files, session reports, and rank titles."""

from __future__ import annotations

from coach.texts.facts import FACT, PLAIN_NUMBER, TEXT, all_of, listed, message, plural_message

FAULTS = plural_message(
    "input.faults",
    "{count} error in {files}",
    "{count} errors in {files}",
    count=PLAIN_NUMBER,
    files=listed(TEXT),
)

NOT_A_TIME_ZONE = message(
    "cycle_file.not_a_time_zone",
    "'{value}' is not a time zone; use a name like Europe/Belgrade",
    value=TEXT,
)
YEAR_OUT_OF_RANGE = message(
    "cycle_file.year_out_of_range",
    "the year must be between {low} and {high}",
    low=PLAIN_NUMBER,
    high=PLAIN_NUMBER,
)
# i18n: both days as they are written in a file: 2027-01-18.
END_BEFORE_START = message(
    "cycle_file.end_before_start",
    "the last day, {end}, is before the first day, {start}; correct one of them",
    start=TEXT,
    end=TEXT,
)
TOO_LONG = plural_message(
    "cycle_file.too_long",
    "a cycle can last at most ten years; this one lasts {count} day",
    "a cycle can last at most ten years; this one lasts {count} days",
    count=PLAIN_NUMBER,
)
CONTRACTING_MINUTES = message(
    "cycle_file.contracting_minutes",
    "must be 0 (no contracting session), or from {least} to {most}",
    least=PLAIN_NUMBER,
    most=PLAIN_NUMBER,
)
FOLLOW_UP_MONTHS = message(
    "cycle_file.follow_up_months",
    "choose from the months {months}, in ascending order and without repeats, or use an empty "
    "list if nobody should be asked",
    months=listed(TEXT),
)
MAX_GAP_BELOW_MIN = message(
    "cycle_file.max_gap_below_min",
    "the longest gap ({longest}) is shorter than the shortest gap ({shortest}); correct one of "
    "them",
    longest=PLAIN_NUMBER,
    shortest=PLAIN_NUMBER,
)
# i18n: `rhythm`, `finish`, `leave`, `hours` and `preferred` are keys of a file; do not translate.
PENALTIES_TOO_HIGH = message(
    "cycle_file.penalties_too_high",
    "rhythm, finish and leave add up to {total}; reduce them to at most {limit} in total",
    total=PLAIN_NUMBER,
    limit=PLAIN_NUMBER,
)
# i18n: keys of a file, as above.
PENALTIES_WITH_HOURS_TOO_HIGH = message(
    "cycle_file.penalties_with_hours_too_high",
    "rhythm, finish, leave and hours add up to {total}; reduce them to at most {limit} in total",
    total=PLAIN_NUMBER,
    limit=PLAIN_NUMBER,
)
# i18n: keys of a file, as above.
PREFERRED_WITHOUT_HOURS = message(
    "cycle_file.preferred_without_hours",
    "preferred times have no effect when hours is 0; increase hours, and reduce rhythm, finish "
    "or leave so that they add up to at most {limit}",
    limit=PLAIN_NUMBER,
)
# i18n: keys of a file, as above.
HOURS_WITHOUT_PREFERRED = message(
    "cycle_file.hours_without_preferred",
    "hours penalises sessions outside preferred times, but no preferred times are set; add "
    'preferred = ["09:00-12:00"]',
)
# i18n: "placed" and "schedule" are values in a file; do not translate them.
LEVELS_OCCUR_ONCE = message(
    "cycle_file.levels_occur_once",
    "the same level is listed more than once; list each level only once",
)
# i18n: a value in a file, as above.
PLACED_FIRST = message("cycle_file.placed_first", '"placed" must be the first level')
# i18n: a value in a file, as above.
SCHEDULE_LAST = message("cycle_file.schedule_last", '"schedule" must be the last level')
# i18n: [rules.repeat] is a table in a file, "repeat" and "avoid" are values in it.
REPEAT_NOT_LISTED = message(
    "cycle_file.repeat_not_listed",
    '"repeat" must not be listed here; to add it, use earlier = "avoid" in [rules.repeat]',
)
BOTH = message("cycle_file.both", "{first}, and {second}", first=FACT, second=FACT)

CONTROL_CHARACTER = message(
    "feedback.control_character", "the text contains a control character; remove it and try again"
)
CONTROL_CHARACTER_OR_BREAK = message(
    "feedback.control_character_or_break",
    "the text contains a control character, line break or tab; remove it and try again",
)
TOPIC_MISSING = message(
    "feedback.topic_missing",
    "select the modules that you covered, or enter the topic of the session in a few words",
)
MODULES_WITHOUT_SESSION = message(
    "feedback.modules_without_session",
    "the session did not take place, so do not select any modules",
)
NOBODY_ABSENT = message(
    "feedback.nobody_absent",
    "say who was absent only if that is why the session did not take place",
)
NOT_A_CODE = message(
    "curriculum.not_a_code",
    "a code must start with a capital letter, followed by capital letters and digits",
)
ANSWERS_WITHOUT_SESSION = message(
    "feedback.answers_without_session",
    'the session did not take place, so choose "no answer" for each question',
)

RANK_TITLE_AMBIGUOUS = message(
    "rank_titles.ambiguous",
    "'{title}' can mean several ranks: {ranks}; use a code instead",
    title=TEXT,
    ranks=all_of(FACT),
)
# i18n: `country` is a code, such as RS.
RANK_TITLE_UNKNOWN = message(
    "rank_titles.unknown",
    "'{title}' is not a known rank title for {country}",
    title=TEXT,
    country=TEXT,
)
# i18n: `country` is a code, such as RS; `service` is a value in a file, such as land.
RANK_TITLE_UNKNOWN_IN_SERVICE = message(
    "rank_titles.unknown_in_service",
    "'{title}' is not a known rank title for {country}, service {service}",
    title=TEXT,
    country=TEXT,
    service=TEXT,
)
RANK_TITLE_OF_OTHER_SERVICE = message(
    "rank_titles.of_other_service",
    "{unknown}; in other services, it means {ranks}. Correct the service, or use a code",
    unknown=FACT,
    ranks=all_of(FACT),
)
RANK_TITLE_OF_OTHER_COUNTRY = message(
    "rank_titles.of_other_country",
    "{unknown}; in other countries, it means {ranks}. Correct the country, or use a code",
    unknown=FACT,
    ranks=all_of(FACT),
)
RANK_TITLE_NOWHERE = message(
    "rank_titles.nowhere",
    "{unknown}; use a code such as OF-5, OR-8, CIV~OF-6 or CIV",
    unknown=FACT,
)
# i18n: a rank in a list: OF-5 in RS (land/air); the part in brackets is a branch of the forces.
RANK_OF_TITLE = message(
    "rank_titles.rank", "{code} in {country} ({branch})", code=TEXT, country=TEXT, branch=TEXT
)
# i18n: the end of a list of ranks that is too long to be shown in full.
OTHER_RANKS = message("rank_titles.others", "others")
