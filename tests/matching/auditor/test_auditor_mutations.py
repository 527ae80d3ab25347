"""Mutations of a valid result, each of which the audit must report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, timedelta

import pytest

from coach.availability import DateRange, WeeklyWindow
from coach.cycle import Cycle
from coach.languages import CefrLevel, LanguageSkill
from coach.people import Coach, Coachee, Roster
from coach.ranks import parse_code
from coach.texts.facts import LEGACY
from matching.auditor import CHECKS, audit, humans, sessions
from matching.auditor.context import AuditContext
from matching.instance.partial_cycle import under_way
from matching.result import CoacheeChange, Match, MatchedPeople, Move, Result, Unmatched
from tests.matching.planner import plan, shifted

MONDAYS = (WeeklyWindow(0, 540, 720), WeeklyWindow(2, 540, 660))
PLAIN = {
    "country": "SE",
    "languages": (LanguageSkill("en"),),
    "availability": MONDAYS,
    "timezone": "Europe/Stockholm",
}


def coachee(one: str, **changes: object) -> Coachee:
    own = {"id": one, "name": one, "email": f"{one}@example.org", "role": "commander"}
    return Coachee.model_validate({**PLAIN, **own, **changes})


def coach(one: str, **changes: object) -> Coach:
    own = {"id": one, "name": one, "email": f"{one}@example.org", "capacity": 2}
    return Coach.model_validate({**PLAIN, **own, **changes})


ROSTER = Roster(
    coachees=(
        coachee("c1", priority=3, rank=parse_code("OF-5")),
        coachee("c2", country="AL", topics=("Leadership",)),
        coachee("c3", prefers=("k2",)),
        coachee("c4", languages=(LanguageSkill("sq"),)),
        coachee("c5", availability=(WeeklyWindow(6, 540, 660),)),
    ),
    coaches=(
        coach("k1", topics=("leadership",), rank=parse_code("OF-4")),
        coach(
            "k2",
            capacity=1,
            max_per_week=1,
            unavailable=(DateRange(date(2027, 2, 8), date(2027, 2, 9)),),
        ),
    ),
)
CYCLE = Cycle.model_validate(
    {
        "cycle": {"start": date(2027, 1, 25), "end": date(2027, 3, 26)},
        "sessions": {
            "count": 3,
            "minutes": 60,
            "min_gap_days": 7,
            "max_gap_days": 16,
            "buffer_minutes": 0,
        },
        "calendar": {"blackout": (DateRange(date(2027, 2, 1), date(2027, 2, 1)),)},
        "rules": {"country": {"minimum_cross_border_share": 0.33}},
        "pins": {"c3": "k2"},
        "bans": {"c1": frozenset({"k2"})},
    }
)  # fmt: skip
SOUND = plan(ROSTER, CYCLE)
Mutation = Callable[[Result], Result]


def test_unchanged_result_is_sound_and_covers_every_kind_of_person() -> None:
    assert audit(ROSTER, CYCLE, SOUND) == ()
    assert [(match.coachee, match.coach) for match in SOUND.matches] == [
        ("c1", "k1"), ("c2", "k1"), ("c3", "k2"),
    ]  # fmt: skip
    assert [entry.reason for entry in SOUND.unmatched] == ["nobody-eligible", "nobody-schedulable"]


def match_changed(row: int, /, **changes: object) -> Mutation:
    def change(result: Result) -> Result:
        matches = list(result.matches)
        matches[row] = matches[row].model_copy(update=changes)
        return result.model_copy(update={"matches": tuple(matches)})

    return change


def session_changed(row: int, place: int, /, **changes: object) -> Mutation:
    def change(result: Result) -> Result:
        sessions = list(result.matches[row].sessions)
        sessions[place] = sessions[place].model_copy(update=changes)
        return match_changed(row, sessions=tuple(sessions))(result)

    return change


def session_moved(number: int, place: int, **by: float) -> Mutation:
    moved = shifted(SOUND.matches[number].sessions[place], timedelta(**by))
    return session_changed(number, place, start=moved.start, end=moved.end)


def verdict_changed(place: int, /, **changes: object) -> Mutation:
    def change(result: Result) -> Result:
        verdicts = list(result.matches[0].verdicts)
        verdicts[place] = verdicts[place].model_copy(update=changes)
        return match_changed(0, verdicts=tuple(verdicts))(result)

    return change


def level_changed(place: int, /, **changes: object) -> Mutation:
    def change(result: Result) -> Result:
        levels = list(result.levels)
        levels[place] = levels[place].model_copy(update=changes)
        return result.model_copy(update={"levels": tuple(levels)})

    return change


def unmatched_changed(**changes: object) -> Mutation:
    def change(result: Result) -> Result:
        first, *others = result.unmatched
        return result.model_copy(update={"unmatched": (first.model_copy(update=changes), *others)})

    return change


def result_changed(**changes: object) -> Mutation:
    return lambda result: result.model_copy(update=changes)


def first(result: Result) -> Match:
    return result.matches[0]


def leftover(result: Result) -> Unmatched:
    return result.unmatched[0]


SESSIONS = first(SOUND).sessions
FIRST_DAY = SESSIONS[0].start.date()
STEPS = leftover(SOUND).funnel
CHANGES: dict[str, tuple[Mutation, str]] = {
    "a match is dropped": (
        lambda result: result_changed(matches=result.matches[1:])(result), "c1: does not appear"),
    "keys of people are added": (
        result_changed(people=MatchedPeople(coachees=(), coaches=())), "the people's keys"),
    "a match is doubled": (
        lambda result: result_changed(matches=(*result.matches, first(result)))(result), "2 times"),
    "an unknown coachee": (match_changed(0, coachee="c9"), "coachee c9: is in the result but not"),
    "an unknown coach": (match_changed(0, coach="k9"), "coach k9: is in the result but not"),
    "a banned coach": (match_changed(0, coach="k2"), "is forbidden by the rule ban"),
    "a pin is broken": (match_changed(2, coach="k1"), "is pinned to coach k2"),
    "too many coachees": (match_changed(1, coach="k2"), "k2: has 2 coachees; the capacity is 1"),
    "an unmatched is dropped": (
        lambda result: result_changed(unmatched=result.unmatched[1:])(result), "c4: does not"),
    "points are raised": (match_changed(0, points=first(SOUND).points + 1), "verdicts add up to"),
    "a verdict is dropped": (
        lambda result: match_changed(0, verdicts=first(result).verdicts[1:])(result),
        "has 0 verdicts for the rule language"),
    "a verdict is doubled": (
        lambda result: match_changed(0, verdicts=first(result).verdicts[:1] * 2)(result),
        "has 2 verdicts for the rule language"),
    "a verdict's points": (verdict_changed(0, points=99), "verdict is language 99 x 3"),
    "a verdict's weight": (verdict_changed(1, weight=9), "verdict is country 100 x 9"),
    "a verdict's reason": (
        verdict_changed(2, reason=LEGACY(text="they are friends")), "they are friends"),
    "a verdict's waiver": (verdict_changed(0, waived=True), '"waived":true}; expected {'),
    "a verdict's rule": (verdict_changed(3, rule="sympathy"), "1 verdict for the rule sympathy"),
    "a session is dropped": (match_changed(0, sessions=SESSIONS[:2]), "expected 1 to 3"),
    "no session": (match_changed(0, sessions=()), "has no sessions"),
    "sessions out of order": (match_changed(0, sessions=SESSIONS[::-1]), "has sessions 3, 2, 1"),
    "a session's number": (session_changed(0, 1, number=3), "has sessions 1, 3, 3"),
    "a uid twice": (session_changed(0, 1, uid=SESSIONS[0].uid), "belongs to 2 sessions"),
    "no uid": (session_changed(0, 1, uid=""), "has no uid"),
    "shorter": (session_changed(0, 1, end=SESSIONS[1].end - timedelta(minutes=15)), "lasts 45"),
    "other zone": (session_changed(0, 1, start=SESSIONS[1].start.astimezone(UTC)), "time zone"),
    "seconds": (session_moved(0, 1, seconds=30), "whole minute"),
    "off the grid": (session_moved(0, 1, minutes=10), "does not start on the 30-minute grid"),
    "out of the window": (session_moved(0, 1, hours=6), "c1 is not free"),
    "before the cycle": (session_moved(0, 0, days=-7), "outside the cycle"),
    "after the cycle": (session_moved(0, 2, days=70), "outside the cycle"),
    "on a blackout date": (session_moved(0, 0, days=7), "on the blackout date Mon 1 Feb 2027"),
    "too soon": (session_moved(0, 2, days=-2), "days between session 2"),
    "too late": (session_moved(0, 2, days=14), "days between session 2"),
    "on a day off": (session_moved(2, 1, days=5), "k2 is not free for the entire session"),
    "two at once": (session_moved(1, 0, hours=-1), "overlap"),
    "the reason": (unmatched_changed(reason="all-taken"), "expected nobody-eligible"),
    "a funnel's number": (
        unmatched_changed(funnel=(STEPS[0].model_copy(update={"left": 1}), *STEPS[1:])),
        "language 1, country 0"),
    "a funnel's step": (unmatched_changed(funnel=STEPS[:-1]), "schedule 0"),
    "placed": (level_changed(0, value=6), "value is 6; expected 5, based on the matches"),
    "kept": (level_changed(1, value=1), "level kept"),
    "worst": (level_changed(2, value=1), "level worst"),
    "total": (level_changed(3, value=1), "level total"),
    "schedule": (level_changed(4, value=1), "level schedule"),
    "a bound": (level_changed(0, bound=1), "bound 1 is below the value"),
    "a proof": (level_changed(0, proven=True), "reported as proven"),
    "a missing proof": (level_changed(0, bound=5), "reported as not proven"),
    "the status": (result_changed(status="optimal"), "status: is optimal"),
    "an invented move": (
        result_changed(moves=(Move(coachee="c1", change=CoacheeChange.MOVED, before="k2",
                                   after="k1", reason=LEGACY(text="no reason"), sessions=()),)),
        "move of c1: is reported, but nothing has moved"),
    "a level is dropped": (
        lambda result: result_changed(levels=result.levels[1:])(result), "; expected placed"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), CHANGES.values(), ids=CHANGES.keys())
def test_audit_of_changed_result_names_the_change(change: Mutation, message: str) -> None:
    found = [str(finding) for finding in audit(ROSTER, CYCLE, change(SOUND))]
    assert any(message in finding for finding in found), found


def as_first_result(result: Result) -> AuditContext:
    """Return the context for auditing `result` as the first result of a cycle."""
    return AuditContext(ROSTER, CYCLE, result, None)


def as_result_under_way(result: Result) -> AuditContext:
    """Return the context for auditing `result` in a cycle in progress that keeps a valid result."""
    state = under_way(SOUND, SOUND.matches[0].sessions[1].start.date(), CYCLE.cycle.zone)
    return AuditContext(ROSTER, CYCLE, result, SOUND, state)


def without_session(number: int) -> Result:
    """Return the valid result with one session of its first match removed."""
    first, *others = SOUND.matches
    kept = tuple(one for one in first.sessions if one.number != number)
    matches = (first.model_copy(update={"sessions": kept}), *others)
    return SOUND.model_copy(update={"matches": matches})


@pytest.mark.parametrize(("number", "is_sound"), [(1, True), (3, False)])
def test_only_a_cancelled_past_session_may_be_missing_from_a_series(
    number: int, is_sound: bool
) -> None:
    day = SOUND.matches[0].sessions[1].start.date() + timedelta(days=1)
    kept = without_session(number)
    state = under_way(kept, day, CYCLE.cycle.zone)
    context = AuditContext(ROSTER, CYCLE, kept, kept, state)
    assert (not list(sessions.series(context))) is is_sound


# Nobody here has several rows; the findings of `overlaps` are tested in test_one_human.py.
@pytest.mark.parametrize(
    "check",
    [check for check in CHECKS if check is not humans.overlaps],
    ids=lambda check: check.__name__,
)
def test_every_check_finds_some_change_and_nothing_in_sound_result(
    check: Callable[..., object],
) -> None:
    assert any(
        list(check(context))  # type: ignore[call-overload]
        for change, _ in CHANGES.values()
        for context in (as_first_result(change(SOUND)), as_result_under_way(change(SOUND)))
    )
    assert not list(check(as_first_result(SOUND)))  # type: ignore[call-overload]
    claimed_kept = level_changed(1, value=len(SOUND.matches), bound=len(SOUND.matches), proven=True)
    assert not list(check(as_result_under_way(claimed_kept(SOUND))))  # type: ignore[call-overload]


POLICIES: dict[str, tuple[str, dict[str, object], str]] = {
    "caps a day": (
        "sessions",
        {"max_per_coach_day": 1},
        "2 sessions on Mon 25 Jan 2027; the limit is 1",
    ),
    "caps a week": ("sessions", {"max_per_coach_week": 1}, "in week 4 of 2027; the limit is 1"),
    "buffers": ("sessions", {"buffer_minutes": 30}, "are 0 minutes apart; 30 are required"),
    "gaps": ("sessions", {"max_gap_days": 7}, "7 to 7 are required"),
    "lengths": ("sessions", {"minutes": 90}, "lasts 60 minutes instead of 90"),
    "counts": ("sessions", {"count": 4}, "expected 1 to 4"),
    "dates": ("cycle", {"end": date(2027, 2, 9)}, "outside the cycle"),
    "zones": ("cycle", {"timezone": "Africa/Nairobi"}, "not in the cycle's time zone"),
    "blackouts": ("calendar", {"blackout": (DateRange(FIRST_DAY, FIRST_DAY),)}, "blackout date"),
    "weights": ("weights", {"topics": 9}, "topics 100 x 9"),
    "bans": ("bans", {"c1": frozenset({"k1"})}, "is forbidden by the rule ban"),
    "pins": ("pins", {"c2": "k2"}, "coachee c2: is pinned to coach k2"),
    "objectives": ("objective", {"levels": ("placed", "total")}, "expected placed, total"),
    "shares": ("rules", {"country": {"minimum_cross_border_share": 0.34}}, "a share of 0.34"),
    "languages": ("rules", {"language": {"minimum_level": CefrLevel.C2}}, "the rule language: "),
    "ranks": ("rules", {"rank": {"standard": 0}}, "the rule rank: "),
}


@pytest.mark.parametrize(("table", "changes", "message"), POLICIES.values(), ids=POLICIES.keys())
def test_audit_with_changed_policy_finds_the_violation(
    table: str, changes: dict[str, object], message: str
) -> None:
    written = CYCLE.model_dump(exclude_unset=True)
    written[table] = {**written.get(table, {}), **changes}
    cycle = Cycle.model_validate(written, strict=False)
    found = [str(finding) for finding in audit(ROSTER, cycle, SOUND)]
    assert any(message in finding for finding in found), found


PEOPLE: dict[str, tuple[str, dict[str, object], str]] = {
    "windows": ("c1", {"availability": (WeeklyWindow(4, 540, 720),)}, "c1 is not free"),
    "time zones": ("k1", {"timezone": "America/New_York"}, "k1 is not free"),
    "days away": ("c2", {"unavailable": (DateRange(FIRST_DAY, FIRST_DAY),)}, "c2 is not free"),
    "holidays": ("c3", {"country": "MT"}, "c3 is not free"),
    "refusals": ("k1", {"refuses": frozenset({"c1"})}, "refused by one of the two"),
    "capacities": ("k1", {"capacity": 1}, "has 2 coachees; the capacity is 1"),
    "own caps": ("k1", {"max_per_day": 1}, "limit is 1"),
    "chains": ("k1", {"chain_of_command": ("c2",)}, "the rule unit: "),
    "priorities": ("c1", {"priority": 4}, "expected 6, based on the matches"),
    "countries": ("c2", {"country": "SE"}, "0 of 3 pairs cross a border"),
}


@pytest.mark.parametrize(("one", "changes", "message"), PEOPLE.values(), ids=PEOPLE.keys())
def test_audit_with_changed_people_finds_the_violation(
    one: str, changes: dict[str, object], message: str
) -> None:
    roster = Roster(
        coachees=tuple(
            person.model_copy(update=changes) if person.id == one else person
            for person in ROSTER.coachees
        ),
        coaches=tuple(
            person.model_copy(update=changes) if person.id == one else person
            for person in ROSTER.coaches
        ),
    )
    found = [str(finding) for finding in audit(roster, CYCLE, SOUND)]
    assert any(message in finding for finding in found), found


def test_audit_of_rematch_requires_every_move_with_its_reason() -> None:
    (kept, *others) = SOUND.matches
    earlier = SOUND.model_copy(
        update={"matches": (kept.model_copy(update={"coach": "k2"}), *others)}
    )
    found = [str(finding) for finding in audit(ROSTER, CYCLE, SOUND, earlier)]
    assert (
        "move of c1: is missing or wrong; expected: ban: ruled out by the programme office" in found
    )
    assert "level kept: value is 0; expected 2, based on the matches" in found


def test_result_with_every_level_proven_is_sound_as_optimal() -> None:
    levels = tuple(
        level.model_copy(update={"bound": level.value, "proven": True}) for level in SOUND.levels
    )
    optimal = SOUND.model_copy(update={"levels": levels, "status": "optimal"})
    assert audit(ROSTER, CYCLE, optimal) == ()
    late = (*levels[:-1], SOUND.levels[-1])  # only `schedule` is unproven
    assert audit(ROSTER, CYCLE, optimal.model_copy(update={"levels": late})) == ()


def test_audit_of_series_with_two_sessions_of_a_day_swapped_reports_their_order() -> None:
    cycle = Cycle.model_validate(
        {
            "cycle": {"start": date(2027, 1, 25), "end": date(2027, 1, 26)},
            "sessions": {"count": 2, "minutes": 60, "min_gap_days": 0, "max_gap_days": 0},
        }
    )
    roster = Roster(coachees=(coachee("c1"),), coaches=(coach("k1"),))
    sound = plan(roster, cycle)
    (match,) = sound.matches
    first, second = match.sessions
    swapped = (
        first.model_copy(update={"start": second.start, "end": second.end}),
        second.model_copy(update={"start": first.start, "end": first.end}),
    )
    changed = sound.model_copy(
        update={"matches": (match.model_copy(update={"sessions": swapped}),)}
    )
    assert [str(finding) for finding in audit(roster, cycle, changed)] == [
        "match c1 with k1: session 2 does not start after session 1"
    ]
