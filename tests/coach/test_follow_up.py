"""The dates of follow-ups after a cycle, and the states in the life of a pair."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coach.follow_up import (
    GRACE,
    MAX_REMINDERS,
    MONTHS,
    FollowUpDates,
    FollowUpState,
    add_months,
    answerable_until,
    follow_up_dates,
    follow_up_state,
    is_to_be_reminded,
    is_to_be_sent,
    rating_moment,
)
from coach.goals import RatingMoment
from coach.pair_life import ORDER, LifeFacts, LifeState, life_of, state_of

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(DAYS, st.sets(st.sampled_from(MONTHS), min_size=1))
def test_each_month_is_asked_in_its_calendar_month(completed: date, months: set[int]) -> None:
    for month, due in follow_up_dates(completed, months):
        assert (due.year - completed.year) * 12 + due.month - completed.month == month
        assert due.day <= completed.day
        assert due.day == completed.day or (due + timedelta(1)).day == 1
        assert due <= answerable_until(completed, months) - GRACE


def test_a_month_that_is_too_short_is_asked_on_its_last_day() -> None:
    assert add_months(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert add_months(date(2027, 12, 31), 12) == date(2028, 12, 31)
    assert answerable_until(date(2027, 1, 1), ()) == date(2027, 1, 31)


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_a_question_is_sent_once_and_reminded_of_twice_at_most(
    due: date, until: int, answered_after: int
) -> None:
    dates = FollowUpDates(due=due, until=due + timedelta(until))
    sent = []
    for day in (due + timedelta(n) for n in range(-3, 90)):
        if (day - due).days >= answered_after:
            dates = replace(dates, answered=True)
        if is_to_be_sent(dates, day):
            dates = replace(dates, asked=day)
            sent.append(day)
        elif is_to_be_reminded(dates, day):
            dates = replace(dates, reminded=day, reminders=dates.reminders + 1)
            sent.append(day)
    assert len(sent) <= 1 + MAX_REMINDERS
    assert all(due <= day <= dates.until and (day - due).days < answered_after for day in sent)
    assert all((later - sooner).days >= 7 for sooner, later in itertools.pairwise(sent))


def test_a_follow_up_has_its_state_by_date_end_and_answer() -> None:
    dates = FollowUpDates(due=date(2027, 10, 1), until=date(2027, 10, 31))
    assert follow_up_state(dates, date(2027, 9, 30)) is FollowUpState.WAITING
    assert follow_up_state(dates, date(2027, 10, 31)) is FollowUpState.DUE
    assert follow_up_state(dates, date(2027, 11, 1)) is FollowUpState.UNANSWERED
    assert follow_up_state(replace(dates, ended=True), dates.due) is FollowUpState.ENDED
    answered = replace(dates, ended=True, answered=True)
    assert follow_up_state(answered, dates.due) is FollowUpState.ANSWERED
    assert [rating_moment(month) for month in MONTHS] == [
        RatingMoment.MONTH_3,
        RatingMoment.MONTH_6,
        RatingMoment.MONTH_12,
    ]


START = datetime(2027, 1, 1, tzinfo=UTC)


def _at(days: int) -> datetime:
    return START + timedelta(days=days)


WHOLE = LifeFacts(
    called=_at(0),
    enrolled=_at(10),
    matched=_at(20),
    contracted=_at(30),
    first_start=_at(40),
    session_ends=tuple(_at(day) for day in (40, 60, 80, 100, 120, 140)),
    completed=_at(150),
    follow_ups=(_at(240), _at(330)),
    answerable_until=_at(360),
    alumnus=_at(335),
)


def _states(facts: LifeFacts, days: int) -> list[str]:
    return [step.state.value for step in life_of(facts, _at(days))]


def test_a_pair_that_completes_its_cycle_passes_through_every_state_in_order() -> None:
    states = {day: state_of(life_of(WHOLE, _at(day))) for day in range(400)}
    assert list(dict.fromkeys(states.values())) == [
        *(LifeState.CALLED, LifeState.ENROLLED, LifeState.MATCHED, LifeState.CONTRACTED),
        *(LifeState.RUNNING, LifeState.MID_TERM, LifeState.CLOSING, LifeState.COMPLETED),
        *(LifeState.FOLLOW_UP, LifeState.ALUMNUS),
    ]
    assert states[80] is LifeState.MID_TERM
    assert state_of(()) is None


def test_a_pair_that_has_left_reaches_nothing_later() -> None:
    left = replace(WHOLE, completed=None, left=_at(90))
    assert _states(left, 400)[-2:] == ["mid_term", "left"]
    assert _states(replace(WHOLE, left=_at(155)), 400)[-1] == "alumnus"


def test_a_coachee_who_says_nothing_is_gone_after_the_last_month() -> None:
    silent = replace(WHOLE, alumnus=None)
    assert _states(silent, 359)[-1] == "follow_up"
    assert _states(silent, 360)[-1] == "gone"
    assert _states(replace(WHOLE, gone=_at(160)), 400)[-2:] == ["completed", "gone"]


@given(
    st.lists(st.none() | st.integers(0, 400), min_size=8, max_size=8),
    st.lists(st.integers(0, 400), max_size=6).map(sorted),
)
def test_a_life_only_moves_forward(days: list[int | None], ends: list[int]) -> None:
    moments = [None if day is None else _at(day) for day in days]
    names = ("called", "enrolled", "matched", "contracted", "completed", "left", "alumnus", "gone")
    facts = LifeFacts(**dict(zip(names, moments, strict=True)), session_ends=tuple(map(_at, ends)))
    before: list[LifeState] = []
    for day in range(0, 401, 20):
        states = [step.state for step in life_of(facts, _at(day))]
        assert set(before) <= set(states)
        assert [ORDER[state] for state in states] == sorted(ORDER[state] for state in states)
        before = states
