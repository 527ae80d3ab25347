"""`gender-coach worker`: runs jobs for servers that were started with `--no-worker`."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from api.app import open_services
from api.background.worker import Worker
from api.background.worker_lease import WAIT_FOR_LEASE_SECONDS, hold_worker_lease
from api.cli import admin_facts as facts
from api.cli.output import echo
from api.cli.output import gettext as _
from api.cli.serve import prepare_database
from api.cli.services import load_settings
from api.job_types import JOB_TYPES
from api.logging.setup import configure_logging


def worker(
    *,
    number: Annotated[
        int,
        typer.Option(
            "--slot", min=1, max=999, help=_("The number of this worker; must be unique.")
        ),
    ] = 1,
    data: Annotated[
        Path | None, typer.Option(help=_("Folder that contains the database and the keys."))
    ] = None,
) -> None:
    """Run queued jobs until stopped."""
    settings = load_settings(data_dir=data, executor_id=f"worker@{number}")
    configure_logging(settings)
    prepare_database(settings)
    services, queue = open_services(settings)
    stopping = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stopping.set())
    with hold_worker_lease(
        services.database, settings.executor_id, wait_seconds=WAIT_FOR_LEASE_SECONDS
    ) as lease:
        running_worker = Worker(services, JOB_TYPES, lease, on_taken_over=stopping.set)
        running_worker.start()
        echo(facts.RUNNING_JOBS(name=settings.executor_id))
        stopping.wait()
        running_worker.stop()
    queue.close()
    services.database.close()
