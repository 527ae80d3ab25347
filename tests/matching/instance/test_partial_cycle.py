"""Re-matching a cycle in progress, compared with brute force over all continuations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from random import Random

import numpy as np
import pytest

from api.engine_threads import engine_threads
from coach.availability import DateRange
from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Coach, Coachee, Roster
from coach.sessions import Session
from matching.auditor import audit
from matching.auditor.context import AuditContext
from matching.auditor.series_quality import series_points
from matching.engine import SolveOptions, solve
from matching.instance.availability_grid import build_availability_grid
from matching.instance.partial_cycle import UnderWay, under_way
from matching.result import Match, Result
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from tests.bench.instances import TIGHT, instance
from tests.matching.both_roles import both_roles
from tests.matching.coach_timetable.test_best_timetable import with_quality
from tests.matching.crowded import START
from tests.matching.planner import ends
from tests.matching.reference import blocking_rules, common_starts, same_person
from tests.seeds import seeds

MOST = 4_000
Series = tuple[datetime, ...]


def solved(
    roster: Roster, cycle: Cycle, keep: Result | None = None, where: UnderWay | None = None
) -> Result:
    return solve(
        roster,
        cycle,
        options=SolveOptions(explain=False),
        input_sha256="0" * 64,
        clock=time.monotonic,
        keep=keep,
        under_way=where,
    )


def in_mid_cycle(
    seed: int, people: Callable[[Random], tuple[Roster, Cycle]] = with_quality
) -> tuple[Roster, Cycle, Result, UnderWay]:
    """Return a cycle in progress in which people or their availability have changed."""
    random = Random(seed)
    roster, cycle = people(random)
    low = random.choice([0, 1, 2, 5])
    sessions = cycle.sessions.model_copy(
        update={
            "count": random.choice([2, 3]),
            "grid_minutes": 60,
            "min_gap_days": low,
            "max_gap_days": low + random.choice([7, 9]),
            "buffer_minutes": random.choice([0, 15, 1440]),
        }
    )
    dates = cycle.cycle.model_copy(update={"end": START + timedelta(24)})
    cycle = cycle.model_copy(update={"sessions": sessions, "cycle": dates})
    earlier = solved(roster, cycle)
    held = [one.start.date() for match in earlier.matches for one in match.sessions]
    day = min(cycle.cycle.end, random.choice(held or [START]) + timedelta(random.choice([0, 1, 3])))
    where = under_way(earlier, day, cycle.cycle.zone)
    coachees, coaches = roster.coachees, roster.coaches
    what = random.choice(["coach leaves", "coach leaves", "coachee leaves", "away", "one fewer"])
    busy = {match.coach for match in earlier.matches}
    if what == "coach leaves" and len(coaches) > 1 and busy:
        removed = random.choice(sorted(busy))
        coaches = tuple(one for one in coaches if one.id != removed)
        coaches = tuple(one.model_copy(update={"capacity": 3}) for one in coaches)
    elif what == "coachee leaves":
        coachees = coachees[1:]
    elif what == "away":
        away = DateRange(day + timedelta(1), day + timedelta(4))
        coachees = (coachees[0].model_copy(update={"unavailable": (away,)}), *coachees[1:])
    elif what == "one fewer" and coaches[0].capacity > 1:
        fewer = coaches[0].model_copy(update={"capacity": coaches[0].capacity - 1})
        coaches = (fewer, *coaches[1:])
    return Roster(coachees=coachees, coaches=coaches), cycle, earlier, where


class BruteForce:
    """All plans that continue the past sessions, found by brute force."""

    def __init__(self, roster: Roster, cycle: Cycle, keep: Result, where: UnderWay) -> None:
        self.roster, self.cycle, self.keep, self.where = roster, cycle, keep, where
        self.past = {
            (match.coachee, match.coach): [
                session
                for session in match.sessions
                if session.start.astimezone(cycle.cycle.zone).date() < where.not_before
            ]
            for match in keep.matches
        }
        self.kept = {(match.coachee, match.coach) for match in keep.matches}
        empty = Result(
            status="feasible",
            seed=0,
            input_sha256="",
            wall_seconds=0.0,
            levels=(),
            matches=(),
            unmatched=(),
        )
        self.context = AuditContext(roster, cycle, empty, keep, where)
        self.evaluator = RuleEvaluator(
            RuleInputs(roster, cycle, build_availability_grid(roster, cycle))
        )

    def options(self, coachee: Coachee, coach: Coach) -> list[list[Session]]:
        """Return every complete series of a pair, regardless of other pairs."""
        if blocking_rules(coachee, coach, self.cycle):
            return []
        past = self.past.get((coachee.id, coach.id), [])
        last_number = past[-1].number if past else self.where.reached.get(coachee.id, 0)
        if last_number >= self.cycle.sessions.count:
            return [past] if past else []
        zone = self.cycle.cycle.zone
        starts = [
            start
            for start in common_starts(coachee, coach, self.cycle)
            if start.astimezone(zone).date() >= self.where.not_before
        ]

        def extend(series: list[Session], number: int) -> Iterator[list[Session]]:
            if number > self.cycle.sessions.count:
                yield series
                return
            for start in starts:
                session = Session(
                    uid=f"{coachee.id} {coach.id} {number}",
                    number=number,
                    start=start,
                    end=ends(start, self.cycle),
                )
                if self._follows(series, session) and self._can_take(coach, [*series, session]):
                    yield from extend([*series, session], number + 1)

        return list(extend(list(past), last_number + 1))

    def _follows(self, series: list[Session], session: Session) -> bool:
        if not series:
            return True
        policy, zone = self.cycle.sessions, self.cycle.cycle.zone
        days = [one.start.astimezone(zone).date() for one in (series[-1], session)]
        return policy.min_gap_days <= (days[1] - days[0]).days <= policy.max_gap_days

    def _can_take(self, coach: Coach, sessions: list[Session]) -> bool:
        """Return whether a coach can have these sessions in addition to all their past sessions."""
        policy, zone = self.cycle.sessions, self.cycle.cycle.zone
        history = [one for (_, who), some in self.past.items() if who == coach.id for one in some]
        everything = {one.uid: one for one in (*history, *sessions)}
        starts = sorted(one.start.astimezone(UTC) for one in everything.values())
        rest = timedelta(minutes=policy.minutes + policy.buffer_minutes)
        if any(later - start < rest for start, later in pairwise(starts)):
            return False
        days: dict[date, int] = {}
        weeks: dict[tuple[int, int], int] = {}
        for start in starts:
            day = start.astimezone(zone).date()
            days[day] = days.get(day, 0) + 1
            week = day.isocalendar()[:2]
            weeks[week] = weeks.get(week, 0) + 1
        a_day = coach.max_per_day or policy.max_per_coach_day
        a_week = coach.max_per_week or policy.max_per_coach_week
        return max(days.values(), default=0) <= a_day and max(weeks.values(), default=0) <= a_week

    def can_fit(self, coach: Coach, choices: list[list[list[Session]]]) -> bool:
        """Return whether a coach can combine one series from each list of choices."""

        def place(number: int, taken: list[Session]) -> bool:
            return number == len(choices) or any(
                self._can_take(coach, [*taken, *series]) and place(number + 1, [*taken, *series])
                for series in choices[number]
            )

        return place(0, [])

    def can_meet_together(
        self, placed: list[tuple[int, int]], options: dict[tuple[int, int], list[list[Session]]]
    ) -> bool:
        """Return whether all pairs can have a series with nobody in two places at once."""
        roster = self.roster
        rows = {
            **{("coachee", one.id): one for one in roster.coachees},
            **{("coach", one.id): one for one in roster.coaches},
        }
        several = [
            key
            for key, one in rows.items()
            if any(one is not other and same_person(one, other) for other in rows.values())
        ]

        def clash(one: tuple[str, str], other: tuple[str, str]) -> bool:
            """Return whether two pairs have a human in common, given the ids of their people."""
            keys = [{("coachee", a), ("coach", b)} & {*several} for a, b in (one, other)]
            return one != other and any(
                same_person(rows[a], rows[b]) for a in keys[0] for b in keys[1]
            )

        def place(number: int, taken: list[tuple[tuple[str, str], list[Session]]]) -> bool:
            if number == len(placed):
                return True
            coach = roster.coaches[placed[number][1]]
            pair = roster.coachees[placed[number][0]].id, coach.id
            own = [one for key, some in taken for one in some if key[1] == coach.id]
            busy = [
                *(one for key, some in taken if clash(pair, key) for one in some),
                *(one for key, some in self.past.items() if clash(pair, key) for one in some),
            ]
            return any(
                self._can_take(coach, [*own, *series])
                and not any(
                    one.start < other.end and other.start < one.end
                    for one in series
                    for other in busy
                    if one not in self.past.get(pair, ())
                )
                and place(number + 1, [*taken, (pair, series)])
                for series in options[placed[number]]
            )

        return not several or place(0, [])

    def best(self) -> list[int] | None:
        """Return the best values of all levels but `schedule`, or `None` for too many series."""
        roster = self.roster
        options = {
            (one, row): self.options(coachee, coach)
            for one, coachee in enumerate(roster.coachees)
            for row, coach in enumerate(roster.coaches)
        }
        if max(map(len, options.values()), default=0) > MOST:
            return None
        rows = [
            [None, *(row for row in range(len(roster.coaches)) if options[one, row])]
            for one in range(len(roster.coachees))
        ]
        found = []
        share = self.cycle.rules.country.minimum_cross_border_share
        for assignment in product(*rows):
            placed = [(one, row) for one, row in enumerate(assignment) if row is not None]
            cross = sum(
                roster.coachees[one].country != roster.coaches[row].country for one, row in placed
            )
            if cross < share * len(placed) - 1e-9:
                continue
            fits = all(
                len(own) <= coach.capacity
                and self.can_fit(coach, [options[one, row] for one in own])
                for row, coach in enumerate(roster.coaches)
                if (own := [one for one, other in placed if other == row])
            )
            if fits and self.can_meet_together(placed, options):
                found.append(self._values(placed))
        return max(found)

    def _values(self, placed: list[tuple[int, int]]) -> list[int]:
        roster = self.roster
        points = [int(self.evaluator.points(np.array([o]), np.array([r]))[0]) for o, r in placed]
        value = {
            ObjectiveLevel.PLACED: sum(roster.coachees[one].priority for one, _ in placed),
            ObjectiveLevel.KEPT: sum(
                (roster.coachees[o].id, roster.coaches[r].id) in self.kept for o, r in placed
            ),
            ObjectiveLevel.WORST: min(points, default=0),
            ObjectiveLevel.TOTAL: sum(points),
        }
        return [value[level] for level in self.cycle.objective.levels if level in value]

    def best_points(self, result: Result) -> int | None:
        """Return the best `schedule` value of a result's matches that keeps the most sessions.

        Returns `None` if there are too many series to enumerate.
        """
        before = {
            (match.coachee, match.coach, one.number): one.start
            for match in self.keep.matches
            for one in match.sessions
        }
        total = 0
        for coach in self.roster.coaches:
            own = [match for match in result.matches if match.coach == coach.id]
            choices = [
                [
                    (
                        sum(
                            before.get((match.coachee, coach.id, s.number)) == s.start
                            for s in series
                        ),
                        series_points(self.context, with_series(match, series)),
                        series,
                    )
                    for series in self.options(self.context.coachees[match.coachee], coach)
                ]
                for match in own
            ]
            if np.prod([len(some) for some in choices], dtype=float) > 20_000:
                return None
            best = (-1, 0)
            for picked in product(*choices):
                if self._can_take(coach, [one for _, _, series in picked for one in series]):
                    best = max(best, (sum(p[0] for p in picked), sum(p[1] for p in picked)))
            total += best[1]
        return total


def with_series(match: Match, series: list[Session]) -> Match:
    return match.model_copy(update={"sessions": tuple(series)})


@pytest.mark.parametrize("seed", seeds(range(80)))
def test_rematch_in_progress_is_optimal_among_all_continuations(seed: int) -> None:
    roster, cycle, earlier, where = in_mid_cycle(seed)
    plain = BruteForce(roster, cycle, earlier, where)
    expected = plain.best()
    result = solved(roster, cycle, earlier, where)
    assert audit(roster, cycle, result, earlier, where) == ()
    if expected is None:
        return
    levels = [level for level in result.levels if level.name is not ObjectiveLevel.SCHEDULE]
    assert [level.value for level in levels] == expected
    assert [level.bound for level in levels] == expected
    points = plain.best_points(result)
    if points is not None:
        assert result.levels[-1].value == points
        assert result.levels[-1].bound == points


def people_in_both_roles(random: Random) -> tuple[Roster, Cycle]:
    roster, cycle = both_roles(random)
    return roster, cycle.model_copy(update={"pins": {}})


@pytest.mark.parametrize("seed", seeds(range(50)))
def test_rematch_under_way_keeps_people_in_both_roles_from_two_sessions_at_once(
    seed: int,
) -> None:
    roster, cycle, earlier, where = in_mid_cycle(seed, people_in_both_roles)
    expected = BruteForce(roster, cycle, earlier, where).best()
    result = solved(roster, cycle, earlier, where)
    assert audit(roster, cycle, result, earlier, where) == ()
    if expected is not None:
        levels = [level for level in result.levels if level.name is not ObjectiveLevel.SCHEDULE]
        assert [level.value for level in levels] == expected
        assert [level.bound for level in levels] == expected


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_rematch_in_progress_is_independent_of_the_number_of_workers(seed: int) -> None:
    roster, cycle = instance(replace(TIGHT, coachees=90, coaches=24), seed)

    def again(
        workers: int,
        people: Roster,
        keep: Result | None = None,
        where: UnderWay | None = None,
    ) -> Result:
        return solve(
            people,
            cycle,
            options=SolveOptions(explain=False),
            input_sha256="",
            clock=lambda: 0.0,
            concurrency=engine_threads(workers),
            keep=keep,
            under_way=where,
        )

    earlier = again(1, roster)
    where = under_way(earlier, cycle.cycle.start + timedelta(60), cycle.cycle.zone)
    removed = earlier.matches[0].coach
    coaches = tuple(
        one.model_copy(update={"capacity": one.capacity + 1})
        for one in roster.coaches
        if one.id != removed
    )
    left = roster.model_copy(update={"coaches": coaches})
    alone = again(1, left, earlier, where)
    assert again(2, left, earlier, where) == alone
    assert any(move.coachee == earlier.matches[0].coachee for move in alone.moves)
