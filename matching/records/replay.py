"""Compares a repeated run with the record of the original run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from pydantic import BaseModel

from coach.texts.facts import Displayed, Fact, Message
from coach.texts.renderer import english
from matching.facts import records as facts
from matching.facts.names import level_name
from matching.records.result_file import FORMAT, comparable_results
from matching.records.run_record import RunEnvironment, RunRecord, TraceStep, result_digest
from matching.result import LevelOutcome, Match, Result, ResultValue, Unmatched

_NEAR_LIMIT_SHARE = 0.8  # runs that use a larger share of their time limit may have been cut short
_Outcome = Match | Unmatched


class ReplayDifference(ResultValue):
    """A difference between a record and a repeated run.

    Attributes:
        about: the item that differs, such as `level total`.
        recorded: the recorded value.
        now: the current value.
    """

    about: Displayed
    recorded: Displayed
    now: Displayed


class Replay(ResultValue):
    """The comparison of a repeated run with its record.

    Attributes:
        equal: whether there are no `differences`.
        differences: differences in inputs, levels, status, matches, unmatched coachees and moves,
            and in the digest of the stored result.
        way: the first step at which the two runs diverge, which may be harmless.
        surroundings: differences in versions or platform. They may explain other differences, but
            do not affect `equal`.
        may_differ: whether the time limit may have cut either run short. If so, their results may
            differ.
    """

    equal: bool
    differences: tuple[ReplayDifference, ...]
    way: ReplayDifference | None
    surroundings: tuple[ReplayDifference, ...]
    may_differ: bool


def replay(
    record: RunRecord,
    stored: Result,
    rerun: Result,
    *,
    trace: Sequence[TraceStep],
    inputs: Mapping[str, str],
    surroundings: RunEnvironment,
) -> Replay:
    """Compare a repeated run with the record of the original run.

    If `stored` was read from a file of format 1, which has no facts, its digest, verdicts and moves
    are not compared, nor is any information about unmatched coachees except their ids.

    Args:
        record: the record of the original run.
        stored: the result that is currently stored with the record.
        rerun: the result of the repeated run.
        trace: the steps reported by the repeated run.
        inputs: digests of the current inputs, keyed by name.
        surroundings: the environment of the repeated run.
    """
    old, new = comparable_results(stored, rerun)
    differences = (
        *_differences_by_name(facts.INPUT, "name", record.run.inputs, inputs),
        *_stored_result_differences(record, stored),
        *_level_differences(record.run.levels, rerun.levels),
        *_status_differences(record, rerun),
        *_outcome_differences(facts.MATCH, old.matches, new.matches),
        *_outcome_differences(facts.UNMATCHED, old.unmatched, new.unmatched),
        *_move_differences(old, new),
    )
    recorded_environment = record.run.surroundings
    return Replay(
        equal=not differences,
        differences=differences,
        way=_first_diverging_step(record.run.trace, trace),
        surroundings=(
            *_differences_by_name(
                facts.VERSION, "package", recorded_environment.versions, surroundings.versions
            ),
            *_difference(facts.PLATFORM(), recorded_environment.platform, surroundings.platform),
        ),
        may_differ=stored.cut_short or rerun.cut_short or _near_the_limit(record, rerun),
    )


def _near_the_limit(record: RunRecord, rerun: Result) -> bool:
    limit = record.run.parameters.time_limit_seconds
    longest = max(record.clock.wall_seconds, rerun.wall_seconds)
    return limit is not None and longest >= _NEAR_LIMIT_SHARE * limit


def _differences_by_name(
    about: Message,
    parameter: str,
    before: Mapping[str, Displayed],
    after: Mapping[str, Displayed],
) -> Iterator[ReplayDifference]:
    """Yield a difference for each name whose values differ, sorted by name."""
    for name in sorted({*before, *after}):
        old, new = before.get(name, facts.NOTHING()), after.get(name, facts.NOTHING())
        yield from _difference(about(**{parameter: name}), old, new)


def _difference(about: Fact, recorded: Displayed, now: Displayed) -> Iterator[ReplayDifference]:
    if recorded != now:
        yield ReplayDifference(about=about, recorded=recorded, now=now)


def _stored_result_differences(record: RunRecord, stored: Result) -> Iterator[ReplayDifference]:
    """Yield a difference if the stored result is not the one recorded for the run.

    A result in another format is not checked, because its digest cannot be computed.
    """
    if stored.format == FORMAT:
        recorded, digest = record.run.result_sha256, result_digest(stored)
        yield from _difference(facts.RESULT_FILE(), recorded, digest)


def _level_differences(
    before: Sequence[LevelOutcome], after: Sequence[LevelOutcome]
) -> Iterator[ReplayDifference]:
    old, new = ({one.name.value: _level(one) for one in levels} for levels in (before, after))
    for name in sorted({*old, *new}):
        recorded, now = old.get(name, facts.NOTHING()), new.get(name, facts.NOTHING())
        yield from _difference(facts.LEVEL(level=level_name(name)), recorded, now)


def _level(one: LevelOutcome) -> Fact:
    if one.proven:
        return facts.PROVEN_VALUE(value=one.value)
    bounded = facts.BOUNDED_BELOW if one.bound < one.value else facts.BOUNDED_VALUE
    return bounded(value=one.value, bound=one.bound)


def _status_differences(record: RunRecord, rerun: Result) -> Iterator[ReplayDifference]:
    yield from _difference(facts.STATUS(), record.run.status, rerun.status)


def _outcome_differences(
    about: Message, before: Sequence[_Outcome], after: Sequence[_Outcome]
) -> Iterator[ReplayDifference]:
    """Yield a difference for each coachee whose two outcomes differ.

    If both outcomes have the same description, the first differing field is reported instead.
    """
    old, new = ({one.coachee: one for one in outcomes} for outcomes in (before, after))
    for coachee in dict.fromkeys([*old, *new]):
        one, other = old.get(coachee), new.get(coachee)
        if one != other:
            was, now = _describe_outcome(one), _describe_outcome(other)
            if was == now:
                was, now = _first_differing_field(one, other)
            yield ReplayDifference(about=about(coachee=coachee), recorded=was, now=now)


def _describe_outcome(one: _Outcome | None) -> Fact:
    match one:
        case Match():
            times = [f"{session.start:%Y-%m-%d %H:%M}" for session in one.sessions]
            return facts.MATCHED(coach=one.coach, count=one.points, times=times)
        case Unmatched():
            remedies = [remedy.change for remedy in one.remedies] or [facts.NO_REMEDY()]
            return facts.NO_MATCH(reason=one.reason, remedies=remedies)
        case None:
            return facts.NOTHING()


def _first_differing_field(one: _Outcome | None, other: _Outcome | None) -> tuple[Fact, Fact]:
    """Return the first field in which two outcomes differ, with both values."""
    place, was, now = _first_difference(one, other)
    return facts.FIELD(name=place, value=was), facts.FIELD(name=place, value=now)


def _first_difference(
    one: object, other: object, place: str = ""
) -> tuple[str, Displayed, Displayed]:
    """Return the path of the first difference, such as `verdicts[2].points`, and both values."""
    if isinstance(one, BaseModel) and type(one) is type(other):
        name = next(name for name in dict(one) if getattr(one, name) != getattr(other, name))
        below = f"{place}.{name}" if place else name
        return _first_difference(getattr(one, name), getattr(other, name), below)
    if isinstance(one, tuple) and isinstance(other, tuple):
        for position, (old, new) in enumerate(zip(one, other, strict=False)):
            if old != new:
                return _first_difference(old, new, f"{place}[{position}]")
        return place, facts.ENTRIES(count=len(one)), facts.ENTRIES(count=len(other))
    if isinstance(one, Fact) and isinstance(other, Fact) and english(one) != english(other):
        return place, one, other
    return place, _as_text(one), _as_text(other)


def _as_text(value: object) -> str:
    return json.dumps(value.to_json()) if isinstance(value, Fact) else str(value)


def _move_differences(stored: Result, rerun: Result) -> Iterator[ReplayDifference]:
    old, new = (
        {move.coachee: facts.MOVED(change=move.change, reason=move.reason) for move in result.moves}
        for result in (stored, rerun)
    )
    yield from _differences_by_name(facts.MOVE, "coachee", old, new)


def _first_diverging_step(
    before: Sequence[TraceStep], after: Sequence[TraceStep]
) -> ReplayDifference | None:
    """Return a difference for the first step at which two runs diverge, if there is one."""
    for number, (old, new) in enumerate(zip_longest(before, after), start=1):
        if old != new:
            return ReplayDifference(
                about=facts.STEP(number=number),
                recorded=_describe_step(old),
                now=_describe_step(new),
            )
    return None


def _describe_step(step: TraceStep | None) -> Displayed:
    if step is None:
        return facts.NOTHING()
    if step.level is None:
        return step.phase.value
    return facts.STEP_LEVEL(
        level=level_name(step.level.value), value=str(step.value), bound=str(step.bound)
    )
