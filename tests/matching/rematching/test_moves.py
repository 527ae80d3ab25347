from __future__ import annotations

from datetime import timedelta

from coach.availability import DateRange, WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from matching.instance.availability_grid import build_availability_grid
from matching.rematching.moves import explain_moves
from matching.result import CoacheeChange, Move, Result
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from tests.matching.auditor.test_auditor_mutations import CYCLE, ROSTER, SOUND
from tests.matching.planner import shifted


def told(roster: Roster, after: Result) -> dict[str, Move]:
    return {move.coachee: move for move in explain_moves(evaluator(roster, CYCLE), SOUND, after)}


def evaluator(roster: Roster, cycle: Cycle) -> RuleEvaluator:
    return RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))


def changed(roster: Roster, one: str, **changes: object) -> Roster:
    return Roster(
        coachees=tuple(
            person.model_copy(update=changes) if person.id == one else person
            for person in roster.coachees
        ),
        coaches=tuple(
            person.model_copy(update=changes) if person.id == one else person
            for person in roster.coaches
        ),
    )


def without(one: str) -> Result:
    kept = tuple(match for match in SOUND.matches if match.coachee != one)
    return SOUND.model_copy(update={"matches": kept})


def test_where_nothing_changed_there_is_nothing_to_tell() -> None:
    assert explain_moves(evaluator(ROSTER, CYCLE), SOUND, SOUND) == ()


def test_each_reason_a_pair_is_gone_is_told() -> None:
    left = Roster(coachees=ROSTER.coachees[1:], coaches=ROSTER.coaches)
    assert told(left, without("c1"))["c1"].because == "c1 is no longer among the coachees"
    gone = Roster(coachees=ROSTER.coachees, coaches=ROSTER.coaches[1:])
    assert told(gone, without("c1"))["c1"].because == "k1 is no longer among the coaches"
    refused = changed(ROSTER, "k1", refuses=frozenset({"c1"}))
    assert told(refused, without("c1"))["c1"].because == "refusal: refused by one of the two"
    busy = changed(ROSTER, "c1", availability=(WeeklyWindow(4, 540, 600),))
    assert told(busy, without("c1"))["c1"].because == "not all sessions find a time any more"
    fewer = changed(ROSTER, "k1", capacity=1)
    move = told(fewer, without("c1"))["c1"]
    assert move.because == "k1 takes 1 coachees, had 2"
    assert (move.change, move.before, move.after) == (CoacheeChange.UNPLACED, "k1", None)


def test_a_pair_that_could_have_stayed_made_room() -> None:
    first, *others = SOUND.matches
    newcomer = first.model_copy(update={"coachee": "c4"})
    after = SOUND.model_copy(update={"matches": (newcomer, *others)})
    by_coachee = told(ROSTER, after)
    assert by_coachee["c1"].because == "to place somebody who had no coach before"
    assert by_coachee["c4"].because == "had no coach before"
    assert told(ROSTER, without("c1"))["c1"].because == (
        "the places and hours of this coach are needed by others"
    )


def test_a_moved_session_says_who_is_not_free_or_that_others_moved() -> None:
    first, *others = SOUND.matches
    later = tuple(shifted(session, timedelta(hours=1)) for session in first.sessions)
    moved = first.model_copy(update={"sessions": later})
    after = SOUND.model_copy(update={"matches": (moved, *others)})
    day = DateRange(first.sessions[0].start.date(), first.sessions[0].start.date())
    away = changed(ROSTER, "c1", unavailable=(day,))
    move = told(away, after)["c1"]
    assert move.change is CoacheeChange.RETIMED
    assert [one.because for one in move.sessions] == [
        "c1 not free at the old time", "the times around it moved", "the times around it moved",
    ]  # fmt: skip
    assert move.because == "c1 not free at the old time; the times around it moved"
    blackout = CYCLE.calendar.model_copy(update={"blackout": (day,)})
    cycle = CYCLE.model_copy(update={"calendar": blackout})
    (again,) = explain_moves(evaluator(ROSTER, cycle), SOUND, after)
    assert again.sessions[0].because == "the cycle has no session at that time any more"


def test_a_result_without_moves_does_not_mention_them() -> None:
    assert '"moves"' not in SOUND.model_dump_json()
    told = explain_moves(evaluator(ROSTER, CYCLE), SOUND, without("c1"))
    written = without("c1").model_copy(update={"moves": told}).model_dump_json()
    assert Result.model_validate_json(written).moves == told
