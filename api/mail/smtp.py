"""Handing one message to the mail server (RFC 5321), and understanding what it answers.

Three things can go wrong, and each asks for something else: the server is away, so that no message
can go out; it refuses this message for the moment; it refuses this message for good. Where the
connection breaks after the message was handed over and before the answer, nobody can know whether
it was taken: it is handed over again, with the same Message-ID.
"""

from __future__ import annotations

import smtplib
import ssl

from api.mail.settings import MailSettings, Security
from coach.errors import DomainError

_FIRST_PERMANENT_CODE = 500
_MAX_REPLY_LENGTH = 200


class ServerUnavailableError(DomainError):
    """The mail server cannot be reached, or does not let this deployment in."""


class TemporaryFailureError(DomainError):
    """The mail server did not take a message; it may later."""


class PermanentFailureError(DomainError):
    """The mail server will not take a message."""


def send_message(settings: MailSettings, sender: str, recipient: str, content: bytes) -> None:
    """Give the mail server one message for one recipient; returns once it has taken it.

    Raises:
        ServerUnavailableError: it cannot be reached or does not let us in.
        TemporaryFailureError: it answered 4xx, or the connection broke.
        PermanentFailureError: it answered 5xx.
    """
    server = _connect(settings)
    try:
        server.sendmail(sender, [recipient], content)
    except smtplib.SMTPRecipientsRefused as error:
        raise _failure_of(*error.recipients[recipient]) from error
    except smtplib.SMTPResponseException as error:  # of MAIL FROM or of the message itself
        raise _failure_of(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise TemporaryFailureError(f"the connection broke ({type(error).__name__})") from error
    finally:
        _quit(server)


def _connect(settings: MailSettings) -> smtplib.SMTP:
    """A connection on which messages may be handed over."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout_seconds, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
    except (smtplib.SMTPException, OSError) as error:
        raise ServerUnavailableError(_unavailable_message(settings, error)) from error
    try:
        if settings.security is Security.STARTTLS:
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, settings.secret())
    except smtplib.SMTPAuthenticationError as error:
        _quit(server)
        raise ServerUnavailableError(
            f"{settings.host} refuses the user or password of GENDER_COACH_MAIL"
        ) from error
    except (smtplib.SMTPException, OSError, IndexError) as error:
        _quit(server)
        raise ServerUnavailableError(_unavailable_message(settings, error)) from error
    return server


def _quit(server: smtplib.SMTP) -> None:
    """Say goodbye, which changes nothing any more for what was handed over."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _unavailable_message(settings: MailSettings, error: Exception) -> str:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{settings.host}:{settings.port} cannot be used: {why or type(error).__name__}"


def _failure_of(code: int, answer: bytes | str) -> TemporaryFailureError | PermanentFailureError:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    readable = "".join(sign if sign.isprintable() else " " for sign in text)
    reply = f"{code} {' '.join(readable.split())}"[:_MAX_REPLY_LENGTH]
    return (
        PermanentFailureError(reply)
        if code >= _FIRST_PERMANENT_CODE
        else TemporaryFailureError(reply)
    )
