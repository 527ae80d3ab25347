"""The daily digest: an email to the programme office that lists its tasks, if there are any.

The digest contains numbers and links, but no names.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from api.audit_trail.log import record_event
from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType
from api.calendar.recipient import Recipient
from api.logging.exception_location import exception_location
from api.mail.plain_message import plain_message_bytes
from api.mail.smtp import send_message
from api.overview import facts
from api.overview.to_do import TO_DO_MESSAGES, ToDo, read_to_do, to_do_url
from api.services import Services
from api.texts.reader_language import mail_renderer
from coach.errors import DomainError

_LOG = logging.getLogger(__name__)
_DUE_AT = timedelta(hours=5)  # after midnight in UTC: early in the morning in Europe


def send_digest(services: Services) -> int:
    """Send the digest to each address in the settings; return the number of emails sent.

    If sending to one address fails, the failure is logged, and the other addresses are still tried.
    """
    items = read_to_do(services)
    sent = 0
    for address in services.settings.digest_addresses if items else ():
        content = digest_bytes(services, address, items)
        sender = services.settings.deployment.organiser_address
        try:
            send_message(services.settings.mail, sender, address, content)
        except (OSError, DomainError) as error:
            _LOG.error("the digest was not sent: %s", exception_location(error))
        else:
            sent += 1
    if sent:
        with services.database.writing() as tx:
            record_event(tx, "digest sent", "digest", f"{services.now():%Y-%m-%d}", mails=sent)
    return sent


def digest_bytes(services: Services, address: str, items: tuple[ToDo, ...]) -> bytes:
    """Render the digest for one address."""
    base_url, now = services.settings.base_url, services.now()
    recipient = services.keyring.mac("digest", address.encode()).hex()[:16]
    return plain_message_bytes(
        "overview/mail/digest",
        Recipient(name="", address=address, zone=ZoneInfo("UTC")),
        services.settings.deployment,
        mail_renderer(services),
        unique_id=f"digest-{now:%Y%m%d}-{recipient}",
        stamp=now,
        lines=[
            (
                facts.DIGEST_LINE(
                    cycle=item.cycle_name, item=TO_DO_MESSAGES[item.kind](count=item.count)
                ),
                base_url + to_do_url(item),
            )
            for item in items
        ],
    )


def every_morning(now: datetime) -> str:
    """Return the UTC date on which the digest was last due."""
    return f"{now.astimezone(UTC) - _DUE_AT:%Y-%m-%d}"


def create_digest_handler(context: JobContext) -> JobHandler:
    """Create the handler for the digest job."""

    def send(_period: str) -> None:
        retry_while_unavailable(context.stopping, lambda: send_digest(context.services))

    return send


JOBS = (
    JobType(
        name="digest",
        create_handler=create_digest_handler,
        poll_seconds=5.0,
        schedule=every_morning,
        is_enabled=lambda settings: settings.mail.enabled and bool(settings.digest_addresses),
    ),
)
