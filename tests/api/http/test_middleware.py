"""Protection against cross-site requests, security headers, body limits and credentials."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.exceptions import HTTPException

from api.accounts import browser_sessions, credentials, users
from api.http.cookies import cookie_name
from api.http.middleware.body_size_limit import BodySizeLimitMiddleware
from api.http.middleware.host_and_csrf import HostAndCsrfMiddleware
from api.http.middleware.security_headers import SecurityHeadersMiddleware
from api.services import utc_now
from api.settings import MIB, Settings
from tests.api.authenticating import identify
from tests.api.conftest import ANY_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import SharedServer, World
    from starlette.types import Message, Receive, Scope, Send

CYCLE = b"[cycle]\nstart = 2027-01-18\nend = 2027-07-16\n"
API = "/api/v1"


@pytest.fixture
def browser(shared: SharedServer) -> Iterator[httpx.Client]:
    """Return a browser in which a manager has signed in."""
    services = shared.world.services
    with services.database.writing() as tx:
        user = users.ensure_manager(tx, "manager", now=utc_now())
        shared.world.give_factor(tx, user)
        cookie = browser_sessions.issue_session_cookie(
            tx, user, now=utc_now(), lifetime=timedelta(hours=1)
        )
    with httpx.Client(base_url=shared.client.base_url) as browser:
        browser.cookies.set(cookie_name(services.settings), cookie.secret)
        yield browser


def _write(browser: httpx.Client, **headers: str) -> int:
    return browser.post(f"{API}/cycles", content=CYCLE, headers=headers).status_code


def test_same_origin_write_is_accepted(browser: httpx.Client) -> None:
    base = str(browser.base_url).rstrip("/")
    assert _write(browser, **{"Sec-Fetch-Site": "same-origin"}) == HTTPStatus.CREATED
    assert _write(browser, Origin=base) == HTTPStatus.CREATED


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {},
    ],
)
def test_cross_site_write_is_rejected(browser: httpx.Client, headers: dict[str, str]) -> None:
    assert _write(browser, **headers) == HTTPStatus.FORBIDDEN


def test_cross_site_write_with_basic_credentials_is_rejected(
    browser: httpx.Client,
) -> None:
    headers = {"Authorization": "Basic eDp5", "Sec-Fetch-Site": "cross-site"}
    assert _write(browser, **headers) == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("origin", ["http://[", "[", "http://"])
def test_write_with_malformed_origin_is_rejected(browser: httpx.Client, origin: str) -> None:
    assert _write(browser, Origin=origin) == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("host", "origin", "accepted"),
    [
        ("coaching.example.org", "https://coaching.example.org", True),
        ("coaching.example.org", "http://coaching.example.org", False),
        ("coaching.example.org", "https://coaching.example.org.attacker.test", False),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", True),
        ("127.0.0.1:8000", "https://127.0.0.1:8000", False),
    ],
)
def test_origin_has_the_scheme_of_the_public_address(
    host: str, origin: str, accepted: bool
) -> None:
    settings = Settings(public_url="https://coaching.example.org")
    middleware = HostAndCsrfMiddleware(None, settings)  # type: ignore[arg-type]
    headers = [(b"host", host.encode()), (b"origin", origin.encode())]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers}
    assert (middleware._rejection(scope) is None) is accepted  # noqa: SLF001 - no server needed


@pytest.mark.parametrize(
    ("opted_in", "header"),
    [(False, "max-age=31536000"), (True, "max-age=31536000; includeSubDomains")],
)
def test_hsts_binds_subdomains_only_if_the_deployment_says_so(opted_in: bool, header: str) -> None:
    settings = Settings(public_url="https://x.example.org", hsts_include_subdomains=opted_in)
    message = {"type": "http.response.start", "headers": []}
    middleware = SecurityHeadersMiddleware(None, settings)  # type: ignore[arg-type]
    middleware._add_headers("/", message)  # noqa: SLF001 - no server needed
    assert dict(message["headers"])[b"strict-transport-security"].decode() == header


def test_rejected_page_request_gets_error_page(browser: httpx.Client) -> None:
    answer = browser.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert answer.headers["content-type"].startswith("text/html")
    assert "sent by another site" in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


def test_path_with_null_byte_is_not_found(browser: httpx.Client) -> None:
    for address in (f"{API}/cycles/%00", "/p/%00", "/sessions/a%00b"):
        assert browser.get(address).status_code == HTTPStatus.NOT_FOUND


def test_same_origin_header_does_not_override_sec_fetch_site(browser: httpx.Client) -> None:
    base = str(browser.base_url).rstrip("/")
    assert (
        _write(browser, **{"Sec-Fetch-Site": "cross-site", "Origin": base}) == HTTPStatus.FORBIDDEN
    )


def test_cookie_is_http_only_and_same_site(shared: SharedServer, browser: httpx.Client) -> None:
    base = str(browser.base_url).rstrip("/")
    answer = browser.post(f"/sign-in/{shared.world.sign_in_secret()}", headers={"Origin": base})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


def test_cookie_over_https_is_bound_to_host() -> None:
    settings = Settings(public_url="https://coaching.example.org")
    assert settings.secure_cookies
    assert cookie_name(settings) == "__Host-gender-coach"


def test_sign_in_link_works_once(shared: SharedServer) -> None:
    secret = shared.world.sign_in_secret()
    first = shared.client.post(f"/sign-in/{secret}")
    shared.client.cookies.clear()
    second = shared.client.post(f"/sign-in/{secret}")
    assert (first.status_code, second.status_code) == (303, 401)
    assert "set-cookie" not in second.headers


def test_opening_sign_in_link_does_not_redeem_it(shared: SharedServer) -> None:
    secret = shared.world.sign_in_secret()
    looked = shared.client.get(f"/sign-in/{secret}")
    assert looked.status_code == HTTPStatus.OK
    assert "set-cookie" not in looked.headers
    assert shared.client.post(f"/sign-in/{secret}").status_code == HTTPStatus.SEE_OTHER
    shared.client.cookies.clear()


def test_cookie_is_invalid_after_signing_out(browser: httpx.Client) -> None:
    kept = dict(browser.cookies)
    base = str(browser.base_url).rstrip("/")
    browser.post("/sign-out", headers={"Origin": base})
    with httpx.Client(base_url=browser.base_url, cookies=kept) as copy:
        assert copy.get(f"{API}/me").status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("path", [f"{API}/rules", f"{API}/cycles", "/nowhere", "/rules"])
def test_every_response_has_security_headers(shared: SharedServer, path: str) -> None:
    headers = shared.client.get(path).headers
    policy = headers["content-security-policy"]
    for directive in ("default-src", "object-src", "base-uri", "frame-ancestors"):
        assert f"{directive} 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers or "uvicorn" in headers["server"]


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1.rebound.example", "[zz", ""])
def test_unknown_host_is_rejected(shared: SharedServer, host: str) -> None:
    answer = shared.client.get(f"{API}/rules", headers={"Host": host})
    assert answer.status_code == HTTPStatus.FORBIDDEN


def test_oversized_body_is_rejected_with_problem_document(office: httpx.Client) -> None:
    answer = office.post(f"{API}/cycles", content=iter([b"#" * MIB, b"#"]))
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("the request is too large; send at most 1 MiB")


def test_body_size_is_enforced_while_reading() -> None:
    read = 0

    async def endless() -> Message:
        nonlocal read
        read += 1000
        return {"type": "http.request", "body": b"#" * 1000, "more_body": True}

    async def reads_it_all(_scope: Scope, receive: Receive, _send: Send) -> None:
        while True:
            await receive()

    async def never(_message: Message) -> None:
        raise AssertionError

    scope = {"type": "http", "path": "/x", "headers": [(b"content-length", b"1")]}
    limited = BodySizeLimitMiddleware(reads_it_all, Settings(body_limit_bytes=10_000))
    with pytest.raises(HTTPException):
        asyncio.run(limited(scope, endless, never))
    assert read == 11_000


@pytest.mark.parametrize("credential", [None, "nobody's", "C-1"])
def test_large_upload_requires_permitted_role(
    world: World, client: httpx.Client, credential: str | None
) -> None:
    if credential is not None:
        secret = world.link(world.cycle(), credential).secret if credential == "C-1" else credential
        client.headers["Authorization"] = f"Bearer {secret}"
    big = {"coachees": ("c.csv", b"x" * 80_000), "coaches": ("k.csv", b"x")}
    answer = client.put(f"{API}/cycles/any/people", files=big)
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "at most 64 KiB" in answer.text


def test_invalid_cookie_does_not_raise_limit(shared: SharedServer) -> None:
    headers = {"Cookie": "gender-coach=made-up", "Sec-Fetch-Site": "same-origin"}
    long = "#" * 70_000
    for address, body in (
        (f"{API}/cycles", {"content": long}),
        ("/cycles", {"files": {"file": ("cycle.toml", long.encode())}}),
        ("/sign-in", {"data": {"name": long}}),
    ):
        answer = shared.client.post(address, headers=headers, **body)
        assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE, address


def test_oversized_content_length_is_rejected_before_reading() -> None:
    async def unread() -> Message:
        raise AssertionError

    async def reads(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()

    async def never(_message: Message) -> None:
        raise AssertionError

    scope = {"type": "http", "path": "/x", "headers": [(b"content-length", b"65537")]}
    with pytest.raises(HTTPException, match="at most 64 KiB"):
        asyncio.run(BodySizeLimitMiddleware(reads, Settings())(scope, unread, never))


def test_higher_limit_applies_only_to_uploads(office: httpx.Client) -> None:
    label = {"label": "x" * 70_000}
    answer = office.post(f"{API}/me/credentials", json=label)
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    taken = office.post(f"{API}/cycles", content=CYCLE + b"#" * 100_000)
    assert taken.status_code == HTTPStatus.CREATED
    big = {"coachees": ("c.csv", b"x" * 2_000_000), "coaches": ("k.csv", b"x")}
    read = office.put(f"{API}/cycles/any/people", files=big, headers=ANY_VERSION)
    assert read.status_code == HTTPStatus.NOT_FOUND


def test_longest_note_is_within_limit_in_any_script(world: World, client: httpx.Client) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    link = world.link(cycle_id, "K-1").secret
    bearer = {
        "Authorization": f"Bearer {link}",
        "X-Device-Key": world.device_key(cycle_id, "K-1"),
        "X-Notes-Key": world.notes_key(cycle_id, "K-1"),
    }
    (session, _) = client.get(f"{API}/me/sessions", headers=bearer).json()["sessions"]
    text = "\N{CYRILLIC SMALL LETTER ZHE}\N{SLIGHTLY SMILING FACE}" * 10_000
    mine = f"{API}/sessions/{session['id']}/note"
    assert client.put(mine, json={"text": text}, headers=bearer).status_code == HTTPStatus.OK
    fields = {"attendance": "cancelled", "session_date": "2027-01-27", "private": text}
    own = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=client.base_url, headers=own) as browser:
        form = f"/p/{link}/sessions/{session['id']}/note"
        answer = browser.post(form, data=fields)
    assert "Nothing was saved" in answer.text, (
        "the body was read; the note is rejected because it is open on another device"
    )


def test_revoked_token_is_rejected(office: httpx.Client) -> None:
    issued = office.post(f"{API}/me/credentials", json={"label": "export"}).json()
    bearer = {"Authorization": f"Bearer {issued['secret']}"}
    assert office.get(f"{API}/me", headers=bearer).json()["role"] == "manager"
    assert office.delete(f"{API}/credentials/{issued['id']}").status_code == HTTPStatus.NO_CONTENT
    assert office.get(f"{API}/me", headers=bearer).status_code == HTTPStatus.UNAUTHORIZED


def test_listed_credentials_contain_no_secrets(office: httpx.Client) -> None:
    issued = office.post(f"{API}/me/credentials", json={"label": "export"}).json()
    listed = office.get(f"{API}/me/credentials")
    assert issued["id"] in listed.text
    assert issued["secret"] not in listed.text
    assert credentials.sha256_of(issued["secret"]) not in listed.text


def test_new_link_revokes_previous_link(world: World, client: httpx.Client) -> None:
    cycle_id = world.cycle()
    first, second = world.link(cycle_id, "C-1"), world.link(cycle_id, "C-1")
    answers = [
        client.get(f"{API}/me", headers={"Authorization": f"Bearer {link.secret}"}).status_code
        for link in (first, second)
    ]
    assert answers == [HTTPStatus.UNAUTHORIZED, HTTPStatus.OK]


def test_link_expires_after_cycle_and_grace_period(world: World) -> None:
    cycle_id = world.cycle()
    link = world.link(cycle_id, "C-1")
    assert link.expires_at.date().isoformat() == "2027-09-14"
    kinds = frozenset({credentials.CredentialKind.LINK})
    with world.database.reading() as tx:
        for moment, role in (
            (link.expires_at - timedelta(seconds=1), "coachee"),
            (link.expires_at, "nobody"),
        ):
            principal = identify(tx, link.secret, kinds, now=moment, idle=timedelta(hours=1))
            assert principal.role == role


def test_idle_cookie_expires(world: World) -> None:
    now, secret = utc_now(), world.sign_in_secret()
    with world.database.writing() as tx:
        cookie = browser_sessions.redeem_sign_in_secret(
            tx, secret, now=now, lifetime=timedelta(hours=12)
        )
        kinds = frozenset({credentials.CredentialKind.BROWSER_SESSION})
        for minutes, role in ((59, "manager"), (61, "nobody")):
            principal = identify(
                tx,
                cookie.secret,
                kinds,
                now=now + timedelta(minutes=minutes),
                idle=timedelta(minutes=60),
            )
            assert principal.role == role


def test_secret_is_accepted_only_as_its_own_kind(world: World) -> None:
    link = world.link(world.cycle(), "C-1")
    token = world.manager_token()
    with world.database.reading() as tx:
        for secret, kind in (
            (link.secret, credentials.CredentialKind.BROWSER_SESSION),
            (token, credentials.CredentialKind.BROWSER_SESSION),
            (token, credentials.CredentialKind.LINK),
            ("", credentials.CredentialKind.LINK),
        ):
            principal = identify(
                tx, secret, frozenset({kind}), now=utc_now(), idle=timedelta(hours=1)
            )
            assert principal.role == "nobody"


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\n", "\x7f"])
def test_control_characters_are_rejected_in_all_text_inputs(
    shared: SharedServer, sign: str
) -> None:
    token = shared.world.manager_token()
    text, bearer = f"a{sign}b", {"Authorization": f"Bearer {token}"}
    for method, address, sent in (
        ("POST", f"{API}/me/credentials", {"json": {"label": text}}),
        ("POST", "/sign-in", {"data": {"name": text, "password": "x", "code": "x"}}),
        ("GET", f"{API}/audit", {"params": {"action": text}}),
        ("GET", f"{API}/audit", {"params": {"object_id": text}}),
        ("GET", f"{API}/audit", {"params": {"cycle_id": text}}),
    ):
        answer = shared.client.request(method, address, headers=bearer, **sent)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, (address, answer.text)
