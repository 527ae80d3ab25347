"""Answers to questions about a plan, as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from api.results.plan_view import LEVEL_WORDS, Names, SessionView, name_in, view_session
from coach.cycle import Cycle
from coach.plural import counted
from coach.sessions import Session
from matching.explanation import Advice, Explanation, RunnerUp
from matching.explanation.explain_coachee import OtherCoach
from matching.rematching.comparison import LevelDifference, SettingDifference
from matching.rematching.replacement import Replacement
from matching.result import Verdict

_FIRST = 8  # other coaches who are told at once; the rest is behind a fold


@dataclass(frozen=True, slots=True)
class RunnerUpView:
    """The next best coach, what choosing them would cost everybody, and who would change."""

    coach: str
    points: str
    verdicts: tuple[Verdict, ...]
    price: tuple[str, ...]
    moves: tuple[str, ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class OtherCoachView:
    """How another coach stands to a coachee: possible, taken by others, or what objects."""

    coach: str
    standing: str
    tone: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """What solving again has told of one coachee; `only` says that nobody else could coach them."""

    runner_up: RunnerUpView | None
    only: bool
    others: tuple[OtherCoachView, ...]
    more: tuple[OtherCoachView, ...]


@dataclass(frozen=True, slots=True)
class ReplacementView:
    """Somebody who could take over, with the price and the times."""

    id: str
    coach: str
    points: str
    price: str
    verdicts: tuple[Verdict, ...]
    sessions: tuple[SessionView, ...]


@dataclass(frozen=True, slots=True)
class AdviceView:
    """One change of the policy, who would get a coach by it, and who would lose theirs."""

    change: str
    placed: tuple[str, ...]
    unplaced: tuple[str, ...]
    settings: tuple[SettingDifference, ...]


def view_explanation(told: Explanation, names: Names) -> ExplanationView:
    """The next best coach and everybody else."""
    others = tuple(_other(one, names) for one in told.others)
    return ExplanationView(
        runner_up=_runner_up(told.runner_up, names) if told.runner_up else None,
        only=told.match is not None and told.runner_up is None,
        others=others[:_FIRST],
        more=others[_FIRST:],
    )


def view_replacements(
    told: tuple[Replacement, ...], names: Names, cycle: Cycle
) -> tuple[ReplacementView, ...]:
    """Who could take over; times in the zone of the cycle."""
    return tuple(
        ReplacementView(
            id=one.coach,
            coach=name_in(names, one.coach),
            points=counted(one.points, "point"),
            price=_price_of(one),
            verdicts=one.verdicts,
            sessions=tuple(
                view_session(Session(uid="", number=number, start=start, end=end), cycle)
                for number, (start, end) in enumerate(one.times, start=1)
            ),
        )
        for one in told
    )


def view_advice(told: tuple[Advice, ...], names: Names) -> tuple[AdviceView, ...]:
    """The changes that would place most people, the best first."""
    return tuple(
        AdviceView(
            change=one.change,
            placed=tuple(name_in(names, each) for each in one.placed),
            unplaced=tuple(name_in(names, each) for each in one.unplaced),
            settings=one.settings,
        )
        for one in told
    )


def _runner_up(second: RunnerUp, names: Names) -> RunnerUpView:
    called = partial(name_in, names)
    return RunnerUpView(
        coach=called(second.coach),
        points=counted(second.points, "point"),
        verdicts=second.verdicts,
        price=tuple(_price_line(level) for level in second.price if level.gain),
        moves=tuple(
            f"{called(one.coachee)} would be with {called(one.after)} "
            f"instead of {called(one.before)}"
            for one in second.moves
        ),
        proven=second.proven,
    )


def _price_line(level: LevelDifference) -> str:
    return f"{LEVEL_WORDS[level.name]}: {level.after} instead of {level.before}"


def _other(other: OtherCoach, names: Names) -> OtherCoachView:
    coach = name_in(names, other.coach)
    if other.objections:
        why = tuple(f"{one.rule}: {one.because}" for one in other.objections)
        return OtherCoachView(coach, "not possible", "bad", why)
    points = counted(other.points or 0, "point")
    if other.holders:
        holders = ", ".join(name_in(names, one) for one in other.holders)
        held = (
            f"{'The place is' if len(other.holders) == 1 else 'The places are'} held by {holders}"
        )
        return OtherCoachView(coach, f"{points}, all taken", "warn", (held,))
    return OtherCoachView(coach, f"{points}, a place is left", "good", ())


def _price_of(one: Replacement) -> str:
    if one.price == 0:
        return "costs the plan nothing"
    points = counted(abs(one.price), "point")
    return f"costs the plan {points}" if one.price > 0 else f"brings the plan {points} more"
