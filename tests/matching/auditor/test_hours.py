"""The availability computed by the auditor, compared with that computed by the engine."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from coach.availability import BusyTime, DateRange, WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from matching.auditor.hours import AuditCalendar
from matching.instance.availability_grid import build_availability_grid
from tests.matching.auditor.test_auditor_mutations import coach, coachee
from tests.matching.reference import common_starts

ZONES = ("Europe/Belgrade", "Europe/London", "America/New_York", "Asia/Kolkata", "Africa/Nairobi")
CLOCK_CHANGES = (date(2027, 3, 25), date(2027, 10, 28), date(2027, 3, 12), date(2026, 12, 28))
EDGES = (0, 30, 90, 120, 150, 180, 540, 720, 1290, 1350, 1380, 1410, 1440)

windows = st.lists(
    st.builds(
        lambda day, one, other: WeeklyWindow(day, min(one, other), max(one, other)),
        st.integers(0, 6),
        st.sampled_from(EDGES),
        st.sampled_from(EDGES),
    ).filter(lambda window: window.start_minute < window.end_minute),
    max_size=6,
).map(tuple)


@st.composite
def rosters_and_cycles(draw: st.DrawFn) -> tuple[Roster, Cycle]:
    start = draw(st.sampled_from(CLOCK_CHANGES))
    days = st.integers(-2, 10).map(lambda n: start + timedelta(n))
    off = st.lists(st.builds(lambda day: DateRange(day, day), days), max_size=3).map(tuple)
    edges = st.tuples(st.sampled_from(EDGES), st.sampled_from(EDGES)).map(sorted)
    busy = st.lists(
        st.builds(lambda day, edge: BusyTime(day, *edge), days, edges).filter(
            lambda one: one.start_minute < one.end_minute
        ),
        max_size=4,
    ).map(tuple)

    def hours() -> dict[str, object]:
        return {
            "availability": draw(windows),
            "unavailable": draw(off),
            "busy": draw(busy),
            "timezone": draw(st.sampled_from(ZONES)),
            "country": draw(st.sampled_from(("SE", "RS", "AL"))),
        }

    cycle = Cycle.model_validate(
        {
            "cycle": {
                "start": start,
                "end": start + timedelta(draw(st.integers(0, 9))),
                "timezone": draw(st.sampled_from(ZONES)),
            },
            "sessions": {
                "minutes": draw(st.sampled_from((20, 60, 90, 240))),
                "grid_minutes": draw(st.sampled_from((30, 45, 60))),
            },
            "calendar": {"blackout": draw(off)},
        }
    )
    roster = Roster(coachees=(coachee("c1", **hours()),), coaches=(coach("k1", **hours()),))
    return roster, cycle


@given(rosters_and_cycles())
@settings(max_examples=150, deadline=None)
def test_auditor_and_engine_compute_the_same_availability(instance: tuple[Roster, Cycle]) -> None:
    roster, cycle = instance
    ours, theirs = (
        AuditCalendar(cycle).availability_grid(roster),
        build_availability_grid(roster, cycle),
    )
    assert ours.starts.tolist() == theirs.starts.tolist()
    assert ours.day.tolist() == theirs.day.tolist()
    assert ours.week.tolist() == theirs.week.tolist()
    assert ours.coachees.tolist() == theirs.coachees.tolist()
    assert ours.coaches.tolist() == theirs.coaches.tolist()


def test_session_may_end_at_midnight_before_a_blackout_and_after_the_last_day() -> None:
    evening = (WeeklyWindow(0, 1320, 1440), WeeklyWindow(1, 1320, 1440))
    roster = Roster(
        coachees=(coachee("c1", availability=evening),),
        coaches=(coach("k1", availability=evening),),
    )
    tuesday, wednesday = date(2027, 1, 26), date(2027, 1, 27)
    cycle = Cycle.model_validate(
        {
            "cycle": {"start": date(2027, 1, 25), "end": tuesday, "timezone": "Europe/Stockholm"},
            "sessions": {"minutes": 60, "grid_minutes": 60},
            "calendar": {"blackout": (DateRange(wednesday, wednesday),)},
        }
    )
    starts = AuditCalendar(cycle).availability_grid(roster).starts.tolist()
    late = [start for start in starts if start % 1440 == 22 * 60]  # 23:00 in Stockholm
    assert len(late) == 2
    assert len(common_starts(roster.coachees[0], roster.coaches[0], cycle)) == 4
    shorter = cycle.model_copy(update={"calendar": cycle.calendar.model_copy(
        update={"blackout": (DateRange(tuesday, tuesday),)})})  # fmt: skip
    assert late[0] in AuditCalendar(shorter).availability_grid(roster).starts.tolist()
    assert late[1] not in AuditCalendar(shorter).availability_grid(roster).starts.tolist()
