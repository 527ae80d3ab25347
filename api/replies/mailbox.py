"""Reads a mailbox over IMAP (RFC 9051).

Emails are recorded in the order of their UIDs, then the last UID is stored, and only after that are
the emails marked as seen or moved. No email is therefore lost if a worker crashes or other programs
change flags, and an email that is read again is recognised as a copy.
"""

from __future__ import annotations

import hashlib
import imaplib
import re
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import WorkerShutdownError
from api.mail.settings import ReplySettings, Security
from api.replies import facts
from api.replies.intake import ArrivedMail, record_mails
from api.replies.reading.incoming_mail import MailType
from api.replies.reading.limits import MAX_MAIL_BYTES
from api.replies.rows import MailboxPositionRow, MailOrigin
from api.services import Services
from coach.errors import DomainError

BATCH_SIZE = 50
_BATCH_BYTES = 20 * 1024 * 1024
_MAX_UID = 2**32 - 1
_SIZE = re.compile(rb"UID (\d+)[^)]*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+)[^)]*?UID (\d+)")
_NEVER_SET = threading.Event()


class MailboxUnavailableError(DomainError):
    """The mailbox cannot be reached, or rejects the credentials."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder of an open mailbox, and the position at which reading continues."""

    box: BaseMailBox
    settings: ReplySettings
    key: str
    uid_validity: int
    last_uid: int

    def new_sizes(self) -> list[tuple[int, int]]:
        """Return the UID and size of each email not yet recorded, in ascending UID order."""
        status, answers = self.box.client.uid(
            "FETCH", f"{self.last_uid + 1}:*", "(UID RFC822.SIZE)"
        )
        found = [_SIZE.search(one) for one in _bytes_in(answers)] if status == "OK" else []
        sizes = ((int(one[1] or one[4]), int(one[2] or one[3])) for one in found if one)
        return sorted(one for one in sizes if one[0] > self.last_uid)

    def fetch(self, uid: int, size: int) -> ArrivedMail | None:
        """Return an email, or only the headers if it is too large, or `None` if it has vanished."""
        is_large = size > MAX_MAIL_BYTES
        what = "BODY.PEEK[HEADER]" if is_large else "BODY.PEEK[]"
        _, answers = self.box.client.uid("FETCH", str(uid), f"(INTERNALDATE {what})")
        for answer in answers or ():
            if isinstance(answer, tuple):
                return ArrivedMail(
                    bytes(answer[1]),
                    MailOrigin.MAILBOX,
                    _internal_date(_outside_literals(answers)),
                    MailType.TOO_LARGE if is_large else None,
                    f"{self.key} {self.uid_validity} {uid}" if is_large else "",
                )
        return None

    def put_away(self, last_uid: int) -> None:
        """Mark the emails up to a UID as seen, or move them."""
        uids = [uid for uid in self.box.uids(f"UID 1:{last_uid}") if int(uid) <= last_uid]
        if self.settings.read_mailbox:
            self.box.move(uids, self.settings.read_mailbox, chunks=BATCH_SIZE)
        else:
            self.box.flag(uids, MailMessageFlags.SEEN, value=True, chunks=BATCH_SIZE)


def read_mailbox(services: Services, *, stopping: threading.Event = _NEVER_SET) -> int:
    """Record all new emails in the configured mailbox, and return how many were new.

    Raises:
        MailboxUnavailableError: the mailbox cannot be read; emails recorded before the error remain
            recorded.
        WorkerShutdownError: `stopping` was set.
    """
    settings = services.settings.replies
    try:
        with _open(settings) as box:
            return _read_folder(services, _folder(services, box, settings), stopping)
    except (ImapToolsError, imaplib.IMAP4.error, OSError, IndexError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else ""
        reason = why or type(error).__name__
        raise MailboxUnavailableError(
            facts.MAILBOX_UNAVAILABLE(host=settings.host, port=settings.port, reason=reason)
        ) from error


def _open(settings: ReplySettings) -> BaseMailBox:
    """Open an authenticated connection, encrypted as the settings require."""
    context = ssl.create_default_context(cafile=settings.ca_file)
    address, timeout = (settings.host, settings.port), settings.timeout_seconds
    box: BaseMailBox
    if settings.security is Security.TLS:
        box = MailBox(*address, timeout=timeout, ssl_context=context)
    elif settings.security is Security.STARTTLS:
        box = MailBoxStartTls(*address, timeout=timeout, ssl_context=context)
    else:
        box = MailBoxUnencrypted(*address, timeout=timeout)
    try:
        return box.login(settings.user, settings.secret(), initial_folder=settings.mailbox)
    except BaseException:
        box.client.shutdown()
        raise


def _folder(services: Services, box: BaseMailBox, settings: ReplySettings) -> _Folder:
    where = f"{settings.host}\n{settings.user}\n{settings.mailbox}"
    key = hashlib.sha256(where.encode()).hexdigest()
    status = box.folder.status(settings.mailbox, ("UIDVALIDITY",))
    validity = int(status["UIDVALIDITY"])
    with services.database.reading() as tx:
        position = tx.get(MailboxPositionRow, key)
        is_known = position is not None and position.uid_validity == validity
        last = position.last_uid if position is not None and is_known else 0
    return _Folder(box, settings, key, validity, last)


def _read_folder(services: Services, folder: _Folder, stopping: threading.Event) -> int:
    new, last_uid = 0, folder.last_uid
    for batch in _batches(folder.new_sizes()):
        if stopping.is_set():
            raise WorkerShutdownError
        found = [folder.fetch(uid, size) for uid, size in batch]
        mails = [mail for mail in found if mail is not None]
        last_uid = batch[-1][0]
        new += retry_while_unavailable(
            stopping,
            partial(_record, services, folder, mails, last_uid),
        )
    if last_uid:
        folder.put_away(last_uid)
    return new


def _record(
    services: Services, folder: _Folder, mails: Sequence[ArrivedMail], last_uid: int
) -> int:
    new = record_mails(services, mails)
    with services.database.writing() as tx:
        position = MailboxPositionRow(
            mailbox=folder.key, uid_validity=folder.uid_validity, last_uid=last_uid
        )
        tx.merge(position)
    return new


def _batches(sizes: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    batch: list[tuple[int, int]] = []
    for one in sizes:
        batch.append(one)
        full = sum(size for _, size in batch) >= _BATCH_BYTES
        if len(batch) >= BATCH_SIZE or full:
            yield batch
            batch = []
    if batch:
        yield batch


def _outside_literals(answers: Sequence[object]) -> bytes:
    """Return the parts of a server response that are not the content of an email."""
    parts = (one[0] if isinstance(one, tuple) else one for one in answers)
    return b" ".join(bytes(one) for one in parts if isinstance(one, bytes))


def _bytes_in(answers: Sequence[object]) -> list[bytes]:
    return [one for one in answers or () if isinstance(one, bytes)]


def _internal_date(answer: bytes) -> datetime:
    """Return when the server received an email; far in the future if this is not stated."""
    moment = imaplib.Internaldate2tuple(answer)
    if moment is None:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.fromtimestamp(time.mktime(moment), UTC)
