"""UIDs of sessions after a re-match, which decide whose calendar events are updated."""

from __future__ import annotations

import time

from coach.cycle import Cycle
from matching.engine import SolveOptions, solve
from matching.result import Result
from tests.matching.auditor.test_auditor_mutations import CYCLE, ROSTER


def _solved(cycle: Cycle, keep: Result | None = None) -> Result:
    return solve(
        ROSTER,
        cycle,
        options=SolveOptions(explain=False),
        input_sha256="0" * 64,
        clock=time.monotonic,
        keep=keep,
    )


def _uids(result: Result) -> dict[tuple[str, str], set[str]]:
    return {(one.coachee, one.coach): {each.uid for each in one.sessions} for one in result.matches}


def test_replacement_coach_gets_new_uids_and_kept_pairs_keep_theirs() -> None:
    cycle = CYCLE.model_copy(update={"pins": {}, "bans": {}})
    first = _solved(cycle)
    replaced = first.matches[0]
    bans = {replaced.coachee: frozenset({replaced.coach})}
    second = _solved(cycle.model_copy(update={"bans": bans}), keep=first)
    before, after = _uids(first), _uids(second)
    kept = before.keys() & after.keys()
    new = after.keys() - before.keys()
    assert any(coachee == replaced.coachee for coachee, _ in new)
    assert all(before[pair] == after[pair] for pair in kept)
    former = set().union(*before.values())
    assert all(former.isdisjoint(after[pair]) for pair in new)
