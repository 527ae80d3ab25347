"""Pages about the API: every operation, with a command, parameters, examples and errors."""

from __future__ import annotations

import re
import shlex
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import SharedServer

_DOCS = "/api/v1/docs"


@pytest.fixture(scope="module")
def document(shared: SharedServer) -> dict[str, Any]:
    described: dict[str, Any] = shared.client.get("/api/v1/openapi.json").json()
    return described


@pytest.fixture(scope="module")
def pages(shared: SharedServer, document: dict[str, Any]) -> dict[str, str]:
    """Return the page of each subject, keyed by the subject's name."""
    return {
        tag["name"]: shared.client.get(f"{_DOCS}/{tag['name'].replace(' ', '-')}").text
        for tag in document["tags"]
    }


@pytest.mark.slow
def test_every_operation_is_shown_to_everybody(
    shared: SharedServer, document: dict[str, Any], pages: dict[str, str]
) -> None:
    index = shared.client.get(_DOCS).text
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            shown = f"<code>{method.upper()} {path}</code>"
            assert shown in index
            assert shown in pages[tag]
            link = f"{_DOCS}/{tag.replace(' ', '-')}#{operation['operationId']}"
            assert f'href="{link}"' in index
            assert f'id="{operation["operationId"]}"' in pages[tag]


def test_pages_load_nothing_from_elsewhere(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert "<script" not in page
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_commands_can_be_copied(pages: dict[str, str]) -> None:
    commands = [
        unescape(command)
        for page in pages.values()
        for command in re.findall(r"<code>(curl .*?)</code>", page, re.DOTALL)
    ]
    words = [shlex.split(command.replace("\\\n", " ")) for command in commands]
    assert all(one[0] == "curl" for one in words)
    assert len({tuple(one) for one in words}) > 200
    (published,) = (one for one in words if any(word.endswith("/publish") for word in one))
    assert published == [
        *("curl", "-X", "POST", "$SERVER/api/v1/plans/$PLAN_ID/publish"),
        *("-H", "Authorization: Bearer $TOKEN", "-H", "If-Match: *"),
    ]


def test_examples_and_errors_of_an_operation_are_shown(pages: dict[str, str]) -> None:
    article = pages["runs"].partition('id="start_run"')[2].partition("</article>")[0]
    assert "&#34;time_limit_seconds&#34;: 300.0" in article
    assert "202 Accepted" in article
    assert "409 Conflict" in article


def test_unknown_subject_is_not_found(shared: SharedServer) -> None:
    assert shared.client.get(f"{_DOCS}/nothing").status_code == HTTPStatus.NOT_FOUND
