"""Sends a message over SMTP (RFC 5321) and classifies the server's reply.

There are three kinds of failure, which call for different actions: the server is unavailable, so
that no message can be sent; it refuses the message temporarily; or it refuses it permanently. If
the connection breaks between the message and the reply, it is unknown whether the message was
accepted; it is sent again with the same Message-ID.
"""

from __future__ import annotations

import smtplib
import ssl

from api.mail.settings import MailSettings, Security
from coach.errors import DomainError

_FIRST_PERMANENT_CODE = 500
_MAX_REPLY_LENGTH = 200


class ServerUnavailableError(DomainError):
    """The mail server cannot be reached, or rejects the connection or the credentials."""


class TemporaryFailureError(DomainError):
    """The mail server did not accept a message now, but may accept it later."""


class PermanentFailureError(DomainError):
    """The mail server permanently refuses a message."""


def send_message(settings: MailSettings, sender: str, recipient: str, content: bytes) -> None:
    """Send one message to one recipient; return once the mail server has accepted it.

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
        raise TemporaryFailureError(f"the connection was lost ({type(error).__name__})") from error
    finally:
        _quit(server)


def _connect(settings: MailSettings) -> smtplib.SMTP:
    """Open an authenticated connection, encrypted as the settings require."""
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
    """Close the connection; a failure here does not affect messages already accepted."""
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
