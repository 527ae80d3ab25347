"""Services for commands on the server's terminal, acting as the system itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.cli.serve import settings_from
from api.http.app import open_services
from api.workflows.services import Services


@contextmanager
def open_on_terminal(data: Path | None) -> Iterator[Services]:
    """The services of the deployment whose data is in `data`, for the block.

    Raises:
        ProgrammeError: the settings, the database or the key file cannot be used.
    """
    services, queue = open_services(settings_from(data_dir=data))
    try:
        yield services
    finally:
        queue.close()
        services.database.close()
