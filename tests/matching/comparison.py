"""The engine's result for a tiny instance, compared with the optimum found by brute force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from random import Random

from coach.cycle import Cycle
from coach.objective import LISTED_LEVELS, ObjectiveLevel, ObjectivePolicy
from coach.people import Roster
from coach.repeat import EarlierPairs, RepeatPolicy
from matching.auditor import audit
from matching.engine import SolveOptions, solve
from matching.errors import ImpossiblePinsError
from matching.result import Result
from tests.matching.both_roles import both_roles
from tests.matching.brute_force import best_values
from tests.matching.crowded import crowded
from tests.matching.instances import random_cycle, random_roster
from tests.matching.roomy import roomy, sociable

_ALONE = 0.4
_EARLIER = 0.5
_FEW_SESSIONS = 2
_LONGER = timedelta(days=10)

Instance = tuple[Roster, Cycle, Result | None]
"""A roster, a policy, and an earlier result to keep."""


def solved(roster: Roster, cycle: Cycle, keep: Result | None = None) -> Result:
    """Solve an instance with a clock that advances at each call."""
    ticks = count()
    return solve(
        roster,
        cycle,
        options=SolveOptions(explain=False),
        input_sha256="0" * 64,
        clock=lambda: float(next(ticks)),
        keep=keep,
    )


def differences(roster: Roster, cycle: Cycle, keep: Result | None = None) -> Iterator[str]:
    """Yield a description of each difference between the engine's result and the optimum."""
    expected = best_values(roster, cycle, keep)
    try:
        result = solved(roster, cycle, keep)
    except ImpossiblePinsError as error:
        if expected is not None:
            yield f"the pins were rejected ({error}), but {expected} is feasible"
        return
    if expected is None:
        yield "a plan was found, but no plan satisfies the pins"
        return
    levels = [level for level in result.levels if level.name is not ObjectiveLevel.SCHEDULE]
    if [level.value for level in levels] != expected:
        yield f"values are {[level.value for level in levels]}, the optimum is {expected}"
    if [level.bound for level in levels] != expected:
        yield f"bounds are {[level.bound for level in levels]}, the optimum is {expected}"
    if result.status != "optimal" or not all(level.proven for level in levels):
        yield "the result is not reported as proven"
    yield from map(str, audit(roster, cycle, result, keep))


def scarce_time(seed: int) -> Instance:
    """Return an instance with narrow windows, caps, buffers, shares, pins and bans."""
    return *crowded(Random(seed)), None


def many_places(seed: int) -> Instance:
    """Return an instance like `scarce_time`, but with capacities of 2 to 8."""
    return *roomy(Random(seed)), None


def every_rule(seed: int) -> Instance:
    """Return an instance with a few people and settings for every rule."""
    random = Random(seed)
    roster = random_roster(random, random.randint(1, 5), random.randint(1, 3))
    return roster, random_cycle(random, roster), None


def earlier_result(seed: int) -> Instance:
    """Return an instance without the first coach (if there are several), and an earlier result."""
    roster, cycle = crowded(Random(seed))
    free = cycle.model_copy(update={"pins": {}})
    earlier = solved(roster, free)
    without_one = roster.model_copy(update={"coaches": roster.coaches[1:] or roster.coaches})
    return without_one, free, earlier


def large_sets(seed: int) -> Instance:
    """Return an instance with large sets, usually with an earlier result under other weights."""
    random = Random(seed)
    roster, cycle = sociable(random)
    if random.random() < _ALONE:
        return roster, cycle, None
    other_weights = cycle.weights.model_copy(update={"preference": 0, "country": 0})
    return (
        roster,
        cycle,
        solved(roster, cycle.model_copy(update={"weights": other_weights, "pins": {}})),
    )


def one_human(seed: int) -> Instance:
    """Return an instance with people who have several rows, often with an earlier result."""
    random = Random(seed)
    roster, cycle = both_roles(random)
    if random.random() < _ALONE:
        return roster, cycle, None
    other = cycle.weights.model_copy(update={"preference": 0})
    free = cycle.model_copy(update={"weights": other, "pins": {}})
    return roster, cycle, solved(roster, free)


def repeated_pairs(seed: int) -> Instance:
    """Return an instance that avoids or forbids many pairs, often with an earlier result."""
    random = Random(seed)
    roster, cycle, keep = random.choice((scarce_time, many_places, earlier_result, one_human))(seed)
    pairs = [(one.id, other.id) for one in roster.coachees for other in roster.coaches]
    earlier = tuple(pair for pair in pairs if random.random() < _EARLIER)
    rules = cycle.rules.model_copy(
        update={"repeat": RepeatPolicy(earlier=EarlierPairs(random.choice(("avoid", "forbid"))))}
    )
    orders = (LISTED_LEVELS, ("placed", "worst", "kept", "total"), ("placed", "total"))
    levels = tuple(map(ObjectiveLevel, random.choice(orders)))
    return (
        roster.model_copy(update={"earlier_pairs": earlier}),
        cycle.model_copy(update={"rules": rules, "objective": ObjectivePolicy(levels=levels)}),
        keep,
    )


def contracting(seed: int) -> Instance:
    """Return an instance with contracting sessions, often kept from an earlier result."""
    random = Random(seed)
    roster, cycle, _ = random.choice((scarce_time, many_places, every_rule, one_human))(seed)
    least = random.choice((0, 0, 1, 3, 7))
    sessions = cycle.sessions.model_copy(
        update={
            "count": min(cycle.sessions.count, _FEW_SESSIONS),
            "contracting_minutes": random.choice((30, 45)),
            "contracting_gap_days": (least, least + random.choice((3, 7, 14))),
        }
    )
    dates = cycle.cycle.model_copy(update={"end": cycle.cycle.end + _LONGER})
    cycle = cycle.model_copy(update={"cycle": dates, "sessions": sessions})
    if random.random() < _ALONE:
        return roster, cycle, None
    other = cycle.weights.model_copy(update={"preference": 0})
    return roster, cycle, solved(roster, cycle.model_copy(update={"weights": other, "pins": {}}))


INSTANCES: dict[str, Callable[[int], Instance]] = {
    "scarce time": scarce_time,
    "many places": many_places,
    "every rule": every_rule,
    "earlier result": earlier_result,
    "large sets": large_sets,
    "one human": one_human,
    "repeated pairs": repeated_pairs,
    "contracting": contracting,
}
