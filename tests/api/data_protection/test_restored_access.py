"""A restore repeats the changes to access that the replaced database recorded after the backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, insert, select

from api.accounts import factor_reset, users
from api.accounts.credentials import revoke
from api.accounts.rows import CredentialKind, CredentialRow, PasskeyRow, RecoveryCodeRow, UserRow
from api.accounts.second_factors import replace_recovery_codes, verify_code
from api.aides.links import AideName, create_aide
from api.audit_trail import verification
from api.audit_trail.rows import AuditRow
from api.coaching.agreements.rows import AgreementRow, FollowUpRow
from api.coaching.follow_up.answers import stop_asking
from api.consent.alumni import answer_alumni
from api.consent.rows import ConsentKind, ConsentRow
from api.consent.service import PublicityAnswer, answer_publicity
from api.consent.texts import consent_texts
from api.crypto.row_seal import find_unsealed_rows
from api.database.engine import Database
from api.enrolment import calls, decisions
from api.enrolment.calls import CallInput
from api.enrolment.rows import AddressCodeRow, ApplicationRow, CallRow
from api.feeds.service import create_feed, end_feed
from api.http.principal import AccessRole, Principal
from api.own_data.leaving import leave_cycle
from api.participants.rows import PersonRow, Side
from api.personal_links import pins
from api.personal_links.one_time_codes import CodePurpose, send_code
from api.personal_links.rows import OneTimeCodeRow, PersonPasskeyRow, PinRow
from api.webhooks import service as webhooks
from api.webhooks.event_types import WebhookEvent
from api.webhooks.rows import WebhookRow
from api.webhooks.service import NewWebhook
from coach.agreements import AgreementState
from tests.api.data_protection.test_copies import Deployment, deployment

if TYPE_CHECKING:
    from sqlalchemy.orm import Session as Transaction

    from api.services import Services

pytestmark = pytest.mark.slow

__all__ = ["deployment"]
MANAGER = Principal(AccessRole.MANAGER)


@pytest.fixture
def services(deployment: Deployment) -> Services:
    return deployment.world.services_with_mail()


@pytest.fixture
def restored(deployment: Deployment) -> Callable[[Callable[[], object]], None]:
    """Return a function that makes a backup, changes something, and restores the backup."""

    def run(change: Callable[[], object]) -> None:
        old = deployment.folder / "old"
        deployment.done("backup", "--to", old)
        change()
        deployment.done("restore", old, "--force")

    return run


@contextmanager
def after(services: Services) -> Iterator[Transaction]:
    """Check the audit trail and seals of the restored database, and yield a transaction in it."""
    database = Database(services.settings.database_url)
    with database.reading() as tx:
        assert find_unsealed_rows(tx, services.keyring) == []
        assert verification.verify(tx, services.keyring).first_broken is None
        yield tx
    database.close()


def manager_of(deployment: Deployment, services: Services) -> str:
    deployment.world.user_token(AccessRole.MANAGER)
    with services.database.reading() as tx:
        return tx.scalars(select(UserRow.id)).one()


def coachee(deployment: Deployment) -> Principal:
    link = deployment.world.link(deployment.cycle_id, "C-1")
    person_id = deployment.world.person_id(deployment.cycle_id, "C-1")
    return Principal(
        AccessRole.COACHEE,
        person_id=person_id,
        cycle_id=deployment.cycle_id,
        credential_id=link.id,
    )


def give_factors(services: Services, person_id: str) -> None:
    now, passkey = services.now(), {"public_key": b"key", "sign_count": 0, "name": "Phone"}
    with services.database.writing() as tx:
        tx.add(PinRow(person_id=person_id, pin_hash="hash", set_at=now))
        tx.add(PersonPasskeyRow(person_id=person_id, credential_id="c", created_at=now, **passkey))


def test_user_who_was_disabled_stays_disabled(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    manager_of(deployment, services)

    def disable() -> None:
        with services.database.writing() as tx:
            users.disable_user(tx, AccessRole.MANAGER, now=services.now())

    restored(disable)
    with after(services) as tx:
        assert tx.scalars(select(UserRow)).one().disabled_at is not None
        assert "user disabled" in tx.scalars(select(AuditRow.action)).all()[-2:]


def test_removed_factors_of_a_user_stay_removed(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    user_id = manager_of(deployment, services)
    with services.database.writing() as tx:
        replace_recovery_codes(tx, user_id)
        tx.get_one(UserRow, user_id).password_hash = "leaked"  # noqa: S105 - a hash of the tests

    def reset() -> None:
        with services.database.writing() as tx:
            factor_reset.remove_second_factor(tx, user_id, now=services.now(), with_password=True)

    restored(reset)
    with after(services) as tx:
        assert tx.get_one(UserRow, user_id).password_hash is None
        assert tx.scalars(select(PasskeyRow)).all() == []
        assert tx.scalars(select(RecoveryCodeRow)).all() == []


def test_used_recovery_code_is_not_valid_again(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    user_id = manager_of(deployment, services)
    with services.database.writing() as tx:
        code, *_ = replace_recovery_codes(tx, user_id)

    def use() -> None:
        with services.database.writing() as tx:
            row = tx.get_one(UserRow, user_id)
            assert verify_code(tx, services.keyring, row, code, now=services.now())

    restored(use)
    with after(services) as tx:
        used = [row.used_at is not None for row in tx.scalars(select(RecoveryCodeRow))]
        assert sum(used) == 1
        assert len(used) == 10
        assert len(tx.scalars(select(PasskeyRow)).all()) == 1


def test_reset_pin_and_passkeys_of_a_person_stay_removed(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    person_id = coachee(deployment).person_id or ""
    give_factors(services, person_id)
    restored(lambda: pins.reset_pin(services, person_id))
    with after(services) as tx:
        assert tx.scalars(select(PinRow)).all() == []
        assert tx.scalars(select(PersonPasskeyRow)).all() == []


def test_links_feeds_and_aides_links_that_ended_stay_ended_and_codes_are_gone(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    principal = coachee(deployment)
    aide = create_aide(services, principal, AideName(label="Office")).aide
    create_feed(services, principal)
    with services.database.writing() as tx:
        send_code(tx, services, principal, CodePurpose.VERIFY)

    def end() -> None:
        end_feed(services, principal)
        with services.database.writing() as tx:
            revoke(tx, MANAGER, aide.id, now=services.now())

    restored(end)
    with after(services) as tx:
        valid = select(CredentialRow.kind).where(CredentialRow.revoked_at.is_(None))
        assert set(tx.scalars(valid)) == {CredentialKind.LINK}
        assert tx.scalars(select(OneTimeCodeRow)).all() == []
        assert tx.scalars(select(AddressCodeRow)).all() == []


def test_person_who_has_left_stays_out(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    principal = coachee(deployment)
    restored(lambda: leave_cycle(services, principal))
    with after(services) as tx:
        row = tx.get_one(PersonRow, principal.person_id)
        assert row.left_at is not None
        assert row.withdrawn_at is not None


def test_who_no_longer_wants_to_be_asked_or_to_stay_in_touch_is_left_alone(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    world = deployment.world
    world.published(deployment.cycle_id, world.result({"C-1": "K-1"}))
    principal, now = coachee(deployment), services.now()
    person_id, coach = principal.person_id or "", deployment.world.person_id
    texts = consent_texts(services.settings)
    with services.database.writing() as tx:
        agreement = AgreementRow(
            cycle_id=deployment.cycle_id,
            coachee_id=person_id,
            coach_id=coach(deployment.cycle_id, "K-1"),
            state=AgreementState.CLOSED,
            created_at=now,
            changed_at=now,
        )
        tx.add(agreement)
        tx.flush()
        day, of_pair = now.date(), {"agreement_id": agreement.id, "person_id": person_id}
        of_pair["cycle_id"] = deployment.cycle_id
        tx.add(FollowUpRow(side=Side.COACHEE, month=3, due=day, until=day, **of_pair))
    yes = {kind: PublicityAnswer(given=True, sha256=texts[kind].sha256) for kind in texts}
    no = PublicityAnswer(given=False, sha256="")
    answer_alumni(services, principal, yes[ConsentKind.ALUMNI])
    answer_publicity(services, principal, yes[ConsentKind.PUBLICITY])

    def refuse() -> None:
        assert stop_asking(services, principal) == 1
        answer_alumni(services, principal, no)
        answer_publicity(services, principal, no)
        answer_publicity(services, principal, yes[ConsentKind.PUBLICITY])

    restored(refuse)
    with after(services) as tx:
        assert tx.scalars(select(FollowUpRow)).one().ended_at is not None
        consents = tx.scalars(select(ConsentRow).where(ConsentRow.person_id == person_id))
        revoked = {row.asked: row.revoked_at is not None for row in consents}
        assert revoked == {ConsentKind.ALUMNI: True, ConsentKind.PUBLICITY: False}
        actions = list(tx.scalars(select(AuditRow.action)))
        assert actions.count("follow-ups refused") == 1


def test_removed_webhook_and_closed_call_stay_ended_also_after_a_second_restore(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    new = NewWebhook(url="https://hr.example.org/", events=frozenset({WebhookEvent.PLAN_PUBLISHED}))
    gone, kept = (webhooks.create_webhook(services, new).webhook.id for _ in range(2))
    calls.open_call(services, deployment.cycle_id, CallInput(last_day=date(2027, 2, 28)))

    def end() -> None:
        webhooks.remove_webhook(services, gone)
        calls.close_call(services, deployment.cycle_id)

    restored(end)
    for _ in range(2):
        with after(services) as tx:
            assert list(tx.scalars(select(WebhookRow.id))) == [kept]
            assert tx.scalars(select(CallRow)).all() == []
        deployment.done("restore", deployment.folder / "old", "--force")


def test_refused_application_stays_deleted_and_a_waiting_one_remains(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    def application(address: str) -> ApplicationRow:
        return ApplicationRow(
            cycle_id=deployment.cycle_id,
            side=Side.COACH,
            name="Ana",
            email=address,
            cells={},
            created_at=services.now(),
        )

    with services.database.writing() as tx:
        refused, waiting = application("ana@example.org"), application("eva@example.org")
        tx.add_all([refused, waiting])
        tx.flush()
        refused_id = refused.id
    restored(lambda: decisions.refuse(services, refused_id))
    with after(services) as tx:
        assert tx.scalars(select(ApplicationRow.email)).all() == ["eva@example.org"]


def test_pin_that_was_deleted_by_hand_is_back(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    person_id = coachee(deployment).person_id or ""
    give_factors(services, person_id)

    def delete_by_hand() -> None:
        with services.database.writing() as tx:
            tx.execute(delete(PinRow.__table__))

    restored(delete_by_hand)
    with after(services) as tx:
        assert tx.scalars(select(PinRow)).one().person_id == person_id


def test_event_that_was_added_by_hand_is_not_repeated(
    deployment: Deployment, services: Services, restored: Callable[..., None]
) -> None:
    manager_of(deployment, services)
    trail: Any = AuditRow.__table__

    def forge() -> None:
        with services.database.writing() as tx:
            last = tx.scalars(select(AuditRow).order_by(AuditRow.number.desc())).first()
            assert last is not None
            passkey = tx.scalars(select(PasskeyRow.id)).one()
            forged = {"action": "passkey removed", "object_kind": "passkey", "detail": {}}
            at = services.now() + timedelta(seconds=1)
            tx.execute(
                insert(trail).values(
                    number=last.number + 1,
                    at=at,
                    role="manager",
                    object_id=passkey,
                    seal="0" * 64,
                    **forged,
                )
            )

    restored(forge)
    with after(services) as tx:
        assert len(tx.scalars(select(PasskeyRow)).all()) == 1
