"""Up to four plans of a cycle side by side: the differences in policies, levels and pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.plans.stored_plan import Json, StoredPlan
from coach.objective import ObjectiveLevel
from matching.rematching.comparison import compare_policies

MOST_COMPARED = 4
_POINTS = frozenset({ObjectiveLevel.WORST, ObjectiveLevel.TOTAL})


@dataclass(frozen=True, slots=True)
class ComparedLevel:
    """The values of a level in each plan; `None` for a plan that does not have the level.

    `behind` is the distance from the best of these plans, 0 for the best; `None` if a plan does not
    have the level, or if its points are not comparable with those of the first plan.
    """

    name: ObjectiveLevel
    values: tuple[int | None, ...]
    behind: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ComparedSetting:
    """A key of the cycle file whose value differs between plans, with each value as text."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparedCoachee:
    """A coachee whose coach or times differ between plans.

    For each plan, `coaches` contains the coach's id, an empty string if there is no coach, or
    `None` if the coachee was not in the lists. `other_times` is true for a plan with the same coach
    as the first plan, but different session times.
    """

    code: str
    name: str
    coaches: tuple[str | None, ...]
    other_times: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Plans and their differences. `coachees` contains the coachees whose coach or times differ."""

    plans: tuple[StoredPlan, ...]
    levels: tuple[ComparedLevel, ...]
    settings: tuple[ComparedSetting, ...]
    coachees: tuple[ComparedCoachee, ...]
    same: int


def side_by_side(plans: Sequence[StoredPlan]) -> SideBySide:
    """Compare several plans of one cycle with the first of them."""
    settings = tuple(_settings(plans))
    names = {code: one["name"] for plan in reversed(plans) for code, one in plan.coachees.items()}
    coachees = [_coachee(plans, code, name) for code, name in names.items()]
    differing = tuple(filter(_differs, coachees))
    return SideBySide(
        plans=tuple(plans),
        levels=tuple(_levels(plans, settings)),
        settings=settings,
        coachees=differing,
        same=len(coachees) - len(differing),
    )


def _settings(plans: Sequence[StoredPlan]) -> Iterator[ComparedSetting]:
    first, *others = plans
    found = [
        {one.key: one for one in compare_policies(first.policy, other.policy)} for other in others
    ]
    for key in dict.fromkeys(key for differences in found for key in differences):
        before = next(one[key].before for one in found if key in one)
        after = (one[key].after if key in one else before for one in found)
        yield ComparedSetting(key, (before, *after))


def _levels(
    plans: Sequence[StoredPlan], settings: Sequence[ComparedSetting]
) -> Iterator[ComparedLevel]:
    values = [{one.name: one.value for one in plan.levels} for plan in plans]
    measured = [one for one in settings if one.key.startswith(("weights.", "rules."))]
    comparable = [
        all(one.values[number] == one.values[0] for one in measured) for number in range(len(plans))
    ]
    for name in dict.fromkeys(name for one in values for name in one):
        if name is ObjectiveLevel.KEPT:
            continue  # not comparable if plans keep the pairs of different earlier plans
        row = tuple(one.get(name) for one in values)
        compared = [name not in _POINTS or one for one in comparable]
        yield ComparedLevel(name, row, _behind(name, row, compared))


def _behind(
    name: ObjectiveLevel, values: Sequence[int | None], compared: Sequence[bool]
) -> tuple[int | None, ...]:
    sign = -1 if name is ObjectiveLevel.REPEAT else 1
    measured = [
        value * sign if value is not None and same else None
        for value, same in zip(values, compared, strict=True)
    ]
    best = max((one for one in measured if one is not None), default=0)
    return tuple(None if one is None else best - one for one in measured)


def _coachee(plans: Sequence[StoredPlan], code: str, name: str) -> ComparedCoachee:
    matches = [plan.matches.get(code) for plan in plans]
    coaches = tuple(
        match["coach"] if match else ("" if code in plan.coachees else None)
        for plan, match in zip(plans, matches, strict=True)
    )
    first = matches[0]
    return ComparedCoachee(
        code=code,
        name=name,
        coaches=coaches,
        other_times=tuple(
            match is not None
            and first is not None
            and match["coach"] == first["coach"]
            and _times(match) != _times(first)
            for match in matches
        ),
    )


def _differs(one: ComparedCoachee) -> bool:
    return len(set(one.coaches)) > 1 or any(one.other_times)


def _times(match: Json) -> list[tuple[str, str]]:
    return [(one["start"], one["end"]) for one in match["sessions"]]
