from __future__ import annotations

from datetime import timedelta

from coach.availability import DateRange, WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.renderer import english
from matching.instance.availability_grid import build_availability_grid
from matching.rematching.moves import explain_moves
from matching.result import CoacheeChange, Move, Result
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from tests.matching.auditor.test_auditor_mutations import CYCLE, ROSTER, SOUND
from tests.matching.planner import shifted


def moves_by_coachee(roster: Roster, after: Result) -> dict[str, Move]:
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


def test_rematch_without_changes_has_no_moves() -> None:
    assert explain_moves(evaluator(ROSTER, CYCLE), SOUND, SOUND) == ()


def test_move_names_each_reason_why_a_pair_became_impossible() -> None:
    left = Roster(coachees=ROSTER.coachees[1:], coaches=ROSTER.coaches)
    assert (
        english(moves_by_coachee(left, without("c1"))["c1"].reason)
        == "c1 is no longer in the list of coachees"
    )
    without_coach = Roster(coachees=ROSTER.coachees, coaches=ROSTER.coaches[1:])
    assert (
        english(moves_by_coachee(without_coach, without("c1"))["c1"].reason)
        == "k1 is no longer in the list of coaches"
    )
    refused = changed(ROSTER, "k1", refuses=frozenset({"c1"}))
    assert (
        english(moves_by_coachee(refused, without("c1"))["c1"].reason)
        == "refusal: refused by one of the two"
    )
    busy = changed(ROSTER, "c1", availability=(WeeklyWindow(4, 540, 600),))
    assert (
        english(moves_by_coachee(busy, without("c1"))["c1"].reason)
        == "it is no longer possible to schedule all sessions"
    )
    fewer = changed(ROSTER, "k1", capacity=1)
    move = moves_by_coachee(fewer, without("c1"))["c1"]
    assert english(move.reason) == "k1 now has 1 place instead of 2"
    assert (move.change, move.before, move.after) == (CoacheeChange.UNPLACED, "k1", None)


def test_move_of_pair_that_could_have_stayed_reports_that_it_made_room() -> None:
    first, *others = SOUND.matches
    newcomer = first.model_copy(update={"coachee": "c4"})
    after = SOUND.model_copy(update={"matches": (newcomer, *others)})
    by_coachee = moves_by_coachee(ROSTER, after)
    assert english(by_coachee["c1"].reason) == "to make room for someone who had no coach before"
    assert english(by_coachee["c4"].reason) == "had no coach before"
    assert english(moves_by_coachee(ROSTER, without("c1"))["c1"].reason) == (
        "other coachees need this coach's places or times"
    )


def test_moved_session_reports_who_is_not_free_or_that_others_moved() -> None:
    first, *others = SOUND.matches
    later = tuple(shifted(session, timedelta(hours=1)) for session in first.sessions)
    moved = first.model_copy(update={"sessions": later})
    after = SOUND.model_copy(update={"matches": (moved, *others)})
    day = DateRange(first.sessions[0].start.date(), first.sessions[0].start.date())
    away = changed(ROSTER, "c1", unavailable=(day,))
    move = moves_by_coachee(away, after)["c1"]
    assert move.change is CoacheeChange.RETIMED
    assert [english(one.reason) for one in move.sessions] == [
        "c1 is not free at the old time", "other sessions were moved", "other sessions were moved",
    ]  # fmt: skip
    assert english(move.reason) == "c1 is not free at the old time; other sessions were moved"
    blackout = CYCLE.calendar.model_copy(update={"blackout": (day,)})
    cycle = CYCLE.model_copy(update={"calendar": blackout})
    (again,) = explain_moves(evaluator(ROSTER, cycle), SOUND, after)
    assert (
        english(again.sessions[0].reason)
        == "sessions in this cycle can no longer start at that time"
    )


def test_result_without_moves_omits_the_key() -> None:
    assert '"moves"' not in SOUND.model_dump_json()
    moves = explain_moves(evaluator(ROSTER, CYCLE), SOUND, without("c1"))
    written = without("c1").model_copy(update={"moves": moves}).model_dump_json()
    assert Result.model_validate_json(written).moves == moves
