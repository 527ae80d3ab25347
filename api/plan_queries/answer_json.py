"""Answers to plan queries as JSON, with facts also rendered as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from api.results.result_json import MatchJson, ResultSentences, UnmatchedJson, VerdictJson
from coach.texts.facts import Fact
from coach.texts.renderer import Renderer
from matching.explanation import Advice, Explanation, RunnerUp
from matching.explanation.explain_coachee import OtherCoach
from matching.rematching.comparison import CoacheeDifference, LevelDifference, SettingDifference
from matching.rematching.replacement import Replacement
from matching.result import ResultValue

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


class ObjectionJson(ResultValue):
    """A reason why a pair is impossible; `because` is `reason` as text."""

    rule: str
    reason: Fact
    because: str


class OtherCoachJson(ResultValue):
    """A coach with whom the coachee is not matched. `points` is null if there are objections.

    `holders` lists the current coachees of a coach who is fully booked.
    """

    coach: str
    points: int | None
    objections: tuple[ObjectionJson, ...]
    holders: tuple[str, ...]


class RunnerUpJson(ResultValue):
    """The next best coach, and the price of choosing them."""

    coach: str
    points: int
    verdicts: tuple[VerdictJson, ...]
    price: tuple[LevelDifference, ...]
    moves: tuple[CoacheeDifference, ...]
    proven: bool


class ExplanationJson(ResultValue):
    """The explanation of a coachee's match, or of the lack of one."""

    coachee: str
    match: MatchJson | None
    runner_up: RunnerUpJson | None
    unmatched: UnmatchedJson | None
    others: tuple[OtherCoachJson, ...]


class AdviceJson(ResultValue):
    """A policy change and its effect; `change` is `change_fact` as text."""

    change: str
    change_fact: Fact
    settings: tuple[SettingDifference, ...]
    gain: int
    placed: tuple[str, ...]
    unplaced: tuple[str, ...]


class ReplacementJson(ResultValue):
    """A possible new coach, with the session times, and the points that the plan would lose."""

    coach: str
    points: int
    price: int
    verdicts: tuple[VerdictJson, ...]
    times: tuple[tuple[datetime, datetime], ...]


class AnswerSentences:
    """Converts answers to JSON values; `names` maps people's ids to their names."""

    def __init__(self, texts: Renderer, names: Mapping[str, str] = _NO_NAMES) -> None:
        self._texts = texts
        self._results = ResultSentences(texts, names)

    def explanation(self, one: Explanation) -> ExplanationJson:
        """Return an explanation as a JSON value."""
        return ExplanationJson(
            coachee=one.coachee,
            match=None if one.match is None else self._results.match(one.match),
            runner_up=None if one.runner_up is None else self._runner_up(one.runner_up),
            unmatched=None if one.unmatched is None else self._results.unmatched(one.unmatched),
            others=tuple(map(self._other, one.others)),
        )

    def advice(self, one: Advice) -> AdviceJson:
        """Return advice as a JSON value."""
        return AdviceJson(
            change=self._texts.text(one.change),
            change_fact=one.change,
            settings=one.settings,
            gain=one.gain,
            placed=one.placed,
            unplaced=one.unplaced,
        )

    def replacement(self, one: Replacement) -> ReplacementJson:
        """Return a replacement coach as a JSON value."""
        return ReplacementJson(
            coach=one.coach,
            points=one.points,
            price=one.price,
            verdicts=tuple(map(self._results.verdict, one.verdicts)),
            times=one.times,
        )

    def _runner_up(self, one: RunnerUp) -> RunnerUpJson:
        return RunnerUpJson(
            coach=one.coach,
            points=one.points,
            verdicts=tuple(map(self._results.verdict, one.verdicts)),
            price=one.price,
            moves=one.moves,
            proven=one.proven,
        )

    def _other(self, one: OtherCoach) -> OtherCoachJson:
        return OtherCoachJson(
            coach=one.coach,
            points=one.points,
            objections=tuple(
                ObjectionJson(
                    rule=each.rule, reason=each.reason, because=self._texts.text(each.reason)
                )
                for each in one.objections
            ),
            holders=one.holders,
        )
