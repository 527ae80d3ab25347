"""Sign-in through an identity provider that sends valid, malformed and forged responses."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr, ValidationError

from api.accounts import account, users
from api.accounts.account import NewSecondFactor
from api.accounts.oidc.settings import IdentityProvider
from api.accounts.rows import SignInFlowRow, UserRow
from api.accounts.users import ProviderLink
from api.crypto.password_hashing import hash_password
from api.http.principal import AccessRole, Principal
from api.http.urls import safe_redirect_path
from api.settings import Settings
from tests.api.accounts.signing_provider import CLIENT_ID, CLIENT_SECRET, provider_on_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from conftest import World

    from tests.api.accounts.signing_provider import SigningProvider

GOOD = "tulip anvil ferry quartz"


@dataclass
class Office:
    """A server with an identity provider, and browsers that use it."""

    world: World
    provider: SigningProvider
    base: str

    def browser(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.base, follow_redirects=True, headers={"Origin": self.base}
        )

    def user(self, name: str = "Anna", role: AccessRole = AccessRole.MANAGER, **link: str) -> str:
        with self.world.database.writing() as tx:
            user_id = users.add_user(tx, name, role, now=self.world.services.now())
            if link:
                users.link_user(tx, user_id, ProviderLink(issuer=self.provider.issuer, **link))
        return user_id

    def give_app(self, user_id: str) -> pyotp.TOTP:
        """Give a user a password and an authenticator app whose current code is still unused."""
        secret, now = pyotp.random_base32(), self.world.services.now()
        before = pyotp.TOTP(secret).at(now - timedelta(seconds=30))
        with self.world.database.writing() as tx:
            principal = Principal(AccessRole.MANAGER, user_id=user_id)
            keyring = self.world.services.keyring
            factor = NewSecondFactor(secret, before)
            account.set_password_and_second_factor(
                tx, keyring, principal, factor, hash_password(GOOD), now=now
            )
        return pyotp.TOTP(secret)

    def role_of(self, browser: httpx.Client) -> str | None:
        answer = browser.get("/api/v1/me")
        return answer.json().get("role")


@pytest.fixture
def open_office(
    settings: Settings,
    make_world: Callable[[Settings], AbstractContextManager[World]],
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
) -> Iterator[Callable[..., Office]]:
    """Return a function that starts a server with a provider, given the provider's settings."""
    with ExitStack() as stack:

        def open_one(**more: object) -> Office:
            provider = stack.enter_context(provider_on_loopback())
            # Bound here, because the addresses that the provider sends browsers to need the port.
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            port = listener.getsockname()[1]
            oidc = IdentityProvider(
                issuer=provider.issuer,
                client_id=CLIENT_ID,
                client_secret=SecretStr(CLIENT_SECRET),
                **more,
            )
            own = settings.model_copy(update={"port": port, "oidc": oidc})
            world = stack.enter_context(make_world(own))
            stack.enter_context(serve(own, listener))
            return Office(world, provider, f"http://127.0.0.1:{port}")

        yield open_one


@pytest.fixture
def office(open_office: Callable[..., Office]) -> Office:
    """Return a server whose provider reports second factors in `amr`."""
    return open_office(strong_amr=("mfa",))


def _next(app: pyotp.TOTP) -> str:
    """Return the code for the next 30 seconds, which is already valid and has not been used."""
    return app.at(datetime.now(UTC) + timedelta(seconds=30))


def _strong(claims: dict[str, Any]) -> dict[str, Any]:
    return claims | {"amr": ["pwd", "mfa"]}


def test_linked_user_with_second_factor_at_provider_is_signed_in(office: Office) -> None:
    office.user(subject="anna", role=AccessRole.AUDITOR)
    office.provider.claim = _strong
    with office.browser() as browser:
        assert office.role_of(browser) is None
        browser.get("/sign-in/provider")
        assert office.role_of(browser) == "auditor"
    asked = office.provider.asked
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43


def test_unlinked_account_is_rejected_and_no_user_is_created(office: Office) -> None:
    office.user("Anna")
    office.provider.claim = _strong
    with office.browser() as browser:
        answer = browser.get("/sign-in/provider")
        assert answer.status_code == HTTPStatus.UNAUTHORIZED
        assert "not linked" in answer.text
        assert office.role_of(browser) is None
    with office.world.database.reading() as tx:
        assert [user.name for user in users.list_users(tx)] == ["Anna"]


def test_sign_in_without_second_factor_at_provider_requires_code(office: Office) -> None:
    app = office.give_app(office.user(subject="anna"))
    with office.browser() as browser:
        page = browser.get("/sign-in/provider")
        assert page.url.path == "/sign-in/second"
        assert office.role_of(browser) is None
        wrong = browser.post("/sign-in/second/code", data={"code": "000000"})
        assert wrong.status_code == HTTPStatus.UNAUTHORIZED
        assert office.role_of(browser) is None
        browser.post("/sign-in/second/code", data={"code": app.now()})
        assert office.role_of(browser) == "manager"


def test_code_without_first_factor_is_rejected(office: Office) -> None:
    app = office.give_app(office.user(subject="anna"))
    with office.browser() as browser:
        answer = browser.post("/sign-in/second/code", data={"code": app.now()})
        assert answer.status_code == HTTPStatus.UNAUTHORIZED
        assert office.role_of(browser) is None


def test_trusted_provider_needs_no_second_factor(open_office: Callable[..., Office]) -> None:
    office = open_office(second_factor="trust")
    office.user(subject="anna")
    with office.browser() as browser:
        browser.get("/sign-in/provider")
        assert office.role_of(browser) == "manager"


def test_strong_acr_is_requested_and_accepted(open_office: Callable[..., Office]) -> None:
    office = open_office(strong_acr=("urn:two",))
    office.user(subject="anna")
    office.provider.claim = lambda claims: claims | {"acr": "urn:two"}
    with office.browser() as browser:
        browser.get("/sign-in/provider")
        assert office.role_of(browser) == "manager"
    assert office.provider.asked["acr_values"] == "urn:two"


@pytest.mark.parametrize(
    ("allowed", "claims", "let_in"),
    [
        (True, {"email": "Anna@Example.org", "email_verified": True}, True),
        (True, {"email": "anna@example.org", "email_verified": False}, False),
        (True, {"email": "anna@example.org", "email_verified": "true"}, False),
        (True, {"email": "anna@example.org"}, False),
        (True, {"email": "other@example.org", "email_verified": True}, False),
        (True, {"email": "anna@example.org\0", "email_verified": True}, False),
        (True, {"email": "\ud800", "email_verified": True}, False),
        (False, {"email": "anna@example.org", "email_verified": True}, False),
    ],
)
def test_verified_address_links_account_only_if_enabled(
    open_office: Callable[..., Office], allowed: bool, claims: dict[str, Any], let_in: bool
) -> None:
    office = open_office(link_by_mail=allowed, second_factor="trust")
    user_id = office.user(mail="anna@example.org")
    office.provider.claim = lambda told: told | claims
    with office.browser() as browser:
        browser.get("/sign-in/provider")
        assert office.role_of(browser) == ("manager" if let_in else None)
    with office.world.database.reading() as tx:
        assert (tx.get_one(UserRow, user_id).subject == "anna") is let_in


def test_second_account_with_linked_address_is_rejected(
    open_office: Callable[..., Office],
) -> None:
    office = open_office(link_by_mail=True, second_factor="trust")
    office.user(mail="anna@example.org")
    mail = {"email": "anna@example.org", "email_verified": True}
    office.provider.claim = lambda told: told | mail
    with office.browser() as browser:
        browser.get("/sign-in/provider")
    office.provider.subject = "somebody who got the address later"
    with office.browser() as browser:
        browser.get("/sign-in/provider")
        assert office.role_of(browser) is None


def test_disabled_user_cannot_sign_in_at_provider(office: Office) -> None:
    office.user(subject="anna")
    office.provider.claim = _strong
    with office.world.database.writing() as tx:
        users.disable_user(tx, "Anna", now=office.world.services.now())
    with office.browser() as browser:
        browser.get("/sign-in/provider")
        assert office.role_of(browser) is None


_MINUTES_AGO = 600
LIES: dict[str, Callable[[SigningProvider], None]] = {
    "another nonce": lambda liar: _claims(liar, nonce="another"),
    "no nonce": lambda liar: _claims(liar, nonce=None),
    "another audience": lambda liar: _claims(liar, aud="another"),
    "also for another audience": lambda liar: _claims(liar, aud=[CLIENT_ID, "another"]),
    "for a party that is another": lambda liar: _claims(liar, azp="another"),
    "another issuer": lambda liar: _claims(liar, iss="https://another.example"),
    "expired": lambda liar: _claims(liar, exp=int(time.time()) - _MINUTES_AGO),
    "without an end": lambda liar: _claims(liar, exp=None),
    "from the future": lambda liar: _claims(liar, iat=int(time.time()) + _MINUTES_AGO),
    "another access token": lambda liar: _claims(liar, at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "no subject": lambda liar: _claims(liar, sub=None),
    "an empty subject": lambda liar: _claims(liar, sub=""),
    "a subject that is none": lambda liar: _claims(liar, sub=["anna"]),
    "not signed": lambda liar: _signs(liar, lambda it, claims: it.unsigned(claims)),
    "signed by the public key": lambda liar: _signs(
        liar, lambda it, claims: it.signed_by_public_key(claims)
    ),
    "signed by a stranger": lambda liar: _signs(
        liar,
        lambda it, claims: it.signed(claims, RSAKey.generate_key(2048, {"kid": "one"})),
    ),
    "signed by an unknown key": lambda liar: _signs(
        liar,
        lambda it, claims: it.signed(claims, RSAKey.generate_key(2048, {"kid": "two"})),
    ),
    "altered": lambda liar: _signs(liar, lambda it, claims: it.signed(claims)[:-4] + "AAAA"),
    "no token at all": lambda liar: _signs(liar, lambda _it, _claims: "no token"),
    "another state": lambda liar: _answers(liar, state="another"),
    "no state": lambda liar: _answers(liar, state=""),
    "answered by another issuer": lambda liar: _answers(liar, iss="https://another.example"),
    "a code that was made up": lambda liar: _answers(liar, code="made-up"),
    "no code": lambda liar: _answers(liar, code=""),
}


def _claims(liar: SigningProvider, **changed: object) -> None:
    liar.claim = lambda claims: {
        name: value for name, value in {**_strong(claims), **changed}.items() if value is not None
    }


def _signs(liar: SigningProvider, sign: Callable[[SigningProvider, dict[str, Any]], str]) -> None:
    liar.claim, liar.sign = _strong, sign


def _answers(liar: SigningProvider, **changed: str) -> None:
    liar.claim = _strong
    liar.answer = lambda answer: answer | changed


NO_TEXT: tuple[object, ...] = (5, 0.5, True, [], ["x"], {}, {"x": 1})
NO_TIME: tuple[object, ...] = ("x", "5", True, [], [5], {}, -1)
SHAPES: dict[str, tuple[object, ...]] = {
    "amr": (5, 0.5, True, "mfa", [5], [["mfa"]], ["mfa", {}], {}, {"mfa": 1}),
    "aud": (5, True, [], [5], [[CLIENT_ID]], {}, {CLIENT_ID: 1}),
    **dict.fromkeys(("acr", "azp", "at_hash", "iss", "nonce"), NO_TEXT),
    "sub": (*NO_TEXT, "", "anna\0", "anna\n", "x" * 256),
    "exp": (*NO_TIME, float("nan"), float("-inf")),
    "iat": (*NO_TIME[:-1], 1 << 70, float("inf")),
    "auth_time": NO_TIME[:-1],
}


@pytest.mark.slow
@pytest.mark.parametrize("claim", SHAPES)
def test_claim_of_wrong_type_is_rejected_with_readable_message(office: Office, claim: str) -> None:
    office.user(subject="anna")
    for shape in SHAPES[claim]:
        _claims(office.provider, **{claim: shape})
        with office.browser() as browser:
            answer = browser.get("/sign-in/provider")
            assert answer.status_code == HTTPStatus.UNAUTHORIZED, shape
            assert "try again" in answer.text or "does not understand" in answer.text, shape
            assert office.role_of(browser) is None, shape


DEEP = b'{"sub":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
OTHER_SHAPES: dict[str, Callable[[SigningProvider], None]] = {
    "claims that are a list": lambda liar: _signs(liar, lambda it, _: it.signed_under({}, b"[]")),
    "claims that are a number": lambda liar: _signs(liar, lambda it, _: it.signed_under({}, b"5")),
    "claims that are no JSON": lambda liar: _signs(liar, lambda it, _: it.signed_under({}, b"{")),
    "claims that are no text": lambda liar: _signs(
        liar, lambda it, _: it.signed_under({}, b"\xff")
    ),
    "claims without a bottom": lambda liar: _signs(liar, lambda it, _: it.signed_under({}, DEEP)),
    "an algorithm that is a list": lambda liar: _heads(liar, alg=["RS256"]),
    "an algorithm that is a number": lambda liar: _heads(liar, alg=5),
    "a key that is a number": lambda liar: _heads(liar, kid=5),
    "a key that is a list": lambda liar: _heads(liar, kid=["one"]),
    "critical parameters that are none": lambda liar: _heads(liar, crit=5),
    "a token that is a number": lambda liar: _grants(liar, id_token=5),
    "a token with other letters": lambda liar: _grants(liar, id_token="é.é.é"),  # noqa: S106 - none
    "an end of the access that is a list": lambda liar: _grants(liar, expires_in=["x"]),
    "an access token that is none": lambda liar: _grants(liar, access_token=None),
    "an error that is a list": lambda liar: _grants(liar, error=["x"]),
    "a grant that is a list": lambda liar: setattr(liar, "grant", lambda _: [5]),
    "a grant that is a number": lambda liar: setattr(liar, "grant", lambda _: 5),
}


def _heads(liar: SigningProvider, **header: object) -> None:
    _signs(liar, lambda it, claims: it.signed_under(header, json.dumps(_strong(claims)).encode()))


def _grants(liar: SigningProvider, **changed: object) -> None:
    liar.claim, liar.grant = _strong, lambda told: told | changed


@pytest.mark.slow
@pytest.mark.parametrize("shape", OTHER_SHAPES)
def test_malformed_token_is_rejected_with_readable_message(office: Office, shape: str) -> None:
    office.user(subject="anna")
    OTHER_SHAPES[shape](office.provider)
    with office.browser() as browser:
        answer = browser.get("/sign-in/provider")
        assert answer.status_code == HTTPStatus.UNAUTHORIZED, answer.text
        assert "try again" in answer.text or "does not understand" in answer.text
        assert office.role_of(browser) is None


@pytest.mark.parametrize("keys", [5, [], [5], {}, {"keys": 5}, {"keys": [5]}, {"keys": [{}]}])
def test_malformed_keys_prevent_sign_in(office: Office, keys: object) -> None:
    office.user(subject="anna")
    office.provider.claim, office.provider.keys = _strong, lambda _: keys
    with office.browser() as browser:
        answer = browser.get("/sign-in/provider")
        assert answer.status_code in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.UNAUTHORIZED}
        assert office.role_of(browser) is None


@pytest.mark.parametrize("lie", LIES)
def test_forged_response_is_rejected(office: Office, lie: str) -> None:
    office.user(subject="anna")
    LIES[lie](office.provider)
    with office.browser() as browser:
        answer = browser.get("/sign-in/provider")
        assert answer.status_code == HTTPStatus.UNAUTHORIZED, answer.text
        assert office.role_of(browser) is None


def test_response_without_advertised_issuer_is_rejected(office: Office) -> None:
    office.user(subject="anna")
    office.provider.claim = _strong
    office.provider.answer = lambda told: {k: v for k, v in told.items() if k != "iss"}
    with office.browser() as browser:
        browser.get("/sign-in/provider")
        assert office.role_of(browser) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "http://another.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "file:///etc/passwd"},
        {"end_session_endpoint": "http://another.example/"},
        {"token_endpoint": None},
    ],
)
def test_invalid_provider_metadata_is_rejected(office: Office, changed: dict[str, object]) -> None:
    office.provider.describe = lambda told: told | changed
    with office.browser() as browser:
        answer = browser.get("/sign-in/provider")
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "sign in with your password" in answer.text


def test_unavailable_provider_is_reported(office: Office) -> None:
    office.provider.describe = lambda _told: {}
    with office.browser() as browser:
        assert browser.get("/sign-in/provider").status_code == HTTPStatus.SERVICE_UNAVAILABLE


def _callback_url(browser: httpx.Client) -> str:
    """Start a sign-in, and return the callback URL without opening it in the browser."""
    begun = browser.get("/sign-in/provider", follow_redirects=False)
    with httpx.Client() as there:
        return there.get(begun.headers["location"]).headers["location"]


def test_response_is_accepted_once_and_only_in_same_browser(office: Office) -> None:
    office.user(subject="anna")
    office.provider.claim = _strong
    with office.browser() as browser, office.browser() as other:
        back = _callback_url(browser)
        kept = dict(browser.cookies)
        assert other.get(back).status_code == HTTPStatus.UNAUTHORIZED
        assert office.role_of(other) is None
        assert browser.get(back).status_code == HTTPStatus.OK
        assert office.role_of(browser) == "manager"
        assert "gender-coach-begun" not in browser.cookies
        for name, value in kept.items():
            other.cookies.set(name, value)
        again = other.get(back)
        assert again.status_code == HTTPStatus.UNAUTHORIZED
        assert office.role_of(other) is None
    with office.world.database.reading() as tx:
        assert tx.query(SignInFlowRow).count() == 0


def test_response_for_another_browsers_flow_is_rejected(office: Office) -> None:
    """Otherwise, a victim could be signed in to the attacker's account and enter secrets there."""
    office.user(subject="anna")
    office.provider.claim = _strong
    with office.browser() as attacker, office.browser() as victim:
        back = _callback_url(attacker)
        _callback_url(victim)
        assert victim.get(back).status_code == HTTPStatus.UNAUTHORIZED
        assert office.role_of(victim) is None


def test_sign_in_replaces_existing_session_cookie(office: Office) -> None:
    office.user(subject="anna")
    office.provider.claim = _strong
    with office.browser() as browser:
        browser.cookies.set("gender-coach", "planted", domain="127.0.0.1", path="/")
        back = _callback_url(browser)
        answer = browser.get(back, follow_redirects=False)
        assert "gender-coach=planted" not in answer.headers["set-cookie"]
        with httpx.Client(base_url=office.base, cookies={"gender-coach": "planted"}) as attacker:
            assert office.role_of(attacker) is None


@pytest.mark.parametrize(
    "path",
    [
        *("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "", "x"),
        *("/a b", "/a\r\nSet-Cookie: x", "/\t/elsewhere.example", "javascript:alert(1)", "/é"),
    ],
)
def test_redirect_to_another_site_is_replaced(path: str) -> None:
    assert safe_redirect_path(path) == "/"
    assert safe_redirect_path("/cycles/1?x=2#y") == "/cycles/1?x=2#y"


def test_signed_in_user_links_and_unlinks_account(office: Office) -> None:
    app = office.give_app(office.user("Anna"))
    office.provider.claim = _strong
    with office.browser() as browser:
        typed = {"name": "Anna", "password": GOOD, "code": app.now()}
        browser.post("/sign-in", data=typed)
        assert browser.get("/account/provider").url.path == "/account/confirm"
        old = {"old_password": GOOD, "old_code": _next(app)}
        browser.post("/account/confirm", data=old)
        assert browser.get("/account/provider").url.path == "/account"
        browser.post("/sign-out")
        assert office.role_of(browser) is None
        browser.get("/sign-in/provider")
        assert office.role_of(browser) == "manager"
        assert browser.post("/account/provider/remove").url.path == "/account/confirm"
        assert browser.get("/account/confirm/provider").url.path == "/account"
        browser.post("/account/provider/remove")
        browser.post("/sign-out")
        browser.get("/sign-in/provider")
        assert office.role_of(browser) is None


def test_account_cannot_be_linked_to_second_user(office: Office) -> None:
    office.user("Anna", subject="anna")
    app = office.give_app(office.user("Berta"))
    with office.browser() as browser:
        typed = {"name": "Berta", "password": GOOD, "code": app.now()}
        browser.post("/sign-in", data=typed)
        browser.post("/account/confirm", data={"old_password": GOOD, "old_code": _next(app)})
        assert browser.get("/account/provider").status_code == HTTPStatus.CONFLICT


def test_signing_out_offers_sign_out_at_provider(office: Office) -> None:
    office.user(subject="anna")
    office.provider.claim = _strong
    with office.browser() as browser:
        browser.get("/sign-in/provider")
        page = browser.post("/sign-out")
        assert "/sign-out/provider" in page.text
        there = browser.get("/sign-out/provider", follow_redirects=False).headers["location"]
    asked = parse_qs(urlsplit(there).query)
    assert there.startswith(f"{office.provider.issuer}/end?")
    assert asked["post_logout_redirect_uri"] == [f"{office.base}/sign-in"]


def test_confirmation_at_provider_requires_recent_sign_in_by_same_user(office: Office) -> None:
    office.user(subject="anna")
    office.provider.claim = _strong
    with office.browser() as browser:
        browser.get("/sign-in/provider")
        answer = browser.get("/confirm/provider", params={"go_on_to": "/account"})
        assert answer.url.path == "/account"
        assert office.provider.asked["max_age"] == "0"
        assert office.provider.asked["prompt"] == "login"
        _claims(office.provider, auth_time=int(time.time()) - _MINUTES_AGO)
        stale = browser.get("/confirm/provider")
        assert stale.status_code == HTTPStatus.UNAUTHORIZED
        _claims(office.provider, sub="berta")
        assert browser.get("/confirm/provider").status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.slow
def test_oidc_libraries_are_not_loaded_without_settings() -> None:
    look = "import sys, api.app; print([m for m in sys.modules if 'authlib' in m])"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_link_on_another_site_starts_no_sign_in(client: httpx.Client, site: str) -> None:
    answer = client.get("/sign-in/provider", headers={"Sec-Fetch-Site": site})
    assert answer.is_redirect
    assert answer.headers["location"] == "/sign-in"


def test_provider_sign_in_is_unavailable_without_settings(client: httpx.Client) -> None:
    assert client.get("/sign-in/provider").status_code == HTTPStatus.CONFLICT
    assert client.get("/sign-in/provider/back").status_code == HTTPStatus.CONFLICT
    assert "/sign-in/provider" not in client.get("/sign-in").text


@pytest.mark.parametrize(
    "issuer",
    [
        *("http://login.example.org", "https://", "login.example.org", "ftp://login.example.org"),
        *("https://user:pass@login.example.org", "https://x.example/?a=b", "https://[", ""),
    ],
)
def test_insecure_issuer_is_rejected(issuer: str) -> None:
    with pytest.raises(ValidationError):
        IdentityProvider(issuer=issuer, client_id="x")


def test_client_secret_is_hidden_in_repr_of_settings() -> None:
    shown = repr(
        IdentityProvider(
            issuer="https://login.example.org", client_id="x", client_secret=SecretStr("hidden1")
        )
    )
    assert "hidden1" not in shown


def test_settings_are_read_from_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENDER_COACH_OIDC__ISSUER", "https://login.example.org/realms/x")
    monkeypatch.setenv("GENDER_COACH_OIDC__CLIENT_ID", "coaching")
    monkeypatch.setenv("GENDER_COACH_OIDC__CLIENT_SECRET", "hidden1")
    monkeypatch.setenv("GENDER_COACH_OIDC__STRONG_AMR", '["mfa", "hwk"]')
    oidc = Settings().oidc
    assert oidc is not None
    assert oidc.strong_amr == ("mfa", "hwk")
    assert oidc.second_factor == "ask"
