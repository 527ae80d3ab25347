"""Sends the test invitation, and checks the email as received."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from api.audit_trail.log import record_event
from api.calendar.eml import eml_bytes
from api.calendar.ics import ics_bytes
from api.calendar.recipient import Recipient
from api.database.types import new_id
from api.mail import smtp
from api.mail_check import facts
from api.mail_check.received import Finding, check_source
from api.organisation import MailAddress
from api.services import Services
from api.texts.reader_language import mail_renderer
from api.values import FrozenModel
from coach.errors import ConflictError, InputFault, InvalidValueError, UnusableInputError
from coach.invitations import Invitation, Message, Method
from coach.texts.renderer import Renderer

MAX_SOURCE_CHARACTERS = 300_000


class TestRecipient(FrozenModel):
    """The user's own address, to which the test is sent."""

    __test__ = False  # not a test case, although its name begins with Test

    address: MailAddress


class ReceivedSource(FrozenModel):
    """The source of the test email as received, or only its headers."""

    source: Annotated[str, Field(max_length=MAX_SOURCE_CHARACTERS)]


def send_test_invitation(services: Services, to: TestRecipient) -> None:
    """Send an invitation to a fictitious session that starts in a month.

    Raises:
        ConflictError: this server does not send email, or the mail server did not accept the test.
    """
    settings, texts, now = services.settings, mail_renderer(services), services.now()
    if not settings.mail.enabled:
        raise ConflictError(facts.SENDS_NO_EMAIL(setting="GENDER_COACH_MAIL__HOST"))
    start = (now + timedelta(days=30)).replace(minute=0, second=0, microsecond=0)
    message = Message(
        method=Method.REQUEST,
        invitation=Invitation(
            uid=f"test-{new_id()}", number=1, count=1, start=start, end=start + timedelta(hours=1)
        ),
        sequence=0,
        stamp=now,
        asks_again=True,
    )
    recipient = Recipient(name=to.address, address=to.address, zone=ZoneInfo("UTC"))
    calendar = ics_bytes(message, recipient, settings.deployment, texts)
    content = eml_bytes(
        message,
        recipient,
        settings.deployment,
        texts,
        calendar=calendar if settings.deployment.attach_ics else None,
        reply_token="test",  # noqa: S106 - identifies nobody
    )
    try:
        smtp.send_message(settings.mail, settings.deployment.organiser_address, to.address, content)
    except smtp.DeliveryError as error:
        raise ConflictError(facts.NOT_SENT(reason=texts.text(error.shown))) from error
    with services.database.writing() as tx:
        record_event(tx, "test mail sent", "mail", "check")


def check_received(
    services: Services, received: ReceivedSource, texts: Renderer
) -> tuple[Finding, ...]:
    """Check the source of a test email as received; the findings contain text ready for display.

    Raises:
        UnusableInputError: the text is not the source of an email.
    """
    try:
        found = check_source(received.source.encode(), services.settings.deployment)
    except (InvalidValueError, UnicodeEncodeError) as error:
        fault = InputFault("form", 1, "source", facts.UNREADABLE())
        raise UnusableInputError([fault]) from error
    return tuple(one.model_copy(update={"text": texts.text(one.text)}) for one in found)
