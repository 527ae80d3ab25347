"""Limits on failed sign-in attempts, which stop strangers but lock nobody out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx
import pyotp
import pytest
from sqlalchemy import select, text

from api.accounts import account, users
from api.accounts.account import NewSecondFactor
from api.accounts.known_devices import (
    DEVICE_LIFETIME,
    KnownDevice,
    issue_known_device,
    read_known_device,
)
from api.accounts.rows import FailedSignInRow
from api.accounts.sign_in_limits import (
    MAX_DELAY_SECONDS,
    Attempt,
    DelayedAttempts,
    Sender,
    forget_attempt,
    start_attempt,
)
from api.audit_trail.rows import AuditRow
from api.crypto import hashing_queues
from api.crypto.hashing_queues import HashingQueue
from api.crypto.password_hashing import hash_password
from api.data_protection.retention_sweep import delete_stale_secrets
from api.http.client_network import client_network
from api.http.principal import AccessRole, Principal
from coach.errors import TooManyAttemptsError
from tests.api.conftest import World

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
GOOD = "violet tram lantern orchard"
HASH = hash_password(GOOD)


class Door:
    """Sign-in attempts, as `anna` by default, at times set by the test."""

    def __init__(self, world: World) -> None:
        self.now = NOW
        self.services = replace(world.services, now=lambda: self.now)
        with world.database.writing() as tx:
            self.anna = users.add_user(tx, "anna", AccessRole.MANAGER, now=NOW)

    def knocks(
        self, network: str, name: str = "anna", device: KnownDevice | None = None
    ) -> Attempt:
        return start_attempt(self.services, name, Sender(network, device))

    def refuses(self, network: str, name: str = "anna") -> int:
        """Return the number of seconds until the network may try again, or 0 if it may try now."""
        try:
            self.knocks(network, name)
        except TooManyAttemptsError as error:
            return error.retry_after_seconds
        return 0

    def device(self) -> KnownDevice:
        cookie = issue_known_device(self.services.keyring, self.anna, now=self.now)
        device = read_known_device(self.services.keyring, cookie, now=self.now)
        assert device is not None
        return device


@pytest.fixture
def door(world: World) -> Door:
    return Door(world)


def test_network_may_fail_twenty_times_a_minute_whatever_the_name(door: Door) -> None:
    for number in range(20):
        door.knocks("192.0.2.1", f"name {number}")
    assert door.refuses("192.0.2.1", "another") == 60
    assert not door.refuses("192.0.2.2", "another")
    door.now += timedelta(minutes=1)
    assert not door.refuses("192.0.2.1", "another")


def test_network_may_fail_ten_times_with_one_name(door: Door) -> None:
    for _ in range(10):
        door.knocks("192.0.2.1")
    assert door.refuses("192.0.2.1") == 15 * 60
    assert not door.refuses("192.0.2.1", "berta")
    door.now += timedelta(minutes=15)
    assert not door.refuses("192.0.2.1")


def test_strangers_of_many_networks_delay_a_name_by_at_most_half_a_minute(door: Door) -> None:
    delays = [door.knocks(f"192.0.2.{number}").delay_seconds for number in range(100)]
    assert delays[:11] == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30]
    assert set(delays[10:]) == {MAX_DELAY_SECONDS}
    assert door.knocks("198.51.100.1", "berta").delay_seconds == 0


def test_known_device_is_neither_delayed_nor_refused_because_of_strangers(door: Door) -> None:
    for number in range(20):
        door.knocks("192.0.2.1", f"name {number}")
    for number in range(20):
        door.knocks(f"198.51.100.{number}")
    attempt = door.knocks("192.0.2.1", device=door.device())
    assert (attempt.delay_seconds, attempt.from_known_device) == (0, True)


def test_known_device_counts_as_unknown_after_ten_failures_or_for_another_user(door: Door) -> None:
    device = door.device()
    assert all(door.knocks("192.0.2.1", device=device).from_known_device for _ in range(10))
    assert not door.knocks("192.0.2.1", device=device).from_known_device
    assert not door.knocks("192.0.2.1", "berta", door.device()).from_known_device


def test_successful_attempts_do_not_count(door: Door) -> None:
    for _ in range(30):
        attempt = door.knocks("192.0.2.1")
        with door.services.database.writing() as tx:
            forget_attempt(tx, attempt)
    assert attempt.delay_seconds == 0


def test_refused_attempts_do_not_extend_the_refusal(door: Door) -> None:
    for _ in range(10):
        door.knocks("192.0.2.1")
    door.now += timedelta(minutes=14)
    assert door.refuses("192.0.2.1") == 60


def test_database_contains_neither_names_nor_networks_and_forgets(door: Door) -> None:
    door.knocks("192.0.2.1")
    with door.services.database.reading() as tx:
        stored = str(tx.execute(text("SELECT * FROM failed_sign_ins")).all())
    assert "anna" not in stored
    assert "192.0.2" not in stored
    door.now += timedelta(minutes=15)
    assert delete_stale_secrets(door.services)["failed_sign_ins"] == 3
    with door.services.database.reading() as tx:
        assert tx.scalars(select(FailedSignInRow)).all() == []


@pytest.mark.parametrize("change", ["user", "expiry", "signature", "empty"])
def test_altered_device_cookie_is_not_accepted(door: Door, change: str) -> None:
    cookie = issue_known_device(door.services.keyring, door.anna, now=NOW)
    user, device, expires, signature = cookie.split(".")
    altered = {
        "user": f"{'0' * len(user)}.{device}.{expires}.{signature}",
        "expiry": f"{user}.{device}.{int(expires) + 1}.{signature}",
        "signature": f"{user}.{device}.{expires}.é",
        "empty": "",
    }
    assert read_known_device(door.services.keyring, cookie, now=NOW) is not None
    assert read_known_device(door.services.keyring, altered[change], now=NOW) is None
    assert read_known_device(door.services.keyring, cookie, now=NOW + DEVICE_LIFETIME) is None


def test_waiting_attempts_are_limited() -> None:
    attempt = Attempt((), 30, from_known_device=False)

    async def wait_twice() -> None:
        delayed = DelayedAttempts(limit=1)
        first = asyncio.create_task(delayed.wait(attempt))
        await asyncio.sleep(0)
        with pytest.raises(TooManyAttemptsError):
            await delayed.wait(attempt)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        second = asyncio.create_task(delayed.wait(attempt))
        await asyncio.sleep(0)
        assert not second.done()
        second.cancel()

    asyncio.run(wait_twice())


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::1", "2001:db8:0:1::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("<script>", "unknown"),
    ],
)
def test_network_is_an_ipv4_address_or_an_ipv6_64(host: str, network: str) -> None:
    assert client_network({"type": "http", "client": (host, 1)}) == network


@pytest.fixture
def secret(world: World) -> str:
    """Create the user `berta` with a password; return the secret of their authenticator app."""
    now, factor = datetime.now(UTC) - timedelta(minutes=2), pyotp.random_base32()
    with world.database.writing() as tx:
        principal = Principal(
            AccessRole.MANAGER, user_id=users.add_user(tx, "berta", AccessRole.MANAGER, now=now)
        )
        given = NewSecondFactor(factor, pyotp.TOTP(factor).at(now))
        account.set_password_and_second_factor(
            tx, world.services.keyring, principal, given, HASH, now=now
        )
    return factor


def _form(secret: str, **changed: str) -> dict[str, str]:
    return {"name": "berta", "password": GOOD, "code": pyotp.TOTP(secret).now()} | changed


def test_device_is_known_after_signing_in_and_strangers_get_429(
    client: httpx.Client, secret: str, world: World
) -> None:
    signed_in = client.post("/sign-in", data=_form(secret))
    cookie = signed_in.cookies["gender-coach-device"]
    client.cookies.clear()
    for _ in range(10):
        start_attempt(world.services, "berta", Sender("127.0.0.1"))
    refused = client.post("/sign-in", data=_form(secret))
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert 800 < int(refused.headers["Retry-After"]) <= 900
    known = {"Cookie": f"gender-coach-device={cookie}"}
    with world.database.reading() as tx:
        (event,) = tx.scalars(select(AuditRow).where(AuditRow.action == "user signed in"))
        assert event.detail == {"how": "password", "new_device": 1}
    wrong = client.post("/sign-in", data=_form(secret, code="0"), headers=known)
    assert wrong.status_code == HTTPStatus.UNAUTHORIZED  # it was compared, and wrong


def test_attempt_waits_for_its_delay_before_the_password_is_compared(
    client: httpx.Client, secret: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited, sleep = [], asyncio.sleep

    async def shortened(seconds: float) -> None:
        if seconds == 4:
            waited.append(seconds)
        await sleep(0 if seconds == 4 else seconds)

    monkeypatch.setattr(asyncio, "sleep", shortened)
    for number in range(7):
        start_attempt(world.services, "berta", Sender(f"192.0.2.{number}"))
    assert client.post("/sign-in", data=_form(secret)).status_code == HTTPStatus.SEE_OTHER
    assert waited == [4]


def test_full_queue_of_strangers_answers_503(
    client: httpx.Client, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing_queues, "STRANGERS", HashingQueue(1, 0))
    busy = client.post("/sign-in", data=_form(secret))
    assert busy.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert busy.headers["Retry-After"] == "5"
    assert hashing_queues.SIGNED_IN.run(lambda: "served") == "served"
