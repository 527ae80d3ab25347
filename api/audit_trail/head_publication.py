"""Stores the head of the audit trail outside the database: in a file, in syslog and by email."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from logging.handlers import SYSLOG_UDP_PORT, SysLogHandler

from api.audit_trail import facts
from api.audit_trail.anchors import Anchor, append_anchor
from api.audit_trail.log import record_event
from api.audit_trail.verification import VerificationResult
from api.logging.exception_location import exception_location
from api.mail.smtp import send_message
from api.services import Services
from api.texts.reader_language import mail_renderer
from coach.errors import DomainError

_LOG = logging.getLogger(__name__)
HEAD_STORED = "audit head stored"

_Target = tuple[str, Callable[[], None]]


class _Syslog(SysLogHandler):
    """A syslog handler that raises an exception if a record cannot be sent."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name in `logging`
        del record
        raise  # noqa: PLE0704 - called while the error is handled


def publish_head(services: Services, result: VerificationResult) -> None:
    """Store the head of a verified trail outside the database, and record the outcome.

    If a target fails, this is logged and counted, and the other targets are still tried. Nothing is
    stored or recorded if the trail is broken or incomplete.
    """
    if result.first_broken is not None or result.missing_from is not None:
        return
    anchor = Anchor(services.now(), result.rows, result.head)
    stored, failed = 0, 0
    for name, store in _targets(services, anchor):
        try:
            store()
        except (OSError, DomainError) as error:
            failed += 1
            _LOG.error("the audit head was not stored in %s: %s", name, exception_location(error))
        else:
            stored += 1
    with services.database.writing() as tx:
        rows = result.rows
        record_event(tx, HEAD_STORED, "audit", "head", rows=rows, stored=stored, failed=failed)


def _targets(services: Services, anchor: Anchor) -> Iterator[_Target]:
    settings = services.settings
    yield "the file", partial(append_anchor, settings.anchor_file, services.keyring, anchor)
    if settings.audit_syslog:
        yield "syslog", partial(_send_to_syslog, settings.audit_syslog, anchor)
    if settings.mail.enabled:
        for address in settings.audit_addresses:
            yield "an email", partial(_send_by_mail, services, address, anchor)


def _send_to_syslog(target: str, anchor: Anchor) -> None:
    host, _, port = target.rpartition(":")
    address = (host, int(port or SYSLOG_UDP_PORT)) if host else target
    handler = _Syslog(address, facility=SysLogHandler.LOG_AUTHPRIV)
    try:
        text = f"gender-coach audit head: rows {anchor.rows} head {anchor.head}"
        handler.emit(logging.makeLogRecord({"msg": text, "levelno": logging.INFO}))
    finally:
        handler.close()


def _send_by_mail(services: Services, address: str, anchor: Anchor) -> None:
    settings, texts = services.settings, mail_renderer(services)
    day = anchor.at.astimezone(UTC).date()
    mail = EmailMessage(policy=SMTP)
    sender = settings.deployment.organiser_address
    mail["From"] = Address(display_name=settings.deployment.organiser_name, addr_spec=sender)
    mail["To"] = Address(addr_spec=address)
    mail["Subject"] = texts.text(facts.HEAD_SUBJECT(day=day))
    mail["Date"] = format_datetime(anchor.at)
    mail["Message-ID"] = f"<audit-{anchor.rows}-{anchor.head[:16]}@{settings.deployment.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    body = facts.HEAD_BODY(day=day, server=settings.base_url, rows=anchor.rows, head=anchor.head)
    mail.set_content(texts.text(body))
    send_message(settings.mail, sender, address, mail.as_bytes())
