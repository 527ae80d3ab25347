"""Passkeys of coachees and coaches in a real browser, on a server that sends email."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from api.http.urls import API
from api.settings import Settings
from tests.api.conftest import fresh_world, running
from tests.api.personal_links.test_verification import Holder, holder_of
from tests.browser.test_passkeys import Authenticator
from tests.mail_server import mail_server
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

WORDS = "Written before verification"


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Holder]:
    """Return a holder of a coachee's link, on a server with a host name, which passkeys require."""
    port = free_port()
    settings = Settings(
        data_dir=tmp_path, port=port, worker=False, public_url=f"http://localhost:{port}"
    )
    with (
        mail_server() as mails,
        fresh_world(settings) as world,
        running(settings.model_copy(update={"mail": mails.settings})) as client,
    ):
        yield holder_of(world, mails, client)


def test_passkey_replaces_the_code_and_a_code_alone_opens_nothing(
    browser: Browser, holder: Holder
) -> None:
    page = browser.new_page()
    Authenticator(page, "internal")
    home = f"{holder.world.services.settings.base_url}{holder.home}"
    feedback = f"{home}/sessions/{holder.session_id}/feedback"

    page.goto(feedback)
    page.get_by_role("button", name="Send me a code by email").click()
    page.get_by_label("Code from the email").fill(re.findall(r"\d{4} \d{4}", holder.mails()[-1])[0])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Feedback")).to_be_visible()

    page.goto(f"{home}/devices")
    page.get_by_label("Name of the new passkey").fill("Phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("button", name="Remove Phone")).to_be_visible()

    page.goto(feedback)
    page.get_by_label("In your own words").fill(WORDS)
    page.context.clear_cookies()
    page.get_by_role("button", name="Send feedback").click()
    expect(page.get_by_text("Nothing that you entered is lost")).to_be_visible()
    expect(page.get_by_label("Code from the email")).to_have_count(0)
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    assert holder.events("device verified")[-1].detail["verified_by"] == "passkey"

    code = holder.mailed_code()
    assert holder.verify(code=code).status_code == HTTPStatus.FORBIDDEN
    office = {"Authorization": f"Bearer {holder.world.manager_token()}"}
    reset = holder.client.delete(f"{API}/people/{holder.person_id}/pin", headers=office)
    assert reset.is_success
    assert holder.events("PIN reset")[-1].detail == {"passkeys": 1}
    assert holder.verify(code=code).is_success
    page.close()
