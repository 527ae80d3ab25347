"""The client of a request that arrives through a proxy, depending on the configuration."""

from __future__ import annotations

import asyncio
import resource
from typing import Any

import pytest

from api.cli.serve import uvicorn_config
from api.settings import Settings


def _client_seen(proxies: str | None, peer: str, *forwarded: str) -> str:
    """Return the client's address as the application sees it."""
    seen = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:  # noqa: ANN401, RUF100
        seen.append(scope["client"][0])

    settings = Settings() if proxies is None else Settings(trusted_proxies=proxies)
    config = uvicorn_config(app, settings)
    config.load()
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"type": "http", "client": (peer, 1), "headers": headers}
    asyncio.run(config.loaded_app(scope, None, None))  # type: ignore[arg-type]
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        (None, "127.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        (None, "::ffff:127.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        (None, "10.88.0.1", ["192.0.2.1"], "10.88.0.1"),
        ("10.88.0.0/16", "10.88.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.88.0.0/16", "127.0.0.1", ["192.0.2.1"], "127.0.0.1"),
        ("10.88.0.0/16, ::1", "::1", ["192.0.2.1"], "192.0.2.1"),
        ("10.88.0.0/16", "10.88.0.1", ["203.0.113.9, 192.0.2.1, 10.88.0.2"], "192.0.2.1"),
        ("10.88.0.0/16", "10.88.0.1", ["203.0.113.9", "192.0.2.1"], "192.0.2.1"),
        ("", "127.0.0.1", ["192.0.2.1"], "127.0.0.1"),
    ],
    ids=str,
)
def test_client_is_the_last_forwarded_address_that_is_not_a_trusted_proxy(
    proxies: str | None, peer: str, forwarded: list[str], client: str
) -> None:
    assert _client_seen(proxies, peer, *forwarded) == client


def test_trusted_proxies_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENDER_COACH_TRUSTED_PROXIES", "10.0.0.0/8,2001:db8::1")
    networks = [str(network) for network in Settings().trusted_proxies]
    assert networks == ["10.0.0.0/8", "2001:db8::1/128"]
    with pytest.raises(ValueError, match="trusted_proxies"):
        Settings(trusted_proxies="proxy.example.org")


@pytest.mark.parametrize(("files", "connections"), [(1024, 824), (300, 150), (8192, 1000)])
def test_connections_leave_file_descriptors_for_other_purposes(
    monkeypatch: pytest.MonkeyPatch, files: int, connections: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (files, files))
    config = uvicorn_config(None, Settings())
    assert config.http._limits.connections == connections  # type: ignore[union-attr]  # noqa: SLF001
