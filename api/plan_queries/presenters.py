"""Answers to questions about a plan, as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from api.results.match_view import SessionViewModel, present_session
from api.results.move_view import DisplayNames, display_name
from api.results.plan_view import LEVEL_LABELS
from coach.cycle import Cycle
from coach.plural import pluralise
from coach.sessions import Session
from matching.explanation import Advice, Explanation, RunnerUp
from matching.explanation.explain_coachee import OtherCoach
from matching.rematching.comparison import LevelDifference, SettingDifference
from matching.rematching.replacement import Replacement
from matching.result import Verdict

_SHOWN_AT_ONCE = 8  # other coaches who are told at once; the rest is behind a fold


@dataclass(frozen=True, slots=True)
class RunnerUpViewModel:
    """The next best coach, what choosing them would cost everybody, and who would change."""

    coach: str
    points: str
    verdicts: tuple[Verdict, ...]
    price: tuple[str, ...]
    moves: tuple[str, ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class OtherCoachViewModel:
    """How another coach stands to a coachee: possible, taken by others, or what objects."""

    coach: str
    status: str
    tone: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExplanationViewModel:
    """What solving again has told of one coachee; `only` says that nobody else could coach them."""

    runner_up: RunnerUpViewModel | None
    only: bool
    others: tuple[OtherCoachViewModel, ...]
    more: tuple[OtherCoachViewModel, ...]


@dataclass(frozen=True, slots=True)
class ReplacementViewModel:
    """Somebody who could take over, with the price and the times."""

    id: str
    coach: str
    points: str
    price: str
    verdicts: tuple[Verdict, ...]
    sessions: tuple[SessionViewModel, ...]


@dataclass(frozen=True, slots=True)
class AdviceViewModel:
    """One change of the policy, who would get a coach by it, and who would lose theirs."""

    change: str
    placed: tuple[str, ...]
    unplaced: tuple[str, ...]
    settings: tuple[SettingDifference, ...]


def present_explanation(answer: Explanation, names: DisplayNames) -> ExplanationViewModel:
    """The next best coach and everybody else."""
    others = tuple(_other_coach(one, names) for one in answer.others)
    return ExplanationViewModel(
        runner_up=_runner_up(answer.runner_up, names) if answer.runner_up else None,
        only=answer.match is not None and answer.runner_up is None,
        others=others[:_SHOWN_AT_ONCE],
        more=others[_SHOWN_AT_ONCE:],
    )


def present_replacements(
    answer: tuple[Replacement, ...], names: DisplayNames, cycle: Cycle
) -> tuple[ReplacementViewModel, ...]:
    """Who could take over; times in the zone of the cycle."""
    return tuple(
        ReplacementViewModel(
            id=one.coach,
            coach=display_name(names, one.coach),
            points=pluralise(one.points, "point"),
            price=_price_text(one),
            verdicts=one.verdicts,
            sessions=tuple(
                present_session(Session(uid="", number=number, start=start, end=end), cycle)
                for number, (start, end) in enumerate(one.times, start=1)
            ),
        )
        for one in answer
    )


def present_advice(answer: tuple[Advice, ...], names: DisplayNames) -> tuple[AdviceViewModel, ...]:
    """The changes that would place most people, the best first."""
    return tuple(
        AdviceViewModel(
            change=one.change,
            placed=tuple(display_name(names, each) for each in one.placed),
            unplaced=tuple(display_name(names, each) for each in one.unplaced),
            settings=one.settings,
        )
        for one in answer
    )


def _runner_up(runner_up: RunnerUp, names: DisplayNames) -> RunnerUpViewModel:
    name_of = partial(display_name, names)
    return RunnerUpViewModel(
        coach=name_of(runner_up.coach),
        points=pluralise(runner_up.points, "point"),
        verdicts=runner_up.verdicts,
        price=tuple(_price_line(level) for level in runner_up.price if level.gain),
        moves=tuple(
            f"{name_of(one.coachee)} would be with {name_of(one.after)} "
            f"instead of {name_of(one.before)}"
            for one in runner_up.moves
        ),
        proven=runner_up.proven,
    )


def _price_line(level: LevelDifference) -> str:
    return f"{LEVEL_LABELS[level.name]}: {level.after} instead of {level.before}"


def _other_coach(other: OtherCoach, names: DisplayNames) -> OtherCoachViewModel:
    coach = display_name(names, other.coach)
    if other.objections:
        why = tuple(f"{one.rule}: {one.because}" for one in other.objections)
        return OtherCoachViewModel(coach, "not possible", "bad", why)
    points = pluralise(other.points or 0, "point")
    if other.holders:
        holders = ", ".join(display_name(names, one) for one in other.holders)
        held = (
            f"{'The place is' if len(other.holders) == 1 else 'The places are'} held by {holders}"
        )
        return OtherCoachViewModel(coach, f"{points}, all taken", "warn", (held,))
    return OtherCoachViewModel(coach, f"{points}, a place is left", "good", ())


def _price_text(one: Replacement) -> str:
    if one.price == 0:
        return "costs the plan nothing"
    points = pluralise(abs(one.price), "point")
    return f"costs the plan {points}" if one.price > 0 else f"brings the plan {points} more"
