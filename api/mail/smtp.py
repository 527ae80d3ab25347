"""Sends messages over SMTP (RFC 5321) and classifies failures.

There are three kinds of failure, which require different actions: the server is unavailable and no
message can be sent, or it rejects a message temporarily, or permanently. If the connection is lost
before the server replies, the message may have been accepted. In this case, it is sent again with
the same Message-ID.
"""

from __future__ import annotations

import smtplib
import ssl

from api.mail import facts
from api.mail.settings import MailSettings, Security
from coach.errors import DomainError
from coach.texts.facts import Fact

_FIRST_PERMANENT_CODE = 500
_MAX_REPLY_LENGTH = 160  # fits, as a fact, into the row of an email


class DeliveryError(DomainError):
    """A message was not accepted; the subclasses state whether it may be accepted later."""


class ServerUnavailableError(DeliveryError):
    """The mail server cannot be reached, or rejects the connection or the credentials."""


class TemporaryFailureError(DeliveryError):
    """The mail server rejected a message temporarily, or the connection was lost."""


class PermanentFailureError(DeliveryError):
    """The mail server rejected a message permanently."""


def send_message(settings: MailSettings, sender: str, recipient: str, content: bytes) -> None:
    """Send a message to one recipient, and return once the mail server has accepted it.

    Raises:
        ServerUnavailableError: the server cannot be reached, or rejects the connection or the
            credentials.
        TemporaryFailureError: the server replied with 4xx, or the connection was lost.
        PermanentFailureError: the server replied with 5xx.
    """
    server = _connect(settings)
    try:
        server.sendmail(sender, [recipient], content)
    except smtplib.SMTPRecipientsRefused as error:
        raise _failure_of(*error.recipients[recipient]) from error
    except smtplib.SMTPResponseException as error:  # reply to MAIL FROM or to DATA
        raise _failure_of(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise TemporaryFailureError(facts.CONNECTION_LOST(error=type(error).__name__)) from error
    finally:
        _quit(server)


def _connect(settings: MailSettings) -> smtplib.SMTP:
    """Open an authenticated connection, encrypted as the settings require.

    Raises:
        ServerUnavailableError: the server cannot be reached, or rejects the connection or the
            credentials.
    """
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout_seconds, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
    except (smtplib.SMTPException, OSError) as error:
        raise ServerUnavailableError(_unavailable_fact(settings, error)) from error
    try:
        if settings.security is Security.STARTTLS:
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, settings.secret())
    except smtplib.SMTPAuthenticationError as error:
        _quit(server)
        raise ServerUnavailableError(facts.LOGIN_REJECTED(host=settings.host)) from error
    except (smtplib.SMTPException, OSError, IndexError) as error:
        _quit(server)
        raise ServerUnavailableError(_unavailable_fact(settings, error)) from error
    return server


def _quit(server: smtplib.SMTP) -> None:
    """Close the connection. Errors are ignored, as they do not affect accepted messages."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _unavailable_fact(settings: MailSettings, error: Exception) -> Fact:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    reason = why or type(error).__name__
    return facts.CANNOT_CONNECT(host=settings.host, port=settings.port, reason=reason)


def _failure_of(code: int, answer: bytes | str) -> TemporaryFailureError | PermanentFailureError:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    readable = "".join(sign if sign.isprintable() else " " for sign in text)
    text = f"{code} {' '.join(readable.split())}"[:_MAX_REPLY_LENGTH]
    reply = facts.SERVER_REPLY(reply=text)
    return (
        PermanentFailureError(reply)
        if code >= _FIRST_PERMANENT_CODE
        else TemporaryFailureError(reply)
    )
