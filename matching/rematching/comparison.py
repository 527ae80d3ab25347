"""Comparison of two results, or of two policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict

from coach.availability import DateRange, WeeklyWindow
from coach.cycle import EMPTY_LIST, Cycle
from coach.languages import CefrLevel
from coach.objective import ObjectiveLevel
from coach.sessions import Session
from matching.result import CoacheeChange, Match, Result


class ComparisonValue(BaseModel):
    """Base class for comparisons and their parts."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SettingDifference(ComparisonValue):
    """A key of the cycle file whose value differs, with both values as text."""

    key: str
    before: str
    after: str


class LevelDifference(ComparisonValue):
    """The values of a level in two results.

    `before` or `after` is `None` if that result does not have the level. `gain` is `after -
    before`, or `before - after` at the level `repeat`, which is minimised; a higher gain is always
    better. It is `None` if either value is missing, or if the level counts points and the weights
    or rules differ.
    """

    name: ObjectiveLevel
    before: int | None
    after: int | None
    gain: int | None


class CoacheeDifference(ComparisonValue):
    """A coachee's outcome in two results.

    `before` and `after` are the ids of the coaches, or `None` if there is no coach. If the coach is
    the same, `moved_sessions` is the number of sessions whose times differ.
    """

    coachee: str
    change: CoacheeChange
    before: str | None
    after: str | None
    moved_sessions: int


class Comparison(ComparisonValue):
    """The differences between two results: in the policy, in the levels, and for each coachee."""

    settings: tuple[SettingDifference, ...]
    levels: tuple[LevelDifference, ...]
    coachees: tuple[CoacheeDifference, ...]

    def count(self, change: CoacheeChange) -> int:
        """Return the number of coachees with this change."""
        return sum(one.change is change for one in self.coachees)

    @property
    def changed(self) -> tuple[CoacheeDifference, ...]:
        """The coachees for whom anything differs."""
        return tuple(one for one in self.coachees if one.change is not CoacheeChange.SAME)


def compare_policies(before: Cycle, after: Cycle) -> tuple[SettingDifference, ...]:
    """Return a difference for each cycle file key whose values differ, in file order."""
    one, other = (dict(_flatten(cycle.model_dump())) for cycle in (before, after))
    return tuple(
        SettingDifference(key=key, before=one.get(key, ""), after=other.get(key, ""))
        for key in {**one, **other}
        if one.get(key) != other.get(key)
    )


def compare_results(
    before: Result, after: Result, policies: tuple[Cycle, Cycle] | None = None
) -> Comparison:
    """Compare two results. Coachees and levels are in the order of the later result.

    `policies` are the policies of the two results; omit them if they are the same.
    """
    settings = compare_policies(*policies) if policies else ()
    comparable = not any(one.key.startswith(("weights.", "rules.")) for one in settings)
    matches = [{match.coachee: match for match in result.matches} for result in (before, after)]
    everybody = {**_everybody(after), **_everybody(before)}
    return Comparison(
        settings=settings,
        levels=tuple(_level_differences(before, after, comparable=comparable)),
        coachees=tuple(
            _coachee(one, matches[0].get(one), matches[1].get(one)) for one in everybody
        ),
    )


def _everybody(result: Result) -> dict[str, None]:
    matched = [match.coachee for match in result.matches]
    return dict.fromkeys([*matched, *(entry.coachee for entry in result.unmatched)])


def _level_differences(
    before: Result, after: Result, *, comparable: bool
) -> Iterator[LevelDifference]:
    one, other = ({level.name: level.value for level in r.levels} for r in (before, after))
    for name in {**other, **one}:
        old, new = one.get(name), other.get(name)
        measures_points = name in {ObjectiveLevel.WORST, ObjectiveLevel.TOTAL}
        has_gain = old is not None and new is not None and (comparable or not measures_points)
        better = -1 if name is ObjectiveLevel.REPEAT else 1
        gain = better * ((new or 0) - (old or 0)) if has_gain else None
        yield LevelDifference(name=name, before=old, after=new, gain=gain)


def _coachee(coachee: str, before: Match | None, after: Match | None) -> CoacheeDifference:
    moved = 0
    if before is None or after is None:
        change = (
            CoacheeChange.PLACED
            if after
            else CoacheeChange.UNPLACED
            if before
            else CoacheeChange.SAME
        )
    elif before.coach != after.coach:
        change = CoacheeChange.MOVED
    else:
        moved = _moved(before.sessions, after.sessions)
        change = CoacheeChange.RETIMED if moved else CoacheeChange.SAME
    return CoacheeDifference(
        coachee=coachee,
        change=change,
        before=before.coach if before else None,
        after=after.coach if after else None,
        moved_sessions=moved,
    )


def _moved(before: tuple[Session, ...], after: tuple[Session, ...]) -> int:
    """Return how many sessions, matched by number, have different times in two series."""
    old = {session.number: (session.start, session.end) for session in before}
    same = sum(old.get(session.number) == (session.start, session.end) for session in after)
    return max(len(before), len(after)) - same


def _flatten(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted keys of a nested table, with their values as text."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", _text(value)


def _text(value: object) -> str:
    match value:
        case CefrLevel():
            return value.name
        case frozenset():
            return ", ".join(sorted(map(_text, value))) or EMPTY_LIST
        case tuple():
            return "; ".join(map(_text, value)) or EMPTY_LIST
        case {"first": first, "last": last}:
            return str(DateRange(first, last))
        case {"weekday": weekday, "start_minute": start, "end_minute": end}:
            return str(WeeklyWindow(weekday, start, end))
        case _:
            return str(value)
