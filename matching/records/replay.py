"""A run done again beside its record: what is equal, and every difference by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from matching.records.run_record import RunRecord, Step, Surroundings, result_digest
from matching.result import LevelOutcome, Match, Result, ResultValue, Unmatched

_NEAR_THE_LIMIT = 0.8  # share of a time limit from which on it may have cut something short
_NOTHING = "nothing"
_Answer = Match | Unmatched


class Difference(ResultValue):
    """One thing that is not as recorded: what, as it was, and as it is."""

    about: str
    recorded: str
    now: str


class Replay(ResultValue):
    """What came of doing a run again.

    Attributes:
        equal: whether inputs, levels, matches and everything else told are as recorded.
        differences: of inputs, levels, matches and the unmatched.
        way: the first step at which the two went different ways, which need not matter.
        surroundings: other versions or another machine; they explain differences, but are none.
        may_differ: the time limit may have cut one of the two runs short, so that they need not
            be equal.
    """

    equal: bool
    differences: tuple[Difference, ...]
    way: Difference | None
    surroundings: tuple[Difference, ...]
    may_differ: bool


def replay(
    record: RunRecord,
    stored: Result,
    again: Result,
    *,
    trace: Sequence[Step],
    inputs: Mapping[str, str],
    surroundings: Surroundings,
) -> Replay:
    """Compare the run of `record` with the same run done again.

    Args:
        record: what was recorded.
        stored: the result as it stands beside the record now.
        again: what the engine returned this time, for the recorded parameters.
        trace: what it told meanwhile.
        inputs: digests of the inputs as they are now, by name.
        surroundings: by what it was done this time.
    """
    differences = (
        *_named("inputs/{}", record.run.inputs, inputs),
        *_altered(record, stored),
        *_levels(record.run.levels, again.levels),
        *_status(record, again),
        *_answers("match of", stored.matches, again.matches),
        *_answers("unmatched", stored.unmatched, again.unmatched),
        *_moves(stored, again),
    )
    then = record.run.surroundings
    return Replay(
        equal=not differences,
        differences=differences,
        way=_way(record.run.trace, trace),
        surroundings=(
            *_named("version of {}", then.versions, surroundings.versions),
            *_named("{}", {"platform": then.platform}, {"platform": surroundings.platform}),
        ),
        may_differ=_near_the_limit(record, again),
    )


def _near_the_limit(record: RunRecord, again: Result) -> bool:
    limit = record.run.parameters.time_limit_seconds
    longest = max(record.clock.wall_seconds, again.wall_seconds)
    return limit is not None and longest >= _NEAR_THE_LIMIT * limit


def _named(about: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    """Values by name that differ, in the order of their names."""
    for name in sorted({*before, *after}):
        old, new = before.get(name, _NOTHING), after.get(name, _NOTHING)
        if old != new:
            yield Difference(about=about.format(name), recorded=old, now=new)


def _altered(record: RunRecord, stored: Result) -> Iterator[Difference]:
    """The stored result is another than the run has written."""
    digest = result_digest(stored)
    if digest != record.run.result_sha256:
        yield Difference(about="result.json", recorded=record.run.result_sha256, now=digest)


def _levels(before: Sequence[LevelOutcome], after: Sequence[LevelOutcome]) -> Iterator[Difference]:
    old, new = ({one.name.value: _level(one) for one in levels} for levels in (before, after))
    yield from _named("level {}", old, new)


def _level(one: LevelOutcome) -> str:
    return f"{one.value}, {'proven' if one.proven else f'at most {one.bound}'}"


def _status(record: RunRecord, again: Result) -> Iterator[Difference]:
    if record.run.status != again.status:
        yield Difference(about="status", recorded=record.run.status, now=again.status)


def _answers(
    about: str, before: Sequence[_Answer], after: Sequence[_Answer]
) -> Iterator[Difference]:
    """What each coachee is told, by their ids; of equal words the first that differ in full."""
    old, new = ({one.coachee: one for one in answers} for answers in (before, after))
    for coachee in dict.fromkeys([*old, *new]):
        one, other = old.get(coachee), new.get(coachee)
        if one != other:
            was, now = _told(one), _told(other)
            if was == now:
                was, now = _first_apart(one, other)
            yield Difference(about=f"{about} {coachee}", recorded=was, now=now)


def _told(one: _Answer | None) -> str:
    match one:
        case Match():
            times = ", ".join(f"{session.start:%Y-%m-%d %H:%M}" for session in one.sessions)
            return f"{one.coach}, {one.points} points, {times}"
        case Unmatched():
            remedies = "; ".join(remedy.change for remedy in one.remedies) or "no remedy"
            return f"{one.reason}; {remedies}"
        case None:
            return _NOTHING


def _first_apart(one: _Answer | None, other: _Answer | None) -> tuple[str, str]:
    """The first key of two answers that differs, with both values."""
    old, new = (answer.model_dump(mode="json") if answer else {} for answer in (one, other))
    key = next(key for key in old if old[key] != new.get(key))
    return f"{key} {old[key]}", f"{key} {new.get(key)}"


def _moves(stored: Result, again: Result) -> Iterator[Difference]:
    old, new = (
        {move.coachee: f"{move.change}: {move.because}" for move in result.moves}
        for result in (stored, again)
    )
    yield from _named("move of {}", old, new)


def _way(before: Sequence[Step], after: Sequence[Step]) -> Difference | None:
    """The first step at which two runs went different ways."""
    for number, (old, new) in enumerate(zip_longest(before, after), start=1):
        if old != new:
            return Difference(about=f"step {number}", recorded=_step(old), now=_step(new))
    return None


def _step(step: Step | None) -> str:
    if step is None:
        return _NOTHING
    if step.level is None:
        return step.phase.value
    return f"{step.level}: {step.value} of at most {step.bound}"
