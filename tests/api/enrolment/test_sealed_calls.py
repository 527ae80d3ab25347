"""Calls and codes that are inserted or altered in the database without the key file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select, update

from api.accounts.credentials import sha256_of
from api.enrolment import address_codes, calls
from api.enrolment.address_codes import ConfirmedAddress, EnteredCode, request_code
from api.enrolment.applications import ApplicationInput, apply
from api.enrolment.rows import AddressCodeRow, ApplicationRow, CallRow
from api.participants.rows import Side
from api.personal_links.email_change import NewAddress
from coach.errors import NotAllowedError, NotFoundError
from tests.api.enrolment.test_enrolment import DETAILS, confirmed, opened, services

if TYPE_CHECKING:
    from conftest import World

    from api.services import Services
    from tests.mail_server import MailServer

__all__ = ["services"]
CALLS: Any = CallRow.__table__
CODES: Any = AddressCodeRow.__table__
SECRET = "x" * 43  # chosen by the attacker
ANA, EVE = "ana@example.org", "eve@example.org"


def by_hand(services: Services, statement: Any) -> None:  # noqa: ANN401 - any statement
    with services.database.writing() as tx:
        tx.execute(statement)


def digest_of(services: Services, secret: str, address: str) -> str:
    """Request a code for an address; return the digest of the address, as stored with the code."""
    with services.database.reading() as tx:
        known = set(tx.scalars(select(AddressCodeRow.id)))
    request_code(services, secret, NewAddress(address=address))
    with services.database.reading() as tx:
        new = AddressCodeRow.id.not_in(known)
        return tx.scalars(select(AddressCodeRow.address_digest).where(new)).one()


def application(proof: ConfirmedAddress) -> ApplicationInput:
    own = {"side": "coachee", "role": "commander"} | DETAILS
    return ApplicationInput(**proof.model_dump(), **own)


def test_inserted_call_opens_nothing(world: World, services: Services) -> None:
    now, cycle_id = services.now(), world.cycle()
    values = {"id": "f" * 20, "cycle_id": cycle_id, "secret_sha256": sha256_of(SECRET)}
    closes_at = now + timedelta(days=9)
    by_hand(services, insert(CALLS).values(**values, created_at=now, closes_at=closes_at))
    with pytest.raises(NotFoundError):
        calls.read_call(services, SECRET)
    with services.database.reading() as tx:
        assert calls.call_of_cycle(tx, services, cycle_id) is None


@pytest.mark.parametrize("column", ["secret_sha256", "side", "closes_at", "cycle_id"])
def test_altered_call_opens_nothing(world: World, services: Services, column: str) -> None:
    secret = opened(services, world.cycle(), Side.COACH)
    changed = {
        "secret_sha256": sha256_of(SECRET),
        "side": None,
        "closes_at": services.now() + timedelta(days=300),
        "cycle_id": world.cycle(),
    }
    by_hand(services, update(CALLS).values({column: changed[column]}))
    for presented in (secret, SECRET):
        with pytest.raises(NotFoundError):
            calls.read_call(services, presented)


def test_proof_of_ones_own_address_cannot_be_assigned_to_another_address(
    world: World, services: Services, server: MailServer
) -> None:
    secret = opened(services, world.cycle())
    proof = confirmed(services, server, secret, EVE)
    digest, code_id = digest_of(services, secret, ANA), proof.proof.partition(".")[0]
    by_hand(services, update(CODES).where(CODES.c.id == code_id).values(address_digest=digest))
    with pytest.raises(NotAllowedError):
        apply(services, secret, application(ConfirmedAddress(address=ANA, proof=proof.proof)))
    with services.database.reading() as tx:
        assert tx.scalars(select(ApplicationRow)).all() == []


def test_code_of_ones_own_address_cannot_be_assigned_to_another_address(
    world: World, services: Services, server: MailServer
) -> None:
    secret = opened(services, world.cycle())
    digest = digest_of(services, secret, ANA)
    request_code(services, secret, NewAddress(address=EVE))
    code = server.code()
    by_hand(services, CODES.delete().where(CODES.c.address_digest == digest))
    by_hand(services, update(CODES).values(address_digest=digest))
    with pytest.raises(NotAllowedError):
        address_codes.confirm_address(services, secret, EnteredCode(address=ANA, code=code))


def test_attempts_at_a_code_cannot_be_reset_by_hand(
    world: World, services: Services, server: MailServer
) -> None:
    secret = opened(services, world.cycle())
    request_code(services, secret, NewAddress(address=ANA))
    code = server.code()
    wrong = "1" * 8 if code.replace(" ", "") != "1" * 8 else "2" * 8
    for _ in range(5):
        with pytest.raises(NotAllowedError):
            address_codes.confirm_address(services, secret, EnteredCode(address=ANA, code=wrong))
    by_hand(services, update(CODES).values(tries=0))
    with pytest.raises(NotAllowedError):
        address_codes.confirm_address(services, secret, EnteredCode(address=ANA, code=code))
