"""What-if runs: a run under another policy, which does not become the policy of the cycle."""

from __future__ import annotations

from api.input_files.policy_file import parse_policy_file
from api.input_files.source import NamedFile
from api.participants.policy import checked_policy
from api.runs.rows import RunPurpose
from api.runs.run_input import default_options, freeze_input
from api.runs.run_queue import queue_run
from api.runs.run_view import RunView
from api.services import Services


def start_what_if(services: Services, cycle_id: str, file: NamedFile, *, keep: bool) -> RunView:
    """Queue a run on the people of a cycle under the policy of another cycle file.

    Its plan is a what-if: it can be read and compared, never published. With `keep`, level `kept`
    counts the pairs of the published plan that stay.

    Raises:
        NotFoundError: there is no such cycle.
        UnusableInputError: with every fault of the file, checked against the people of the cycle.
        ConflictError: a run of the cycle is still open, or one of its sides is empty.
    """
    parsed = parse_policy_file(file)
    options = default_options(services.settings).model_copy(update={"keep": keep})
    with services.database.writing() as tx:
        policy, now = checked_policy(tx, cycle_id, parsed), services.now()
        own = freeze_input(tx, cycle_id, options, now=now)
        run_input = own.model_copy(update={"cycle": policy, "own_policy": own.cycle})
        return queue_run(
            tx,
            services.enqueue,
            cycle_id,
            run_input,
            options,
            now=now,
            purpose=RunPurpose.WHAT_IF,
        )
