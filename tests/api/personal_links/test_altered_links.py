"""Rows of secret links that are altered in the database without the key file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select, update

from api.accounts.credentials import sha256_of
from api.accounts.rows import CredentialKind, CredentialRow
from api.enrolment.requests import compose_request
from api.mail.rows import MailKind, MailRow
from api.personal_links import links
from coach.errors import ConflictError

if TYPE_CHECKING:
    from conftest import World

CREDENTIALS: Any = CredentialRow.__table__


@pytest.fixture
def cycle_id(world: World) -> str:
    return world.cycle()


def test_link_assigned_to_somebody_else_by_hand_is_not_mailed_to_them(
    world: World, cycle_id: str
) -> None:
    """Otherwise, the attacker could restore the row, and would have the secret of a valid link."""
    link = world.link(cycle_id, "C-1")
    other = world.person_id(cycle_id, "C-2")
    services = world.services_with_mail()
    with world.database.writing() as tx:
        tx.execute(update(CREDENTIALS).where(CREDENTIALS.c.id == link.id).values(person_id=other))
        mail = MailRow(
            kind=MailKind.DETAILS_REQUEST,
            cycle_id=cycle_id,
            person_id=other,
            created_at=services.now(),
        )
        tx.add(mail)
        tx.flush()
        with pytest.raises(ConflictError):
            compose_request(tx, services, mail)
        keyring, now = services.keyring, services.now()
        assert links.link_secrets(tx, keyring, [other], now=now) == {}
        assert links.linked_people(tx, [other], now=now) == frozenset()


def test_inserted_link_keeps_nobody_from_being_given_a_link(world: World, cycle_id: str) -> None:
    person_id, now = world.person_id(cycle_id, "C-1"), world.services.now()
    row = {
        "id": "f" * 20,
        "kind": CredentialKind.LINK,
        "secret_sha256": sha256_of("x" * 43),
        "person_id": person_id,
        "label": "",
        "created_at": now,
        "expires_at": now + timedelta(days=900),
    }
    with world.database.writing() as tx:
        tx.execute(insert(CREDENTIALS).values(**row))
        links.ensure_links(
            tx, world.services.keyring, [person_id], now=now, grace=timedelta(days=60)
        )
        made = links.link_of(tx, world.services.keyring, person_id, now=now)
        assert made.id != row["id"]
        sha256 = select(CredentialRow.secret_sha256).where(CredentialRow.id == made.id)
        assert tx.scalar(sha256) == sha256_of(made.secret)
