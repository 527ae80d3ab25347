"""Settings of the server: read once, by the command that starts it, and handed on explicitly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AnyHttpUrl, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.accounts.oidc.settings import IdentityProvider, is_ip_address
from api.mail.settings import MailSettings
from api.organisation import Organisation

KIB = 1024
MIB = 1024 * KIB
_WILDCARD_HOSTS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - to recognise it, not to bind to it


class Settings(BaseSettings):
    """Every setting, its default, and its environment variable (`GENDER_COACH_` and the name).

    `database_url` may also come as plain `DATABASE_URL`; without one, a SQLite file in
    `data_dir` is used. `public_url` is what links in invitations start with, and decides whether
    cookies are marked `Secure`; without one it is the address the server listens on.
    `metrics_token` opens `/metrics` to who shows it as a bearer token; needed behind a proxy.
    `confirm_minutes` is how long after showing a second factor personal data can be exported and
    an account changed without showing it again. `oidc` lets users sign in with an account they have
    elsewhere.
    `retention_days` is how long after a cycle's last day its people are erased; 0 leaves them.
    `consent_texts` is a folder with the deployment's own texts of what people agree to.
    `executor_id` names this process among those that do jobs, and stays the same when it starts
    again.
    """

    model_config = SettingsConfigDict(
        env_prefix="GENDER_COACH_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        populate_by_name=True,
    )

    data_dir: Path = Path("var")
    database_url: Annotated[
        str, Field(validation_alias="DATABASE_URL", description="SQLAlchemy URL of the database")
    ] = ""
    public_url: AnyHttpUrl | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    worker: bool = True
    executor_id: str = "worker@1"
    deployment: Organisation = Organisation()
    mail: MailSettings = MailSettings()
    consent_texts: Path | None = None
    metrics_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    upload_limit_bytes: Annotated[int, Field(ge=1024)] = 20 * MIB
    body_limit_bytes: Annotated[int, Field(ge=1024)] = 64 * KIB
    run_time_limit_seconds: Annotated[float, Field(gt=0, le=86400)] = 300.0
    run_workers: Annotated[int, Field(ge=1, le=64)] = 2
    link_grace_days: Annotated[int, Field(ge=0, le=3650)] = 60
    retention_days: Annotated[int, Field(ge=0, le=36500)] = 730
    sign_in_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    cookie_idle_minutes: Annotated[int, Field(ge=1, le=10080)] = 120
    cookie_hours: Annotated[int, Field(ge=1, le=720)] = 12
    confirm_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    oidc: IdentityProvider | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _default_to_sqlite(self) -> Self:
        if not self.database_url:
            default = f"sqlite:///{self.data_dir.resolve() / 'gender-coach.sqlite'}"
            object.__setattr__(self, "database_url", default)
        return self

    @property
    def secure_cookies(self) -> bool:
        """Whether the public address is https, so that cookies carry `Secure` and `__Host-`."""
        return self.base_url.startswith("https://")

    @property
    def public_hostname(self) -> str:
        """The host name people know this server by; passkeys are bound to it."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def passkeys_supported(self) -> bool:
        """Whether browsers offer passkeys at this address: a name over https, or `localhost`."""
        return self.public_hostname == "localhost" or (
            self.secure_cookies and not is_ip_address(self.public_hostname)
        )

    @property
    def link_grace(self) -> timedelta:
        """How long secret links work after the last day of their cycle."""
        return timedelta(days=self.link_grace_days)

    @property
    def base_url(self) -> str:
        """The address people open, without a closing slash."""
        if self.public_url is not None:
            return str(self.public_url).rstrip("/")
        host = "127.0.0.1" if self.host in _WILDCARD_HOSTS else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def master_key_file(self) -> Path:
        """Where the key that wraps the authors' keys lies (mode 0600), apart from the database."""
        return self.data_dir / "master.key"
