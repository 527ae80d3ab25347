"""A user's browser session alone does not allow anyone to change how the user signs in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyotp
import pytest
from sqlalchemy import select

from api.accounts import account, browser_sessions, passkeys, tokens, users
from api.accounts.account import AccountForm, NewSecondFactor
from api.accounts.change_confirmation import (
    ChangeProof,
    OldFactors,
    accept_proof,
    compare_password,
    confirm_change,
)
from api.accounts.factor_reset import remove_second_factor, reset_second_factor
from api.accounts.passkey_verification import RelyingParty
from api.accounts.passkeys import PasskeyName
from api.accounts.rows import (
    CredentialRow,
    PasskeyRow,
    RecoveryCodeRow,
    SignInFlowRow,
    UserRow,
)
from api.accounts.tokens import TokenRequest
from api.crypto.password_hashing import hash_password
from api.http.principal import AccessRole, Principal
from coach.errors import (
    ConfirmChangeError,
    InputFault,
    NotSignedInError,
    UnusableInputError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World

    from api.services import Services

GOOD = "tulip anvil ferry quartz"
HASH = hash_password(GOOD)
PARTY = RelyingParty("localhost", "http://localhost", "Programme")
LASTING = timedelta(hours=12)
WRONG = OldFactors(old_password="x", old_code="000000")  # noqa: S106 - of a test


@dataclass(frozen=True)
class Browser:
    """The browser of a user with a password and an authenticator app."""

    world: World
    principal: Principal
    app: pyotp.TOTP
    now: datetime

    @property
    def services(self) -> Services:
        return replace(self.world.services, now=lambda: self.now)

    def later(self, **passed: float) -> Browser:
        return replace(self, now=self.now + timedelta(**passed))

    def old(self) -> OldFactors:
        return OldFactors(old_password=GOOD, old_code=self.app.at(self.now))

    def confirmed(self, entered: OldFactors | None = None) -> str:
        """Confirm a change, and return the change secret."""
        return confirm_change(self.services, self.principal, entered or self.old()).secret

    def add_passkey(self, name: str = "Phone") -> str:
        with self.world.database.writing() as tx:
            row = PasskeyRow(
                user_id=self.principal.user_id,
                credential_id=name,
                public_key=b"of the tests",
                sign_count=0,
                name=name,
                created_at=self.now,
            )
            tx.add(row)
            tx.flush()
            return row.id

    def count(self, table: type[Any]) -> int:
        with self.world.database.reading() as tx:
            return len(tx.scalars(select(table)).all())

    def new_app(self) -> tuple[Browser, str]:
        """Return a copy with the app that the server proposes, and the app's current code."""
        app = pyotp.TOTP(account.proposed_secret(self.services, self.principal))
        return replace(self, app=app), app.at(self.now)


def _browser(world: World, user_id: str, app: pyotp.TOTP, now: datetime) -> Browser:
    with world.database.writing() as tx:
        cookie = browser_sessions.issue_session_cookie(tx, user_id, now=now, lifetime=LASTING)
    principal = Principal(
        AccessRole.MANAGER, user_id=user_id, credential_id=cookie.id, confirmed_at=now
    )
    return Browser(world, principal, app, now)


@pytest.fixture
def browser(world: World) -> Browser:
    return user_with_app(world, "Anna")


def user_with_app(world: World, name: str) -> Browser:
    now, app = world.services.now(), pyotp.TOTP(pyotp.random_base32())
    with world.database.writing() as tx:
        user_id = users.add_user(tx, name, AccessRole.MANAGER, now=now)
        factor = NewSecondFactor(app.secret, app.at(now - timedelta(seconds=30)))
        principal = Principal(AccessRole.MANAGER, user_id=user_id)
        account.set_password_and_second_factor(
            tx, world.services.keyring, principal, factor, HASH, now=now
        )
    return _browser(world, user_id, app, now)


def _start_passkey(browser: Browser, secret: str) -> object:
    return passkeys.start_registration(
        browser.services, browser.principal, PARTY, secret, go_on_to="/account"
    )


def _finish_passkey(browser: Browser, secret: str) -> object:
    """Start a registration with a confirmed change secret, and finish it with `secret` instead."""
    flow = _start_passkey(browser, browser.confirmed()).flow  # type: ignore[attr-defined]
    name = PasskeyName(name="Eve's")
    return passkeys.finish_registration(
        browser.services,
        browser.principal,
        PARTY,
        flow.secret,
        {},
        name=name,
        change_secret=secret,
    )


def _remove_passkey(browser: Browser, secret: str) -> object:
    passkey = browser.add_passkey()
    return passkeys.remove_passkey(browser.services, browser.principal, passkey, secret)


def _unlink(browser: Browser, secret: str) -> object:
    return account.unlink_account(browser.services, browser.principal, secret)


def _create_token(browser: Browser, secret: str) -> object:
    proof = ChangeProof(None, secret)
    return tokens.make_token(browser.services, browser.principal, TokenRequest(label="x"), proof)


def _reset_colleague(browser: Browser, secret: str) -> object:
    with browser.world.database.writing() as tx:
        colleague = users.ensure_manager(tx, "Berta", now=browser.now)
    proof = ChangeProof(None, secret)
    return reset_second_factor(browser.services, browser.principal, colleague, proof)


CHANGES = [_start_passkey, _finish_passkey, _remove_passkey, _unlink]


@pytest.mark.parametrize("change", CHANGES)
def test_browser_session_alone_changes_nothing(
    browser: Browser, change: Callable[[Browser, str], object]
) -> None:
    with pytest.raises(ConfirmChangeError):
        change(browser, "")


@pytest.mark.parametrize("change", [_create_token, _reset_colleague])
def test_recent_browser_session_alone_creates_no_token_and_resets_nobody(
    browser: Browser, change: Callable[[Browser, str], object]
) -> None:
    with pytest.raises(ConfirmChangeError):
        change(browser, "")
    secret = browser.confirmed()
    assert change(browser, secret)
    with pytest.raises(ConfirmChangeError):
        change(browser, secret)


@pytest.mark.parametrize("altered", [{"totp_sealed": None}, {"password_hash": HASH}])
def test_user_whose_row_was_altered_since_the_request_began_confirms_nothing(
    browser: Browser, altered: dict[str, str | None]
) -> None:
    """The attacker has removed the app from the row, and replaced the password with a known one."""
    users_table: Any = UserRow.__table__
    values = {"totp_sealed": None, "password_hash": None} | altered
    with browser.world.database.writing() as tx:
        tx.connection().execute(users_table.update().values(values))
    with pytest.raises(ConfirmChangeError):
        _create_token(browser, "")
    proof = ChangeProof(OldFactors(old_password=GOOD))
    with pytest.raises((ConfirmChangeError, UnusableInputError)):
        tokens.make_token(browser.services, browser.principal, TokenRequest(label="x"), proof)


@pytest.mark.parametrize("change", [_remove_passkey, _unlink])
def test_removing_a_factor_ends_the_other_browsers(
    browser: Browser, change: Callable[[Browser, str], object]
) -> None:
    other = _browser(browser.world, browser.principal.user_id or "", browser.app, browser.now)
    change(browser, browser.confirmed())
    with browser.world.database.reading() as tx:
        ended = tx.get_one(CredentialRow, other.principal.credential_id).revoked_at
        kept = tx.get_one(CredentialRow, browser.principal.credential_id).revoked_at
    assert (ended, kept) == (browser.now, None)


def test_recovery_codes_need_the_old_password_and_code(browser: Browser) -> None:
    for proof in (
        ChangeProof(OldFactors()),
        ChangeProof(WRONG),
        ChangeProof(OldFactors(old_password=GOOD)),
        ChangeProof(OldFactors(old_code=browser.app.at(browser.now))),
        ChangeProof(OldFactors(), "unknown secret"),
    ):
        with pytest.raises(UnusableInputError):
            account.make_recovery_codes(browser.services, browser.principal, proof)
    assert browser.count(RecoveryCodeRow) == 0
    with browser.world.database.reading() as tx:
        assert tx.get_one(UserRow, browser.principal.user_id).locked_until is not None
    later = browser.later(minutes=1)
    account.make_recovery_codes(later.services, later.principal, ChangeProof(later.old()))
    assert browser.count(RecoveryCodeRow) == 10


def test_confirmation_allows_one_change(browser: Browser) -> None:
    secret = browser.confirmed()
    assert _start_passkey(browser, secret), "starting does not use the confirmation"
    _remove_passkey(browser, secret)
    with pytest.raises(ConfirmChangeError):
        _remove_passkey(browser, secret)


def test_confirmation_holds_for_ten_minutes(browser: Browser) -> None:
    secret = browser.confirmed()
    _start_passkey(browser.later(minutes=9), secret)
    with pytest.raises(ConfirmChangeError):
        _start_passkey(browser.later(minutes=10), secret)


def test_confirmation_in_one_browser_does_not_hold_in_another(browser: Browser) -> None:
    stolen = _browser(browser.world, browser.principal.user_id or "", browser.app, browser.now)
    other = user_with_app(browser.world, "Berta")
    secret = browser.confirmed()
    for thief in (stolen, other):
        with pytest.raises(ConfirmChangeError):
            _start_passkey(thief, secret)


def test_secret_of_another_kind_of_flow_confirms_nothing(browser: Browser) -> None:
    flow = _start_passkey(browser, browser.confirmed()).flow  # type: ignore[attr-defined]
    with pytest.raises(ConfirmChangeError):
        _start_passkey(browser, flow.secret)


def test_confirmation_that_was_assigned_by_hand_is_refused(browser: Browser) -> None:
    other = user_with_app(browser.world, "Berta")
    secret = other.confirmed()
    values = {"user_id": browser.principal.user_id, "go_on_to": browser.principal.credential_id}
    table: Any = SignInFlowRow.__table__
    with browser.world.database.writing() as tx:
        tx.connection().execute(table.update().values(values))
    with pytest.raises(ConfirmChangeError):
        _start_passkey(browser, secret)


def test_user_with_a_passkey_and_no_app_confirms_with_the_passkey_alone(browser: Browser) -> None:
    browser.add_passkey()
    with browser.world.database.writing() as tx:
        tx.get_one(UserRow, browser.principal.user_id).totp_sealed = None
    with pytest.raises(ConfirmChangeError):
        browser.confirmed(OldFactors(old_password=GOOD))
    form = AccountForm(password=GOOD, code=browser.new_app()[1], old_password=GOOD)
    with pytest.raises(ConfirmChangeError):
        account.set_up_account(browser.services, browser.principal, form)


def test_user_of_the_provider_confirms_there(browser: Browser) -> None:
    with browser.world.database.writing() as tx:
        user = tx.get_one(UserRow, browser.principal.user_id)
        user.totp_sealed, user.password_hash, user.subject = None, None, "anna"
        tx.get_one(CredentialRow, browser.principal.credential_id).factor = "provider"
    with pytest.raises(ConfirmChangeError):
        _start_passkey(browser, "")
    with pytest.raises(ConfirmChangeError):
        browser.confirmed(OldFactors())


def test_user_without_any_factor_sets_one_up_without_a_confirmation(world: World) -> None:
    now = world.services.now()
    with world.database.writing() as tx:
        user_id = users.add_user(tx, "Anna", AccessRole.MANAGER, now=now)
    new, code = _browser(world, user_id, pyotp.TOTP("A" * 32), now).new_app()
    assert _start_passkey(new, "")
    account.set_up_account(new.services, new.principal, AccountForm(password=GOOD, code=code))
    with pytest.raises(ConfirmChangeError):
        _start_passkey(new, "")


def _change_app(browser: Browser, **more: Any) -> None:  # noqa: ANN401 - fields of the form
    form = AccountForm(code=browser.new_app()[1], **{**browser.old().model_dump(), **more})
    account.set_up_account(browser.services, browser.principal, form)


def _recovery_code(browser: Browser) -> str:
    proof = ChangeProof(browser.old())
    return account.make_recovery_codes(browser.services, browser.principal, proof)[0]


def test_new_app_deletes_recovery_codes_and_keeps_known_passkeys(browser: Browser) -> None:
    _recovery_code(browser)
    browser.add_passkey()
    _change_app(browser.later(minutes=1))
    assert browser.count(RecoveryCodeRow) == 0
    assert browser.count(PasskeyRow) == 1


def test_new_app_deletes_the_passkeys_if_the_user_wishes(browser: Browser) -> None:
    browser.add_passkey()
    _change_app(browser, remove_passkeys=True)
    assert browser.count(PasskeyRow) == 0


@pytest.mark.parametrize("beforehand", [False, True])
def test_new_app_after_a_recovery_code_deletes_the_passkeys(
    browser: Browser, beforehand: bool
) -> None:
    code = _recovery_code(browser)
    browser.add_passkey("added by somebody else")
    old = OldFactors(old_password=GOOD, old_code=code)
    if beforehand:
        secret = browser.confirmed(old)
        form = AccountForm(code=browser.new_app()[1])
        account.set_up_account(browser.services, browser.principal, form, secret)
    else:
        _change_app(browser, **old.model_dump())
    assert browser.count(PasskeyRow) == 0


def test_password_that_was_changed_after_the_comparison_is_not_accepted(browser: Browser) -> None:
    services, principal = browser.services, browser.principal
    matching_hash = compare_password(services, principal, GOOD)
    proof = ChangeProof(browser.old())
    with browser.world.database.writing() as tx:
        tx.get_one(UserRow, principal.user_id).password_hash = HASH[::-1]
        outcome = accept_proof(tx, services, principal, proof, matching_hash=matching_hash)
    assert isinstance(outcome, InputFault)


def test_code_that_confirmed_a_change_does_not_confirm_another(browser: Browser) -> None:
    entered = browser.old()
    browser.confirmed(entered)
    with pytest.raises(UnusableInputError):
        browser.confirmed(entered)


SIGN_IN = [("nothing", True), ("app", False), ("passkey", False), ("provider", False)]


@pytest.mark.parametrize(("factor", "recent"), SIGN_IN)
def test_sign_in_link_counts_as_recent_authentication_only_without_a_factor(
    browser: Browser, factor: str, recent: bool
) -> None:
    with browser.world.database.writing() as tx:
        user = tx.get_one(UserRow, browser.principal.user_id)
        if factor != "app":
            user.totp_sealed = None
        if factor == "provider":
            user.issuer, user.subject = "https://login.example.org", "anna"
    if factor == "passkey":
        browser.add_passkey()
    with browser.world.database.writing() as tx:
        now, user_id = browser.now, browser.principal.user_id or ""
        link = browser_sessions.issue_sign_in_secret(tx, user_id, now=now, lifetime=LASTING)
        cookie = browser_sessions.redeem_sign_in_secret(tx, link.secret, now=now, lifetime=LASTING)
        assert (tx.get_one(CredentialRow, cookie.id).confirmed_at is not None) == recent
        with pytest.raises(NotSignedInError):
            browser_sessions.redeem_sign_in_secret(tx, link.secret, now=now, lifetime=LASTING)


def test_reset_user_still_needs_the_password_to_add_a_passkey(browser: Browser) -> None:
    user_id = browser.principal.user_id or ""
    with browser.world.database.writing() as tx:
        remove_second_factor(tx, user_id, now=browser.now)
    handed = _browser(browser.world, user_id, browser.app, browser.now)
    with pytest.raises(ConfirmChangeError):
        _start_passkey(handed, "")
    assert _start_passkey(handed, handed.confirmed(OldFactors(old_password=GOOD)))
    with browser.world.database.writing() as tx:
        remove_second_factor(tx, user_id, now=browser.now, with_password=True)
    again = _browser(browser.world, user_id, browser.app, browser.now)
    assert _start_passkey(again, "")
