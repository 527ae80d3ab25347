"""A draft ends only once the server has processed the form."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from api.crypto.key_ring import Keyring, open_keyring
from api.http.middleware.sent_forms import SentFormsMiddleware
from api.http.principal import ANONYMOUS, AccessRole, Principal, Verification
from api.web.drafts import draft_group, page_drafts

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

NAME = f"{'a' * 32}.{'1' * 32}"
MANAGER = Principal(AccessRole.MANAGER, user_id="u1", credential_id="cookie")
COACH = Principal(
    AccessRole.COACH, person_id="p1", credential_id="link", verification=Verification.CODE
)


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return open_keyring(tmp_path / "key", create=True)


def location(status: HTTPStatus, to: str, *, query: str, refused: bool = False) -> str:
    """Return the URL to which the response redirects after the middleware has processed it."""
    sent: list[Message] = []

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if refused:
            scope["state"]["form_refused"] = True
        headers = [(b"location", to.encode())]
        await send({"type": "http.response.start", "status": status.value, "headers": headers})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "query_string": query.encode()}
    asyncio.run(SentFormsMiddleware(app)(scope, receive, send))
    return dict(sent[0]["headers"])[b"location"].decode()


@pytest.mark.parametrize(
    ("to", "query", "expected"),
    [
        ("/x", f"draft={NAME}", f"/x#sent-{NAME}"),
        ("/x?a=b#ratings", f"draft={NAME}", f"/x?a=b#sent-{NAME}-ratings"),
        ("/x", "", "/x"),
        ("/x", "draft=x", "/x"),
        ("/x", f"draft={NAME}%0d%0aX: y", "/x"),
        ("/x", f"draft={NAME}&{'y' * 3000}", "/x"),
    ],
)
def test_redirect_of_a_stored_form_ends_its_draft(to: str, query: str, expected: str) -> None:
    assert location(HTTPStatus.SEE_OTHER, to, query=query) == expected


def test_redirect_to_confirm_something_first_or_to_submit_again_ends_no_draft() -> None:
    query = f"draft={NAME}"
    assert location(HTTPStatus.SEE_OTHER, "/confirm", query=query, refused=True) == "/confirm"
    assert location(HTTPStatus.TEMPORARY_REDIRECT, "/x", query=query) == "/x"


def test_pages_have_a_key_only_for_users_and_verified_people(keyring: Keyring) -> None:
    aide = replace(COACH, role=AccessRole.AIDE)
    for without in (None, ANONYMOUS, replace(COACH, verification=None), aide):
        assert page_drafts(keyring, without) is None
    people = [MANAGER, replace(MANAGER, user_id="u2"), COACH, replace(COACH, credential_id="new")]
    found = [page_drafts(keyring, principal) for principal in people]
    assert len({one.key for one in found if one}) == len(people)
    assert len({one.group for one in found if one}) == len(people)
    compressed = page_drafts(keyring, MANAGER, is_compressible=True)
    assert compressed
    assert not compressed.key
    again = page_drafts(keyring, replace(MANAGER, credential_id="another browser"))
    assert again == found[0]
    assert found[2]
    assert found[2].group == draft_group(keyring, COACH)
    assert found[2].key not in repr(found[2])
