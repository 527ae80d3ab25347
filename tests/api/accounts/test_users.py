from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pyotp
import pytest
from sqlalchemy import select

from api.accounts import account, browser_sessions, credentials, sign_in, tokens, users
from api.accounts.account import NewSecondFactor, known_words
from api.accounts.oidc.identity import Identity
from api.accounts.rows import CredentialRow
from api.accounts.sign_in import SignInForm
from api.cli.user import OfficeRole, UserAction
from api.cli.user import user as user_command
from api.crypto.password_hashing import (
    MAX_PASSWORD_LENGTH,
    hash_password,
    matching_totp_step,
    password_weakness,
    verify_password,
)
from api.http.cookies import cookie_name
from api.http.principal import AccessRole, Principal
from api.organisation import Organisation
from coach.errors import ConflictError, NotFoundError, UnusableInputError
from tests.api.authenticating import identify, totp_secret_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import World

GOOD = "tulip anvil ferry quartz"
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LASTING = timedelta(hours=12)


@pytest.mark.parametrize(
    "password",
    ["short", "password1234", "qwertyuiop12", "aaaaaaaaaaaaa", "ljiljana1234", "x" * 201],
)
def test_weak_password_is_rejected_with_reason(password: str) -> None:
    assert password_weakness(password, ["Ljiljana"])


def test_four_unrelated_words_are_strong_enough() -> None:
    assert password_weakness(GOOD, ["manager"]) is None


def test_password_longer_than_the_limit_is_not_cut() -> None:
    longest = "x" * MAX_PASSWORD_LENGTH
    assert verify_password(longest, hash_password(longest))
    assert not verify_password(f"{longest}y", hash_password(longest))


@pytest.mark.parametrize("word", ["gender coach", "Office of Equality", "manager name"])
def test_password_made_of_the_names_of_user_product_and_organisation_is_weak(word: str) -> None:
    words = known_words("manager name", Organisation(organiser_name="Office of Equality"))
    assert password_weakness(f"{word} 2027", words)


def test_totp_code_works_once_and_for_about_a_minute() -> None:
    secret = pyotp.random_base32()
    code = pyotp.TOTP(secret).at(NOW)
    step = matching_totp_step(secret, code, NOW, after=0)
    assert step is not None
    assert matching_totp_step(secret, f"{code[:3]} {code[3:]}", NOW, after=0) == step
    assert matching_totp_step(secret, code, NOW + timedelta(seconds=31), after=0) == step
    assert matching_totp_step(secret, code, NOW + timedelta(seconds=91), after=0) is None
    assert matching_totp_step(secret, code, NOW, after=step) is None
    assert matching_totp_step(pyotp.random_base32(), code, NOW, after=0) is None


class Manager:
    """A manager with a password and a second factor."""

    def __init__(self, world: World, name: str = "office") -> None:
        self.world, self.name, self.secret = world, name, pyotp.random_base32()
        with world.database.writing() as tx:
            self.id = users.add_user(tx, name, AccessRole.MANAGER, now=NOW)
            factor = NewSecondFactor(self.secret, self.code(NOW))
            principal = Principal(AccessRole.MANAGER, user_id=self.id)
            account.set_password_and_second_factor(
                tx, world.services.keyring, principal, factor, hash_password(GOOD), now=NOW
            )

    def code(self, now: datetime) -> str:
        return pyotp.TOTP(self.secret).at(now)

    def tries(self, now: datetime, *, right: bool = True, code: str | None = None) -> bool:
        form = SignInForm(name=self.name, password="", code=code or self.code(now))
        with self.world.database.writing() as tx:
            issued = sign_in.finish_sign_in(
                tx,
                self.world.services.keyring,
                form,
                password_matches=right,
                now=now,
                lifetime=LASTING,
            )
        return issued is not None


@pytest.fixture
def manager(world: World) -> Manager:
    return Manager(world)


def test_sign_in_requires_both_factors(manager: Manager) -> None:
    later = NOW + timedelta(minutes=1)
    assert not manager.tries(later, right=False)
    assert not manager.tries(later, code="000000")
    assert manager.tries(later)


def test_totp_code_signs_in_once(manager: Manager) -> None:
    later = NOW + timedelta(minutes=1)
    assert manager.tries(later)
    assert not manager.tries(later)
    assert manager.tries(later + timedelta(seconds=30))


def test_code_used_for_set_up_does_not_sign_in(manager: Manager) -> None:
    assert not manager.tries(NOW)


def test_repeated_wrong_codes_after_the_password_double_the_lockout(manager: Manager) -> None:
    now = NOW + timedelta(minutes=1)
    for _ in range(5):
        assert not manager.tries(now, code="000000")
    assert not manager.tries(now + timedelta(seconds=29))
    now += timedelta(seconds=31)
    assert not manager.tries(now, code="000000")
    assert not manager.tries(now + timedelta(seconds=59))
    assert manager.tries(now + timedelta(seconds=61))


def test_wrong_passwords_lock_nobody_out(manager: Manager) -> None:
    now = NOW + timedelta(minutes=1)
    assert not any(manager.tries(now, right=False) for _ in range(20))
    assert manager.tries(now)


def test_disabled_user_loses_access(manager: Manager) -> None:
    world = manager.world
    with world.database.writing() as tx:
        principal = Principal(AccessRole.MANAGER, user_id=manager.id)
        token = tokens.issue_token(tx, principal, "x", now=NOW, lifetime=LASTING)
        users.disable_user(tx, "office", now=NOW)
        kinds = frozenset({credentials.CredentialKind.TOKEN})
        found = identify(tx, token.secret, kinds, now=NOW, idle=LASTING)
    assert found.role is AccessRole.ANONYMOUS
    assert not manager.tries(NOW + timedelta(minutes=1))


def test_duplicate_user_name_is_rejected(manager: Manager) -> None:
    with manager.world.database.writing() as tx, pytest.raises(ConflictError):
        users.add_user(tx, "office", AccessRole.AUDITOR, now=NOW)


def test_second_factor_with_wrong_code_is_rejected(world: World) -> None:
    with world.database.writing() as tx:
        user_id = users.add_user(tx, "office", AccessRole.MANAGER, now=NOW)
        factor = NewSecondFactor(pyotp.random_base32(), "000000")
        with pytest.raises(UnusableInputError):
            account.set_password_and_second_factor(
                tx,
                world.services.keyring,
                Principal(AccessRole.MANAGER, user_id=user_id),
                factor,
                "hash",
                now=NOW,
            )


@pytest.fixture
def browser(client: httpx.Client) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=client.base_url, follow_redirects=True) as browser:
        browser.headers["Origin"] = str(client.base_url).rstrip("/")
        yield browser


def test_user_sets_password_after_one_time_sign_in(world: World, browser: httpx.Client) -> None:
    browser.post(f"/sign-in/{world.sign_in_secret(factor=False)}")
    page = browser.get("/account").text
    secret = totp_secret_on(page)
    before = pyotp.TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30))
    form = {"password": "password1234", "code": before}
    weak = browser.post("/account", data=form)
    assert weak.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "four unrelated words" in weak.text
    assert "password1234" not in weak.text
    assert browser.post("/account", data=form | {"password": GOOD}).url.path == "/"

    browser.cookies.clear()
    code = pyotp.TOTP(secret).now()
    typed = {"name": "manager", "password": GOOD, "code": code}
    wrong = browser.post("/sign-in", data=typed | {"password": "x"})
    assert wrong.status_code == HTTPStatus.UNAUTHORIZED
    unknown = browser.post("/sign-in", data=typed | {"name": "nobody"})
    kept = 'value="{}"'.format
    assert unknown.text == wrong.text.replace(kept("manager"), kept("nobody"))
    assert browser.post("/sign-in", data=typed).status_code == HTTPStatus.OK
    assert browser.get("/api/v1/me").json()["role"] == "manager"


def test_sign_in_requests_are_limited_per_network(browser: httpx.Client) -> None:
    statuses = [browser.get("/sign-in/provider").status_code for _ in range(61)]
    assert statuses[-1] == HTTPStatus.TOO_MANY_REQUESTS
    assert statuses.count(HTTPStatus.TOO_MANY_REQUESTS) == 1
    assert browser.get("/sign-in").status_code == HTTPStatus.OK


def test_user_command_adds_lists_and_disables_users(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = world.services.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    data = settings.data_dir
    user_command(UserAction.ADD, "Inspection", role=OfficeRole.AUDITOR, data=data)
    secret = capsys.readouterr().out.rpartition("/sign-in/")[2].strip()
    user_command(UserAction.LIST, data=data)
    assert capsys.readouterr().out == "Inspection\tauditor\tnew\n"
    with world.database.writing() as tx:
        issued = browser_sessions.redeem_sign_in_secret(
            tx, secret, now=world.services.now(), lifetime=LASTING
        )
        kinds = frozenset({credentials.CredentialKind.BROWSER_SESSION})
        principal = identify(tx, issued.secret, kinds, now=world.services.now(), idle=LASTING)
    assert principal.role is AccessRole.AUDITOR
    user_command(UserAction.DISABLE, "Inspection", data=data)
    with pytest.raises(NotFoundError, match="user list"):
        user_command(UserAction.SIGN_IN, "Nobody", data=data)
    with pytest.raises(UnusableInputError, match="requires a name"):
        user_command(UserAction.ADD, data=data)


def _command(
    world: World, monkeypatch: pytest.MonkeyPatch, *arguments: object, **options: object
) -> None:
    settings = world.services.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    user_command(*arguments, data=settings.data_dir, **options)


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\x1b[2Jb", "a\0", "x" * 201])
def test_unreadable_user_name_is_rejected(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with pytest.raises(UnusableInputError):
        _command(world, monkeypatch, UserAction.ADD, name)
    with world.database.reading() as tx:
        assert users.list_users(tx) == ()


def test_user_command_links_and_unlinks_users(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnusableInputError, match="OIDC__ISSUER"):
        _command(world, monkeypatch, UserAction.ADD, "Anna", oidc="anna")
    monkeypatch.setenv("GENDER_COACH_OIDC__ISSUER", "https://login.example.org")
    monkeypatch.setenv("GENDER_COACH_OIDC__CLIENT_ID", "coaching")
    _command(world, monkeypatch, UserAction.ADD, "Anna", oidc="anna")
    identity = Identity("https://login.example.org", "anna", None, used_second_factor=False)
    with world.database.reading() as tx:
        known = users.user_for_identity(tx, identity, link_by_mail=False)
        assert known is not None
        assert known.name == "Anna"
    for wrong in ({}, {"oidc": "a\nb"}, {"oidc": ""}, {"mail": "anna@example.org"}):
        with pytest.raises(UnusableInputError):
            _command(world, monkeypatch, UserAction.LINK, "Anna", **wrong)
    _command(world, monkeypatch, UserAction.UNLINK, "Anna")
    with world.database.reading() as tx:
        assert users.user_for_identity(tx, identity, link_by_mail=False) is None


@pytest.fixture
def signed_in(world: World, browser: httpx.Client) -> httpx.Client:
    """Return the browser of a manager who has just signed in without a second factor."""
    browser.post(f"/sign-in/{world.sign_in_secret(factor=False)}")
    return browser


def _long_ago(world: World) -> None:
    with world.database.writing() as tx:
        for row in tx.scalars(select(CredentialRow)):
            row.confirmed_at = world.services.now() - LASTING


def _with_app(browser: httpx.Client) -> pyotp.TOTP:
    secret = totp_secret_on(browser.get("/account").text)
    app = pyotp.TOTP(secret)
    browser.post("/account", data={"password": GOOD, "code": app.now()})
    return app


def _next(app: pyotp.TOTP) -> str:
    """Return the code for the next 30 seconds, which is already valid and has not been used."""
    return app.at(datetime.now(UTC) + timedelta(seconds=30))


def test_exporting_personal_data_requires_recent_authentication(
    world: World, signed_in: httpx.Client
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    export = f"/api/v1/cycles/{cycle_id}/outbox.zip"
    app = _with_app(signed_in)
    assert signed_in.get(export).status_code == HTTPStatus.OK
    _long_ago(world)
    refused = signed_in.get(export)
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert refused.json()["type"].endswith("#confirm-first")
    plan = signed_in.get(f"/cycles/{cycle_id}").text.partition('href="/plans/')[2].partition('"')[0]
    asked = signed_in.get(f"/plans/{plan}/report.html")
    assert asked.url.path == "/confirm"
    assert "Cancel and go back to the cycles" in asked.text
    go_on_to = asked.url.params["go_on_to"]
    wrong = signed_in.post("/confirm", data={"code": "000000", "go_on_to": go_on_to})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    right = signed_in.post("/confirm", data={"code": _next(app), "go_on_to": go_on_to})
    assert f'content="0; url=/plans/{plan}/report.html"' in right.text
    assert signed_in.get(export).status_code == HTTPStatus.OK


def test_authenticating_again_replaces_the_session_cookie(
    world: World, signed_in: httpx.Client
) -> None:
    app, name = _with_app(signed_in), cookie_name(world.services.settings)
    before = signed_in.cookies[name]
    assert signed_in.post("/confirm", data={"code": _next(app)}).is_success
    after = signed_in.cookies[name]
    assert after != before
    assert signed_in.get("/account").is_success
    signed_in.cookies.clear()
    signed_in.cookies.set(name, before)
    assert signed_in.get("/account").status_code == HTTPStatus.UNAUTHORIZED


def test_sending_emails_requires_recent_authentication(
    world: World, signed_in: httpx.Client
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    _with_app(signed_in)
    _long_ago(world)
    until = {"until": NOW.isoformat()}
    for step in ("send", "retry"):
        asked = signed_in.post(f"/cycles/{cycle_id}/messages/{step}", data=until)
        assert asked.url.path == "/confirm", step
        assert asked.url.params["go_on_to"] == f"/cycles/{cycle_id}/messages"
    for step in ("post", "post/retry"):
        refused = signed_in.post(f"/api/v1/cycles/{cycle_id}/outbox/{step}", json=until)
        assert refused.status_code == HTTPStatus.FORBIDDEN, step
        assert refused.json()["type"].endswith("#confirm-first")


@pytest.mark.parametrize("typed", ["²³⁴⁵⁶⁷", "١٢٣٤٥٦", "ö"])
def test_code_with_non_ascii_digits_is_rejected(typed: str) -> None:
    assert matching_totp_step(pyotp.random_base32(), typed, NOW, after=0) is None


def test_changing_sign_in_methods_requires_recent_authentication(
    world: World, signed_in: httpx.Client
) -> None:
    _with_app(signed_in)
    _long_ago(world)
    form = {"password": GOOD, "code": "000000"}
    assert signed_in.post("/account", data=form).url.path == "/confirm"
    for path in ("recovery-codes", "tokens", "passkeys/begin", "provider/remove"):
        assert signed_in.post(f"/account/{path}").url.path == "/confirm", path
    made = signed_in.post("/api/v1/me/credentials", json={"label": "x"})
    assert made.status_code == HTTPStatus.FORBIDDEN


def test_recovery_code_replaces_totp_code_once(signed_in: httpx.Client) -> None:
    app = _with_app(signed_in)
    old = {"old_password": GOOD, "old_code": _next(app)}
    assert signed_in.post("/account/confirm", data=old).url.path == "/account"
    page = signed_in.post("/account/recovery-codes").text
    assert "I have saved them" in page
    codes = re.findall(r"<code>([A-Z2-9-]{34})</code>", page)
    assert len(set(codes)) == 10
    assert "You have 10 unused recovery codes" in signed_in.get("/account").text
    signed_in.cookies.clear()
    typed = {"name": "manager", "password": GOOD, "code": codes[0].lower()}
    assert signed_in.post("/sign-in", data=typed).status_code == HTTPStatus.OK
    assert "You have 9 unused recovery codes" in signed_in.get("/account").text
    signed_in.cookies.clear()
    assert signed_in.post("/sign-in", data=typed).status_code == HTTPStatus.UNAUTHORIZED
    wrong = typed | {"password": "wrong", "code": codes[1]}
    assert signed_in.post("/sign-in", data=wrong).status_code == HTTPStatus.UNAUTHORIZED
    right = typed | {"code": codes[1]}  # the attempt with the wrong password did not use it up
    assert signed_in.post("/sign-in", data=right).status_code == HTTPStatus.OK


def test_browser_sessions_and_tokens_are_listed_and_revoked(
    world: World, signed_in: httpx.Client
) -> None:
    base = str(signed_in.base_url).rstrip("/")
    app = _with_app(signed_in)
    old = {"old_password": GOOD, "old_code": _next(app)}
    assert signed_in.post("/account/confirm", data=old).url.path == "/account"
    with httpx.Client(base_url=base, follow_redirects=True) as other:
        other.headers["Origin"] = signed_in.headers["Origin"]
        other.post(f"/sign-in/{world.sign_in_secret()}")
        page = signed_in.post("/account/tokens", data={"label": "HR export", "days": "7"}).text
        token = {"Authorization": f"Bearer {re.findall(r'<code>(.+)</code>', page)[0]}"}
        assert httpx.get(f"{base}/api/v1/me", headers=token).is_success
        listed = signed_in.get("/account").text
        assert "Another browser" in listed
        assert "Program: HR export" in listed
        for credential in re.findall(r"/account/credentials/(\w+)/end", listed):
            signed_in.post(f"/account/credentials/{credential}/end")
        assert not httpx.get(f"{base}/api/v1/me", headers=token).is_success
        assert other.get("/api/v1/me").status_code == HTTPStatus.UNAUTHORIZED
        assert signed_in.get("/api/v1/me").status_code == HTTPStatus.OK


def test_token_issued_with_token_expires_no_later(world: World) -> None:
    with world.database.writing() as tx:
        user_id = users.add_user(tx, "office", AccessRole.MANAGER, now=NOW)
        principal = Principal(AccessRole.MANAGER, user_id=user_id)
        first = tokens.issue_token(tx, principal, "x", now=NOW, lifetime=LASTING)
        holder = Principal(AccessRole.MANAGER, user_id=user_id, credential_id=first.id)
        second = tokens.issue_token(tx, holder, "y", now=NOW, lifetime=10 * LASTING)
    assert second.expires_at == first.expires_at


def test_browser_session_ends_when_idle_or_expired(world: World) -> None:
    kinds = frozenset({credentials.CredentialKind.BROWSER_SESSION})
    idle = timedelta(hours=2)
    with world.database.writing() as tx:
        user_id = users.add_user(tx, "office", AccessRole.MANAGER, now=NOW)
        cookie = browser_sessions.issue_session_cookie(tx, user_id, now=NOW, lifetime=LASTING)

        def role_at(moment: datetime) -> str:
            return identify(tx, cookie.secret, kinds, now=moment, idle=idle).role

        assert role_at(NOW + idle) == "manager"
        assert role_at(NOW + idle + timedelta(seconds=1)) == "nobody"
        for hour in range(1, 12):
            credentials.touch(tx, cookie.id, now=NOW + timedelta(hours=hour))
            assert role_at(NOW + timedelta(hours=hour)) == "manager"
        assert role_at(NOW + LASTING) == "nobody"
