"""Server settings, read once at start-up and passed on explicitly."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import (
    AnyHttpUrl,
    BeforeValidator,
    Field,
    IPvAnyNetwork,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.accounts.oidc.settings import IdentityProvider, is_ip_address, is_loopback
from api.mail.settings import MailSettings, ReplySettings
from api.organisation import MailAddress, Organisation
from coach.instruments import Moment

KIB = 1024
MIB = 1024 * KIB
KEY_CREDENTIAL = "gender-coach-key"
"""The name of the systemd credential that contains the key file."""
_WILDCARD_HOSTS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound to


def _separated_by_commas(value: object) -> object:
    """Split the text of an environment variable at commas."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _with_tls(url: str) -> str:
    """Require TLS for PostgreSQL on another machine, unless the URL specifies the TLS mode."""
    try:
        parts = urlsplit(url)
    except ValueError:  # an invalid URL is reported where it is used
        return url
    is_postgresql = parts.scheme.startswith("postgresql")
    if not is_postgresql or is_loopback(parts.hostname or "localhost") or "sslmode" in parts.query:
        return url
    options = "sslmode=verify-full"
    if "sslrootcert" not in parts.query:
        options += "&sslrootcert=system"
    return urlunsplit(parts._replace(query=f"{parts.query}&{options}".lstrip("&")))


class Settings(BaseSettings):
    """The server's settings. Each is read from the environment variable `GENDER_COACH_<NAME>`.

    Attributes:
        data_dir: the folder for the SQLite file and the lock files, and for the key file if no
            other place is set.
        key_file: the key file, which the application then only reads. By default, the systemd
            credential `gender-coach-key`, or else `master.key` in `data_dir`.
        credentials_directory: the folder of systemd's credentials, from `CREDENTIALS_DIRECTORY`.
        backup_dir: the folder of backups. If it is set, a backup is also made after each erasure.
        backup_keep: how many backups are kept in a folder; the oldest are deleted after a backup.
        database_url: the SQLAlchemy URL, from `DATABASE_URL`; by default, a SQLite file in
            `data_dir`.
        public_url: the base URL of links in emails; cookies are `Secure` if it is https. Defaults
            to the address that the server listens on.
        host: the address to listen on.
        port: the port to listen on.
        trusted_proxies: addresses and networks of proxies, separated by commas. The client of a
            request from one of them is the last address in `X-Forwarded-For` that is not a trusted
            proxy.
        hsts_include_subdomains: whether browsers also have to use https for all subdomains of the
            host in the public URL.
        webhook_networks: networks that webhooks may connect to although their addresses are not
            public, separated by commas.
        webhook_hosts: the only hosts that webhooks may be sent to, separated by commas; if empty,
            any host with a permitted address.
        worker: whether the server also runs jobs.
        executor_id: the name of this process as a worker. It must be unique among running workers
            and stay the same across restarts, so that the process can recover its interrupted jobs.
        worker_timeout_seconds: how long a worker that has lost its lease must have been silent
            before another worker takes over its jobs. The heartbeat interval is a third of it.
        deployment: the organisation that runs this deployment.
        mail: the settings of the mail server.
        replies: the settings for reading replies by email.
        language: the language of pages, emails and messages; `en-XA` is for tests.
        consent_texts: a folder with the organisation's own consent texts.
        coaching_texts: a folder with the organisation's own texts for agreements.
        instruments: a folder with the deployment's own instruments.
        instrument_moments: the moments at which people are asked questions, separated by commas.
        audit_anchor_file: the file that the head of the audit trail is appended to each day; by
            default, `audit-anchors` in `data_dir`. It should be on another machine.
        audit_syslog: a socket such as `/dev/log`, or `host:port`, to which the head is also sent.
        audit_addresses: email addresses to which the head is also sent.
        digest_addresses: email addresses of the programme office that receive a daily digest.
        metrics_token: the bearer token for `/metrics`; required behind a proxy.
        upload_limit_bytes: the maximum size of an uploaded file.
        body_limit_bytes: the maximum size of any other request body.
        run_time_limit_seconds: the default time limit of a run.
        run_workers: the default number of threads for a run.
        link_grace_days: how many days secret links remain valid after the last day of their cycle.
        retention_days: how many days after the last day of a cycle its people are erased. 0
            disables erasure.
        sign_in_minutes: the lifetime of a one-time sign-in link.
        cookie_idle_minutes: how many minutes an idle browser stays signed in.
        cookie_hours: the maximum number of hours a browser stays signed in.
        confirm_minutes: how many minutes after passing a second factor a user can export personal
            data and change their account without passing it again.
        oidc: the OpenID Connect provider that users can sign in with.
        log_level: the minimum level of log messages.
    """

    model_config = SettingsConfigDict(
        env_prefix="GENDER_COACH_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        populate_by_name=True,
    )

    data_dir: Path = Path("var")
    key_file: Path | None = None
    credentials_directory: Annotated[
        Path | None,
        Field(validation_alias="CREDENTIALS_DIRECTORY", description="Folder of credentials"),
    ] = None
    backup_dir: Path | None = None
    backup_keep: Annotated[int, Field(ge=1, le=10_000)] | None = None
    database_url: Annotated[
        str, Field(validation_alias="DATABASE_URL", description="SQLAlchemy URL of the database")
    ] = ""
    public_url: AnyHttpUrl | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    trusted_proxies: Annotated[
        tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_separated_by_commas)
    ] = (ip_network("127.0.0.1"), ip_network("::1"))
    hsts_include_subdomains: bool = False
    webhook_networks: Annotated[
        tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_separated_by_commas)
    ] = ()
    webhook_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_separated_by_commas)] = ()
    worker: bool = True
    executor_id: str = "worker@1"
    worker_timeout_seconds: Annotated[float, Field(ge=0.3, le=300)] = 12.0
    deployment: Organisation = Organisation()
    mail: MailSettings = MailSettings()
    replies: ReplySettings = ReplySettings()
    language: Literal["en", "en-XA"] = "en"
    consent_texts: Path | None = None
    coaching_texts: Path | None = None
    instruments: Path | None = None
    instrument_moments: Annotated[
        tuple[Moment, ...], NoDecode, BeforeValidator(_separated_by_commas)
    ] = (Moment.AFTER_SESSION, Moment.ALLIANCE, Moment.END, Moment.FOLLOW_UP)
    audit_anchor_file: Path | None = None
    audit_syslog: str = ""
    audit_addresses: tuple[MailAddress, ...] = ()
    digest_addresses: tuple[MailAddress, ...] = ()
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
        object.__setattr__(self, "database_url", _with_tls(self.database_url))
        return self

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are `Secure` and prefixed with `__Host-`: true if the URL is https."""
        return self.base_url.startswith("https://")

    @property
    def public_hostname(self) -> str:
        """The host name of the public URL, to which passkeys are bound."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def passkeys_supported(self) -> bool:
        """Whether browsers support passkeys at this URL: `localhost`, or a host name over https."""
        return self.public_hostname == "localhost" or (
            self.secure_cookies and not is_ip_address(self.public_hostname)
        )

    @property
    def link_grace(self) -> timedelta:
        """The time for which secret links remain valid after the last day of their cycle."""
        return timedelta(days=self.link_grace_days)

    @property
    def base_url(self) -> str:
        """The public URL of the server, without a trailing slash."""
        if self.public_url is not None:
            return str(self.public_url).rstrip("/")
        host = "127.0.0.1" if self.host in _WILDCARD_HOSTS else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def anchor_file(self) -> Path:
        """The path of the file with the anchors of the audit trail."""
        return self.audit_anchor_file or self.data_dir / "audit-anchors"

    @property
    def master_key_file(self) -> Path:
        """The path of the key file."""
        return self.key_file or self._key_credential or self.data_dir / "master.key"

    @property
    def key_file_is_read_only(self) -> bool:
        """Whether the application only reads the key file, which a setting or systemd provides."""
        return self.key_file is not None or self._key_credential is not None

    @property
    def key_file_is_credential(self) -> bool:
        """Whether systemd provides the key file, and protects its folder."""
        folder = self.credentials_directory
        return folder is not None and self.master_key_file.parent == folder

    @property
    def _key_credential(self) -> Path | None:
        if self.credentials_directory is None:
            return None
        path = self.credentials_directory / KEY_CREDENTIAL
        return path if path.exists() else None
