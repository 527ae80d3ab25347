"""What if the policy were another: a run that works from it and leaves the cycle as it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.background.job import Enqueue
from api.runs.rows import RunPurpose
from api.runs.run_input import RunOptions, freeze_input
from api.runs.run_view import RunView
from api.runs.service import queue_run
from coach.cycle import Cycle


def start_what_if(
    tx: Transaction,
    enqueue: Enqueue,
    cycle_id: str,
    policy: Cycle,
    options: RunOptions,
    *,
    now: datetime,
) -> RunView:
    """Queue a run on the people of a cycle as they are, under another policy.

    Its plan is a what-if: it can be read and compared, never published.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: a run of the cycle is still open, or one of its sides is empty.
    """
    own = freeze_input(tx, cycle_id, options, now=now)
    run_input = own.model_copy(update={"cycle": policy, "own_policy": own.cycle})
    return queue_run(tx, enqueue, cycle_id, run_input, options, now=now, purpose=RunPurpose.WHAT_IF)
