"""Marks showing bans, waivers and preferences for the coachees on a plan's page."""

from __future__ import annotations

from collections.abc import Sequence

from api.plans.stored_plan import Json, StoredPlan
from api.results import mark_facts
from api.results.pair_marks import PairMarks, overriding, pair_marks
from coach.people import Roster
from coach.texts.facts import Fact


def marks_of(plan: StoredPlan, coachees: Sequence[str]) -> PairMarks:
    """Return the marks for the given coachees; those who are not in the plan have none."""
    policy, coachees = plan.policy, [one for one in coachees if one in plan.coachees]
    matches = [plan.match(one) for one in coachees if one in plan.matches]
    named = {match.coach for match in matches}
    named.update(*(policy.bans.get(one, ()) for one in coachees))
    named.update(one.coach for one in policy.waivers if one.coachee in coachees)
    roster = Roster(
        coachees=tuple(map(plan.coachee, coachees)),
        coaches=tuple(plan.coach(one) for one in sorted(named & plan.coaches.keys())),
        earlier_pairs=plan.earlier_pairs,
    )
    return pair_marks(roster, policy, matches)


def overridden_pairs(plan: StoredPlan) -> list[tuple[str, Fact]]:
    """Return each coachee for whom a waiver or preference overrode a rule, with a line of text."""
    found: list[tuple[str, Fact]] = []
    for coachee, match in plan.matches.items():
        wished = match["coach"] in plan.coachees[coachee].get("prefers", ())
        marks = [one.words for one in overriding(_verdicts(match), wished=wished)]
        if marks:
            coach = plan.labels[match["coach"]]
            line = mark_facts.OVERRODE(coachee=plan.labels[coachee], coach=coach, marks=marks)
            found.append((coachee, line))
    return found


def _verdicts(match: Json) -> list[tuple[str, int, int, bool]]:
    return [
        (one["rule"], one["points"], one["weight"], one.get("waived", False))
        for one in match["verdicts"]
    ]
