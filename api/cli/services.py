"""Services for administrative commands, whose actions are attributed to the system.

This module imports neither the web server nor the engine, so that commands such as `backup` start
quickly.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session as Transaction

from api.background.job import Job
from api.bootstrap import open_database_and_keyring
from api.cli import admin_facts as facts
from api.data_protection import copies
from api.group_events.invited import update_cycle
from api.http.principal import SYSTEM
from api.invitations.moved_address import move_invitations
from api.services import Services
from api.settings import Settings
from coach.errors import InputFault, UnusableInputError
from coach.texts.facts import Fact
from coach.validation_errors import validation_fact


@contextmanager
def open_cli_services(data: Path | None) -> Iterator[Services]:
    """Open the services for the data folder `data`, and close them at the end of the block.

    Raises:
        DomainError: the settings, the database or the key file cannot be used.
    """
    settings = load_settings(data_dir=data)
    database, keyring = open_database_and_keyring(settings)
    queue = _LazyQueue(settings.database_url)
    try:
        yield Services(
            settings,
            database,
            keyring,
            queue,
            address_changed=move_invitations,
            people_changed=update_cycle,
        ).on_behalf_of(lambda: SYSTEM)
    finally:
        queue.close()
        database.close()


def load_settings(**options: Any) -> Settings:  # noqa: ANN401 - options of several commands
    """Read the settings from the environment; `options` that are not `None` override them.

    Raises:
        UnusableInputError: there are invalid settings; the error lists all of them.
    """
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        raise UnusableInputError(
            InputFault("settings", 1, ".".join(map(str, one["loc"])), validation_fact(one))
            for one in error.errors(include_url=False)
        ) from None


def migrate_job_tables(url: str) -> None:
    """Import the job engine, and create or migrate its tables."""
    importlib.import_module("api.background.queue").migrate_job_tables(url)


def copy_after_erasure(services: Services) -> Fact:
    """Make a backup without the erased data if `backup_dir` is set.

    Return the message to print: that the backup was made, or that older ones remain.

    Raises:
        DomainError: the backup cannot be written, or would be stored next to its key.
    """
    made = copies.copy_after_erasure(services, migrate_job_tables)
    if made is None:
        return facts.OLDER_BACKUPS()
    return facts.BACKED_UP_AFTER_ERASURE(count=made.deleted, file=str(made.path))


class _LazyQueue:
    """A job queue opened on first use, because few commands queue jobs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._queue: Any = None

    def __call__(self, tx: Transaction, job: Job) -> None:
        """Queue `job`."""
        if self._queue is None:
            queue = importlib.import_module("api.background.queue")
            job_types = importlib.import_module("api.job_types")
            self._queue = queue.JobQueue(self._url, job_types.JOB_TYPES)
        self._queue(tx, job)

    def close(self) -> None:
        """Close the queue if it was opened."""
        if self._queue is not None:
            self._queue.close()
