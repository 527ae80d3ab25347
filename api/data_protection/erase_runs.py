"""Erasing all people in a cycle from its runs, plans and policy."""

from __future__ import annotations

import json

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as Transaction

from api.background.task_failure import erased_failure
from api.data_protection.redaction import ERASED
from api.runs.frozen_input import RunInput
from api.runs.rows import PlanRow, RunProgressRow, RunRow
from coach.cycle import Cycle
from matching.facts.names import ERASED as ERASED_FACT
from matching.result import Result


def erase_runs(tx: Transaction, cycle_id: str) -> None:
    """Erase the data that `erase_people` leaves in a cycle's runs and plans.

    Erases the reasons, remedies and moves in plans and in the earlier results that were inputs of
    runs, the names and comments of plans, the settings for individual people, the details of
    failures, run records, and progress. Runs with their lists, times and fingerprints remain, and
    so do pairs, by code, with their session times.
    """
    runs = select(RunRow.id).where(RunRow.cycle_id == cycle_id)
    for run in tx.scalars(select(RunRow).where(RunRow.cycle_id == cycle_id)).all():
        run_input = RunInput.model_validate_json(run.input)
        own = run_input.own_policy
        run.input = run_input.model_copy(
            update={
                "cycle": without_people(run_input.cycle),
                "own_policy": None if own is None else without_people(own),
                "keep": None if run_input.keep is None else _without_text(run_input.keep),
            }
        ).model_dump_json()
        if run.failure is not None:
            run.failure = erased_failure(run.failure, ERASED)
    for plan in tx.scalars(select(PlanRow).where(PlanRow.cycle_id == cycle_id)).all():
        result = Result.model_validate_json(plan.result)
        plan.result = _without_text(result).model_dump_json()
        plan.name = plan.comment = ""
    tx.flush()
    for statement in (
        update(RunRow).where(RunRow.cycle_id == cycle_id).values(record=None),
        delete(RunProgressRow).where(RunProgressRow.run_id.in_(runs)),
    ):
        tx.execute(statement, execution_options={"synchronize_session": False})


def without_people(policy: Cycle) -> Cycle:
    """Return a policy without pins, bans, waivers or individual preferred times."""
    times = policy.timetable.with_preferred_times({})
    return policy.model_copy(update={"pins": {}, "bans": {}, "waivers": (), "timetable": times})


def minimal_source(policy: Cycle) -> str:
    """Return a cycle file with only the cycle's name, dates and time zone.

    This file replaces an uploaded one, which may contain people's names anywhere.
    """
    dates = policy.cycle
    name, zone = (json.dumps(text, ensure_ascii=False) for text in (dates.name, dates.timezone))
    return (
        f"# The rest {ERASED}.\n[cycle]\nname = {name}\n"
        f"start = {dates.start}\nend = {dates.end}\ntimezone = {zone}\n"
    )


def _without_text(result: Result) -> Result:
    """Return a result with its remedies, its moves, and the reasons for its verdicts removed.

    These reveal languages, ranks and availability.
    """
    return result.model_copy(
        update={
            "matches": tuple(
                match.model_copy(
                    update={
                        "verdicts": tuple(
                            verdict.model_copy(update={"reason": ERASED_FACT()})
                            for verdict in match.verdicts
                        )
                    }
                )
                for match in result.matches
            ),
            "unmatched": tuple(one.model_copy(update={"remedies": ()}) for one in result.unmatched),
            "moves": (),
        }
    )
