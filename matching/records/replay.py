"""Compares a repeated run with the record of the original run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from coach.plural import pluralise
from matching.records.run_record import RunEnvironment, RunRecord, TraceStep, result_digest
from matching.result import LevelOutcome, Match, Result, ResultValue, Unmatched

_NEAR_LIMIT_SHARE = 0.8  # runs that use a larger share of their time limit may have been cut short
_NOTHING = "nothing"
_Outcome = Match | Unmatched


class ReplayDifference(ResultValue):
    """A difference between a record and a repeated run.

    Attributes:
        about: what differs, such as `level total`.
        recorded: the recorded value.
        now: the current value.
    """

    about: str
    recorded: str
    now: str


class Replay(ResultValue):
    """The comparison of a repeated run with its record.

    Attributes:
        equal: whether inputs, levels, matches and everything else are as recorded.
        differences: differences in inputs, levels, matches and unmatched coachees.
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

    Args:
        record: the record of the original run.
        stored: the result that is currently stored with the record.
        rerun: the result of the repeated run.
        trace: the steps reported by the repeated run.
        inputs: digests of the current inputs, by name.
        surroundings: the environment of the repeated run.
    """
    differences = (
        *_differences_by_name("inputs/{}", record.run.inputs, inputs),
        *_stored_result_differences(record, stored),
        *_level_differences(record.run.levels, rerun.levels),
        *_status_differences(record, rerun),
        *_outcome_differences("match of", stored.matches, rerun.matches),
        *_outcome_differences("unmatched", stored.unmatched, rerun.unmatched),
        *_move_differences(stored, rerun),
    )
    recorded_environment = record.run.surroundings
    return Replay(
        equal=not differences,
        differences=differences,
        way=_first_diverging_step(record.run.trace, trace),
        surroundings=(
            *_differences_by_name(
                "version of {}", recorded_environment.versions, surroundings.versions
            ),
            *_differences_by_name(
                "{}",
                {"platform": recorded_environment.platform},
                {"platform": surroundings.platform},
            ),
        ),
        may_differ=_near_the_limit(record, rerun),
    )


def _near_the_limit(record: RunRecord, rerun: Result) -> bool:
    limit = record.run.parameters.time_limit_seconds
    longest = max(record.clock.wall_seconds, rerun.wall_seconds)
    return limit is not None and longest >= _NEAR_LIMIT_SHARE * limit


def _differences_by_name(
    about: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[ReplayDifference]:
    """Yield a difference for each name whose values differ, sorted by name."""
    for name in sorted({*before, *after}):
        old, new = before.get(name, _NOTHING), after.get(name, _NOTHING)
        if old != new:
            yield ReplayDifference(about=about.format(name), recorded=old, now=new)


def _stored_result_differences(record: RunRecord, stored: Result) -> Iterator[ReplayDifference]:
    """Yield a difference if the stored result is not the one recorded for the run."""
    digest = result_digest(stored)
    if digest != record.run.result_sha256:
        yield ReplayDifference(about="result.json", recorded=record.run.result_sha256, now=digest)


def _level_differences(
    before: Sequence[LevelOutcome], after: Sequence[LevelOutcome]
) -> Iterator[ReplayDifference]:
    old, new = ({one.name.value: _level(one) for one in levels} for levels in (before, after))
    yield from _differences_by_name("level {}", old, new)


def _level(one: LevelOutcome) -> str:
    return f"{one.value}, {'proven' if one.proven else f'at most {one.bound}'}"


def _status_differences(record: RunRecord, rerun: Result) -> Iterator[ReplayDifference]:
    if record.run.status != rerun.status:
        yield ReplayDifference(about="status", recorded=record.run.status, now=rerun.status)


def _outcome_differences(
    about: str, before: Sequence[_Outcome], after: Sequence[_Outcome]
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
            yield ReplayDifference(about=f"{about} {coachee}", recorded=was, now=now)


def _describe_outcome(one: _Outcome | None) -> str:
    match one:
        case Match():
            times = ", ".join(f"{session.start:%Y-%m-%d %H:%M}" for session in one.sessions)
            return f"{one.coach}, {pluralise(one.points, 'point')}, {times}"
        case Unmatched():
            remedies = "; ".join(remedy.change for remedy in one.remedies) or "no remedy"
            return f"{one.reason}; {remedies}"
        case None:
            return _NOTHING


def _first_differing_field(one: _Outcome | None, other: _Outcome | None) -> tuple[str, str]:
    """Return the first field in which two outcomes differ, with both values."""
    old, new = (answer.model_dump(mode="json") if answer else {} for answer in (one, other))
    key = next(key for key in (*old, *new) if old.get(key) != new.get(key))
    return f"{key} {old.get(key)}", f"{key} {new.get(key)}"


def _move_differences(stored: Result, rerun: Result) -> Iterator[ReplayDifference]:
    old, new = (
        {move.coachee: f"{move.change}: {move.because}" for move in result.moves}
        for result in (stored, rerun)
    )
    yield from _differences_by_name("move of {}", old, new)


def _first_diverging_step(
    before: Sequence[TraceStep], after: Sequence[TraceStep]
) -> ReplayDifference | None:
    """Return a difference for the first step at which two runs diverge, if there is one."""
    for number, (old, new) in enumerate(zip_longest(before, after), start=1):
        if old != new:
            return ReplayDifference(
                about=f"step {number}", recorded=_describe_step(old), now=_describe_step(new)
            )
    return None


def _describe_step(step: TraceStep | None) -> str:
    if step is None:
        return _NOTHING
    if step.level is None:
        return step.phase.value
    return f"{step.level}: {step.value} of at most {step.bound}"
