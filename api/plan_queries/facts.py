"""Messages about plan queries and their answers."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import (
    DATE,
    FACT,
    NUMBER,
    PERSON,
    TEXT,
    Fact,
    listed,
    message,
    plural_message,
)

FILTER_COACHEES = message("plan_queries.filter_coachees", "Coachees")
FILTER_MATCHED = message("plan_queries.filter_matched", "with a coach")
FILTER_UNMATCHED = message("plan_queries.filter_unmatched", "without a coach")
FILTER_CHANGED = message("plan_queries.filter_changed", "with a change")
FILTER_PINNED = message("plan_queries.filter_pinned", "pinned by the policy")
FILTER_REPEATED = message("plan_queries.filter_repeated", "a pair in an earlier cycle")
FILTER_PLACES = message("plan_queries.filter_places", "Places")
FILTER_FREE = message("plan_queries.filter_free", "some free")
FILTER_FULL = message("plan_queries.filter_full", "all taken")
FILTER_UNUSED = message("plan_queries.filter_unused", "none taken")
# i18n: the label of a bar: how many coaches have this number of coachees.
COACHES_WITH = plural_message(
    "plan_queries.coaches_with",
    "{load}: {count} coach (with a free place: {free})",
    "{load}: {count} coaches (with a free place: {free})",
    load=FACT,
    count=NUMBER,
    free=NUMBER,
)
COACHEES_EACH = plural_message(
    "plan_queries.coachees_each", "{count} coachee", "{count} coachees", count=NUMBER
)
# i18n: the label of a bar: how many coachees have no coach for a reason.
WAITING_BECAUSE = message(
    "plan_queries.waiting_because", "{count}: {reason}", count=NUMBER, reason=FACT
)
FILTER_REASON = message("plan_queries.filter_reason", "Reason")
FILTER_HELP = message("plan_queries.filter_help", "Changes that would help")
FILTER_SOME_HELP = message("plan_queries.filter_some_help", "at least one is known")
FILTER_NO_HELP = message("plan_queries.filter_no_help", "none is known")
VIEWS: Mapping[str, Fact] = {
    "calendar": message("plan_queries.view_calendar", "Weekly calendar")(),
    "agenda": message("plan_queries.view_agenda", "Agenda")(),
    "weeks": message("plan_queries.view_weeks", "All weeks")(),
}
WEEK_OF = plural_message(
    "plan_queries.week_of",
    "Week of {day}: {count} session",
    "Week of {day}: {count} sessions",
    day=DATE,
    count=NUMBER,
)
ANSWERED = message("plan_queries.answered", "answered")
EXPLAIN = message("plan_queries.explain", "Reasons and alternatives")
REPLACE = message("plan_queries.replace", "Coaches who could take over")
ADVISE = message("plan_queries.advise", "Changes that would place more people")

PERSON_OR_ADVICE = message(
    "plan_queries.person_or_advice",
    '"explain" and "replace" questions require a person_id; "advise" questions do not accept one',
)
ONLY_REPLACE = message(
    "plan_queries.only_replace", 'only "replace" questions accept not_before and sessions'
)
COACHEE_NOT_FOUND = message(
    "plan_queries.coachee_not_found", "there is no coachee {person} in this plan", person=TEXT
)
COACH_NOT_FOUND = message(
    "plan_queries.coach_not_found",
    "there is no coach {coach} in this cycle; check the ID",
    coach=TEXT,
)
NO_ADVICE_NEEDED = message(
    "plan_queries.no_advice_needed",
    "everyone in this plan has a coach, so no advice is needed",
)
NOT_PUBLISHED = message(
    "plan_queries.not_published",
    "this plan is not published; a coach can be replaced only in the published plan",
)
NO_COACH = message(
    "plan_queries.no_coach",
    "{coachee} has no coach in this plan; start a new run instead",
    coachee=PERSON,
)
SAME_COACH = message(
    "plan_queries.same_coach",
    "{coach} is already the coach of {coachee}; choose another coach",
    coachee=PERSON,
    coach=PERSON,
)
PINNED = message(
    "plan_queries.pinned",
    "the cycle's policy pins {coachee} to {coach}; end that pin first",
    coachee=PERSON,
    coach=PERSON,
)

NOT_POSSIBLE = message("plan_queries.not_possible", "not possible")
FULLY_BOOKED = message("plan_queries.fully_booked", "{points}, fully booked", points=FACT)
FREE_PLACE = message("plan_queries.free_place", "{points}, has a free place", points=FACT)
PLACE_TAKEN = message("plan_queries.place_taken", "The place is taken by {holder}", holder=PERSON)
PLACES_TAKEN = message(
    "plan_queries.places_taken", "The places are taken by {holders}", holders=listed(PERSON)
)
NO_COST = message("plan_queries.no_cost", "at no cost to the plan")
COSTS = plural_message(
    "plan_queries.costs",
    "the plan loses {count} point",
    "the plan loses {count} points",
    count=NUMBER,
)
GAINS = plural_message(
    "plan_queries.gains",
    "the plan gains {count} point",
    "the plan gains {count} points",
    count=NUMBER,
)
NO_OTHER_PLAN = message(
    "plan_queries.no_other_plan",
    "no other plan for {coachee} was found within {seconds} seconds",
    coachee=PERSON,
    seconds=NUMBER,
)
