"""States and values of agreements, goals and commitments, and the T score."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coach.agreements import (
    AGREEMENT_TRANSITIONS,
    AgreementEvent,
    AgreementState,
    AgreementTerms,
    state_at,
)
from coach.attainment import RatedGoal, t_score
from coach.commitments import (
    COMMITMENT_TRANSITIONS,
    Commitment,
    CommitmentChange,
    CommitmentEvent,
    CommitmentState,
    Evidence,
    is_overdue,
)
from coach.goals import (
    GOAL_TRANSITIONS,
    Area,
    GoalChange,
    GoalEvent,
    GoalProof,
    GoalScale,
    GoalState,
    Indicator,
    NapPillar,
)
from coach.transitions import next_state, possible_events

TABLES: list[tuple[Any, type[StrEnum], StrEnum]] = [
    (AGREEMENT_TRANSITIONS, AgreementState, AgreementState.DRAFT),
    (GOAL_TRANSITIONS, GoalState, GoalState.DRAFT),
    (COMMITMENT_TRANSITIONS, CommitmentState, CommitmentState.PROPOSED),
]
START = datetime(2027, 1, 20, 8, tzinfo=UTC)
DUE = date(2027, 3, 1)


@pytest.mark.parametrize(("table", "states", "first"), TABLES)
def test_every_state_is_reached_from_the_first_and_has_a_row(
    table: Any,  # noqa: ANN401 - of several enumerations
    states: type[StrEnum],
    first: StrEnum,
) -> None:
    reached, waiting = set(), [first]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting += table[state].values()
    assert reached == set(states) == set(table)


@given(st.lists(st.sampled_from(GoalEvent), max_size=12))
def test_a_goal_has_a_result_only_after_both_agreed_and_it_was_under_way(
    events: list[GoalEvent],
) -> None:
    results = {GoalState.REACHED, GoalState.PARTLY, GoalState.NOT_REACHED}
    state, passed = GoalState.DRAFT, [GoalState.DRAFT]
    for event in events:
        after = next_state(GOAL_TRANSITIONS, state, event)
        assert (after is None) == (event not in possible_events(GOAL_TRANSITIONS, state))
        if event is GoalEvent.CHANGE:
            assert after in {None, GoalState.DRAFT}
        state = after or state
        passed.append(state)
    if state in results:
        before = passed[: passed.index(state)]
        assert before.index(GoalState.AGREED) < before.index(GoalState.UNDER_WAY)
    if GoalState.DROPPED in passed:
        assert state is GoalState.DROPPED
    if GoalState.HANDED_OVER in passed:
        assert state is GoalState.HANDED_OVER


@given(st.lists(st.sampled_from(CommitmentEvent), max_size=12))
def test_a_commitment_is_done_only_after_it_was_committed_to_and_under_way(
    events: list[CommitmentEvent],
) -> None:
    final = {state for state, row in COMMITMENT_TRANSITIONS.items() if not row}
    state, passed = CommitmentState.PROPOSED, [CommitmentState.PROPOSED]
    for event in events:
        if state in final:
            assert next_state(COMMITMENT_TRANSITIONS, state, event) is None
        state = next_state(COMMITMENT_TRANSITIONS, state, event) or state
        passed.append(state)
    if CommitmentState.DONE in passed:
        before = passed[: passed.index(CommitmentState.DONE)]
        assert CommitmentState.COMMITTED in before
        assert before[-1] is CommitmentState.UNDER_WAY


@given(st.lists(st.sampled_from(AgreementEvent), max_size=12))
def test_an_agreement_is_active_only_after_it_was_proposed_and_agreed(
    events: list[AgreementEvent],
) -> None:
    state, done = AgreementState.DRAFT, []
    for event in events:
        after = next_state(AGREEMENT_TRANSITIONS, state, event)
        if after is not None:
            state = after
            done.append(event)
    if state in {AgreementState.AGREED, AgreementState.ACTIVE, AgreementState.AMENDED}:
        assert done.index(AgreementEvent.PROPOSE) < done.index(AgreementEvent.AGREE)
    if state is AgreementState.CLOSED:
        assert done[-1] is AgreementEvent.CLOSE


@pytest.mark.parametrize("stored", AgreementState)
def test_an_agreed_agreement_is_active_from_the_first_session(stored: AgreementState) -> None:
    assert state_at(stored, None, START) is stored
    assert state_at(stored, START, START - timedelta(seconds=1)) is stored
    started = AgreementState.ACTIVE if stored is AgreementState.AGREED else stored
    assert state_at(stored, START, START) is started


def _t_by_covariance(weights: list[int], levels: list[int]) -> float:
    """Return 50 + 10 z of the weighted sum of variables with variance 1 and correlation 0.3."""
    covariance = [
        [1.0 if row == column else 0.3 for column in range(len(weights))]
        for row in range(len(weights))
    ]
    variance = sum(
        weights[row] * covariance[row][column] * weights[column]
        for row in range(len(weights))
        for column in range(len(weights))
    )
    observed = sum(weight * level for weight, level in zip(weights, levels, strict=True))
    return 50 + 10 * observed / math.sqrt(variance)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(-2, 2)), min_size=1, max_size=6))
def test_t_is_the_standard_score_of_correlated_goals(goals: list[tuple[int, int]]) -> None:
    weights, levels = [one for one, _ in goals], [level for _, level in goals]
    score = t_score(RatedGoal(weight, level) for weight, level in goals)
    assert score == pytest.approx(_t_by_covariance(weights, levels))


@pytest.mark.parametrize(
    ("levels", "expected"),
    [((0,), 50.0), ((1,), 60.0), ((-2,), 30.0), ((1, 1), 62.4), ((1, 1, 1), 63.7), ((2, -2), 50.0)],
)
def test_t_of_goals_of_equal_weight_depends_on_their_sum_and_number(
    levels: tuple[int, ...], expected: float
) -> None:
    score = t_score(RatedGoal(1, level) for level in levels)
    assert score == pytest.approx(expected, abs=0.05)


def test_there_is_no_t_without_goals() -> None:
    assert t_score(()) is None


def test_a_scale_needs_its_ends_and_its_middle() -> None:
    scale = GoalScale(much_less="nothing", expected=" an order ", much_more="a policy")
    assert scale.by_level == {-2: "nothing", -1: "", 0: "an order", 1: "", 2: "a policy"}
    with pytest.raises(ValidationError, match="at least the worst, expected"):
        GoalScale(much_less="nothing", expected="an order")
    with pytest.raises(ValidationError, match="baseline"):
        GoalScale(much_less="a", expected="b", much_more="c", baseline=0)


def test_an_indicator_needs_a_name_and_a_reference_a_part_of_the_plan() -> None:
    assert GoalProof().indicator.name == ""
    with pytest.raises(ValidationError, match="enter the name of the indicator"):
        Indicator(unit="%")
    with pytest.raises(ValidationError, match="choose the part of the action plan"):
        GoalProof(nap_reference="2.3")
    assert GoalProof(nap_reference="2.3", nap_pillar=NapPillar.PREVENTION)


@pytest.mark.parametrize(
    "reference",
    ["https://files.example/x.pdf", "C:\\orders\\1.doc", "/srv/orders/1", "data:text/plain,x"],
)
def test_evidence_is_a_reference_and_never_a_document(reference: str) -> None:
    with pytest.raises(ValidationError, match="not its content"):
        Evidence(kind="order", reference=reference, day=DUE)
    assert Evidence(kind="order", reference="No. 12-4/2027 of 3 March", day=DUE)


def test_a_reason_and_a_post_belong_to_their_events() -> None:
    for change, event in ((GoalChange, "drop"), (CommitmentChange, "drop")):
        with pytest.raises(ValidationError, match="choose a reason"):
            change(event=event)
        assert change(event=event, because="no_time").because == "no_time"
        with pytest.raises(ValidationError, match="no longer pursuing"):
            change(event="start", because="no_time")
        with pytest.raises(ValidationError, match="enter the post"):
            change(event="hand_over")
        with pytest.raises(ValidationError, match="another post will take over"):
            change(event="start", to_post="Chief of staff")


def test_a_commitment_is_overdue_after_its_day_while_it_is_open() -> None:
    next_day = DUE + timedelta(days=1)
    overdue = {state for state in CommitmentState if is_overdue(state, DUE, next_day)}
    assert overdue == {CommitmentState.COMMITTED, CommitmentState.UNDER_WAY}
    assert not is_overdue(CommitmentState.COMMITTED, DUE, DUE)


def test_terms_need_two_to_four_different_modules() -> None:
    fields = {"purpose": "Change the rules", "sessions": 6, "mode": "online", "language": "sr"}
    assert AgreementTerms(focus=("B1", "B2", "B1"), **fields).focus == ("B1", "B2")
    for focus in (("B1",), ("B1", "B1"), ("B1", "B2", "B3", "B4", "B5")):
        with pytest.raises(ValidationError):
            AgreementTerms(focus=focus, **fields)


def test_a_commitment_has_no_line_breaks_in_its_title() -> None:
    with pytest.raises(ValidationError, match="line break"):
        Commitment(title="one\ntwo", due=DUE, area=Area.POLICY)
