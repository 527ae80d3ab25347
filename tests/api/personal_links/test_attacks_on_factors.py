"""Attacks on codes, PINs, passkeys and devices, through the database or with a stolen device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from api.crypto.password_hashing import hash_password
from api.http.principal import AccessRole, Principal, Verification
from api.mail.rows import ACCESS_KINDS, MailKind, MailRow
from api.participants.mail_composer import compose_address_notice
from api.participants.notices import ADDRESS, notify_address_change
from api.participants.rows import PersonRow
from api.personal_links import one_time_codes, person_passkeys, pins, verification
from api.personal_links.access_notices import NOTICE, AccessChange
from api.personal_links.mail_composer import compose_code
from api.personal_links.one_time_codes import CodePurpose
from api.personal_links.pins import PinChange, check_pin, compare_pin, find_pin
from api.personal_links.rows import OneTimeCodeRow, PersonPasskeyRow, PinRow
from api.personal_links.verification import VerificationInput
from api.personal_links.verified_devices import devices_of, issue_device, needs_touch, touch
from coach.errors import NotAllowedError, VerifyFirstError

if TYPE_CHECKING:
    from conftest import World

    from api.services import Services

PIN, OTHER_PIN = "739104", "846205"


@dataclass(frozen=True)
class Person:
    """A coachee with a secret link, on a server that sends email."""

    world: World
    cycle_id: str
    principal: Principal

    @property
    def services(self) -> Services:
        return self.world.services_with_mail()

    @property
    def id(self) -> str:
        return self.principal.person_id or ""

    def on_device(self, method: Verification, age: timedelta = timedelta(0)) -> Principal:
        """Return the person's principal on a device that was verified `age` ago."""
        then = self.services.now() - age
        with self.world.database.writing() as tx:
            device = issue_device(tx, self.principal, method, "", remember=True, now=then)
        return Principal(
            AccessRole.COACHEE,
            person_id=self.id,
            credential_id=self.principal.credential_id,
            verification=method,
            device_id=device.id,
        )

    def add_pin(self, pin: str = PIN) -> None:
        with self.world.database.writing() as tx:
            tx.add(PinRow(person_id=self.id, pin_hash=hash_password(pin), set_at=_now(self)))

    def add_passkey(self) -> str:
        with self.world.database.writing() as tx:
            row = PersonPasskeyRow(
                person_id=self.id,
                credential_id=f"passkey-of-{self.id}",
                public_key=b"of the tests",
                sign_count=0,
                name="Phone",
                created_at=_now(self),
            )
            tx.add(row)
            tx.flush()
            return row.id

    def send_code(self, purpose: CodePurpose = CodePurpose.VERIFY) -> str:
        """Send a code, and return its digits."""
        with self.world.database.writing() as tx:
            one_time_codes.send_code(tx, self.services, self.principal, purpose)
        with self.world.database.reading() as tx:
            query = select(OneTimeCodeRow.id).where(OneTimeCodeRow.person_id == self.id)
            newest = tx.scalars(query.order_by(OneTimeCodeRow.created_at.desc())).first()
        return self.services.keyring.one_time_code(newest or "")

    def accepts(self, code: str, purpose: CodePurpose = CodePurpose.VERIFY) -> bool:
        with self.world.database.writing() as tx:
            keyring, now = self.services.keyring, self.services.now()
            found = one_time_codes.verify_code(tx, keyring, self.principal, purpose, code, now=now)
            return found is not None

    def notices(self) -> list[tuple[str, str]]:
        """Return the change and the address of each notice, sorted."""
        kinds = (MailKind.SECURITY_NOTICE, MailKind.ACCESS_NOTICE)
        with self.world.database.reading() as tx:
            rows = tx.scalars(select(MailRow).where(MailRow.kind.in_(kinds)))
            contents = [row.content or {} for row in rows]
        return sorted((content[NOTICE], content[ADDRESS]) for content in contents)


def _now(person: Person) -> Any:  # noqa: ANN401 - a datetime
    return person.services.now()


def _person(world: World, cycle_id: str, code: str) -> Person:
    role = AccessRole.COACHEE if code.startswith("C") else AccessRole.COACH
    link = world.link(cycle_id, code)
    person_id = world.person_id(cycle_id, code)
    return Person(world, cycle_id, Principal(role, person_id=person_id, credential_id=link.id))


@pytest.fixture
def person(world: World) -> Person:
    return _person(world, world.cycle(), "C-1")


def _by_hand(person: Person, table: type[Any], **values: object) -> None:
    """Write to all rows of a table without sealing them."""
    with person.world.database.writing() as tx:
        tx.connection().execute(update(table.__table__).values(values))


def test_code_of_another_person_that_is_assigned_by_hand_is_refused(person: Person) -> None:
    attacker = _person(person.world, person.cycle_id, "C-2")
    code = attacker.send_code()
    assert attacker.accepts(code)
    _by_hand(person, OneTimeCodeRow, person_id=person.id)
    assert not person.accepts(code)


ALTERED: list[dict[str, Any]] = [
    {"purpose": "address"},
    {"detail": "x@example.net"},
    {"used_at": None},
    {"tries": 0},
]


@pytest.mark.parametrize("altered", ALTERED)
def test_code_that_was_altered_by_hand_is_refused(person: Person, altered: dict[str, Any]) -> None:
    purpose = CodePurpose(altered.get("purpose", CodePurpose.VERIFY))
    code = person.send_code()
    with person.world.database.writing() as tx:
        row = tx.scalars(select(OneTimeCodeRow)).one()
        row.tries = 5 if "tries" in altered else 1
        row.used_at = _now(person) if "used_at" in altered else None
    _by_hand(person, OneTimeCodeRow, **altered)
    assert not person.accepts(code, purpose)


def test_email_with_the_code_of_another_person_is_not_composed(person: Person) -> None:
    attacker = _person(person.world, person.cycle_id, "C-2")
    person.send_code()
    with person.world.database.reading() as tx:
        mail = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.CODE)).one()
        assert compose_code(tx, person.services, mail) is not None
    _by_hand(person, MailRow, person_id=attacker.id)
    with person.world.database.reading() as tx:
        mail = tx.scalars(select(MailRow).where(MailRow.kind == MailKind.CODE)).one()
        assert compose_code(tx, person.services, mail) is None


def test_pin_that_was_changed_after_the_comparison_is_not_accepted(person: Person) -> None:
    person.add_pin()
    matching_hash = compare_pin(person.services, person.principal, PIN)
    device = person.on_device(Verification.CODE_AND_PIN)
    pins.change_pin(person.services, device, PinChange(pin=OTHER_PIN, current=PIN))
    with person.world.database.writing() as tx:
        row = find_pin(tx, person.id)
        assert row is not None
        now = person.services.now()
        assert check_pin(tx, row, matching_hash=matching_hash, now=now) is not None
        assert row.failures == 1


def test_pin_that_was_altered_after_the_comparison_is_not_accepted(person: Person) -> None:
    person.add_pin()
    _by_hand(person, PinRow, pin_hash=hash_password(OTHER_PIN))
    with person.world.database.writing() as tx:
        row = find_pin(tx, person.id)
        assert row is not None
        now = person.services.now()
        assert check_pin(tx, row, matching_hash=row.pin_hash, now=now) is not None


STALE = [
    (Verification.CODE_AND_PIN, timedelta(minutes=11)),
    (Verification.PASSKEY, timedelta(days=1)),
    (Verification.CODE, timedelta(0)),
    (Verification.LINK, timedelta(0)),
]


@pytest.mark.parametrize(("method", "age"), STALE)
def test_stolen_device_neither_removes_nor_adds_a_passkey(
    person: Person, method: Verification, age: timedelta
) -> None:
    passkey = person.add_passkey()
    device = person.on_device(method, age)
    party: Any = None  # refused before the passkey is used
    with pytest.raises(VerifyFirstError):
        person_passkeys.remove_passkey(person.services, device, passkey)
    with pytest.raises(VerifyFirstError):
        person_passkeys.start_registration(person.services, device, party)
    with pytest.raises(VerifyFirstError):
        pins.change_pin(person.services, device, PinChange(pin=PIN))


def test_recently_verified_device_removes_a_passkey(person: Person) -> None:
    passkey = person.add_passkey()
    device = person.on_device(Verification.PASSKEY, timedelta(minutes=9))
    person_passkeys.remove_passkey(person.services, device, passkey)
    assert person.notices() == [(AccessChange.PASSKEY_REMOVED, "c1@example.org")]


def test_verifying_a_device_again_ends_its_earlier_verification(person: Person) -> None:
    person.add_pin()
    device = person.on_device(Verification.CODE_AND_PIN, timedelta(days=1))
    entered = VerificationInput(code=person.send_code(), pin=PIN)
    issued = verification.verify(person.services, device, entered, "Firefox, Windows")
    with person.world.database.reading() as tx:
        listed = devices_of(tx, device, now=person.services.now())
    assert [each.id for each in listed] == [issued.id]


def test_new_pin_and_new_device_are_mailed_to_the_present_and_the_former_address(
    person: Person,
) -> None:
    with person.world.database.writing() as tx:
        row = tx.get_one(PersonRow, person.id)
        row.email = "new@example.org"
        notify_address_change(tx, person.services, row, "c1@example.org")
    entered = VerificationInput(code=person.send_code())
    device = verification.verify(person.services, person.principal, entered, "")
    verified = person.on_device(Verification.CODE)
    pins.change_pin(person.services, verified, PinChange(pin=PIN))
    both = ["c1@example.org", "new@example.org"]
    assert person.notices() == [
        *((AccessChange.DEVICE_VERIFIED.value, address) for address in both),
        *((AccessChange.PIN_SET.value, address) for address in both),
    ]
    assert device.secret
    assert MailKind.ACCESS_NOTICE in ACCESS_KINDS, "the programme office does not see it"


def test_notice_of_a_pin_reset_also_goes_to_the_former_address(person: Person) -> None:
    person.add_pin()
    with person.world.database.writing() as tx:
        row = tx.get_one(PersonRow, person.id)
        row.email = "new@example.org"
        notify_address_change(tx, person.services, row, "c1@example.org")
    assert pins.reset_pin(person.services, person.id).mailed
    assert person.notices() == [
        (AccessChange.PIN_RESET, "c1@example.org"),
        (AccessChange.PIN_RESET, "new@example.org"),
    ]


def _change_address(person: Person, address: str) -> None:
    with person.world.database.writing() as tx:
        row = tx.get_one(PersonRow, person.id)
        former, row.email = row.email, address
        notify_address_change(tx, person.services, row, former)


def _notified_of_address(person: Person) -> list[str]:
    """Compose all notices about a changed address, and return their recipients' addresses."""
    with person.world.database.reading() as tx:
        query = select(MailRow).where(MailRow.kind == MailKind.ADDRESS_NOTICE)
        rows = tx.scalars(query.order_by(MailRow.created_at)).all()
        composed = [compose_address_notice(tx, person.services, row) for row in rows]
    return [mail.recipient for mail in composed if mail is not None]


def test_removing_an_address_before_entering_another_keeps_no_notice_from_its_owner(
    person: Person,
) -> None:
    _change_address(person, "")
    assert _notified_of_address(person) == ["c1@example.org"]
    _change_address(person, "eve@example.org")
    assert sorted(_notified_of_address(person)) == [
        *("c1@example.org", "c1@example.org"),
        "eve@example.org",
    ]


def test_first_address_of_a_person_is_not_a_change(person: Person) -> None:
    with person.world.database.writing() as tx:
        tx.get_one(PersonRow, person.id).email = ""
    _change_address(person, "c1@example.org")
    assert _notified_of_address(person) == []


def test_wrong_pin_on_a_verified_device_sends_no_notice(person: Person) -> None:
    person.add_pin()
    device = person.on_device(Verification.CODE_AND_PIN)
    with pytest.raises(NotAllowedError):
        pins.change_pin(person.services, device, PinChange(pin=OTHER_PIN, current="1"))
    assert person.notices() == []


def test_last_use_of_a_device_is_recorded_every_five_minutes(person: Person) -> None:
    device, now = person.on_device(Verification.CODE), person.services.now()
    for later, is_due in ((0, True), (4, False), (6, True)):
        moment = now + timedelta(minutes=later)
        with person.world.database.writing() as tx:
            assert needs_touch(tx, device, moment) == is_due
            if is_due:
                touch(tx, device, moment)
    with person.world.database.reading() as tx:
        (listed,) = devices_of(tx, device, now=now)
    assert listed.last_used_at == now + timedelta(minutes=6)
