"""Sending a message to a real mail server, which accepts it, rejects it or disconnects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr, ValidationError

from api.mail.settings import MailSettings, Security
from api.mail.smtp import (
    PermanentFailureError,
    ServerUnavailableError,
    TemporaryFailureError,
    send_message,
)
from tests.mail_server import (
    BROKEN,
    PASSWORD,
    USER,
    authenticate,
    certificate,
    mail_server,
)
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

FROM, TO = "coaching@example.org", "c1@example.org"
CONTENT = b"Subject: Coaching session 2 of 6\r\nMessage-ID: <1@example.org>\r\n\r\n.\r\ntext\r\n"


def test_message_arrives_unchanged() -> None:
    with mail_server() as server:
        send_message(server.settings, FROM, TO, CONTENT)
    (taken,) = server.taken
    assert (taken.recipient, taken.content) == (TO, CONTENT), "including a line with a single dot"
    assert server.encrypted == [False]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # the server does not see its own TLS
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_encrypted_connection_authenticates_with_password_from_file(
    security: Security, tmp_path: Path
) -> None:
    proof = certificate(tmp_path)
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    how = (
        {"ssl_context": proof.context, "auth_require_tls": False}
        if security is Security.TLS
        else {"tls_context": proof.context, "require_starttls": True}
    )
    with mail_server(**how, authenticator=authenticate, auth_required=True) as server:
        settings = MailSettings(
            host="127.0.0.1",
            port=server.port,
            security=security,
            user=USER,
            password_file=tmp_path / "password",
            ca_file=proof.ca_file,
        )
        send_message(settings, FROM, TO, CONTENT)
        wrong = settings.model_copy(
            update={"password_file": None, "password": SecretStr("battery staple")}
        )
        with pytest.raises(ServerUnavailableError, match="password") as refused:
            send_message(wrong, FROM, TO, CONTENT)
        assert "battery" not in str(refused.value)
        missing = settings.model_copy(update={"password_file": tmp_path / "gone"})
        with pytest.raises(ServerUnavailableError, match="No such file"):
            send_message(missing, FROM, TO, CONTENT)
    assert len(server.taken) == 1
    assert server.encrypted == [True]


def test_untrusted_certificate_is_rejected(tmp_path: Path) -> None:
    with mail_server(tls_context=certificate(tmp_path).context) as server:
        settings = MailSettings(host="127.0.0.1", port=server.port)
        with pytest.raises(ServerUnavailableError, match="certificate"):
            send_message(settings, FROM, TO, CONTENT)
    assert server.taken == []


def test_server_without_starttls_receives_no_message_if_required() -> None:
    with mail_server() as server:
        settings = MailSettings(host="127.0.0.1", port=server.port)
        with pytest.raises(ServerUnavailableError, match="STARTTLS"):
            send_message(settings, FROM, TO, CONTENT)
    assert server.taken == []


def test_unreachable_server_is_reported_as_unavailable() -> None:
    settings = MailSettings(host="127.0.0.1", port=free_port(), security=Security.NONE)
    with pytest.raises(ServerUnavailableError, match="Connection refused"):
        send_message(settings, FROM, TO, CONTENT)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("450 4.2.0 Greylisted,\x07 come back", TemporaryFailureError),
        ("550 5.1.1 No such user", PermanentFailureError),
    ],
)
@pytest.mark.parametrize("at", ["recipient", "message"])
def test_failure_contains_the_reply_of_the_server(
    answer: str, error: type[Exception], at: str
) -> None:
    with mail_server() as server:
        (server.to_recipient if at == "recipient" else server.to_message)[TO] = [answer]
        with pytest.raises(error, match=answer[:3]) as failure:
            send_message(server.settings, FROM, TO, CONTENT)
    assert str(failure.value).isprintable()
    assert server.taken == []


def test_lost_connection_is_a_temporary_failure() -> None:
    with mail_server() as server:
        server.to_message[TO] = [BROKEN]
        with pytest.raises(TemporaryFailureError, match="the connection was lost"):
            send_message(server.settings, FROM, TO, CONTENT)
    assert len(server.taken) == 1, "the server accepted the message before the connection was lost"


def test_password_requires_an_encrypted_connection() -> None:
    with pytest.raises(ValidationError, match="encrypted"):
        MailSettings(
            host="mail.example.org", user=USER, password=SecretStr("x"), security=Security.NONE
        )
    with pytest.raises(ValidationError, match="password"):
        MailSettings(host="mail.example.org", user=USER)
