"""Which mail server takes this deployment's mail; without one, the programme office sends it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Security(StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"  # begins in the clear, and goes on only once it is encrypted
    TLS = "tls"  # encrypted from the first byte
    NONE = "none"


class MailSettings(BaseModel):
    """A mail server (`GENDER_COACH_MAIL__HOST` and so on); without `host` nothing is sent.

    `password_file` holds the password on its first line, where the environment should not.
    `ca_file` holds the authority of the server's certificate, where the system does not know it.
    `give_up_hours` is how long a message is tried again that the server refuses for the moment.
    `remind_reply_days` before a session who has not answered is reminded, once; so many days as
    `remind_after_days` after it whoever has written no record or feedback. 0 turns either off.
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
    remind_reply_days: Annotated[int, Field(ge=0, le=60)] = 7
    remind_after_days: Annotated[int, Field(ge=0, le=60)] = 2

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.user and self.security is Security.NONE and self.host not in _LOOPBACK:
            raise ValueError("a password is sent over an encrypted connection only: set security")
        if self.user and self.password is None and self.password_file is None:
            raise ValueError("a user needs a password or a password_file")
        return self

    @property
    def enabled(self) -> bool:
        """Whether this deployment sends mail by itself."""
        return bool(self.host)

    def secret(self) -> str:
        """The password.

        Raises:
            OSError: its file cannot be read.
        """
        if self.password_file is not None:
            return self.password_file.read_text(encoding="utf-8").splitlines()[0].strip()
        return "" if self.password is None else self.password.get_secret_value()
