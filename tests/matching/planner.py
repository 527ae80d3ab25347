"""A simple greedy planner that produces sound results for tests of the audit."""

from __future__ import annotations

from datetime import datetime, timedelta

from coach.availability import epoch_minute
from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Coach, Coachee, Roster
from coach.sessions import Session
from matching.coach_timetable.quality import Quality
from matching.instance.availability_grid import build_availability_grid
from matching.result import FunnelStep, LevelOutcome, Match, Result, Unmatched
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from tests.matching.reference import blocking_rules, can_meet, common_starts, series_holds

HARD = ("language", "country", "rank", "unit", "refusal", "ban")


def plan(roster: Roster, cycle: Cycle) -> Result:
    """Match each coachee with the first coach who has free capacity and a feasible series."""
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    booked: dict[str, list[list[datetime]]] = {coach.id: [] for coach in roster.coaches}
    matches, unmatched = [], []
    for row, coachee in enumerate(roster.coachees):
        for column, coach in enumerate(roster.coaches):
            if blocking_rules(coachee, coach, cycle) or len(booked[coach.id]) >= coach.capacity:
                continue
            series = _first_series(coachee, coach, cycle, booked[coach.id])
            if series is None:
                continue
            booked[coach.id].append(series)
            verdicts = evaluator.verdicts(row, column)
            matches.append(
                Match(
                    coachee=coachee.id,
                    coach=coach.id,
                    points=sum(verdict.points * verdict.weight for verdict in verdicts),
                    verdicts=verdicts,
                    sessions=tuple(
                        Session(
                            uid=f"{coachee.id}-{number}",
                            number=number,
                            start=start,
                            end=ends(start, cycle),
                        )
                        for number, start in enumerate(series, start=1)
                    ),
                )
            )
            break
        else:
            unmatched.append(_unmatched(roster, coachee, cycle))
    return Result(
        status="feasible",
        seed=0,
        input_sha256="0" * 64,
        wall_seconds=0.1,
        levels=_levels(roster, cycle, matches),
        matches=tuple(matches),
        unmatched=tuple(unmatched),
    )


def ends(start: datetime, cycle: Cycle) -> datetime:
    """Return the end of a session, with the UTC offset of the cycle's time zone."""
    zone = cycle.cycle.zone
    return datetime.fromtimestamp(start.timestamp() + cycle.sessions.minutes * 60, zone)


def _first_series(
    coachee: Coachee, coach: Coach, cycle: Cycle, booked: list[list[datetime]]
) -> list[datetime] | None:
    starts = common_starts(coachee, coach, cycle)

    def extend(series: list[datetime]) -> list[datetime] | None:
        if len(series) == cycle.sessions.count:
            return series
        for start in starts:
            longer = [*series, start]
            if series_holds(longer, booked, coach, cycle) and (found := extend(longer)):
                return found
        return None

    return extend([])


def _unmatched(roster: Roster, coachee: Coachee, cycle: Cycle) -> Unmatched:
    blocked = {coach: blocking_rules(coachee, coach, cycle) for coach in roster.coaches}
    steps = [
        FunnelStep(
            rule=rule,
            left=sum(not set(HARD[: place + 1]) & set(names) for names in blocked.values()),
        )
        for place, rule in enumerate(HARD)
    ]
    fit = [coach for coach, names in blocked.items() if not names]
    able = sum(can_meet(coachee, coach, cycle) for coach in fit)
    steps.append(FunnelStep(rule="schedule", left=able))
    reason = "all-taken" if able else "nobody-schedulable" if fit else "nobody-eligible"
    return Unmatched(coachee=coachee.id, reason=reason, funnel=tuple(steps), remedies=())


def _levels(roster: Roster, cycle: Cycle, matches: list[Match]) -> tuple[LevelOutcome, ...]:
    priority = {coachee.id: coachee.priority for coachee in roster.coachees}
    values = {
        ObjectiveLevel.PLACED: sum(priority[match.coachee] for match in matches),
        ObjectiveLevel.KEPT: 0,
        ObjectiveLevel.WORST: min((match.points for match in matches), default=0),
        ObjectiveLevel.TOTAL: sum(match.points for match in matches),
        ObjectiveLevel.SCHEDULE: sum(_quality(roster, cycle, match) for match in matches),
    }
    return tuple(
        LevelOutcome(name=name, value=values[name], bound=values[name] + 1, proven=False)
        for name in cycle.objective.levels
    )


def _quality(roster: Roster, cycle: Cycle, match: Match) -> int:
    row = [one.id for one in roster.coachees].index(match.coachee)
    column = [one.id for one in roster.coaches].index(match.coach)
    times = [
        (cycle.cycle.days.index(session.start.date()), epoch_minute(session.start))
        for session in match.sessions
    ]
    return Quality(roster, cycle).points(row, column, times)


def shifted(session: Session, by: timedelta) -> Session:
    """Return the session at another time, with the same UTC offset."""
    return session.model_copy(update={"start": session.start + by, "end": session.end + by})
