"""Goals and commitments, formatted for the pages of a pair."""

from __future__ import annotations

from dataclasses import dataclass

from api.coaching.goals import facts
from api.coaching.goals.commitment_views import CommitmentView
from api.coaching.goals.goal_views import GoalView, ScoreView
from api.coaching.goals.labels import OVERDUE, commitment_badge, goal_badge
from api.web.date_formats import format_date, format_short_date
from api.web.labels import Badge, Option
from coach.commitments import CommitmentEvent
from coach.goals import GoalEvent, NapPillar
from coach.texts.facts import Displayed


@dataclass(frozen=True, slots=True)
class ScaleLine:
    """A level on a scale, its text, and whether it describes the situation at the start."""

    level: Displayed
    text: str
    is_baseline: bool


@dataclass(frozen=True, slots=True)
class GoalDisplay:
    """A goal, formatted for display.

    Attributes:
        buttons: the events that need no further input.
        can_change, can_drop, can_hand_over: whether these are possible now.
    """

    view: GoalView
    badge: Badge
    area: Displayed
    reach: Displayed
    weight: Displayed
    scale: tuple[ScaleLine, ...]
    verification: Displayed
    due: Displayed
    pillar: Displayed
    because: Displayed
    ratings: tuple[tuple[Displayed, Displayed, Displayed], ...]
    buttons: tuple[Option, ...]
    can_change: bool
    can_drop: bool
    can_hand_over: bool


@dataclass(frozen=True, slots=True)
class CommitmentDisplay:
    """A commitment, formatted for display; for `buttons` and later fields, see `GoalDisplay`."""

    view: CommitmentView
    badges: tuple[Badge, ...]
    area: Displayed
    due: Displayed
    owner: Displayed
    approval: Displayed
    pillar: Displayed
    because: Displayed
    evidence: tuple[tuple[Displayed, str, Displayed], ...]
    buttons: tuple[Option, ...]
    can_change: bool
    can_drop: bool
    can_hand_over: bool


def goal_display(goal: GoalView) -> GoalDisplay:
    """Format a goal for display."""
    statement, proof = goal.statement, goal.proof
    due = proof.indicator.due
    weights = {1: facts.WEIGHT_1, 2: facts.WEIGHT_2, 3: facts.WEIGHT_3}
    return GoalDisplay(
        view=goal,
        badge=goal_badge(goal.state),
        area=facts.AREAS[statement.area](),
        reach=facts.REACHES[statement.reach](),
        weight=weights[statement.weight](),
        scale=_scale(goal),
        verification=facts.PROOFS[proof.verification](),
        due="" if due is None else format_date(due),
        pillar=_pillar(proof.nap_pillar),
        because="" if goal.because is None else facts.DROP_REASONS[goal.because](),
        ratings=tuple(
            (
                facts.MOMENTS[rating.moment](),
                facts.RATERS[rating.by](),
                facts.LEVELS[rating.level](),
            )
            for rating in goal.ratings
        ),
        buttons=tuple(
            Option(event.value, facts.GOAL_EVENTS[event]())
            for event in goal.events
            if event in facts.GOAL_EVENTS
        ),
        can_change=GoalEvent.CHANGE in goal.events,
        can_drop=GoalEvent.DROP in goal.events,
        can_hand_over=GoalEvent.HAND_OVER in goal.events,
    )


def commitment_display(one: CommitmentView) -> CommitmentDisplay:
    """Format a commitment for display."""
    content = one.commitment
    badges = (commitment_badge(one.state),)
    return CommitmentDisplay(
        view=one,
        badges=(*badges, OVERDUE) if one.overdue else badges,
        area=facts.AREAS[content.area](),
        due=format_date(content.due),
        owner=content.owner_role or facts.COACHEE_DOES_IT(),
        approval=content.needs_approval_of or facts.NO_APPROVAL(),
        pillar=_pillar(content.nap_pillar),
        because="" if one.because is None else facts.DROP_REASONS[one.because](),
        evidence=tuple(
            (facts.PROOFS[each.kind](), each.reference, format_short_date(each.day))
            for each in one.evidence
        ),
        buttons=tuple(
            Option(event.value, facts.COMMITMENT_EVENTS[event]())
            for event in one.events
            if event in facts.COMMITMENT_EVENTS
        ),
        can_change=CommitmentEvent.CHANGE in one.events,
        can_drop=CommitmentEvent.DROP in one.events,
        can_hand_over=CommitmentEvent.HAND_OVER in one.events,
    )


def score_lines(found: tuple[ScoreView, ...]) -> list[tuple[Displayed, Displayed, Displayed]]:
    """Format T scores: the moment, the raters, and the score."""
    return [
        (facts.MOMENTS[one.moment](), facts.RATERS[one.by](), facts.SCORE(score=one.t))
        for one in found
    ]


def _scale(goal: GoalView) -> tuple[ScaleLine, ...]:
    if goal.scale is None:
        return ()
    return tuple(
        ScaleLine(facts.LEVELS[level](), text, is_baseline=level == goal.scale.baseline)
        for level, text in goal.scale.by_level.items()
        if text or level == goal.scale.baseline
    )


def _pillar(pillar: NapPillar) -> Displayed:
    return "" if pillar is NapPillar.NONE else facts.PILLARS[pillar]()
