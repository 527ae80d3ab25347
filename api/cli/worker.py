"""`gender-coach worker`: does jobs beside servers that were started with `--no-worker`."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from api.app import open_services
from api.background.worker import Worker
from api.background.worker_lease import slot
from api.cli.serve import prepare
from api.cli.services import settings_from
from api.logging.setup import set_up_logs


def worker(
    *,
    number: Annotated[
        int, typer.Option("--slot", min=1, max=999, help="This worker's number; each has its own.")
    ] = 1,
    data: Annotated[Path | None, typer.Option(help="Folder of the database and keys.")] = None,
) -> None:
    """Do the runs that servers queue, until it is stopped."""
    settings = settings_from(data_dir=data, executor_id=f"worker@{number}")
    set_up_logs(settings)
    prepare(settings)
    services, queue = open_services(settings)
    stopping = threading.Event()
    for sent in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sent, lambda *_: stopping.set())
    with slot(services.database, settings.data_dir, settings.executor_id):
        working = Worker(services)
        working.start()
        typer.echo(f"Doing jobs as {settings.executor_id}. Stop with Ctrl+C.")
        stopping.wait()
        working.stop()
    queue.close()
    services.database.close()
