"""Recording when a credential was last used."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.pool import Pool

from api.accounts.rows import CredentialRow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import httpx
    from conftest import World

PATH = "/api/v1/cycles"


def make_last_use(world: World, ago: timedelta) -> datetime:
    """Set the last use of every credential to `ago` before now, and return this time."""
    then = world.services.now() - ago
    with world.database.writing() as tx:
        for row in tx.scalars(select(CredentialRow)):
            row.last_used_at = then
    return then


def last_use(world: World) -> datetime | None:
    with world.database.reading() as tx:
        return tx.scalar(select(func.max(CredentialRow.last_used_at)))


def test_use_after_a_while_is_recorded(world: World, office: httpx.Client) -> None:
    then = make_last_use(world, timedelta(hours=1))
    assert office.get(PATH).is_success
    recorded = last_use(world)
    assert recorded is not None
    assert recorded - then >= timedelta(hours=1)


def test_use_again_at_once_is_not_recorded(world: World, office: httpx.Client) -> None:
    then = make_last_use(world, timedelta(minutes=1))
    assert office.get(PATH).is_success
    assert last_use(world) == then


def plant(world: World, *statements: str) -> None:
    """Inject a database fault with the given statements; skip the test without SQLite."""
    if not world.database.is_sqlite:
        pytest.skip("the fault is injected with SQLite triggers")
    with world.database.writing() as tx:
        for statement in statements:
            tx.connection().exec_driver_sql(statement)


@pytest.fixture
def full_disk(world: World) -> Iterator[None]:
    """Make every update of a credential fail because the disk is full."""
    plant(
        world,
        "CREATE TABLE filler (content BLOB)",
        "CREATE TRIGGER fault BEFORE UPDATE ON credentials "
        "BEGIN INSERT INTO filler VALUES (zeroblob(1000000)); END",
    )

    def limit(connection: Any, *_: object) -> None:  # noqa: ANN401 - of the driver
        connection.execute("PRAGMA max_page_count=1")  # SQLite uses the current number of pages

    event.listen(Pool, "checkout", limit)
    yield
    event.remove(Pool, "checkout", limit)


def test_request_succeeds_and_a_warning_is_logged_if_the_disk_is_full(
    world: World,
    office: httpx.Client,
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
) -> None:
    then = make_last_use(world, timedelta(hours=1))
    request.getfixturevalue("full_disk")
    assert office.get(PATH).is_success
    assert "the use of a credential was not recorded: the disk is full" in caplog.text
    assert last_use(world) == then


def test_request_fails_if_its_use_cannot_be_recorded(world: World, office: httpx.Client) -> None:
    then = make_last_use(world, timedelta(hours=1))
    plant(
        world, "CREATE TRIGGER fault BEFORE UPDATE ON credentials BEGIN SELECT * FROM missing; END"
    )
    assert office.get(PATH).status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert last_use(world) == then
