"""Reads the `.eml` files in a folder, for sites without a mailbox.

A file is recorded before it is moved to the folder `read`. Links, pipes, folders and anything else
that is not a regular file are never opened: they are recorded and moved to `refused`. Programs
should write a file under another name and then rename it, so that it is not read before it is
complete.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import WorkerShutdownError
from api.replies.intake import ArrivedMail, record_mails
from api.replies.reading.incoming_mail import MailType
from api.replies.reading.limits import MAX_MAIL_BYTES, stored_line
from api.replies.rows import MailOrigin
from api.services import Services

READ, REFUSED = "read", "refused"
BATCH_SIZE = 50
_BATCH_BYTES = 20 * 1024 * 1024
_BEGINNING = 16 * 1024  # number of bytes kept of an email that is too large
_LOG = logging.getLogger(__name__)
_NEVER_SET = threading.Event()


def read_drop_folder(
    services: Services, folder: Path, *, stopping: threading.Event = _NEVER_SET
) -> int:
    """Record all emails in a folder, and return how many were new.

    Raises:
        OSError: the folder cannot be read.
        WorkerShutdownError: `stopping` was set.
    """
    new = 0
    for batch in _batches(folder):
        if stopping.is_set():
            raise WorkerShutdownError
        mails = [mail for _, mail in batch]
        new += retry_while_unavailable(stopping, partial(record_mails, services, mails))
        for path, mail in batch:
            _move(path, folder / (REFUSED if mail.type is MailType.ODD_FILE else READ))
    return new


def _batches(folder: Path) -> Iterator[list[tuple[Path, ArrivedMail]]]:
    batch: list[tuple[Path, ArrivedMail]] = []
    size = 0
    for path in _oldest_first(folder):
        mail = _read(path)
        if mail is None:
            continue
        batch.append((path, mail))
        size += len(mail.raw)
        if len(batch) >= BATCH_SIZE or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _oldest_first(folder: Path) -> list[Path]:
    found: list[tuple[int, Path]] = []
    for path in folder.iterdir():
        if path.suffix.lower() == ".eml" and not path.name.startswith("."):
            with contextlib.suppress(FileNotFoundError):
                found.append((path.lstat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def _read(path: Path) -> ArrivedMail | None:
    """Read a file without following links or waiting for a pipe; `None` if the file is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError:  # a link, a socket, or a file that may not be read
        return _odd_file(path)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return _odd_file(path)
    with os.fdopen(descriptor, "rb") as file:
        received_at = datetime.fromtimestamp(status.st_mtime, UTC)
        if status.st_size > MAX_MAIL_BYTES:
            name = f"{path.name} {status.st_size} {status.st_mtime_ns}"
            raw = file.read(_BEGINNING)
            return ArrivedMail(raw, MailOrigin.FOLDER, received_at, MailType.TOO_LARGE, name)
        return ArrivedMail(file.read(MAX_MAIL_BYTES + 1), MailOrigin.FOLDER, received_at)


def _odd_file(path: Path) -> ArrivedMail | None:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    received_at = datetime.fromtimestamp(status.st_mtime, UTC)
    name = f"{path.name} {status.st_ino} {status.st_mtime_ns}"
    return ArrivedMail(b"", MailOrigin.FOLDER, received_at, MailType.ODD_FILE, stored_line(name))


def _move(path: Path, target: Path) -> None:
    """Move a file, under another name if its name is already taken.

    A file that cannot be moved is recognised as a copy the next time.
    """
    try:
        target.mkdir(mode=0o700, exist_ok=True)
        destination, number = target / path.name, 1
        while os.path.lexists(destination):
            number += 1
            destination = target / f"{path.stem}-{number}{path.suffix}"
        with contextlib.suppress(FileNotFoundError):
            path.rename(destination)
    except OSError as error:
        _LOG.warning("a file that was read cannot be moved: %s", error.strerror)
