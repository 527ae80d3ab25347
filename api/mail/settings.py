"""Email settings. Without a mail server, the programme office sends all emails."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from api.mail import facts
from coach.errors import InvalidValueError

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Security(StrEnum):
    """Transport security of the connection."""

    STARTTLS = (
        "starttls"  # upgrades a plain-text connection; fails if the server does not support it
    )
    TLS = "tls"  # TLS from the start (implicit TLS, RFC 8314)
    NONE = "none"


class MailAccount(BaseModel):
    """An account at a mail server.

    Attributes:
        host: the name of the mail server; empty if there is no mail server.
        password_file: a file with the password on its first line, as an alternative to an
            environment variable.
        ca_file: the certificate of the server's certificate authority, unless the system trusts it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password: SecretStr | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.user and self.security is Security.NONE and self.host not in _LOOPBACK:
            raise InvalidValueError(facts.PASSWORD_IN_THE_CLEAR())
        if self.user and self.password is None and self.password_file is None:
            raise InvalidValueError(facts.PASSWORD_MISSING())
        return self

    def secret(self) -> str:
        """Return the password, or an empty string if there is none.

        Raises:
            OSError: the password file cannot be read.
            IndexError: the password file is empty.
        """
        if self.password_file is not None:
            return self.password_file.read_text(encoding="utf-8").splitlines()[0].strip()
        return "" if self.password is None else self.password.get_secret_value()


class ReplySettings(MailAccount):
    """The settings for reading replies by email (`GENDER_COACH_REPLIES__HOST` and so on).

    Attributes:
        host: the name of the IMAP server; if empty, no mailbox is read.
        mailbox: the mailbox folder to which replies are delivered.
        read_mailbox: the folder to which emails that were read are moved; if empty, these emails
            remain in their folder, marked as seen.
        drop_folder: a folder of `.eml` files that are read as well, or instead.
        authentication_server: the authserv-id with which the receiving mail server states in
            `Authentication-Results` whether a sender is authentic (RFC 8601). If it is empty, only
            emails with a token count as replies.
    """

    port: Annotated[int, Field(ge=1, le=65535)] = 993
    security: Security = Security.TLS
    mailbox: Annotated[str, Field(min_length=1)] = "INBOX"
    read_mailbox: str = ""
    drop_folder: Path | None = None
    authentication_server: str = ""

    @property
    def enabled(self) -> bool:
        """Whether this deployment reads replies."""
        return bool(self.host) or self.drop_folder is not None


class MailSettings(MailAccount):
    """Settings for the mail server and for reminders (`GENDER_COACH_MAIL__HOST` and so on).

    Attributes:
        host: the name of the mail server; if empty, this deployment sends no email.
        give_up_hours: the number of hours for which a temporarily rejected message is retried.
        remind_session_days: how many days before a session its participants receive a reminder. 0
            disables these reminders.
        remind_reply_days: how many days before a session people who have not replied receive a
            single reminder. 0 disables these reminders.
        remind_after_days: how many days after a session people receive a single reminder about a
            missing record or missing feedback. 0 disables these reminders.
        remind_follow_up_days: how many days after a follow-up question, and after its first
            reminder, a reminder is sent. 0 disables these reminders.
    """

    give_up_hours: Annotated[int, Field(ge=1, le=240)] = 48
    remind_session_days: Annotated[int, Field(ge=0, le=14)] = 1
    remind_reply_days: Annotated[int, Field(ge=0, le=60)] = 7
    remind_after_days: Annotated[int, Field(ge=0, le=60)] = 2
    remind_follow_up_days: Annotated[int, Field(ge=0, le=60)] = 7

    @property
    def enabled(self) -> bool:
        """Whether this deployment sends email."""
        return bool(self.host)
