"""Fixtures: Chromium, and servers that are started with `gender-coach serve`."""

from __future__ import annotations

import re
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from api.accounts.rows import PasskeyRow, UserRow
from api.cli.services import open_cli_services
from tests.forked import forked_command
from tests.mail_server import MailServer, mail_server
from tests.ports import free_port
from tests.pseudo import LANGUAGE

expect.set_options(timeout=20_000)  # milliseconds; several browsers may share two cores
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
_HOW_TO_GET_ONE = (
    "no browser here: `apt-get install chromium`, or `.venv/bin/playwright install chromium`"
)


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        base: the URL of the server.
        sign_in: the sign-in link of its manager, who has no second factor yet.
        folder: its data folder.
        mails: the server that receives its emails, if it sends any.
    """

    base: str
    sign_in: str
    folder: Path
    mails: MailServer | None = None

    def sign_in_manager(self, page: Page) -> None:
        """Sign the manager in with a second factor, without which they would see only one page."""
        page.goto(self.sign_in)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.base}/account")
        self.give_factor()
        page.goto(self.base)

    def give_factor(self) -> None:
        """Give the manager a second factor that cannot be used."""
        _give_factor(self.folder)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Return Chromium, from the system or from Playwright.

    Each test gets a new browser, because Playwright runs an event loop in this thread while it is
    open, which prevents other tests in the process from running one.
    """
    with open_browser() as browser:
        if browser is None:
            pytest.skip(_HOW_TO_GET_ONE)
        yield browser


@contextmanager
def open_browser() -> Iterator[Browser | None]:
    """Open Chromium, from the system or from Playwright; yield `None` if there is none."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        path = next(filter(None, map(shutil.which, _NAMES)), own if Path(own).exists() else None)
        if path is None:
            yield None
            return
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a server with a worker, an empty database and a free port."""
    with _serving(tmp_path, "127.0.0.1") as server:
        yield server


@pytest.fixture
def named_server(tmp_path: Path) -> Iterator[Server]:
    """Return a server whose URL has a host name, which passkeys require."""
    with _serving(tmp_path, "localhost") as server:
        yield server


@pytest.fixture
def pseudo_server(tmp_path: Path) -> Iterator[Server]:
    """Return a server with a host name and all optional features, in the pseudo-locale."""
    with mail_server() as mails:
        settings = {
            "GENDER_COACH_LANGUAGE": LANGUAGE,
            "GENDER_COACH_MAIL__HOST": mails.settings.host,
            "GENDER_COACH_MAIL__PORT": str(mails.settings.port),
            "GENDER_COACH_MAIL__SECURITY": mails.settings.security,
            "GENDER_COACH_OIDC__ISSUER": "http://127.0.0.1:9",
            "GENDER_COACH_OIDC__CLIENT_ID": "office",
        }
        with _serving(tmp_path, "localhost", settings) as server:
            yield replace(server, mails=mails)


@contextmanager
def serving_with_mail(folder: Path) -> Iterator[Server]:
    """Run a server with a worker that sends email; the yielded server's `mails` receives it."""
    with mail_server() as mails:
        settings = {
            "GENDER_COACH_MAIL__HOST": mails.settings.host,
            "GENDER_COACH_MAIL__PORT": str(mails.settings.port),
            "GENDER_COACH_MAIL__SECURITY": mails.settings.security,
        }
        with _serving(folder, "127.0.0.1", settings) as server:
            yield replace(server, mails=mails)


@contextmanager
def _serving(
    tmp_path: Path, name: str, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    port = free_port()
    base = f"http://{name}:{port}"
    variables = {"GENDER_COACH_PUBLIC_URL": base, **(settings or {})}
    words = ("serve", "--port", port, "--data", tmp_path / "data")
    log = tmp_path / "server.log"
    with forked_command(*words, output=log, **variables) as process:
        sign_in = _sign_in_link(process, log)
        _wait_until_it_answers(process, port)
        yield Server(base, sign_in, tmp_path / "data")


def _give_factor(folder: Path) -> None:
    with open_cli_services(folder) as services, services.database.writing() as tx:
        user_id = tx.scalars(select(UserRow.id)).one()
        tx.add(
            PasskeyRow(
                user_id=user_id,
                credential_id=f"passkey-of-{user_id}",
                public_key=b"of the tests",
                sign_count=0,
                name="Passkey of the tests",
                created_at=services.now(),
            )
        )


def _sign_in_link(process: BaseProcess, log: Path) -> str:
    while process.is_alive():
        found = re.search(r"http\S+/sign-in/\S+(?=\s)", log.read_text() if log.exists() else "")
        if found:
            return found[0]
        time.sleep(0.05)
    pytest.fail(f"the server printed no sign-in link: {log.read_text()[-2000:]}")


def _wait_until_it_answers(process: BaseProcess, port: int) -> None:
    while process.is_alive():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the server ended with exit code {process.exitcode}")
