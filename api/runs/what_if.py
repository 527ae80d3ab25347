"""Starts what-if runs, which use another policy without changing the cycle's own."""

from __future__ import annotations

from api.input_files.policy_file import parse_policy_file
from api.input_files.source import NamedFile
from api.participants.policy import checked_policy
from api.runs.earlier_pairs import with_earlier_pairs
from api.runs.rows import RunPurpose
from api.runs.run_input import default_options, freeze_input
from api.runs.run_queue import queue_run
from api.runs.run_view import RunView
from api.services import Services


def start_what_if(services: Services, cycle_id: str, file: NamedFile, *, keep: bool) -> RunView:
    """Queue a run with the cycle's current lists and the policy in another cycle file.

    The resulting plan can be read and compared, but not published. If `keep` is true, the level
    `kept` counts the pairs kept from the published plan.

    Raises:
        NotFoundError: there is no such cycle.
        UnusableInputError: the file is invalid or refers to people who are not in the cycle. The
            error lists all faults.
        ConflictError: the cycle already has a queued or running run, or has no coachees or no
            coaches.
    """
    parsed = parse_policy_file(file)
    options = default_options(services.settings).model_copy(update={"keep": keep})
    with services.database.writing() as tx:
        policy, now = checked_policy(tx, cycle_id, parsed), services.now()
        own = freeze_input(tx, cycle_id, options, now=now)
        roster = with_earlier_pairs(tx, cycle_id, own.roster, policy)
        changed = {"roster": roster, "cycle": policy, "own_policy": own.cycle}
        run_input = own.model_copy(update=changed)
        return queue_run(
            tx,
            services.enqueue,
            cycle_id,
            run_input,
            options,
            now=now,
            purpose=RunPurpose.WHAT_IF,
        )
