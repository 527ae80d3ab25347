"""Settings of the server, read once by the command that starts it and passed on explicitly."""

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
    """All settings; the environment variable of each is `GENDER_COACH_` and its name.

    Attributes:
        data_dir: folder of the SQLite file, the key file and the lock files.
        database_url: SQLAlchemy URL, from `DATABASE_URL`; a SQLite file in `data_dir` by default.
        public_url: base of the links in mails; cookies are `Secure` if it is https. By default the
            address that the server listens on.
        host: address to listen on.
        port: port to listen on.
        worker: whether the server also runs jobs.
        executor_id: name of this process as a worker; it must be unique among running workers and
            stay the same across restarts, so that the process recovers its interrupted jobs.
        deployment: the organisation that runs this deployment.
        mail: the mail server.
        consent_texts: folder with the organisation's own texts of what people agree to.
        metrics_token: bearer token for `/metrics`; required behind a proxy.
        upload_limit_bytes: maximum size of an uploaded file.
        body_limit_bytes: maximum size of any other request body.
        run_time_limit_seconds: default time limit of a run.
        run_workers: default number of threads of a run.
        link_grace_days: how long secret links work after the last day of their cycle.
        retention_days: how long after its last day the people of a cycle are erased; 0 for never.
        sign_in_minutes: lifetime of a one-time sign-in link.
        cookie_idle_minutes: how long an idle browser stays signed in.
        cookie_hours: how long a browser stays signed in at most.
        confirm_minutes: how long after showing a second factor a user can export personal data and
            change their account without showing it again.
        oidc: the OpenID Connect provider that users can sign in with.
        log_level: lowest level that is logged.
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
        """Whether cookies have `Secure` and the prefix `__Host-`: if the public URL is https."""
        return self.base_url.startswith("https://")

    @property
    def public_hostname(self) -> str:
        """The host name of the public URL; passkeys are bound to it."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def passkeys_supported(self) -> bool:
        """Whether browsers offer passkeys at this URL: `localhost`, or a host name over https."""
        return self.public_hostname == "localhost" or (
            self.secure_cookies and not is_ip_address(self.public_hostname)
        )

    @property
    def link_grace(self) -> timedelta:
        """How long secret links work after the last day of their cycle."""
        return timedelta(days=self.link_grace_days)

    @property
    def base_url(self) -> str:
        """The URL under which people reach the server, without a trailing slash."""
        if self.public_url is not None:
            return str(self.public_url).rstrip("/")
        host = "127.0.0.1" if self.host in _WILDCARD_HOSTS else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def master_key_file(self) -> Path:
        """Path of the key file (mode 0600)."""
        return self.data_dir / "master.key"
