"""Settings of outgoing email. Without a mail server, the programme office sends all emails."""

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


class MailSettings(BaseModel):
    """Settings of the mail server and of reminders (`GENDER_COACH_MAIL__HOST` and so on).

    Attributes:
        host: the name of the mail server; if empty, this deployment sends no email.
        password_file: a file with the password on its first line, as an alternative to an
            environment variable.
        ca_file: the certificate of the server's certificate authority, unless the system trusts it.
        give_up_hours: for how many hours a temporarily rejected message is retried.
        remind_session_days: how many days before a session its participants are reminded of it. 0
            disables these reminders.
        remind_reply_days: how many days before a session people who have not replied receive a
            single reminder. 0 disables these reminders.
        remind_after_days: how many days after a session people receive a single reminder of a
            missing record or missing feedback. 0 disables these reminders.
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
    give_up_hours: Annotated[int, Field(ge=1, le=240)] = 48
    remind_session_days: Annotated[int, Field(ge=0, le=14)] = 1
    remind_reply_days: Annotated[int, Field(ge=0, le=60)] = 7
    remind_after_days: Annotated[int, Field(ge=0, le=60)] = 2

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.user and self.security is Security.NONE and self.host not in _LOOPBACK:
            raise InvalidValueError(facts.PASSWORD_IN_THE_CLEAR())
        if self.user and self.password is None and self.password_file is None:
            raise InvalidValueError(facts.PASSWORD_MISSING())
        return self

    @property
    def enabled(self) -> bool:
        """Whether this deployment sends email."""
        return bool(self.host)

    def secret(self) -> str:
        """Return the password, or an empty string if there is none.

        Raises:
            OSError: the password file cannot be read.
        """
        if self.password_file is not None:
            return self.password_file.read_text(encoding="utf-8").splitlines()[0].strip()
        return "" if self.password is None else self.password.get_secret_value()
