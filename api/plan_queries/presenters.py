"""View models of plan queries and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from api.background.rows import TaskState
from api.background.task_failure import TaskFailure
from api.plan_queries import facts
from api.plan_queries.labels import QUESTION_STATE
from api.plan_queries.questions import QuestionAnswer, QuestionView
from api.plan_queries.rows import QuestionKind
from api.results.facts import LEVEL_CHANGE
from api.results.match_view import (
    SessionViewModel,
    VerdictViewModel,
    present_session,
    present_verdict,
)
from api.results.move_view import DisplayNames, display_name
from api.results.plan_view import LEVEL_LABELS
from api.results.reason_words import in_words
from api.web.date_formats import format_short_datetime
from api.web.labels import Badge
from coach.cycle import Cycle
from coach.sessions import Session
from coach.texts.facts import Displayed, Fact
from coach.texts.renderer import Renderer
from matching.explanation import Advice, Explanation, RunnerUp
from matching.explanation.explain_coachee import OtherCoach
from matching.facts.explanations import WOULD_MOVE
from matching.facts.names import POINTS, rule_name
from matching.facts.rules import OBJECTION
from matching.rematching.comparison import LevelDifference, SettingDifference
from matching.rematching.replacement import Replacement

_SHOWN_AT_ONCE = 8  # other coaches shown before the list is expanded


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A plan query. `failure` is set only if it failed, and `answer` only if it has finished."""

    id: str
    state: Badge
    in_progress: bool
    requested: Displayed
    failure: TaskFailure | None
    answer: QuestionAnswer | None


@dataclass(frozen=True, slots=True)
class RunnerUpViewModel:
    """The next best coach, the price of this choice, and the other people who would be affected."""

    id: str
    coach: str
    points: Fact
    verdicts: tuple[VerdictViewModel, ...]
    price: tuple[Displayed, ...]
    moves: tuple[Fact, ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class OtherCoachViewModel:
    """Another coach: whether they are free, fully booked or not possible, and why."""

    id: str
    coach: str
    status: Fact
    tone: str
    why: tuple[Displayed, ...]


@dataclass(frozen=True, slots=True)
class ExplanationViewModel:
    """The alternatives to a coachee's current coach.

    `only` is true if no other coach is possible. `others` are always shown, and `more` only on
    request.
    """

    runner_up: RunnerUpViewModel | None
    only: bool
    others: tuple[OtherCoachViewModel, ...]
    more: tuple[OtherCoachViewModel, ...]


@dataclass(frozen=True, slots=True)
class ReplacementViewModel:
    """A coach who could take over, with the price and the session times."""

    id: str
    coach: str
    points: Fact
    price: Fact
    verdicts: tuple[VerdictViewModel, ...]
    sessions: tuple[SessionViewModel, ...]


@dataclass(frozen=True, slots=True)
class AdviceViewModel:
    """A policy change, with the people who would gain a coach and those who would lose one."""

    change: Displayed
    placed: tuple[str, ...]
    unplaced: tuple[str, ...]
    settings: tuple[SettingDifference, ...]


def question_line(question: QuestionView, zone: ZoneInfo) -> QuestionLine:
    """Format `question` for a page, with its time in `zone`."""
    return QuestionLine(
        id=question.id,
        state=QUESTION_STATE[question.state],
        in_progress=not question.state.is_final,
        requested=format_short_datetime(question.requested_at, zone),
        failure=question.failure if question.state is TaskState.FAILED else None,
        answer=question.answer,
    )


def latest_question(
    questions: tuple[QuestionView, ...], kind: QuestionKind, zone: ZoneInfo
) -> QuestionLine | None:
    """Return the newest query of a kind, formatted for a page. `questions` are newest first."""
    found = next((question for question in questions if question.kind is kind), None)
    return None if found is None else question_line(found, zone)


def present_explanation(answer: Explanation, names: DisplayNames) -> ExplanationViewModel:
    """Format an explanation: the next best coach and all other coaches."""
    others = tuple(_other_coach(one, names) for one in answer.others)
    return ExplanationViewModel(
        runner_up=_runner_up(answer.runner_up, names) if answer.runner_up else None,
        only=answer.match is not None and answer.runner_up is None,
        others=others[:_SHOWN_AT_ONCE],
        more=others[_SHOWN_AT_ONCE:],
    )


def present_replacements(
    answer: tuple[Replacement, ...], names: DisplayNames, cycle: Cycle, texts: Renderer
) -> tuple[ReplacementViewModel, ...]:
    """Format the coaches who could take over, with times in the cycle's time zone."""
    return tuple(
        ReplacementViewModel(
            id=one.coach,
            coach=display_name(names, one.coach),
            points=POINTS(count=one.points),
            price=_price_text(one),
            verdicts=tuple(map(present_verdict, one.verdicts)),
            sessions=tuple(
                present_session(Session(uid="", number=number, start=start, end=end), cycle, texts)
                for number, (start, end) in enumerate(one.times, start=_first_number(one, cycle))
            ),
        )
        for one in answer
    )


def _first_number(replacement: Replacement, cycle: Cycle) -> int:
    """Return the number of the first session; 0 if it is a contracting session."""
    is_whole = len(replacement.times) == len(cycle.sessions.numbers)
    return cycle.sessions.first_number if is_whole else 1


def present_advice(answer: tuple[Advice, ...], names: DisplayNames) -> tuple[AdviceViewModel, ...]:
    """Format the policy changes that would place the most people, best first."""
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
        id=runner_up.coach,
        coach=name_of(runner_up.coach),
        points=POINTS(count=runner_up.points),
        verdicts=tuple(map(present_verdict, runner_up.verdicts)),
        price=tuple(_price_line(level) for level in runner_up.price if level.gain),
        moves=tuple(
            WOULD_MOVE(
                coachee=name_of(one.coachee),
                after=name_of(one.after),
                before=name_of(one.before),
            )
            for one in runner_up.moves
        ),
        proven=runner_up.proven,
    )


def _price_line(level: LevelDifference) -> Displayed:
    return LEVEL_CHANGE(
        level=LEVEL_LABELS[level.name], after=level.after or 0, before=level.before or 0
    )


def _other_coach(other: OtherCoach, names: DisplayNames) -> OtherCoachViewModel:
    coach = display_name(names, other.coach)
    if other.objections:
        why = tuple(
            OBJECTION(rule=rule_name(one.rule), reason=in_words(one.reason))
            for one in other.objections
        )
        return OtherCoachViewModel(other.coach, coach, facts.NOT_POSSIBLE(), "bad", why)
    points = POINTS(count=other.points or 0)
    if other.holders:
        holders = [display_name(names, one) for one in other.holders]
        taken = (
            facts.PLACE_TAKEN(holder=holders[0])
            if len(holders) == 1
            else facts.PLACES_TAKEN(holders=holders)
        )
        return OtherCoachViewModel(
            other.coach, coach, facts.FULLY_BOOKED(points=points), "warn", (taken,)
        )
    return OtherCoachViewModel(other.coach, coach, facts.FREE_PLACE(points=points), "good", ())


def _price_text(one: Replacement) -> Fact:
    if one.price == 0:
        return facts.NO_COST()
    price = facts.COSTS if one.price > 0 else facts.GAINS
    return price(count=abs(one.price))
